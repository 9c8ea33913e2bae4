from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.unit.domain.conftest import Make

from samenspraak.domain.agreements import LifeDomain, OccurrenceKey
from samenspraak.domain.outcomes import NEEDS_A_PERSON, Outcome, Result, is_once_only, outcome
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import Statement, StatementKind

SUNDAY = OccurrenceKey(assignment_id="a1", day=date(2027, 1, 10))
NINE = datetime(2027, 1, 10, 9, 0, tzinfo=UTC)
DONE, NOT_DONE = StatementKind.DONE, StatementKind.NOT_DONE


def report(
    kind: StatementKind, by: str = "daughter", key: OccurrenceKey = SUNDAY, number: int = 1
) -> Statement:
    return Statement(
        id=f"{by}-{kind}-{number}",
        kind=kind,
        by=PartyRef(kind=PartyKind.RELATIVE, id=by),
        at=NINE + timedelta(minutes=number),
        through="family",
        occurrence=key,
    )


def of(*reports: Statement, once_only: bool = True, heard: datetime | None = NINE, **more: object) -> Outcome:
    systems = {"family": heard, "dossier": NINE}
    return outcome(SUNDAY, reports, once_only=once_only, heard=systems, since=NINE, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reports", "once_only", "result"),
    [
        ([], True, Result.NONE),
        ([report(DONE)], True, Result.DONE),
        ([report(NOT_DONE)], True, Result.NOT_DONE),
        ([report(NOT_DONE), report(NOT_DONE, "nurse")], True, Result.NOT_DONE),
        ([report(DONE), report(NOT_DONE, "nurse")], True, Result.DIFFERENT),
        ([report(DONE), report(DONE, "nurse")], True, Result.DONE_TWICE),
        ([report(DONE), report(DONE, "nurse")], False, Result.DONE),
        ([report(DONE), report(DONE, "nurse"), report(NOT_DONE, "son")], True, Result.DONE_TWICE),
        ([report(DONE), report(DONE)], True, Result.DONE),
    ],
)
def test_reports_of_one_moment_amount_to_one_result(
    reports: list[Statement], once_only: bool, result: Result
) -> None:
    assert of(*reports, once_only=once_only).result is result


@pytest.mark.parametrize("heard", [None, NINE - timedelta(seconds=1)])
def test_silence_of_an_unheard_system_is_unknown_until_it_is_heard(heard: datetime | None) -> None:
    assert of(heard=heard) == Outcome(result=Result.UNKNOWN, unheard=("family",))
    assert of(heard=NINE).result is Result.NONE


def test_a_report_stands_and_still_says_who_was_not_heard() -> None:
    given = of(report(NOT_DONE), heard=None)

    assert (given.result, given.unheard) == (Result.NOT_DONE, ("family",))


def test_reports_of_other_moments_and_other_talk_do_not_count() -> None:
    other = OccurrenceKey(assignment_id="a1", day=date(2027, 1, 10), nth=2)
    comment = Statement(
        id="c", kind=StatementKind.COMMENT, by=report(DONE).by, at=NINE, through="hub", text="Ze sliep nog"
    )

    assert of(report(DONE, key=other), comment) == Outcome(result=Result.NONE)


def test_the_reports_behind_it_come_oldest_first() -> None:
    late, early = report(DONE, number=5), report(NOT_DONE, "nurse", number=2)

    assert of(late, early).reports == (early, late)


def test_a_report_that_was_put_aside_by_an_answer_no_longer_counts() -> None:
    mistaken, right = report(DONE), report(NOT_DONE, "nurse")
    assert of(mistaken, right).result in NEEDS_A_PERSON

    settled = of(mistaken, right, set_aside=frozenset({mistaken.id}))

    assert (settled.result, settled.reports) == (Result.NOT_DONE, (right,))


def test_only_medication_is_once_only(agreement: Make) -> None:
    once = {one for one in LifeDomain if is_once_only(agreement(life_domain=one))}

    assert once == {LifeDomain.MEDICATION}
