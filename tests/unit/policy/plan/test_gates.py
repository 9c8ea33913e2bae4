"""Gates G1–G7 of design §4: the first that fits ends it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from samenspraak.domain.agreements import ExceptionKind, OccurrenceException
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKey, UnitKind
from samenspraak.policy.capabilities import Direction, Write
from samenspraak.policy.plan import GATES, MATCHING
from samenspraak.policy.state import (
    Attempt,
    ConnectorState,
    CopyState,
    Do,
    LinkPhase,
    NotSeen,
    NotThere,
    Presence,
    QuestionKind,
    Reason,
    Unreadable,
    WriteKind,
)

from .situations import (
    A1,
    A2,
    EDITED,
    ENDED,
    EVENING,
    HEEL,
    NOON,
    NOTHING,
    NOW,
    SOCKS,
    STOCKINGS,
    UNITS,
    Situation,
    capabilities,
    closed,
    intent,
    link,
    ours,
    over,
    there,
    today,
)

LOST = NotSeen(why="status 403")
MISSING = NotSeen(why="status 404", missing=True)
HIDDEN = today(shape=NOTHING)
TYPED = {key: (value,) for key, value in UNITS.items()}
RENAMED = {**UNITS, WHAT: SOCKS, CONDITIONS: HEEL}
OFF = UnitKey(UnitKind.EXCEPTION, "a2:2026-11-25:1")
CALLED_OFF = OccurrenceException(kind=ExceptionKind.CANCELLED, reason="bezoek")
SHARED = link(RENAMED, typed=TYPED, past={WHAT: (STOCKINGS, SOCKS)})
THEIR_OWN = CopyState(phase=LinkPhase.OPEN, then=UNITS)
RETRACTS = {"do": Do.RETRACT, "how": "retracted", "reason": Reason.RETRACTING}


SITUATIONS = (
    # G1
    *(
        Situation(
            name=f"a connector that is {state} waits, and discards nothing",
            ours=ours(EDITED),
            today=today(connector=state),
            comes={"row": "G1 connector not running", "do": Do.WAIT, "reason": Reason.CONNECTOR},
        )
        for state in (ConnectorState.PAUSED, ConnectorState.UNAUTHORISED, ConnectorState.STOPPED)
    ),
    Situation(
        name="a retraction that is due while the connector is paused is listed as not confirmed",
        today=today(connector=ConnectorState.PAUSED, shape=NOTHING),
        comes={"row": "G1 connector not running", "do": Do.WAIT, "reason": Reason.RETRACTING},
    ),
    Situation(
        name="a stopped connector still retracts",
        theirs=there(went_back=True),
        today=today(connector=ConnectorState.STOPPED, shape=NOTHING),
        comes={"row": "G5 may not be visible", **RETRACTS},
    ),
    Situation(
        name="while matching nothing is created",
        link=CopyState(),
        theirs=NotThere(),
        today=today(connector=ConnectorState.MATCHING),
        comes={"row": MATCHING, "do": Do.WAIT, "reason": Reason.CONNECTOR},
    ),
    Situation(
        name="while matching reading and linking go on",
        link=CopyState(),
        today=today(connector=ConnectorState.MATCHING),
        comes={"row": "one match, live", "do": Do.LINK, "agreed": frozenset(UNITS)},
    ),
    Situation(
        name="while matching a retraction is listed as not confirmed",
        today=today(connector=ConnectorState.MATCHING, shape=NOTHING),
        comes={"row": MATCHING, "do": Do.WAIT, "reason": Reason.RETRACTING, "keep": {}},
    ),
    # G2
    Situation(
        name="a write of unknown outcome is resolved before anything else is planned",
        link=link(intent=intent()),
        ours=over(),
        theirs=LOST,
        comes={"row": "G2 outcome of a write unknown", "do": Do.RESOLVE, "reason": Reason.DUE},
    ),
    Situation(
        name="a proposal that waits has a known outcome so far",
        link=link(intent=intent(sent={WHAT: SOCKS}, waiting="v7")),
        ours=ours(EDITED),
        today=today(capabilities=capabilities(write=Write.PROPOSE)),
        comes={"row": "both live", "reason": Reason.WAITING_THERE},
    ),
    # G3
    Situation(
        name="what we may not look at now is not gone, and nothing changes anywhere",
        ours=over(),
        theirs=LOST,
        comes={"row": "G3 not seen", "do": Do.NOTHING, "reason": Reason.ACCESS_LOST, "questions": []},
    ),
    Situation(
        name="a retraction of what we cannot see is listed as not confirmed",
        theirs=LOST,
        today=HIDDEN,
        comes={"row": "G3 not seen", "do": Do.NOTHING, "reason": Reason.RETRACTING},
    ),
    Situation(
        name="a delete of ours whose answer was lost explains why it is missing",
        link=link(ended_by_us=True),
        ours=over(),
        theirs=MISSING,
        comes={"row": "over here, nothing to end there", "do": Do.CLOSE, "reason": Reason.CLOSED},
    ),
    Situation(
        name="it does not explain why something is kept from us",
        link=link(ended_by_us=True),
        ours=over(),
        theirs=LOST,
        comes={"row": "G3 not seen", "do": Do.NOTHING, "reason": Reason.ACCESS_LOST},
    ),
    Situation(
        name="a retraction whose answer was lost is not confirmed by what is kept from us",
        link=link(ended_by_us=True),
        theirs=LOST,
        today=HIDDEN,
        comes={"row": "G3 not seen", "do": Do.NOTHING, "reason": Reason.RETRACTING},
    ),
    Situation(
        name="a retraction whose answer was lost explains why it is missing",
        link=link(ended_by_us=True),
        theirs=MISSING,
        today=HIDDEN,
        comes={"row": "G5 may not be visible", "do": Do.CLOSE, "reason": Reason.RETRACTED},
    ),
    Situation(
        name="what is missing for no reason we know is not gone",
        theirs=MISSING,
        today=HIDDEN,
        comes={"row": "G3 not seen", "do": Do.NOTHING, "reason": Reason.RETRACTING},
    ),
    # G4
    Situation(
        name="an object that is now about another client is for a person",
        theirs=there(EDITED, client_is_ours=False),
        comes={
            "row": "G4 another client",
            "do": Do.NOTHING,
            "questions": [(QuestionKind.IDENTITY, "another-client")],
        },
    ),
    Situation(
        name="several objects of one create are merged",
        theirs=there(doubles=1),
        comes={"row": "G4 doubles", "do": Do.MERGE_DOUBLES, "reason": Reason.DUE},
    ),
    # G5
    Situation(
        name="withdrawn consent takes back all content",
        today=HIDDEN,
        comes={
            "row": "G5 may not be visible",
            **RETRACTS,
            "set": {},
            "clear": frozenset({WHAT, A1}),
            "keep": {},
            "questions": [],
        },
    ),
    Situation(
        name="what people typed there is kept for a person before it is taken back",
        theirs=there({**UNITS, CONDITIONS: HEEL}),
        today=HIDDEN,
        comes={
            **RETRACTS,
            "keep": {CONDITIONS: HEEL},
            "questions": [(QuestionKind.TO_DO, "typed-before-retraction")],
        },
    ),
    Situation(
        name="what people wrote where it is not kept is kept for a person when the record goes",
        link=link(then={**UNITS, CONDITIONS: HEEL}),
        theirs=there({**UNITS, CONDITIONS: HEEL}),
        today=replace(HIDDEN, directions={UnitKind.CONDITIONS: Direction.NONE}),
        comes={
            **RETRACTS,
            "keep": {CONDITIONS: HEEL},
            "questions": [(QuestionKind.TO_DO, "typed-before-retraction")],
        },
    ),
    Situation(
        name="what a question held of it is kept before it is taken back, as an edit is",
        link=link(held={CONDITIONS: HEEL}, then={**UNITS, CONDITIONS: HEEL}),
        theirs=there({**UNITS, CONDITIONS: HEEL}),
        today=HIDDEN,
        comes={
            **RETRACTS,
            "keep": {CONDITIONS: HEEL},
            "questions": [(QuestionKind.TO_DO, "typed-before-retraction")],
        },
    ),
    Situation(
        name="an erased agreement is taken back",
        ours=ours(presence=Presence.ERASED),
        comes={"row": "G5 may not be visible", **RETRACTS},
    ),
    Situation(
        name="a copy that ended can still be read, and is taken back",
        link=closed(),
        ours=over(),
        theirs=there({**UNITS, STATUS: ENDED}),
        today=HIDDEN,
        comes={"row": "G5 may not be visible", **RETRACTS},
    ),
    Situation(
        name="a create that arrived after the withdrawal is taken back",
        link=CopyState(attempts=(Attempt(sent=UNITS, at=NOW),)),
        today=HIDDEN,
        comes={"row": "G5 may not be visible", **RETRACTS, "questions": []},
    ),
    Situation(
        name="content in a record that we cannot read is taken back too",
        theirs=Unreadable(field="tasks"),
        today=HIDDEN,
        comes={"row": "G5 may not be visible", **RETRACTS, "clear": frozenset({WHAT, A1})},
    ),
    Situation(
        name="what is not there any more has been taken back",
        theirs=NotThere(),
        today=HIDDEN,
        comes={"row": "G5 may not be visible", "do": Do.CLOSE, "reason": Reason.RETRACTED},
    ),
    Situation(
        name="an object without content has been taken back",
        theirs=there({STATUS: ENDED}),
        today=HIDDEN,
        comes={"row": "G5 may not be visible", "do": Do.CLOSE, "reason": Reason.RETRACTED},
    ),
    Situation(
        name="a proposal that waits shows content, and is withdrawn first",
        link=CopyState(intent=intent(WriteKind.CREATE, waiting="v7")),
        theirs=NotThere(),
        today=today(shape=NOTHING, capabilities=capabilities(write=Write.PROPOSE)),
        comes={"row": "G5 may not be visible", "do": Do.WITHDRAW, "reason": Reason.RETRACTING},
    ),
    Situation(
        name="a retraction that was proposed waits for an answer",
        link=link(intent=intent(WriteKind.RETRACT, waiting="v7")),
        today=today(shape=NOTHING, capabilities=capabilities(write=Write.PROPOSE)),
        comes={"row": "G5 may not be visible", "do": Do.NOTHING, "reason": Reason.RETRACTING},
    ),
    Situation(
        name="a retraction that people there refused is listed, told, and not proposed again",
        link=link(refused={WHAT: None, A1: None}),
        today=today(shape=NOTHING, capabilities=capabilities(write=Write.PROPOSE)),
        comes={
            "row": "G5 may not be visible",
            "do": Do.NOTHING,
            "reason": Reason.RETRACTING,
            "questions": [(QuestionKind.TO_DO, "cannot-take-back")],
        },
    ),
    Situation(
        name="what stands there since they refused is proposed to be taken away too",
        link=link(refused={WHAT: None, A1: None}),
        theirs=there({**UNITS, CONDITIONS: HEEL}),
        today=today(shape=NOTHING, capabilities=capabilities(write=Write.PROPOSE)),
        comes={"row": "G5 may not be visible", "do": Do.RETRACT},
    ),
    Situation(
        name="where a record is patched a retraction is sent until it is done",
        link=link(refused={WHAT: None, A1: None}),
        today=HIDDEN,
        comes={"row": "G5 may not be visible", **RETRACTS, "questions": []},
    ),
    Situation(
        name="what was removed there while a retraction waits has been taken back",
        link=link(intent=intent(WriteKind.RETRACT, waiting="v7"), ended_by_us=True),
        theirs=NotThere(),
        today=today(shape=NOTHING, capabilities=capabilities(write=Write.PROPOSE)),
        comes={"do": Do.CLOSE, "reason": Reason.RETRACTED, "questions": []},
    ),
    Situation(
        name="what a family wrote down in its own app is not ours to take back",
        link=THEIR_OWN,
        today=HIDDEN,
        comes={"row": "G5 theirs alone", "do": Do.NOTHING, "reason": Reason.WITHHELD, "questions": []},
    ),
    Situation(
        name="what they change in it since is shown to a person",
        link=THEIR_OWN,
        theirs=there(EDITED),
        today=HIDDEN,
        comes={
            "row": "G5 theirs alone",
            "do": Do.NOTHING,
            "adopt": {},
            "questions": [(QuestionKind.TO_DO, "edited-without-consent")],
        },
    ),
    Situation(
        name="what we added to a family's own record goes, and what they had written comes back",
        link=SHARED,
        ours=ours(RENAMED),
        theirs=there(RENAMED),
        today=HIDDEN,
        comes={
            "row": "G5 theirs, with ours in it",
            "do": Do.UPDATE,
            "reason": Reason.RETRACTING,
            "set": {WHAT: STOCKINGS},
            "clear": frozenset({CONDITIONS}),
            "questions": [],
        },
    ),
    Situation(
        name="what they called off of an assignment of ours goes with it, and is kept for a person",
        link=link({**UNITS, A2: NOON}, typed=TYPED),
        ours=ours({**UNITS, A2: NOON}),
        theirs=there({**UNITS, A2: NOON, OFF: CALLED_OFF}),
        today=HIDDEN,
        comes={
            "row": "G5 theirs, with ours in it",
            "do": Do.UPDATE,
            "clear": frozenset({A2, OFF}),
            "keep": {OFF: CALLED_OFF},
            "questions": [(QuestionKind.TO_DO, "typed-before-retraction")],
        },
    ),
    Situation(
        name="what we told in a family's own record goes too",
        link=SHARED,
        theirs=there(told=frozenset({"hub-1"})),
        today=today(shape=NOTHING, capabilities=capabilities(tells_statements=True)),
        comes={"row": "G5 theirs, with ours in it", "do": Do.UPDATE, "set": {}, "tell": True},
    ),
    Situation(
        name="what they wrote in their own record since stays, and is shown to a person",
        link=SHARED,
        ours=ours(RENAMED),
        theirs=there({**UNITS, A1: EVENING}),
        today=HIDDEN,
        comes={
            "row": "G5 theirs, with ours in it",
            "do": Do.CLOSE,
            "reason": Reason.RETRACTED,
            "set": {},
            "questions": [(QuestionKind.TO_DO, "edited-without-consent")],
        },
    ),
    Situation(
        name="what a question holds in their own record stays there, and is kept for a person too",
        link=link(RENAMED, typed=TYPED, held={A1: EVENING}, then={**UNITS, A1: EVENING}),
        ours=ours(RENAMED),
        theirs=there({**UNITS, A1: EVENING}),
        today=HIDDEN,
        comes={"do": Do.CLOSE, "keep": {A1: EVENING}, "clear": frozenset()},
    ),
    Situation(
        name="from then on their own record is theirs alone",
        link=closed(then=UNITS, was={}, based=frozenset(), shape=NOTHING, typed=TYPED),
        today=HIDDEN,
        comes={"row": "G5 theirs alone", "do": Do.NOTHING, "reason": Reason.RETRACTED, "questions": []},
    ),
    Situation(
        name="that they throw it away then is told",
        link=closed(then=UNITS, was={}, based=frozenset(), shape=NOTHING, typed=TYPED),
        theirs=NotThere(),
        today=HIDDEN,
        comes={
            "row": "G5 theirs, removed",
            "do": Do.CLOSE,
            "reason": Reason.RETRACTED,
            "questions": [(QuestionKind.TO_DO, "removed-before-retraction")],
        },
    ),
    Situation(
        name="their own record that cannot be read is for a person, and not removed",
        link=SHARED,
        theirs=Unreadable(field="tasks"),
        today=HIDDEN,
        comes={
            "row": "G5 theirs, with ours in it",
            "do": Do.NOTHING,
            "reason": Reason.RETRACTING,
            "questions": [(QuestionKind.TO_DO, "cannot-take-back")],
        },
    ),
    Situation(
        name="their own record that they removed meanwhile is told, as it may go on elsewhere",
        link=SHARED,
        theirs=NotThere(),
        today=HIDDEN,
        comes={
            "row": "G5 may not be visible",
            "do": Do.CLOSE,
            "questions": [(QuestionKind.TO_DO, "removed-before-retraction")],
        },
    ),
    # G6
    Situation(
        name="a record with a template date is set apart, and nothing is written over it",
        ours=ours(EDITED),
        theirs=Unreadable(field="period.start"),
        comes={"row": "G6 unreadable", "do": Do.SET_APART, "reason": Reason.SET_APART, "set": {}},
    ),
    # G7
    Situation(
        name="a token that went back stops the connector and asks the admin",
        theirs=there(EDITED, went_back=True),
        comes={
            "row": "G7 restored peer",
            "do": Do.STOP,
            "reason": Reason.CONNECTOR,
            "adopt": {},
            "questions": [(QuestionKind.CONNECTOR, "restored-peer")],
        },
    ),
)


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_a_gate(situation: Situation) -> None:
    assert situation.came() == situation.comes


def test_every_gate_has_a_situation() -> None:
    hit = {situation.plan().row for situation in SITUATIONS}

    assert {name for name, _, _ in GATES} | {MATCHING} <= hit
