"""Who and what the connector reads on the platform, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from connectors.ozo.conftest import family, running
from connectors.ozo.hub import Hub, connected

from samenspraak.connectors import ExternalParty, Found, SetApart
from samenspraak.domain.parties import Identifier, PartyKind
from samenspraak.domain.statements import StatementKind
from samenspraak.errors import InvalidRecordError
from samenspraak_ozo.people import ROLES, identifier_system, party, relations
from samenspraak_ozo.sandbox import OzoSandbox


def test_people_are_offered_with_the_current_names_of_their_identifiers(quirky_hub: Hub) -> None:
    """The sandbox in quirky mode gives them the older systems with /ozo/ in them."""
    parties = [one for page in quirky_hub.pages() for one in page.parties]
    (son,) = [one for one in parties if one.name == "Rob van Vliet"]

    person = Identifier(system="https://www.ozoverbindzorg.nl/namingsystem/person", value="80021")
    assert person in son.identifiers
    assert son.client == quirky_hub.subject().client
    assert {one.kind for one in parties} == {
        PartyKind.CLIENT,
        PartyKind.RELATIVE,
        PartyKind.PROFESSIONAL,
    }


@pytest.mark.parametrize(
    ("written", "system"),
    [
        ("https://www.ozoverbindzorg.nl/namingsystem/ozo/person", "person"),
        ("https://www.ozoverbindzorg.nl/namingsystem/ozo-connect/network-relation", "network-relation"),
        ("OZO/Person", "person"),
        ("OZO-CONNECT/NetworkRelation", "network-relation"),
        ("email", "email"),
    ],
)
def test_an_identifier_goes_by_one_name_whatever_it_was_called(written: str, system: str) -> None:
    # examples/*.json; ozo-relatedperson.fsh 0.2; identifier-systems.md.
    assert identifier_system(written) == f"https://www.ozoverbindzorg.nl/namingsystem/{system}"
    assert identifier_system("https://dekade.example/nummers") == "https://dekade.example/nummers"


@pytest.mark.parametrize("system", ["urn:oid:2.16.840.1.113883.5.111", ROLES])
@pytest.mark.parametrize(("code", "decides"), [("SONC", False), ("GUARD", True)])
def test_a_relation_means_the_same_under_both_names_of_its_code_system(
    system: str, code: str, decides: bool
) -> None:
    person = {
        "resourceType": "RelatedPerson",
        "id": "5",
        "name": [{"text": "Kees Groot"}],
        "relationship": [{"coding": [{"system": system, "code": code}]}],
    }
    assert relations(person) == {(ROLES, code)}
    assert getattr(party(person, date(2026, 11, 24)), "representative", None) is decides


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"birth_date": "3875-09-25"}, "Patient.birthDate"),
        ({"birth_date": "${DATE, T, d, -90}"}, "Patient.birthDate"),
        ({"bsn": "123456789"}, "Patient.identifier"),
    ],
)
def test_a_person_that_cannot_be_right_is_set_apart_and_the_others_go_on(
    client: Any, hub: Hub, wrong: dict[str, str], field: str
) -> None:
    client.act("admit", identifier="70012", name="H. Terpstra", **wrong)
    client.act("join", patient="70012", kind="Practitioner", identifier="90031", name="Fatma Kaya")
    pages = hub.pages()

    (apart,) = [one for page in pages for one in page.records if isinstance(one, SetApart)]
    assert apart.field == field
    names = [one.name for page in pages for one in page.parties if isinstance(one, ExternalParty)]
    assert "A. van Vliet" in names
    assert "H. Terpstra" not in names


# Two organisations on one platform.


@pytest.fixture
def others(client: Any, people: Any) -> Any:
    """The client of another organisation, with a daughter and that organisation's nurse."""
    patient = client.act("admit", identifier="70099", name="B. Yilmaz", bsn="999990019")
    join = {"patient": "70099"}
    client.act("join", kind="RelatedPerson", identifier="80099", name="Elif Yilmaz", **join)
    client.act("join", kind="Practitioner", identifier="90099", name="Jan Prins", **join)
    return patient


def named(pages: Any) -> set[str]:
    return {one.name for page in pages for one in page.parties}


OURS = {"A. van Vliet", "Rob van Vliet", "Ineke Smit", "Fatma Kaya"}


def test_people_in_no_network_of_the_sender_are_never_read(hub: Hub, others: Any) -> None:
    assert named(hub.pages()) == OURS


def test_a_network_the_sender_is_in_through_a_team_of_the_organisation_is_read(
    client: Any, hub: Hub, others: Any
) -> None:
    team = client.act("form_team", name="Team Noord", members=[hub.people.nurse])
    client.act("add_team", patient="70099", team=team)

    assert named(hub.pages()) == OURS | {"B. Yilmaz", "Elif Yilmaz", "Jan Prins"}


def test_a_network_that_was_taken_away_is_not_read(client: Any, hub: Hub) -> None:
    client.act("close_network", patient="70011")
    assert named(hub.pages()) == set()


def test_a_relative_who_left_the_network_is_not_offered_and_gets_no_thread(client: Any, hub: Hub) -> None:
    client.act("leave", patient="70011", person="80022")

    assert named(hub.pages()) == OURS - {"Ineke Smit"}
    with pytest.raises(InvalidRecordError):
        hub.open(hub.people.son, hub.people.neighbour)
    assert hub.open(hub.people.son).external_id


def test_a_sender_in_no_network_fails_the_check(client: Any, hub: Hub) -> None:
    client.act("close_network", patient="70011")
    last = list(hub.connector.check(hub.call))[-1]

    assert (last.step, last.ok, last.detail) == (
        "read",
        False,
        "Practitioner/1005 is in the network of nobody",
    )


# What changed.


@pytest.fixture
def clocked() -> Iterator[tuple[Any, Hub, list[float]]]:
    """A platform that can be searched by time, and its clock."""
    now = [1_795_000_000.0]
    for there in running(OzoSandbox("quirky", clock=lambda: now[0], node="apart")):
        for hub in connected(there, family(there), changes_by_time=True):
            yield there, hub, now


def test_people_of_a_network_the_sender_joins_are_read_though_they_did_not_change(clocked: Any) -> None:
    client, hub, now = clocked
    client.act("admit", identifier="70012", name="H. Terpstra")
    now[0] += 7200
    before = hub.pages()
    now[0] += 7200
    client.act("join", patient="70012", kind="Practitioner", identifier="90031", name="Fatma Kaya")

    assert "H. Terpstra" not in named(before)
    assert "H. Terpstra" in named(hub.pages(before[-1].cursor))


def test_somebody_renamed_while_the_rest_is_still_being_listed_is_met_the_next_time(clocked: Any) -> None:
    client, hub, now = clocked
    hub.open()
    now[0] += 7200
    for page in hub.connector.changes(hub.call, None):
        last = page
        if "Fatma Kaya" in named([page]):  # the relatives were listed before
            now[0] += 60
            client.act("rename", person="80021", name="Rob Nieuwenaam")
            now[0] += 300
            client.act("reply", person="80021", text="Akkoord")

    assert "Rob Nieuwenaam" in named(hub.pages(last.cursor))


def test_a_thread_that_is_answered_while_the_rest_is_listed_is_met_the_next_time(clocked: Any) -> None:
    client, hub, now = clocked
    thread = hub.open()
    now[0] += 7200
    for page in hub.connector.changes(hub.call, None):
        last = page
        if page.records:
            now[0] += 600
            client.act("reply", person="80021", text="Akkoord")

    found = [one for page in hub.pages(last.cursor) for one in page.records]
    assert [one.external_id for one in found] == [thread.external_id]


# Threads.


def test_threads_of_others_are_not_read(sandbox: OzoSandbox, client: Any, hub: Hub) -> None:
    client.act("open_thread", person="80021", text="Wanneer komt de fysio?")
    ours = hub.open()

    records = [one.external_id for page in hub.pages() for one in page.records]
    assert records == [ours.external_id]


def test_a_new_message_makes_an_old_thread_change(quirky: Any, quirky_hub: Hub) -> None:
    thread = quirky_hub.open()
    cursor = quirky_hub.pages()[-1].cursor
    quirky.act("reply", person="80021", text="Akkoord")

    changed = [one for page in quirky_hub.pages(cursor) for one in page.records if isinstance(one, Found)]
    (assent,) = quirky_hub.connector.get(changed[-1].raw, quirky_hub.directory).said
    assert (changed[-1].external_id, assent.kind) == (thread.external_id, StatementKind.ASSENT)
    assert changed[-1].token != thread.token
