"""The events of one copy: a mapping from agreements to VEVENT, as a reader may see it.

Sources: RFC 5545 (§3.6.1 VEVENT, §3.8.4.7 UID, §3.8.7.4 SEQUENCE), read 2026-11-22; what may be said:
docs/reference/flow-matrix.md, the column of feeds. No name of anybody is ever in an event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from samenspraak.domain.agreements import Agreement, Assignment, Duty, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import DayPart
from samenspraak.domain.units import STATUS, WHAT, UnitKey, UnitKind, Units, agreement_from
from samenspraak.errors import RuleError
from samenspraak.protocols.icalendar import Component, Line, instant, on, text
from samenspraak_calendar.series import Once, Plan, Series

_COUNTS_FROM = datetime(2026, 1, 1, tzinfo=UTC)
_UNSAID = What(text="…")
"""Stands for what may not be said, where an agreement needs something."""
_PLACE = UnitKey(UnitKind.PLACE)
PARTS: Mapping[str, Mapping[DayPart, str]] = {
    "nl": {
        DayPart.MORNING: "ochtend",
        DayPart.AFTERNOON: "middag",
        DayPart.EVENING: "avond",
        DayPart.NIGHT: "nacht",
    },
    "en": {one: one.value for one in DayPart},
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """What may be said, from the settings."""

    neutral_title: str
    details: bool
    language: str

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Words:
        return cls(**{name: settings[name] for name in ("neutral_title", "details", "language")})


@dataclass(frozen=True, kw_only=True)
class Event:
    """One VEVENT but for when it last changed. ``name``: of this one among all, also through changes."""

    name: str
    lines: tuple[Line, ...]

    @property
    def mark(self) -> str:
        """Another text as soon as a reader sees anything else."""
        said = Component("VEVENT", self.lines).encode()
        return hashlib.sha256(said).hexdigest()

    def stamped(self, at: datetime) -> Component:
        """The whole event, last changed at this moment.

        The sequence is the number of seconds since 2026. So it rises with every change, also when a copy was
        taken back and comes again, and nothing of what was taken back has to be remembered for it.
        """
        sequence = max(0, int((at - _COUNTS_FROM).total_seconds()))
        stamps = (instant("DTSTAMP", at), instant("LAST-MODIFIED", at), Line("SEQUENCE", str(sequence)))
        return Component("VEVENT", (*self.lines, *stamps))


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What one reader may see of one agreement.

    ``agreement_id``: by what it is known in the copy · ``client``, ``reader``: as ``kind:id`` ·
    ``since``: the first day that is shown.
    """

    agreement_id: str
    client: str
    reader: str
    units: Units
    since: date


def events(copy: Copy, words: Words) -> Iterator[Event]:
    """The events of one agreement for one reader; those of one series together, its changes after it."""
    agreement = _agreement(copy.agreement_id, copy.client, copy.units)
    if agreement is None:
        return
    event = _Writer(copy.units, words, copy.agreement_id)
    plan = Plan(agreement, _party(copy.reader), copy.since)
    for series in plan.series():
        yield event.of_series(series)
        for once in series.moved:
            yield event.of_moved(series, once)
    for assignment, once in plan.single():
        yield event.of_single(assignment, once)


@dataclass(frozen=True)
class _Writer:
    units: Units
    words: Words
    agreement_id: str

    def of_series(self, one: Series) -> Event:
        at = one.slot.at
        when = [on("DTSTART", one.first, at), *self._lasts(one, at)]
        if one.rule:
            when.append(Line("RRULE", one.rule))
        when += [on("EXDATE", day, at) for day in one.without]
        status = "CANCELLED" if one.cancelled else "CONFIRMED"
        return self._event(
            one.assignment, self._uid(one.assignment, one.nth), "", one.slot.part, when, status
        )

    def of_moved(self, series: Series, once: Once) -> Event:
        original = on("RECURRENCE-ID", once.key.day, series.slot.at)
        when = [original, on("DTSTART", once.day, once.at), *self._lasts(series, once.at)]
        part = None if once.at else series.slot.part
        uid = self._uid(series.assignment, series.nth)
        return self._event(series.assignment, uid, f"@{once.key.day}", part, when)

    def of_single(self, assignment: Assignment, once: Once) -> Event:
        uid = f"{self._uid(assignment, once.key.nth)}.{once.key.day}"
        return self._event(assignment, uid, "", None, [on("DTSTART", once.day, once.at)])

    def _event(
        self,
        assignment: Assignment,
        uid: str,
        which: str,
        part: DayPart | None,
        when: list[Line],
        status: str = "CONFIRMED",
    ) -> Event:
        what = Line("SUMMARY", text(self._title(part)))
        head = (Line("UID", f"{text(uid)}@samenspraak"), Line("CLASS", "PRIVATE"), Line("STATUS", status))
        return Event(name=uid + which, lines=(*head, what, *self._details(assignment), *when))

    def _uid(self, assignment: Assignment, nth: int) -> str:
        return f"{self.agreement_id}.{assignment.id}.{nth}"

    def _title(self, part: DayPart | None) -> str:
        what = self.units.get(WHAT)
        known = what.text if self.words.details and isinstance(what, What) else self.words.neutral_title
        return f"{known} ({PARTS[self.words.language][part]})" if part else known

    def _details(self, assignment: Assignment) -> Iterator[Line]:
        if not self.words.details or WHAT not in self.units:
            return
        if place := self.units.get(_PLACE):
            yield Line("LOCATION", text(str(place)))
        if assignment.duty.schedule.text:
            yield Line("DESCRIPTION", text(assignment.duty.schedule.text))

    @staticmethod
    def _lasts(one: Series, at: time | None) -> list[Line]:
        return [Line("DURATION", f"PT{one.minutes}M")] if one.minutes and at else []


def _agreement(agreement_id: str, client: str, units: Units) -> Agreement | None:
    """The agreement as far as it is seen; None without a status, or without an assignment in sight."""
    duties = {key.id: value for key, value in units.items() if isinstance(value, Duty)}
    if STATUS not in units or not duties:
        return None
    owners = {
        UnitKey(UnitKind.RESPONSIBLE, one): duty.performer
        for one, duty in duties.items()
        if duty.performer.kind is PartyKind.DEVICE  # which is none without somebody who answers for it
    }
    client_id = client.removeprefix(f"{PartyKind.CLIENT}:")
    try:
        return agreement_from(agreement_id, client_id, {WHAT: _UNSAID, **owners, **units})
    except RuleError:  # what is seen of it makes no agreement: then it has no moments either
        return None


def _party(reader: str) -> PartyRef | None:
    try:
        return PartyRef.parse(reader)
    except RuleError:
        return None
