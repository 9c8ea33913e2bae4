"""Whose assignment it is and on which days, as a message says it beside its words.

An answer by one word ("kan niet") is about a moment of an assignment; whether there is such a moment is known
by what the message told, not by what the hub holds by now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from samenspraak.domain.dutch_schedule import understood
from samenspraak.domain.schedules import (
    Frequency,
    PartOfDay,
    Recurrence,
    Schedule,
    Weekday,
    days,
    names_days,
    slots,
)

_AHEAD = timedelta(days=400)
_BACK = timedelta(days=100)


@dataclass(frozen=True, kw_only=True)
class Task:
    """Which assignment somebody performs, and on which days.

    ``moments``: how many on one day · ``plan``: None where no days follow from the schedule.
    """

    assignment_id: str
    performer: str
    moments: int
    plan: Schedule | None = None

    @classmethod
    def of(cls, assignment_id: str, performer: str, written: Schedule) -> Task:
        schedule = understood(written)
        return cls(
            assignment_id=assignment_id,
            performer=performer,
            moments=len(slots(schedule)),
            plan=_plain(schedule) if names_days(schedule) else None,
        )

    def __str__(self) -> str:
        return f"{self.assignment_id}={self.moments}={_written(self.plan)}={self.performer}"

    @classmethod
    def parse(cls, text: str) -> Task | None:
        """The reverse of ``str``; None when it says nothing."""
        assignment_id, moments, plan, performer = [*text.split("=", 3), "", "", ""][:4]
        if not (assignment_id and moments.isdecimal()):
            return None
        return cls(assignment_id=assignment_id, performer=performer, moments=int(moments), plan=_read(plan))

    def is_on(self, day: date) -> bool:
        """Whether this day is one of its days, or can be."""
        return self.plan is None or any(days(self.plan, day, day))

    def first_from(self, day: date) -> date | None:
        """The first of its days from this one on."""
        return _first(days(self.plan, day, day + _AHEAD)) if self.plan else None

    def last_until(self, day: date) -> date | None:
        """The last of its days up to this one."""
        return _first(reversed(list(days(self.plan, day - _BACK, day)))) if self.plan else None


def _first(found: Iterable[date]) -> date | None:
    return next(iter(found), None)


def _plain(schedule: Schedule) -> Schedule:
    """The schedule as far as its days go: always a recurrence, without text and times."""
    match schedule.timing:
        case Recurrence() as one:
            timing = Recurrence(frequency=one.frequency, interval=one.interval, weekdays=one.weekdays)
        case PartOfDay(weekdays=weekdays) if weekdays:
            timing = Recurrence(frequency=Frequency.WEEKLY, weekdays=weekdays)
        case _:
            timing = Recurrence(frequency=Frequency.DAILY)
    return Schedule(timing=timing, start=schedule.start, until=schedule.until)


def _written(plan: Schedule | None) -> str:
    if plan is None or not isinstance(plan.timing, Recurrence):
        return ""
    weekdays = "".join(str(int(one)) for one in plan.timing.weekdays)
    ends = (one.isoformat() if one else "" for one in (plan.start, plan.until))
    return ",".join([plan.timing.frequency, str(plan.timing.interval), weekdays, *ends])


def _read(text: str) -> Schedule | None:
    """The reverse of :func:`_written`; of what says nothing, any day is possible."""
    try:
        frequency, interval, weekdays, start, until = text.split(",")
        timing = Recurrence(
            frequency=Frequency(frequency),
            interval=int(interval),
            weekdays=tuple(Weekday(int(one)) for one in weekdays),
        )
        ends = [date.fromisoformat(one) if one else None for one in (start, until)]
        return Schedule(timing=timing, start=ends[0], until=ends[1])
    except ValueError:
        return None
