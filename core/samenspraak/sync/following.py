"""What was asked and allowed goes along: with an agreement that was joined, and with a copy that leaves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from samenspraak.domain.agreements import Agreement, OccurrenceKey
from samenspraak.domain.aliases import Aliases
from samenspraak.domain.units import UnitKey, UnitValue, units_of
from samenspraak.policy.state import QuestionKind, SentUnits
from samenspraak.store.records import Likeness, QuestionRecord
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync.alike import SAME_AGREEMENT, ask_whether_same, close_likeness
from samenspraak.sync.asking import (
    DIFFERENTLY,
    HUB,
    OF_A_UNIT,
    PROPOSED,
    beside,
    open_about,
    owner_of,
    question,
    tell_ours,
    unit_of,
    unit_subject,
)
from samenspraak.sync.hub import Hub


def consents(uow: WritingUnitOfWork, *, goes: str, stays: str) -> None:
    """What the client allows or objects to for one of them holds for what they are together."""
    client_id = uow.agreements.get(goes).agreement.client_id
    for one in uow.consents.of_client(client_id):
        if one.agreement_id == goes:
            uow.consents.change(replace(one, agreement_id=stays))


def likenesses(uow: WritingUnitOfWork, hub: Hub, *, goes: str, stays: Agreement) -> None:
    """What may be, or is not, the same as the one that goes, stands so to the one that stays."""
    known = uow.agreements.likenesses(stays.id)
    for other, stands in uow.agreements.likenesses(goes).items():
        close_likeness(uow, hub, goes, other)
        if other == stays.id or other in known:
            continue
        if stands is Likeness.APART:
            uow.agreements.note_likeness(stays.id, other, stands)
            continue
        newer, older = (stays.id, other) if stands is Likeness.HELD else (other, stays.id)
        # The one that stays is known elsewhere by now; it is not held back for a question about the other.
        ask_whether_same(uow, hub, newer=newer, older=older, holds=newer != stays.id)


def questions(uow: WritingUnitOfWork, hub: Hub, goes: str, stays: Agreement, aliases: Aliases) -> None:
    """Open questions go along, and those about moments that are settled."""
    for one in uow.questions.list(open_only=False, agreement_id=goes):
        if one.is_open and one.cause == SAME_AGREEMENT:
            continue
        if one.is_open and one.subject.startswith("link:"):  # what stood in the way of a copy that moved
            uow.questions.close(one.id, hub.now())
        elif one.is_open or one.kind is QuestionKind.REPORT:
            _follow(uow, hub, one, stays, aliases)


def questions_about(
    uow: WritingUnitOfWork, hub: Hub, asked: Collection[QuestionRecord], own: Agreement
) -> None:
    """What was asked about objects that are an agreement of their own now; who saw it before, looks again.

    What they would not have of ours, or had in their way, is over: they say what stands there. What is asked
    about a unit is no question about an object.
    """
    shown = {key for one in asked for key in one.values.get(HUB, {})}
    for one in asked:
        if one.kind is QuestionKind.REFUSAL or one.subject.startswith("link:"):
            uow.questions.close(one.id, hub.now())
        elif one.kind not in OF_A_UNIT:
            uow.questions.move(replace(one, agreement_id=own.id))
    tell_ours(uow, own, shown)


def _follow(
    uow: WritingUnitOfWork, hub: Hub, asked: QuestionRecord, stays: Agreement, aliases: Aliases
) -> None:
    moved = replace(
        asked,
        agreement_id=stays.id,
        subject=_subject(asked, stays.id, aliases),
        values={name: aliases.units_here(units) for name, units in asked.values.items()},
        shows={name: aliases.units_here(units) for name, units in asked.shows.items()},
    )
    standing = open_about(uow, stays.id, moved.subject) if asked.is_open else None
    if standing is None:
        uow.questions.move(_with_ours(moved, stays))
        return
    uow.questions.close(asked.id, hub.now())
    if asked.kind in OF_A_UNIT:
        theirs = ((name.partition("/")[0], says) for name, says in moved.values.items() if name != HUB)
        both = replace(
            standing,
            values=beside(standing.values, theirs),
            shows={**moved.shows, **standing.shows},
        )
        uow.questions.ask(_with_ours(both, stays))


def _subject(asked: QuestionRecord, stays: str, aliases: Aliases) -> str:
    kind, _, rest = [*asked.subject.split(":", 2), "", ""][:3]
    if kind != "agreement":
        return asked.subject
    if asked.kind in OF_A_UNIT:
        return unit_subject(stays, aliases.key_here(unit_of(asked)))
    if asked.kind is QuestionKind.REPORT:
        about, _, key = rest.partition(":")
        moment = OccurrenceKey.parse(key)
        rest = f"{about}:{replace(moment, assignment_id=aliases.id_here(moment.assignment_id))}"
    return f"agreement:{stays}:{rest}"


def _with_ours(asked: QuestionRecord, stays: Agreement) -> QuestionRecord:
    """A question about a unit shows what the agreement says that stays."""
    if asked.kind not in OF_A_UNIT:
        return asked
    key = unit_of(asked)
    return replace(asked, values={**asked.values, HUB: {key: units_of(stays).get(key)}})


def ask_differing(
    uow: WritingUnitOfWork,
    hub: Hub,
    stays: Agreement,
    key: UnitKey,
    value: UnitValue,
    shown: Mapping[str, tuple[str, SentUnits]],
) -> None:
    """Both said something else of this unit: the agreement keeps what it said until a person has answered.

    ``value``: what the one said that went · ``shown``: per object in which it stands, its system and that.
    """
    subject = unit_subject(stays.id, key)
    standing = open_about(uow, stays.id, subject)
    said = [*shown.values(), (PROPOSED, {key: value})]
    values = beside(standing.values if standing else {}, said)
    uow.questions.ask(
        question(
            hub,
            kind=standing.kind if standing else QuestionKind.CONFLICT,
            subject=subject,
            agreement_id=stays.id,
            owner=standing.owner if standing else owner_of(stays, key),
            values={**values, HUB: {key: units_of(stays).get(key)}},
            shows={
                **(standing.shows if standing else {}),
                **{remote_id: says for remote_id, (_, says) in shown.items()},
            },
            cause=standing.cause if standing else DIFFERENTLY,
        )
    )
