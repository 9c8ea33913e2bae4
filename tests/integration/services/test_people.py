"""Who is who: an identifier matches, anything else waits for a person, whose word stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samenspraak.domain.identifiers import BSN
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.errors import NotFoundError
from samenspraak.policy.state import Reason
from samenspraak.services import matching, people
from samenspraak.services.paging import Window
from samenspraak.services.people import WaitsFor
from samenspraak.services.status import status
from samenspraak.sync.matching import wake_waiting

ORGANISATION = "de-linde"
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")


@pytest.fixture
def street(town: Any) -> Any:
    """An app that knows mevrouw De Wit and Jan by name only; he wrote her stockings down."""
    town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    son = town.person("son", PartyKind.RELATIVE, "Jan de Wit", "wit")
    town.consent("wit", son)
    app = town.family_app("app-a")
    app.add_client("c7", "Mevrouw De Wit", first_name="An")
    app.add_user("u3", "Jan de Wit", "relative", ["c7"])
    app.add_record("u3", "c7", "Steunkousen", tasks=[{"id": "a1", "who": {"user": "u3", "role": "relative"}}])
    town.settle()
    return town


def waiting(street: Any) -> dict[str, list[str]]:
    found = people.waiting(street.app.hub, ORGANISATION).people
    return {one.external_id: [str(suggestion.party) for suggestion in one.suggestions] for one in found}


def test_a_name_only_suggests_and_the_record_of_an_unmatched_client_waits(street: Any) -> None:
    found = people.waiting(street.app.hub, ORGANISATION, connector_id="app-a")

    assert waiting(street) == {"c7": ["client:wit"], "u3": ["relative:son"]}
    assert [one.because for one in found.people[0].suggestions] == ["name"]
    assert [(one.connector_id, one.external_id) for one in found.records] == [("app-a", "r1")]
    assert street.agreements() == []


def test_how_it_stands_counts_who_waits_and_opens_nobody(street: Any, opened: list[str]) -> None:
    opened.clear()

    standing = status(street.app.hub, ORGANISATION)

    assert (standing.waiting_people, standing.waiting_records) == (2, 1)
    assert "party_candidate" not in opened


def test_a_record_that_waits_says_for_whom_and_since_when(street: Any) -> None:
    hub, came = street.app.hub, street.clock.now()
    street.systems["app-a"].add_record("u3", "c9", "Wandelen", tasks=[])
    street.settle()
    first, other = tuple(people.waiting_records(hub, ORGANISATION, Window()))

    assert (first.external_id, first.client, first.why) == ("r1", "c7", WaitsFor.MATCH)
    assert (other.external_id, other.client, other.why) == ("r2", "c9", WaitsFor.CLIENT)
    assert first.since is not None
    assert other.since is not None
    assert first.since < came <= other.since
    with street.app.store.write(ORGANISATION) as uow:
        wake_waiting(uow, "app-a", "person")
        uow.commit()
    street.settle()
    assert tuple(people.waiting_records(hub, ORGANISATION, Window())) == (first, other)
    assert people.waiting_records(hub, ORGANISATION, Window(), connector_id="app-b").items == ()


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"client_there": None}, WaitsFor.RECORD),
        ({"client_there": None, "why_since": None}, WaitsFor.LOOK),
        ({"client_there": "u3"}, WaitsFor.CLIENT),
    ],
)
def test_a_record_that_nobody_can_match_says_what_to_do(
    street: Any, known: dict[str, Any], why: WaitsFor
) -> None:
    with street.app.store.write(ORGANISATION) as uow:
        uow.remotes.save(replace(uow.remotes.by_external("app-a", "r1"), **known))
        uow.commit()

    assert [one.why for one in people.waiting_records(street.app.hub, ORGANISATION, Window())] == [why]


def test_a_record_whose_client_was_just_matched_only_waits_to_be_read_again(street: Any) -> None:
    matching.accept(street.app.hub, ORGANISATION, "app-a", "c7", "wit")

    assert [one.why for one in people.waiting_records(street.app.hub, ORGANISATION, Window())] == [
        WaitsFor.LOOK
    ]


def test_a_record_that_is_taken_over_keeps_nothing_of_for_whom_it_waited(street: Any) -> None:
    matching.accept(street.app.hub, ORGANISATION, "app-a", "c7", "wit")
    street.settle()

    with street.app.store.read(ORGANISATION) as uow:
        taken = uow.remotes.by_external("app-a", "r1")
    assert (taken.why, taken.client_there) == ("", None)


def test_an_accepted_client_sets_the_record_free(street: Any) -> None:
    matching.accept(street.app.hub, ORGANISATION, "app-a", "c7", "wit")
    street.settle()

    assert [one.client_id for one in street.agreements()] == ["wit"]
    assert people.waiting(street.app.hub, ORGANISATION).records == ()


def test_an_accepted_relative_is_named_in_agreements_that_were_there_already(street: Any) -> None:
    matching.accept(street.app.hub, ORGANISATION, "app-a", "c7", "wit")
    street.settle()
    assert not any(ref.is_resolved for ref in street.agreements()[0].performers)

    matching.accept(street.app.hub, ORGANISATION, "app-a", "u3", "relative:son")
    street.settle()

    assert street.agreements()[0].performers == {SON}
    assert set(street.reasons().values()) == {Reason.EQUAL}


def test_who_was_accepted_before_the_client_still_joins_the_circle(street: Any) -> None:
    street.systems["app-a"].add_user("u4", "Roos Bakker", "relative", ["c7"])
    street.cycle()
    roos = matching.accept(street.app.hub, ORGANISATION, "app-a", "u4", None)
    matching.accept(street.app.hub, ORGANISATION, "app-a", "c7", "wit")
    street.settle()

    with street.app.store.read(ORGANISATION) as uow:
        assert roos in {one.party for one in uow.parties.circle("wit")}
        assert uow.parties.person(roos.id).name == "Roos Bakker"


def test_who_was_refused_is_never_suggested_again(street: Any) -> None:
    refused = matching.refuse(street.app.hub, ORGANISATION, "app-a", "u3")
    assert (refused.parties, refused.undone) == ((SON,), ())

    street.systems["app-a"].add_user("u3", "Jan  De Wit", "relative", ["c7"])
    street.settle()

    assert waiting(street) == {"c7": ["client:wit"], "u3": []}


def test_a_later_match_does_not_overrule_a_person(street: Any) -> None:
    jan = matching.accept(street.app.hub, ORGANISATION, "app-a", "u3", None)
    assert jan != SON
    number = [{"system": "https://de-linde.example/nummers", "value": "son"}]
    street.systems["app-a"].add_user("u3", "Jan de Wit", "relative", ["c7"], identifiers=number)
    street.settle()

    with street.app.store.read(ORGANISATION) as uow:
        assert uow.parties.link_of("app-a", "u3").ref == jan


# What a match teaches.


CARD = {"system": "https://regio.example/pas", "value": "A-4"}
CITIZEN = {"system": BSN, "value": "999990019"}


def matched(street: Any, connector_id: str, external_id: str) -> PartyRef | None:
    with street.app.store.read(ORGANISATION) as uow:
        link = uow.parties.link_of(connector_id, external_id)
    return link.ref if link else None


def shows(street: Any, connector_id: str, user: str, *identifiers: dict[str, str], name: str = "J.") -> None:
    """Somebody in this app, who may be new there, with these identifiers; everybody has heard of it."""
    if connector_id not in street.systems:
        street.family_app(connector_id).add_client("c7", "Mevrouw De Wit")
    street.systems[connector_id].add_user(user, name, "relative", ["c7"], identifiers=list(identifiers))
    street.cycle()


def test_who_was_accepted_by_hand_matches_by_the_same_number_in_the_next_system(street: Any) -> None:
    shows(street, "app-a", "u3", CARD, name="Jan de Wit")
    matching.accept(street.app.hub, ORGANISATION, "app-a", "u3", "relative:son")
    street.cycle()

    shows(street, "app-b", "x1", CARD)

    assert matched(street, "app-b", "x1") == SON


def test_who_waited_already_with_the_same_number_matches_too(street: Any) -> None:
    shows(street, "app-b", "x1", CARD)
    shows(street, "app-a", "u3", CARD, name="Jan de Wit")
    assert matched(street, "app-b", "x1") is None

    matching.accept(street.app.hub, ORGANISATION, "app-a", "u3", "relative:son")
    street.settle(3)

    assert matched(street, "app-b", "x1") == SON


def test_a_number_that_a_matched_record_shows_later_is_learned(street: Any) -> None:
    matching.accept(street.app.hub, ORGANISATION, "app-a", "u3", "relative:son")
    street.cycle()
    shows(street, "app-a", "u3", CARD, name="Jan de Wit")

    shows(street, "app-b", "x1", CARD)

    assert matched(street, "app-b", "x1") == SON


def test_a_number_of_somebody_else_is_not_learned(street: Any) -> None:
    street.person("els", PartyKind.RELATIVE, "Els Bos")
    theirs = {"system": "https://de-linde.example/nummers", "value": "els"}
    matching.refuse(street.app.hub, ORGANISATION, "app-a", "u3", "relative:els")
    matching.accept(street.app.hub, ORGANISATION, "app-a", "u3", "relative:son")
    shows(street, "app-a", "u3", theirs, CARD, name="Jan de Wit")

    shows(street, "app-b", "x1", theirs)

    assert matched(street, "app-b", "x1") == PartyRef(kind=PartyKind.RELATIVE, id="els")


def test_a_citizen_number_in_an_app_is_not_kept(street: Any) -> None:
    shows(street, "app-a", "u3", CARD, CITIZEN, name="Jan de Wit")
    matching.accept(street.app.hub, ORGANISATION, "app-a", "u3", "relative:son")
    street.cycle()

    with street.app.store.read(ORGANISATION) as uow:
        systems = {one.system for one in uow.parties.person("son").identifiers}
    assert CARD["system"] in systems
    assert BSN not in systems


# Undoing a match.


def test_a_match_that_was_undone_is_unlearned_and_falls_with_what_rested_on_it(street: Any) -> None:
    shows(street, "app-a", "u3", CARD, name="Jan de Wit")
    matching.accept(street.app.hub, ORGANISATION, "app-a", "u3", "relative:son")
    street.cycle()
    shows(street, "app-b", "x1", CARD)

    refused = matching.refuse(street.app.hub, ORGANISATION, "app-a", "u3")
    street.settle(3)
    shows(street, "app-b", "x2", CARD)

    assert (refused.parties, refused.undone) == ((SON,), (("app-a", "u3"), ("app-b", "x1")))
    assert [matched(street, *one) for one in (("app-a", "u3"), ("app-b", "x1"), ("app-b", "x2"))] == [
        None
    ] * 3
    assert waiting(street)["u3"] == []


def test_what_a_person_matched_stands_when_another_match_is_undone(street: Any) -> None:
    for connector_id, user in (("app-a", "u3"), ("app-b", "x1")):
        shows(street, connector_id, user, name="Jan de Wit")
        matching.accept(street.app.hub, ORGANISATION, connector_id, user, "relative:son")
        shows(street, connector_id, user, CARD, name="Jan de Wit")

    matching.refuse(street.app.hub, ORGANISATION, "app-a", "u3")
    street.settle(3)
    shows(street, "app-c", "z1", CARD)

    assert [matched(street, *one) for one in (("app-b", "x1"), ("app-c", "z1"))] == [SON, SON]


def test_who_was_matched_by_a_number_of_their_own_is_back_after_one_reading(street: Any) -> None:
    own = {"system": "https://de-linde.example/nummers", "value": "son"}
    shows(street, "app-a", "u3", CARD, name="Jan de Wit")
    matching.accept(street.app.hub, ORGANISATION, "app-a", "u3", "relative:son")
    street.cycle()
    shows(street, "app-b", "x1", CARD, own)

    matching.refuse(street.app.hub, ORGANISATION, "app-a", "u3")
    street.settle(3)

    assert matched(street, "app-b", "x1") == SON


def test_who_was_wrongly_matched_is_no_longer_named_nor_shown_anything(street: Any) -> None:
    matching.accept(street.app.hub, ORGANISATION, "app-a", "c7", "wit")
    matching.accept(street.app.hub, ORGANISATION, "app-a", "u3", "relative:son")
    street.settle()
    [agreement] = street.agreements()
    assert agreement.performers == {SON}

    matching.refuse(street.app.hub, ORGANISATION, "app-a", "u3")
    street.settle()

    [agreement] = street.agreements()
    assert agreement.performers == {PartyRef.unresolved(PartyKind.RELATIVE, "app-a", "u3")}
    assert [SON in link.members for link in street.links()] == [False]


def test_a_wrong_client_is_asked_about_and_nothing_is_written_to_them(street: Any) -> None:
    matching.accept(street.app.hub, ORGANISATION, "app-a", "c7", "wit")
    street.settle()
    before = street.writes()

    matching.refuse(street.app.hub, ORGANISATION, "app-a", "c7", "client:wit")
    street.settle()

    assert [(str(one.kind), one.cause) for one in street.questions()] == [("identity", "another-client")]
    assert street.writes() == before
    assert waiting(street)["c7"] == []


@pytest.mark.parametrize("who", ["daughter", "wit"])
def test_a_match_with_somebody_else_is_not_there_to_be_undone(family: Any, who: str) -> None:
    with pytest.raises(NotFoundError):
        matching.refuse(family.app.hub, ORGANISATION, "app-a", "son", who)

    assert matched(family, "app-a", "son") == SON


@pytest.mark.parametrize(("external_id", "who"), [("u9", "son"), ("u3", "wit"), ("u3", "jan")])
def test_a_match_with_somebody_who_cannot_be_it_changes_nothing(
    street: Any, external_id: str, who: str
) -> None:
    with pytest.raises(NotFoundError):
        matching.accept(street.app.hub, ORGANISATION, "app-a", external_id, who)

    assert waiting(street) == {"c7": ["client:wit"], "u3": ["relative:son"]}


def test_who_is_known_is_listed_with_what_each_system_calls_them(family: Any) -> None:
    known = people.known(family.app.hub, ORGANISATION, Window(), kind=PartyKind.RELATIVE).items

    assert [(str(one.party), one.name) for one in known] == [
        ("relative:daughter", "Els de Wit"),
        ("relative:son", "Jan de Wit"),
    ]
    assert known[1].systems == {"app-a": ("son",), "app-b": ("son",)}


def test_who_is_known_comes_part_by_part_and_no_other_is_opened(family: Any, opened: list[str]) -> None:
    everybody = people.known(family.app.hub, ORGANISATION, Window())
    assert everybody.next is None
    opened.clear()

    first = people.known(family.app.hub, ORGANISATION, Window(limit=1))
    rest = people.known(family.app.hub, ORGANISATION, Window(after=str(first.next)))

    assert (*first, *rest) == everybody.items
    assert opened.count("person") == len(everybody.items)


def test_who_waits_comes_part_by_part_and_no_other_is_opened(street: Any, opened: list[str]) -> None:
    everybody = people.waiting(street.app.hub, ORGANISATION).people
    opened.clear()

    first = people.waiting_people(street.app.hub, ORGANISATION, Window(limit=1))
    rest = people.waiting_people(street.app.hub, ORGANISATION, Window(after=str(first.next)))

    assert ((*first, *rest), rest.next) == (everybody, None)
    assert opened.count("party_candidate") == len(everybody)


def test_decisions_are_in_the_audit_trail_without_a_name(street: Any) -> None:
    matching.refuse(street.app.hub, ORGANISATION, "app-a", "u3", "son")
    matching.accept(street.app.hub, ORGANISATION, "app-a", "c7", "client:wit", by="relative:son")

    with street.app.store.read(ORGANISATION) as uow:
        lines = [one for one in uow.log.audit_lines() if one.action.startswith("match.")]
    assert [(one.action, one.object, one.actor, one.detail) for one in lines] == [
        ("match.refused", "external:app-a/u3", "admin", "relative:son"),
        ("match.accepted", "external:app-a/c7", "relative:son", "client:wit"),
    ]
