from __future__ import annotations

from datetime import date

import pytest
from tests.unit.domain.conftest import Make

from samenspraak.domain.agreements import Review, ReviewOutcome, State, Status, What
from samenspraak.domain.reviews import due_reviews, hold_review, next_due, quarter_after, with_review_date
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.units import WHAT

TODAY = date(2027, 4, 1)
KEPT, CHANGED, ENDED = ReviewOutcome


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2027, 1, 4), date(2027, 4, 4)),
        (date(2027, 11, 30), date(2028, 2, 29)),
        (date(2026, 11, 30), date(2027, 2, 28)),
        (date(2027, 10, 31), date(2028, 1, 31)),
        (date(2027, 12, 31), date(2028, 3, 31)),
    ],
)
def test_a_quarter_later_is_the_same_date_or_the_end_of_a_shorter_month(day: date, expected: date) -> None:
    assert quarter_after(day) == expected


@pytest.mark.parametrize(
    ("review", "expected"),
    [
        (Review(due=date(2027, 3, 1)), date(2027, 3, 1)),
        (Review(due=date(2027, 3, 1), outcome=KEPT, next=date(2027, 9, 1)), date(2027, 9, 1)),
        (Review(due=date(2027, 3, 1), outcome=KEPT), date(2027, 6, 1)),
        (Review(next=date(2027, 9, 1)), date(2027, 4, 4)),
        (None, date(2027, 4, 4)),
    ],
)
def test_the_next_talk_is_as_agreed_or_each_quarter(
    agreement: Make, review: Review | None, expected: date
) -> None:
    started = Schedule(start=date(2027, 1, 4))

    assert next_due(agreement(schedule=started, review=review)) == expected


def test_without_any_date_the_quarter_counts_from_when_we_knew_it(agreement: Make) -> None:
    assert next_due(agreement()) is None
    assert next_due(agreement(), since=date(2027, 2, 1)) == date(2027, 5, 1)


def test_talks_that_are_due_come_longest_overdue_first(agreement: Make) -> None:
    today = agreement(id="g1", review=Review(due=TODAY))
    overdue = agreement(id="g2", review=Review(due=date(2027, 1, 1)))
    later = agreement(id="g3", review=Review(due=date(2027, 4, 2)))
    unknown = agreement(id="g4")
    over = agreement(id="g5", review=Review(due=TODAY), status=Status(state=State.ENDED))

    due = due_reviews([today, overdue, later, unknown, over], TODAY, since={"g4": date(2026, 12, 1)})

    assert [(one.agreement.id, str(one.due)) for one in due] == [
        ("g2", "2027-01-01"),
        ("g4", "2027-03-01"),
        ("g1", "2027-04-01"),
    ]


def test_a_held_talk_is_no_longer_due_until_the_next(agreement: Make) -> None:
    held = hold_review(agreement(review=Review(due=date(2027, 3, 30))), KEPT, TODAY, notes="Gaat goed zo")

    assert held.review == Review(due=TODAY, outcome=KEPT, next=date(2027, 7, 1))
    assert held.review_notes == "Gaat goed zo"
    assert due_reviews([held], date(2027, 6, 30)) == ()
    assert due_reviews([held], date(2027, 7, 1)) != ()


def test_a_talk_that_changes_something_makes_one_version_of_both(agreement: Make) -> None:
    more = What(text="Steunkousen aantrekken en uittrekken")

    changed = hold_review(agreement(review_notes="Oud"), CHANGED, TODAY, changes={WHAT: more})

    assert (changed.what, changed.review_notes) == (more, "Oud")
    assert changed.review == Review(due=TODAY, outcome=CHANGED, next=date(2027, 7, 1))


def test_a_talk_that_ends_the_agreement_leaves_no_next_one(agreement: Make) -> None:
    ended = hold_review(agreement(), ENDED, TODAY)

    assert ended.status == Status(state=State.ENDED, ended_on=TODAY)
    assert ended.review == Review(due=TODAY, outcome=ENDED)
    assert next_due(ended) is None


def test_an_agreement_gets_a_date_for_its_first_talk_once(agreement: Make) -> None:
    dated = with_review_date(agreement(), TODAY)

    assert dated.review == Review(due=date(2027, 7, 1))
    assert with_review_date(dated, date(2027, 5, 1)) == dated
