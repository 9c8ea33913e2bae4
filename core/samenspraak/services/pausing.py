"""A client or performer who is away, and everything that stops: all agreements it concerns at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from samenspraak.domain.agreements import Agreement, OccurrenceKey, State
from samenspraak.domain.lifecycle import end, resume
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.pausing import Away, with_client_away, with_party_away, with_party_back
from samenspraak.errors import RuleError
from samenspraak.services import ADMIN
from samenspraak.services.naming import actor, names, party
from samenspraak.store.records import AgreementRecord, Cause
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.absence import ask_for_cover, cover_not_needed, nothing_to_settle
from samenspraak.sync.hub import Hub
from samenspraak.sync.versions import record_version


@dataclass(frozen=True, kw_only=True)
class Touched:
    """One agreement that it concerns: how it is afterwards, and the moments that fall away in it.

    ``uncovered``: the assignments for which the responsible person is asked to find somebody.
    """

    agreement_id: str
    client: PartyRef
    what: str
    state: State
    called_off: tuple[OccurrenceKey, ...] = ()
    uncovered: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Whom it was about, and what it does, or did, to which agreements."""

    party: PartyRef
    agreements: tuple[Touched, ...]
    names: Mapping[PartyRef, str]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One agreement as it is and as it will be."""

    record: AgreementRecord
    after: Agreement
    away: Away | None = None

    def touched(self) -> Touched:
        return Touched(
            agreement_id=self.after.id,
            client=self.after.client,
            what=self.after.what.text,
            state=self.after.status.state,
            called_off=self.away.called_off if self.away else (),
            uncovered=(*self.away.uncovered, *self.away.stands_in) if self.away else (),
        )


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Who is away (a client, or whoever performs), from when to when, both days included, and why.

    ``until`` None: until somebody says it is over, for a client only. The reason can be read wherever the
    agreement can.
    """

    who: str
    start: date
    until: date | None = None
    reason: str = ""


def pause(
    hub: Hub, organisation: str, absence: Absence, *, by: str = ADMIN, try_only: bool = False
) -> Outcome:
    """Let a client's agreements rest, or call off what a performer does, in a period; it goes on by itself.

    Args:
        hub: the hub.
        organisation: whose.
        absence: who is away, and when.
        by: who decides.
        try_only: only say what it would do.

    Raises:
        NotFoundError: nobody is known by it.
        RuleError: the period cannot be, or an agreement rests in another one.
    """

    def steps(uow: UnitOfWork, who: PartyRef) -> Iterator[Step]:
        if who.kind is PartyKind.CLIENT:
            for record in uow.agreements.list(client_id=who.id):
                rests = with_client_away(
                    record.agreement, absence.start, absence.until, reason=absence.reason
                )
                yield Step(record=record, after=rests)
            return
        if absence.until is None:
            raise RuleError("absence", f"Until which day is {who} away? Of a client alone that may be open.")
        for record in uow.agreements.list_naming([who]):
            away = with_party_away(record.agreement, who, absence.start, absence.until, reason=absence.reason)
            yield Step(record=record, after=away.agreement, away=away)

    return _carry_out(hub, organisation, absence.who, steps, "paused", by=by, try_only=try_only)


def lift(
    hub: Hub, organisation: str, absence: Absence, *, by: str = ADMIN, try_only: bool = False
) -> Outcome:
    """Back sooner: a client's agreements go on; what was called off for this reason takes place again.

    Raises:
        NotFoundError: nobody is known by it.
    """

    def steps(uow: UnitOfWork, who: PartyRef) -> Iterator[Step]:
        is_client = who.kind is PartyKind.CLIENT
        concerned = uow.agreements.list(who.id) if is_client else uow.agreements.list_naming([who])
        for record in concerned:
            agreement = record.agreement
            if not is_client:
                agreement = with_party_back(agreement, who, absence.start, reason=absence.reason)
            elif agreement.status.state is State.PAUSED:
                agreement = resume(agreement)
            yield Step(record=record, after=agreement)

    return _carry_out(hub, organisation, absence.who, steps, "resumed", by=by, try_only=try_only)


def stop(
    hub: Hub,
    organisation: str,
    client: str,
    *,
    on: date | None = None,
    by: str = ADMIN,
    try_only: bool = False,
) -> Outcome:
    """End everything of a client (death, leaving care): no reminders, no questions, no reason in any system.

    Raises:
        NotFoundError: there is no such client.
    """

    def steps(uow: UnitOfWork, who: PartyRef) -> Iterator[Step]:
        for record in uow.agreements.list(client_id=who.id):
            if not record.agreement.status.is_over:
                draft = record.agreement.status.state is State.DRAFT
                how = State.WITHDRAWN if draft else State.ENDED
                yield Step(record=record, after=end(record.agreement, on or hub.today(), how=how))

    kinds = (PartyKind.CLIENT,)
    return _carry_out(hub, organisation, client, steps, "stopped", by=by, try_only=try_only, kinds=kinds)


Act = Callable[..., Outcome]
"""One of the above."""


def would(hub: Hub, organisation: str, /, act: Act, *about: Any, by: str = ADMIN, **more: Any) -> Outcome:
    """What one of the above would do, and do nothing.

    Raises:
        NotFoundError: nobody is known by it.
        RuleError: it cannot be.
    """
    return act(hub, organisation, *about, by=by, try_only=True, **more)


Steps = Callable[[UnitOfWork, PartyRef], Iterator[Step]]
_Follow = Callable[[WritingUnitOfWork, Hub, PartyRef, Step], None]


def _carry_out(
    hub: Hub,
    organisation: str,
    text: str,
    steps: Steps,
    why: str,
    *,
    by: str,
    try_only: bool,
    kinds: Sequence[PartyKind] = (),
) -> Outcome:
    """All of it in one transaction, or only what it would be."""
    with hub.store.write(organisation) as uow:
        who, cause = party(uow, text, *kinds), Cause(actor=actor(uow, by), why=why)
        found = [one for one in steps(uow, who) if one.after != one.record.agreement or _asks(one)]
        touched = tuple(one.touched() for one in found)
        named = names(uow, {who, *(one.client for one in touched)})
        for one in () if try_only else found:
            if one.after != one.record.agreement:
                record_version(uow, hub, one.record, one.after, cause=cause)
            _FOLLOWS[why](uow, hub, who, one)
        if not try_only:
            uow.commit()
    return Outcome(party=who, agreements=touched, names=named)


def _asks(step: Step) -> bool:
    return step.away is not None and bool(step.away.uncovered or step.away.stands_in)


def _ask_for_cover(uow: WritingUnitOfWork, hub: Hub, who: PartyRef, step: Step) -> None:
    if step.away is not None:
        ask_for_cover(uow, hub, who, step.away)


def _settle(uow: WritingUnitOfWork, hub: Hub, who: PartyRef, step: Step) -> None:
    cover_not_needed(uow, hub, who, step.after)


def _stop_asking(uow: WritingUnitOfWork, hub: Hub, _: PartyRef, step: Step) -> None:
    nothing_to_settle(uow, hub, step.after)


_FOLLOWS: Mapping[str, _Follow] = {"paused": _ask_for_cover, "resumed": _settle, "stopped": _stop_asking}
