"""The unit table of design §4: one unit, what it was, what we hold, what stands there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samenspraak.domain.agreements import What
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKey, UnitKind, UnitValue
from samenspraak.policy.capabilities import Carries, Direction, Token, Write
from samenspraak.policy.merge import ROWS
from samenspraak.policy.state import Attempt, CopyState, Do, Leader, QuestionKind, Reason, There

from .situations import (
    A1,
    A2,
    ACTIVE,
    DAUGHTER,
    EVENING,
    HEEL,
    MEDICATION,
    MORNING,
    NOON,
    NOW,
    PAUSED,
    PLACE,
    PROPOSED,
    SHOES,
    SOCKS,
    SON,
    STOCKINGS,
    TOES,
    UNITS,
    Situation,
    capabilities,
    hiding,
    link,
    ours,
    shape,
    there,
    today,
)

CONFLICT = [(QuestionKind.CONFLICT, "both-changed")]
PROPOSAL = [(QuestionKind.PROPOSAL, "proposed-there")]
RULED = {**UNITS, CONDITIONS: HEEL}
HIDES_RULES = today(RULED, shape=hiding(CONDITIONS, units=RULED))
BEFORE_THE_REVEAL = link(UNITS, shape=hiding(CONDITIONS))
LEADS_HERE = today(rules={UnitKind.WHAT: Leader(connector_id="app-a")})
LEADS_ELSEWHERE = today(rules={UnitKind.WHAT: Leader(connector_id="ecd-1")})
WITHOUT_TOKENS = today(capabilities=capabilities(token=Token.NONE))
RETURNED = {"repeats": True}


def sent(units: dict[UnitKey, UnitValue | None]) -> tuple[Attempt, ...]:
    return (Attempt(sent=units, at=NOW),)


def unit(name: str, row: str, key: UnitKey = WHAT, **rest: Any) -> Situation:
    """A situation whose unit ``key`` is decided by this line."""
    comes = {"rows": {key: row}, **rest.pop("comes", {})}
    return Situation(name=name, comes=comes, **rest)


def writes(*keys: UnitKey, **units: UnitValue) -> dict[str, Any]:
    return {"do": Do.UPDATE, "set": {UnitKey(UnitKind(kind)): value for kind, value in units.items()}}


SITUATIONS = (
    # Not compared.
    unit(
        "a unit without a place there is not compared, and the copy is equal",
        "cannot be carried",
        PLACE,
        ours=ours({**UNITS, PLACE: "keuken"}),
        today=today(
            {**UNITS, PLACE: "keuken"}, capabilities=capabilities(only=set(UnitKind) - {UnitKind.PLACE})
        ),
        comes={"do": Do.NOTHING, "reason": Reason.EQUAL},
    ),
    # Hidden now.
    unit(
        "a unit that is hidden and not there needs nothing",
        "hidden now, empty there",
        CONDITIONS,
        ours=ours(RULED),
        today=HIDES_RULES,
        comes={"do": Do.NOTHING, "questions": []},
    ),
    unit(
        "a value of ours that is hidden now is cleared, and is no edit",
        "hidden now, a value of ours",
        CONDITIONS,
        link=link(RULED),
        ours=ours(RULED),
        theirs=there(RULED),
        today=HIDES_RULES,
        comes={"do": Do.UPDATE, "clear": frozenset({CONDITIONS}), "keep": {}, "questions": []},
    ),
    unit(
        "an earlier value of ours that is hidden now is cleared, and is no edit",
        "hidden now, a value of ours",
        CONDITIONS,
        link=link(RULED, past={CONDITIONS: (TOES, HEEL)}),
        ours=ours(RULED),
        theirs=there({**UNITS, CONDITIONS: TOES}),
        today=HIDES_RULES,
        comes={"clear": frozenset({CONDITIONS}), "adopt": {}, "keep": {}},
    ),
    unit(
        "what a request of ours brought too late in a hidden unit is cleared",
        "hidden now, a value of ours",
        CONDITIONS,
        link=link(attempts=sent({CONDITIONS: TOES})),
        ours=ours(RULED),
        theirs=there({**UNITS, CONDITIONS: TOES}),
        today=HIDES_RULES,
        comes={"clear": frozenset({CONDITIONS}), "keep": {}},
    ),
    unit(
        "what a person typed in a hidden unit is kept for a person, then cleared",
        "hidden now, other text",
        CONDITIONS,
        ours=ours(RULED),
        theirs=there({**UNITS, CONDITIONS: TOES}),
        today=HIDES_RULES,
        comes={
            "clear": frozenset({CONDITIONS}),
            "keep": {CONDITIONS: TOES},
            "adopt": {},
            "questions": [(QuestionKind.TO_DO, "typed-in-hidden-unit")],
        },
    ),
    unit(
        "what stands in a hidden unit that we only read is left alone",
        "hidden now, not ours to clear",
        CONDITIONS,
        theirs=there(RULED),
        today=replace(
            HIDES_RULES,
            capabilities=capabilities(
                units={
                    **{kind: Carries() for kind in UnitKind},
                    UnitKind.CONDITIONS: Carries(write=Write.NO),
                }
            ),
        ),
        comes={"do": Do.NOTHING, "clear": frozenset()},
    ),
    unit(
        "a hidden unit that cannot be read back is cleared where it was shown",
        "hidden now, cannot be read",
        CONDITIONS,
        link=link(RULED, then=UNITS),
        ours=ours(RULED),
        today=replace(
            HIDES_RULES,
            capabilities=capabilities(
                units={
                    **{kind: Carries() for kind in UnitKind},
                    UnitKind.CONDITIONS: Carries(read=False),
                }
            ),
        ),
        comes={"do": Do.UPDATE, "clear": frozenset({CONDITIONS})},
    ),
    # The admin said which way it goes.
    unit(
        "what we wrote of a unit that is not kept there any more is taken out",
        "hidden now, a value of ours",
        CONDITIONS,
        ours=ours(RULED),
        theirs=there(RULED),
        today=replace(HIDES_RULES, directions={UnitKind.CONDITIONS: Direction.NONE}),
        comes={"clear": frozenset({CONDITIONS}), "keep": {}},
    ),
    unit(
        "what people there wrote in it before, and was taken over, stays theirs",
        "not kept there, written there",
        CONDITIONS,
        link=link(RULED, left={CONDITIONS: (TOES, HEEL)}),
        ours=ours(RULED),
        theirs=there(RULED),
        today=replace(HIDES_RULES, directions={UnitKind.CONDITIONS: Direction.NONE}),
        comes={"do": Do.NOTHING, "clear": frozenset(), "keep": {}, "questions": []},
    ),
    unit(
        "what a person wrote in a unit that is not kept there stays theirs",
        "not kept there, other text",
        CONDITIONS,
        ours=ours(RULED),
        theirs=there({**UNITS, CONDITIONS: TOES}),
        today=replace(HIDES_RULES, directions={UnitKind.CONDITIONS: Direction.NONE}),
        comes={"do": Do.NOTHING, "clear": frozenset(), "keep": {}, "adopt": {}, "questions": []},
    ),
    unit(
        "what only goes there, and of which the hub has nothing, is left to them",
        "theirs is not taken over, nothing of ours",
        CONDITIONS,
        theirs=there({**UNITS, CONDITIONS: TOES}),
        today=today(directions={UnitKind.CONDITIONS: Direction.OUT}),
        comes={"do": Do.NOTHING, "adopt": {}, "hold": {}, "questions": []},
    ),
    # Revealed now.
    unit(
        "a unit that is revealed is written where it is empty",
        "revealed, empty there",
        CONDITIONS,
        link=BEFORE_THE_REVEAL,
        ours=ours(RULED),
        today=today(RULED),
        comes={"do": Do.UPDATE, "set": {CONDITIONS: HEEL}},
    ),
    unit(
        "a unit that is revealed and filled there is asked about",
        "revealed, filled there",
        CONDITIONS,
        link=BEFORE_THE_REVEAL,
        ours=ours(RULED),
        theirs=there({**UNITS, CONDITIONS: TOES}),
        today=today(RULED),
        comes={"set": {}, "adopt": {}, "hold": {CONDITIONS: TOES}, "questions": CONFLICT},
    ),
    # Too late.
    unit(
        "a request of ours that arrived too late is no edit: we write again, and list what stood there",
        "late own write",
        link=link(attempts=sent({WHAT: SHOES})),
        ours=ours({**UNITS, WHAT: SOCKS}),
        theirs=there({**UNITS, WHAT: SHOES}),
        comes={
            **writes(what=SOCKS),
            "adopt": {},
            "late": frozenset({WHAT}),
            "questions": [(QuestionKind.TO_DO, "ours-or-yours")],
        },
    ),
    unit(
        "a clear of ours that arrived too late is no edit either",
        "late own write",
        CONDITIONS,
        link=link(RULED, attempts=sent({CONDITIONS: None})),
        ours=ours(RULED),
        today=today(RULED),
        comes={"do": Do.UPDATE, "set": {CONDITIONS: HEEL}, "adopt": {}},
    ),
    unit(
        "a request of ours that brought what we want is accounted for",
        "equal",
        link=link(attempts=sent({WHAT: SOCKS})),
        ours=ours({**UNITS, WHAT: SOCKS}),
        theirs=there({**UNITS, WHAT: SOCKS}),
        comes={"do": Do.NOTHING, "agreed": frozenset(UNITS), "spent": frozenset({WHAT})},
    ),
    # Under a question, and answered.
    unit(
        "a held unit goes neither way, and its question shows what either side holds now",
        "held, as the question shows",
        link=link(held={WHAT: SHOES}),
        ours=ours({**UNITS, WHAT: SOCKS}),
        theirs=there({**UNITS, WHAT: SHOES}),
        comes={"do": Do.NOTHING, "set": {}, "adopt": {}, "hold": {WHAT: SHOES}, "questions": CONFLICT},
    ),
    unit(
        "another value in a held unit is a new revision of its question",
        "held, another value",
        link=link(held={WHAT: SOCKS}),
        theirs=there({**UNITS, WHAT: SHOES}),
        comes={"do": Do.NOTHING, "adopt": {}, "hold": {WHAT: SHOES}, "questions": CONFLICT},
    ),
    unit(
        "a held unit that is equal again closes its question",
        "held, equal again",
        link=link(held={WHAT: SOCKS}),
        comes={"hold": {}, "released": frozenset({WHAT}), "agreed": frozenset(UNITS), "questions": []},
    ),
    unit(
        "a held unit that may no longer be seen closes its question, and what was typed is kept",
        "hidden now, other text",
        CONDITIONS,
        link=link(RULED, held={CONDITIONS: TOES}),
        ours=ours(RULED),
        theirs=there({**UNITS, CONDITIONS: TOES}),
        today=HIDES_RULES,
        comes={"released": frozenset({CONDITIONS}), "keep": {CONDITIONS: TOES}},
    ),
    unit(
        "an answer is written over the value that the question showed, also when nothing changed here",
        "answered, as the question showed",
        link=link(answered={WHAT: SHOES}),
        theirs=there({**UNITS, WHAT: SHOES}),
        comes=writes(what=STOCKINGS),
    ),
    unit(
        "an answer that stands there already is agreed",
        "answered, equal",
        link=link(answered={WHAT: SHOES}),
        comes={"do": Do.NOTHING, "agreed": frozenset(UNITS)},
    ),
    unit(
        "an answer is not written over what was typed since: that is a new question",
        "answered, changed since",
        link=link(answered={WHAT: SHOES}),
        theirs=there({**UNITS, WHAT: SOCKS}),
        comes={"set": {}, "hold": {WHAT: SOCKS}, "questions": CONFLICT},
    ),
    # What cannot be read back.
    *(
        unit(
            f"a unit that cannot be read back is {what}",
            row,
            ours=ours({**UNITS, WHAT: value}),
            theirs=there({STATUS: ACTIVE, A1: MORNING}),
            today=today(
                capabilities=capabilities(
                    units={**{kind: Carries() for kind in UnitKind}, UnitKind.WHAT: Carries(read=False)}
                )
            ),
            comes={"set": written, "adopt": {}},
        )
        for what, row, value, written in (
            ("written when it changed here", "write only, changed here", SOCKS, {WHAT: SOCKS}),
            ("left alone when it did not", "write only, unchanged", STOCKINGS, {}),
        )
    ),
    # Same and changed.
    unit("a unit that is equal needs nothing", "equal", comes={"do": Do.NOTHING, "set": {}}),
    unit(
        "a unit that is equal, but names somebody who may not be named now, is written once more",
        "equal, but for a name",
        theirs=there(misnamed=frozenset({WHAT})),
        comes={**writes(what=STOCKINGS), "agreed": frozenset(UNITS) - {WHAT}},
    ),
    unit(
        "a unit that differs since both sides agreed to differ needs nothing",
        "same, same",
        link=link(then={**UNITS, WHAT: SOCKS}),
        theirs=there({**UNITS, WHAT: SOCKS}),
        comes={"do": Do.NOTHING, "set": {}, "adopt": {}},
    ),
    unit(
        "what changed here is written there, and nothing else",
        "changed here",
        ours=ours({**UNITS, WHAT: SOCKS}),
        comes=writes(what=SOCKS),
    ),
    unit(
        "what was emptied here is cleared there",
        "changed here",
        CONDITIONS,
        link=link(RULED),
        theirs=there(RULED),
        today=today(RULED),
        comes={"do": Do.UPDATE, "set": {}, "clear": frozenset({CONDITIONS})},
    ),
    unit(
        "what changed there becomes a version here",
        "changed there",
        theirs=there({**UNITS, WHAT: SOCKS}),
        comes={"do": Do.ADOPT, "adopt": {WHAT: SOCKS}, "reason": Reason.DUE},
    ),
    unit(
        "an assignment that was added there is no reveal but an edit",
        "changed there",
        A2,
        theirs=there({**UNITS, A2: EVENING}),
        comes={"do": Do.ADOPT, "adopt": {A2: EVENING}, "questions": []},
    ),
    unit(
        "a title that the system cut short is no edit",
        "equal",
        ours=ours({**UNITS, WHAT: What(text="Steunkousen aantrekken")}),
        theirs=there({**UNITS, WHAT: What(text="Steunkou")}),
        today=today(normal=lambda key, value: What(text=value.text[:8]) if key == WHAT else value),
        comes={"do": Do.NOTHING, "adopt": {}},
    ),
    unit(
        "the same change on both sides is agreed without a write",
        "equal",
        ours=ours({**UNITS, WHAT: SOCKS}),
        theirs=there({**UNITS, WHAT: SOCKS}),
        comes={"do": Do.NOTHING, "agreed": frozenset(UNITS)},
    ),
    # Who may change it.
    *(
        unit(
            f"a change there is a proposal {why}",
            "changed there",
            theirs=there({**UNITS, WHAT: SOCKS}),
            today=seen,
            comes={"adopt": {}, "hold": {WHAT: SOCKS}, "questions": PROPOSAL},
        )
        for why, seen in (
            ("where another system leads", LEADS_ELSEWHERE),
            ("of what nobody there may change", today(directions={UnitKind.WHAT: Direction.OUT})),
        )
    ),
    *(
        unit(
            f"a change there is a proposal to {who}",
            "changed there",
            theirs=there({**UNITS, WHAT: SOCKS}),
            today=today(first_agree={WHAT: parties}, author=DAUGHTER),
            comes={
                "adopt": {},
                "hold": {WHAT: SOCKS},
                "questions": [(QuestionKind.PROPOSAL, "first-agree")],
                "asks": [(parties, DAUGHTER)],
            },
        )
        for who, parties in (
            ("those who agree first", frozenset({SON})),
            ("whoever is responsible, where it is nobody's terms", frozenset()),
        )
    ),
    unit(
        "what is typed over a proposal is a proposal to those whom it concerns then",
        "held, another value",
        link=link(held={WHAT: SOCKS}, then={**UNITS, WHAT: SOCKS}),
        theirs=there({**UNITS, WHAT: SHOES}),
        today=today(first_agree={WHAT: frozenset({SON})}),
        comes={"hold": {WHAT: SHOES}, "asks": [(frozenset({SON}), None)]},
    ),
    unit(
        "while a proposal stands nobody is asked anew",
        "held, as the question shows",
        link=link(held={WHAT: SOCKS}, then={**UNITS, WHAT: SOCKS}),
        theirs=there({**UNITS, WHAT: SOCKS}),
        today=today(first_agree={WHAT: frozenset({SON})}),
        comes={"hold": {WHAT: SOCKS}, "asks": [(None, None)]},
    ),
    unit(
        "where harm is possible no system leads, and a change there is adopted as anywhere",
        "changed there",
        link=link(MEDICATION),
        ours=ours(MEDICATION),
        theirs=there({**MEDICATION, WHAT: SOCKS}),
        today=replace(LEADS_ELSEWHERE, shape=shape(MEDICATION)),
        comes={"do": Do.ADOPT, "adopt": {WHAT: SOCKS}},
    ),
    unit(
        "without tokens, a record back at an earlier state is asked about",
        "changed there",
        theirs=there({**UNITS, WHAT: SOCKS}, **RETURNED),
        today=WITHOUT_TOKENS,
        comes={"adopt": {}, "hold": {WHAT: SOCKS}, "questions": CONFLICT},
    ),
    unit(
        "with tokens, a value that was put back is an edit like any other",
        "changed there",
        theirs=there({**UNITS, WHAT: SOCKS}, **RETURNED),
        today=today(capabilities=capabilities(token=Token.ENFORCED)),
        comes={"do": Do.ADOPT, "adopt": {WHAT: SOCKS}},
    ),
    # Both changed.
    unit(
        "two different changes of one unit are a question",
        "both changed",
        ours=ours({**UNITS, WHAT: SOCKS}),
        theirs=there({**UNITS, WHAT: SHOES}),
        comes={"set": {}, "adopt": {}, "hold": {WHAT: SHOES}, "questions": CONFLICT},
    ),
    unit(
        "of two different changes the leader's holds",
        "both changed",
        ours=ours({**UNITS, WHAT: SOCKS}),
        theirs=there({**UNITS, WHAT: SHOES}),
        today=LEADS_HERE,
        comes={"do": Do.ADOPT, "adopt": {WHAT: SHOES}},
    ),
    unit(
        "of two different changes the one beside the leader's is a proposal",
        "both changed",
        ours=ours({**UNITS, WHAT: SOCKS}),
        theirs=there({**UNITS, WHAT: SHOES}),
        today=LEADS_ELSEWHERE,
        comes={"adopt": {}, "set": {}, "hold": {WHAT: SHOES}, "questions": PROPOSAL},
    ),
    unit(
        "where harm is possible two changes are a question, whoever leads",
        "both changed",
        link=link(MEDICATION),
        ours=ours({**MEDICATION, WHAT: SOCKS}),
        theirs=there({**MEDICATION, WHAT: SHOES}),
        today=replace(LEADS_HERE, shape=shape(MEDICATION)),
        comes={"adopt": {}, "hold": {WHAT: SHOES}, "questions": CONFLICT},
    ),
    # Status, along the chain.
    unit(
        "of two states the later one of ours is written",
        "both along the chain, ours later",
        STATUS,
        link=link({**UNITS, STATUS: PAUSED}),
        theirs=there({**UNITS, STATUS: PROPOSED}),
        comes=writes(status=ACTIVE),
    ),
    unit(
        "of two states the later one of theirs is adopted",
        "both along the chain, theirs later",
        STATUS,
        link=link({**UNITS, STATUS: PAUSED}),
        ours=ours({**UNITS, STATUS: PROPOSED}),
        comes={"do": Do.ADOPT, "adopt": {STATUS: ACTIVE}},
    ),
    unit(
        "a state that changed with something else is a question",
        "both changed",
        STATUS,
        link=link({**UNITS, STATUS: PAUSED}),
        ours=ours({**UNITS, STATUS: PROPOSED, A1: NOON}),
        comes={"adopt": {}, "hold": {STATUS: ACTIVE}, "questions": CONFLICT},
    ),
    unit(
        "a later state of ours is a question where something else changed there too",
        "both changed",
        STATUS,
        link=link({**UNITS, STATUS: PAUSED}),
        theirs=there({**UNITS, STATUS: PROPOSED, A1: NOON}),
        comes={"adopt": {A1: NOON}, "hold": {STATUS: PROPOSED}, "set": {}, "questions": CONFLICT},
    ),
    # After an answer to restore, or a restored peer.
    unit(
        "in a restored system an older value of ours is written over",
        "restored, a value of ours",
        link=link(released=True, past={WHAT: (SOCKS, STOCKINGS)}),
        theirs=there({**UNITS, WHAT: SOCKS}),
        comes={**writes(what=STOCKINGS), "adopt": {}},
    ),
    unit(
        "in a restored system what was typed since is asked about",
        "restored, typed there since",
        link=link(released=True),
        theirs=there({**UNITS, WHAT: SHOES}),
        comes={"set": {}, "adopt": {}, "hold": {WHAT: SHOES}, "questions": CONFLICT},
    ),
)


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_a_unit(situation: Situation) -> None:
    decided = situation.plan()
    rows = {key: decided.rows.get(key) for key in situation.comes["rows"]}

    assert {**situation.came(), "rows": rows} == situation.comes


def test_every_line_has_a_situation() -> None:
    hit = {row for situation in SITUATIONS for row in situation.plan().rows.values()}

    assert {name for name, _, _ in ROWS} <= hit


def test_edits_of_different_units_both_go_on() -> None:
    both = Situation(
        name="",
        ours=ours({**UNITS, WHAT: SOCKS}),
        theirs=there({**UNITS, A1: EVENING}),
        comes={"adopt": {A1: EVENING}, "questions": []},
    )

    assert both.came() == both.comes


def test_an_assignment_each_is_no_conflict() -> None:
    both = Situation(
        name="",
        link=link({**UNITS, A2: EVENING}),
        ours=ours({**UNITS, A2: NOON}),
        theirs=there({**UNITS, A1: NOON, A2: EVENING}),
        today=today({**UNITS, A2: NOON}),
        comes={"adopt": {A1: NOON}, "questions": []},
    )

    assert both.came() == both.comes


@pytest.mark.parametrize("key", [WHAT, A1, CONDITIONS])
def test_a_hidden_unit_is_never_adopted(key: UnitKey) -> None:
    typed: dict[UnitKey, UnitValue] = {WHAT: SOCKS, A1: NOON, CONDITIONS: TOES}
    seen = today(RULED, shape=hiding(key, units=RULED))
    edited = Situation(
        name="",
        link=link(RULED),
        ours=ours(RULED),
        theirs=there({**RULED, key: typed[key]}),
        today=seen,
        comes={},
    )

    assert edited.plan().adopt == {}
    assert edited.plan().keep == {key: typed[key]}


def test_what_a_create_of_ours_sent_is_written_over_in_a_copy_that_was_taken_over() -> None:
    met = Situation(
        name="",
        link=CopyState(attempts=sent({WHAT: SHOES})),
        theirs=There(units={**UNITS, WHAT: SHOES}),
        comes={"set": {WHAT: STOCKINGS}, "hold": {}},
    )

    assert met.came() == met.comes
