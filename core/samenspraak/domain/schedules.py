"""When: a text that is always readable, and at most one structured form beside it.

From the structured form follow the *days* and, on such a day, the *slots*; ``domain/occurrences.py`` makes
moments of them. What the structured form leaves open (which day of the week, from which date "every two
weeks" counts) is never filled in: such a schedule has no days of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from typing import Literal

from dateutil import rrule

from samenspraak.errors import RuleError


class Weekday(IntEnum):
    """Monday is 0, as in :meth:`datetime.date.weekday`."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class Frequency(StrEnum):
    """How often a recurrence comes round."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class DayPart(StrEnum):
    """A part of the day, for agreements without a clock time."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


class Period(StrEnum):
    """The period in which a number of times is meant."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """Days that come back, with clock times in Europe/Amsterdam (none: some time that day)."""

    frequency: Frequency
    interval: int = 1
    weekdays: tuple[Weekday, ...] = ()
    times: tuple[time, ...] = ()
    minutes: int | None = None

    def __post_init__(self) -> None:
        if self.interval < 1:
            raise RuleError("interval", "A recurrence comes back every 1 or more periods.")
        if self.minutes is not None and self.minutes < 1:
            raise RuleError("duration", "A duration is at least one minute.")
        if any(one.tzinfo for one in self.times):
            raise RuleError("local-time", "A time of day is the time on the wall, without a zone.")
        object.__setattr__(self, "weekdays", tuple(sorted(set(self.weekdays))))
        object.__setattr__(self, "times", tuple(sorted(set(self.times))))


@dataclass(frozen=True, kw_only=True)
class PartOfDay:
    """Parts of the day, on the given weekdays or, without them, every day."""

    parts: tuple[DayPart, ...]
    weekdays: tuple[Weekday, ...] = ()

    def __post_init__(self) -> None:
        if not self.parts:
            raise RuleError("day-part", "Name at least one part of the day.")
        order = list(DayPart)
        object.__setattr__(self, "parts", tuple(sorted(set(self.parts), key=order.index)))
        object.__setattr__(self, "weekdays", tuple(sorted(set(self.weekdays))))


@dataclass(frozen=True, kw_only=True)
class TimesPerPeriod:
    """A number of times in each period, without a day."""

    times: int
    period: Period

    def __post_init__(self) -> None:
        if self.times < 1:
            raise RuleError("times", "A number of times is at least one.")


@dataclass(frozen=True, kw_only=True)
class AsNeeded:
    """Whenever it is needed."""


Timing = Recurrence | PartOfDay | TimesPerPeriod | AsNeeded


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When it is done. ``text`` is what people wrote and is never rewritten; ``until`` is inclusive."""

    text: str = ""
    timing: Timing | None = None
    start: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.start and self.until and self.until < self.start:
            raise RuleError("period", "An agreement cannot stop before it starts.")


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A place in the day: a time on the wall, or a part of the day, or neither (some time that day)."""

    at: time | None = None
    part: DayPart | None = None


_RULES: Mapping[Frequency, Literal[0, 1, 2, 3]] = {
    Frequency.DAILY: rrule.DAILY,
    Frequency.WEEKLY: rrule.WEEKLY,
    Frequency.MONTHLY: rrule.MONTHLY,
    Frequency.YEARLY: rrule.YEARLY,
}
_STEP_DAYS = {Frequency.DAILY: 1, Frequency.WEEKLY: 7}


def names_days(schedule: Schedule) -> bool:
    """Whether it follows from the schedule on which days it is."""
    match schedule.timing:
        case Recurrence() as timing:
            return schedule.start is not None or not _needs_start(timing)
        case PartOfDay():
            return True
        case TimesPerPeriod(period=Period.DAY):
            return True
    return False


def days(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    """The days of the schedule from ``first`` to ``last``, both included; none if it names no days."""
    if not names_days(schedule):
        return
    timing = recurrence(schedule)
    first = max(first, schedule.start or first)
    last = min(last, schedule.until or last)
    found = rrule.rrule(
        _RULES[timing.frequency],
        dtstart=_midnight(_anchor(timing, schedule.start, first)),
        interval=timing.interval,
        byweekday=[rrule.weekday(one) for one in timing.weekdays] or None,
        until=_midnight(last),
    )
    yield from (one.date() for one in found if one.date() >= first)


def slots(schedule: Schedule) -> tuple[Slot, ...]:
    """The moments of one of its days, in order: the n-th is ``OccurrenceKey.nth`` n (from 1)."""
    match schedule.timing:
        case Recurrence(times=times) if times:
            return tuple(Slot(at=one) for one in times)
        case PartOfDay(parts=parts):
            return tuple(Slot(part=one) for one in parts)
        case TimesPerPeriod(times=count, period=Period.DAY):
            return (Slot(),) * count
    return (Slot(),)


def _needs_start(timing: Recurrence) -> bool:
    return timing.interval > 1 or not (timing.weekdays or timing.frequency is Frequency.DAILY)


def recurrence(schedule: Schedule) -> Recurrence:
    """How the days of a schedule come back; only for one that names its days."""
    match schedule.timing:
        case Recurrence() as timing:
            return timing
        case PartOfDay(weekdays=weekdays) if weekdays:
            return Recurrence(frequency=Frequency.WEEKLY, weekdays=weekdays)
    return Recurrence(frequency=Frequency.DAILY)


def _anchor(timing: Recurrence, start: date | None, first: date) -> date:
    """Where counting starts; moved on by whole steps, so that an old agreement costs no more."""
    if start is None or not _needs_start(timing):
        return first
    step = _STEP_DAYS.get(timing.frequency, 0) * timing.interval
    whole = (first - start).days // step if step else 0
    return start + timedelta(days=whole * step)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
