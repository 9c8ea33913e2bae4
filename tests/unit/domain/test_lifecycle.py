from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.unit.domain.conftest import Make

from samenspraak.domain.agreements import LIVE, OVER, TRANSITIONS, State, Status
from samenspraak.domain.lifecycle import due_to_resume, end, pause, resume, transition
from samenspraak.errors import RuleError

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2027, 1, 4)
STEPS = [(start, to) for start in State for to in State if start is not to]


@pytest.mark.parametrize(("start", "to"), STEPS)
def test_a_step_is_taken_exactly_if_the_table_has_it(agreement: Make, start: State, to: State) -> None:
    before = agreement(status=Status(state=start))

    if to in TRANSITIONS[start]:
        assert transition(before, to).status.state is to
    else:
        with pytest.raises(RuleError, match=f"is {start} and cannot become {to}"):
            transition(before, to)


def test_the_table_reaches_every_state_and_never_goes_back_to_draft() -> None:
    assert set(TRANSITIONS) == set(State)
    assert frozenset().union(*TRANSITIONS.values()) == (LIVE | OVER)


def test_what_is_over_becomes_active_again_only_by_an_explicit_step(agreement: Make) -> None:
    ended = end(agreement(), TODAY, reason="Het gaat weer alleen")
    assert (ended.status.is_over, ended.status.ended_on) == (True, TODAY)

    restored = transition(ended, State.ACTIVE)

    assert restored.status == Status(state=State.ACTIVE)


@pytest.mark.parametrize(("day", "paused"), [(-1, False), (0, True), (7, True), (8, False)])
def test_a_pause_holds_on_its_first_and_its_last_day(agreement: Make, day: int, paused: bool) -> None:
    resting = pause(agreement(), start=TODAY, until=TODAY + timedelta(days=7), reason="Ziekenhuis")

    assert resting.status.is_paused_on(TODAY + timedelta(days=day)) is paused


def test_a_pause_can_get_another_period(agreement: Make) -> None:
    longer = pause(pause(agreement(), until=TODAY), until=TODAY + timedelta(days=14))

    assert longer.status.paused_until == TODAY + timedelta(days=14)


def test_a_pause_that_is_behind_us_is_due_to_resume(agreement: Make) -> None:
    over = pause(agreement(), until=TODAY - timedelta(days=1))
    today, open_end = pause(agreement(), until=TODAY), pause(agreement())

    assert due_to_resume([over, today, open_end, agreement()], TODAY) == (over,)
    assert resume(over) == agreement()


def test_a_reason_can_be_corrected_after_the_end(agreement: Make) -> None:
    ended = end(agreement(), TODAY, reason="Verhuist")

    assert end(ended, TODAY, reason="Overleden").status.reason == "Overleden"


def test_the_reference_shows_the_table() -> None:
    page = (ROOT / "docs/reference/agreement.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([a-z]+) \| ([a-z, ]+) \|$", page, re.M))

    assert {
        State(start): set(to.split(", ")) for start, to in rows.items() if start in set(State)
    } == TRANSITIONS
