"""What people report in a row: done or not done, that it does not take place, or a remark.

A report is about one moment. Where a day has several, the row has to say which; nothing is filled in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

from samenspraak.connectors.returned import Hand, Line
from samenspraak.domain.agreements import ExceptionKind, OccurrenceException, OccurrenceKey
from samenspraak.domain.dutch_schedule import understood
from samenspraak.domain.schedules import Schedule, Slot, days, names_days, slots
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import UnitKey, UnitKind
from samenspraak_sheet.columns import Row
from samenspraak_sheet.rows import BY, DAY, MOMENT, REMARK, REPORT
from samenspraak_sheet.words import UnreadableError, read_clock, read_day, read_part

DONE, NOT_DONE, CANCELLED = "gedaan", "niet gedaan", "gaat niet door"
WORDS = (DONE, NOT_DONE, CANCELLED)
_KINDS: Mapping[str, StatementKind] = {DONE: StatementKind.DONE, NOT_DONE: StatementKind.NOT_DONE}


def said_in(line: Line, row: Row, hand: Hand, through: str) -> Statement | None:
    """The report or remark of this row, if it makes one; a cancellation is put into the row's units.

    Raises:
        UnreadableError: it does not say about which moment, or nobody knows the words.
    """
    word = " ".join(line.cells.get(REPORT, "").casefold().split())
    remark = line.cells.get(REMARK, "")
    if not (word or remark):
        raise UnreadableError("vul ook Melding of Toelichting in.", "fill in Melding or Toelichting as well.")
    if word and word not in WORDS:
        raise UnreadableError(f"kies uit: {', '.join(WORDS)}.", f"choose one of: {', '.join(WORDS)}.")
    if word == CANCELLED:
        key = UnitKey(UnitKind.EXCEPTION, str(_moment(line, row)))
        row.units[key] = OccurrenceException(kind=ExceptionKind.CANCELLED, reason=remark)
        return None
    by = row.named(line.cells[BY]) if line.cells.get(BY) else hand.by
    kind = _KINDS.get(word, StatementKind.COMMENT)
    moment = _moment(line, row) if word else None
    about = (through, line.copy, line.part, kind, str(by), str(moment or line.cells.get(DAY, "")), remark)
    name = hashlib.sha256("\x1f".join(about).encode()).hexdigest()[:24]
    return Statement(
        id=f"{through}:{name}", kind=kind, by=by, at=hand.now, through=through, occurrence=moment, text=remark
    )


def _moment(line: Line, row: Row) -> OccurrenceKey:
    day = read_day(line.cells.get(DAY, ""))
    if day is None:
        raise UnreadableError("vul ook de dag in.", "fill in the day as well.")
    schedule = understood(row.duty.schedule) if row.duty else Schedule()
    if names_days(schedule) and not any(days(schedule, day, day)):
        raise UnreadableError("op deze dag staat er niets gepland.", "nothing is planned on this day.")
    return OccurrenceKey(
        assignment_id=line.part, day=day, nth=_nth(line.cells.get(MOMENT, ""), schedule, day)
    )


def _nth(text: str, schedule: Schedule, day: date) -> int:
    """Which moment of the day is meant."""
    there = slots(schedule)
    if not text and len(there) == 1:
        return 1
    found = [number for number, slot in enumerate(there, 1) if _is(slot, number, text)]
    if len(found) == 1:
        return found[0]
    raise UnreadableError(
        "die dag heeft meer momenten. Zet de tijd of het dagdeel bij Moment.",
        "that day has several moments. Put the time or part of the day under Moment.",
    )


def _is(slot: Slot, number: int, text: str) -> bool:
    if slot.at is not None:
        return read_clock(text) == slot.at
    if slot.part is not None:
        return read_part(text) == slot.part
    return text == str(number)
