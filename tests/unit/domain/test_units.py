from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Conditions,
    Duty,
    ExceptionKind,
    LifeDomain,
    Modality,
    OccurrenceException,
    OccurrenceKey,
    Review,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.units import (
    CONDITIONS,
    LIFE_DOMAIN,
    STATUS,
    UNITS,
    WHAT,
    UnitKey,
    UnitKind,
    agreement_from,
    apply,
    can_harm,
    differing,
    units_of,
)

ROOT = Path(__file__).resolve().parents[3]
MONDAY = date(2027, 1, 4)
texts = st.text(min_size=1, max_size=12).filter(str.strip)
people = st.builds(
    PartyRef,
    kind=st.sampled_from([PartyKind.RELATIVE, PartyKind.VOLUNTEER, PartyKind.PROFESSIONAL, PartyKind.GROUP]),
    id=st.sampled_from(["p1", "p2", "p3"]),
)
duties = st.builds(Duty, performer=people, schedule=st.builds(Schedule, text=st.text(max_size=12)))
cancelled = st.builds(OccurrenceException, kind=st.just(ExceptionKind.CANCELLED), reason=st.text(max_size=8))


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    ids = draw(st.sets(st.sampled_from(["a1", "a2", "a3"]), min_size=1))
    keys = st.builds(
        OccurrenceKey, assignment_id=st.sampled_from(sorted(ids)), day=st.just(MONDAY), nth=st.integers(1, 3)
    )
    return Agreement(
        id="g1",
        client_id="mother",
        what=What(text=draw(texts), modality=draw(st.sampled_from(Modality))),
        assignments=tuple(
            Assignment(
                id=one,
                duty=draw(duties),
                backup=draw(st.none() | people),
                responsible=draw(st.none() | people),
            )
            for one in ids
        ),
        status=Status(state=draw(st.sampled_from([State.ACTIVE, State.PROPOSED, State.ENDED]))),
        life_domain=draw(st.none() | st.sampled_from(LifeDomain)),
        place=draw(st.none() | texts),
        conditions=draw(st.none() | st.builds(Conditions, text=texts, instruction=st.text(max_size=8))),
        review=draw(st.none() | st.builds(Review, due=st.just(MONDAY))),
        exceptions=draw(st.dictionaries(keys, cancelled, max_size=3)),
    )


@settings(max_examples=40)
@given(agreements())
def test_an_agreement_is_the_same_thing_as_its_units(agreement: Agreement) -> None:
    assert agreement_from(agreement.id, agreement.client_id, units_of(agreement)) == agreement


@settings(max_examples=40)
@given(agreements(), agreements())
def test_applying_what_differs_makes_one_agreement_the_other(before: Agreement, after: Agreement) -> None:
    ours, theirs = units_of(before), units_of(after)

    assert apply(before, {key: theirs.get(key) for key in differing(ours, theirs)}) == after


@settings(max_examples=40)
@given(agreements())
def test_the_name_of_a_unit_reads_back(agreement: Agreement) -> None:
    assert [UnitKey.parse(str(key)) for key in units_of(agreement)] == list(units_of(agreement))


def test_an_assignment_that_leaves_takes_what_belongs_to_it() -> None:
    son = PartyRef(kind=PartyKind.RELATIVE, id="son")
    two = tuple(Assignment(id=one, duty=Duty(performer=son), backup=son) for one in ("a1", "a2"))
    key = OccurrenceKey(assignment_id="a2", day=MONDAY)
    before = Agreement(
        id="g1",
        client_id="mother",
        what=What(text="Koken"),
        assignments=two,
        status=Status(state=State.ACTIVE),
        exceptions={key: OccurrenceException(kind=ExceptionKind.CANCELLED)},
    )

    after = apply(before, {UnitKey(UnitKind.ASSIGNMENT, "a2"): None})

    assert after == replace(before, assignments=two[:1], exceptions={})


@pytest.mark.parametrize(
    ("key", "what", "domain", "harms"),
    [
        (CONDITIONS, Modality.DOES, None, True),
        (WHAT, Modality.DOES, None, False),
        (WHAT, Modality.NEVER, None, True),
        (UnitKey(UnitKind.ASSIGNMENT, "a1"), Modality.NEVER, None, True),
        (UnitKey(UnitKind.PLACE), Modality.NEVER, None, False),
        (UnitKey(UnitKind.PLACE), Modality.DOES, LifeDomain.MEDICATION, True),
        (STATUS, Modality.DOES, LifeDomain.MOBILITY, True),
        (STATUS, Modality.DOES, LifeDomain.MEALS, False),
    ],
)
def test_what_can_harm_is_known_by_unit_modality_and_life_domain(
    key: UnitKey, what: Modality, domain: LifeDomain | None, harms: bool
) -> None:
    units = {WHAT: What(text="Tillen", modality=what)} | ({LIFE_DOMAIN: domain} if domain else {})

    assert can_harm(key, units) is harms


def test_every_unit_is_in_the_reference_as_the_table_has_it() -> None:
    page = (ROOT / "docs/reference/units.md").read_text(encoding="utf-8")
    told = [(one.keyed, one.row, one.terms, one.harm, "yes" if one.names else "no") for one in UNITS.values()]
    lines = [f"| `{kind}` | {' | '.join(cells)} |" for kind, cells in zip(UNITS, told, strict=True)]

    assert [line for line in lines if line not in page.splitlines()] == []
