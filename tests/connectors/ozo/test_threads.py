"""A thread as a record: telling, hearing, noting, hiding and closing. Pure: nothing is sent."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from samenspraak.connectors import Changes, Directory, End, Marker, Raw, Reading, Subject, misnaming
from samenspraak.domain.agreements import (
    Conditions,
    Duty,
    ExceptionKind,
    OccurrenceException,
    OccurrenceKey,
    Review,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import (
    DayPart,
    Frequency,
    PartOfDay,
    Period,
    Recurrence,
    Schedule,
    TimesPerPeriod,
    Weekday,
    days,
)
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKey, UnitKind, UnitValue
from samenspraak_ozo.answers import code_of
from samenspraak_ozo.closing import close
from samenspraak_ozo.plugin import OzoConnector
from samenspraak_ozo.tasks import Task
from samenspraak_ozo.threads import texts

SON = PartyRef(kind=PartyKind.RELATIVE, id="p-son")
NEIGHBOUR = PartyRef(kind=PartyKind.RELATIVE, id="p-neighbour")
DUTY = UnitKey(UnitKind.ASSIGNMENT, "a1")
CANCELLED = OccurrenceException(kind=ExceptionKind.CANCELLED)
UNITS: dict[UnitKey, UnitValue] = {
    WHAT: What(text="Steunkousen aantrekken"),
    DUTY: Duty(performer=SON, schedule=Schedule(text="elke werkdag om 8 uur")),
    CONDITIONS: Conditions(text="Stop bij een wond"),
    STATUS: Status(state=State.ACTIVE),
}
OTHER_TERMS: dict[UnitKey, UnitValue] = {**UNITS, WHAT: What(text="Steunkousen aan- en uittrekken")}
CONNECTOR = OzoConnector("ozo-1", {"sender": "Practitioner/1004"})
DIRECTORY = Directory(
    connector_id="ozo-1",
    external={SON: "RelatedPerson/1002", NEIGHBOUR: "RelatedPerson/1003"},
    names={SON: "Rob van Vliet", NEIGHBOUR: "Ineke Smit"},
)

ASSENT_ELSEWHERE = Statement(
    id="dossier-1:s7",
    kind=StatementKind.ASSENT,
    by=NEIGHBOUR,
    at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
    through="dossier-1",
    terms="t1-00",
)


def begun() -> Raw:
    subject = Subject(
        client="1001",
        marker=Marker(agreement_id="ag1", copy="c1"),
        readers=("RelatedPerson/1002", "RelatedPerson/1003"),
        client_name="mevrouw Van Vliet",
    )
    return CONNECTOR.new(subject)


@dataclass(kw_only=True)
class Talk:
    """A thread on a platform whose clock goes on a minute with every message."""

    raw: Raw = field(default_factory=begun)
    now: datetime = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    number: int = 2000

    def put(self, directory: Directory = DIRECTORY, **changes: Any) -> Raw:
        return CONNECTOR.put(self.raw, Changes(**changes), directory)

    def write(self, directory: Directory = DIRECTORY, **changes: Any) -> None:
        """Put it, and let the platform take what is not there yet."""
        self.raw = copy.deepcopy(self.put(directory, **changes))
        for resource in (self.raw["thread"], *self.raw["messages"]):
            if "id" not in resource:
                self._accept(resource)

    def tell(self, mark: str, units: dict[UnitKey, UnitValue]) -> None:
        self.write(set=units, mark=mark)

    def says(self, text: str, sender: str = "RelatedPerson/1002") -> str:
        """Somebody writes a message; answers the id of what was said."""
        message: dict[str, Any] = {
            "resourceType": "Communication",
            "status": "preparation",
            "sender": {"reference": sender, "type": sender.split("/")[0]},
            "payload": [{"contentString": text}],
        }
        self.raw["messages"].append(self._accept(message))
        return f"ozo-1:{message['id']}"

    def _accept(self, resource: dict[str, Any]) -> dict[str, Any]:
        self.number += 1
        self.now += timedelta(minutes=1)
        resource["id"] = str(self.number)
        resource["meta"] = {"versionId": "1", "lastUpdated": self.now.isoformat()}
        return resource

    @property
    def reading(self) -> Reading:
        return CONNECTOR.get(self.raw, DIRECTORY)

    @property
    def said(self) -> list[tuple[StatementKind, str]]:
        return [(one.kind, one.terms) for one in self.reading.said]

    @property
    def read_there(self) -> list[str]:
        """Every text that is not taken back, the oldest first."""
        shown = [one for one in self.raw["messages"] if one["status"] != "entered-in-error"]
        return [text for one in (self.raw["thread"], *shown) for text in texts(one)]


def talk(mark: str = "c1-aa#1") -> Talk:
    started = Talk()
    started.tell(mark, UNITS)
    return started


# What an answer is about.


def test_somebody_in_two_networks_is_one_person_whichever_of_their_ids_answers() -> None:
    thread = talk()
    thread.says("AKKOORD", sender="RelatedPerson/2090")
    thread.says("KAN NIET 26-11", sender="RelatedPerson/2090")
    both = replace(DIRECTORY, known={"RelatedPerson/1002": SON, "RelatedPerson/2090": SON})

    reading = CONNECTOR.get(thread.raw, both)

    assert [(one.kind, one.by) for one in reading.said] == [(StatementKind.ASSENT, SON)]
    assert reading.units[UnitKey(UnitKind.EXCEPTION, "a1:2026-11-26:1")] == CANCELLED
    assert thread.reading.said[0].by != SON


def test_an_answer_without_a_code_counts_while_there_is_one_set_of_terms() -> None:
    thread = talk()
    thread.says("akkoord")

    assert thread.said == [(StatementKind.ASSENT, "c1-aa#1")]
    assert thread.reading.said[0].by == SON


def test_h16_nobody_agrees_to_terms_they_may_not_have_read() -> None:
    """Simulation H16: read before our new message, posted after it, and without a code."""
    thread = talk()
    thread.tell("c1-bb#2", OTHER_TERMS)
    thread.says("AKKOORD")
    assert [kind for kind, _ in thread.said] == [StatementKind.COMMENT]

    thread.write(told=())
    assert code_of("c1-bb#2") in thread.read_there[-1]
    thread.says(f"AKKOORD {code_of('c1-bb#2')}")
    assert thread.said[-1] == (StatementKind.ASSENT, "c1-bb#2")


def test_an_answer_given_before_the_terms_changed_stays_one_to_the_old_terms() -> None:
    thread = talk()
    thread.says("AKKOORD")
    thread.tell("c1-bb#2", OTHER_TERMS)

    assert thread.said == [(StatementKind.ASSENT, "c1-aa#1")]


def test_h16_terms_that_come_back_are_told_again() -> None:
    """Simulation H16: A, B, A are three messages, also after a lost answer."""
    thread = talk()
    thread.tell("c1-bb#2", OTHER_TERMS)
    thread.tell("c1-aa#3", UNITS)
    again = thread.put(set=UNITS, mark="c1-aa#3")

    assert thread.reading.mark == "c1-aa#3"
    assert len(thread.raw["messages"]) == 2
    assert again == thread.raw


def test_a_message_that_changes_no_terms_makes_no_answer_doubtful() -> None:
    thread = talk()
    thread.tell("c1-bb#2", {**UNITS, UnitKey(UnitKind.REVIEW): Review(due=date(2027, 2, 1))})
    thread.says("AKKOORD")

    assert thread.said == [(StatementKind.ASSENT, "c1-bb#2")]


def test_a_report_is_about_the_own_assignment_on_the_day_it_was_said_in_the_netherlands() -> None:
    thread = talk()
    thread.now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    thread.says("GEDAAN")

    (report,) = thread.reading.said
    assert report.kind is StatementKind.DONE
    assert report.occurrence == OccurrenceKey(assignment_id="a1", day=date(2026, 11, 25))


def test_which_time_of_the_day_is_asked_back_where_there_are_several() -> None:
    thread = Talk()
    twice = Recurrence(frequency=Frequency.DAILY, times=(time(8), time(20)))
    thread.tell("c1-aa#1", {**UNITS, DUTY: Duty(performer=SON, schedule=Schedule(timing=twice))})
    thread.says("GEDAAN")
    thread.says("GEDAAN 2e keer")

    comment, report = thread.reading.said
    assert comment.kind is StatementKind.COMMENT
    assert report.occurrence == OccurrenceKey(assignment_id="a1", day=date(2026, 11, 24), nth=2)


THURSDAYS = Schedule(
    text="op donderdag", timing=Recurrence(frequency=Frequency.WEEKLY, weekdays=(Weekday.THURSDAY,))
)


def on(schedule: Schedule) -> Talk:
    thread = Talk()
    thread.tell("c1-aa#1", {**UNITS, DUTY: Duty(performer=SON, schedule=schedule)})
    return thread


@pytest.mark.parametrize(
    ("answer", "meant"),
    [("KAN NIET", "donderdag 26 november 2026"), ("GEDAAN gisteren", "donderdag 19 november 2026")],
)
def test_an_answer_about_a_day_that_is_none_of_its_days_is_asked_back(answer: str, meant: str) -> None:
    thread = on(THURSDAYS)
    thread.says(answer)
    thread.write(told=())

    assert [kind for kind, _ in thread.said] == [StatementKind.COMMENT]
    assert thread.reading.units == {STATUS: Status(state=State.ACTIVE)}
    assert f"Bedoelt u {meant}?" in thread.read_there[-1]


def test_the_answer_that_is_asked_for_counts() -> None:
    thread = on(THURSDAYS)
    thread.says("KAN NIET")
    thread.write(told=())
    thread.says(thread.read_there[-1].rpartition(": ")[2])

    assert thread.reading.units[UnitKey(UnitKind.EXCEPTION, "a1:2026-11-26:1")] == CANCELLED


def test_without_any_day_left_no_day_is_suggested() -> None:
    thread = on(replace(THURSDAYS, until=date(2026, 11, 20)))
    thread.says("KAN NIET 26-11")
    thread.write(told=())

    assert "Bedoelt u een andere dag?" in thread.read_there[-1]


def test_a_day_to_which_a_moment_was_moved_is_one_of_its_days() -> None:
    key = UnitKey(UnitKind.EXCEPTION, "a1:2026-11-26:1")
    moved = OccurrenceException(kind=ExceptionKind.MOVED, moved_to=date(2026, 11, 27))
    thread = on(THURSDAYS)
    units = {**UNITS, DUTY: Duty(performer=SON, schedule=THURSDAYS), key: moved}
    thread.tell("c1-bb#2", units)
    thread.says("KAN NIET 27-11")

    assert thread.reading.units[key] == CANCELLED


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(timing=PartOfDay(parts=(DayPart.MORNING,), weekdays=(Weekday.MONDAY, Weekday.SUNDAY))),
        Schedule(timing=PartOfDay(parts=(DayPart.MORNING,))),
        Schedule(timing=TimesPerPeriod(times=2, period=Period.DAY), until=date(2027, 1, 1)),
        Schedule(timing=Recurrence(frequency=Frequency.WEEKLY, interval=2), start=date(2026, 11, 3)),
        Schedule(timing=Recurrence(frequency=Frequency.MONTHLY), start=date(2026, 1, 26)),
    ],
)
def test_a_task_knows_the_days_of_its_schedule(schedule: Schedule) -> None:
    task = Task.parse(str(Task.of("a1", "RelatedPerson/1002", schedule)))
    first = date(2026, 11, 1)
    span = [first + timedelta(days=number) for number in range(90)]

    assert task is not None
    assert [day for day in span if task.is_on(day)] == list(days(schedule, first, span[-1]))


def test_a_schedule_without_days_of_its_own_can_be_any_day() -> None:
    twice = Schedule(timing=TimesPerPeriod(times=2, period=Period.WEEK))
    task = Task.parse(str(Task.of("a1", "RelatedPerson/1002", twice)))

    assert task is not None
    assert task.is_on(date(2026, 11, 24))


def test_somebody_else_cannot_cancel_what_they_do_not_perform() -> None:
    thread = talk()
    thread.says("KAN NIET 26-11", sender="RelatedPerson/1003")

    assert [kind for kind, _ in thread.said] == [StatementKind.COMMENT]
    assert thread.reading.units == {STATUS: Status(state=State.ACTIVE)}


def test_everything_else_people_write_is_a_comment_in_their_own_words() -> None:
    thread = talk()
    thread.says("Akkoord, maar liever om negen uur")

    (comment,) = thread.reading.said
    assert (comment.kind, comment.text) == (StatementKind.COMMENT, "Akkoord, maar liever om negen uur")
    assert not thread.reading.unanswered


def test_a_word_of_a_team_is_a_comment_and_the_thread_stays_readable() -> None:
    thread = talk()
    thread.says("AKKOORD", sender="CareTeam/77")
    thread.says("AKKOORD")

    assert [kind for kind, _ in thread.said] == [StatementKind.COMMENT, StatementKind.ASSENT]
    assert thread.reading.said[0].by.kind is PartyKind.GROUP


# Who reads along.


@pytest.mark.parametrize(
    ("reader", "selected"),
    [("RelatedPerson/1099", False), ("CareTeam/77", False), ("Practitioner/1005", True)],
)
def test_a_thread_that_others_were_let_into_is_no_longer_ours_to_write(reader: str, selected: bool) -> None:
    thread = talk()
    thread.raw["thread"]["recipient"].append({"reference": reader, "type": reader.split("/")[0]})

    assert thread.reading.selected is selected
    thread.raw["thread"]["recipient"].pop()
    assert thread.reading.selected


# Cancelling.


def test_kan_niet_is_an_exception_until_our_own_message_holds_it() -> None:
    thread = talk()
    thread.says("KAN NIET 26-11")
    key = UnitKey(UnitKind.EXCEPTION, "a1:2026-11-26:1")
    assert thread.reading.units[key] == CANCELLED

    thread.tell("c1-cc#2", {**UNITS, key: CANCELLED})
    assert thread.reading.units[key] == CANCELLED
    assert "Genoteerd: Rob van Vliet kan niet op donderdag 26 november 2026." in thread.read_there


def test_kan_niet_that_crossed_a_message_of_ours_is_not_lost() -> None:
    thread = talk()
    thread.says("KAN NIET 26-11")
    thread.tell("c1-bb#2", OTHER_TERMS)

    assert thread.reading.units[UnitKey(UnitKind.EXCEPTION, "a1:2026-11-26:1")] == CANCELLED


def test_an_exception_that_the_hub_took_away_again_is_gone_there_too() -> None:
    thread = talk()
    thread.says("KAN NIET 26-11")
    thread.tell("c1-cc#2", {**UNITS, UnitKey(UnitKind.EXCEPTION, "a1:2026-11-26:1"): CANCELLED})
    thread.tell("c1-aa#3", UNITS)

    assert thread.reading.units == {STATUS: Status(state=State.ACTIVE)}


def test_a_pause_reads_back_with_its_days() -> None:
    paused = Status(state=State.PAUSED, paused_from=date(2026, 12, 1), paused_until=date(2026, 12, 9))
    thread = talk()
    thread.tell("c1-dd#2", {**UNITS, STATUS: paused})

    assert thread.reading.units == {STATUS: paused}


# Noting.


def test_an_answer_is_noted_once_and_then_waits_no_longer() -> None:
    thread = talk()
    thread.says("AKKOORD")
    assert thread.reading.unanswered

    thread.write(told=())
    assert thread.read_there[-1] == "Genoteerd: Rob van Vliet is akkoord."
    assert not thread.reading.unanswered
    assert thread.put(told=()) == thread.raw


def test_what_was_said_elsewhere_is_told_and_taken_back() -> None:
    thread = talk()
    thread.write(told=(ASSENT_ELSEWHERE,))
    assert thread.reading.told == {"dossier-1:s7"}
    assert thread.read_there[-1] == "Genoteerd: Ineke Smit is akkoord."

    thread.write(told=())
    assert thread.reading.told == frozenset()
    assert "Ineke" not in " ".join(thread.read_there)


# Hiding, ending, retracting.


def test_what_may_not_be_seen_any_more_is_taken_back_from_earlier_messages() -> None:
    thread = talk()
    assert "wond" in " ".join(thread.read_there)
    seen = {key: value for key, value in UNITS.items() if key != CONDITIONS}
    thread.write(set=seen, mark="c1-ee#2", clear=frozenset({CONDITIONS}))

    assert "wond" not in " ".join(thread.read_there)
    assert "Wat: Steunkousen aantrekken" in thread.read_there[-1]
    assert thread.reading.mark == "c1-ee#2"


def test_conditions_that_were_taken_away_stay_readable_in_no_earlier_message() -> None:
    """Whether readers may still see conditions at all is not known by then."""
    thread = talk()
    thread.tell("c1-bb#2", {key: value for key, value in UNITS.items() if key != CONDITIONS})

    assert "wond" not in " ".join(thread.read_there)
    thread.says(f"AKKOORD {code_of('c1-bb#2')}")
    assert thread.said == [(StatementKind.ASSENT, "c1-bb#2")]


def test_a_name_that_may_not_be_shown_any_more_goes_from_every_message_and_is_said_otherwise() -> None:
    thread = talk()
    thread.says("AKKOORD")
    thread.write(told=(ASSENT_ELSEWHERE,))
    assert "Ineke Smit" in " ".join(thread.read_there)
    fewer = replace(DIRECTORY, names={})
    reading = CONNECTOR.get(thread.raw, fewer)
    assert (reading.mark, reading.told, reading.unanswered) == (None, {misnaming("dossier-1:s7")}, True)

    thread.write(fewer, set=UNITS, mark="c1-aa#1", told=(ASSENT_ELSEWHERE,))
    told = "\n".join(thread.read_there)
    assert "Rob" not in told
    assert "Ineke" not in told
    assert "Wie: een naaste" in told
    assert thread.read_there[-2:] == ["Genoteerd: een naaste is akkoord."] * 2
    reading = CONNECTOR.get(thread.raw, fewer)
    assert (reading.mark, reading.told) == ("c1-aa#1", {"dossier-1:s7"})
    assert not reading.unanswered


def test_a_message_that_was_taken_back_still_binds_answers_with_its_code() -> None:
    thread = talk()
    thread.write(set=UNITS, mark="c1-ee#2", clear=frozenset({CONDITIONS}))
    thread.says(f"AKKOORD {code_of('c1-aa#1')}")

    assert thread.said == [(StatementKind.ASSENT, "c1-aa#1")]


def test_an_ended_agreement_closes_the_thread_with_a_message_without_content() -> None:
    ended = Status(state=State.ENDED, reason="Lukt weer alleen", ended_on=date(2026, 11, 30))
    thread = talk()
    thread.write(set={STATUS: ended}, mark="c1-ff#2")

    assert thread.raw["thread"]["status"] == "completed"
    assert thread.read_there[-1] == "Deze afspraak is gestopt. U hoeft hier niets meer voor te doen."
    assert thread.reading.units == {STATUS: ended}


def test_a_thread_somebody_closed_there_reads_as_over() -> None:
    thread = talk()
    thread.raw["thread"]["status"] = "revoked"

    assert thread.reading.units == {STATUS: Status(state=State.WITHDRAWN)}


def test_a_retraction_leaves_nothing_of_ours_and_sends_nothing_new() -> None:
    thread = talk()
    thread.says("KAN NIET 26-11")
    thread.says("AKKOORD")
    thread.tell("c1-bb#2", OTHER_TERMS)
    before = len(thread.raw["messages"])

    raw = CONNECTOR.put(thread.raw, Changes(told=()), DIRECTORY)
    thread.raw = close(raw, End.RETRACTED)

    assert thread.read_there == ["Dit gesprek is niet meer beschikbaar.", "KAN NIET 26-11", "AKKOORD"]
    assert len(thread.raw["messages"]) == before
    assert "Steunkousen" not in str(thread.raw)
    assert (thread.reading.mark, thread.reading.units) == (None, {STATUS: Status(state=State.WITHDRAWN)})


def test_a_thread_names_its_readers_and_never_a_team_or_the_client() -> None:
    subject = Subject(
        client="1001", marker=Marker(agreement_id="ag1"), readers=("1001", "RelatedPerson/1002")
    )

    thread = CONNECTOR.new(subject)["thread"]

    assert thread["recipient"] == [{"reference": "RelatedPerson/1002", "type": "RelatedPerson"}]
