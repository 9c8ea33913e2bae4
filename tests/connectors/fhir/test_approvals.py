"""Assent as Task and Provenance, in one transaction with the plan: all of it, or sent again until it is."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from connectors.fhir.world import CLIENT, Start, World, right_now

from samenspraak.connectors import Changes, Directory, Found, Marker, Step, Subject, Written
from samenspraak.domain.agreements import Duty, State, Status, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import STATUS, WHAT, UnitKey, UnitKind
from samenspraak.errors import ConflictError, OutcomeUnknownError, SamenspraakError
from samenspraak.sandbox import Fault
from samenspraak_fhir.sandbox import QUIRKY, STRICT, Quirks

SON = PartyRef(kind=PartyKind.RELATIVE, id="p1")
NURSE = PartyRef(kind=PartyKind.PROFESSIONAL, id="p2")
HERE = "RelatedPerson/zoon"
DIRECTORY = Directory(
    connector_id="dossier-1",
    external={SON: HERE, NURSE: "Practitioner/anja"},
    names={SON: "Wim Terpstra", NURSE: "Anja Postma"},
)
SUBJECT = Subject(client=CLIENT, marker=Marker(agreement_id="ag1", part="a1"))
UNITS: Any = {
    WHAT: What(text="Samen wandelen"),
    STATUS: Status(state=State.ACTIVE),
    UnitKey(UnitKind.ASSIGNMENT, "a1"): Duty(performer=SON, schedule=Schedule(text="op dinsdag")),
}


def said(kind: StatementKind = StatementKind.ASSENT, one: str = "hub:s1") -> Statement:
    at = datetime(2026, 11, 1, 10, tzinfo=UTC)
    return Statement(id=one, kind=kind, by=SON, at=at, through="app", terms="t1")


def new(world: World, **changes: Any) -> Any:
    usual = {"set": UNITS, "mark": "m1", "asked": (SON, NURSE)}
    return world.connector.put(world.connector.new(SUBJECT), Changes(**{**usual, **changes}), DIRECTORY)


def made(world: World, **changes: Any) -> Found:
    written = world.connector.create(world.call, SUBJECT, new(world, **changes))
    return looked(world, written.external_id)


def looked(world: World, key: str) -> Found:
    found = world.in_time(lambda: isinstance(look := world.connector.fetch(world.call, key), Found) and look)
    assert isinstance(found, Found)
    return found


def changed(world: World, found: Found, **changes: Any) -> Written:
    raw = world.connector.put(found.raw, Changes(**changes), DIRECTORY)
    return world.connector.update(world.call, found, raw)


def kept(world: World, kind: str) -> list[Any]:
    return [one.resource for one in world.sandbox.records.current(kind, primary=True)]


def answer(world: World, status: str) -> None:
    """The son answers in the portal of the dossier."""
    [task] = kept(world, "Task")
    world.sandbox.records.write({**task, "status": status}, "PUT")


BOTH = pytest.mark.parametrize("quirks", [STRICT, QUIRKY], ids=["strict", "quirky"])


@BOTH
def test_who_performs_a_plan_is_asked_and_nobody_else_and_once(start: Start, quirks: Quirks) -> None:
    world = start(quirks, approvals=True)
    found = made(world)

    [task] = kept(world, "Task")
    assert (task["status"], task["intent"], task["owner"]["reference"]) == ("requested", "proposal", HERE)
    assert (task["focus"], task["for"]["reference"]) == ({"reference": found.external_id}, CLIENT)
    assert [one for one in world.sandbox.seen() if one.write and one.path != "/fhir"] == []

    again = world.connector.create(world.call, SUBJECT, new(world))
    assert (again.existed, again.external_id) == (True, found.external_id)
    assert len(kept(world, "Task")) == len(kept(world, "CarePlan")) == 1


@BOTH
def test_an_answer_in_the_dossier_is_an_assent_to_the_terms_it_was_asked_for(
    start: Start, quirks: Quirks
) -> None:
    world = start(quirks, approvals=True)
    found = made(world)
    *_, last = world.pages()
    answer(world, "accepted")

    touched = world.in_time(lambda: [one for page in world.pages(last.cursor) for one in page.touched])
    assert touched == [found.external_id]
    reading = world.in_time(lambda: world.connector.get(looked(world, found.external_id).raw, DIRECTORY).said)
    [one] = reading
    assert (one.kind, one.by, one.terms, one.through) == (StatementKind.ASSENT, SON, "m1", "dossier-1")


def test_an_answer_in_the_second_that_was_read_is_heard_also_by_a_hub_that_is_ahead(start: Start) -> None:
    """A server that counts in whole seconds gives the question and the answer one moment."""
    second = right_now().replace(microsecond=0)
    world = start(Quirks(whole_seconds=True), clock=lambda: second, approvals=True)
    world.call = replace(world.call, now=second + timedelta(hours=6))
    found = made(world)
    *_, last = world.pages()
    answer(world, "accepted")

    assert [one for page in world.pages(last.cursor) for one in page.touched] == [found.external_id]


def test_an_assent_given_elsewhere_answers_the_task_and_is_a_provenance_of_the_plan(start: Start) -> None:
    world = start(approvals=True)
    found = made(world)

    changed(world, found, told=(said(),), asked=())

    [task], [provenance] = kept(world, "Task"), kept(world, "Provenance")
    assert task["status"] == "accepted"
    assert provenance["target"] == [{"reference": found.external_id}]
    assert provenance["agent"][0]["who"]["reference"] == HERE
    assert provenance["recorded"].startswith("2026-11-01T10:00")
    assert world.connector.get(looked(world, found.external_id).raw, DIRECTORY).said == ()


def test_other_terms_call_the_old_question_off_and_ask_a_new_one(start: Start) -> None:
    world = start(approvals=True)
    found = made(world)

    changed(world, found, set={WHAT: What(text="Samen fietsen")}, mark="m2", asked=(SON,))

    assert sorted(one["status"] for one in kept(world, "Task")) == ["cancelled", "requested"]


def test_an_answer_that_came_in_between_is_not_overwritten(start: Start) -> None:
    world = start(approvals=True)
    found = made(world)
    answer(world, "rejected")

    with pytest.raises(ConflictError):
        changed(world, found, told=(said(),), asked=())

    [task] = kept(world, "Task")
    assert task["status"] == "rejected"
    assert world.connector.get(looked(world, found.external_id).raw, DIRECTORY).said[0].kind is (
        StatementKind.DECLINE
    )


@pytest.mark.parametrize("torn", [False, True], ids=["all or none", "left its first entries stored"])
def test_a_transaction_that_broke_off_is_made_once_when_it_is_sent_again(start: Start, torn: bool) -> None:
    world = start(Quirks(torn_transactions=torn), approvals=True)
    world.sandbox.acts()["break_transactions"]()
    with pytest.raises(SamenspraakError):
        world.connector.create(world.call, SUBJECT, new(world, told=(said(),)))
    assert len(kept(world, "CarePlan")) == torn

    written = world.connector.create(world.call, SUBJECT, new(world, told=(said(),)))

    assert written.existed is torn
    assert [len(kept(world, kind)) for kind in ("CarePlan", "Task", "Provenance")] == [1, 1, 1]


def test_an_answer_without_the_plan_is_read_back(start: Start) -> None:
    world = start(Quirks(bare_answers=True, no_etags_in_bundles=True), approvals=True)
    written = world.connector.create(world.call, SUBJECT, new(world))
    assert written.found is None
    assert world.connector.get(looked(world, written.external_id).raw, DIRECTORY).units[WHAT] == UNITS[WHAT]


@pytest.mark.parametrize(
    ("quirks", "settings"),
    [(Quirks(no_transactions=True), {"approvals": True}), (STRICT, {})],
    ids=["no transactions", "not switched on"],
)
def test_without_transactions_or_the_setting_assent_stands_in_the_notes_alone(
    start: Start, quirks: Quirks, settings: Any
) -> None:
    world = start(quirks, **settings)
    found = made(world, told=(said(),))

    assert kept(world, "Task") == kept(world, "Provenance") == []
    assert "hub:s1" in world.connector.get(found.raw, DIRECTORY).told
    assert all(step.ok for step in world.connector.check(world.call) if step.step is not Step.CLOCK)


def test_what_goes_along_with_a_plan_never_reaches_the_dossier_or_the_store(start: Start) -> None:
    world = start(approvals=True)
    found = made(world)
    raw = world.connector.put(found.raw, Changes(told=(said(),), asked=()), DIRECTORY)
    world.connector.update(world.call, found, raw)

    for one in (*kept(world, "CarePlan"), world.connector.own(raw)):
        assert [name for name in one if name.startswith("urn:")] == []


def test_being_asked_is_no_reason_to_write(start: Start) -> None:
    world = start(approvals=True)
    found = made(world)
    assert world.connector.put(found.raw, Changes(asked=(NURSE,)), DIRECTORY) == found.raw


@BOTH
def test_a_transaction_whose_answer_was_lost_makes_nothing_twice(start: Start, quirks: Quirks) -> None:
    world = start(quirks, approvals=True)
    world.sandbox.inject(Fault(kind="lose", method="POST", path="/fhir", times=1))
    with pytest.raises(OutcomeUnknownError):
        world.connector.create(world.call, SUBJECT, new(world, told=(said(),)))
    time.sleep(2 * world.sandbox.quirks.lag_seconds)

    again = world.connector.create(world.call, SUBJECT, new(world, told=(said(),)))

    assert again.existed
    assert [len(kept(world, kind)) for kind in ("CarePlan", "Task", "Provenance")] == [1, 1, 1]


@pytest.mark.parametrize("torn", [False, True], ids=["all or none", "left its first entries stored"])
def test_an_update_that_broke_off_is_completed_and_nothing_is_made_twice(start: Start, torn: bool) -> None:
    world = start(Quirks(torn_transactions=torn), approvals=True)
    found = made(world)
    world.sandbox.acts()["break_transactions"]()
    with pytest.raises(SamenspraakError):
        changed(world, found, told=(said(),), asked=())

    changed(world, looked(world, found.external_id), told=(said(),), asked=())

    assert [len(kept(world, kind)) for kind in ("CarePlan", "Task", "Provenance")] == [1, 1, 1]
    assert "hub:s1" in world.connector.get(looked(world, found.external_id).raw, DIRECTORY).told
