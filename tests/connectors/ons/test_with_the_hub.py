"""Ons connected to a hub: what nurses write, activate, discard and plan comes out right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from fresh import fresh_hub

from samenspraak.bootstrap import Application
from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Conditions,
    Duty,
    Review,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import CircleMember, PartyKind, PartyRef, Person
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Weekday
from samenspraak.domain.units import STATUS, WHAT, UnitKey, UnitValue, apply
from samenspraak.policy.state import ConnectorState, QuestionKind, Reason
from samenspraak.sandbox import Fault
from samenspraak.services.explaining import explain
from samenspraak.store.records import Cause, ConnectorRecord, PartyLink
from samenspraak.sync.pull import pull
from samenspraak.sync.versions import record_new, record_version
from samenspraak.work.inline import work_off
from samenspraak_ons.sandbox import OnsSandbox
from samenspraak_ons.sandbox.office import AGREEMENT_ACTION, DEMAND

from .conftest import BOTH_MODES, SECRET, House

ORGANISATION = "de-linde"
CLIENT = "p-roos"
SON = PartyRef(kind=PartyKind.RELATIVE, id="p-wim")
NURSE = PartyRef(kind=PartyKind.PROFESSIONAL, id="p-anja")
BY_HAND = Cause(actor="test", why="typed")


@dataclass
class Clock:
    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class Town:
    """A hub, an Ons, and three people who are known in both."""

    app: Application
    clock: Clock
    house: House
    about: str = ""

    @property
    def ons(self) -> OnsSandbox:
        return self.house.ons

    def settle(self, cycles: int = 3, **passing: float) -> None:
        for _ in range(cycles):
            pull(self.app.hub, ORGANISATION, "ons")
            work_off(self.app.hub, ORGANISATION)
            self.clock.at += timedelta(**(passing or {"seconds": 6}))

    def adopt(self, title: str, comment: str = "") -> int:
        """A nurse writes it in the plan, and the hub takes it over."""
        (key,) = self.house.in_force(title, comment=comment)
        self.settle()
        with self.app.store.read(ORGANISATION) as uow:
            (record,) = uow.agreements.list()
            self.about = record.agreement.id
        return key

    def agree(self, agreement: Agreement) -> None:
        with self.app.store.write(ORGANISATION) as uow:
            record_new(uow, self.app.hub, agreement, cause=BY_HAND)
            uow.commit()
        self.about = agreement.id
        self.settle()

    def change(self, changes: Mapping[UnitKey, UnitValue]) -> None:
        with self.app.store.write(ORGANISATION) as uow:
            record = uow.agreements.get(self.about)
            record_version(uow, self.app.hub, record, apply(record.agreement, changes), cause=BY_HAND)
            uow.commit()
        self.settle()

    @property
    def agreement(self) -> Agreement:
        with self.app.store.read(ORGANISATION) as uow:
            return uow.agreements.get(self.about).agreement

    @property
    def reason(self) -> Reason:
        with self.app.store.read(ORGANISATION) as uow:
            (link,) = uow.links.of_agreement(self.about)
            return link.reason

    @property
    def questions(self) -> list[QuestionKind]:
        with self.app.store.read(ORGANISATION) as uow:
            return [one.kind for one in uow.questions.list()]


@pytest.fixture
def town(house: House, url: str, tmp_path: Path) -> Town:
    clock = Clock(datetime.now(UTC))
    app = fresh_hub(tmp_path, environment={"HOOK": SECRET}, clock=clock)
    app.store.add_organisation(ORGANISATION, "De Linde")
    settings: dict[str, Any] = {
        "base_url": url,
        "action_id": AGREEMENT_ACTION,
        "demand_id": DEMAND,
        "hook_secret": "secret://env/HOOK",
        "open_origins": [url],
    }
    record = ConnectorRecord(
        id="ons", plugin="ons", title="Ons", settings=settings, state=ConnectorState.RUNNING
    )
    people = {
        PartyRef(kind=PartyKind.CLIENT, id=CLIENT): ("Roos", f"client/{house.client}"),
        SON: ("Wim", f"relation/{house.son}"),
        NURSE: ("Anja", f"employee/{house.nurse}"),
    }
    with app.store.write(ORGANISATION) as uow:
        uow.connectors.add(record)
        for ref, (name, there) in people.items():
            uow.parties.add_person(Person(id=ref.id, name=name), ref.kind)
            uow.parties.link(PartyLink(connector_id="ons", external_id=there, ref=ref, manual=True))
            if ref.kind is not PartyKind.CLIENT:
                uow.parties.add_member(CircleMember(client_id=CLIENT, party=ref))
        uow.commit()
    return Town(app=app, clock=clock, house=house)


def weekly(*weekdays: Weekday, at: int) -> Schedule:
    timing = Recurrence(frequency=Frequency.WEEKLY, weekdays=weekdays, times=(time(at),))
    return Schedule(text="zoals besproken", timing=timing)


STOCKINGS = Agreement(
    id="ag7",
    client_id=CLIENT,
    what=What(text="Steunkousen aantrekken"),
    status=Status(state=State.ACTIVE),
    assignments=(Assignment(id="a1", duty=Duty(performer=SON, schedule=weekly(Weekday.MONDAY, at=8))),),
)


@BOTH_MODES
def test_what_a_nurse_wrote_becomes_an_agreement_and_a_quiet_cycle_writes_nothing(town: Town) -> None:
    key = town.adopt("Samen wandelen", "Alleen bij droog weer.")

    assert town.agreement.what == What(text="Samen wandelen")
    assert town.agreement.conditions == Conditions(text="Alleen bij droog weer.")
    assert town.agreement.assignments[0].id == f"ons-{key}"
    assert (town.reason, town.ons.writes()) == (Reason.EQUAL, [])


@BOTH_MODES
def test_a_change_waits_for_a_draft_then_in_it_and_holds_once_a_nurse_activates_it(town: Town) -> None:
    town.adopt("Samen wandelen")
    town.change({WHAT: What(text="Samen fietsen")})
    assert (town.reason, town.ons.writes(), town.questions) == (Reason.WAITING_THERE, [], [])
    (copy,) = explain(town.app.hub, ORGANISATION, town.about).copies
    assert copy.waits_for["nl"] == "wacht op concept-zorgplan"

    town.ons.open_draft(town.house.client)
    town.settle()
    assert town.reason is Reason.WAITING_THERE
    assert list(town.house.plan("DRAFT")) == ["Samen fietsen"]
    assert list(town.house.plan()) == ["Samen wandelen"]

    town.ons.activate(town.house.client)
    town.settle()
    assert (town.reason, town.questions) == (Reason.EQUAL, [])
    assert [one.method for one in town.ons.writes()] == ["PUT"]
    (copy,) = explain(town.app.hub, ORGANISATION, town.about).copies
    assert copy.waits_for == {}


@BOTH_MODES
def test_a_new_agreement_is_an_action_once_a_nurse_activates_it(town: Town) -> None:
    town.house.in_force()
    town.agree(STOCKINGS)
    assert (town.reason, town.ons.writes()) == (Reason.WAITING_THERE, [])

    town.ons.open_draft(town.house.client)
    town.settle()
    town.ons.activate(town.house.client)
    town.settle()

    assert (town.reason, town.questions) == (Reason.EQUAL, [])
    assert list(town.house.plan()) == ["Steunkousen aantrekken"]
    assert list(town.ons.live().values()) == [1]
    assert [path for path in paths(town) if "activate" in path or "/new" in path or "archive" in path] == []


@BOTH_MODES
def test_what_a_nurse_discards_is_asked_about_and_not_proposed_again(town: Town) -> None:
    town.adopt("Samen wandelen")
    town.ons.open_draft(town.house.client)
    town.change({WHAT: What(text="Samen fietsen")})
    town.ons.discard(town.house.client)
    town.settle()
    assert town.questions == [QuestionKind.REFUSAL]

    wrote = len(town.ons.writes())
    town.ons.open_draft(town.house.client)
    town.settle()
    assert len(town.ons.writes()) == wrote
    assert list(town.house.plan("DRAFT")) == ["Samen wandelen"]


def test_what_is_left_out_of_an_activated_plan_is_refused(town: Town) -> None:
    key = town.adopt("Samen wandelen")
    town.ons.open_draft(town.house.client)
    town.change({WHAT: What(text="Samen fietsen")})
    town.ons.rewrite(town.house.client, key, title="Samen wandelen")
    town.ons.activate(town.house.client)
    town.settle()
    assert town.questions == [QuestionKind.REFUSAL]
    assert town.agreement.what == What(text="Samen fietsen")


def test_lines_a_nurse_works_on_are_left_to_her(town: Town) -> None:
    key = town.adopt("Samen wandelen")
    town.ons.open_draft(town.house.client)
    town.ons.rewrite(town.house.client, key, title="Samen zwemmen")
    town.change({WHAT: What(text="Samen fietsen")})
    assert (town.reason, town.ons.writes()) == (Reason.WAITING_THERE, [])
    town.ons.activate(town.house.client)
    town.settle()
    assert town.questions == [QuestionKind.CONFLICT]


def test_two_changes_meet_in_one_draft_and_both_survive(town: Town) -> None:
    """A nurse writes a condition in the draft, and a relative changes what is done."""
    key = town.adopt("Samen wandelen")
    town.ons.open_draft(town.house.client)
    town.ons.rewrite(town.house.client, key, comment="Alleen bij droog weer.")
    town.change({WHAT: What(text="Samen fietsen")})
    town.ons.activate(town.house.client)
    town.settle()
    assert town.agreement.what == What(text="Samen fietsen")
    assert town.agreement.conditions == Conditions(text="Alleen bij droog weer.")
    assert (town.reason, town.questions) == (Reason.EQUAL, [])


def test_terms_that_change_again_replace_what_waits(town: Town) -> None:
    town.adopt("Samen wandelen")
    town.ons.open_draft(town.house.client)
    town.change({WHAT: What(text="Samen fietsen")})
    town.change({WHAT: What(text="Samen zwemmen")})
    assert list(town.house.plan("DRAFT")) == ["Samen zwemmen"]
    town.change({WHAT: What(text="Samen wandelen")})
    assert list(town.house.plan("DRAFT")) == ["Samen wandelen"]
    assert town.reason is Reason.EQUAL


@BOTH_MODES
def test_a_professional_is_planned_when_the_plan_is_activated_and_not_before(town: Town) -> None:
    town.house.in_force()
    town.ons.open_draft(town.house.client)
    due = town.clock.now().date() + timedelta(days=60)
    showering = Agreement(
        id="ag8",
        client_id=CLIENT,
        what=What(text="Douchen"),
        status=Status(state=State.ACTIVE),
        review=Review(due=due),
        assignments=(
            Assignment(
                id="a1", duty=Duty(performer=NURSE, schedule=weekly(Weekday.TUESDAY, Weekday.FRIDAY, at=9))
            ),
        ),
    )
    town.agree(showering)
    assert (town.ons.agenda.series, town.ons.tasks.series) == ({}, {})

    town.ons.activate(town.house.client)
    town.settle()

    (series,), (task,) = town.ons.agenda.series.values(), town.ons.tasks.series.values()
    assert {"employeeId": town.house.nurse, "accepted": True} in series["agendaInvitations"]
    assert (series["tuesday"], series["friday"], series["monday"]) == (True, True, False)
    assert (task["validTo"], task["executors"]) == (due.isoformat(), [{"employeeId": town.house.nurse}])
    assert (town.reason, town.questions) == (Reason.EQUAL, [])


def test_after_a_lost_answer_one_action_waits(town: Town) -> None:
    town.house.in_force()
    town.ons.open_draft(town.house.client)
    town.ons.inject(Fault(kind="lose", writes=True, times=2))
    town.agree(STOCKINGS)
    town.settle(10, minutes=2)
    assert town.reason is Reason.WAITING_THERE
    assert list(town.ons.live().values()) == [1]
    assert list(town.house.plan("DRAFT")) == ["Steunkousen aantrekken"]


def test_an_end_here_is_proposed_there(town: Town) -> None:
    town.adopt("Samen wandelen")
    town.ons.open_draft(town.house.client)
    town.change(
        {STATUS: Status(state=State.ENDED, reason="Het gaat weer alleen", ended_on=date(2026, 11, 1))}
    )
    assert town.reason is Reason.WAITING_THERE
    town.ons.activate(town.house.client)
    town.settle()
    assert (town.reason, town.questions) == (Reason.CLOSED, [])
    (comment,) = town.house.plan().values()
    assert "Stand: beëindigd per 2026-11-01; reden: Het gaat weer alleen" in comment


def test_an_action_that_a_nurse_takes_out_of_the_plan_ends_the_agreement(town: Town) -> None:
    key = town.adopt("Samen wandelen")
    town.ons.open_draft(town.house.client)
    town.ons.strike(town.house.client, key)
    town.settle()
    assert town.agreement.status.is_live
    town.ons.activate(town.house.client)
    town.settle()
    assert town.agreement.status.is_over


def test_a_client_who_is_out_of_sight_ends_nothing(town: Town) -> None:
    town.adopt("Samen wandelen")
    town.ons.close_file(town.house.client)
    town.settle()
    town.change({WHAT: What(text="Samen fietsen")})
    assert town.agreement.status.is_live
    assert town.reason is Reason.ACCESS_LOST


def paths(town: Town) -> list[str]:
    return [one.path for one in town.ons.seen()]
