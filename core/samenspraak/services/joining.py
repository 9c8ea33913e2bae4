"""Saying that two agreements are one, or that a copy is another agreement; seen through beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKey
from samenspraak.services import ADMIN, rehearsals
from samenspraak.services.naming import actor, names
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync import joining, separating
from samenspraak.sync.hub import Hub
from samenspraak.sync.watched import Act


@dataclass(frozen=True, kw_only=True)
class Joined:
    """What two agreements became, or would become.

    ``id``: the agreement that stays · ``same``: the id that leads to it from now on · ``taken``: units it
    took over · ``asked``: units of which both say something else, so that a person is asked · ``doubled``:
    systems with two copies, of which a person says which one goes.
    """

    id: str
    same: str
    client: PartyRef
    version: int
    taken: tuple[UnitKey, ...]
    asked: tuple[UnitKey, ...]
    doubled: tuple[str, ...]
    names: Mapping[PartyRef, str]


@dataclass(frozen=True, kw_only=True)
class Separated:
    """``id``: the agreement that a copy left · ``own``: the one it is now."""

    id: str
    own: str
    client: PartyRef
    version: int
    names: Mapping[PartyRef, str]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What would follow: the outcome, and each write in each system, with who would newly see what."""

    id: str
    client: PartyRef
    version: int
    outcome: Joined | Separated
    acts: tuple[Act, ...]
    unheard: tuple[tuple[str, str], ...]


def join(hub: Hub, organisation: str, stays: str, goes: str, *, by: str = ADMIN) -> Joined:
    """They are one agreement: ``stays`` stays, and ``goes`` leads to it.

    Raises:
        NotFoundError: there is no such agreement, or nobody is known as ``by``.
        RuleError: they cannot be one.
    """
    with hub.store.write(organisation) as uow:
        who = actor(uow, by)
        one, other = (uow.agreements.current(name).agreement.id for name in (stays, goes))
        found = joining.join(uow, hub, one, other, by=who)
        client = uow.agreements.get(one).agreement.client
        outcome = Joined(
            id=one,
            same=other,
            client=client,
            version=found.version,
            taken=found.taken,
            asked=found.asked,
            doubled=found.doubled,
            names=names(uow, {client}),
        )
        uow.commit()
    return outcome


def separate(
    hub: Hub,
    organisation: str,
    agreement_id: str,
    connector_id: str,
    *,
    external_id: str | None = None,
    by: str = ADMIN,
) -> Separated:
    """What this system holds as this agreement is another one.

    Raises:
        NotFoundError: there is no such agreement or copy, or nobody is known as ``by``.
        RuleError: it is nowhere else, or a write to the copy is on its way.
    """
    with hub.store.write(organisation) as uow:
        who = actor(uow, by)
        left = uow.agreements.current(agreement_id).agreement.id
        own = separating.separate(uow, hub, left, connector_id, external_id=external_id, by=who)
        outcome = _separated(uow, left, own.agreement.id)
        uow.commit()
    return outcome


def _separated(uow: UnitOfWork, left: str, own: str) -> Separated:
    record = uow.agreements.get(left)
    client = record.agreement.client
    return Separated(id=left, own=own, client=client, version=record.version, names=names(uow, {client}))


def would_join(hub: Hub, organisation: str, stays: str, goes: str, *, by: str = ADMIN) -> Preview:
    """What :func:`join` would do, in every system; nothing is written, here or there.

    Raises:
        as :func:`join`; ConfigurationError: this database cannot be copied.
    """
    outcome, planned = rehearsals.foreseen(
        hub, organisation, lambda copy: join(copy, organisation, stays, goes, by=by)
    )
    return _preview(outcome, {outcome.id, outcome.same}, planned)


def would_separate(
    hub: Hub,
    organisation: str,
    agreement_id: str,
    connector_id: str,
    *,
    external_id: str | None = None,
    by: str = ADMIN,
) -> Preview:
    """What :func:`separate` would do, in every system; nothing is written, here or there.

    Raises:
        as :func:`separate`; ConfigurationError: this database cannot be copied.
    """
    outcome, planned = rehearsals.foreseen(
        hub,
        organisation,
        lambda copy: separate(copy, organisation, agreement_id, connector_id, external_id=external_id, by=by),
    )
    return _preview(outcome, {outcome.id, outcome.own}, planned)


def _preview(outcome: Joined | Separated, about: set[str], planned: rehearsals.Planned) -> Preview:
    return Preview(
        id=outcome.id,
        client=outcome.client,
        version=outcome.version,
        outcome=outcome,
        acts=tuple(one for one in planned.acts if one.agreement_id in about),
        unheard=planned.unheard,
    )
