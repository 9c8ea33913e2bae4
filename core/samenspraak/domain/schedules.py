"""When: a text that is always readable, and at most one structured form beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import IntEnum, StrEnum

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
