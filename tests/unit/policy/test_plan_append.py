"""Systems that only take messages: what they show cannot be read back, but for the mark of the last one."""

from __future__ import annotations

from dataclasses import replace

from samenspraak.domain.agreements import State, Status, What
from samenspraak.domain.units import STATUS, WHAT, UnitKind, UnitValue
from samenspraak.policy.capabilities import Capabilities, Carries, SystemKind, Write
from samenspraak.policy.plan import plan
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import CopyState, Do, LinkPhase, Ours, Presence, Reason, There, Today

UNITS: dict[object, UnitValue] = {WHAT: What(text="Steunkousen"), STATUS: Status(state=State.ACTIVE)}
CAPABILITIES = Capabilities(
    kind=SystemKind.PLATFORM,
    units={
        UnitKind.WHAT: Carries(read=False, write=Write.APPEND),
        UnitKind.STATUS: Carries(write=Write.APPEND),
    },
    tells_statements=True,
)
SHAPE = Shape(units=frozenset({WHAT, STATUS}))
OURS = Ours(presence=Presence.LIVE, units={WHAT: UNITS[WHAT], STATUS: UNITS[STATUS]}, version=1)
LINK = CopyState(
    phase=LinkPhase.OPEN, was=OURS.units, then={STATUS: UNITS[STATUS]}, based=SHAPE.units, shape=SHAPE
)
THERE = There(units={STATUS: UNITS[STATUS]}, mark="c1-aa#1")
TODAY = Today(
    connector_id="ozo-1", capabilities=CAPABILITIES, shape=SHAPE, mark="c1-aa", statements=frozenset()
)
HIDDEN = replace(TODAY, shape=Shape(units=frozenset()))


def test_a_thread_whose_last_message_says_it_all_is_left_alone() -> None:
    decided = plan(LINK, OURS, THERE, TODAY)

    assert (decided.do, decided.reason) == (Do.NOTHING, Reason.EQUAL)


def test_an_answer_there_is_noted_without_a_new_message() -> None:
    decided = plan(LINK, OURS, replace(THERE, unanswered=True), TODAY)

    assert (decided.do, decided.tell, decided.mark) == (Do.UPDATE, True, None)


def test_what_is_taken_up_again_is_told_in_a_new_thread_and_not_in_the_closed_one() -> None:
    ended = Status(state=State.ENDED)
    closed = replace(LINK, phase=LinkPhase.CLOSED, answered={STATUS: ended})
    decided = plan(closed, OURS, replace(THERE, units={STATUS: ended}), TODAY)

    assert (decided.do, decided.row, decided.mark) == (Do.CREATE, "restore it, closed there", "c1-aa")


def test_a_closed_thread_that_still_shows_its_messages_is_retracted() -> None:
    closed = replace(THERE, units={STATUS: Status(state=State.ENDED)})

    assert plan(LINK, OURS, closed, HIDDEN).do is Do.RETRACT


def test_a_thread_without_a_message_of_ours_has_been_retracted() -> None:
    emptied = replace(THERE, units={STATUS: Status(state=State.WITHDRAWN)}, mark=None)

    assert plan(LINK, OURS, emptied, HIDDEN).reason is Reason.RETRACTED
