from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samenspraak.domain.dutch_schedule import WEEKEND, WORKDAYS, describe, readable, timing_of
from samenspraak.domain.schedules import (
    AsNeeded,
    DayPart,
    Frequency,
    PartOfDay,
    Period,
    Recurrence,
    Schedule,
    TimesPerPeriod,
    Timing,
    Weekday,
)

MON, WED, THU, FRI = Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY
MORNING, EVENING = DayPart.MORNING, DayPart.EVENING


def daily(*times: time, interval: int = 1) -> Recurrence:
    return Recurrence(frequency=Frequency.DAILY, times=times, interval=interval)


def weekly(*weekdays: Weekday, times: tuple[time, ...] = ()) -> Recurrence:
    return Recurrence(frequency=Frequency.WEEKLY, weekdays=weekdays, times=times)


def per(times: int, period: Period) -> TimesPerPeriod:
    return TimesPerPeriod(times=times, period=period)


def parts(*day_parts: DayPart, weekdays: tuple[Weekday, ...] = ()) -> PartOfDay:
    return PartOfDay(parts=day_parts, weekdays=weekdays)


READ: list[tuple[str, Timing]] = [
    ("dagelijks", daily()),
    ("Elke dag.", daily()),
    ("iedere  dag", daily()),
    ("om de dag", daily(interval=2)),
    ("elke dag om 08:00 en 20.00 uur", daily(time(8), time(20))),
    ("2 keer per week", per(2, Period.WEEK)),
    ("twee keer per week", per(2, Period.WEEK)),
    ("tweemaal per week", per(2, Period.WEEK)),
    ("2x per week", per(2, Period.WEEK)),
    ("2x/week", per(2, Period.WEEK)),
    ("3 x daags", per(3, Period.DAY)),
    ("één keer per maand", per(1, Period.MONTH)),
    ("eens per week", per(1, Period.WEEK)),
    ("wekelijks", per(1, Period.WEEK)),
    ("maandelijks", per(1, Period.MONTH)),
    ("iedere maandag en donderdag", weekly(MON, THU)),
    ("elke maandag, woensdag en vrijdag", weekly(MON, WED, FRI)),
    ("elke donderdag om 17:00 uur", weekly(THU, times=(time(17),))),
    ("op werkdagen", weekly(*WORKDAYS)),
    ("door de week", weekly(*WORKDAYS)),
    ("in het weekend", weekly(*WEEKEND)),
    ("'s ochtends", parts(MORNING)),
    ("’s Avonds", parts(EVENING)),
    ("elke ochtend", parts(MORNING)),
    ("'s ochtends en 's avonds", parts(MORNING, EVENING)),
    ("op werkdagen 's ochtends", parts(MORNING, weekdays=WORKDAYS)),
    ("'s ochtends op werkdagen", parts(MORNING, weekdays=WORKDAYS)),
    ("elke maandagochtend", parts(MORNING, weekdays=(MON,))),
    ("zo nodig", AsNeeded()),
    ("Indien nodig", AsNeeded()),
]


@pytest.mark.parametrize(("text", "timing"), READ, ids=[text for text, _ in READ])
def test_a_text_of_the_table_has_a_structured_form(text: str, timing: Timing) -> None:
    assert timing_of(text) == timing


@pytest.mark.parametrize(
    "text",
    [
        "",
        "elke dag na het eten",
        "2 keer per week, liefst op maandag",
        "2 a 3 keer per week",
        "0 keer per week",
        "op maandag",
        "om 8 uur",
        "elke dag om 8 uur",
        "elke dag om 8:00",
        "elke dag om 24:00",
        "om de week",
        "elke maand op de eerste dinsdag",
        "'s ochtends op werkdagen in het weekend",
        "niet dagelijks",
        "²x per week",
        "daily",
    ],
)
def test_any_other_text_stays_a_text(text: str) -> None:
    assert timing_of(text) is None


@pytest.mark.parametrize(
    ("timing", "text"),
    [
        (daily(time(8), time(12, 30), time(20)), "elke dag om 08:00, 12:30 en 20:00"),
        (weekly(MON, THU), "elke maandag en donderdag"),
        (weekly(*WORKDAYS), "op werkdagen"),
        (weekly(), "elke week op dezelfde dag"),
        (Recurrence(frequency=Frequency.WEEKLY, interval=2, weekdays=(MON,)), "elke 2 weken, elke maandag"),
        (Recurrence(frequency=Frequency.MONTHLY, interval=3), "elke 3 maanden op dezelfde datum"),
        (
            Recurrence(frequency=Frequency.DAILY, times=(time(9),), minutes=45),
            "elke dag om 09:00 (45 minuten)",
        ),
        (daily(interval=4), "elke 4 dagen"),
        (parts(MORNING, DayPart.NIGHT, weekdays=WEEKEND), "in het weekend 's ochtends en 's nachts"),
        (per(1, Period.DAY), "1 keer per dag"),
        (AsNeeded(), "zo nodig"),
    ],
)
def test_a_structured_form_reads_as_plain_dutch(timing: Timing, text: str) -> None:
    assert describe(timing) == text


weekday_sets = st.sets(st.sampled_from(Weekday)).map(tuple)
timings = st.one_of(
    st.builds(
        Recurrence,
        frequency=st.sampled_from(Frequency),
        interval=st.integers(1, 5),
        weekdays=weekday_sets,
        times=st.lists(st.times(), max_size=3).map(tuple),
        minutes=st.none() | st.integers(1, 90),
    ),
    st.builds(
        PartOfDay,
        parts=st.sets(st.sampled_from(DayPart), min_size=1).map(tuple),
        weekdays=weekday_sets,
    ),
    st.builds(TimesPerPeriod, times=st.integers(1, 200), period=st.sampled_from(Period)),
    st.builds(AsNeeded),
)


@given(timings)
def test_what_we_write_is_never_read_as_something_else(timing: Timing) -> None:
    assert timing_of(describe(timing)) in (None, timing)


@pytest.mark.parametrize(("text", "timing"), READ, ids=[text for text, _ in READ])
def test_what_can_be_read_can_be_written_and_read_again(text: str, timing: Timing) -> None:
    assert timing_of(describe(timing)) == timing


@given(st.text(max_size=60))
def test_any_text_is_read_or_left_without_an_error(text: str) -> None:
    assert timing_of(text) is None or readable(Schedule(text=text)) == text


@pytest.mark.parametrize(
    ("schedule", "shown"),
    [
        (
            Schedule(text="Als de bloemen water nodig hebben", timing=AsNeeded()),
            "Als de bloemen water nodig hebben",
        ),
        (Schedule(timing=per(2, Period.WEEK)), "2 keer per week"),
        (Schedule(), ""),
    ],
)
def test_what_people_wrote_goes_before_our_own_words(schedule: Schedule, shown: str) -> None:
    assert readable(schedule) == shown
