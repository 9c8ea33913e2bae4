"""Which messages may wait a moment for what follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from samenspraak.domain.units import CONDITIONS, WHAT, UnitKind
from samenspraak.policy import priority
from samenspraak.policy.capabilities import Capabilities, Carries, SystemKind, Write
from samenspraak.policy.settling import may_settle
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
