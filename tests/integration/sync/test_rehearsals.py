"""What the next exchange would do is seen before it happens, and then done exactly so or not at all."""

from __future__ import annotations

import io
from typing import Any

import pytest
import structlog

from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import WHAT, MatrixRow
from samenspraak.errors import StaleError
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.sandbox import Fault
from samenspraak.services import rehearsals
from samenspraak.services.exchange import exchange
from samenspraak.services.rehearsals import Applied, Asked, Planned
from samenspraak.work.lines import to_stderr

ORGANISATION = "de-linde"


def planned(household: Any, **asked: Any) -> Planned:
    return rehearsals.plan(household.hub, ORGANISATION, Asked(**asked))


def carry_out(household: Any, found: Planned) -> Applied:
    return rehearsals.apply(household.hub, ORGANISATION, found.asked, found.fingerprint)


def rename(household: Any, title: str) -> None:
    household.a.edit("son", household.record(household.a)["id"], title=title)


def test_a_plan_writes_nothing_and_says_what_would_be_written(household: Any) -> None:
    sent, before = household.town.writes(), household.agreement
    rename(household, "Kousen aan")
    found = planned(household)

    assert (household.town.writes(), household.agreement) == (sent, before)
    assert [(one.connector_id, one.kind, one.units) for one in found.acts] == [
        ("app-a", "update", ()),  # the mark of the new terms
        ("app-b", "update", (WHAT,)),
    ]
    assert [(one.connector_id, one.why, one.units) for one in found.changes] == [
        ("app-a", "adopted", (WHAT,))
    ]


def test_nothing_is_planned_where_nothing_happened(household: Any) -> None:
    found = planned(household, full=True)

    assert (found.acts, found.changes, found.questions, found.unheard) == ((), (), (), ())


def test_a_plan_is_done_as_it_was_seen(household: Any) -> None:
    rename(household, "Kousen aan")
    found = planned(household)
    done = carry_out(household, found)

    assert (sorted(done.made), done.refused, done.missing) == (list(found.acts), (), ())
    assert household.record(household.b)["title"] == "Kousen aan"
    assert household.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}


def test_a_plan_is_refused_whole_once_the_world_has_moved(household: Any) -> None:
    rename(household, "Kousen aan")
    found, sent = planned(household), household.town.writes()
    rename(household, "Lange kousen aan")

    with pytest.raises(StaleError, match="moved"):
        carry_out(household, found)
    assert household.town.writes() == sent
    carry_out(household, planned(household))
    assert household.record(household.b)["title"] == "Lange kousen aan"


def test_what_moves_while_a_plan_is_done_is_not_written_and_waits(
    household: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename(household, "Kousen aan")
    found = planned(household)
    monkeypatch.setattr(rehearsals, "plan", lambda *_: rename(household, "Lange kousen aan") or found)
    done = carry_out(household, found)

    assert {one.connector_id for one in done.refused} == {"app-a", "app-b"}
    assert household.record(household.b)["title"] == "Steunkousen aantrekken"
    household.town.clock.pass_(minutes=1)
    household.settle()
    assert household.record(household.b)["title"] == "Lange kousen aan"


def test_a_question_that_would_be_asked_is_planned_not_asked(household: Any) -> None:
    rename(household, "Kousen aan")
    household.b.edit("daughter", household.record(household.b)["id"], title="Sokken aan")
    found = planned(household)

    assert [(str(one.kind), one.agreement_id) for one in found.questions] == [
        ("conflict", household.agreement.id)
    ]
    assert household.questions == []


def test_who_would_newly_see_what_is_told(household: Any) -> None:
    objection = household.hide(MatrixRow.CONDITIONS)
    household.settle()
    household.reveal(objection)
    [act] = planned(household).acts

    assert (act.connector_id, [str(key) for key in act.newly]) == ("app-b", ["conditions"])
    assert [one.id for one in act.members] == ["daughter", "son"]


def test_a_system_that_cannot_be_read_is_told_and_stops_nothing(household: Any) -> None:
    rename(household, "Kousen aan")
    household.b.inject(Fault(kind="down"))
    found = planned(household)

    assert [connector_id for connector_id, _ in found.unheard] == ["app-b"]
    assert household.town.questions() == []


def test_a_new_system_is_seen_through_before_it_takes_part(household: Any) -> None:
    town = household.town
    neighbour = town.person("mia", PartyKind.RELATIVE, "Mia", "wit")
    town.consent("wit", neighbour)
    town.joins(town.family_app("app-c", ConnectorState.MATCHING), "wit", neighbour)
    exchange(household.hub, ORGANISATION)
    found = planned(household, release=("app-c",))

    assert [(one.connector_id, one.kind) for one in found.acts] == [("app-c", "create")]
    assert "what" in [str(key) for key in found.acts[0].newly]
    assert town.systems["app-c"].writes() == []
    carry_out(household, found)
    assert "Steunkousen aantrekken" in town.systems["app-c"].readable("mia")


def test_what_changed_without_a_word_is_found_by_comparing_every_copy(household: Any) -> None:
    household.b.edit("daughter", household.record(household.b)["id"], title="Sokken aan")
    household.b.inject(Fault(kind="status", path="/api/changes", status=503))

    assert planned(household).differing == {}
    found = planned(household, compare=True)
    assert found.differing["app-b"] == {household.agreement.id}
    carry_out(household, found)
    assert household.record(household.a)["title"] == "Sokken aan"


def test_a_new_agreement_that_resembles_another_one_of_the_client_is_told_beforehand(household: Any) -> None:
    who = [{"id": "k1", "who": {"user": "son", "role": "relative"}}]
    household.b.add_record("daughter", "wit", "Aantrekken steunkousen", tasks=who)
    household.b.add_record("daughter", "wit", "Samen koken", tasks=who)
    found = planned(household)
    [doubt] = found.doubtful

    assert (doubt.connector_id, doubt.like) == ("app-b", household.agreement.id)
    assert [one.kind for one in found.questions] == ["identity"]


def test_what_a_new_system_holds_is_counted_before_anything_is_written_there(household: Any) -> None:
    town, who = household.town, [{"id": "k1", "who": {"user": "son", "role": "relative"}}]
    new = town.family_app("app-c", ConnectorState.MATCHING)
    town.joins(new, "wit", *town.people)
    for title in ("Aantrekken steunkousen", "Samen koken"):
        new.add_record("daughter", "wit", title, tasks=who)
    new.add_client("bos", "Meneer Bos")
    new.add_record("daughter", "bos", "Wandelen", tasks=who)
    exchange(household.hub, ORGANISATION)
    [met] = planned(household, release=("app-c",)).met

    assert (met.linked, met.new, met.doubtful, met.waiting) == (0, 1, 1, 1)
    assert new.writes() == []


def test_after_release_nobody_reads_the_same_agreement_twice(household: Any) -> None:
    town = household.town
    new = town.family_app("app-c", ConnectorState.MATCHING)
    town.joins(new, "wit", *town.people)
    task = {"id": "k1", "who": {"user": "son", "role": "relative"}}
    new.add_record("daughter", "wit", "Steunkousen aantrekken", tasks=[task])
    exchange(household.hub, ORGANISATION)
    carry_out(household, planned(household, release=("app-c",)))
    town.settle(1)

    [asked] = town.questions()
    assert (asked.cause, [one["title"] for one in new.shelf.bodies("record")]) == (
        "same-agreement",
        ["Steunkousen aantrekken"],
    )
    household.answer(asked, "join")
    town.settle(1)
    assert {one.kind for one in town.questions()} == {"conflict"}
    assert len(town.agreements()) == 1
    sent = [(one.method, one.path) for one in new.writes()]
    assert [method for method, _ in sent].count("POST") == 0


def test_what_a_rehearsal_logs_says_that_it_did_not_happen(household: Any) -> None:
    household.b.access_key = "een andere"
    lines = io.StringIO()
    to_stderr(lines)
    try:
        planned(household)
    finally:
        structlog.reset_defaults()

    assert "event='connector needs a person'" in lines.getvalue()
    assert all("rehearsal=True" in line for line in lines.getvalue().splitlines())
    assert household.state("app-b") is ConnectorState.RUNNING
