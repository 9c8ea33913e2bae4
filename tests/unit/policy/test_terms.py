from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Conditions,
    Duty,
    ExceptionKind,
    Instructed,
    LifeDomain,
    Modality,
    OccurrenceException,
    OccurrenceKey,
    Review,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import Group, GroupKind, PartyKind, PartyRef
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import (
    CONDITIONS,
    LIFE_DOMAIN,
    WHAT,
    UnitChanges,
    UnitKey,
    UnitKind,
    Units,
    differing,
    units_of,
)
from samenspraak.policy.terms import (
    FirstAgree,
    Standing,
    asked,
    content_digest,
    must_agree,
    parties_asked,
    speaks_for,
    terms_digest,
    waits_for_others,
)

NOON = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)
SON, DAUGHTER, NEIGHBOUR = (
    PartyRef(kind=PartyKind.RELATIVE, id=name) for name in ("son", "daughter", "neighbour")
)
NURSE = PartyRef(kind=PartyKind.PROFESSIONAL, id="nurse")
MOTHER = PartyRef(kind=PartyKind.CLIENT, id="mother")
DISPENSER = PartyRef(kind=PartyKind.DEVICE, id="dispenser")
TEAM = Group(id="team", name="Team Oost", kind=GroupKind.TEAM, members=frozenset({NURSE}))
WEEKDAYS, WEEKENDS = Schedule(text="op werkdagen"), Schedule(text="in het weekend")

STOCKINGS = Agreement(
    id="stockings",
    client_id="mother",
    what=What(text="Steunkousen aantrekken"),
    assignments=(
        Assignment(id="a1", duty=Duty(performer=SON, schedule=WEEKDAYS), backup=NEIGHBOUR, responsible=NURSE),
        Assignment(id="a2", duty=Duty(performer=TEAM.ref, schedule=WEEKENDS)),
    ),
    status=Status(state=State.ACTIVE),
    conditions=Conditions(text="Alleen na instructie"),
)
A1, A2 = (UnitKey(UnitKind.ASSIGNMENT, one) for one in ("a1", "a2"))


def changed(before: Agreement = STOCKINGS, **members: object) -> Agreement:
    return replace(before, **members)


def with_first(**members: object) -> Agreement:
    first, *rest = STOCKINGS.assignments
    return replace(STOCKINGS, assignments=(replace(first, **members), *rest))


# Whose terms a change touches.

LATER = Duty(performer=SON, schedule=Schedule(text="op werkdagen om 09:00"))
KEY = OccurrenceKey(assignment_id="a1", day=date(2027, 1, 5))
EVERYBODY = {SON, DAUGHTER, NEIGHBOUR, TEAM.ref, MOTHER}
CANCELLED = OccurrenceException(kind=ExceptionKind.CANCELLED)


@pytest.mark.parametrize(
    ("after", "touched"),
    [
        (changed(what=What(text="Kousen aantrekken")), EVERYBODY),
        (changed(what=replace(STOCKINGS.what, modality=Modality.MAY)), EVERYBODY),
        (changed(conditions=Conditions(text="", instruction="Rol op")), EVERYBODY),
        (with_first(duty=LATER), {SON, NEIGHBOUR}),
        (with_first(backup=DAUGHTER), {NEIGHBOUR, DAUGHTER}),
        (with_first(backup=None), {NEIGHBOUR}),
        (with_first(duty=Duty(performer=DAUGHTER, schedule=WEEKDAYS)), {SON, DAUGHTER}),
        (with_first(instructed=Instructed(by=NURSE)), set()),
        (with_first(responsible=None), set()),
        (with_first(id="a9"), set()),
        (changed(place="Thuis"), set()),
        (changed(review=Review(due=date(2027, 3, 1))), set()),
        (changed(status=Status(state=State.PAUSED)), set()),
        (changed(exceptions={KEY: CANCELLED}), set()),
    ],
)
def test_a_change_touches_the_terms_of_whom_it_concerns(after: Agreement, touched: set[PartyRef]) -> None:
    assert {one for one in EVERYBODY if terms_digest(STOCKINGS, one) != terms_digest(after, one)} == touched


def test_performing_and_backing_up_are_different_terms() -> None:
    assert terms_digest(STOCKINGS, SON) != terms_digest(STOCKINGS, NEIGHBOUR)
    assert terms_digest(STOCKINGS, DAUGHTER) == terms_digest(STOCKINGS, MOTHER)


def test_the_digest_of_terms_keeps_its_value_between_releases() -> None:
    pinned = "t1-44299f6cd78b7e1ed328609f51d0476161f7b8d129fc2501262af75a79843983"

    assert terms_digest(STOCKINGS, SON) == pinned


def test_the_owner_answers_for_a_device() -> None:
    by_device = with_first(duty=Duty(performer=DISPENSER, schedule=WEEKDAYS))
    later = with_first(duty=Duty(performer=DISPENSER, schedule=WEEKENDS))

    assert parties_asked(by_device) == {NURSE, NEIGHBOUR, TEAM.ref}
    assert terms_digest(by_device, NURSE) != terms_digest(later, NURSE)


@given(st.randoms())
def test_content_has_one_digest_in_whatever_order_it_comes(random: object) -> None:
    items = list(units_of(STOCKINGS).items())
    random.shuffle(items)  # type: ignore[attr-defined]

    assert content_digest(dict(items)) == content_digest(units_of(STOCKINGS))
    assert content_digest(dict(items[1:])) != content_digest(units_of(STOCKINGS))


# Assent.


def word(
    by: PartyRef,
    kind: StatementKind = StatementKind.ASSENT,
    *,
    of: Agreement = STOCKINGS,
    as_party: PartyRef | None = None,
    minutes: int = 0,
) -> Statement:
    return Statement(
        id=f"{by.id}-{kind}-{minutes}",
        kind=kind,
        by=by,
        at=NOON + timedelta(minutes=minutes),
        through="hub",
        terms=terms_digest(of, as_party or by),
    )


DECLINE = StatementKind.DECLINE
ASKED, AGREED, DECLINED = Standing


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ([], ASKED),
        ([word(SON)], AGREED),
        ([word(SON, DECLINE)], DECLINED),
        ([word(SON), word(SON, DECLINE, minutes=5)], DECLINED),
        ([word(SON, minutes=5), word(SON, DECLINE)], AGREED),
        ([word(SON, of=with_first(duty=LATER))], ASKED),
        ([word(NEIGHBOUR, as_party=SON)], ASKED),
    ],
)
def test_the_last_word_about_these_very_terms_counts(said: list[Statement], standing: Standing) -> None:
    assert asked(STOCKINGS, said)[SON] is standing


def test_everybody_who_has_something_to_do_is_asked() -> None:
    assert asked(STOCKINGS, []) == {SON: ASKED, NEIGHBOUR: ASKED, TEAM.ref: ASKED}


def test_a_named_member_agrees_for_the_group() -> None:
    for_team = word(NURSE, as_party=TEAM.ref)
    stranger = word(DAUGHTER, as_party=TEAM.ref)

    assert asked(STOCKINGS, [for_team], groups=[TEAM])[TEAM.ref] is AGREED
    assert asked(STOCKINGS, [stranger], groups=[TEAM])[TEAM.ref] is ASKED
    assert asked(STOCKINGS, [for_team])[TEAM.ref] is ASKED


@pytest.mark.parametrize(("by", "party"), [(NURSE, TEAM.ref), (SON, SON), (DAUGHTER, DAUGHTER)])
def test_a_member_speaks_for_the_group_that_is_asked(by: PartyRef, party: PartyRef) -> None:
    assert speaks_for(STOCKINGS, by, [TEAM]) == party


def test_who_is_asked_in_person_speaks_for_themselves() -> None:
    backed_up_by_nurse = with_first(backup=NURSE)

    assert speaks_for(backed_up_by_nurse, NURSE, [TEAM]) == NURSE


def test_the_client_who_once_agreed_is_asked_again_after_a_change() -> None:
    agreed = word(MOTHER)
    other = changed(what=What(text="Kousen aan en uit"))

    assert asked(STOCKINGS, [agreed])[MOTHER] is AGREED
    assert asked(other, [agreed])[MOTHER] is ASKED


def test_who_no_longer_has_a_part_in_it_is_asked_nothing() -> None:
    without_son = changed(assignments=STOCKINGS.assignments[1:])

    assert SON not in asked(without_son, [word(SON)])


def test_a_change_of_somebody_elses_part_voids_no_assent() -> None:
    moved = with_first(duty=LATER)
    assents = [word(SON), word(NURSE, as_party=TEAM.ref)]

    standing = asked(moved, assents, groups=[TEAM])

    assert (standing[SON], standing[TEAM.ref]) == (ASKED, AGREED)


# First agree.


def units(after: Agreement, domain: LifeDomain | None = None, *, instruct: bool = False) -> Units:
    conditions = replace(after.conditions or Conditions(), instruction_required=instruct)
    return units_of(replace(after, life_domain=domain, conditions=conditions))


MEDICATION, MEALS = LifeDomain.MEDICATION, LifeDomain.MEALS
MOVED = with_first(duty=LATER)


def edits(before: Units, after: Units) -> UnitChanges:
    return {key: after.get(key) for key in differing(before, after)}


@pytest.mark.parametrize(
    ("before", "after", "waiting"),
    [
        (units(STOCKINGS, MEALS), units(MOVED, MEALS), set()),
        (units(STOCKINGS), units(MOVED), set()),
        (units(STOCKINGS, MEDICATION), units(MOVED, MEDICATION), {A1}),
        (units(STOCKINGS, instruct=True), units(MOVED, instruct=True), {A1}),
        (units(STOCKINGS, MEDICATION), units(MOVED, MEALS), {A1, LIFE_DOMAIN}),
        (units(STOCKINGS, MEALS), units(MOVED, MEDICATION), {A1}),
        (units(STOCKINGS, MEALS), units(STOCKINGS, MEDICATION), set()),
        (units(STOCKINGS, MEDICATION), units(STOCKINGS, MEALS), {LIFE_DOMAIN}),
        (units(STOCKINGS), units(STOCKINGS, instruct=True), {CONDITIONS}),
        (units(STOCKINGS), units(MOVED, instruct=True), {A1, CONDITIONS}),
        (units(STOCKINGS, instruct=True), units(STOCKINGS), {CONDITIONS}),
        (units(STOCKINGS, MEDICATION), units(changed(place="Thuis"), MEDICATION), set()),
        (units(STOCKINGS, MEDICATION), units(STOCKINGS, MEDICATION), set()),
        ({}, units(STOCKINGS, MEDICATION), set()),
    ],
)
def test_in_a_first_agree_category_edits_of_the_terms_wait_for_others(
    before: Units, after: Units, waiting: set[UnitKey]
) -> None:
    assert waits_for_others(before, edits(before, after)).keys() == waiting


def test_an_edit_waits_for_those_whose_terms_it_changes() -> None:
    before = units(STOCKINGS, MEDICATION)
    after = units(changed(what=What(text="Anders"), assignments=MOVED.assignments), MEDICATION)

    assert waits_for_others(before, edits(before, after)) == {
        WHAT: {SON, NEIGHBOUR, TEAM.ref},
        A1: {SON, NEIGHBOUR},
    }


def test_whoever_is_added_has_no_old_terms_to_stay() -> None:
    added = {UnitKey(UnitKind.ASSIGNMENT, "a7"): LATER, UnitKey(UnitKind.BACKUP, "a7"): DAUGHTER}

    assert waits_for_others(units(STOCKINGS, MEDICATION), added) == {}


def test_that_it_leaves_a_category_is_nobodys_terms() -> None:
    before = units(STOCKINGS, MEDICATION)

    assert waits_for_others(before, {LIFE_DOMAIN: MEALS}) == {LIFE_DOMAIN: frozenset()}


@pytest.mark.parametrize(
    ("author", "others"),
    [(None, {SON, NEIGHBOUR, TEAM.ref}), (SON, {NEIGHBOUR, TEAM.ref}), (NURSE, {SON, NEIGHBOUR})],
)
def test_the_author_and_their_group_need_not_agree_to_their_own_change(
    author: PartyRef | None, others: set[PartyRef]
) -> None:
    before, after = units(STOCKINGS, MEDICATION), units(changed(what=What(text="Anders")), MEDICATION)

    assert must_agree(before, after, author=author, groups=[TEAM]) == others


def test_an_edit_that_concerns_only_its_author_holds_at_once() -> None:
    before, after = units(STOCKINGS, MEDICATION), units(with_first(backup=DAUGHTER), MEDICATION)

    assert waits_for_others(before, edits(before, after)).keys() == {UnitKey(UnitKind.BACKUP, "a1")}
    assert waits_for_others(before, edits(before, after), author=DAUGHTER) == {}


def test_an_organisation_can_set_other_categories() -> None:
    meals = FirstAgree(life_domains=frozenset({MEALS}), instruction_required=False)
    moved = {A1: LATER}

    assert waits_for_others(units(STOCKINGS, MEALS), moved, first_agree=meals)
    assert not waits_for_others(units(STOCKINGS, MEDICATION), moved, first_agree=meals)
    assert not waits_for_others(units(STOCKINGS, instruct=True), moved, first_agree=meals)
