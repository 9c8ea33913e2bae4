"""One agreement that was written down in two systems: it is joined, by what is certain or by a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samenspraak.domain.agreements import Conditions, LifeDomain
from samenspraak.domain.consent import Consent, Recipient, RecipientKind
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import CONDITIONS, MatrixRow
from samenspraak.errors import RuleError, StaleError
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak.services import connectors, questions
from samenspraak.store.records import Cause
from samenspraak.sync.audiences import ensure_client
from samenspraak.sync.editing import record_edit
from samenspraak.sync.joining import Joined, join
from samenspraak.sync.separating import separate
from samenspraak.sync.versions import record_version

ORGANISATION = "de-linde"
TITLE = "Steunkousen aantrekken"
DAILY = {"rhythm": {"type": "days", "every": "day", "times": ["08:00"]}}
SON = {"user": "son", "role": "relative"}
DAUGHTER = {"user": "daughter", "role": "relative"}
EQUAL = {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}


class Street:
    """Mevrouw De Wit's stockings, written down in two apps of her family before either was heard."""

    def __init__(self, town: Any) -> None:
        self.town = town
        self.a, self.b = (town.systems[name] for name in ("app-a", "app-b"))

    @property
    def hub(self) -> Any:
        return self.town.app.hub

    def write_down(self, **theirs: Any) -> None:
        """``r1`` by the son in the first app, ``r1`` by the daughter in the second, which says ``theirs``."""
        self.a.add_record("son", "wit", TITLE, tasks=[{"id": "a1", "who": SON, "when": DAILY}])
        said = {"title": TITLE, "tasks": [{"id": "t7", "who": SON, "when": DAILY}], **theirs}
        self.b.add_record("daughter", "wit", said.pop("title"), **said)
        self.settle()

    def answer(self, choice: str, cause: str = "same-agreement") -> None:
        [asked] = [one for one in self.town.questions() if one.cause == cause]
        questions.answer(self.hub, ORGANISATION, asked.id, revision=asked.revision, choice=choice)
        self.settle()

    def join(self) -> Joined:
        """The one from the first app stays."""
        with self.town.app.store.write(ORGANISATION) as uow:
            through = {
                uow.agreements.history(one.id)[0].cause.connector_id: one.id for one in self.town.agreements()
            }
            found = join(uow, self.hub, through["app-a"], through["app-b"], by="admin")
            uow.commit()
        return found

    def object_to(self, row: MatrixRow, app: str, agreement_id: str | None = None) -> None:
        objection = Consent(
            id=f"no-{row}-{app}",
            client_id="wit",
            recipient=Recipient(kind=RecipientKind.APP, id=app),
            rows=frozenset({row}),
            agreement_id=agreement_id,
            allows=False,
            given_by="wit",
        )
        with self.town.app.store.write(ORGANISATION) as uow:
            uow.consents.add(objection, "test", self.town.clock.now())
            ensure_client(uow, self.hub, "wit")
            uow.commit()

    def separate(self, connector_id: str = "app-b") -> str:
        with self.town.app.store.write(ORGANISATION) as uow:
            own = separate(uow, self.hub, self.agreement.id, connector_id, by="admin")
            uow.commit()
        return own.agreement.id

    @property
    def agreement(self) -> Any:
        [agreement] = self.town.agreements()
        return agreement

    def titles(self, app: Any) -> list[str]:
        return sorted(one["title"] for one in app.shelf.bodies("record"))

    def record(self, app: Any) -> dict[str, Any]:
        [record] = app.shelf.bodies("record")
        return dict(record)

    def causes(self) -> list[str]:
        return sorted(one.cause for one in self.town.questions())

    def settle(self) -> None:
        self.town.settle(1)

    def is_quiet(self) -> bool:
        before = self.town.writes()
        self.town.cycle()
        return bool(self.town.writes() == before)


@pytest.fixture
def street(town: Any) -> Street:
    client = town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    town.people = [
        town.person("son", PartyKind.RELATIVE, "Jan de Wit", client.id),
        town.person("daughter", PartyKind.RELATIVE, "Els de Wit", client.id),
    ]
    for relative in town.people:
        town.consent(client.id, relative)
        town.shows_own_name(client.id, relative, PartyKind.RELATIVE)
    for name in ("app-a", "app-b"):
        town.joins(town.family_app(name), client.id, *town.people)
    return Street(town)


# A question to a person.


def test_what_resembles_an_agreement_of_another_system_is_asked_about_and_held_back(street: Street) -> None:
    street.write_down(title="Aantrekken steunkousen")

    assert (street.causes(), len(street.town.agreements())) == (["same-agreement"], 2)
    assert street.titles(street.a) == [TITLE]
    assert street.titles(street.b) == ["Aantrekken steunkousen"]


def test_joined_by_an_answer_they_are_one_and_a_change_reaches_both(street: Street) -> None:
    street.write_down()
    street.answer("join")

    assert (street.causes(), street.town.reasons(), street.is_quiet()) == ([], EQUAL, True)
    street.b.move("daughter", street.record(street.b)["id"], "t7", ["09:30"])
    street.settle()
    [task] = street.record(street.a)["tasks"]
    assert (task["id"], task["when"]["rhythm"]["times"]) == ("a1", ["09:30"])


def test_other_settings_of_a_system_leave_what_was_joined_there_in_step(street: Street) -> None:
    street.write_down()
    street.answer("join")
    street.a.move("son", street.record(street.a)["id"], "a1", ["09:30"])
    connected = street.town.app.connected
    saved = connectors.get(street.hub, ORGANISATION, "app-b")

    other = connectors.changed(saved, {"title_length": 40})
    connectors.change(street.hub, connected, ORGANISATION, other)
    street.settle()

    assert (street.causes(), street.town.reasons(), street.is_quiet()) == ([], EQUAL, True)
    [task] = street.record(street.b)["tasks"]
    assert (task["id"], task["when"]["rhythm"]["times"]) == ("t7", ["09:30"])
    assert [one["id"] for one in street.record(street.b)["tasks"]] == ["t7"]


def test_kept_apart_they_go_on_as_two_and_are_never_asked_about_again(street: Street) -> None:
    street.write_down()
    street.answer("apart")
    street.town.clock.pass_(days=1)
    street.settle()

    assert (street.causes(), len(street.town.agreements())) == ([], 2)
    assert street.titles(street.a) == street.titles(street.b) == [TITLE, TITLE]
    assert street.is_quiet()


def test_what_has_ended_needs_no_answer_whether_it_is_the_same(street: Street) -> None:
    street.write_down()
    street.b.end("daughter", street.record(street.b)["id"])
    street.settle()

    assert street.causes() == []
    assert street.titles(street.b) == [TITLE, TITLE]


# Units.


def test_what_only_one_of_them_says_is_taken_over_by_both(street: Street) -> None:
    street.write_down(place="In de badkamer", rules={"how": "Eerst de hiel."})
    found = street.join()
    street.settle()

    assert (sorted(map(str, found.taken)), found.asked) == (["conditions", "place"], ())
    assert street.record(street.a)["rules"] == {"how": "Eerst de hiel."}
    assert (street.town.reasons(), street.causes()) == (EQUAL, [])


def test_what_both_say_differently_is_asked_and_stays_where_it_was_typed(street: Street) -> None:
    street.write_down(title="Aantrekken steunkousen")
    found = street.join()
    street.settle()

    assert [str(key) for key in found.asked] == ["what"]
    assert (street.titles(street.a), street.titles(street.b)) == ([TITLE], ["Aantrekken steunkousen"])
    street.answer("app-b", "joined-differently")
    assert street.titles(street.a) == ["Aantrekken steunkousen"]
    assert (street.town.reasons(), street.is_quiet()) == (EQUAL, True)


def test_an_assignment_that_only_one_has_comes_along_under_an_id_that_is_free(street: Street) -> None:
    street.write_down(tasks=[{"id": "a1", "who": DAUGHTER, "when": {"text": "in het weekend"}}])
    street.join()
    street.settle()

    assert [one.id for one in street.agreement.assignments] == ["a1", "a1-2"]
    there = {one["id"]: one["who"]["user"] for one in street.record(street.b)["tasks"]}
    assert there == {"a1": "daughter", "a1-2": "son"}
    assert (street.town.reasons(), street.is_quiet(), street.causes()) == (EQUAL, True, [])


def test_what_was_reported_in_one_is_about_the_same_moment_in_the_other(street: Street) -> None:
    street.write_down()
    street.b.report("daughter", street.record(street.b)["id"], "t7", "2026-11-23")
    street.settle()
    street.join()
    street.settle()

    with street.town.app.store.read(ORGANISATION) as uow:
        [said] = uow.statements.of(street.agreement.id)
    assert str(said.occurrence) == "a1:2026-11-23:1"
    assert [one["task"] for one in street.record(street.a)["news"]] == ["a1"]


# What is gone stays gone.


def test_a_late_page_brings_nothing_back(street: Street) -> None:
    street.write_down()
    street.join()
    with street.town.app.store.write(ORGANISATION) as uow:
        for link in uow.links.of_connector("app-b"):
            uow.look_at_link(link.id)
        ensure_client(uow, street.hub, "wit")
        uow.commit()
    street.settle()

    assert len(street.town.agreements()) == 1
    assert (street.titles(street.a), street.titles(street.b)) == ([TITLE], [TITLE])
    with street.town.app.store.read(ORGANISATION) as uow:
        assert uow.links.due(street.town.clock.now(), 10) == []


def test_a_write_that_is_on_its_way_is_settled_before_anything_is_joined(street: Street) -> None:
    street.write_down()
    street.b.edit("daughter", street.record(street.b)["id"], title="Kousen aan")
    street.b.inject(Fault(kind="lose", method="PATCH", times=1))
    street.town.cycle()

    with pytest.raises(RuleError, match="on its way"):
        street.join()
    street.town.settle(2)
    street.join()


# Consent.


def test_who_may_not_see_it_does_not_see_it_joined_and_their_own_record_stays(street: Street) -> None:
    street.write_down()
    street.join()
    street.settle()
    street.object_to(MatrixRow.WHAT_WHEN_WHO, "app-b")
    street.a.edit("son", street.record(street.a)["id"], title="Kousen aan")
    street.settle()
    street.town.clock.pass_(minutes=5)
    street.settle()

    assert street.titles(street.b) == [TITLE]
    assert street.town.reasons()["app-b"] in (Reason.WITHHELD, Reason.RETRACTED)


def test_an_objection_to_the_one_that_goes_holds_for_what_stays(street: Street) -> None:
    street.write_down(rules={"how": "Eerst de hiel."})
    goes = next(one for one in street.town.agreements() if one.conditions)
    street.object_to(MatrixRow.CONDITIONS, "app-a", agreement_id=goes.id)
    street.join()
    street.settle()

    assert "rules" not in street.record(street.a)
    assert street.agreement.conditions is not None


def test_what_a_join_asks_stays_asked_when_the_copy_that_said_it_may_show_it_no_more(street: Street) -> None:
    street.write_down(rules={"how": "Eerst de hiel."})
    street.a.edit("son", street.record(street.a)["id"], rules={"how": "Eerst de tenen."})
    street.settle()
    street.join()
    street.settle()
    street.object_to(MatrixRow.CONDITIONS, "app-b")
    street.settle()

    assert street.causes() == ["joined-differently"]
    street.answer("app-b", cause="joined-differently")
    assert street.record(street.a)["rules"] == {"how": "Eerst de hiel."}


# Two in one system.


def test_of_two_copies_in_one_system_a_person_says_which_one_ends(street: Street) -> None:
    street.write_down()
    street.answer("apart")
    found = street.join()
    street.settle()

    assert found.doubled == ("app-a", "app-b")
    assert (street.causes(), street.is_quiet()) == (["two-copies", "two-copies"], True)
    for asked in street.town.questions():
        questions.answer(street.hub, ORGANISATION, asked.id, revision=asked.revision, choice="end_one")
    street.settle()
    states = [one["state"]["value"] for app in (street.a, street.b) for one in app.shelf.bodies("record")]
    assert sorted(states) == ["active", "active", "ended", "ended"]
    assert (street.causes(), street.is_quiet()) == ([], True)


# And apart again.


def test_two_copies_that_leave_together_are_one_agreement_and_still_asked_about(street: Street) -> None:
    street.write_down()
    street.answer("apart")
    street.join()
    street.separate("app-b")
    street.settle()

    assert len(street.town.agreements()) == 2
    asked = [sorted(one.values) for one in street.town.questions() if one.cause == "two-copies"]
    assert sorted(asked) == [["app-a", "hub"], ["app-b", "hub"]]
    assert set(street.town.reasons().values()) == {Reason.EQUAL}


def test_separated_each_says_what_stood_there_and_what_changes_in_one_stays_there(street: Street) -> None:
    street.write_down()
    street.join()
    street.settle()
    before = street.record(street.b)
    street.separate()
    street.settle()

    [after] = [one for one in street.b.shelf.bodies("record") if one["id"] == before["id"]]
    assert (after["version"], len(street.town.agreements())) == (before["version"], 2)
    street.b.edit("daughter", before["id"], title="Kousen aan")
    street.settle()
    assert street.titles(street.a) == street.titles(street.b) == ["Kousen aan", TITLE]
    assert (street.causes(), street.is_quiet()) == ([], True)


def test_separated_after_a_question_each_keeps_what_was_typed(street: Street) -> None:
    street.write_down(title="Aantrekken steunkousen")
    street.join()
    street.settle()
    street.separate()
    street.settle()

    assert street.causes() == []
    assert sorted(one.what.text for one in street.town.agreements()) == ["Aantrekken steunkousen", TITLE]


@pytest.mark.parametrize(
    ("choice", "state", "then_asked"),
    [("end", "ended", []), ("restore", "active", ["both-changed"])],
    ids=["end", "restore"],
)
def test_what_was_asked_about_a_copy_that_leaves_is_asked_of_what_it_became(
    street: Street, choice: str, state: str, then_asked: list[str]
) -> None:
    street.write_down()
    street.join()
    street.settle()
    there, stays = street.record(street.b)["id"], street.agreement.id
    street.b.edit("daughter", there, title="Kousen aan")
    street.b.end("daughter", there)
    street.settle()
    [seen] = street.town.questions()
    own = street.separate()

    [asked] = street.town.questions()
    assert (asked.cause, seen.agreement_id, asked.agreement_id) == ("ended-there", stays, own)
    with pytest.raises(StaleError):  # who saw it asked about the one that stays
        questions.answer(street.hub, ORGANISATION, seen.id, revision=seen.revision, choice=choice)
    street.settle()

    street.answer(choice, cause="ended-there")
    states = {one.id: str(one.status.state) for one in street.town.agreements()}
    assert states == {stays: "active", own: state}
    [after] = [one for one in street.b.shelf.bodies("record") if one["id"] == there]
    assert (after["title"], after["state"]["value"]) == ("Kousen aan", state)
    assert (street.causes(), street.is_quiet()) == (then_asked, True)


def test_separated_and_joined_again_each_system_shows_both_copies_until_a_person_has_chosen(
    street: Street,
) -> None:
    street.write_down()
    street.join()
    street.settle()
    street.separate()
    street.settle()
    street.join()
    street.settle()

    assert street.causes() == ["two-copies", "two-copies"]
    for asked in street.town.questions():
        questions.answer(street.hub, ORGANISATION, asked.id, revision=asked.revision, choice="end_one")
    street.settle()
    states = [one["state"]["value"] for app in (street.a, street.b) for one in app.shelf.bodies("record")]
    assert sorted(states) == ["active", "active", "ended", "ended"]
    assert (street.causes(), street.is_quiet()) == ([], True)


# What is agreed first.


def asked_first(street: Street, instruction: str) -> dict[str, str]:
    """A nurse would have another instruction, which the parties must agree to first; gives what is shown."""
    with street.town.app.store.write(ORGANISATION) as uow:
        record = uow.agreements.get(street.agreement.id)
        told = replace(record.agreement, conditions=Conditions(instruction=instruction))
        record_edit(uow, street.hub, record, told, cause=Cause(actor="nurse", why="recorded"))
        uow.commit()
    street.settle()
    [asked] = street.town.questions()
    return {name: said[CONDITIONS].instruction for name, said in asked.values.items()}


def test_what_a_join_asks_stays_asked_when_somebody_would_have_a_third_thing(street: Street) -> None:
    street.write_down(rules={"how": "Eerst de hiel."})
    street.object_to(MatrixRow.CONDITIONS, "app-b")
    street.settle()
    street.a.edit("son", street.record(street.a)["id"], rules={"how": "Eerst de tenen."})
    street.settle()
    street.join()
    with street.town.app.store.write(ORGANISATION) as uow:
        record = uow.agreements.get(street.agreement.id)
        medication = replace(record.agreement, life_domain=LifeDomain.MEDICATION)
        record_version(uow, street.hub, record, medication, cause=Cause(actor="nurse", why="recorded"))
        uow.commit()
    street.settle()

    asked_first(street, "Met handschoenen.")
    assert asked_first(street, "Met een trekhulp.") == {
        "hub": "Eerst de tenen.",
        "proposed": "Met een trekhulp.",
        "proposed/2": "Eerst de hiel.",
    }
    for typed in ("Zonder handschoenen.", "Eerst de tenen."):  # and put back
        street.a.edit("son", street.record(street.a)["id"], rules={"how": typed})
        street.settle()
    assert street.causes() == ["first-agree"]
    street.answer("proposed/2", cause="first-agree")
    assert street.record(street.a)["rules"] == {"how": "Eerst de hiel."}
    assert street.causes() == []
