"""Versions with what they changed, and an earlier one put back: an edit like any other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samenspraak.domain.agreements import LifeDomain, State, Status
from samenspraak.domain.units import LIFE_DOMAIN, STATUS, UnitKey, apply
from samenspraak.errors import NotFoundError, RuleError
from samenspraak.policy.state import Reason
from samenspraak.services import history, questions
from samenspraak.store.records import Cause
from samenspraak.sync.versions import record_version

ORGANISATION = "de-linde"
TASK = UnitKey.parse("assignment[a1]")


def only(town: Any) -> Any:
    [agreement] = town.agreements()
    return agreement


def version(town: Any) -> int:
    return history.of_agreement(town.app.hub, ORGANISATION, only(town).id).version


def restore(town: Any, number: int, by: str = "admin") -> history.Restored:
    return history.restore(town.app.hub, ORGANISATION, only(town).id, number, by=by)


def record(town: Any, changes: dict[Any, Any]) -> None:
    with town.app.store.write(ORGANISATION) as uow:
        [before] = uow.agreements.list()
        cause = Cause(actor="admin", why="recorded")
        record_version(uow, town.app.hub, before, apply(before.agreement, changes), cause=cause)
        uow.commit()
    town.settle()


def instruction(town: Any, app: str) -> str:
    [kept] = town.systems[app].shelf.bodies("record")
    found: str = kept["rules"]["how"]
    return found


@pytest.fixture
def edited(family: Any) -> Any:
    """In its second version the daughter changed the instruction."""
    family.systems["app-b"].instruct("daughter", only(family).id, "Eerst de tenen.")
    family.settle()
    return family


def test_each_version_says_what_was_before_and_after(edited: Any) -> None:
    found = history.of_agreement(edited.app.hub, ORGANISATION, only(edited).id)
    newest, first = found.versions

    assert [(one.change.version, one.change.through) for one in (newest, first)] == [
        (2, "app-b"),
        (1, "app-a"),
    ]
    (difference,) = newest.differences
    assert str(difference.unit) == "conditions"
    assert difference.before["instruction"] == "Eerst de hiel."
    assert difference.after["instruction"] == "Eerst de tenen."
    assert {one.before for one in first.differences} == {None}


def test_a_version_that_is_put_back_is_a_new_one_and_reaches_every_system(edited: Any) -> None:
    done = restore(edited, 1, by="relative:son")
    edited.settle()

    assert (done.version, version(edited)) == (3, 3)
    assert {instruction(edited, app) for app in ("app-a", "app-b")} == {"Eerst de hiel."}
    assert set(edited.reasons().values()) == {Reason.EQUAL}
    assert edited.questions() == []
    newest = history.of_agreement(edited.app.hub, ORGANISATION, only(edited).id).versions[0].change
    assert (newest.actor, newest.why, newest.through) == ("relative:son", "restored", "")


def test_going_back_and_forth_is_no_conflict_with_itself(edited: Any) -> None:
    for number in (1, 2, 3):
        restore(edited, number)
        edited.settle()

    assert edited.questions() == []
    assert instruction(edited, "app-b") == "Eerst de hiel."
    before = edited.writes()
    edited.settle()
    assert edited.writes() == before


def test_what_a_restoration_would_change_is_told_and_changes_nothing(edited: Any) -> None:
    preview = history.would_restore(edited.app.hub, ORGANISATION, only(edited).id, 1)

    assert [str(one.unit) for one in preview.differences] == ["conditions"]
    assert (preview.version, version(edited)) == (2, 2)


def test_an_agreement_that_is_over_comes_back_only_to_a_state_it_can_have(edited: Any) -> None:
    record(edited, {STATUS: Status(state=State.ENDED)})
    record(edited, {STATUS: Status(state=State.MISTAKE)})
    with pytest.raises(RuleError, match="cannot become ended"):
        restore(edited, 3)
    assert only(edited).status.state is State.MISTAKE

    restore(edited, 2)
    edited.settle()

    assert only(edited).status.state is State.ACTIVE


def test_a_version_nobody_knows_is_not_found(edited: Any) -> None:
    with pytest.raises(NotFoundError, match="no version 9"):
        restore(edited, 9)


def test_of_medication_the_old_terms_stay_in_force_until_those_concerned_agree(edited: Any) -> None:
    record(edited, {LIFE_DOMAIN: LifeDomain.MEDICATION})
    preview = history.would_restore(edited.app.hub, ORGANISATION, only(edited).id, 1)
    waits = {str(one.unit): [str(ref) for ref in one.waits_for] for one in preview.differences}
    assert waits == {"conditions": ["relative:son"], "life_domain": []}

    restore(edited, 1)
    edited.settle()
    assert only(edited).conditions.instruction == "Eerst de tenen."
    asked = {one.subject.rpartition(":")[2]: one for one in edited.questions()}
    one = asked["conditions"]
    questions.answer(
        edited.app.hub, ORGANISATION, one.id, revision=one.revision, choice="take", by="relative:son"
    )
    edited.settle()

    assert instruction(edited, "app-a") == "Eerst de hiel."


def test_a_proposal_stands_beside_what_a_question_shows_already(edited: Any) -> None:
    record(edited, {LIFE_DOMAIN: LifeDomain.MEDICATION})
    edited.systems["app-b"].instruct("daughter", only(edited).id, "Met handschoenen.")
    edited.settle()
    restore(edited, 1)

    [one] = [one for one in edited.questions() if one.subject.endswith(":conditions")]
    said = {name: units[UnitKey.parse("conditions")].instruction for name, units in one.values.items()}
    assert said == {"hub": "Eerst de tenen.", "app-b": "Met handschoenen.", "proposed": "Eerst de hiel."}


def test_a_visit_that_was_called_off_since_stays_so(edited: Any) -> None:
    edited.systems["app-a"].cancel("son", "r1", "a1", "2026-11-26")
    edited.settle()

    restore(edited, 1)

    agreement = only(edited)
    assert len(agreement.exceptions) == 1
    assert replace(agreement, exceptions={}).conditions.instruction == "Eerst de hiel."
