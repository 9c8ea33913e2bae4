"""What was said of one agreement, kind by kind, as far as whoever asks may know of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from samenspraak.domain.parties import PartyRef
from samenspraak.domain.statements import ASSENTS, Statement, StatementKind
from samenspraak.policy.access import Principal
from samenspraak.policy.terms import terms_digest
from samenspraak.services.eyes import Eyes, Told
from samenspraak.services.paging import Window, in_time
from samenspraak.store.records import VersionRecord
from samenspraak.sync.hub import Hub


@dataclass(frozen=True, kw_only=True)
class Known(Told):
    """Something that was said. ``version``: of an assent, the first one with the terms it is about."""

    version: int | None


@dataclass(frozen=True, kw_only=True)
class Statements:
    """Some of what was said, the oldest first.

    ``next``: the cursor for what follows, None at the end · ``names``: how those who said it are called.
    """

    id: str
    client: PartyRef
    version: int
    items: tuple[Known, ...]
    next: str | None
    names: Mapping[PartyRef, str]


def of_agreement(
    hub: Hub,
    organisation: str,
    who: Principal,
    agreement_id: str,
    kinds: frozenset[StatementKind],
    window: Window,
) -> Statements:
    """Some of what was said of these kinds.

    Raises:
        NotFoundError: there is no such agreement, or they may not see it; nothing says which.
    """
    with hub.store.read(organisation) as uow:
        eyes = Eyes(uow, hub, who)
        record = eyes.record(agreement_id)
        known = eyes.may_know(record, uow.statements.of(record.agreement.id))
        places = {_place(one): one for one in known if one.kind in kinds}
        taken, following = window.of(places)
        history = uow.agreements.history(record.agreement.id) if kinds & ASSENTS else []
        items = tuple(
            Known(**vars(eyes.told(record, said)), version=_version(history, said))
            for said in (places[one] for one in taken)
        )
        return Statements(
            id=record.agreement.id,
            client=record.agreement.client,
            version=record.version,
            items=items,
            next=following,
            names=eyes.names(record, {one.by for one in items if one.by}),
        )


def _version(history: Iterable[VersionRecord], one: Statement) -> int | None:
    """The first version with the terms of an assent; None where there is none, and of anything else."""
    found = (then.version for then in history if terms_digest(then.agreement, one.by) == one.terms)
    return next(found, None) if one.terms else None


def _place(one: Statement) -> str:
    return in_time(one.at, one.id)
