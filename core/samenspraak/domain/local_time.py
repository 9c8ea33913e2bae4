"""Local time in the Netherlands. Wall times are agreed; instants are computed, and shown from UTC.

On the night the clock goes forward 02:30 does not exist: the instant is that of 03:30. On the night it
goes back 02:30 comes twice: the first one is meant. Both are what RFC 5545 asks. Nothing here is stored,
so that a new rule of the zone needs no repair.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def instant(day: date, at: time) -> datetime:
    """The moment in UTC at which it is this late in the Netherlands; for any day that somebody can name."""
    # The first day there is begins in the Netherlands before it does in UTC, where no day is before it.
    zone = UTC if day == date.min else AMSTERDAM
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def local(moment: datetime) -> datetime:
    """What the clock on the wall says at this moment (aware, any zone)."""
    return moment.astimezone(AMSTERDAM)


def local_day(moment: datetime) -> date:
    """The date on the calendar on the wall at this moment (aware, any zone)."""
    return local(moment).date()
