"""Who is who: an identifier matches, anything else waits for a person, whose word stands."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.errors import NotFoundError
from samenspraak.policy.state import Reason
from samenspraak.services import people

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


def test_an_accepted_client_sets_the_record_free(street: Any) -> None:
    people.accept(street.app.hub, ORGANISATION, "app-a", "c7", "wit")
    street.settle()

    assert [one.client_id for one in street.agreements()] == ["wit"]
    assert people.waiting(street.app.hub, ORGANISATION).records == ()


def test_an_accepted_relative_is_named_in_agreements_that_were_there_already(street: Any) -> None:
    people.accept(street.app.hub, ORGANISATION, "app-a", "c7", "wit")
    street.settle()
    assert not any(ref.is_resolved for ref in street.agreements()[0].performers)

    people.accept(street.app.hub, ORGANISATION, "app-a", "u3", "relative:son")
    street.settle()

    assert street.agreements()[0].performers == {SON}
    assert set(street.reasons().values()) == {Reason.EQUAL}


def test_who_was_accepted_before_the_client_still_joins_the_circle(street: Any) -> None:
    street.systems["app-a"].add_user("u4", "Roos Bakker", "relative", ["c7"])
    street.cycle()
    roos = people.accept(street.app.hub, ORGANISATION, "app-a", "u4", None)
    people.accept(street.app.hub, ORGANISATION, "app-a", "c7", "wit")
    street.settle()

    with street.app.store.read(ORGANISATION) as uow:
        assert roos in {one.party for one in uow.parties.circle("wit")}
        assert uow.parties.person(roos.id).name == "Roos Bakker"


def test_who_was_refused_is_never_suggested_again(street: Any) -> None:
    refused = people.refuse(street.app.hub, ORGANISATION, "app-a", "u3")
    assert refused == (SON,)

    street.systems["app-a"].add_user("u3", "Jan  De Wit", "relative", ["c7"])
    street.settle()

    assert waiting(street) == {"c7": ["client:wit"], "u3": []}


def test_a_later_match_does_not_overrule_a_person(street: Any) -> None:
    jan = people.accept(street.app.hub, ORGANISATION, "app-a", "u3", None)
    assert jan != SON
    number = [{"system": "https://de-linde.example/nummers", "value": "son"}]
    street.systems["app-a"].add_user("u3", "Jan de Wit", "relative", ["c7"], identifiers=number)
    street.settle()

    with street.app.store.read(ORGANISATION) as uow:
        assert uow.parties.link_of("app-a", "u3").ref == jan


@pytest.mark.parametrize(("external_id", "who"), [("u9", "son"), ("u3", "wit"), ("u3", "jan")])
def test_a_match_with_somebody_who_cannot_be_it_changes_nothing(
    street: Any, external_id: str, who: str
) -> None:
    with pytest.raises(NotFoundError):
        people.accept(street.app.hub, ORGANISATION, "app-a", external_id, who)

    assert waiting(street) == {"c7": ["client:wit"], "u3": ["relative:son"]}


def test_who_is_known_is_listed_with_what_each_system_calls_them(family: Any) -> None:
    known = people.known(family.app.hub, ORGANISATION, kind=PartyKind.RELATIVE)

    assert [(str(one.party), one.name) for one in known] == [
        ("relative:daughter", "Els de Wit"),
        ("relative:son", "Jan de Wit"),
    ]
    assert known[1].systems == {"app-a": ("son",), "app-b": ("son",)}


def test_decisions_are_in_the_audit_trail_without_a_name(street: Any) -> None:
    people.refuse(street.app.hub, ORGANISATION, "app-a", "u3", "son")
    people.accept(street.app.hub, ORGANISATION, "app-a", "c7", "client:wit", by="relative:son")

    with street.app.store.read(ORGANISATION) as uow:
        lines = [one for one in uow.log.audit_lines() if one.action.startswith("match.")]
    assert [(one.action, one.object, one.actor, one.detail) for one in lines] == [
        ("match.refused", "external:app-a/u3", "admin", "relative:son"),
        ("match.accepted", "external:app-a/c7", "relative:son", "client:wit"),
    ]


def test_dbg(street: Any) -> None:
    people.accept(street.app.hub, ORGANISATION, "app-a", "c7", "wit")
    street.settle()
    print(street.links())
    people.accept(street.app.hub, ORGANISATION, "app-a", "u3", "relative:son")
    for _ in range(3):
        street.settle()
        print(street.links()[0], street.clock.now())
    print([(s.method, s.path, s.status) for s in street.systems["app-a"].seen() if "changes" not in s.path])
