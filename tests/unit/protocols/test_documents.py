"""What is written as a document reads back as the same value, whatever it holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Code,
    Conditions,
    Decides,
    Duty,
    ExceptionKind,
    Instructed,
    LifeDomain,
    Modality,
    OccurrenceException,
    OccurrenceKey,
    Review,
    ReviewOutcome,
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
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import UNITS, UnitKey, UnitKind, units_of
from samenspraak.errors import PermanentError
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import Attempt, Intent, SentUnits, WriteKind
from samenspraak.protocols import documents

Seen = Mapping[str, Any]

words = st.text(min_size=1, max_size=20).filter(str.strip)
ids = st.text("abcdefgh0123456789-", min_size=1, max_size=8)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
moments = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds and adds the zone itself
    datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))]),
)
others = sorted(set(PartyKind) - {PartyKind.CLIENT})
parties = st.builds(PartyRef, kind=st.sampled_from(others), id=words)
weekdays = st.lists(st.sampled_from(Weekday), max_size=3).map(tuple)
times = st.lists(st.times().filter(lambda at: at.tzinfo is None), max_size=2).map(tuple)
timings = st.one_of(
    st.builds(AsNeeded),
    st.builds(TimesPerPeriod, times=st.integers(1, 9), period=st.sampled_from(Period)),
    st.builds(PartOfDay, parts=st.just((DayPart.MORNING, DayPart.NIGHT)), weekdays=weekdays),
    st.builds(Recurrence, frequency=st.just(Frequency.DAILY), interval=st.integers(1, 4), times=times),
    st.builds(Recurrence, frequency=st.just(Frequency.WEEKLY), weekdays=weekdays, minutes=st.just(20)),
)
schedules = st.builds(Schedule, text=st.text(max_size=30), timing=st.none() | timings, start=st.none() | days)
whats = st.builds(
    What,
    text=words,
    modality=st.sampled_from(Modality),
    code=st.none() | st.builds(Code, system=words, value=words, display=st.text(max_size=5)),
)
exceptions = st.one_of(
    st.builds(OccurrenceException, kind=st.just(ExceptionKind.CANCELLED), reason=st.text(max_size=9)),
    st.builds(
        OccurrenceException,
        kind=st.just(ExceptionKind.MOVED),
        moved_to=days,
        moved_time=st.none() | st.just(time(9, 30)),
    ),
    st.builds(OccurrenceException, kind=st.just(ExceptionKind.TAKEN_OVER), by=parties),
)


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    assignments = tuple(
        Assignment(
            id=one,
            duty=Duty(performer=draw(parties), schedule=draw(schedules)),
            instructed=draw(st.none() | st.builds(Instructed, by=st.none() | parties, on=st.none() | days)),
            backup=draw(st.none() | parties),
            responsible=draw(parties),
        )
        for one in draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    )
    keys = st.builds(
        OccurrenceKey,
        assignment_id=st.sampled_from([one.id for one in assignments]),
        day=days,
        nth=st.integers(1, 3),
    )
    return Agreement(
        id=draw(ids),
        client_id=draw(ids),
        what=draw(whats),
        assignments=assignments,
        status=draw(
            st.sampled_from(
                [
                    Status(state=State.ACTIVE),
                    Status(state=State.PAUSED, paused_from=date(2026, 12, 24)),
                    Status(state=State.ENDED, reason="Het lukt weer alleen.", ended_on=date(2026, 12, 1)),
                ]
            )
        ),
        life_domain=draw(st.none() | st.sampled_from(LifeDomain)),
        place=draw(st.none() | words),
        conditions=draw(
            st.none() | st.builds(Conditions, text=st.text(max_size=9), instruction_required=st.booleans())
        ),
        review=draw(
            st.none() | st.builds(Review, due=st.none() | days, outcome=st.sampled_from(ReviewOutcome))
        ),
        review_notes=draw(st.none() | words),
        decides=draw(st.none() | st.builds(Decides, who=parties, told_how=st.text(max_size=9))),
        exceptions=draw(st.dictionaries(keys, exceptions, max_size=2)),
    )


SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
NURSE = PartyRef(kind=PartyKind.PROFESSIONAL, id="nurse")
PLACE = UnitKey(UnitKind.PLACE)
EVERYTHING = Agreement(
    id="stockings",
    client_id="mother",
    what=What(text="Steunkousen aantrekken"),
    assignments=(
        Assignment(
            id="a1",
            duty=Duty(performer=SON, schedule=Schedule(text="elke werkdag", timing=AsNeeded())),
            instructed=Instructed(by=NURSE, on=date(2026, 11, 2)),
            backup=SON,
            responsible=NURSE,
        ),
    ),
    status=Status(state=State.ACTIVE),
    life_domain=LifeDomain.CARE,
    place="Thuis",
    conditions=Conditions(text="Alleen na instructie", instruction="Van teen naar knie."),
    review=Review(due=date(2027, 2, 1)),
    review_notes="Gaat goed.",
    decides=Decides(who=NURSE),
    exceptions={
        OccurrenceKey(assignment_id="a1", day=date(2026, 11, 23)): OccurrenceException(
            kind=ExceptionKind.CANCELLED
        )
    },
)

sent_units = st.fixed_dictionaries(
    {}, optional={key: st.just(value) | st.none() for key, value in units_of(EVERYTHING).items()}
)
intents = st.builds(
    Intent,
    kind=st.sampled_from(WriteKind),
    version=st.integers(1, 99),
    sent=sent_units,
    before=sent_units,
    at=moments,
    told=st.lists(ids, max_size=2).map(tuple),
    shape=st.builds(
        Shape, units=st.just(frozenset({UnitKey(UnitKind.WHAT)})), members=st.frozensets(parties)
    ),
)


def again(value: Any, form: Any) -> Any:
    return documents.load(documents.dump(value, form), form)


@given(agreements())
def test_every_agreement_reads_back_as_itself(agreement: Agreement) -> None:
    assert again(agreement, Agreement) == agreement


@given(sent_units)
def test_units_and_clears_read_back_as_themselves(sent: dict[UnitKey, Any]) -> None:
    assert again(sent, SentUnits) == sent


@given(intents)
def test_every_intent_reads_back_as_itself(intent: Intent) -> None:
    assert again(intent, Intent) == intent


@given(st.lists(st.builds(Attempt, sent=sent_units, at=moments), max_size=2).map(tuple))
def test_abandoned_attempts_read_back_as_themselves(attempts: tuple[Attempt, ...]) -> None:
    assert again(attempts, tuple[Attempt, ...]) == attempts


@given(st.frozensets(parties, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_equal_sets_are_the_same_text(members: frozenset[PartyRef], chance: Any) -> None:
    shuffled = list(members)
    chance.shuffle(shuffled)
    form = frozenset[PartyRef]

    assert documents.dump(frozenset(shuffled), form) == documents.dump(members, form)


def test_every_kind_of_unit_has_a_value_that_was_tried() -> None:
    tried = {key.kind for key in units_of(EVERYTHING)}

    assert tried == set(UNITS), "give EVERYTHING a value for the new unit"


def test_an_agreement_with_every_unit_reads_back_unit_by_unit() -> None:
    units = units_of(EVERYTHING)

    assert again(units, SentUnits) == units


def test_a_unit_is_written_by_its_name() -> None:
    written = json.loads(documents.dump({UnitKey(UnitKind.BACKUP, "a1"): SON, PLACE: None}, SentUnits))

    assert written == {"backup[a1]": "relative:son", "place": None}


def test_a_report_keeps_the_moment_it_is_about() -> None:
    report = Statement(
        id="app-4711",
        kind=StatementKind.DONE,
        by=SON,
        at=datetime(2026, 11, 22, 8, 5, tzinfo=UTC),
        through="familie-app",
        occurrence=OccurrenceKey(assignment_id="a1", day=date(2026, 11, 22)),
    )

    assert again(report, Statement) == report


@pytest.mark.parametrize("number", ["1.50", "0.10", "-0.0", "1E+2", "12345678901234567890.1234567890"])
def test_a_number_of_another_system_keeps_every_digit(number: str) -> None:
    kept = documents.dump({"dose": Decimal(number)}, Seen)

    assert kept == f'{{"dose":{number}}}'
    assert documents.dump(again({"dose": Decimal(number)}, Seen), Seen) == kept


def test_a_member_nobody_knows_is_refused_and_not_dropped() -> None:
    text = documents.dump(What(text="Haren wassen"), What)
    newer = json.dumps(json.loads(text) | {"urgency": "high"})

    with pytest.raises(PermanentError, match="stored What cannot be read by this version"):
        documents.load(newer, What)
    assert documents.load(text, What) == What(text="Haren wassen")


def test_a_default_is_written_too_so_that_a_later_default_changes_no_old_agreement() -> None:
    assert json.loads(documents.dump(What(text="Haren wassen"), What))["modality"] == "does"
