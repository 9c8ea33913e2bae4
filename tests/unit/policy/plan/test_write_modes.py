"""The table on ``write`` of design §4: what a system lets us write of what was decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samenspraak.domain.agreements import Duty
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKind
from samenspraak.policy.capabilities import Carries, Direction, Readers, Write
from samenspraak.policy.modes import MODES
from samenspraak.policy.state import Do, Reason, Today, WriteKind, mark_name, told_name

from .situations import (
    A1,
    ACTIVE,
    EDITED,
    HEEL,
    MORNING,
    SHOES,
    SOCKS,
    STOCKINGS,
    UNITS,
    Situation,
    capabilities,
    hiding,
    intent,
    link,
    ours,
    shape,
    there,
    today,
)

RULED = {**UNITS, CONDITIONS: HEEL}
BY_A_STRANGER = Duty(performer=PartyRef.unresolved(PartyKind.VOLUNTEER, "app-a", "7"))
CHANGED_HERE = ours(EDITED)
BOTH_CHANGED = {"ours": CHANGED_HERE, "theirs": there({**UNITS, WHAT: SHOES})}


def written(mode: Write, units: Any = UNITS, **changed: Any) -> Today:
    return today(units, capabilities=capabilities(write=mode, **changed.pop("can", {})), **changed)


def only_read(kind: UnitKind) -> Today:
    units = {**{one: Carries() for one in UnitKind}, kind: Carries(write=Write.NO)}
    return today(RULED, capabilities=capabilities(units=units))


SITUATIONS = (
    # yes
    Situation(
        name="yes: the units that differ are patched",
        ours=CHANGED_HERE,
        today=written(Write.YES),
        comes={"do": Do.UPDATE, "set": {WHAT: SOCKS}, "clear": frozenset(), "mark": None, "tell": False},
    ),
    Situation(
        name="yes: a unit that is only read there differs visibly",
        ours=ours(RULED),
        theirs=there(UNITS),
        today=only_read(UnitKind.CONDITIONS),
        comes={"do": Do.NOTHING, "set": {}, "reason": Reason.CANNOT_CARRY},
    ),
    Situation(
        name="yes: a unit that only comes from there differs visibly",
        ours=CHANGED_HERE,
        today=written(Write.YES, directions={UnitKind.WHAT: Direction.IN}),
        comes={"do": Do.NOTHING, "set": {}, "reason": Reason.CANNOT_CARRY},
    ),
    Situation(
        name="yes: a unit that only comes from there is cleared when it may not be seen there",
        link=link(RULED),
        ours=ours(RULED),
        theirs=there(RULED),
        today=replace(
            written(Write.YES, directions={UnitKind.CONDITIONS: Direction.IN}),
            shape=hiding(CONDITIONS, units=RULED),
        ),
        comes={"do": Do.UPDATE, "clear": frozenset({CONDITIONS})},
    ),
    Situation(
        name="propose: that what is not kept there any more goes is proposed",
        link=link(RULED),
        ours=ours(RULED),
        theirs=there(RULED),
        today=replace(
            written(Write.PROPOSE, directions={UnitKind.CONDITIONS: Direction.NONE}),
            shape=hiding(CONDITIONS, units=RULED),
        ),
        comes={"do": Do.UPDATE, "clear": frozenset({CONDITIONS})},
    ),
    Situation(
        name="propose: nothing is proposed for a task of a volunteer whom nobody has matched",
        theirs=there({**UNITS, A1: BY_A_STRANGER}),
        ours=CHANGED_HERE,
        today=written(Write.PROPOSE, can={"readers": Readers.PERFORMERS}, shape=hiding(A1)),
        comes={"do": Do.NOTHING, "set": {}, "clear": frozenset(), "reason": Reason.WITHHELD},
    ),
    Situation(
        name="propose: what waits there is withdrawn when a volunteer does it whom nobody has matched",
        link=link(intent=replace(intent(sent={WHAT: SOCKS}), waiting="p1")),
        theirs=there({**UNITS, A1: BY_A_STRANGER}),
        ours=CHANGED_HERE,
        today=written(Write.PROPOSE, can={"readers": Readers.PERFORMERS}, shape=hiding(A1)),
        comes={"do": Do.WITHDRAW, "set": {}, "reason": Reason.DUE},
    ),
    Situation(
        name="propose: a unit that only comes from there is not proposed",
        ours=CHANGED_HERE,
        today=written(Write.PROPOSE, directions={UnitKind.WHAT: Direction.IN}),
        comes={"do": Do.NOTHING, "set": {}, "reason": Reason.CANNOT_CARRY},
    ),
    Situation(
        name="yes: the mark of the terms goes with a record that keeps it",
        theirs=there(mark="c1-old"),
        today=written(Write.YES, mark="c1-new"),
        comes={"do": Do.UPDATE, "set": {}, "mark": "c1-new"},
    ),
    Situation(
        name="yes: while something is held the mark waits for the answer",
        **BOTH_CHANGED,
        today=written(Write.YES, mark="c1-new"),
        comes={"do": Do.NOTHING, "mark": None, "reason": Reason.QUESTION},
    ),
    Situation(
        name="yes: a mark stands for terms that can be read there, so it waits while one of them is refused",
        link=link(refused={WHAT: SOCKS}),
        ours=CHANGED_HERE,
        theirs=there(mark="c1-old"),
        today=written(Write.YES, mark="c1-new"),
        comes={"do": Do.NOTHING, "mark": None, "reason": Reason.CANNOT_CARRY},
    ),
    Situation(
        name="yes: a mark that the system drops is not written again",
        link=link(unkept={mark_name("c1-new")}),
        theirs=there(mark=None),
        today=written(Write.YES, mark="c1-new"),
        comes={"do": Do.NOTHING, "mark": None, "reason": Reason.EQUAL},
    ),
    Situation(
        name="yes: another mark than the one that was dropped is tried",
        link=link(unkept={mark_name("c1-old")}),
        theirs=there(mark=None),
        today=written(Write.YES, mark="c1-new"),
        comes={"do": Do.UPDATE, "mark": "c1-new"},
    ),
    Situation(
        name="yes: what the system drops of what was said elsewhere is not told again",
        link=link(unkept={told_name(["app-b:x1"])}),
        today=written(Write.YES, can={"tells_statements": True}, statements=frozenset({"app-b:x1"})),
        comes={"do": Do.NOTHING, "tell": False, "reason": Reason.EQUAL},
    ),
    Situation(
        name="yes: what was said elsewhere is made readable",
        theirs=there(told=frozenset({"app-b:x1"})),
        today=written(Write.YES, can={"tells_statements": True}, statements=frozenset({"app-b:x1", "ecd:2"})),
        comes={"do": Do.UPDATE, "set": {}, "tell": True},
    ),
    Situation(
        name="yes: what is readable already is not written again",
        theirs=there(told=frozenset({"app-b:x1"})),
        today=written(Write.YES, can={"tells_statements": True}, statements=frozenset({"app-b:x1"})),
        comes={"do": Do.NOTHING, "reason": Reason.EQUAL},
    ),
    # propose
    Situation(
        name="propose: only the difference from the record is proposed",
        ours=CHANGED_HERE,
        today=written(Write.PROPOSE),
        comes={"do": Do.UPDATE, "set": {WHAT: SOCKS}, "reason": Reason.DUE},
    ),
    Situation(
        name="propose: that a unit is empty is proposed too",
        link=link(RULED),
        theirs=there(RULED),
        today=written(Write.PROPOSE, RULED),
        comes={"do": Do.UPDATE, "set": {}, "clear": frozenset({CONDITIONS})},
    ),
    Situation(
        name="propose: what waits there is what we want",
        link=link(intent=intent(sent={WHAT: SOCKS}, waiting="v7")),
        ours=CHANGED_HERE,
        today=written(Write.PROPOSE),
        comes={"do": Do.NOTHING, "reason": Reason.WAITING_THERE},
    ),
    Situation(
        name="propose: what waits there says more than we want, and is withdrawn",
        link=link(intent=intent(sent={WHAT: SOCKS, A1: MORNING}, waiting="v7")),
        ours=CHANGED_HERE,
        today=written(Write.PROPOSE),
        comes={"do": Do.WITHDRAW, "reason": Reason.DUE, "set": {}},
    ),
    Situation(
        name="propose: nothing differs any more, and what waits there is withdrawn",
        link=link(intent=intent(sent={WHAT: SOCKS}, waiting="v7")),
        today=written(Write.PROPOSE),
        comes={"do": Do.WITHDRAW},
    ),
    Situation(
        name="propose: theirs is the record, never the proposal that waits",
        link=link(intent=intent(sent={WHAT: SOCKS}, waiting="v7")),
        ours=CHANGED_HERE,
        theirs=there({**UNITS, WHAT: SHOES}),
        today=written(Write.PROPOSE),
        comes={"hold": {WHAT: SHOES}, "do": Do.WITHDRAW},
    ),
    Situation(
        name="propose: the same terms are not proposed again after a refusal",
        link=link(refused={WHAT: SOCKS}),
        ours=CHANGED_HERE,
        today=written(Write.PROPOSE),
        comes={"do": Do.NOTHING, "set": {}, "reason": Reason.CANNOT_CARRY},
    ),
    Situation(
        name="propose: other terms are proposed after a refusal",
        link=link(refused={WHAT: SHOES}),
        ours=CHANGED_HERE,
        today=written(Write.PROPOSE),
        comes={"do": Do.UPDATE, "set": {WHAT: SOCKS}},
    ),
    # append
    Situation(
        name="append: one message that says it all when it differs from the last one",
        link=link(shape=shape()),
        ours=CHANGED_HERE,
        theirs=there(mark="c1-old#3"),
        today=written(Write.APPEND, mark="c1-new"),
        comes={"do": Do.UPDATE, "set": {WHAT: SOCKS, A1: MORNING, STATUS: ACTIVE}, "mark": "c1-new"},
    ),
    Situation(
        name="append: terms that come back are a third message, not the first one",
        theirs=there(mark="c1-b#2"),
        today=written(Write.APPEND, mark="c1-a"),
        comes={"do": Do.UPDATE, "mark": "c1-a"},
    ),
    Situation(
        name="append: the last message says it, whatever its number",
        theirs=there(mark="c1-a#3"),
        today=written(Write.APPEND, mark="c1-a"),
        comes={"do": Do.NOTHING, "set": {}, "reason": Reason.EQUAL},
    ),
    # render
    Situation(
        name="render: a block that nobody touched is replaced",
        ours=CHANGED_HERE,
        today=today(capabilities=capabilities(write=Write.RENDER)),
        comes={"do": Do.UPDATE, "set": {WHAT: SOCKS}},
    ),
    Situation(
        name="render: a block that was edited by hand is held",
        **BOTH_CHANGED,
        today=today(capabilities=capabilities(write=Write.RENDER)),
        comes={"do": Do.NOTHING, "set": {}, "hold": {WHAT: SHOES}, "reason": Reason.QUESTION},
    ),
    # push
    Situation(
        name="push: a notice when what may be seen is not what the last one was of",
        theirs=there(mark="c1-old#3"),
        today=written(Write.PUSH, mark="c1-new"),
        comes={"do": Do.UPDATE, "mark": "c1-new"},
    ),
    Situation(
        name="push: nothing after the last one says it",
        ours=CHANGED_HERE,
        theirs=there(mark="c1-new#3"),
        today=written(Write.PUSH, mark="c1-new"),
        comes={"do": Do.NOTHING, "set": {}, "reason": Reason.EQUAL},
    ),
    # view
    Situation(
        name="view: what we show ourselves changes unit by unit",
        ours=CHANGED_HERE,
        today=written(Write.VIEW),
        comes={"do": Do.UPDATE, "set": {WHAT: SOCKS}, "clear": frozenset()},
    ),
    # no
    Situation(
        name="no: nothing is written, and the difference is listed",
        ours=CHANGED_HERE,
        today=written(Write.NO),
        comes={"do": Do.NOTHING, "set": {}, "clear": frozenset(), "reason": Reason.CANNOT_CARRY},
    ),
    Situation(
        name="no: what changed there is adopted all the same",
        theirs=there(EDITED),
        today=written(Write.NO),
        comes={"do": Do.ADOPT, "adopt": {WHAT: SOCKS}},
    ),
)


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_writing(situation: Situation) -> None:
    assert situation.came() == situation.comes


def test_every_way_of_writing_has_a_situation() -> None:
    assert {situation.today.capabilities.mode for situation in SITUATIONS} == set(MODES) == set(Write)


def test_a_retraction_goes_before_a_change_that_is_due() -> None:
    waiting = link(intent=intent(WriteKind.UPDATE, sent={WHAT: SOCKS}, waiting="v7"))
    hidden = Situation(
        name="", link=waiting, ours=CHANGED_HERE, today=written(Write.PROPOSE, shape=shape(())), comes={}
    )

    assert (hidden.plan().do, hidden.plan().reason) == (Do.WITHDRAW, Reason.RETRACTING)


def test_a_proposal_does_not_hold_back_an_edit_there_of_another_unit() -> None:
    edited = Situation(
        name="",
        link=link(intent=intent(sent={A1: MORNING}, waiting="v7")),
        theirs=there({**UNITS, WHAT: SOCKS}),
        today=written(Write.PROPOSE),
        comes={"do": Do.ADOPT, "adopt": {WHAT: SOCKS}},
    )

    assert edited.came() == edited.comes
    assert STOCKINGS not in edited.plan().adopt.values()
