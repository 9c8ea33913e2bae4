"""Which messages may wait a moment for what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from samenspraak.domain.units import CONDITIONS, WHAT, UnitKind
from samenspraak.policy import priority
from samenspraak.policy.capabilities import Capabilities, Carries, SystemKind, Write
from samenspraak.policy.settling import is_no_news, may_settle
from samenspraak.policy.state import Do, Plan, Reason

MESSAGES = Capabilities(
    kind=SystemKind.PLATFORM,
    units={UnitKind.WHAT: Carries(read=False, write=Write.APPEND)},
    settle_s=10.0,
)
NEWS = Plan(row="", reason=Reason.DUE, do=Do.UPDATE, mark="c1-aa")


@pytest.mark.parametrize("do", [Do.CREATE, Do.UPDATE])
def test_a_message_with_news_may_wait(do: Do) -> None:
    assert may_settle(replace(NEWS, do=do), MESSAGES, priority.EDIT)


@pytest.mark.parametrize(
    "decided",
    [
        replace(NEWS, do=Do.END),
        replace(NEWS, do=Do.RETRACT),
        replace(NEWS, do=Do.NOTHING),
        replace(NEWS, mark=None, tell=True),
        replace(NEWS, clear=frozenset({CONDITIONS})),
    ],
)
def test_an_end_an_answer_and_what_must_go_out_of_sight_never_wait(decided: Plan) -> None:
    assert not may_settle(decided, MESSAGES, priority.EDIT)


@pytest.mark.parametrize("urgency", [priority.RETRACTION, priority.SOON])
def test_what_is_about_tomorrow_or_about_consent_never_waits(urgency: int) -> None:
    assert not may_settle(NEWS, MESSAGES, urgency)


def test_only_systems_that_are_told_in_messages_wait() -> None:
    records = replace(MESSAGES, units={WHAT.kind: Carries(write=Write.YES)})

    assert not may_settle(NEWS, records, priority.EDIT)
    assert not may_settle(NEWS, replace(MESSAGES, settle_s=0.0), priority.EDIT)


NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("made_at", "released_at", "is_old"),
    [
        (NOW - AN_HOUR, NOW, True),
        (NOW, NOW - AN_HOUR, False),
        (NOW - AN_HOUR, None, False),
        (NOW - 25 * AN_HOUR, None, True),
        (NOW - 25 * AN_HOUR, NOW - 30 * AN_HOUR, True),
    ],
)
def test_no_news_is_what_was_agreed_before_the_system_took_part_or_long_ago(
    made_at: datetime, released_at: datetime | None, is_old: bool
) -> None:
    assert is_no_news(made_at, released_at, NOW, priority.EDIT) is is_old


def test_what_is_made_because_a_system_was_let_take_part_is_no_news_whatever_the_clocks_say() -> None:
    assert is_no_news(NOW, NOW - AN_HOUR, NOW, priority.BULK)
