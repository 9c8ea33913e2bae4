"""A connection test runs its steps in order and stops at the first that fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from samenspraak.connectors import Checked, Step
from samenspraak.connectors.checking import Outcome, clocks, in_steps
from samenspraak.errors import AuthenticationError
from samenspraak.http import Answer

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CURES = {step: {"nl": f"Herstel {step}.", "en": f"Mend {step}."} for step in Step}


def fine(system: str) -> Outcome:
    return f"reached {system}", True


def too_old(system: str) -> Outcome:
    return "version 0", False


def refuses(system: str) -> Outcome:
    raise AuthenticationError("app-1: the key is not accepted")


def test_every_step_that_passes_says_what_it_found() -> None:
    assert list(in_steps({Step.CONNECT: fine, Step.READ: fine}, CURES, "the app")) == [
        Checked(step=Step.CONNECT, ok=True, detail="reached the app"),
        Checked(step=Step.READ, ok=True, detail="reached the app"),
    ]


@pytest.mark.parametrize(
    ("attempt", "detail"), [(too_old, "version 0"), (refuses, "app-1: the key is not accepted")]
)
def test_the_first_step_that_fails_is_the_last_and_has_its_cure(attempt: object, detail: str) -> None:
    steps = {Step.CONNECT: fine, Step.VERSION: attempt, Step.READ: fine}

    *_, last = in_steps(steps, CURES, "the app")  # type: ignore[arg-type]  # two kinds of failing step

    assert last == Checked(step=Step.VERSION, ok=False, detail=detail, cure=CURES[Step.VERSION])


@pytest.mark.parametrize(("minutes", "will_do"), [(-5, True), (0, True), (5, True), (6, False), (-6, False)])
def test_clocks_may_differ_by_minutes(minutes: int, will_do: bool) -> None:
    assert clocks(NOON, NOON + timedelta(minutes=minutes)) == (f"{abs(minutes) * 60} s apart", will_do)


@pytest.mark.parametrize(
    ("header", "moment"),
    [
        ({"Date": "Sun, 22 Nov 2026 12:00:00 GMT"}, NOON),
        ({"date": "Sun, 22 Nov 2026 13:00:00 +0100"}, NOON),
        ({"Date": "vanmiddag"}, None),
        ({"Date": "Sun, 22 Nov 2026 12:00:00 -0000"}, None),
        ({}, None),
    ],
)
def test_what_time_it_is_there_is_what_the_answer_says(
    header: dict[str, str], moment: datetime | None
) -> None:
    answer = Answer(status=200, headers=header, content=b"", sent_at=0.0, received_at=0.0)
    assert answer.date == moment
    assert clocks(NOON, answer.date)[1]
