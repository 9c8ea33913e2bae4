"""What each unit of two agreements becomes when they are one, and what is known of a copy from then on."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from samenspraak.domain.agreements import Agreement, Conditions, Duty, LifeDomain, State, Status, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import (
    CONDITIONS,
    LIFE_DOMAIN,
    STATUS,
    WHAT,
    UnitKey,
    UnitKind,
    Units,
    UnitValue,
    agreement_from,
    units_of,
)
from samenspraak.policy.joining import Merged, Moved, aliases_between, merged, moved

SON, TEAM = PartyRef(kind=PartyKind.RELATIVE, id="son"), PartyRef(kind=PartyKind.GROUP, id="team")
PLACE = UnitKey(UnitKind.PLACE)
A1, A2 = UnitKey(UnitKind.ASSIGNMENT, "a1"), UnitKey(UnitKind.ASSIGNMENT, "a2")
LONG, SHORT = What(text="Steunkousen aantrekken"), What(text="Steunkousen")
BASE: Units = {WHAT: LONG, STATUS: Status(state=State.ACTIVE), A1: Duty(performer=SON)}


def agreement(**units: UnitValue) -> Agreement:
    return agreement_from(
        "one", "wit", {**BASE, **{UnitKey(UnitKind(kind)): one for kind, one in units.items()}}
    )


def as_it_is(_: UnitKey, value: UnitValue) -> UnitValue:
    return value


def cut(key: UnitKey, value: UnitValue) -> UnitValue:
    return What(text=value.text[:11]) if isinstance(value, What) else value


def together(ours: Agreement, theirs: Units, *, a: object = as_it_is, b: object = as_it_is) -> Merged:
    return merged(ours, theirs, {"ours": (a,), "theirs": (b,)})  # type: ignore[dict-item]  # both are normals


@pytest.mark.parametrize(
    ("ours", "theirs", "take", "differ"),
    [
        (agreement(), BASE, set(), set()),
        (agreement(), {**BASE, PLACE: "Bad"}, {PLACE}, set()),
        (agreement(place="Bad"), BASE, set(), set()),
        (agreement(place="Bad"), {**BASE, PLACE: "Bed"}, set(), {PLACE}),
        (agreement(), {**BASE, A2: Duty(performer=TEAM)}, {A2}, set()),
        (agreement(), {**BASE, A1: Duty(performer=TEAM)}, set(), {A1}),
        (agreement(), {**BASE, STATUS: Status(state=State.PROPOSED)}, set(), {STATUS}),
        (agreement(), {**BASE, CONDITIONS: Conditions(text="Na het douchen")}, {CONDITIONS}, set()),
        # Where others must agree first, nothing is taken over their heads.
        (
            agreement(life_domain=LifeDomain.MEDICATION),
            {**BASE, LIFE_DOMAIN: LifeDomain.MEDICATION, CONDITIONS: Conditions(text="Na het eten")},
            set(),
            {CONDITIONS},
        ),
    ],
)
def test_what_only_one_says_is_taken_and_what_differs_is_asked(
    ours: Agreement, theirs: Units, take: Collection[UnitKey], differ: Collection[UnitKey]
) -> None:
    found = together(ours, theirs)

    assert (set(found.take), set(found.differ)) == (set(take), set(differ))
    assert found.take.items() <= theirs.items()


def test_what_a_system_cut_off_differs_in_nothing_and_the_full_text_is_kept() -> None:
    assert together(agreement(), {**BASE, WHAT: SHORT}, b=cut) == Merged()
    assert together(agreement(what=SHORT), BASE, a=cut) == Merged(take={WHAT: LONG})
    assert together(agreement(), {**BASE, WHAT: SHORT}) == Merged(differ={WHAT: SHORT})


def test_an_assignment_of_the_other_whose_id_is_taken_gets_a_free_one() -> None:
    ours, theirs = units_of(agreement()), {**BASE, A1: Duty(performer=TEAM)}
    aliases = aliases_between(ours, theirs)

    assert aliases.units_here({A1: "theirs"}) == {UnitKey(UnitKind.ASSIGNMENT, "a1-2"): "theirs"}
    assert aliases.id_there("a1") != "a1"


JOINED: Units = {WHAT: LONG, PLACE: "Bad"}


@pytest.mark.parametrize(
    ("then", "shown", "differ", "known"),
    [
        # In step: what stands there is agreed.
        ({WHAT: LONG, PLACE: "Bad"}, {WHAT, PLACE}, set(), Moved(agreed=frozenset({WHAT, PLACE}))),
        # A write of the old agreement that had not left: it goes over what stood there, and nothing else.
        ({PLACE: "Bed"}, {PLACE}, set(), Moved(over={PLACE: "Bed"})),
        # Something they had, that the agreement does not say any more and had not cleared yet.
        (
            {CONDITIONS: Conditions(text="x")},
            {CONDITIONS},
            set(),
            Moved(over={CONDITIONS: Conditions(text="x")}),
        ),
        # What both said differently stays where it was typed, also when it was about to be written over.
        ({PLACE: "Bed"}, {PLACE}, {PLACE}, Moved(held={PLACE: "Bed"})),
        # What its readers were never shown is compared as new, and nothing is held where nothing stands.
        ({PLACE: "Bed"}, set(), set(), Moved()),
        ({}, set(), {PLACE}, Moved()),
    ],
)
def test_a_copy_goes_on_from_exactly_what_stands_in_it(
    then: Units, shown: Collection[UnitKey], differ: Collection[UnitKey], known: Moved
) -> None:
    found = moved(
        joined=JOINED, differ=set(differ), then=then, shown=set(shown), unread=set(), normal=as_it_is
    )

    assert found == known


def test_a_title_that_was_cut_there_is_agreed_as_it_was_cut() -> None:
    found = moved(
        joined=JOINED, differ=set(), then={WHAT: SHORT}, shown={WHAT}, unread={CONDITIONS}, normal=cut
    )

    assert found == Moved(agreed=frozenset({WHAT, CONDITIONS}))
