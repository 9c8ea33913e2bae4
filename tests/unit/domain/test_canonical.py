from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from samenspraak.domain.agreements import What
from samenspraak.domain.canonical import canonical, digest
from samenspraak.domain.parties import PartyKind, PartyRef


@dataclass(frozen=True, kw_only=True)
class Walk:
    text: str
    minutes: int = 30
    with_dog: bool = False
    stops: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, kw_only=True)
class Stroll:
    text: str


def test_a_value_has_its_class_and_only_members_that_are_not_default() -> None:
    assert (
        canonical(Walk(text="Rondje park", minutes=45)) == '{"is":"Walk","minutes":45,"text":"Rondje park"}'
    )


def test_two_classes_with_the_same_members_differ() -> None:
    walk = Walk(text="Rondje park")

    assert canonical(walk) != canonical(Stroll(text="Rondje park"))


def test_sets_and_mappings_come_in_one_order() -> None:
    one = {"b": {"pont", "brug", "sluis"}, "a": 1}
    other = {"a": 1, "b": {"sluis", "pont", "brug"}}

    assert canonical(one) == canonical(other) == '{"a":1,"b":["brug","pont","sluis"]}'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2027, 3, 28), '"2027-03-28"'),
        (time(8, 30), '"08:30:00"'),
        (PartyKind.VOLUNTEER, '"volunteer"'),
        ("café", '"caf\\u00e9"'),
        ("\ud800", '"\\ud800"'),
        ((1, None, True), "[1,null,true]"),
    ],
)
def test_each_kind_of_value_has_one_text(value: object, text: str) -> None:
    assert canonical(value) == text


def test_the_same_instant_is_the_same_text_whatever_its_zone() -> None:
    here = datetime(2027, 1, 4, 9, 0, tzinfo=timezone(timedelta(hours=1)))

    assert canonical(here) == canonical(datetime(2027, 1, 4, 8, 0, tzinfo=UTC))


@pytest.mark.parametrize("value", [0.5, float("nan"), datetime(2027, 1, 4), object()])  # noqa: DTZ001
def test_what_has_no_lasting_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical({"value": value})


def test_digests_keep_their_value_between_releases() -> None:
    what = What(text="Steunkousen aantrekken")
    party = PartyRef(kind=PartyKind.RELATIVE, id="son")

    pinned = "t1-9b79f2af4832eb96b0f1c0340f396912020cbd461e04bf5b9aaac01b922ed22a"
    assert digest("t1", {"what": what, "party": party}) == pinned
