"""Two records turn out to be one person, and sometimes not: with consent judged anew (situation 17)."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.domain.identifiers import BSN
from samenspraak.domain.parties import Identifier, PartyKind, PartyRef, Person
from samenspraak.errors import NotFoundError, RuleError
from samenspraak.policy.state import Reason
from samenspraak.services import agreements, matching, people
from samenspraak.services.naming import party
from samenspraak.services.paging import Window

ORGANISATION = "de-linde"
SON, JAN = (PartyRef(kind=PartyKind.RELATIVE, id=one) for one in ("son", "jan"))


@pytest.fixture
def twice(family: Any) -> Any:
    """The son is known once more, as Jan, in a third app; as such nobody allowed him anything."""
    jan = family.person("jan", PartyKind.RELATIVE, "J. de Wit", "wit")
    family.joins(family.family_app("app-c"), "wit", jan)
    family.settle(1)
    return family


def join(town: Any, who: str = "relative:son", other: str = "relative:jan") -> people.Together:
    found = matching.join(town.app.hub, ORGANISATION, who, other)
    town.settle(1)
    return found


def test_what_the_one_may_see_he_sees_by_the_other_record_until_that_is_not_his_after_all(twice: Any) -> None:
    assert twice.systems["app-c"].readable("jan") == []
    found = join(twice)

    assert (found.records, found.withdrawn) == ((("app-c", "jan"),), ())
    assert "Steunkousen aantrekken" in twice.systems["app-c"].readable("jan")
    assert set(twice.reasons().values()) == {Reason.EQUAL}
    undone = matching.separate(twice.app.hub, ORGANISATION, "app-c", "jan").undone
    twice.settle(1)
    assert ("app-c", "jan") in undone
    assert twice.systems["app-c"].readable("jan") == []
    with pytest.raises(NotFoundError, match="matched with nobody"):
        matching.separate(twice.app.hub, ORGANISATION, "app-c", "jan")


def test_who_would_newly_see_what_is_told_before_anything_is_joined(twice: Any) -> None:
    written = twice.writes()
    found = matching.would_join(twice.app.hub, ORGANISATION, "relative:son", "relative:jan")

    assert ("app-c", "create") in [(one.connector_id, one.kind) for one in found.acts]
    assert any(str(key) == "what" for one in found.acts for key in one.newly)
    assert twice.writes() == written
    assert {SON, JAN} <= {one.party for one in people.known(twice.app.hub, ORGANISATION, Window())}


def test_an_objection_to_one_of_the_two_holds_for_both_until_somebody_was_asked(twice: Any) -> None:
    twice.consent("wit", JAN, allows=False)
    found = join(twice)

    assert len(found.withdrawn) == 1
    assert [one.cause for one in twice.questions() if one.agreement_id is None] == ["consent-contradicts"]
    assert twice.systems["app-c"].readable("jan") == []
    assert Reason.EQUAL not in twice.reasons().values()


def test_who_does_it_is_one_and_an_assent_still_stands(twice: Any) -> None:
    twice.consent("wit", JAN)
    twice.systems["app-a"].agree("son", "r1")
    twice.settle(1)
    join(twice, "relative:jan", "relative:son")

    [agreement] = twice.agreements()
    said = agreements.show(twice.app.hub, ORGANISATION, agreement.id).said
    assert (agreement.performers, {one.by for one in said}) == ({JAN}, {JAN})
    assert any(one.stands for one in said)
    with twice.app.store.read(ORGANISATION) as uow:
        assert party(uow, "relative:son") == JAN
    twice.settle(1)
    before = twice.writes()
    twice.settle(1)
    assert (twice.writes(), twice.questions()) == (before, [])


def test_a_client_who_was_two_has_all_agreements_and_what_looks_alike_is_asked(family: Any) -> None:
    family.person("dewit", PartyKind.CLIENT, "A. de Wit")
    neighbour = family.person("mia", PartyKind.RELATIVE, "Mia", "dewit")
    app = family.family_app("app-c")
    family.joins(app, "dewit", neighbour)
    task = {"id": "t7", "who": {"user": "mia", "role": "relative"}}
    app.add_record("mia", "dewit", "Steunkousen aantrekken", tasks=[task])
    family.settle(1)
    join(family, "client:wit", "client:dewit")

    assert {one.client_id for one in family.agreements()} == {"wit"}
    assert "same-agreement" in [one.cause for one in family.questions()]
    with family.app.store.read(ORGANISATION) as uow:
        assert {one.party.id for one in uow.parties.circle("wit")} == {"son", "daughter", "mia"}
        assert uow.parties.circle("dewit") == []


def test_two_people_who_each_have_a_citizen_number_are_two(town: Any) -> None:
    with town.app.store.write(ORGANISATION) as uow:
        for person_id, number in (("een", "111222333"), ("twee", "123456782")):
            known = frozenset({Identifier(system=BSN, value=number)})
            uow.parties.add_person(Person(id=person_id, name=person_id, identifiers=known), PartyKind.CLIENT)
        uow.commit()

    with pytest.raises(RuleError, match="citizen number"):
        matching.join(town.app.hub, ORGANISATION, "client:een", "client:twee")


def test_the_numbers_of_both_match_the_one_who_stays(town: Any) -> None:
    for one in ("son", "jan"):
        town.person(one, PartyKind.RELATIVE, one.title())
    matching.join(town.app.hub, ORGANISATION, "relative:son", "relative:jan")

    with town.app.store.read(ORGANISATION) as uow:
        known = uow.parties.person("son").identifiers
        assert {one.value for one in known} == {"son", "jan"}
        assert uow.parties.person("jan").identifiers == frozenset()
        assert [one.id for one in uow.parties.by_identifier(known)] == ["son"]
        assert [one.id for one in uow.parties.persons()] == ["son"]
