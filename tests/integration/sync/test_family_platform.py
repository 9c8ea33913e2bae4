"""An agreement in a family app and in a family platform that only takes messages."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from samenspraak.domain.agreements import Decides
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import StatementKind
from samenspraak.domain.units import UnitKind
from samenspraak.errors import RuleError, TransientError
from samenspraak.policy.capabilities import Direction
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.sandbox import Fault
from samenspraak.services import explaining, mapping, matching, taking_part
from samenspraak.store.records import Cause, ConnectorRecord
from samenspraak.sync.versions import record_version
from samenspraak_ozo.sandbox import OzoSandbox

NUMBERS = "https://de-linde.example/nummers"
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
STOCKINGS = {
    "tasks": [
        {
            "id": "a1",
            "who": {"user": "son", "role": "relative"},
            "when": {"rhythm": {"type": "days", "every": "day", "times": ["08:00"]}},
        }
    ],
    "rules": {"how": "Eerst de hiel."},
}


class Platform:
    """Mevrouw De Wit with her son and daughter, in an app and on the platform."""

    def __init__(self, town: Any, mode: Any, state: ConnectorState = ConnectorState.RUNNING) -> None:
        self.town = town
        self.state = state
        self.sandbox = OzoSandbox(mode, clock=lambda: town.clock.now().timestamp())
        self.sandbox.quirks = replace(self.sandbox.quirks, per_second=None)  # these tests do not wait
        self.act = self.sandbox.acts()
        self.consents: dict[str, str] = {}
        self.readers = self._people()
        self._connect()
        self.app = town.family_app("app")
        town.joins(self.app, "wit", *self.readers)
        self.app.add_record("son", "wit", "Steunkousen aantrekken", **STOCKINGS)

    def _people(self) -> list[PartyRef]:
        self.town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
        self.act["admit"](identifier="70011", name="A. de Wit", identifiers=known("wit"))
        readers = []
        for person, name, number in (("son", "Jan de Wit", "80021"), ("daughter", "Els de Wit", "80022")):
            relative = self.town.person(person, PartyKind.RELATIVE, name, "wit")
            self.consents[person] = self.town.consent("wit", relative)
            self.town.shows_own_name("wit", relative, PartyKind.RELATIVE)
            self.act["join"](
                patient="70011", kind="RelatedPerson", identifier=number, name=name, identifiers=known(person)
            )
            readers.append(relative)
        return readers

    def _connect(self) -> None:
        url = self.town.stack.enter_context(self.sandbox.running())
        sender = self.act["join"](patient="70011", kind="Practitioner", identifier="90031", name="Fatma Kaya")
        settings = {
            "base_url": f"{url}/fhir",
            "nuts_url": url,
            "nuts_subject": "samenspraak",
            "authorization_server": "https://nuts.example.org/oauth2/ozo",
            "sender": sender,
            "open_origins": [url],
        }
        record = ConnectorRecord(id="ozo", plugin="ozo", title="OZO", settings=settings, state=self.state)
        with self.town.app.store.write("de-linde") as uow:
            uow.connectors.add(record)
            uow.commit()
        self.town.systems["ozo"] = self.sandbox

    def settle(self) -> None:
        self.town.settle(cycles=5)

    def inbox(self, person: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.act["inbox"](person=person)
        return found

    def links(self) -> dict[Reason, int]:
        reasons = [link.reason for link in self.town.links() if link.connector_id == "ozo"]
        return {reason: reasons.count(reason) for reason in reasons}

    def read(self) -> dict[str, int | None]:
        """Which version each reader read last, as `explain` tells it."""
        [agreement] = self.town.agreements()
        copies = explaining.explain(self.town.app.hub, "de-linde", agreement.id).copies
        [copy] = [one for one in copies if one.connector_id == "ozo"]
        return {one.reader.id: one.read.version if one.read else None for one in copy.reached if one.reader}

    def statements(self) -> list[tuple[StatementKind, PartyRef]]:
        [agreement] = self.town.agreements()
        with self.town.app.store.read("de-linde") as uow:
            return [(one.kind, one.by) for one in uow.statements.of(agreement.id)]


def known(number: str) -> list[dict[str, str]]:
    return [{"system": NUMBERS, "value": number}]


@pytest.fixture(params=["strict", "quirky"])
def platform(town: Any, request: pytest.FixtureRequest) -> Platform:
    there = Platform(town, request.param)
    there.settle()
    return there


def test_the_family_reads_one_thread_that_is_for_them_alone(platform: Platform) -> None:
    [thread] = platform.inbox("80021")

    assert thread["messages"][0] == "Steunkousen aantrekken"
    assert "Wie: Jan de Wit, elke dag om 08:00" in thread["messages"][1]
    assert platform.inbox("80022") == [thread]
    assert platform.links() == {Reason.EQUAL: 1}


def test_a_reader_who_turns_out_to_be_somebody_else_reads_nothing_any_more(platform: Platform) -> None:
    with platform.town.app.store.read("de-linde") as uow:
        [daughter] = (one for one in uow.parties.links("ozo") if one.ref.id == "daughter")

    matching.refuse(platform.town.app.hub, "de-linde", "ozo", daughter.external_id)
    platform.settle()

    assert platform.sandbox.readable("80022") == ["Dit gesprek is niet meer beschikbaar."]
    [thread] = [one for one in platform.inbox("80021") if len(one["messages"]) > 1]
    assert thread["messages"][0] == "Steunkousen aantrekken"
    platform.town.clock.pass_(minutes=5)
    platform.settle()
    assert platform.links() == {Reason.RETRACTED: 1, Reason.EQUAL: 1}


def test_a_quiet_cycle_writes_nothing(platform: Platform) -> None:
    before = platform.town.writes()
    platform.settle()

    assert platform.town.writes() == before


def test_an_assent_on_the_platform_is_kept_noted_and_told_in_the_app(platform: Platform) -> None:
    platform.act["reply"](person="80021", text="Akkoord")
    platform.settle()

    assert platform.statements() == [(StatementKind.ASSENT, SON)]
    assert platform.inbox("80022")[0]["messages"][-1] == "Genoteerd: Jan de Wit is akkoord."
    assert platform.links() == {Reason.EQUAL: 1}


def test_who_opens_the_thread_is_known_to_have_read_that_version_and_who_did_not_is_not(
    platform: Platform,
) -> None:
    platform.act["read"](person="80021")
    platform.settle()
    assert platform.read() == {"son": 1, "daughter": None}

    platform.app.edit("son", "r1", rules={"how": "Eerst de teen."})
    platform.settle()
    platform.act["read"](person="80022")
    platform.settle()
    assert platform.read() == {"son": 1, "daughter": 2}


def test_a_day_that_somebody_cannot_come_is_cancelled_everywhere(platform: Platform) -> None:
    platform.act["reply"](person="80021", text="Kan niet 26-11")
    platform.settle()

    [agreement] = platform.town.agreements()
    [key] = agreement.exceptions
    assert (key.assignment_id, key.day) == ("a1", date(2026, 11, 26))
    told = "\n".join(platform.inbox("80022")[0]["messages"])
    assert "Gaat niet door: donderdag 26 november 2026" in told
    assert "Genoteerd: Jan de Wit kan niet op donderdag 26 november 2026." in told
    assert platform.links() == {Reason.EQUAL: 1}
    assert platform.town.questions() == []


def test_a_time_that_is_not_planned_cannot_be_cancelled_and_nobody_is_told_that_it_was(
    platform: Platform,
) -> None:
    platform.app.cancel("son", "r1", "a1", "2026-11-26", nth=2)
    platform.settle()

    [question] = platform.town.questions()
    assert (question.kind, question.cause) == ("conflict", "rule:no-such-moment")
    assert not platform.town.agreements()[0].exceptions
    assert "Gaat niet door" not in "\n".join(platform.inbox("80022")[0]["messages"])


def test_a_change_elsewhere_is_one_new_message(platform: Platform) -> None:
    platform.app.instruct("son", "r1", "Eerst de tenen.")
    platform.settle()

    [thread] = platform.inbox("80022")
    assert len(thread["messages"]) == 3
    assert "Zo doet u het: Eerst de tenen." in thread["messages"][-1]


def test_changes_that_follow_each_other_are_told_in_one_message(platform: Platform) -> None:
    for text in ("Eerst de tenen.", "Eerst de tenen, dan de hiel."):
        platform.app.instruct("son", "r1", text)
        platform.town.cycle()
        platform.town.clock.pass_(seconds=4)
    assert len(platform.inbox("80022")[0]["messages"]) == 2
    assert platform.links() == {Reason.DUE: 1}
    platform.settle()

    [thread] = platform.inbox("80022")
    assert len(thread["messages"]) == 3
    assert "Zo doet u het: Eerst de tenen, dan de hiel." in thread["messages"][-1]
    assert platform.links() == {Reason.EQUAL: 1}


def test_a_message_that_waits_is_no_failure_and_goes_on_changing_for_no_longer_than_that(
    platform: Platform,
) -> None:
    texts = [f"Eerst de {number}e teen." for number in range(1, 6)]
    for text in texts:
        platform.app.instruct("son", "r1", text)
        platform.town.cycle()
        assert [one.attempts for one in platform.town.links() if one.connector_id == "ozo"] == [0]
        platform.town.clock.pass_(seconds=3)

    said = "\n".join(platform.inbox("80022")[0]["messages"])
    assert texts[0] not in said
    assert any(text in said for text in texts[1:])


def test_what_is_about_today_and_what_may_not_be_seen_any_more_waits_for_nothing(platform: Platform) -> None:
    platform.app.cancel("son", "r1", "a1", "2026-11-24")
    platform.town.cycle()
    platform.town.cycle()
    assert "Gaat niet door: dinsdag 24 november 2026" in platform.inbox("80022")[0]["messages"][-1]

    platform.app.instruct("son", "r1", "Eerst de tenen.")
    platform.town.withdraw("wit", platform.consents["daughter"])
    platform.town.cycle()
    platform.town.cycle()
    assert "Steunkousen" not in " ".join(platform.sandbox.readable("80022"))


@pytest.mark.parametrize("mode", ["strict", "quirky"])
def test_on_the_first_day_the_family_gets_one_overview_instead_of_a_message_for_each_agreement(
    town: Any, mode: str
) -> None:
    platform = Platform(town, mode, ConnectorState.MATCHING)
    for title in ("Samen eten", "De was ophalen", "Wandelen"):
        platform.app.add_record("son", "wit", title, **STOCKINGS)
    platform.settle()
    assert platform.inbox("80022") == []

    taking_part.resume(town.app.hub, "de-linde", "ozo")
    platform.settle()
    assert [one["messages"][0] for one in platform.inbox("80022") if one["unread"]] == [
        "Afspraken om te lezen"
    ]
    assert len(platform.inbox("80022")) == 5
    assert platform.links() == {Reason.EQUAL: 4}

    platform.app.add_record("son", "wit", "Nieuw afgesproken", **STOCKINGS)
    platform.settle()
    unread = [one["messages"][0] for one in platform.inbox("80022") if one["unread"]]
    assert unread == ["Afspraken om te lezen", "Nieuw afgesproken"]


def test_a_thread_that_nobody_could_be_let_into_at_first_is_there_in_the_end_and_once(town: Any) -> None:
    platform = Platform(town, "strict", ConnectorState.MATCHING)
    platform.settle()
    platform.sandbox.inject(Fault(kind="status", status=503, method="PUT", times=2))
    taking_part.resume(town.app.hub, "de-linde", "ozo")
    platform.settle()
    town.clock.pass_(minutes=30)
    platform.settle()

    titles = [one["messages"][0] for one in platform.inbox("80022")]
    assert sorted(titles) == ["Afspraken om te lezen", "Steunkousen aantrekken"]
    assert platform.links() == {Reason.EQUAL: 1}


def test_terms_that_come_back_are_a_message_of_their_own(platform: Platform) -> None:
    for text in ("Eerst de tenen.", "Eerst de hiel."):
        platform.app.instruct("son", "r1", text)
        platform.settle()

    [thread] = platform.inbox("80022")
    assert len(thread["messages"]) == 4
    assert "Zo doet u het: Eerst de hiel." in thread["messages"][-1]


def test_what_a_reader_may_not_see_any_more_is_taken_back_and_the_others_get_a_thread_of_their_own(
    platform: Platform,
) -> None:
    platform.town.withdraw("wit", platform.consents["daughter"])
    platform.settle()
    platform.town.clock.pass_(minutes=5)  # a request of before the withdrawal can no longer arrive
    platform.settle()

    assert "Steunkousen" not in " ".join(platform.sandbox.readable("80022"))
    assert "Steunkousen" in " ".join(platform.sandbox.readable("80021"))
    assert platform.links() == {Reason.RETRACTED: 1, Reason.EQUAL: 1}


def test_a_name_that_may_no_longer_be_shown_goes_from_every_message(platform: Platform) -> None:
    town = platform.town
    neighbour = town.person("neighbour", PartyKind.RELATIVE, "Ineke Smit", "wit")
    with town.app.store.write("de-linde") as uow:
        [record] = uow.agreements.list()
        told_of = replace(record.agreement, decides=Decides(who=neighbour))
        record_version(uow, town.app.hub, record, told_of, cause=Cause(actor="test", why="test"))
        uow.commit()
    platform.settle()
    before = platform.sandbox.readable("80022")
    town.shows_own_name("wit", neighbour, PartyKind.RELATIVE, allows=False)
    platform.settle()

    assert "Ineke Smit" in " ".join(before)
    assert "Ineke Smit" not in " ".join(platform.sandbox.readable("80022"))
    assert "Bij verschil beslist een naaste" in platform.inbox("80022")[0]["messages"][-1]
    assert platform.links() == {Reason.EQUAL: 1}


def test_after_an_outage_the_last_terms_are_there_once(platform: Platform) -> None:
    platform.sandbox.inject(Fault(kind="down"))
    for text in ("Eerst de tenen.", "Eerst de hiel, dan de tenen."):
        platform.app.instruct("son", "r1", text)
        with contextlib.suppress(TransientError):
            platform.town.cycle()
    platform.sandbox.clear_faults()
    platform.town.clock.pass_(hours=6)
    platform.settle()

    [thread] = platform.inbox("80022")
    assert len(thread["messages"]) == 3
    assert "Eerst de hiel, dan de tenen." in thread["messages"][-1]
    assert platform.links() == {Reason.EQUAL: 1}


def test_a_lost_answer_makes_no_second_message(platform: Platform) -> None:
    platform.sandbox.inject(Fault(kind="lose", method="POST", times=1))
    platform.app.instruct("son", "r1", "Eerst de tenen.")
    platform.settle()

    assert len(platform.inbox("80022")[0]["messages"]) == 3
    assert set(platform.sandbox.live().values()) == {1}


def test_an_agreement_that_ends_closes_the_thread(platform: Platform) -> None:
    platform.app.end("son", "r1")
    platform.settle()
    [thread] = platform.inbox("80021")

    assert thread["status"] == "completed"
    assert thread["messages"][-1].startswith("Deze afspraak is gestopt.")


def test_people_who_are_met_after_the_agreement_get_one_thread_together(town: Any) -> None:
    there = Platform(town, "strict")
    heard_later = town.systems.pop("ozo")
    there.settle()
    town.systems["ozo"] = heard_later
    there.settle()

    assert there.links() == {Reason.EQUAL: 1}
    assert there.inbox("80021") == there.inbox("80022") != []


def test_a_closed_thread_still_says_what_was_agreed(platform: Platform) -> None:
    platform.app.end("son", "r1")
    platform.settle()
    [thread] = platform.inbox("80021")

    assert thread["status"] == "completed"
    assert "Zo doet u het: Eerst de hiel." in thread["messages"][1]


def test_a_thread_that_others_were_let_into_gets_no_more_and_can_still_be_emptied(platform: Platform) -> None:
    platform.act["join"](patient="70011", kind="RelatedPerson", identifier="80029", name="Wim Bos")
    platform.act["let_read"](person="80029", about="Steunkousen")
    platform.settle()
    platform.app.instruct("son", "r1", "Eerst de tenen.")
    platform.settle()

    assert platform.links() == {Reason.OUTSIDE_SELECTION: 1}
    assert "Eerst de tenen." not in " ".join(platform.sandbox.readable("80029"))

    for person in ("son", "daughter"):
        platform.town.withdraw("wit", platform.consents[person])
    platform.settle()
    assert "Steunkousen" not in " ".join(platform.sandbox.readable("80029"))


def test_who_may_read_again_before_it_is_certain_that_it_was_gone_gets_a_thread_again(
    platform: Platform,
) -> None:
    """Nobody but we ended the thread, so nobody is asked whether it ended."""
    platform.town.withdraw("wit", platform.consents["daughter"])
    platform.town.cycle()
    assert "Steunkousen" not in str(platform.sandbox.readable("80022"))

    platform.town.consent("wit", platform.readers[1])
    platform.settle()
    platform.town.clock.pass_(minutes=5)
    platform.settle()

    assert "Wie: Jan de Wit, elke dag om 08:00" in str(platform.sandbox.readable("80022"))
    assert platform.town.questions() == []


def test_nothing_is_said_to_come_only_from_where_it_cannot_be_read(platform: Platform) -> None:
    with pytest.raises(RuleError, match="cannot read review"):
        mapping.set_direction(platform.town.app.hub, "de-linde", "ozo", UnitKind.REVIEW, Direction.IN)
