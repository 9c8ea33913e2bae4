"""RegiCare connected to a hub: what a coordinator records, changes, approves and refuses comes out right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from fresh import fresh_hub

from samenspraak.bootstrap import Application
from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Duty,
    ExceptionKind,
    LifeDomain,
    OccurrenceException,
    State,
    Status,
    What,
)
from samenspraak.domain.consent import Consent, Recipient, RecipientKind
from samenspraak.domain.parties import CircleMember, Identifier, PartyKind, PartyRef, Person
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Weekday
from samenspraak.domain.units import LIFE_DOMAIN, STATUS, WHAT, UnitKey, UnitKind, UnitValue, apply
from samenspraak.policy.state import ConnectorState, LinkPhase, QuestionKind, Reason
from samenspraak.sandbox import Fault, Mode
from samenspraak.services import questions
from samenspraak.services.matching import accept
from samenspraak.store.records import DOUBLE, Cause, ConnectorRecord
from samenspraak.sync.audiences import ensure_client
from samenspraak.sync.pull import pull
from samenspraak.sync.versions import record_new, record_version
from samenspraak.work.inline import work_off
from samenspraak_regicare.reading import POOL
from samenspraak_regicare.sandbox import API_KEY, FOLDER, PASSWORD, PATH, USERNAME, RegiCareSandbox, create

from .conftest import NOW, THURSDAYS, VACANCY

ORGANISATION = "de-linde"
NUMBERS = "https://de-linde.example/nummers"
CLIENT = "p-riet"
KARIM = PartyRef(kind=PartyKind.VOLUNTEER, id="p-karim")
DAUGHTER = PartyRef(kind=PartyKind.RELATIVE, id="p-dochter")
BY_HAND = Cause(actor="test", why="typed")


@dataclass
class Clock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class Town:
    """A hub, a RegiCare, and three people who are known in both by their numbers."""

    app: Application
    clock: Clock
    regicare: RegiCareSandbox
    people: dict[str, int] = field(default_factory=dict)
    about: str = ""

    def settle(self, cycles: int = 3, **passing: float) -> None:
        for _ in range(cycles):
            pull(self.app.hub, ORGANISATION, "regicare")
            work_off(self.app.hub, ORGANISATION)
            self.clock.at += timedelta(**(passing or {"seconds": 6}))

    def record_cooking(self, description: str = "") -> int:
        task = self.regicare.office.record_task(
            client=self.people["client"],
            volunteer=self.people["karim"],
            what="Samen koken",
            description=description,
            from_date="2026-11-05",
            start="16:00",
            end="18:00",
        )
        self.settle()
        with self.app.store.read(ORGANISATION) as uow:
            (record,) = uow.agreements.list()
            self.about = record.agreement.id
        return int(task["activiteitID"])

    def change(self, changes: Mapping[UnitKey, UnitValue]) -> None:
        with self.app.store.write(ORGANISATION) as uow:
            record = uow.agreements.get(self.agreement.id)
            record_version(uow, self.app.hub, record, apply(record.agreement, changes), cause=BY_HAND)
            uow.commit()
        self.settle()

    def agree(self, agreement: Agreement) -> None:
        with self.app.store.write(ORGANISATION) as uow:
            record_new(uow, self.app.hub, agreement, cause=BY_HAND)
            uow.commit()
        self.about = agreement.id
        self.settle()

    def consent(self, to: PartyRef) -> None:
        consent = Consent(
            id=f"c-{to.id}",
            client_id=CLIENT,
            recipient=Recipient(
                kind=RecipientKind.ORGANISATION if to.kind is PartyKind.GROUP else RecipientKind.PERSON,
                id=to.id,
            ),
            given_by=CLIENT,
        )
        with self.app.store.write(ORGANISATION) as uow:
            uow.consents.add(consent, "test", self.clock.now())
            ensure_client(uow, self.app.hub, CLIENT)
            uow.commit()

    def withdraw(self, to: PartyRef) -> None:
        with self.app.store.write(ORGANISATION) as uow:
            uow.consents.withdraw(f"c-{to.id}", "test", self.clock.now())
            ensure_client(uow, self.app.hub, CLIENT)
            uow.commit()
        self.settle()

    def answer(self, *, approve: bool) -> None:
        (proposal,) = self.regicare.proposals()
        answer = self.regicare.approve if approve else self.regicare.office.refuse
        answer(inschrijvingID=proposal["inschrijvingID"])
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

    @property
    def asked(self) -> list[str]:
        with self.app.store.read(ORGANISATION) as uow:
            return [one.cause for one in uow.questions.list()]

    def say(self, choice: str) -> None:
        """Somebody answers the one question there is."""
        (found,) = questions.listed(self.app.hub, ORGANISATION)
        questions.answer(self.app.hub, ORGANISATION, found.id, revision=found.revision, choice=choice)
        self.settle()


BOTH_MODES = pytest.mark.parametrize("mode", ["strict", "quirky"])


@pytest.fixture
def mode() -> Mode:
    return "strict"


@pytest.fixture
def by_files() -> bool:
    return False


@pytest.fixture
def town(mode: Mode, by_files: bool, tmp_path: Path) -> Iterator[Town]:
    clock = Clock()
    app = fresh_hub(tmp_path, environment={"API_KEY": API_KEY, "PASSWORD": PASSWORD}, clock=clock)
    app.store.add_organisation(ORGANISATION, "De Linde")
    regicare = create(mode)
    with regicare.running() as url:
        town = Town(app=app, clock=clock, regicare=regicare)
        regicare.office.today = lambda: clock.now().date()
        regicare.office.open_vacancy(what=VACANCY)
        connect(app, url, **({"transport": "csv", "base_url": f"{url}{FOLDER}"} if by_files else {}))
        know(town, CLIENT, PartyKind.CLIENT, "client", "Riet", "deelnemer")
        know(town, KARIM.id, PartyKind.VOLUNTEER, "karim", "Karim", "vrijwilliger")
        know(town, DAUGHTER.id, PartyKind.RELATIVE, "daughter", "Els", "deelnemer")
        town.consent(KARIM)
        yield town


def connect(app: Application, url: str, **changed: Any) -> None:
    settings: dict[str, Any] = {
        "base_url": f"{url}{PATH}",
        "api_key": "secret://env/API_KEY",
        "username": USERNAME,
        "password": "secret://env/PASSWORD",
        "intake_vacancy": VACANCY,
        "volunteers": "Vrijwilligers",
        "person_number": "nummer",
        "person_number_system": NUMBERS,
        "open_origins": [url],
        **changed,
    }
    record = ConnectorRecord(
        id="regicare", plugin="regicare", title="RegiCare", settings=settings, state=ConnectorState.RUNNING
    )
    with app.store.write(ORGANISATION) as uow:
        uow.connectors.add(record)
        uow.commit()


def know(town: Town, person_id: str, kind: PartyKind, name: str, first: str, role: Any) -> None:
    number = Identifier(system=NUMBERS, value=person_id)
    with town.app.store.write(ORGANISATION) as uow:
        person = Person(
            id=person_id, name=f"{first} Houten", first_name=first, identifiers=frozenset({number})
        )
        uow.parties.add_person(person, kind)
        if kind is not PartyKind.CLIENT:
            member = CircleMember(client_id=CLIENT, party=PartyRef(kind=kind, id=person_id))
            uow.parties.add_member(member)
        uow.commit()
    added = town.regicare.office.add_person(role=role, roepnaam=first, achternaam="Houten", nummer=person_id)
    town.people[name] = added["persoonID"]


def thursdays_at(hour: int) -> Schedule:
    weekly = Recurrence(frequency=Frequency.WEEKLY, weekdays=(Weekday.THURSDAY,), times=(time(hour),))
    return Schedule(text="op donderdag", timing=weekly)


WALKING = Agreement(
    id="ag8",
    client_id=CLIENT,
    what=What(text="Wandelen"),
    status=Status(state=State.ACTIVE),
    assignments=(Assignment(id="a1", duty=Duty(performer=KARIM, schedule=thursdays_at(10))),),
)


@BOTH_MODES
def test_a_task_becomes_an_agreement_and_a_quiet_cycle_writes_nothing(town: Town) -> None:
    task = town.record_cooking()
    assert town.agreement.what == What(text="Samen koken")
    assert [one.duty.performer for one in town.agreement.assignments] == [KARIM]
    assert town.agreement.assignments[0].id == f"regicare-{task}"
    assert (town.reason, town.regicare.writes()) == (Reason.EQUAL, [])


@BOTH_MODES
def test_a_cancelled_thursday_is_an_exception_and_the_others_stay(town: Town) -> None:
    task = town.record_cooking()
    town.regicare.office.cancel_meeting(activiteitID=task, day=THURSDAYS[0])
    town.settle()
    assert {str(key): one.kind for key, one in town.agreement.exceptions.items()} == {
        f"regicare-{task}:{THURSDAYS[0]}:1": ExceptionKind.CANCELLED
    }
    assert (town.reason, town.questions) == (Reason.EQUAL, [])


def test_a_thursday_put_back_just_as_it_was_is_a_question(town: Town) -> None:
    """RegiCare has no versions: nobody can tell it from a server that was restored from a copy."""
    task = town.record_cooking()
    town.regicare.office.cancel_meeting(activiteitID=task, day=THURSDAYS[0])
    town.settle()
    town.regicare.office.restore_meeting(activiteitID=task, day=THURSDAYS[0])
    town.settle()
    assert town.questions == [QuestionKind.CONFLICT]


def test_a_change_here_waits_there_until_it_is_taken_over(town: Town) -> None:
    task = town.record_cooking()
    moment = UnitKey(UnitKind.EXCEPTION, f"regicare-{task}:{THURSDAYS[1]}:1")
    town.change({moment: OccurrenceException(kind=ExceptionKind.CANCELLED, reason="Ziekenhuis")})
    assert town.reason is Reason.WAITING_THERE
    town.settle()
    assert len(town.regicare.writes()) == 1
    town.answer(approve=True)
    assert (town.reason, town.questions) == (Reason.EQUAL, [])


def test_what_was_refused_is_asked_about_and_not_proposed_again(town: Town) -> None:
    task = town.record_cooking()
    own = UnitKey(UnitKind.ASSIGNMENT, f"regicare-{task}")
    town.change({own: Duty(performer=KARIM, schedule=thursdays_at(17))})
    town.answer(approve=False)
    town.settle()
    assert town.questions == [QuestionKind.REFUSAL]
    assert len(town.regicare.writes()) == 1


@BOTH_MODES
def test_of_a_new_agreement_only_the_volunteers_part_is_proposed(town: Town) -> None:
    town.record_cooking()  # from now on both are known
    town.agree(
        Agreement(
            id="ag7",
            client_id=CLIENT,
            what=What(text="Wandelen"),
            status=Status(state=State.ACTIVE),
            assignments=(
                Assignment(id="a1", duty=Duty(performer=KARIM, schedule=thursdays_at(10))),
                Assignment(id="a2", duty=Duty(performer=DAUGHTER, schedule=thursdays_at(19))),
            ),
        )
    )
    (proposal,) = town.regicare.proposals()
    assert "Els" not in proposal["opmerking"]
    assert town.reason is Reason.WAITING_THERE
    town.answer(approve=True)
    assert (town.reason, town.questions) == (Reason.EQUAL, [])
    assert list(town.regicare.live().values()) == [1]


def test_a_withdrawn_consent_asks_to_remove_without_content(town: Town) -> None:
    task = town.record_cooking()
    town.withdraw(KARIM)
    assert town.reason is Reason.RETRACTING
    (proposal,) = town.regicare.proposals()
    assert "koken" not in proposal["opmerking"].lower()
    town.regicare.office.remove_task(activiteitID=task)
    town.settle(minutes=2)
    assert town.reason is Reason.RETRACTED
    assert len(town.regicare.writes()) == 1


def test_what_they_may_no_longer_see_is_asked_away_without_being_repeated(town: Town) -> None:
    town.record_cooking(description="Geen suiker: mevrouw heeft diabetes.")
    town.change({LIFE_DOMAIN: LifeDomain.MEALS})
    assert town.regicare.proposals() == []
    town.change({LIFE_DOMAIN: LifeDomain.MEDICATION})
    (proposal,) = town.regicare.proposals()
    assert "- Omschrijving, bovenaan: (leeg)" in proposal["opmerking"].splitlines()
    assert "diabetes" not in proposal["opmerking"]


def test_a_removal_that_staff_refuse_is_told_to_one_person_and_not_proposed_again(town: Town) -> None:
    task = town.record_cooking()
    town.withdraw(KARIM)
    town.answer(approve=False)
    town.settle(minutes=2)
    assert (town.reason, town.asked) == (Reason.RETRACTING, ["cannot-take-back"])
    assert len(town.regicare.writes()) == 1
    town.regicare.office.remove_task(activiteitID=task)
    town.settle(minutes=2)
    assert (town.reason, town.asked) == (Reason.RETRACTED, [])


def test_a_new_task_without_a_place_to_propose_it_is_something_to_do(town: Town) -> None:
    town.record_cooking()  # from now on both are known
    town.regicare.office.vacancies.clear()
    town.agree(WALKING)
    assert (town.reason, town.asked) == (Reason.QUESTION, ["no-target-there"])
    assert town.regicare.writes() == []
    town.regicare.office.open_vacancy(what=VACANCY)
    town.say("done")
    assert (town.reason, town.asked) == (Reason.WAITING_THERE, [])
    town.answer(approve=True)
    assert (town.reason, town.asked) == (Reason.EQUAL, [])


def test_a_new_task_that_need_not_be_there_is_left_until_its_terms_change(town: Town) -> None:
    town.record_cooking()  # from now on both are known
    town.regicare.office.vacancies.clear()
    town.agree(WALKING)
    town.say("not_needed")
    assert (town.reason, town.asked) == (Reason.CANNOT_CARRY, [])
    town.regicare.office.open_vacancy(what=VACANCY)
    town.change({WHAT: What(text="Ver wandelen")})
    assert town.reason is Reason.WAITING_THERE


def test_a_new_task_that_staff_refuse_is_not_proposed_again(town: Town) -> None:
    town.record_cooking()  # from now on both are known
    town.agree(WALKING)
    town.answer(approve=False)
    town.settle()
    assert (town.reason, town.questions) == (Reason.CANNOT_CARRY, [QuestionKind.REFUSAL])
    assert len(town.regicare.writes()) == 1


def test_an_end_here_is_proposed_there(town: Town) -> None:
    town.record_cooking()
    town.change({STATUS: Status(state=State.ENDED, reason="Verhuisd")})
    assert town.reason is Reason.WAITING_THERE
    town.answer(approve=True)
    assert (town.reason, town.questions) == (Reason.CLOSED, [])


def test_an_end_there_of_the_only_performer_is_a_question_here(town: Town) -> None:
    task = town.record_cooking()
    town.regicare.office.end_task(activiteitID=task, last_day="2026-11-25", reason="Vrijwilliger gestopt")
    town.settle()
    assert town.questions == [QuestionKind.ENDED]
    assert town.agreement.status.is_live


def test_after_lost_answers_one_proposal_waits(town: Town) -> None:
    task = town.record_cooking()
    town.regicare.inject(Fault(kind="lose", path=".*Plaatsen", times=2))
    own = UnitKey(UnitKind.ASSIGNMENT, f"regicare-{task}")
    town.change({own: Duty(performer=KARIM, schedule=thursdays_at(17))})
    town.settle(10, minutes=2)
    assert town.reason is Reason.WAITING_THERE
    assert list(town.regicare.live().values()) == [1]


# Who does it.

BO = PartyRef(kind=PartyKind.VOLUNTEER, id="p-bo")


def know_here(town: Town, ref: PartyRef) -> None:
    """A volunteer of the circle, whom the client allows to see everything."""
    with town.app.store.write(ORGANISATION) as uow:
        uow.parties.add_person(Person(id=ref.id, name="Bo Smit", first_name="Bo"), ref.kind)
        uow.parties.add_member(CircleMember(client_id=CLIENT, party=ref))
        uow.commit()
    town.consent(ref)


def performers(town: Town) -> list[PartyRef]:
    return [one.duty.performer for one in town.agreement.assignments]


@BOTH_MODES
def test_a_task_that_is_given_to_another_volunteer_stays_one_task(town: Town) -> None:
    know(town, BO.id, PartyKind.VOLUNTEER, "bo", "Bo", "vrijwilliger")
    town.consent(BO)
    task = town.record_cooking()
    town.regicare.office.change_task(activiteitID=task, volunteer=town.people["bo"])
    town.settle()
    assert performers(town) == [BO]
    assert (town.reason, town.questions, town.regicare.writes()) == (Reason.EQUAL, [], [])


def record_cooking_beside_a_walk(town: Town) -> int:
    """The id of the task of cooking, when Bo already walks: RegiCare lists a volunteer by what they do."""
    know(town, BO.id, PartyKind.VOLUNTEER, "bo", "Bo", "vrijwilliger")
    town.consent(BO)
    task = town.record_cooking()
    people = {"client": town.people["client"], "volunteer": town.people["bo"]}
    town.regicare.office.record_task(**people, what="Wandelen", from_date="2026-11-05")
    town.settle()
    return task


def test_another_volunteer_here_is_proposed_for_the_task_there_is(town: Town) -> None:
    task = record_cooking_beside_a_walk(town)
    own = UnitKey(UnitKind.ASSIGNMENT, f"regicare-{task}")
    town.change({own: replace(town.agreement.assignments[0].duty, performer=BO)})
    (proposal,) = town.regicare.proposals()
    assert f"- Vrijwilliger: Bo Houten (persoon {town.people['bo']})" in proposal["opmerking"].splitlines()
    town.answer(approve=True)
    assert (town.reason, town.questions) == (Reason.EQUAL, [])
    assert town.regicare.office.tasks[task].volunteer == town.people["bo"]


def test_an_object_that_was_put_aside_does_not_make_a_second_task_of_it(town: Town) -> None:
    task = record_cooking_beside_a_walk(town)
    with town.app.store.write(ORGANISATION) as uow:
        [link] = uow.links.of_agreement(town.agreement.id)
        [one] = uow.remotes.of_link(link.id)
        gone = replace(one, id="double", external_id="9999", phase=LinkPhase.CLOSED, base={}, why=DOUBLE)
        uow.remotes.add(replace(gone, ended_by_us=True))
        uow.commit()
    own = UnitKey(UnitKind.ASSIGNMENT, f"regicare-{task}")
    town.change({own: replace(town.agreement.assignments[0].duty, performer=BO)})
    town.answer(approve=True)

    assert (town.reason, town.questions) == (Reason.EQUAL, [])
    assert town.regicare.office.tasks[task].volunteer == town.people["bo"]


def test_a_volunteer_who_is_matched_later_keeps_the_task_that_is_there(town: Town) -> None:
    added = town.regicare.office.add_person(role="vrijwilliger", roepnaam="Bo", achternaam="Smit")
    town.people["karim"] = added["persoonID"]
    town.record_cooking()
    assert (town.reason, performers(town)[0].is_resolved) == (Reason.WITHHELD, False)
    know_here(town, BO)
    accept(town.app.hub, ORGANISATION, "regicare", str(added["persoonID"]), str(BO))
    town.settle()
    assert performers(town) == [BO]
    assert (town.reason, town.regicare.writes()) == (Reason.EQUAL, [])


def test_nothing_is_proposed_for_a_task_while_nobody_knows_who_does_it(town: Town) -> None:
    task = town.record_cooking()
    added = town.regicare.office.add_person(role="vrijwilliger", roepnaam="Bo", achternaam="Smit")
    town.regicare.office.change_task(activiteitID=task, volunteer=added["persoonID"])
    town.settle()
    assert not performers(town)[0].is_resolved
    town.change({WHAT: What(text="Samen bakken")})
    assert (town.reason, town.regicare.proposals()) == (Reason.WITHHELD, [])

    know_here(town, BO)
    accept(town.app.hub, ORGANISATION, "regicare", str(added["persoonID"]), str(BO))
    town.settle()
    (proposal,) = town.regicare.proposals()
    assert "Samen bakken" in proposal["opmerking"]
    assert performers(town) == [BO]


def sought_through_a_vacancy(town: Town) -> PartyRef:
    """An agreement that any volunteer may do, proposed; returns the group that stands for them."""
    town.record_cooking()  # from now on both are known
    volunteers = accept(town.app.hub, ORGANISATION, "regicare", POOL, None)
    town.consent(volunteers)
    sought = Duty(performer=volunteers, schedule=thursdays_at(10))
    town.agree(replace(WALKING, assignments=(Assignment(id="a1", duty=sought),)))
    return volunteers


@BOTH_MODES
def test_somebody_who_is_sought_registers_and_is_placed_when_the_responsible_person_says_so(
    town: Town,
) -> None:
    sought_through_a_vacancy(town)
    (proposal,) = town.regicare.proposals()
    vacancy = town.regicare.seek(inschrijvingID=proposal["inschrijvingID"])
    town.settle()
    assert (town.reason, town.questions) == (Reason.WAITING_THERE, [])
    registered = town.regicare.office.respond(volunteer=town.people["karim"], **vacancy)
    town.settle()
    assert town.reason is Reason.WAITING_THERE
    town.regicare.place(inschrijvingID=registered["inschrijvingID"])
    town.settle()
    assert (town.reason, town.asked) == (Reason.QUESTION, ["both-changed"])
    town.say("regicare")
    assert performers(town) == [KARIM]
    assert (town.reason, town.questions, town.regicare.proposals()) == (Reason.EQUAL, [], [])


def test_a_vacancy_that_staff_refuse_to_open_is_a_question(town: Town) -> None:
    volunteers = sought_through_a_vacancy(town)
    town.answer(approve=False)
    assert (town.reason, town.questions) == (Reason.CANNOT_CARRY, [QuestionKind.REFUSAL])
    town.say("keep")
    assert (performers(town), town.questions) == ([volunteers], [])
    assert len(town.regicare.writes()) == 1


# By files in a folder.

BY_FILES = pytest.mark.parametrize("by_files", [True])


@BY_FILES
@BOTH_MODES
def test_by_files_a_task_becomes_an_agreement_and_a_quiet_cycle_writes_nothing(town: Town) -> None:
    town.record_cooking()
    assert performers(town) == [KARIM]
    assert (town.reason, town.questions, town.regicare.writes()) == (Reason.EQUAL, [], [])


@BY_FILES
def test_by_files_a_change_here_waits_until_an_export_shows_that_it_was_taken_over(town: Town) -> None:
    task = town.record_cooking()
    own = UnitKey(UnitKind.ASSIGNMENT, f"regicare-{task}")
    town.change({own: Duty(performer=KARIM, schedule=thursdays_at(17))})
    town.regicare.folder.hold()
    town.answer(approve=True)
    town.regicare.folder.export("antwoorden.csv")
    town.settle(minutes=10)
    assert (town.reason, town.questions) == (Reason.WAITING_THERE, [])
    town.regicare.folder.export()
    town.settle(minutes=10)
    assert (town.reason, town.questions) == (Reason.EQUAL, [])
    assert len(town.regicare.writes()) == 1


@BY_FILES
def test_by_files_a_refusal_is_a_question_and_not_proposed_again(town: Town) -> None:
    town.record_cooking()
    town.change({WHAT: What(text="Samen bakken")})
    town.answer(approve=False)
    town.settle()
    assert town.questions == [QuestionKind.REFUSAL]
    assert len(town.regicare.writes()) == 1


@BY_FILES
def test_by_files_an_old_export_that_is_put_back_turns_nothing_back(town: Town) -> None:
    task = town.record_cooking()
    old = town.regicare.folder.fetched("inzet.csv")
    town.regicare.office.change_task(activiteitID=task, what="Samen bakken")
    town.settle()
    town.regicare.folder.put_back("inzet.csv", old)
    town.settle()
    assert town.agreement.what == What(text="Samen bakken")
    assert town.questions == [QuestionKind.CONFLICT]
    town.regicare.folder.export()
    town.settle()
    assert (town.reason, town.questions) == (Reason.EQUAL, [])


@BY_FILES
def test_by_files_a_task_that_an_export_leaves_out_changes_nothing(town: Town) -> None:
    task = town.record_cooking()
    town.regicare.office.withhold(activiteitID=task)
    town.settle(6, minutes=10)
    assert town.agreement.status.is_live
    assert (town.questions, town.regicare.writes()) == ([], [])


@BY_FILES
def test_by_files_a_removal_is_asked_for_and_never_taken_for_sure(town: Town) -> None:
    task = town.record_cooking()
    town.withdraw(KARIM)
    (proposal,) = town.regicare.proposals()
    assert "koken" not in proposal["opmerking"].lower()
    town.regicare.office.remove_task(activiteitID=task)
    town.settle(hours=1)
    assert (town.reason, len(town.regicare.writes())) == (Reason.RETRACTING, 1)
