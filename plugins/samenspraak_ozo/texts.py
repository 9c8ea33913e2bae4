"""What people read in the platform: plain Dutch (B1, "u"), one line per part of an agreement.

The platform shows one text per message and is in Dutch, so there is no English here. A party these readers
may not see named gets a neutral word. A line never holds a line break of somebody else's text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from samenspraak.connectors import Directory, End
from samenspraak.domain.agreements import (
    Conditions,
    Decides,
    Duty,
    ExceptionKind,
    Instructed,
    Modality,
    OccurrenceException,
    OccurrenceKey,
    Review,
    ReviewOutcome,
    State,
    Status,
    What,
)
from samenspraak.domain.dutch_schedule import readable, understood
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.schedules import Schedule, Weekday, slots
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import UnitKey, UnitKind, Units
from samenspraak_ozo.answers import MONTHS

SUBJECT_LENGTH = 50
"""Subjects are kept short enough for the messaging network OZO belongs to.

Source: nuts-foundation/toepassing-instante-communicatie, specificatie.md (subject of at most 50 characters).
"""

UNAVAILABLE = "Dit bericht is niet meer beschikbaar."
RETRACTED = "Dit gesprek is niet meer beschikbaar."
_ASK_CODE = (
    "Wij weten niet zeker bij welk bericht uw antwoord hoort. Wilt u het nog eens sturen, met de code uit "
    "dat bericht erbij? Bijvoorbeeld: {answer} {code}"
)
_ASK_WHICH_TIME = (
    "Dit is vaker op een dag. Wilt u uw antwoord nog eens sturen, met erbij welke keer? "
    "Bijvoorbeeld: {answer} 2e keer {code}"
)
_ASK_WHICH_DAY = (
    "Op {day} staat dit niet op de planning. {meant} Stuur dan bijvoorbeeld: {answer} {date} {code}"
)
_OVERVIEW_SUBJECT = "Afspraken om te lezen"
_OVERVIEW = (
    "Vanaf nu kunt u hier de afspraken lezen over de zorg {about}. Elke afspraak is een eigen gesprek.\n"
    "Deze afspraken waren er al. U hoeft nu niets te doen. Verandert er iets, dan krijgt u een nieuw bericht "
    "in het gesprek van die afspraak.\n"
    "Wilt u iets zeggen over een afspraak? Antwoord dan in het gesprek van die afspraak. Wij lezen hier niet."
)
MORE = (
    "U kunt nu meer afspraken lezen. Elke afspraak is een eigen gesprek. Deze afspraken waren er al. "
    "U hoeft nu niets te doen."
)
CLOSING: Mapping[End, str] = {
    End.ENDED: "Deze afspraak is gestopt. U hoeft hier niets meer voor te doen.",
    End.WITHDRAWN: "Deze afspraak gaat niet door. U hoeft hier niets meer voor te doen.",
    End.MISTAKE: "Deze afspraak is per ongeluk gemaakt. U hoeft hier niets mee te doen.",
    End.RETRACTED: RETRACTED,
}
_WEEKDAYS: Mapping[Weekday, str] = {
    Weekday.MONDAY: "maandag",
    Weekday.TUESDAY: "dinsdag",
    Weekday.WEDNESDAY: "woensdag",
    Weekday.THURSDAY: "donderdag",
    Weekday.FRIDAY: "vrijdag",
    Weekday.SATURDAY: "zaterdag",
    Weekday.SUNDAY: "zondag",
}
_WHAT: Mapping[Modality, str] = {Modality.DOES: "Wat", Modality.MAY: "Mag wel", Modality.NEVER: "Nooit doen"}
_OUTCOMES: Mapping[ReviewOutcome, str] = {
    ReviewOutcome.KEPT: "de afspraak blijft zo",
    ReviewOutcome.CHANGED: "de afspraak is veranderd",
    ReviewOutcome.ENDED: "de afspraak is gestopt",
}
_NOTED: Mapping[StatementKind, str] = {
    StatementKind.ASSENT: "Genoteerd: {who} is akkoord.",
    StatementKind.DECLINE: "Genoteerd: {who} is niet akkoord. Een medewerker neemt contact op.",
    StatementKind.DONE: "Genoteerd: gedaan op {when}, volgens {who}.",
    StatementKind.NOT_DONE: "Genoteerd: niet gedaan op {when}, volgens {who}.",
    StatementKind.COMMENT: "Opmerking van {who}: {text}",
}


def name(ref: PartyRef, directory: Directory) -> str:
    """How these readers may see the party named, else a neutral word."""
    return _line(directory.words_for(ref))


def day(one: date) -> str:
    """A date as people say it, for instance ``donderdag 26 november 2026``."""
    return f"{_WEEKDAYS[Weekday(one.weekday())]} {one.day} {MONTHS[one.month - 1]} {one.year}"


def subject(what: What | None) -> str:
    """The subject of a thread, cut at a word to what fits."""
    text = _line(what.text) if what else "Afspraak"
    if len(text) <= SUBJECT_LENGTH:
        return text
    return f"{text[: SUBJECT_LENGTH - 1].rsplit(' ', 1)[0].rstrip(' ,.;:')[: SUBJECT_LENGTH - 1]}…"


def message(units: Units, directory: Directory, *, client: str | None, code: str, first: bool) -> str:
    """The whole agreement as one message that says what it says now, and how to answer."""
    opening = (
        f"Dit is de afspraak over de zorg {_about(client)}."
        if first
        else "De afspraak is veranderd. Vanaf nu geldt dit bericht."
    )
    return "\n".join([opening, "", *_told(units, directory), "", *_how_to_answer(units, code)])


def _told(units: Units, directory: Directory) -> list[str]:
    """Every unit in its lines; whom to ask is said once, also where it is the same person for each task."""
    told: list[str] = []
    for key in sorted(units):
        lines = _lines(key, units[key], directory)
        told += [line for line in lines if key.kind is not UnitKind.RESPONSIBLE or line not in told]
    return told


def overview(client: str | None) -> tuple[str, str]:
    """Subject and text that tell people once that there is something to read; nothing of what was agreed."""
    return _OVERVIEW_SUBJECT, _OVERVIEW.format(about=_about(client))


def _about(client: str | None) -> str:
    return f"van {_line(client)}" if client else "van deze cliënt"


def noted(one: Statement, directory: Directory) -> str:
    """What the hub says when it has noted something, said here or elsewhere."""
    when = f"{day(one.occurrence.day)}{_nth(one.occurrence.nth)}" if one.occurrence else ""
    return _NOTED[one.kind].format(who=name(one.by, directory), when=when, text=_line(one.text))


def noted_cannot(who: PartyRef, key: OccurrenceKey, directory: Directory) -> str:
    """What the hub answers to "kan niet"."""
    return f"Genoteerd: {name(who, directory)} kan niet op {day(key.day)}{_nth(key.nth)}."


def ask_code(answer: str, code: str) -> str:
    """What the hub asks back when an answer fits several messages; with the code of the newest one."""
    return _ASK_CODE.format(answer=answer, code=code)


def ask_which_time(answer: str, code: str) -> str:
    """What the hub asks back when a day has several moments."""
    return _ASK_WHICH_TIME.format(answer=answer, code=code)


def ask_which_day(answer: str, code: str, asked: date, known: date | None) -> str:
    """What the hub asks back about a day that is none of its days; ``known``: the one nearest to it."""
    meant = f"Bedoelt u {day(known)}?" if known else "Bedoelt u een andere dag?"
    shown = known or asked
    return _ASK_WHICH_DAY.format(
        day=day(asked), meant=meant, answer=answer, date=f"{shown.day}-{shown.month}", code=code
    )


def when(schedule: Schedule) -> str:
    """When it is done: the text people wrote; without one, the structured form in words."""
    told = _line(readable(schedule))
    start = f"vanaf {day(schedule.start)}" if schedule.start else ""
    until = f"tot en met {day(schedule.until)}" if schedule.until else ""
    return " ".join(filter(None, (told, start, until)))


# One line per unit.


@dataclass(frozen=True, kw_only=True)
class _Row:
    type: type
    lines: Callable[[Any, UnitKey, Directory], Iterator[str]]


def _lines(key: UnitKey, value: object, directory: Directory) -> Iterator[str]:
    row = _ROWS.get(key.kind)
    if row is not None and isinstance(value, row.type):
        yield from row.lines(value, key, directory)


def _what(value: What, _key: UnitKey, _directory: Directory) -> Iterator[str]:
    yield f"{_WHAT[value.modality]}: {_line(value.text)}"


def _place(value: str, _key: UnitKey, _directory: Directory) -> Iterator[str]:
    yield f"Waar: {_line(value)}"


def _duty(value: Duty, _key: UnitKey, directory: Directory) -> Iterator[str]:
    yield ", ".join(filter(None, (f"Wie: {name(value.performer, directory)}", when(value.schedule))))


def _instructed(value: Instructed, _key: UnitKey, directory: Directory) -> Iterator[str]:
    by = f" door {name(value.by, directory)}" if value.by else ""
    on = f" op {day(value.on)}" if value.on else ""
    yield f"Voorgedaan{by}{on}"


def _backup(value: PartyRef, _key: UnitKey, directory: Directory) -> Iterator[str]:
    yield f"Als dat niet lukt: {name(value, directory)}"


def _responsible(value: PartyRef, _key: UnitKey, directory: Directory) -> Iterator[str]:
    yield f"Vragen? Stel ze aan {name(value, directory)}"


def _conditions(value: Conditions, _key: UnitKey, _directory: Directory) -> Iterator[str]:
    if value.text:
        yield f"Voorwaarden: {_line(value.text)}"
    if value.instruction:
        yield f"Zo doet u het: {_line(value.instruction)}"
    if value.instruction_required:
        yield "Let op: u doet dit pas als het aan u is voorgedaan."


def _status(value: Status, _key: UnitKey, _directory: Directory) -> Iterator[str]:
    if value.state is State.PROPOSED:
        yield "Dit is nog een voorstel."
    if value.state is State.PAUSED:
        start = f" vanaf {day(value.paused_from)}" if value.paused_from else ""
        until = f" tot en met {day(value.paused_until)}" if value.paused_until else ""
        yield f"De afspraak ligt stil{start}{until}."


def _review(value: Review, _key: UnitKey, _directory: Directory) -> Iterator[str]:
    if value.outcome:
        yield f"Besproken: {_OUTCOMES[value.outcome]}"
    due = value.next or value.due
    if due:
        yield f"Samen bespreken: uiterlijk {day(due)}"


def _decides(value: Decides, _key: UnitKey, directory: Directory) -> Iterator[str]:
    told = f"; dat hoort u zo: {_line(value.told_how)}" if value.told_how else ""
    yield f"Bij verschil beslist {name(value.who, directory)}{told}"


def _exception(value: OccurrenceException, key: UnitKey, directory: Directory) -> Iterator[str]:
    once = OccurrenceKey.parse(key.id)
    on = f"{day(once.day)}{_nth(once.nth)}"
    because = f" ({_line(value.reason)})" if value.reason else ""
    if value.kind is ExceptionKind.CANCELLED:
        yield f"Gaat niet door: {on}{because}"
    if value.kind is ExceptionKind.MOVED and value.moved_to:
        at = f" om {_time(value.moved_time)}" if value.moved_time else ""
        yield f"Verplaatst: {on} wordt {day(value.moved_to)}{at}{because}"
    if value.kind is ExceptionKind.TAKEN_OVER and value.by:
        yield f"Op {on} doet {name(value.by, directory)} het{because}"


_ROWS: Mapping[UnitKind, _Row] = {
    UnitKind.WHAT: _Row(type=What, lines=_what),
    UnitKind.PLACE: _Row(type=str, lines=_place),
    UnitKind.ASSIGNMENT: _Row(type=Duty, lines=_duty),
    UnitKind.INSTRUCTED: _Row(type=Instructed, lines=_instructed),
    UnitKind.BACKUP: _Row(type=PartyRef, lines=_backup),
    UnitKind.RESPONSIBLE: _Row(type=PartyRef, lines=_responsible),
    UnitKind.CONDITIONS: _Row(type=Conditions, lines=_conditions),
    UnitKind.STATUS: _Row(type=Status, lines=_status),
    UnitKind.REVIEW: _Row(type=Review, lines=_review),
    UnitKind.DECIDES: _Row(type=Decides, lines=_decides),
    UnitKind.EXCEPTION: _Row(type=OccurrenceException, lines=_exception),
}
TOLD = frozenset(_ROWS)
"""The kinds of unit a message has a line for."""


def _how_to_answer(units: Units, code: str) -> Iterator[str]:
    duties = [value for value in units.values() if isinstance(value, Duty)]
    yield f"U kunt hier antwoorden met een van deze woorden en de code {code}:"
    yield f"AKKOORD {code} (u bent het ermee eens)"
    yield f"NIET AKKOORD {code} (u bent het er niet mee eens)"
    yield f"GEDAAN {code} of NIET GEDAAN {code} (vandaag)"
    yield f"KAN NIET {code} (vandaag)"
    yield f"Gaat het over een andere dag? Zet de datum erbij, bijvoorbeeld: KAN NIET 24-11 {code}"
    if any(len(slots(understood(duty.schedule))) > 1 for duty in duties):
        yield f"Is het vaker op een dag? Zet erbij welke keer: GEDAAN 2e keer {code}"
    yield "Schrijft u iets anders, dan leest een medewerker het als opmerking."


# Words.


def _time(one: time) -> str:
    return f"{one.hour}.{one.minute:02d} uur"


def _nth(nth: int) -> str:
    return f", {nth}e keer" if nth > 1 else ""


def _and(words: list[str]) -> str:
    return " en ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _line(text: str) -> str:
    return " ".join(text.split())
