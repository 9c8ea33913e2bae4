"""One agreement in a dossier and a family app: recorded by a nurse, agreed and changed at home."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
import simplejson

from samenspraak.domain.agreements import What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import StatementKind
from samenspraak.domain.units import WHAT, UnitKey, UnitKind, UnitValue, apply
from samenspraak.errors import ConfigurationError
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.policy.terms import terms_digest
from samenspraak.services import people
from samenspraak.services.exchange import exchange
from samenspraak.store.records import Cause, ConnectorRecord, QuestionRecord
from samenspraak.sync.answering import answer
from samenspraak.sync.versions import record_version
from samenspraak_fhir.sandbox import QUIRKY, STRICT, FhirSandbox, Quirks

NUMBERS = "https://de-linde.example/nummers"
CLIENT = "Patient/wit"
NURSE = "Practitioner/anja"
SON = "RelatedPerson/zoon"
WEEKDAYS, WEEKEND = "CarePlan/kous-1", "CarePlan/kous-2"


class Home:
    """Mevrouw De Wit: her dossier, in which a nurse records, and the app of her son.

    ``allowed``: she allowed him to see everything, at the hub.
    """

    def __init__(self, town: Any, quirks: Quirks, *, allowed: bool = True) -> None:
        self.town = town
        self.allowed = allowed
        self.dossier = FhirSandbox(quirks=quirks)
        self.act = self.dossier.acts()
        self._connect()
        people = self._people()
        self.app = town.family_app("app")
        town.joins(self.app, *people)

    def _connect(self) -> None:
        url = self.town.stack.enter_context(self.dossier.running())
        self.url = f"{url}/fhir"
        settings = {"base_url": self.url, "open_origins": [url], "overlap_seconds": 2}
        with self.town.app.store.write("de-linde") as uow:
            uow.connectors.add(
                ConnectorRecord(
                    id="dossier", plugin="fhir", title="ECD", settings=settings, state=ConnectorState.RUNNING
                )
            )
            uow.commit()
        self.town.systems["dossier"] = self.dossier

    def _people(self) -> tuple[str, Any]:
        client = self.town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
        son = self.town.person("son", PartyKind.RELATIVE, "Jan de Wit", client.id)
        self.town.person("anja", PartyKind.PROFESSIONAL, "Anja Postma", client.id)
        if self.allowed:
            self.town.consent(client.id, son)
        self.act["admit"](id="wit", given="An", family="de Wit", identifiers=known("wit"))
        self.act["know"](
            kind="RelatedPerson", id="zoon", name="Jan de Wit", client=CLIENT, identifiers=known("son")
        )
        self.act["know"](kind="Practitioner", id="anja", name="Anja Postma", identifiers=known("anja"))
        return client.id, son

    def agree(self, task: str, by: str, when: str) -> None:
        """The nurse records one task of the agreement about the stockings."""
        what = {"what": "Steunkousen aantrekken", "instruction": "Eerst de hiel.", "nursing": True}
        self.act["agree"](id=task, client=CLIENT, by=by, when=when, group="kousen", author=NURSE, **what)

    def admit_neighbour(self) -> str:
        """Another client of the same dossier, whom the hub knows."""
        self.town.person("bos", PartyKind.CLIENT, "Meneer Bos")
        self.act["admit"](id="bos", given="Piet", family="Bos", identifiers=known("bos"))
        self.settle()
        return "Patient/bos"

    def dispensed(self) -> PartyRef:
        """Who performs, as the hub has it, once the nurse agreed that the dispenser gives the pills."""
        pills = {"id": "pillen", "what": "Pillen", "when": "elke dag", "by": "Device/dispenser"}
        self.act["agree"](client=CLIENT, author=NURSE, **pills)
        self.settle()
        agreed = next(one for one in self.town.agreements() if one.what.text == "Pillen")
        [performer] = agreed.performers
        return performer

    def adds(self, task: str, *, by: str, when: str) -> None:
        self.agree(task, by, when)
        self.settle()

    def settle(self) -> None:
        for _ in range(4):
            self.town.cycle()
            self.town.clock.pass_(seconds=5)
            time.sleep(1.2 * self.dossier.quirks.lag_seconds)

    def next_day(self) -> None:
        self.town.clock.pass_(days=1)
        exchange(self.town.app.hub, "de-linde")

    def plan(self, key: str) -> dict[str, Any]:
        version = self.dossier.records.newest(key)
        assert version is not None
        assert version.resource is not None
        return version.resource

    def detail(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.plan(key)["activity"][0]["detail"]
        return found

    def record(self) -> str:
        """The id that the agreement has in the app."""
        [agreement] = self.town.agreements()
        return str(agreement.id)

    def answer(self, key: str) -> str:
        """What the dossier answers to who reads the plan."""
        return requests.get(f"{self.url}/{key}", timeout=10).text

    def somebody_puts(self, key: str, members: str, timing: str) -> None:
        """Another client of the dossier writes JSON of its own into the plan."""
        plan = {**exactly(self.answer(key)), **exactly(members)}
        detail = plan["activity"][0]["detail"]
        detail.pop("scheduledString", None)
        detail["scheduledTiming"] = exactly(timing)
        headers = {"Content-Type": "application/fhir+json", "If-Match": f'W/"{plan["meta"]["versionId"]}"'}
        answer = requests.put(f"{self.url}/{key}", simplejson.dumps(plan), headers=headers, timeout=10)
        assert answer.status_code == 200

    def seen(self, key: str) -> Any:
        """What the hub keeps of the plan."""
        with self.town.app.store.read("de-linde") as uow:
            return uow.remotes.by_external("dossier", key).seen

    def nurse_at_the_hub(self, changes: dict[UnitKey, UnitValue | None]) -> None:
        with self.town.app.store.write("de-linde") as uow:
            [record] = uow.agreements.list()
            after = apply(record.agreement, changes)
            record_version(uow, self.town.app.hub, record, after, cause=Cause(actor="nurse", why="recorded"))
            uow.commit()
        self.settle()

    def answers(self, question: QuestionRecord, choice: str) -> None:
        with self.town.app.store.write("de-linde") as uow:
            answer(uow, self.town.app.hub, question, choice=choice, by="nurse")
            uow.commit()

    def is_equal(self) -> bool:
        return set(self.town.reasons().values()) == {Reason.EQUAL} and self.town.questions() == []


def exactly(text: str) -> Any:
    return simplejson.loads(text, use_decimal=True)


def known(number: str) -> list[dict[str, str]]:
    return [{"system": NUMBERS, "value": number}]


@pytest.fixture(params=[STRICT, QUIRKY], ids=["strict", "quirky"])
def home(town: Any, request: pytest.FixtureRequest) -> Home:
    there = Home(town, request.param)
    there.agree("kous-1", SON, "op werkdagen")
    there.agree("kous-2", NURSE, "in het weekend")
    there.settle()
    return there


def test_what_the_family_wrote_down_too_is_joined_with_the_plans_of_the_dossier(town: Any) -> None:
    home = Home(town, STRICT)
    home.agree("kous-1", SON, "op werkdagen")
    home.agree("kous-2", NURSE, "in het weekend")
    task = {"id": "k1", "who": {"user": "son", "role": "relative"}, "when": {"text": "op werkdagen"}}
    home.app.add_record("son", "wit", "Steunkousen aantrekken", tasks=[task])
    home.settle()
    [asked] = home.town.questions()
    home.answers(asked, "join")
    home.settle()

    [record] = home.app.shelf.bodies("record")
    assert (asked.cause, len(record["tasks"]), home.is_equal()) == ("same-agreement", 2, True)
    assert len(home.town.agreements()[0].assignments) == 2
    before = home.town.writes()
    tasks = [
        {**one, "when": {"text": "elke ochtend"}} if one["id"] == "k1" else one for one in record["tasks"]
    ]
    home.app.edit("son", record["id"], tasks=tasks)
    home.settle()
    assert home.detail(WEEKDAYS)["scheduledString"] == "elke ochtend"
    assert home.detail(WEEKEND)["scheduledString"] == "in het weekend"
    assert home.town.writes() - before <= 3


def test_a_plan_of_another_client_is_never_part_of_this_agreement_whatever_group_it_names(home: Home) -> None:
    neighbour, what = home.admit_neighbour(), {"what": "Lopen", "group": "kousen", "author": NURSE}
    home.act["agree"](id="lopen", client=neighbour, by=NURSE, when="elke avond na het eten", **what)
    home.settle()

    mine, theirs = sorted(home.town.agreements(), key=lambda one: one.client_id, reverse=True)
    assert [one.id for one in mine.assignments] == ["kous-1", "kous-2"]
    assert (theirs.client_id, theirs.what.text) == ("bos", "Lopen")
    assert "na het eten" not in str(home.app.readable("son"))
    assert home.town.questions() == []


def test_a_device_of_the_dossier_performs_and_its_owner_is_known(home: Home) -> None:
    home.act["know"](kind="Organization", id="thuis", name="Thuiszorg De Linde")
    home.act["know"](kind="Device", id="dispenser", name="Medicijndispenser", owner="Organization/thuis")
    performer = home.dispensed()

    with home.town.app.store.read("de-linde") as uow:
        owner = uow.parties.device(performer.id).owner
        assert uow.parties.group(owner.id).name == "Thuiszorg De Linde"
    assert "Medicijndispenser" in str(home.app.readable("son"))


def test_a_device_that_nobody_owns_waits_for_a_person_and_the_agreement_does_not(home: Home) -> None:
    home.act["know"](kind="Device", id="dispenser", name="Medicijndispenser")
    performer = home.dispensed()

    assert not performer.is_resolved
    waiting = people.waiting(home.town.app.hub, "de-linde").people
    assert [one.external_id for one in waiting] == ["Device/dispenser"]


def test_what_a_nurse_records_in_two_plans_is_one_agreement_in_the_app(home: Home) -> None:
    [agreement] = home.town.agreements()

    assert [one.id for one in agreement.assignments] == ["kous-1", "kous-2"]
    assert "Steunkousen aantrekken" in home.app.readable("son")
    assert home.is_equal()


def test_a_plan_of_somebody_who_left_does_not_hold_up_the_versions_of_the_others(home: Home) -> None:
    home.nurse_at_the_hub({UnitKey(UnitKind.ASSIGNMENT, "kous-2"): None})
    home.nurse_at_the_hub({WHAT: What(text="Steunkousen uittrekken")})
    home.settle()

    assert {one.have == one.want for one in home.town.links()} == {True}
    assert set(home.town.reasons().values()) == {Reason.EQUAL}


def test_a_quiet_cycle_writes_nothing(home: Home) -> None:
    before = home.town.writes()
    home.settle()

    assert home.town.writes() == before


def test_a_nurse_who_changes_one_plan_changes_what_the_plans_share(home: Home) -> None:
    home.act["change"](id=WEEKDAYS, field="instruction", value="Handschoenen aan.")
    home.settle()

    assert home.detail(WEEKEND)["description"] == "Handschoenen aan."
    assert home.is_equal()


def test_the_assent_of_the_son_is_read_in_the_dossier(home: Home) -> None:
    home.app.agree("son", home.record())
    home.settle()

    told = home.dossier.readable(NURSE)
    assert "Jan de Wit is akkoord met deze afspraak." in told
    assert home.is_equal()


def test_an_edit_on_each_side_of_another_unit_survives_without_a_question(home: Home) -> None:
    home.act["change"](id=WEEKDAYS, field="instruction", value="Handschoenen aan.")
    home.app.move("son", home.record(), "kous-1", ["08:30"], "om half negen")
    home.settle()

    assert home.detail(WEEKDAYS)["description"] == "Handschoenen aan."
    assert home.detail(WEEKDAYS)["scheduledTiming"]["code"]["text"] == "om half negen"
    assert home.town.agreements()[0].conditions.instruction == "Handschoenen aan."
    assert home.is_equal()


def test_a_plan_that_ends_in_the_dossier_ends_its_own_task_only(home: Home) -> None:
    home.act["end"](id=WEEKEND, status="completed", reason="Dat doet hij nu ook.")
    home.settle()

    assert [one.id for one in home.town.agreements()[0].assignments] == ["kous-1"]
    assert home.plan(WEEKDAYS)["status"] == "active"


def test_what_the_son_records_becomes_a_plan_of_our_making(home: Home) -> None:
    task = {"id": "a1", "who": {"user": "son", "role": "relative"}, "when": {"text": "op zondag"}}
    home.app.add_record("son", "wit", "Wandelen in het park", tasks=[task])
    home.settle()

    [marker] = [one for one, number in home.dossier.live().items() if number == 1]
    assert marker.endswith(".a1")
    assert "Wandelen in het park" in home.dossier.readable(NURSE)
    assert home.is_equal()


@pytest.fixture
def by_the_book(town: Any) -> Home:
    there = Home(town, STRICT)
    there.agree("kous-1", SON, "op werkdagen")
    there.settle()
    return there


def test_a_report_of_the_son_is_read_in_the_dossier(by_the_book: Home) -> None:
    by_the_book.app.report("son", by_the_book.record(), "kous-1", "2026-11-23", done=True)
    by_the_book.settle()

    assert "Maandag 23-11-2026: gedaan door Jan de Wit." in by_the_book.dossier.readable(NURSE)
    assert by_the_book.is_equal()


def test_a_report_of_a_nurse_is_read_in_the_app_and_not_told_back(by_the_book: Home) -> None:
    by_the_book.act["say"](id=WEEKDAYS, by=NURSE, what="done", day="2026-11-23", text="Door ons gedaan.")
    by_the_book.settle()

    notes = by_the_book.plan(WEEKDAYS)["activity"][0]["progress"]
    assert [note["text"] for note in notes] == ["Door ons gedaan."]
    assert "Door ons gedaan." in " ".join(by_the_book.app.readable("son"))


def test_an_assent_given_in_the_dossier_is_about_the_terms_shown_there(by_the_book: Home) -> None:
    by_the_book.act["change"](id=WEEKDAYS, field="performer", value=NURSE)
    by_the_book.settle()
    by_the_book.act["say"](id=WEEKDAYS, by=NURSE, what="assent")
    by_the_book.settle()

    agreement = by_the_book.town.agreements()[0]
    with by_the_book.town.app.store.read("de-linde") as uow:
        [assent] = uow.statements.of(agreement.id)
    assert (assent.kind, assent.by.id, assent.through) == (StatementKind.ASSENT, "anja", "dossier")
    assert assent.terms == terms_digest(agreement, assent.by)


def test_a_time_cancelled_in_the_dossier_is_cancelled_in_the_app(by_the_book: Home) -> None:
    by_the_book.act["cancel"](id=WEEKDAYS, by=NURSE, day="2026-11-26", reason="Uitje")
    by_the_book.settle()

    [exception] = by_the_book.town.agreements()[0].exceptions.values()
    assert exception.reason == "Uitje"
    assert "Uitje" in " ".join(by_the_book.app.readable("son"))
    assert by_the_book.is_equal()


def test_a_time_changed_on_both_sides_is_asked_once_and_stays_as_typed(by_the_book: Home) -> None:
    by_the_book.act["change"](id=WEEKDAYS, field="when", value="om zeven uur")
    by_the_book.app.move("son", by_the_book.record(), "kous-1", ["09:00"], "om negen uur")
    by_the_book.settle()

    [question] = by_the_book.town.questions()
    assert question.kind == "conflict"
    assert by_the_book.detail(WEEKDAYS)["scheduledString"] == "om zeven uur"


def test_a_plan_taken_out_of_the_dossier_is_over_everywhere(by_the_book: Home) -> None:
    by_the_book.act["remove"](id=WEEKDAYS)
    by_the_book.settle()

    assert not by_the_book.town.agreements()[0].status.is_live
    assert by_the_book.town.reasons() == {"dossier": Reason.CLOSED, "app": Reason.CLOSED}


@pytest.mark.parametrize("history", [True, False], ids=["told by a history", "missed the next day"])
def test_a_plan_that_is_filed_elsewhere_is_outside_the_selection_and_comes_back(
    town: Any, history: bool
) -> None:
    home = Home(town, Quirks(no_type_history=not history))
    home.agree("kous-1", SON, "op werkdagen")
    home.settle()
    home.act["change"](id=WEEKDAYS, field="category", value="734163000")
    home.settle()
    assert (town.reasons()["dossier"] is Reason.OUTSIDE_SELECTION) is history

    home.next_day()
    assert town.reasons()["dossier"] is Reason.OUTSIDE_SELECTION
    assert town.agreements()[0].status.is_live

    home.act["change"](id=WEEKDAYS, field="category", value="9632001")
    home.settle()
    assert home.is_equal()


@pytest.mark.parametrize("gone_is_404", [False, True])
def test_a_deletion_that_no_history_of_the_type_tells_is_missed_the_next_day(
    town: Any, gone_is_404: bool
) -> None:
    home = Home(town, Quirks(no_type_history=True, gone_is_404=gone_is_404))
    home.agree("kous-1", SON, "op werkdagen")
    home.settle()
    home.act["remove"](id=WEEKDAYS)
    home.settle()
    assert town.agreements()[0].status.is_live

    home.next_day()
    assert town.reasons() == {"dossier": Reason.CLOSED, "app": Reason.CLOSED}


def test_a_dossier_that_answers_a_write_with_nothing_is_read_instead(town: Any) -> None:
    home = Home(town, Quirks(bare_answers=True))
    task = {"id": "a1", "who": {"user": "son", "role": "relative"}, "when": {"text": "op zondag"}}
    record = home.app.add_record("son", "wit", "Wandelen in het park", tasks=[task])
    home.settle()
    home.app.instruct("son", record, "Neem de rollator mee.")
    home.settle()

    assert "Neem de rollator mee." in " ".join(home.dossier.readable(NURSE))
    assert home.is_equal()


DOSES = ["1.50", "0.10", "1E+2", "12345678901234567890.12345678901234567890"]
ONCE_A_DAY = '"frequency": 1, "period": 1.0, "periodUnit": "d", "duration": 1.50, "durationUnit": "h"'


def test_numbers_that_are_not_ours_keep_every_digit_in_the_dossier_and_with_us(by_the_book: Home) -> None:
    dose = ", ".join(f'{{"url": "https://ecd.example/dosis", "valueDecimal": {one}}}' for one in DOSES)
    by_the_book.somebody_puts(WEEKDAYS, f'{{"extension": [{dose}]}}', f'{{"repeat": {{{ONCE_A_DAY}}}}}')
    by_the_book.settle()

    by_the_book.app.instruct("son", by_the_book.record(), "Handschoenen aan.")
    by_the_book.settle()

    answer = by_the_book.answer(WEEKDAYS)
    assert "Handschoenen aan." in answer
    assert [one for one in DOSES if f'"valueDecimal": {one}}}' not in answer] == []
    assert ONCE_A_DAY in answer
    assert '"duration": 1.50' in simplejson.dumps(by_the_book.seen(WEEKDAYS))


def test_another_version_of_fhir_stops_the_dossier_and_nothing_is_misread(by_the_book: Home) -> None:
    by_the_book.dossier.fhir_version = "3.0.2"
    with pytest.raises(ConfigurationError, match="this connector needs R4"):
        by_the_book.settle()
    by_the_book.dossier.fhir_version = "4.0.1"
    by_the_book.act["change"](id=WEEKDAYS, field="what", value="Kousen aan")
    by_the_book.settle()

    assert by_the_book.town.agreements()[0].what.text == "Kousen aan"


def test_a_colleague_whom_the_agreement_never_named_is_known_as_soon_as_he_takes_over(home: Home) -> None:
    home.town.person("bram", PartyKind.PROFESSIONAL, "Bram Kok")
    home.act["know"](kind="Practitioner", id="bram", name="Bram Kok", identifiers=known("bram"))
    home.settle()
    home.act["change"](id=WEEKEND, field="performer", value="Practitioner/bram")
    home.settle()

    [agreement] = home.town.agreements()
    taken = agreement.assignment("kous-2")
    assert taken.duty.performer.id == "bram"
    assert home.is_equal()


def test_a_performer_added_in_the_dossier_takes_part_at_once(home: Home) -> None:
    home.adds("kous-3", by=SON, when="elke nacht")

    [agreement] = home.town.agreements()
    assert [one.id for one in agreement.assignments] == ["kous-1", "kous-2", "kous-3"]
    assert "elke nacht" in str(home.app.readable("son"))
    assert home.is_equal()


def test_a_performer_added_in_the_dossier_who_cannot_be_one_is_asked_about(home: Home) -> None:
    home.adds("kous-3", by=home.admit_neighbour(), when="elke nacht")
    [question] = home.town.questions()
    assert question.kind == "conflict"
    assert "elke nacht" not in str(home.app.readable("son"))

    home.answers(question, "hub")
    home.settle()
    assert home.plan("CarePlan/kous-3")["status"] == "completed"
    assert home.town.questions() == []
