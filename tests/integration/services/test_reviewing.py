"""Talks that are due, asked once, and what came of them: recorded here or in any system."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from samenspraak.domain.agreements import LifeDomain, Review, ReviewOutcome, State
from samenspraak.domain.units import LIFE_DOMAIN, REVIEW, apply
from samenspraak.errors import RuleError
from samenspraak.services import questions, reviewing
from samenspraak.store.records import Cause
from samenspraak.sync.daily import new_day
from samenspraak.sync.versions import record_version

ORGANISATION = "de-linde"
TODAY = date(2026, 11, 23)


def only(town: Any) -> Any:
    [agreement] = town.agreements()
    return agreement


def asked(town: Any) -> list[tuple[str, str]]:
    return [(str(one.kind), one.cause) for one in town.questions()]


def hold(town: Any, outcome: ReviewOutcome, **more: Any) -> reviewing.Held:
    return reviewing.hold(town.app.hub, ORGANISATION, only(town).id, outcome, **more)


def agree(town: Any, changes: dict[Any, Any]) -> None:
    with town.app.store.write(ORGANISATION) as uow:
        [record] = uow.agreements.list()
        after = apply(record.agreement, changes)
        record_version(uow, town.app.hub, record, after, cause=Cause(actor="admin", why="recorded"))
        uow.commit()
    town.settle()


@pytest.fixture
def due(family: Any) -> Any:
    """The talk was agreed for tomorrow, and two days passed."""
    agree(family, {REVIEW: Review(due=date(2026, 11, 24))})
    new_day(family.app.hub, ORGANISATION)
    assert asked(family) == []
    family.clock.pass_(days=2)
    new_day(family.app.hub, ORGANISATION)
    return family


def test_what_is_due_is_listed_with_how_late_it_is(due: Any) -> None:
    [one] = reviewing.due(due.app.hub, ORGANISATION).reviews

    assert (one.what, str(one.client), one.due, one.days_late) == (
        "Steunkousen aantrekken",
        "client:wit",
        date(2026, 11, 24),
        1,
    )


def test_without_any_date_a_talk_is_due_a_quarter_after_we_came_to_know_it(family: Any) -> None:
    hub = family.app.hub
    assert reviewing.due(hub, ORGANISATION).reviews == ()
    assert reviewing.due(hub, ORGANISATION, within_days=91).reviews == ()

    [one] = reviewing.due(hub, ORGANISATION, within_days=92).reviews

    assert one.due == date(2027, 2, 23)


def test_the_responsible_person_is_asked_once_with_two_weeks_to_hold_it(due: Any) -> None:
    [one] = due.questions()
    assert (str(one.kind), one.cause, one.owner) == ("to_do", "review-due", "role:responsible")
    assert (one.deadline - one.opened_at).days == 14
    questions.answer(due.app.hub, ORGANISATION, one.id, revision=one.revision, choice="done")

    due.clock.pass_(days=3)
    new_day(due.app.hub, ORGANISATION)

    assert asked(due) == []


@pytest.mark.parametrize("outcome", [ReviewOutcome.KEPT, ReviewOutcome.CHANGED])
def test_an_outcome_is_a_version_that_reaches_everybody_and_ends_the_question(
    due: Any, outcome: ReviewOutcome
) -> None:
    held = hold(due, outcome, notes="Gaat goed.", next_on=date(2027, 1, 15))
    due.settle()

    assert (held.outcome, held.next) == (outcome, date(2027, 1, 15))
    assert asked(due) == []
    assert only(due).review == Review(due=date(2026, 11, 25), outcome=outcome, next=date(2027, 1, 15))
    assert "2027-01-15" in str(list(due.systems["app-b"].shelf.bodies("record")))
    assert reviewing.due(due.app.hub, ORGANISATION).reviews == ()


def test_what_the_talk_changed_is_changed_with_it(due: Any) -> None:
    conditions = {"text": "", "instruction": "Eerst de tenen.", "instruction_required": False}
    hold(due, ReviewOutcome.CHANGED, changes={"conditions": conditions})
    due.settle()

    assert "Eerst de tenen." in due.systems["app-b"].readable("daughter")


def test_what_others_must_agree_to_first_waits_and_the_outcome_stands(due: Any) -> None:
    agree(due, {LIFE_DOMAIN: LifeDomain.MEDICATION})
    conditions = {"text": "", "instruction": "Na het eten.", "instruction_required": False}
    held = hold(due, ReviewOutcome.CHANGED, changes={"conditions": conditions})
    due.settle()

    assert [str(key) for key in held.waits] == ["conditions"]
    assert only(due).review.outcome is ReviewOutcome.CHANGED
    assert asked(due) == [("proposal", "first-agree")]
    assert "Eerst de hiel." in due.systems["app-b"].readable("daughter")


def test_a_talk_that_ended_it_ends_it_everywhere(due: Any) -> None:
    hold(due, ReviewOutcome.ENDED)
    due.settle()

    assert only(due).status.state is State.ENDED
    assert asked(due) == []
    [record] = due.systems["app-b"].shelf.bodies("record")
    assert record["state"]["value"] == "ended"
    with pytest.raises(RuleError, match="nothing to review"):
        hold(due, ReviewOutcome.KEPT)


def test_an_outcome_that_another_system_keeps_is_the_outcome(due: Any) -> None:
    due.systems["app-a"].edit(
        "son", "r1", review={"due": "2026-11-25", "outcome": "kept", "next": "2027-02-01"}
    )
    due.settle()

    assert only(due).review.outcome is ReviewOutcome.KEPT
    assert asked(due) == []


def test_a_talk_that_ended_it_there_while_it_goes_on_is_asked_about(due: Any) -> None:
    due.systems["app-a"].edit("son", "r1", review={"due": "2026-11-25", "outcome": "ended"})
    due.settle()
    [one] = due.questions()
    assert (str(one.kind), one.cause) == ("ended", "review-ended")

    questions.answer(due.app.hub, ORGANISATION, one.id, revision=one.revision, choice="end")
    due.settle()

    assert only(due).status.state is State.ENDED
    assert asked(due) == []
