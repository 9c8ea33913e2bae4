"""Until whoever is told has taken what was written, a copy does not rest as if they had."""

from __future__ import annotations

import pytest

from samenspraak.domain.units import STATUS
from samenspraak.policy.capabilities import Arrival, Confirm, MayEnd, Write
from samenspraak.policy.obstacles import CANNOT_TAKE_BACK
from samenspraak.policy.state import Do, QuestionKind, Reason, Today

from .situations import (
    ACTIVE,
    ENDED,
    NOTHING,
    WITHDRAWN,
    Situation,
    capabilities,
    link,
    over,
    shape,
    there,
    today,
)

OUTBOX = capabilities(write=Write.PUSH, confirm=Confirm.NONE, may_end=MayEnd.NOTHING)
TOLD = link({STATUS: ACTIVE}, shape=shape())
TOLD_OF_THE_END = link({STATUS: ENDED}, shape=shape())
TAKEN_BACK = link({STATUS: ACTIVE}, then={STATUS: WITHDRAWN}, shape=NOTHING)


def telling(**changed: object) -> Today:
    return today(**{"capabilities": OUTBOX, "mark": "c1-now", **changed})


def told(arrival: Arrival, name: str, **comes: object) -> Situation:
    """The last notice is of what there is now."""
    theirs = there({STATUS: ACTIVE}, mark="c1-now#2", arrival=arrival)
    return Situation(
        name=f"told, {name}", link=TOLD, theirs=theirs, today=telling(), comes={"do": Do.NOTHING, **comes}
    )


def ended(arrival: Arrival, name: str, **comes: object) -> Situation:
    theirs = there({STATUS: ENDED}, mark="c1-now#3", arrival=arrival)
    return Situation(
        name=f"ended, {name}",
        link=TOLD_OF_THE_END,
        ours=over(ENDED),
        theirs=theirs,
        today=telling(),
        comes=comes,
    )


def taken_back(arrival: Arrival, name: str, **comes: object) -> Situation:
    theirs = there({STATUS: WITHDRAWN}, arrival=arrival)
    return Situation(
        name=f"taken back, {name}",
        link=TAKEN_BACK,
        theirs=theirs,
        today=telling(shape=NOTHING, mark=None),
        comes=comes,
    )


THERE, ON_ITS_WAY, GIVEN_UP = Arrival
ASKED = [(QuestionKind.TO_DO, CANNOT_TAKE_BACK)]
SITUATIONS = (
    told(THERE, "and they took it", reason=Reason.EQUAL),
    told(ON_ITS_WAY, "and it is on its way", reason=Reason.WAITING_THERE, row="on_its_way"),
    told(GIVEN_UP, "and it was given up", reason=Reason.WAITING_THERE, row="given_up", questions=[]),
    ended(THERE, "and they took it", reason=Reason.CLOSED, do=Do.CLOSE),
    ended(ON_ITS_WAY, "and it is on its way", reason=Reason.WAITING_THERE, do=Do.NOTHING),
    taken_back(THERE, "and they took it", reason=Reason.RETRACTED, do=Do.CLOSE, questions=[]),
    taken_back(ON_ITS_WAY, "and it is on its way", reason=Reason.RETRACTING, do=Do.NOTHING, questions=[]),
    taken_back(GIVEN_UP, "and it was given up", reason=Reason.RETRACTING, do=Do.NOTHING, questions=ASKED),
    Situation(
        name="told, on its way, and there is news: the news is told at once",
        link=TOLD,
        theirs=there({STATUS: ACTIVE}, mark="c1-before#2", arrival=ON_ITS_WAY),
        today=telling(),
        comes={"do": Do.UPDATE, "reason": Reason.DUE, "mark": "c1-now"},
    ),
    Situation(
        name="told of the end, and it goes on again: nobody can have ended it there",
        link=TOLD_OF_THE_END,
        theirs=there({STATUS: ENDED}, mark="c1-before#3"),
        today=telling(),
        comes={"do": Do.UPDATE, "mark": "c1-now", "questions": []},
    ),
)


@pytest.mark.parametrize("one", SITUATIONS, ids=str)
def test_a_copy_waits_until_what_was_written_has_arrived(one: Situation) -> None:
    assert one.came() == one.comes
