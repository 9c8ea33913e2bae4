"""The columns of a sheet: what each shows of an agreement, and what typing in it changes.

A row is one assignment. What belongs to the agreement as a whole stands in each of its rows. The words are
those of docs/connectors/sheet.md; what may be in a row at all is for the copy to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

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
    State,
    Status,
    What,
)
from samenspraak.domain.dutch_schedule import readable, timing_of
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import (
    CONDITIONS,
    LIFE_DOMAIN,
    REVIEW,
    STATUS,
    WHAT,
    UnitKey,
    UnitKind,
    UnitValue,
)
from samenspraak_sheet.words import (
    DOMAINS,
    MODALITIES,
    NO,
    OUTCOMES,
    STATES,
    YES,
    UnreadableError,
    one_of,
    read_day,
    written_day,
    yes_or_no,
)

PLACE = UnitKey(UnitKind.PLACE)
NOTES = UnitKey(UnitKind.REVIEW_NOTES)
DECIDES = UnitKey(UnitKind.DECIDES)
LONGEST = 32_000
"""So many characters of a cell are shown; Excel holds little more."""


@dataclass
class Row:
    """One assignment of an agreement, in what may be seen of it; typing in a column changes the units.

    ``names``: how whoever may be named is called · ``word_for``: what stands for somebody on the sheet.
    """

    part: str
    units: dict[UnitKey, UnitValue | None]
    names: Mapping[PartyRef, str] = field(default_factory=dict)
    word_for: Callable[[PartyRef], str] = str

    def of(self, key: UnitKey, otherwise: Any = None) -> Any:
        """The unit, or what stands for one that says nothing."""
        value = self.units.get(key)
        return otherwise if value is None else value

    def own(self, kind: UnitKind) -> UnitKey:
        """The key of a unit of this assignment."""
        return UnitKey(kind, self.part)

    @property
    def duty(self) -> Duty | None:
        found = self.units.get(self.own(UnitKind.ASSIGNMENT))
        return found if isinstance(found, Duty) else None

    @property
    def status(self) -> Status:
        found: Status = self.of(STATUS, Status(state=State.ACTIVE))
        return found

    def named(self, text: str) -> PartyRef:
        """Whom somebody means by this name.

        Raises:
            UnreadableError: nobody on this sheet is called so, or several are.
        """
        wanted = " ".join(text.casefold().split())
        found = {ref for ref, name in self.names.items() if " ".join(name.casefold().split()) == wanted}
        if len(found) != 1:
            raise UnreadableError(
                "we weten niet wie dit is. Gebruik een naam zoals die op dit blad staat.",
                "we do not know who this is. Use a name as it stands on this sheet.",
            )
        return found.pop()


Show = Callable[[Row], str]
Take = Callable[[Row, str], None]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    ``kind``: of the unit it shows · ``take``: what typing changes (None: it is only to be read) ·
    ``choices``: the words to choose from · ``is_day``: whether it holds a date · ``width``: in characters.
    """

    name: str
    kind: UnitKind
    show: Show
    take: Take | None = None
    width: int = 18
    choices: tuple[str, ...] = ()
    is_day: bool = False


def _required(text: str) -> str:
    if not text:
        raise UnreadableError("dit mag niet leeg zijn.", "this may not be empty.")
    return text


# What.


def _take_what(row: Row, text: str) -> None:
    """Other words are no longer what the code said."""
    before: What | None = row.of(WHAT)
    row.units[WHAT] = What(text=_required(text), modality=before.modality if before else Modality.DOES)


def _take_modality(row: Row, text: str) -> None:
    row.units[WHAT] = replace(row.of(WHAT), modality=one_of(MODALITIES, text))


# Who and when.


def _who(kind: UnitKind) -> tuple[Show, Take]:
    def show(row: Row) -> str:
        found = row.of(row.own(kind))
        return row.word_for(found) if found else ""

    def take(row: Row, text: str) -> None:
        row.units[row.own(kind)] = row.named(text) if text else None

    return show, take


def _show_performer(row: Row) -> str:
    return row.word_for(row.duty.performer) if row.duty else ""


def _take_performer(row: Row, text: str) -> None:
    performer = row.named(_required(text))
    key = row.own(UnitKind.ASSIGNMENT)
    row.units[key] = replace(row.duty, performer=performer) if row.duty else Duty(performer=performer)


def _on_schedule(change: Callable[[Any, str], Any]) -> Take:
    def take(row: Row, text: str) -> None:
        if row.duty is None:
            raise UnreadableError("er staat nog niet wie het doet.", "it does not say yet who does it.")
        schedule = change(row.duty.schedule, text)
        row.units[row.own(UnitKind.ASSIGNMENT)] = replace(row.duty, schedule=schedule)

    return take


def _show_when(row: Row) -> str:
    return readable(row.duty.schedule) if row.duty else ""


def _day_of(name: str) -> tuple[Show, Take]:
    def show(row: Row) -> str:
        return written_day(getattr(row.duty.schedule, name)) if row.duty else ""

    return show, _on_schedule(lambda schedule, text: replace(schedule, **{name: read_day(text)}))


# Conditions, status, review.


def _condition(name: str) -> tuple[Show, Take]:
    def show(row: Row) -> str:
        return str(getattr(row.of(CONDITIONS, Conditions()), name))

    def take(row: Row, text: str) -> None:
        row.units[CONDITIONS] = replace(row.of(CONDITIONS, Conditions()), **{name: text})

    return show, take


def _show_required(row: Row) -> str:
    found = row.of(CONDITIONS)
    return "" if found is None else YES if found.instruction_required else NO


def _take_required(row: Row, text: str) -> None:
    before = row.of(CONDITIONS, Conditions())
    row.units[CONDITIONS] = replace(before, instruction_required=yes_or_no(text))


def _take_state(row: Row, text: str) -> None:
    """A state of its own; what went with the one before goes with it."""
    row.units[STATUS] = Status(state=one_of(STATES, text))


def _status(name: str, show: Callable[[Any], str], read: Callable[[str], Any]) -> tuple[Show, Take]:
    def take(row: Row, text: str) -> None:
        row.units[STATUS] = replace(row.status, **{name: read(text)})

    return (lambda row: show(getattr(row.of(STATUS), name, None))), take


def _review(name: str) -> tuple[Show, Take]:
    def take(row: Row, text: str) -> None:
        row.units[REVIEW] = replace(row.of(REVIEW, Review()), **{name: read_day(text)})

    return (lambda row: written_day(getattr(row.of(REVIEW), name, None))), take


def _take_outcome(row: Row, text: str) -> None:
    outcome = one_of(OUTCOMES, text) if text else None
    row.units[REVIEW] = replace(row.of(REVIEW, Review()), outcome=outcome)


def _text(key: UnitKey) -> tuple[Show, Take]:
    def take(row: Row, text: str) -> None:
        row.units[key] = text or None

    return (lambda row: str(row.of(key, ""))), take


# Only to be read.


def _show_instructed(row: Row) -> str:
    found: Instructed | None = row.of(row.own(UnitKind.INSTRUCTED))
    if found is None:
        return ""
    by = f" door {row.word_for(found.by)}" if found.by else ""
    return f"ja{by}{f', {written_day(found.on)}' if found.on else ''}"


def _show_decides(row: Row) -> str:
    found: Decides | None = row.of(DECIDES)
    return f"{row.word_for(found.who)} {found.told_how}".strip() if found else ""


def exceptions(row: Row, since: date | None = None) -> list[str]:
    """What is different this once, the first day first; from a day on, where one is given."""
    found = [
        (OccurrenceKey.parse(key.id), value)
        for key, value in row.units.items()
        if key.kind is UnitKind.EXCEPTION
        and key.assignment_id == row.part
        and isinstance(value, OccurrenceException)
    ]
    return [
        f"{written_day(key.day)} {_different(row, value)}"
        for key, value in sorted(found, key=lambda one: one[0])
        if since is None or key.day >= since
    ]


def _different(row: Row, value: OccurrenceException) -> str:
    reason = f" ({value.reason})" if value.reason else ""
    if value.kind is ExceptionKind.MOVED:
        at = f" om {value.moved_time:%H:%M}" if value.moved_time else ""
        return f"verplaatst naar {written_day(value.moved_to)}{at}{reason}"
    if value.kind is ExceptionKind.TAKEN_OVER and value.by:
        return f"overgenomen door {row.word_for(value.by)}{reason}"
    return f"gaat niet door{reason}"


def _column(name: str, kind: UnitKind, both: tuple[Show, Take], **more: Any) -> Column:
    return Column(name=name, kind=kind, show=both[0], take=both[1], **more)


def _as_is(text: str) -> str:
    return text


COLUMNS: tuple[Column, ...] = (
    Column(
        name="Wat",
        kind=UnitKind.WHAT,
        show=lambda row: getattr(row.of(WHAT), "text", ""),
        take=_take_what,
        width=34,
    ),
    Column(
        name="Soort",
        kind=UnitKind.WHAT,
        show=lambda row: MODALITIES[row.of(WHAT).modality] if row.of(WHAT) else "",
        take=_take_modality,
        width=9,
        choices=tuple(MODALITIES.values()),
    ),
    Column(name="Wie", kind=UnitKind.ASSIGNMENT, show=_show_performer, take=_take_performer, width=22),
    Column(
        name="Wanneer",
        kind=UnitKind.ASSIGNMENT,
        show=_show_when,
        take=_on_schedule(lambda schedule, text: replace(schedule, text=text, timing=timing_of(text))),
        width=28,
    ),
    _column("Vanaf", UnitKind.ASSIGNMENT, _day_of("start"), width=12, is_day=True),
    _column("Tot en met", UnitKind.ASSIGNMENT, _day_of("until"), width=12, is_day=True),
    _column("Waar", UnitKind.PLACE, _text(PLACE)),
    _column("Voorwaarden", UnitKind.CONDITIONS, _condition("text"), width=34),
    _column("Instructie", UnitKind.CONDITIONS, _condition("instruction"), width=34),
    Column(
        name="Eerst voordoen",
        kind=UnitKind.CONDITIONS,
        show=_show_required,
        take=_take_required,
        width=10,
        choices=(YES, NO),
    ),
    Column(name="Voorgedaan", kind=UnitKind.INSTRUCTED, show=_show_instructed),
    _column("Vervanging", UnitKind.BACKUP, _who(UnitKind.BACKUP), width=22),
    _column("Verantwoordelijk", UnitKind.RESPONSIBLE, _who(UnitKind.RESPONSIBLE), width=22),
    Column(
        name="Stand",
        kind=UnitKind.STATUS,
        show=lambda row: STATES.get(row.of(STATUS).state, "") if row.of(STATUS) else "",
        take=_take_state,
        width=12,
        choices=tuple(STATES.values()),
    ),
    _column("Reden", UnitKind.STATUS, _status("reason", lambda one: one or "", _as_is)),
    _column(
        "Rust vanaf", UnitKind.STATUS, _status("paused_from", written_day, read_day), width=12, is_day=True
    ),
    _column(
        "Rust tot en met",
        UnitKind.STATUS,
        _status("paused_until", written_day, read_day),
        width=12,
        is_day=True,
    ),
    _column("Gestopt op", UnitKind.STATUS, _status("ended_on", written_day, read_day), width=12, is_day=True),
    Column(
        name="Deel van het leven",
        kind=UnitKind.LIFE_DOMAIN,
        show=lambda row: DOMAINS[row.of(LIFE_DOMAIN)] if row.of(LIFE_DOMAIN) else "",
        take=lambda row, text: row.units.update({LIFE_DOMAIN: one_of(DOMAINS, text) if text else None}),
        choices=tuple(DOMAINS.values()),
    ),
    _column("Bespreken op", UnitKind.REVIEW, _review("due"), width=12, is_day=True),
    Column(
        name="Uitkomst gesprek",
        kind=UnitKind.REVIEW,
        show=lambda row: (
            OUTCOMES[row.of(REVIEW).outcome] if row.of(REVIEW) and row.of(REVIEW).outcome else ""
        ),
        take=_take_outcome,
        width=12,
        choices=tuple(OUTCOMES.values()),
    ),
    _column("Volgende gesprek", UnitKind.REVIEW, _review("next"), width=12, is_day=True),
    _column("Uit het gesprek", UnitKind.REVIEW_NOTES, _text(NOTES), width=30),
    Column(name="Wie beslist", kind=UnitKind.DECIDES, show=_show_decides, width=22),
    Column(
        name="Deze keer anders",
        kind=UnitKind.EXCEPTION,
        show=lambda row: "\n".join(exceptions(row)),
        width=30,
    ),
)
"""In the order in which people read them."""
KINDS = frozenset(one.kind for one in COLUMNS)
