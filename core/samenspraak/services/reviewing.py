"""The recurring talk: which are due, and recording what came of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from samenspraak.domain.agreements import Agreement, Review, ReviewOutcome
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.reviews import due_reviews, hold_review
from samenspraak.domain.units import UnitKey
from samenspraak.services import ADMIN
from samenspraak.services.agreeing import check_version
from samenspraak.services.naming import actor, names, party
from samenspraak.services.unit_values import Json, read
from samenspraak.store.records import Cause
from samenspraak.sync.editing import record_edit
from samenspraak.sync.hub import Hub


@dataclass(frozen=True, kw_only=True)
class Due:
    """A talk to hold. ``responsible``: whom to ask, as far as the agreement says · ``days_late``: from 0."""

    agreement_id: str
    client: PartyRef
    what: str
    due: date
    days_late: int
    responsible: tuple[PartyRef, ...]


@dataclass(frozen=True, kw_only=True)
class DueList:
    """The talks to hold, the longest overdue first, with how everybody is called."""

    reviews: tuple[Due, ...]
    names: Mapping[PartyRef, str]


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a talk came to. ``waits``: the units that hold once others agree."""

    agreement_id: str
    client: PartyRef
    version: int
    outcome: ReviewOutcome
    next: date | None
    waits: tuple[UnitKey, ...]


def due(hub: Hub, organisation: str, *, client: str | None = None, within_days: int = 0) -> DueList:
    """The talks that are due, of all clients or one.

    Args:
        hub: the hub.
        organisation: whose.
        client: only of this one.
        within_days: those that become due in so many days as well.

    Raises:
        NotFoundError: there is no such client.
    """
    today = hub.today()
    with hub.store.read(organisation) as uow:
        client_id = party(uow, client, PartyKind.CLIENT).id if client else None
        agreements = [one.agreement for one in uow.agreements.list(client_id=client_id)]
        until = today + timedelta(days=within_days)
        found = [
            _due(one.agreement, one.due, today)
            for one in due_reviews(agreements, until, since=uow.agreements.known_since())
        ]
        mentioned = {ref for one in found for ref in (one.client, *one.responsible)}
        return DueList(reviews=tuple(found), names=names(uow, mentioned))


def hold(
    hub: Hub,
    organisation: str,
    agreement_id: str,
    outcome: ReviewOutcome,
    *,
    on: date | None = None,
    changes: Mapping[str, Json] | None = None,
    notes: str | None = None,
    next_on: date | None = None,
    over: int | None = None,
    by: str = ADMIN,
) -> Held:
    """Record the outcome of a talk as a version; everybody who may see it hears of it.

    Args:
        hub: the hub.
        organisation: whose.
        agreement_id: which agreement the talk was about.
        outcome: kept, changed or ended.
        on: the day of the talk, today unless given.
        changes: with *changed*, per unit its new value as JSON.
        notes: what was said, in place of the notes there were; None leaves those.
        next_on: the next talk, a quarter later unless given.
        over: the version that was talked about; None: whichever there is.
        by: who records it.

    Raises:
        NotFoundError: there is no such agreement, or nobody is known as ``by``.
        StaleError: it has another version than ``over`` by now.
        RuleError: the talk cannot have been so, or a value is none.
    """
    with hub.store.write(organisation) as uow:
        who = actor(uow, by)
        record = uow.agreements.current(agreement_id)
        if over is not None:
            check_version(record, over)
        keys = {UnitKey.parse(text): value for text, value in (changes or {}).items()}
        after = hold_review(
            record.agreement,
            outcome,
            on or hub.today(),
            changes={key: read(key, value) for key, value in keys.items()},
            notes=notes,
            next_on=next_on,
        )
        waits = record_edit(uow, hub, record, after, cause=Cause(actor=who, why="reviewed"))
        version = uow.agreements.get(after.id).version
        uow.commit()
    return Held(
        agreement_id=after.id,
        client=after.client,
        version=version,
        outcome=outcome,
        next=(after.review or Review()).next,
        waits=tuple(waits),
    )


def _due(agreement: Agreement, day: date, today: date) -> Due:
    return Due(
        agreement_id=agreement.id,
        client=agreement.client,
        what=agreement.what.text,
        due=day,
        days_late=max((today - day).days, 0),
        responsible=tuple(sorted({one.responsible for one in agreement.assignments if one.responsible})),
    )
