"""What people read."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samenspraak.connectors import Directory
from samenspraak.domain.agreements import (
    Conditions,
    Duty,
    ExceptionKind,
    Modality,
    OccurrenceException,
    Review,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import (
    AsNeeded,
    DayPart,
    Frequency,
    PartOfDay,
    Period,
    Recurrence,
    Schedule,
    TimesPerPeriod,
    Weekday,
)
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKey, UnitKind
from samenspraak_ozo import texts

SON = PartyRef(kind=PartyKind.RELATIVE, id="p-son")
NURSE = PartyRef(kind=PartyKind.PROFESSIONAL, id="p-nurse")
DIRECTORY = Directory(connector_id="ozo-1", names={SON: "Rob van Vliet"})


def message(units: dict[UnitKey, object]) -> list[str]:
    return texts.message(units, DIRECTORY, client="mevrouw Van Vliet", code="K7R4", first=True).splitlines()  # type: ignore[arg-type]


def test_a_message_tells_the_whole_agreement_and_how_to_answer() -> None:
    told = message(
        {
            WHAT: What(text="Steunkousen aantrekken"),
            UnitKey(UnitKind.ASSIGNMENT, "a1"): Duty(
                performer=SON, schedule=Schedule(text="elke werkdag om 8 uur")
            ),
            UnitKey(UnitKind.BACKUP, "a1"): NURSE,
            CONDITIONS: Conditions(text="Stop bij een wond", instruction_required=True),
            STATUS: Status(state=State.PROPOSED),
            UnitKey(UnitKind.REVIEW): Review(due=date(2027, 2, 1)),
        }
    )

    assert told[:8] == [
        "Dit is de afspraak over de zorg van mevrouw Van Vliet.",
        "",
        "Wat: Steunkousen aantrekken",
        "Wie: Rob van Vliet, elke werkdag om 8 uur",
        "Als dat niet lukt: een medewerker",
        "Voorwaarden: Stop bij een wond",
        "Let op: u doet dit pas als het aan u is voorgedaan.",
        "Dit is nog een voorstel.",
    ]
    assert "Samen bespreken: uiterlijk maandag 1 februari 2027" in told
    assert "AKKOORD K7R4 (u bent het ermee eens)" in told


def test_whom_to_ask_is_said_once_and_who_does_it_for_each_task() -> None:
    tasks = {UnitKey(UnitKind.ASSIGNMENT, one): Duty(performer=NURSE) for one in ("a1", "a2")}
    asked = {UnitKey(UnitKind.RESPONSIBLE, one): NURSE for one in ("a1", "a2")}

    told = message({**tasks, **asked})

    assert told.count("Vragen? Stel ze aan een medewerker") == 1
    assert told.count("Wie: een medewerker") == 2


def test_what_may_not_be_done_is_told_as_such() -> None:
    assert "Nooit doen: Alleen douchen" in message(
        {WHAT: What(text="Alleen douchen", modality=Modality.NEVER)}
    )


def test_which_time_of_the_day_is_only_asked_where_there_are_several() -> None:
    thrice = Recurrence(frequency=Frequency.DAILY, times=(time(8), time(13), time(18)))
    key = UnitKey(UnitKind.ASSIGNMENT, "a1")

    once = message({key: Duty(performer=SON)})
    often = message({key: Duty(performer=SON, schedule=Schedule(timing=thrice))})

    assert [line for line in often if line not in once and "2e keer" in line]


def test_an_exception_is_told_with_its_day() -> None:
    cancelled = OccurrenceException(kind=ExceptionKind.CANCELLED, reason="jarig")
    told = message({UnitKey(UnitKind.EXCEPTION, "a1:2026-11-26:1"): cancelled})

    assert "Gaat niet door: donderdag 26 november 2026 (jarig)" in told


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (Schedule(text="als de zuster belt", timing=AsNeeded()), "als de zuster belt"),
        (
            Schedule(timing=Recurrence(frequency=Frequency.WEEKLY, weekdays=(Weekday.THURSDAY,))),
            "elke donderdag",
        ),
        (
            Schedule(timing=Recurrence(frequency=Frequency.DAILY, interval=2, times=(time(8), time(20, 30)))),
            "om de dag om 08:00 en 20:30",
        ),
        (
            Schedule(timing=PartOfDay(parts=(DayPart.MORNING,), weekdays=(Weekday.MONDAY, Weekday.FRIDAY))),
            "elke maandag en vrijdag 's ochtends",
        ),
        (Schedule(timing=TimesPerPeriod(times=2, period=Period.WEEK)), "2 keer per week"),
        (
            Schedule(timing=AsNeeded(), start=date(2026, 12, 1), until=date(2026, 12, 31)),
            "zo nodig vanaf dinsdag 1 december 2026 tot en met donderdag 31 december 2026",
        ),
    ],
)
def test_when_is_told_in_peoples_own_words_or_in_ours(schedule: Schedule, words: str) -> None:
    assert texts.when(schedule) == words


def test_a_subject_is_cut_at_a_word() -> None:
    what = What(text="Samen koken op donderdag met mevrouw Van Vliet en daarna samen afwassen")

    assert texts.subject(what) == "Samen koken op donderdag met mevrouw Van Vliet…"


@given(text=st.text(min_size=1).filter(str.strip))
def test_a_subject_never_has_more_than_fifty_characters_or_a_second_line(text: str) -> None:
    subject = texts.subject(What(text=text))

    assert 0 < len(subject) <= 50
    assert len(subject.splitlines()) == 1
