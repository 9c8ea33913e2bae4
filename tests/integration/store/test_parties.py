"""Parties: found by what others call them, and a person's decision stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.engine import Engine

from samenspraak.domain.parties import (
    CircleMember,
    Device,
    Group,
    GroupKind,
    Identifier,
    PartyKind,
    PartyRef,
    Person,
)
from samenspraak.errors import NotFoundError
from samenspraak.store import Store
from samenspraak.store.identifiers import OWN
from samenspraak.store.records import PartyCandidate, PartyLink

BSN = Identifier(system="http://fhir.nl/fhir/NamingSystem/bsn", value="999990019")
NUMBER = Identifier(system="urn:platform:person", value="4711")
ANNA = Person(
    id="anna",
    name="Anna de Haan",
    first_name="Anna",
    birth_date=date(1951, 3, 9),
    identifiers=frozenset({BSN, NUMBER}),
)
RELATIVE = PartyRef(kind=PartyKind.RELATIVE, id="anna")
PROFESSIONAL = PartyRef(kind=PartyKind.PROFESSIONAL, id="anna")


def test_a_person_is_kept_with_identifiers_and_roles(store: Store) -> None:
    with store.write("noord") as uow:
        uow.parties.add_person(ANNA, PartyKind.RELATIVE)
        uow.parties.add_person(ANNA, PartyKind.PROFESSIONAL)

        assert uow.parties.person("anna") == ANNA
        assert uow.parties.kinds("anna") == {PartyKind.RELATIVE, PartyKind.PROFESSIONAL}
        assert [one.id for one in uow.parties.persons()] == ["anna", "mother", "son"]
        assert [one.id for one in uow.parties.persons(PartyKind.CLIENT)] == ["mother"]


def test_a_person_is_found_by_any_identifier_and_not_by_one_taken_away(store: Store) -> None:
    with store.write("noord") as uow:
        uow.parties.add_person(ANNA)
        assert uow.parties.by_identifier([BSN, Identifier(system="other", value="1")]) == [ANNA]
        corrected = replace(ANNA, identifiers=frozenset({NUMBER}))
        uow.parties.add_person(corrected)

        assert uow.parties.by_identifier([BSN]) == []
        assert uow.parties.by_identifier([NUMBER]) == [corrected]


def test_everybody_with_an_identifier_is_found_since_a_person_decides_who_it_is(store: Store) -> None:
    double = replace(ANNA, id="anna-2", name="A. de Haan")
    with store.write("noord") as uow:
        for one in (ANNA, double):
            uow.parties.add_person(one)

        assert uow.parties.by_identifier([BSN, NUMBER]) == [ANNA, double]


def test_what_a_record_teaches_is_known_until_it_is_unlearned(store: Store) -> None:
    with store.write("noord") as uow:
        uow.parties.add_person(replace(ANNA, identifiers=frozenset({NUMBER})))
        uow.parties.learn("anna", ("ecd", "P/1"), {NUMBER, BSN})
        assert uow.parties.by_identifier([BSN]) == [ANNA]
        assert uow.parties.teachers("anna") == {OWN: {NUMBER}, ("ecd", "P/1"): {NUMBER, BSN}}

        uow.parties.unlearn(("ecd", "P/1"))
        assert uow.parties.by_identifier([BSN]) == []
        assert uow.parties.by_identifier([NUMBER]) == [replace(ANNA, identifiers=frozenset({NUMBER}))]


def test_a_person_kept_anew_makes_nothing_learned_their_own(store: Store) -> None:
    with store.write("noord") as uow:
        uow.parties.add_person(replace(ANNA, identifiers=frozenset({NUMBER})))
        uow.parties.learn("anna", ("ecd", "P/1"), {BSN})
        uow.parties.add_person(replace(uow.parties.person("anna"), name="Anna Vos"))

        assert uow.parties.teachers("anna") == {OWN: {NUMBER}, ("ecd", "P/1"): {BSN}}
        uow.parties.learn("anna", ("ecd", "P/1"), ())
        assert uow.parties.learned(("ecd", "P/1")) == frozenset()
        assert uow.parties.person("anna").identifiers == {NUMBER}


def test_a_citizen_number_is_nowhere_in_the_database_as_it_is(store: Store, engine: Engine) -> None:
    with store.write("noord") as uow:
        uow.parties.add_person(replace(ANNA, identifiers=frozenset()))
        uow.parties.learn("anna", ("ecd", "P/1"), {BSN})
        uow.commit()

    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM identifier WHERE person_id = 'anna'").all()
    assert len(rows) == 1
    assert BSN.value not in repr(rows)


def test_groups_and_devices_are_kept_as_given(store: Store) -> None:
    team = Group(
        id="night", name="Nachtteam", kind=GroupKind.TEAM, volunteers=True, members=frozenset({PROFESSIONAL})
    )
    dispenser = Device(id="d1", name="Medicijndispenser", owner=PROFESSIONAL)
    with store.write("noord") as uow:
        uow.parties.add_group(replace(team, members=frozenset({RELATIVE})))
        uow.parties.add_group(team)
        uow.parties.add_device(dispenser)

        assert (uow.parties.group("night"), uow.parties.groups()) == (team, [team])
        assert (uow.parties.device("d1"), uow.parties.devices()) == (dispenser, [dispenser])


def test_the_circle_of_a_client_changes(store: Store) -> None:
    member = CircleMember(client_id="mother", party=RELATIVE)
    with store.write("noord") as uow:
        uow.parties.add_member(member)
        uow.parties.add_member(replace(member, representative=True))
        assert uow.parties.circle("mother") == [replace(member, representative=True)]
        assert uow.parties.circles_of(RELATIVE) == uow.parties.circle("mother")
        uow.parties.remove_member("mother", RELATIVE)

        assert uow.parties.circle("mother") == []


@pytest.mark.parametrize("what", ["person", "kinds", "group", "device"])
def test_a_party_that_is_not_there_is_not_found(store: Store, what: str) -> None:
    with store.read("noord") as uow, pytest.raises(NotFoundError):
        getattr(uow.parties, what)("nobody")


# Identities elsewhere.


def test_a_match_can_be_corrected_by_a_match(store: Store) -> None:
    with store.write("noord") as uow:
        uow.parties.link(PartyLink(connector_id="ecd", external_id="P/1", ref=RELATIVE))
        corrected = PartyLink(connector_id="ecd", external_id="P/1", ref=PROFESSIONAL)

        assert uow.parties.link(corrected) == corrected == uow.parties.link_of("ecd", "P/1")


def test_what_a_person_decided_is_not_overruled_by_a_match(store: Store) -> None:
    decided = PartyLink(connector_id="ecd", external_id="P/1", ref=RELATIVE, manual=True)
    with store.write("noord") as uow:
        uow.parties.link(decided)
        guessed = replace(decided, ref=PROFESSIONAL, manual=False)

        assert uow.parties.link(guessed) == decided == uow.parties.link_of("ecd", "P/1")
        assert uow.parties.link(replace(guessed, manual=True)).ref == PROFESSIONAL


def test_the_circles_somebody_is_met_in_under_one_id_are_all_kept(store: Store) -> None:
    met = PartyLink(connector_id="platform", external_id="u1", ref=RELATIVE, circles=frozenset({"mother"}))
    with store.write("noord") as uow:
        uow.parties.link(met)
        uow.parties.link(replace(met, circles=frozenset({"father"})))
        uow.parties.link(replace(met, ref=PROFESSIONAL, manual=True, circles=frozenset()))

        [known] = uow.parties.links("platform")
        assert (known.ref, known.circles) == (PROFESSIONAL, {"mother", "father"})


def test_identities_are_listed_per_connector_and_per_party_and_undone(store: Store) -> None:
    here, there = (
        PartyLink(connector_id=one, external_id=f"{one}/1", ref=RELATIVE) for one in ("ecd", "platform")
    )
    with store.write("noord") as uow:
        for one in (here, there):
            uow.parties.link(one)

        assert (uow.parties.links("ecd"), uow.parties.links_of(RELATIVE)) == ([here], [here, there])
        assert uow.parties.links("ecd", {RELATIVE, PROFESSIONAL}) == [here]
        assert uow.parties.links("ecd", {PROFESSIONAL}) == uow.parties.links("ecd", ()) == []
        assert (uow.parties.unlink("ecd", "ecd/1"), uow.parties.unlink("ecd", "ecd/1")) == (True, False)
        assert uow.parties.links_of(RELATIVE) == [there]


def test_a_candidate_waits_until_it_is_matched(store: Store) -> None:
    candidate = PartyCandidate(
        connector_id="platform",
        external_id="4711",
        kind=PartyKind.RELATIVE,
        name="A. de Haan",
        birth_date=date(1951, 3, 9),
        client="mother-4",
        representative=True,
        refs=((RELATIVE, "birth date and last name"),),
    )
    refused = replace(candidate, refused=frozenset({RELATIVE}))
    with store.write("noord") as uow:
        uow.parties.add_candidate(candidate)
        uow.parties.add_candidate(refused)
        assert uow.parties.candidate("platform", "4711") == refused
        assert (uow.parties.candidates(), uow.parties.candidates("ecd")) == ([refused], [])
        assert uow.parties.count_candidates() == 1

        assert uow.parties.remove_candidate("platform", "4711")
        assert not uow.parties.remove_candidate("platform", "4711")
        assert uow.parties.candidate("platform", "4711") is None
