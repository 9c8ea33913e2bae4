"""The versions of an agreement, and making the content of an earlier one a new version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.restoring import restored
from samenspraak.domain.units import UnitKey, Units, differing, named, units_of
from samenspraak.errors import RuleError
from samenspraak.services import ADMIN
from samenspraak.services.changes import Change, actors, change_of
from samenspraak.services.naming import actor, names
from samenspraak.services.unit_values import Json, as_json
from samenspraak.store.records import AgreementRecord, Cause
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.editing import record_edit, waiting_in
from samenspraak.sync.hub import Hub


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What one unit said before and says after, as JSON; None is an empty unit.

    ``rule``: of what was taken over from a system, the line of the unit table that decided · ``waits_for``:
    who must agree before it holds.
    """

    unit: UnitKey
    before: Json
    after: Json
    rule: str = ""
    waits_for: tuple[PartyRef, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version: who made it why, and what it changed."""

    change: Change
    differences: tuple[Difference, ...]


@dataclass(frozen=True, kw_only=True)
class History:
    """All versions of an agreement, the newest first. ``same_as``: the one it was joined into."""

    id: str
    client: PartyRef
    version: int
    versions: tuple[Version, ...]
    names: Mapping[PartyRef, str]
    same_as: str | None = None


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restoration changes, or changed; ``version``: of the agreement now."""

    id: str
    client: PartyRef
    version: int
    differences: tuple[Difference, ...]
    names: Mapping[PartyRef, str]


def of_agreement(hub: Hub, organisation: str, agreement_id: str) -> History:
    """Every version with what it changed.

    Raises:
        NotFoundError: there is no such agreement.
    """
    with hub.store.read(organisation) as uow:
        record = uow.agreements.get(agreement_id)
        kept = uow.agreements.history(agreement_id)
        states: list[Units] = [{}, *(units_of(one.agreement) for one in kept)]
        versions = [
            Version(change=change_of(uow, one), differences=differences(before, after, one.cause.rules))
            for one, (before, after) in zip(kept, pairwise(states), strict=True)
        ]
        client = record.agreement.client
        mentioned = {
            client,
            *actors(one.change for one in versions),
            *(ref for units in states for ref in named(units)),
        }
        return History(
            id=agreement_id,
            client=client,
            version=record.version,
            versions=tuple(reversed(versions)),
            names=names(uow, mentioned),
            same_as=record.same_as,
        )


def would_restore(
    hub: Hub, organisation: str, agreement_id: str, version: int, *, by: str = ADMIN
) -> Restored:
    """What :func:`restore` would change, and what of that waits until others agree.

    Raises:
        NotFoundError: there is no such agreement, version or party.
        RuleError: it cannot be made to say that again, or was joined into another one.
    """
    with hub.store.read(organisation) as uow:
        record = _standing(uow, agreement_id)
        after = restored(record.agreement, uow.agreements.version(agreement_id, version).agreement)
        return _restored(uow, record.agreement, after, record.version, actor(uow, by))


def restore(hub: Hub, organisation: str, agreement_id: str, version: int, *, by: str = ADMIN) -> Restored:
    """Make the content of an earlier version the next one; what others must agree to first is asked.

    Raises:
        NotFoundError: there is no such agreement, version or party.
        RuleError: it cannot be made to say that again, or was joined into another one.
    """
    with hub.store.write(organisation) as uow:
        who = actor(uow, by)
        record = _standing(uow, agreement_id)
        after = restored(record.agreement, uow.agreements.version(agreement_id, version).agreement)
        told = _restored(uow, record.agreement, after, record.version, who)
        record_edit(uow, hub, record, after, cause=Cause(actor=who, why="restored"))
        now = uow.agreements.get(agreement_id).version
        uow.commit()
    return replace(told, version=now)


def _standing(uow: UnitOfWork, agreement_id: str) -> AgreementRecord:
    record = uow.agreements.get(agreement_id)
    if record.same_as is not None:
        raise RuleError(
            "joined", f"Agreement {agreement_id} was joined into {record.same_as}. Restore that one."
        )
    return record


def _restored(uow: UnitOfWork, before: Agreement, after: Agreement, version: int, by: str) -> Restored:
    now, then, client = units_of(before), units_of(after), before.client
    return Restored(
        id=before.id,
        client=client,
        version=version,
        differences=differences(now, then, waiting=waiting_in(uow, before, after, by=by)),
        names=names(uow, {client, *named(now), *named(then)}),
    )


def differences(
    before: Units,
    after: Units,
    rules: Mapping[UnitKey, str] | None = None,
    waiting: Mapping[UnitKey, frozenset[PartyRef]] | None = None,
) -> tuple[Difference, ...]:
    """What differs between two states of an agreement, unit by unit."""
    return tuple(
        Difference(
            unit=key,
            before=as_json({key: before.get(key)})[str(key)],
            after=as_json({key: after.get(key)})[str(key)],
            rule=(rules or {}).get(key, ""),
            waits_for=tuple(sorted((waiting or {}).get(key, ()))),
        )
        for key in sorted(differing(before, after))
    )
