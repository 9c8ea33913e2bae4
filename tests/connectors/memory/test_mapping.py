"""What a record of the family app says, and what is written into it, case by case."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samenspraak.connectors import Changes, Directory, Marker, Raw, Subject
from samenspraak.connectors.json_patch import merge_patch
from samenspraak.domain.agreements import (
    Conditions,
    Duty,
    ExceptionKind,
    OccurrenceException,
    OccurrenceKey,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Weekday
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKey, UnitKind
from samenspraak.errors import InvalidRecordError
from samenspraak.sandbox import merged
from samenspraak_memory.plugin import FamilyAppConnector

SON = PartyRef(kind=PartyKind.RELATIVE, id="p-zoon")
CARE = PartyRef(kind=PartyKind.GROUP, id="g-team")
DIRECTORY = Directory(connector_id="app-1", external={SON: "u1"}, names={CARE: "Team De Linde"})
A1 = UnitKey(UnitKind.ASSIGNMENT, "a1")
BACKUP = UnitKey(UnitKind.BACKUP, "a1")
APP = FamilyAppConnector("app-1", {"title_length": 20})
DIRECTORY_WITHOUT_NAMES = Directory(connector_id="app-1", external={SON: "u1"})

TASK = {"id": "a1", "who": {"user": "u1", "role": "relative"}}
STOCKINGS: Raw = {
    "id": "r1",
    "version": 3,
    "type": "agreement",
    "circle": "c1",
    "reference": "ag1",
    "title": "Steunkousen aan",
    "state": {"value": "active"},
    "tasks": [
        {
            **TASK,
            "when": {
                "text": "doordeweeks om acht uur",
                "rhythm": {"type": "days", "every": "week", "days": ["mon", "fri"], "times": ["08:00:00"]},
                "from": "2026-03-01",
            },
            "reminder": {"minutes_before": 15},
        }
    ],
    "rules": {"how": "Van de teen naar boven", "show_first": True},
    "changed_at": "2026-03-02T07:30:00+00:00",
}


def put(raw: Raw, directory: Directory = DIRECTORY, **changes: Any) -> Raw:
    return APP.put(raw, Changes(**changes), directory)


def test_a_record_of_the_app_reads_as_units() -> None:
    reading = APP.get(STOCKINGS, DIRECTORY)

    weekdays = Recurrence(
        frequency=Frequency.WEEKLY, weekdays=(Weekday.MONDAY, Weekday.FRIDAY), times=(time(8),)
    )
    assert reading.units == {
        WHAT: What(text="Steunkousen aan"),
        A1: Duty(
            performer=SON,
            schedule=Schedule(text="doordeweeks om acht uur", timing=weekdays, start=date(2026, 3, 1)),
        ),
        CONDITIONS: Conditions(instruction="Van de teen naar boven", instruction_required=True),
        STATUS: Status(state=State.ACTIVE),
    }
    assert (reading.client, reading.marker) == ("c1", Marker(agreement_id="ag1"))
    assert reading.last_changed == datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


def test_only_what_changed_is_rewritten_and_the_spelling_of_the_rest_stays() -> None:
    duty = APP.get(STOCKINGS, DIRECTORY).units[A1]
    assert isinstance(duty, Duty)
    later = Duty(performer=SON, schedule=Schedule(text="om negen uur", timing=duty.schedule.timing))

    [task] = put(STOCKINGS, set={A1: later})["tasks"]

    assert task["when"]["rhythm"] == STOCKINGS["tasks"][0]["when"]["rhythm"]
    assert (task["when"]["text"], "from" in task["when"]) == ("om negen uur", False)
    assert task["reminder"] == {"minutes_before": 15}


def test_a_long_title_is_cut_by_us_as_the_app_would_cut_it() -> None:
    long = What(text="Steunkousen aantrekken op werkdagen")

    raw = put(STOCKINGS, set={WHAT: long})

    assert raw["title"] == "Steunkousen aantrekk"
    assert APP.get(raw, DIRECTORY).units[WHAT] == APP.normal(WHAT, long)


def test_a_party_the_app_does_not_know_is_named_and_reads_back() -> None:
    raw = put(STOCKINGS, set={BACKUP: CARE})

    assert raw["tasks"][0]["backup"] == {
        "name": "Team De Linde",
        "reference": "urn:samenspraak:party|group:g-team",
    }
    assert APP.get(raw, DIRECTORY).units[BACKUP] == CARE


def test_a_name_that_may_no_longer_be_shown_becomes_a_neutral_word() -> None:
    named = put(STOCKINGS, set={BACKUP: CARE})

    raw = put(named, DIRECTORY_WITHOUT_NAMES, set={BACKUP: CARE})

    assert raw["tasks"][0]["backup"]["name"] == "de zorg"
    assert APP.get(raw, DIRECTORY_WITHOUT_NAMES).units[BACKUP] == CARE


def test_a_party_that_has_become_known_is_written_as_a_user() -> None:
    named = put(STOCKINGS, set={BACKUP: CARE})
    known = Directory(connector_id="app-1", external={SON: "u1", CARE: "u8"})

    raw = put(named, known, set={BACKUP: CARE})

    assert raw["tasks"][0]["backup"] == {"user": "u8", "role": "group"}
    assert put(raw, known, set={BACKUP: CARE}) == raw


def test_a_user_nobody_has_matched_stays_the_same_unresolved_party() -> None:
    stranger = {**STOCKINGS, "tasks": [{"id": "a1", "who": {"user": "u7", "role": "volunteer"}}]}

    duty = APP.get(stranger, DIRECTORY).units[A1]

    assert duty == Duty(performer=PartyRef.unresolved(PartyKind.VOLUNTEER, "app-1", "u7"))
    assert put(stranger, set={A1: duty}) == stranger


def test_a_task_without_anything_left_is_taken_away() -> None:
    backed = put(STOCKINGS, set={BACKUP: CARE})

    without_duty = put(backed, clear=frozenset({A1}))

    assert [sorted(task) for task in without_duty["tasks"]] == [["backup", "id", "reminder"]]
    assert put(without_duty, clear=frozenset({BACKUP}))["tasks"] == []


def test_a_call_off_in_the_app_is_an_exception_of_that_moment() -> None:
    once = {"task": "a1", "day": "2026-03-06", "nth": 1, "change": "cancelled", "reason": "Ziek"}

    units = APP.get({**STOCKINGS, "changes": [once]}, DIRECTORY).units

    key = UnitKey(UnitKind.EXCEPTION, "a1:2026-03-06:1")
    assert units[key] == OccurrenceException(kind=ExceptionKind.CANCELLED, reason="Ziek")


def test_a_diary_record_is_no_agreement() -> None:
    assert not APP.get({**STOCKINGS, "type": "diary"}, DIRECTORY).selected


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"title": 12}, "title"),
        ({"kind": "wish"}, "kind"),
        ({"category": ["care"]}, "category"),
        ({"state": {"value": "active", "from": "2026-03-01"}}, "state.value"),
        ({"state": {"value": "ended", "on": "31-12-9999"}}, "state.on"),
        ({"rules": "alleen samen"}, "rules"),
        ({"review": {"due": "YYYY-MM-DD"}}, "review.due"),
        ({"decides": {"who": {"role": "relative"}}}, "decides.who"),
        ({"tasks": [{"id": "a:1"}]}, "tasks"),
        ({"tasks": [{"id": "a1"}, {"id": "a1"}]}, "tasks"),
        ({"tasks": [{"id": "a1", "who": {"user": 7, "role": "relative"}}]}, "tasks.who"),
        ({"tasks": [{**TASK, "when": {"rhythm": {"type": "x"}}}]}, "tasks.when.rhythm"),
        ({"tasks": [{**TASK, "when": {"from": "2026-03-02", "until": "2026-03-01"}}]}, "tasks.when.text"),
        ({"changes": [{"task": "a1", "day": "morgen", "change": "cancelled"}]}, "changes"),
        ({"reactions": [{"id": "x1", "kind": "shrug"}]}, "reactions"),
    ],
)
def test_what_cannot_be_read_is_named_by_field_and_never_by_content(
    members: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRecordError) as refused:
        APP.get({**STOCKINGS, **members}, DIRECTORY)

    assert refused.value.field == field
    assert str(refused.value) == f"{field} cannot be read" or "same id" in str(refused.value)


@pytest.mark.parametrize(
    "odd",
    [
        {"rules": "alleen samen"},
        {"tasks": [{**TASK, "when": {"from": "31-12-9999"}}, "x", {"id": "a:2"}]},
        {"news": [{"text": "Gelukt"}]},
    ],
)
def test_what_cannot_be_read_can_still_be_cleared(odd: Raw) -> None:
    units = [WHAT, A1, CONDITIONS, STATUS]

    raw = put({**STOCKINGS, **odd}, clear=frozenset(units), told=())

    left = json.dumps(raw)
    assert [text for text in ("Steunkousen", "alleen samen", "9999", "Gelukt") if text in left] == []


# Statements.


def reaction(kind: str, **members: Any) -> dict[str, Any]:
    return {
        "id": "x5",
        "user": "u1",
        "role": "relative",
        "at": "2026-03-05T18:00:00+00:00",
        "kind": kind,
        "terms": "5f2a#1",
        **members,
    }


def said(*reactions: dict[str, Any]) -> list[Statement]:
    return list(APP.get({**STOCKINGS, "reactions": list(reactions)}, DIRECTORY).said)


def test_an_answer_in_the_app_is_an_assent_to_the_terms_it_was_shown() -> None:
    assert said(reaction("agree")) == [
        Statement(
            id="app-1:x5",
            kind=StatementKind.ASSENT,
            by=SON,
            at=datetime(2026, 3, 5, 18, tzinfo=UTC),
            through="app-1",
            terms="5f2a#1",
        )
    ]


def test_an_answer_to_a_text_we_never_marked_binds_nobody() -> None:
    [comment] = said(reaction("decline", terms=None, text="Liever om negen uur"))

    assert (comment.kind, comment.terms) == (StatementKind.COMMENT, "")
    assert comment.text == "Niet akkoord. Liever om negen uur"


def test_a_report_is_about_one_moment() -> None:
    [report] = said(reaction("not_done", task="a1", day="2026-03-05", nth=2))

    assert report.kind is StatementKind.NOT_DONE
    assert report.occurrence == OccurrenceKey(assignment_id="a1", day=date(2026, 3, 5), nth=2)


def test_what_was_said_elsewhere_is_news_beside_the_reactions_of_the_app() -> None:
    raw = {**STOCKINGS, "reactions": [reaction("agree")]}
    nurse = PartyRef(kind=PartyKind.PROFESSIONAL, id="p-nurse")
    heard = Statement(
        id="hub:s1",
        kind=StatementKind.COMMENT,
        by=nurse,
        at=datetime(2026, 3, 6, 9, tzinfo=UTC),
        through="hub",
        text="Mooi zo",
    )

    told = put(raw, told=(heard,))

    assert (told["news"][0]["who"]["name"], told["news"][0]["text"]) == ("een medewerker", "Mooi zo")
    assert told["reactions"] == raw["reactions"]
    assert APP.get(told, DIRECTORY).told == {"hub:s1"}


def test_the_hub_stores_nothing_of_a_record_but_what_it_reads() -> None:
    raw = {**STOCKINGS, "diagnosis": "Lymfoedeem"}

    own = APP.own(raw)

    assert own.keys() & {"diagnosis", "changed_at", "version", "id"} == set()
    assert APP.get(own, DIRECTORY).units == APP.get(raw, DIRECTORY).units


def test_a_new_record_names_client_and_agreement() -> None:
    subject = Subject(client="c1", marker=Marker(agreement_id="ag7"), client_name="Roos")

    assert APP.new(subject) == {"type": "agreement", "circle": "c1", "reference": "ag7"}


# The patch.

JSON = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), JSON, max_size=4)


@given(OBJECTS, OBJECTS)
def test_a_patch_makes_the_one_record_of_the_other(before: Raw, after: Raw) -> None:
    assert merged(before, merge_patch(before, after)) == after


def test_a_patch_holds_only_what_changed() -> None:
    before = {"title": "a", "rules": {"text": "x", "how": "y"}, "place": "bad"}
    after = {"title": "a", "rules": {"text": "x", "how": "z"}}

    assert merge_patch(before, after) == {"rules": {"how": "z"}, "place": None}
