"""Who does it and when, and whether they were shown how: lines of the comment."""

from __future__ import annotations

import re
from dataclasses import replace

from samenspraak.connectors import Raw
from samenspraak.connectors.rhythm import parse_rhythm, rhythm
from samenspraak.connectors.sections import tidy
from samenspraak.domain.agreements import Duty, Instructed
from samenspraak.domain.schedules import Schedule
from samenspraak.errors import RuleError
from samenspraak_ons import records
from samenspraak_ons.held import DAY, YES, Held, View, iso, line, read_day, saying, unreadable
from samenspraak_ons.parties import CARE, party_line, read_party

_INSTRUCTED = re.compile(rf"ja(?:; door (.+?))?(?:; op {DAY})?")


def _read_duty(raw: Raw, view: View) -> Duty | None:
    """Without a told that says who, only what a nurse wrote has a performer: the care."""
    told = line(raw, records.WHO)
    if not told and records.marker_of(raw["comment"]) is not None:
        return None
    performer = read_party(told or f"[{CARE}]", records.WHO, view)
    return Duty(performer=performer, schedule=schedule(raw)) if performer else None


def schedule(raw: Raw) -> Schedule:
    """When it is done, by the lines of the comment.

    Raises:
        InvalidRecordError: a day is none, or it ends before it starts.
    """
    words, regular = line(raw, records.WHEN), line(raw, records.RHYTHM)
    timing = parse_rhythm(regular) if regular else None
    start = read_day(line(raw, records.FROM), records.FROM)
    until = read_day(line(raw, records.UNTIL), records.UNTIL)
    try:
        return Schedule(text=words or ("" if timing else regular), timing=timing, start=start, until=until)
    except RuleError:
        raise unreadable(records.UNTIL) from None


def _write_duty(raw: Raw, value: Duty | None, view: View) -> Raw:
    when = value.schedule if value else Schedule()
    told = {
        records.WHO: party_line(value.performer, view.directory) if value else "",
        records.WHEN: when.text,
        records.RHYTHM: rhythm(when.timing) if when.timing else "",
        records.FROM: iso(when.start),
        records.UNTIL: iso(when.until),
    }
    now = _read_duty(raw, view)
    if value and now and now.performer == value.performer:
        told.pop(records.WHO)  # somebody known here by two ids stays under the one that stands there
    return saying(raw, told)


def _normal_duty(value: Duty) -> Duty:
    return replace(value, schedule=replace(value.schedule, text=tidy(value.schedule.text)))


def _read_instructed(raw: Raw, view: View) -> Instructed | None:
    if not (told := line(raw, records.INSTRUCTED)):
        return None
    if not (match := _INSTRUCTED.fullmatch(told)):
        raise unreadable(records.INSTRUCTED)
    by = read_party(match[1] or "", records.INSTRUCTED, view)
    return Instructed(by=by, on=read_day(match[2] or "", records.INSTRUCTED))


def _write_instructed(raw: Raw, value: Instructed | None, view: View) -> Raw:
    by = f"; door {party_line(value.by, view.directory)}" if value and value.by else ""
    on = f"; op {value.on.isoformat()}" if value and value.on else ""
    return saying(raw, {records.INSTRUCTED: f"{YES}{by}{on}" if value else ""})


DUTY = Held(read=_read_duty, write=_write_duty, normal=_normal_duty)
INSTRUCTED = Held(read=_read_instructed, write=_write_instructed)
