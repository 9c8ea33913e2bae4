"""What comes back when an earlier version is put back, and what stays as it is known now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Conditions,
    Duty,
    ExceptionKind,
    Instructed,
    OccurrenceException,
    OccurrenceKey,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.restoring import restored
from samenspraak.errors import RuleError

SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
TEAM = PartyRef(kind=PartyKind.GROUP, id="team")
THURSDAY = OccurrenceKey(assignment_id="a1", day=date(2026, 11, 26))
CALLED_OFF = {THURSDAY: OccurrenceException(kind=ExceptionKind.CANCELLED)}

FIRST = Agreement(
    id="hair",
    client_id="wit",
    what=What(text="Haren wassen"),
    assignments=(
        Assignment(id="a1", duty=Duty(performer=SON)),
        Assignment(id="a2", duty=Duty(performer=TEAM)),
    ),
    status=Status(state=State.ACTIVE),
    conditions=Conditions(text="Tot het weer lukt"),
)


def test_content_comes_back_whole() -> None:
    now = replace(FIRST, what=What(text="Haren kammen"), conditions=None, place="Badkamer")

    assert restored(now, FIRST) == FIRST


def test_what_was_called_off_since_stays_called_off() -> None:
    now = replace(FIRST, place="Badkamer", exceptions=CALLED_OFF)

    assert restored(now, FIRST) == replace(FIRST, exceptions=CALLED_OFF)


def test_who_was_shown_how_since_stays_known_and_who_comes_back_is_as_they_left() -> None:
    shown = Instructed(by=TEAM)
    first, second = FIRST.assignments
    before = replace(FIRST, assignments=(first, replace(second, instructed=shown)))
    now = replace(FIRST, assignments=(replace(first, instructed=shown),))

    after = restored(now, before)

    assert [one.instructed for one in after.assignments] == [shown, shown]


@pytest.mark.parametrize(
    ("now", "then", "rule"),
    [
        (State.ACTIVE, State.PROPOSED, None),
        (State.ENDED, State.ACTIVE, None),
        (State.ENDED, State.PROPOSED, "transition"),
        (State.MISTAKE, State.ENDED, "transition"),
        (State.ACTIVE, State.DRAFT, "transition"),
        (State.ENDED, State.PAUSED, "transition"),
    ],
)
def test_the_state_goes_back_only_along_the_table(now: State, then: State, rule: str | None) -> None:
    earlier = replace(FIRST, status=Status(state=then))
    present = replace(FIRST, status=Status(state=now))
    if rule is None:
        assert restored(present, earlier).status.state is then
        return

    with pytest.raises(RuleError) as refused:
        restored(present, earlier)

    assert refused.value.rule == rule


def test_what_it_says_already_is_not_put_back() -> None:
    with pytest.raises(RuleError, match="says this already"):
        restored(FIRST, FIRST)
