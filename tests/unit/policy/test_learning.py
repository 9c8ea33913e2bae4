"""What a matched record teaches, and what falls with a wrong match."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from samenspraak.domain.identifiers import BSN
from samenspraak.domain.parties import Identifier, Person
from samenspraak.policy.capabilities import SystemKind
from samenspraak.policy.learning import knowable, learnable, rests_on

NUMBER = Identifier(system="https://de-linde.example/nummers", value="17")
CARD = Identifier(system="https://regio.example/pas", value="A-4")
MAILBOX = Identifier(system="https://www.ozoverbindzorg.nl/namingsystem/email", value="jan@voorbeeld.example")
CITIZEN = Identifier(system=BSN, value="999990019")
OTHER_CITIZEN = Identifier(system=BSN, value="999999990")


def some(*identifiers: Identifier) -> frozenset[Identifier]:
    return frozenset(identifiers)


@pytest.mark.parametrize("kind", SystemKind)
def test_a_citizen_number_is_known_from_a_dossier_only(kind: SystemKind) -> None:
    known = knowable(some(NUMBER, CITIZEN), kind)

    assert known == (some(NUMBER, CITIZEN) if kind is SystemKind.DOSSIER else some(NUMBER))


@pytest.mark.parametrize(
    ("shown", "besides", "of_others", "learned"),
    [
        (some(NUMBER, CITIZEN), some(), some(), some(NUMBER, CITIZEN)),
        (some(NUMBER, CARD), some(), some(CARD), some(NUMBER)),
        (some(NUMBER, MAILBOX), some(), some(MAILBOX), some(NUMBER, MAILBOX)),
        (some(CITIZEN), some(CITIZEN), some(), some(CITIZEN)),
        (some(NUMBER, OTHER_CITIZEN), some(CITIZEN), some(), some(NUMBER)),
    ],
    ids=["all", "of somebody else", "a shared mailbox", "the same citizen number", "a second citizen number"],
)
def test_an_identifier_is_learned_where_it_can_be_of_this_person_alone(
    shown: frozenset[Identifier],
    besides: frozenset[Identifier],
    of_others: frozenset[Identifier],
    learned: frozenset[Identifier],
) -> None:
    others = [Person(id="p9", name="Els Bos", identifiers=of_others)] if of_others else []

    assert learnable(shown, besides=besides, others=others) == learned


@pytest.mark.parametrize(
    ("taught", "sure", "fall"),
    [
        ({"wrong": some(NUMBER), "app": some(NUMBER)}, {"own", "wrong"}, {"app"}),
        ({"wrong": some(NUMBER), "app": some(NUMBER)}, {"own", "wrong", "app"}, set()),
        ({"wrong": some(NUMBER), "own": some(NUMBER), "app": some(NUMBER)}, {"own"}, set()),
        ({"wrong": some(NUMBER), "app": some(NUMBER, CARD), "sheet": some(CARD)}, {"own"}, {"app", "sheet"}),
        ({"wrong": some(NUMBER), "own": some(CARD), "app": some(NUMBER, CARD)}, {"own"}, set()),
        ({"wrong": some(NUMBER), "app": some(CARD), "sheet": some(CARD)}, {"own"}, set()),
        ({"wrong": some(MAILBOX), "app": some(MAILBOX)}, {"own"}, set()),
        ({"wrong": some(), "app": some(NUMBER)}, {"own", "wrong"}, set()),
    ],
    ids=[
        "by its number alone",
        "by a person",
        "by the number they were registered with",
        "by a number that somebody matched by it taught",
        "by a number of their own as well",
        "by another number",
        "never by a mailbox",
        "a record without numbers",
    ],
)
def test_what_only_a_wrong_match_had_matched_falls_with_it(
    taught: Mapping[str, frozenset[Identifier]], sure: set[str], fall: set[str]
) -> None:
    assert rests_on("wrong", taught, sure=sure) == fall
