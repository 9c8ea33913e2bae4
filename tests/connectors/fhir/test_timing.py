"""A structure is read only when it means exactly one of ours."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from samenspraak.domain.schedules import (
    AsNeeded,
    DayPart,
    Frequency,
    PartOfDay,
    Period,
    Recurrence,
    TimesPerPeriod,
    Weekday,
)
from samenspraak_fhir.timing import read_timing, write_timing

EXACT = [
    ({"frequency": 2, "period": 1, "periodUnit": "wk"}, TimesPerPeriod(times=2, period=Period.WEEK)),
    ({"frequency": 1, "period": 1, "periodUnit": "d"}, TimesPerPeriod(times=1, period=Period.DAY)),
    ({"period": 1, "periodUnit": "d"}, Recurrence(frequency=Frequency.DAILY)),
    (
        {"period": 2, "periodUnit": "wk", "dayOfWeek": ["thu"], "timeOfDay": ["17:00:00"]},
        Recurrence(frequency=Frequency.WEEKLY, interval=2, weekdays=(Weekday.THURSDAY,), times=(time(17),)),
    ),
    (
        {"period": 1, "periodUnit": "mo", "duration": 90, "durationUnit": "min"},
        Recurrence(frequency=Frequency.MONTHLY, minutes=90),
    ),
    (
        {"when": ["MORN", "EVE"], "period": 1, "periodUnit": "d", "dayOfWeek": ["sat"]},
        PartOfDay(parts=(DayPart.MORNING, DayPart.EVENING), weekdays=(Weekday.SATURDAY,)),
    ),
]
READ_TOO = [
    ({"frequency": 1, "period": 3, "periodUnit": "wk"}, Recurrence(frequency=Frequency.WEEKLY, interval=3)),
    (
        {"frequency": 2, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon", "thu"]},
        Recurrence(frequency=Frequency.WEEKLY, weekdays=(Weekday.MONDAY, Weekday.THURSDAY)),
    ),
    ({"dayOfWeek": ["sun"]}, Recurrence(frequency=Frequency.WEEKLY, weekdays=(Weekday.SUNDAY,))),
    ({"timeOfDay": ["08:00:00"]}, Recurrence(frequency=Frequency.DAILY, times=(time(8),))),
    (
        {"period": 1, "periodUnit": "wk", "duration": 1.5, "durationUnit": "h"},
        Recurrence(frequency=Frequency.WEEKLY, minutes=90),
    ),
    ({"frequency": 1, "when": ["NIGHT"]}, PartOfDay(parts=(DayPart.NIGHT,))),
]
NOT_OURS: list[dict[str, Any]] = [
    {},
    {"boundsPeriod": {"start": "2026-01-01"}},
    {"frequency": 3, "period": 2, "periodUnit": "wk"},
    {"frequency": 3, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon"]},
    {"frequency": 1, "period": 8, "periodUnit": "h"},
    {"frequency": 1, "frequencyMax": 3, "period": 1, "periodUnit": "d"},
    {"period": 1.5, "periodUnit": "d"},
    {"period": 0, "periodUnit": "d"},
    {"when": ["ACM"]},
    {"when": ["MORN"], "period": 2, "periodUnit": "d"},
    {"when": ["MORN"], "offset": 30},
    {"count": 4, "period": 1, "periodUnit": "d"},
    {"dayOfWeek": ["maandag"]},
    {"frequency": "vaak", "period": 1, "periodUnit": "d"},
]


@pytest.mark.parametrize(("repeat", "timing"), EXACT + READ_TOO)
def test_a_structure_is_read(repeat: dict[str, Any], timing: Any) -> None:
    assert read_timing({"repeat": repeat}) == timing


@pytest.mark.parametrize(("repeat", "timing"), EXACT)
def test_a_structure_is_written_as_it_is_read(repeat: dict[str, Any], timing: Any) -> None:
    assert write_timing(timing) == {"repeat": repeat}


def test_as_needed_has_a_code_of_ours() -> None:
    assert read_timing(write_timing(AsNeeded())) == AsNeeded()


@pytest.mark.parametrize("repeat", NOT_OURS, ids=repr)
def test_a_structure_that_means_something_else_is_left_to_its_text(repeat: dict[str, Any]) -> None:
    assert read_timing({"repeat": repeat}) is None
