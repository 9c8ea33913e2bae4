from __future__ import annotations

from dataclasses import replace
from datetime import date
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samenspraak.domain.identifiers import BSN
from samenspraak.domain.parties import Identifier, Person
from samenspraak.policy.matching import Because, Doubtful, Match, New, Same, match

OZO = "https://www.ozoverbindzorg.nl/namingsystem"
BORN, OTHER_DAY = date(1961, 5, 9), date(1961, 5, 19)


def similarity(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def bsn(value: str = "111222333") -> Identifier:
    return Identifier(system=BSN, value=value)


def number(value: str, system: str = f"{OZO}/person") -> Identifier:
    return Identifier(system=system, value=value)


def person(person_id: str, *identifiers: Identifier, name: str = "", born: date | None = None) -> Person:
    return Person(id=person_id, name=name, birth_date=born, identifiers=frozenset(identifiers))


def found(external: Person, *known: Person, refused: frozenset[str] = frozenset()) -> Match:
    return match(external, known, similarity=similarity, refused=refused)


@pytest.mark.parametrize(
    ("external", "known"),
    [
        (person("x", number("p-7")), person("p1", number("p-7"))),
        (person("x", number("p-7", f"{OZO}/ozo/person")), person("p1", number("p-7"))),
        (person("x", bsn()), person("p1", bsn("1112.22.333"))),
        (person("x", bsn(), born=BORN), person("p1", bsn(), born=BORN)),
        (person("x", bsn(), born=BORN), person("p1", bsn())),
        (person("x", number("p-7"), name="J. Jansen"), person("p1", number("p-7"), name="Jannie de Boer")),
        (
            person("x", Identifier(system="urn:oid:2.16.840.1.113883.2.4.6.3", value="111222333")),
            person("p1", bsn()),
        ),
    ],
)
def test_an_identifier_they_share_makes_them_the_same_person(external: Person, known: Person) -> None:
    assert found(external, known, person("p2", number("p-8"))) == Same(id="p1")


@pytest.mark.parametrize(
    ("external", "known", "doubt"),
    [
        (person("x", bsn(), born=BORN), person("p1", bsn(), born=OTHER_DAY), Because.BIRTH_DATE_DIFFERS),
        (
            person("x", number("p-7"), born=BORN),
            person("p1", number("p-7"), born=OTHER_DAY),
            Because.BIRTH_DATE_DIFFERS,
        ),
        (
            person("x", number("p-7"), bsn()),
            person("p1", number("p-7"), bsn("999990019")),
            Because.BSN_DIFFERS,
        ),
    ],
)
def test_what_contradicts_an_identifier_makes_it_doubtful(
    external: Person, known: Person, doubt: Because
) -> None:
    answer = found(external, known)

    assert isinstance(answer, Doubtful)
    assert [(one.id, one.because) for one in answer.candidates] == [("p1", (Because.IDENTIFIER, doubt))]


def test_an_identifier_of_two_people_is_for_a_person_to_decide() -> None:
    answer = found(person("x", bsn(), number("p-7")), person("p2", number("p-7")), person("p1", bsn()))

    assert isinstance(answer, Doubtful)
    assert [one.id for one in answer.candidates] == ["p1", "p2"]


@pytest.mark.parametrize(
    ("external", "known"),
    [
        (person("x", number("p-7")), person("p1", number("p-8"))),
        (person("x", number("7")), person("p1", number("7", f"{OZO}/professional"))),
        (person("x", bsn("999999999")), person("p1", bsn("999999999"))),
        (person("x", number(" ")), person("p1", number(" "))),
        (person("x"), person("p1")),
        (
            person("x", name="Jan Jansen", born=BORN),
            person("p1", name="Jan Jansen", born=OTHER_DAY),
        ),
        (person("x", name="Jan Jansen"), person("p1", name="Riet de Vries")),
        (
            person("x", bsn(), name="Jan Jansen", born=BORN),
            person("p1", bsn("999990019"), name="Jan Jansen", born=BORN),
        ),
    ],
)
def test_without_anything_in_common_it_is_somebody_new(external: Person, known: Person) -> None:
    assert found(external, known) == New()


@pytest.mark.parametrize(
    ("external", "because"),
    [
        (person("x", name="Jan Jansen"), (Because.NAME,)),
        (person("x", name="JAN JANSEN", born=BORN), (Because.NAME, Because.BIRTH_DATE)),
        (person("x", name="Jan Janssen", born=BORN), (Because.NAME, Because.BIRTH_DATE)),
    ],
)
def test_a_name_and_a_birth_date_suggest_and_never_decide(
    external: Person, because: tuple[Because, ...]
) -> None:
    answer = found(external, person("p1", bsn(), name="Jan Jansen", born=BORN))

    assert isinstance(answer, Doubtful)
    assert [(one.id, one.because) for one in answer.candidates] == [("p1", because)]


def test_suggestions_come_best_first() -> None:
    known = [person("p1", name="Jan Jansen"), person("p2", name="Jan Jansen", born=BORN)]

    answer = found(person("x", name="Jan Jansen", born=BORN), *known)

    assert isinstance(answer, Doubtful)
    assert [(one.id, one.score) for one in answer.candidates] == [("p2", 1.0), ("p1", 0.8)]


def test_a_shared_mailbox_suggests_only() -> None:
    mailbox = number("familie@voorbeeld.nl", f"{OZO}/email")

    answer = found(person("x", mailbox, name="Jan"), person("p1", mailbox, name="Riet"))

    assert isinstance(answer, Doubtful)
    assert Because.SHARED_IDENTIFIER in answer.candidates[0].because


def test_a_couple_with_one_mailbox_and_different_birth_dates_are_two_people() -> None:
    mailbox = number("familie@voorbeeld.nl", f"{OZO}/email")
    jan, riet = (
        person("x", mailbox, name="Jan", born=BORN),
        person("p1", mailbox, name="Riet", born=OTHER_DAY),
    )

    assert found(jan, riet) == New()


def test_a_refusal_by_a_person_is_never_overruled() -> None:
    external, known = person("x", bsn(), name="Jan"), person("p1", bsn(), name="Jan")
    assert found(external, known) == Same(id="p1")

    assert found(external, known, refused=frozenset({"p1"})) == New()


identifiers = st.frozensets(
    st.builds(
        Identifier, system=st.sampled_from([BSN, f"{OZO}/person"]), value=st.sampled_from(["111222333", "7"])
    )
)
persons = st.builds(
    Person,
    id=st.just("x"),
    name=st.sampled_from(["", "Jan Jansen", "Riet de Vries"]),
    birth_date=st.sampled_from([None, BORN, OTHER_DAY]),
    identifiers=identifiers,
)


@given(persons, persons)
def test_matching_is_the_same_from_both_sides(one: Person, other: Person) -> None:
    assert isinstance(found(one, other), type(found(other, one)))


@given(persons, persons)
def test_different_birth_dates_are_never_the_same_person(one: Person, other: Person) -> None:
    older, younger = replace(one, birth_date=BORN), replace(other, birth_date=OTHER_DAY)

    assert not isinstance(found(older, younger), Same)
