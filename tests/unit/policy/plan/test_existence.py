"""The existence table of design §4: whether there is a copy, should be one, and who ended it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKey, UnitKind
from samenspraak.policy.capabilities import Capabilities, Carries, MayEnd, Objects, Write
from samenspraak.policy.plan import EXISTENCE
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import (
    Attempt,
    CopyState,
    Do,
    Leader,
    LinkPhase,
    NotSeen,
    NotThere,
    Ours,
    Presence,
    QuestionKind,
    Reason,
    WriteKind,
)

from .situations import (
    A1,
    ACTIVE,
    EDITED,
    ENDED,
    EVENING,
    HEEL,
    MISTAKE,
    MORNING,
    NOTHING,
    NOW,
    SOCKS,
    STOCKINGS,
    UNITS,
    WITHDRAWN,
    Situation,
    capabilities,
    closed,
    hiding,
    intent,
    link,
    ours,
    over,
    there,
    today,
)

NONE = CopyState()
A2 = UnitKey(UnitKind.ASSIGNMENT, "a2")
ADDED = CopyState(shape=Shape(units=frozenset(), kinds=frozenset({UnitKind.ASSIGNMENT})))
UNKNOWN = Ours(presence=Presence.NONE)
ENDED_THERE = there({**UNITS, STATUS: ENDED})
OUTSIDE = there(selected=False)
OVER_WITH_RULES = {**UNITS, CONDITIONS: HEEL, STATUS: ENDED}


def tells(write: Write) -> Capabilities:
    """A system of which only the state can be read back."""
    units = {kind: Carries(read=kind is UnitKind.STATUS, write=write) for kind in UnitKind}
    return capabilities(units=units)


ONE_EACH = capabilities(objects=Objects.ASSIGNMENT, may_end=MayEnd.OWN_ASSIGNMENT)
PROPOSES = capabilities(write=Write.PROPOSE)
READS_ONLY = capabilities(write=Write.NO)
SHOWS = capabilities(write=Write.VIEW)
TITLE = {WHAT: STOCKINGS}
BESIDE = ours(TITLE, part="a2", siblings=1)


def asked(cause: str) -> list[tuple[QuestionKind, str]]:
    return [(QuestionKind.ENDED, cause)]


SITUATIONS = (
    # none / none
    Situation(
        name="a record nobody here knows becomes an agreement",
        link=NONE,
        ours=UNKNOWN,
        comes={"row": "unknown, live", "do": Do.ADOPT, "reason": Reason.DUE},
    ),
    Situation(
        name="a record of a client nobody has matched waits for a person",
        link=NONE,
        ours=UNKNOWN,
        today=today(client_known=False),
        comes={"row": "unknown, live, client not matched", "do": Do.WAIT, "reason": Reason.QUESTION},
    ),
    Situation(
        name="a record that may be an agreement we have waits for a person",
        link=NONE,
        ours=UNKNOWN,
        today=today(candidate=True),
        comes={"row": "unknown, live, may be the same as another", "do": Do.WAIT},
    ),
    Situation(
        name="a record of another kind is left alone",
        link=NONE,
        ours=UNKNOWN,
        theirs=OUTSIDE,
        comes={"row": "unknown, outside selection", "do": Do.NOTHING, "reason": Reason.OUTSIDE_SELECTION},
    ),
    Situation(
        name="a record that was over before we knew it is left alone",
        link=NONE,
        ours=UNKNOWN,
        theirs=ENDED_THERE,
        comes={"row": "unknown, over or absent", "do": Do.NOTHING, "reason": Reason.CLOSED},
    ),
    # none, closed / nothing to carry
    *(
        Situation(
            name=f"{what} is not made anywhere, and the reason says why",
            link=NONE,
            ours=agreement,
            theirs=NotThere(),
            today=seen,
            comes={"row": "no copy, nothing to carry", "do": Do.NOTHING, "reason": reason},
        )
        for what, agreement, seen, reason in (
            ("a draft", ours(presence=Presence.DRAFT), today(), Reason.WITHHELD),
            ("what nobody there may see", ours(), today(shape=NOTHING), Reason.WITHHELD),
            (
                "a draft, for a system that is only read,",
                ours(presence=Presence.DRAFT),
                today(capabilities=READS_ONLY),
                Reason.CANNOT_CARRY,
            ),
        )
    ),
    Situation(
        name="a copy that was taken back stays away",
        link=CopyState(phase=LinkPhase.CLOSED),
        theirs=NotThere(),
        today=today(shape=NOTHING),
        comes={"row": "no copy, nothing to carry", "reason": Reason.RETRACTED},
    ),
    # none, closed / live / absent
    Situation(
        name="an agreement without a copy is made there",
        link=NONE,
        theirs=NotThere(),
        comes={"row": "no copy", "do": Do.CREATE, "set": UNITS, "reason": Reason.DUE},
    ),
    Situation(
        name="only what may be seen is made there",
        link=NONE,
        theirs=NotThere(),
        today=today(shape=hiding(A1)),
        comes={"do": Do.CREATE, "set": {WHAT: STOCKINGS, STATUS: ACTIVE}},
    ),
    Situation(
        name="in a system that is only read nothing is made",
        link=NONE,
        theirs=NotThere(),
        today=today(capabilities=READS_ONLY),
        comes={"row": "no copy", "do": Do.NOTHING, "reason": Reason.CANNOT_CARRY},
    ),
    Situation(
        name="while another agreement may be the same one nothing is made",
        link=NONE,
        theirs=NotThere(),
        today=today(candidate=True),
        comes={"row": "no copy, may be the same as another", "do": Do.WAIT, "reason": Reason.QUESTION},
    ),
    Situation(
        name="a record that was proposed waits for an answer there",
        link=CopyState(intent=intent(WriteKind.CREATE, waiting="v7")),
        theirs=NotThere(),
        today=today(capabilities=PROPOSES),
        comes={"row": "no copy, proposed there", "do": Do.NOTHING, "reason": Reason.WAITING_THERE},
    ),
    Situation(
        name="a record proposed with terms that have changed since is taken back",
        link=CopyState(intent=intent(WriteKind.CREATE, waiting="v7")),
        ours=ours(EDITED),
        theirs=NotThere(),
        today=today(capabilities=PROPOSES),
        comes={"row": "no copy, proposed there", "do": Do.WITHDRAW, "reason": Reason.DUE},
    ),
    Situation(
        name="a record that people there refused is not proposed again",
        link=CopyState(refused=UNITS),
        theirs=NotThere(),
        today=today(capabilities=PROPOSES),
        comes={"row": "no copy, refused there", "do": Do.NOTHING, "reason": Reason.CANNOT_CARRY},
    ),
    Situation(
        name="with other terms it is proposed again",
        link=CopyState(refused=UNITS),
        ours=ours(EDITED),
        theirs=NotThere(),
        today=today(capabilities=PROPOSES),
        comes={"row": "no copy", "do": Do.CREATE, "set": EDITED},
    ),
    Situation(
        name="a copy that was removed there is made again only after an answer",
        link=closed(),
        theirs=NotThere(),
        comes={"row": "no copy, was removed there", "do": Do.NOTHING, "questions": asked("removed-there")},
    ),
    Situation(
        name="the answer to restore it makes it again",
        link=closed(released=True),
        theirs=NotThere(),
        comes={"row": "restore it, not there", "do": Do.CREATE, "set": UNITS, "questions": []},
    ),
    Situation(
        name="what is to be there again was proposed, and waits for an answer there",
        link=CopyState(released=True, intent=intent(WriteKind.CREATE, sent=UNITS, waiting="v7")),
        theirs=NotThere(),
        today=today(capabilities=PROPOSES),
        comes={"row": "no copy, proposed there", "do": Do.NOTHING, "reason": Reason.WAITING_THERE},
    ),
    Situation(
        name="a copy that we took away ourselves is made again without asking",
        link=closed(ended_by_us=True),
        theirs=NotThere(),
        comes={"row": "no copy", "do": Do.CREATE},
    ),
    # none, closed / live / one match
    Situation(
        name="a record with our marker is linked, and what is equal agrees",
        link=NONE,
        comes={"row": "one match, live", "do": Do.LINK, "agreed": frozenset(UNITS), "set": {}},
    ),
    Situation(
        name="what differs in a record with our marker is asked, not overwritten",
        link=NONE,
        theirs=there(EDITED),
        comes={
            "row": "one match, live",
            "set": {},
            "adopt": {},
            "hold": {WHAT: SOCKS},
            "questions": [(QuestionKind.CONFLICT, "both-changed")],
        },
    ),
    Situation(
        name="a record with our marker that is over is a question",
        link=NONE,
        theirs=ENDED_THERE,
        comes={"row": "one match, over", "do": Do.NOTHING, "questions": asked("over-there")},
    ),
    Situation(
        name="what the hub itself shows goes on there when it goes on here",
        link=link({**UNITS, STATUS: ENDED}, phase=LinkPhase.CLOSED),
        theirs=ENDED_THERE,
        today=today(capabilities=SHOWS),
        comes={"row": "shown by the hub, over there", "do": Do.UPDATE, "set": {STATUS: UNITS[STATUS]}},
    ),
    Situation(
        name="what the hub itself shows is made again when it is gone",
        theirs=NotThere(),
        today=today(capabilities=SHOWS),
        comes={"row": "shown by the hub, gone", "do": Do.CREATE, "questions": []},
    ),
    Situation(
        name="a record with our marker that is of another kind now gets no second one beside it",
        link=NONE,
        theirs=OUTSIDE,
        comes={"row": "one match, outside selection", "do": Do.NOTHING, "reason": Reason.OUTSIDE_SELECTION},
    ),
    Situation(
        name="what was taken back is made anew when it may be seen again, beside what is closed there",
        link=CopyState(phase=LinkPhase.CLOSED),
        theirs=there({STATUS: WITHDRAWN}),
        comes={
            "row": "no copy, ours was taken back and stands there empty",
            "do": Do.CREATE,
            "set": UNITS,
            "questions": [],
        },
    ),
    # none / live, by somebody who added an assignment there
    Situation(
        name="an assignment that somebody added there is taken over, with what else differs asked",
        link=ADDED,
        ours=BESIDE,
        theirs=there({**TITLE, A2: EVENING}),
        today=today(units=TITLE, capabilities=ONE_EACH),
        comes={"row": "one match, live", "do": Do.ADOPT, "adopt": {A2: EVENING}, "questions": []},
    ),
    Situation(
        name="an assignment added there that only holds once others agree is proposed",
        link=ADDED,
        ours=BESIDE,
        theirs=there({**TITLE, A2: EVENING}),
        today=today(units=TITLE, capabilities=ONE_EACH, first_agree={A2: frozenset()}),
        comes={
            "adopt": {},
            "hold": {A2: EVENING},
            "questions": [(QuestionKind.PROPOSAL, "first-agree")],
        },
    ),
    Situation(
        name="an assignment added there that was over before anybody took it over is nothing",
        link=ADDED,
        ours=BESIDE,
        theirs=there({**TITLE, A2: EVENING, STATUS: ENDED}),
        today=today(units=TITLE, capabilities=ONE_EACH),
        comes={"row": "added there, over or gone", "do": Do.CLOSE, "questions": []},
    ),
    # none, closed / over
    Situation(
        name="a create that arrived after the end is ended there, and never adopted",
        link=CopyState(attempts=(Attempt(sent=UNITS, at=NOW),)),
        ours=over(),
        comes={"row": "over here, live there", "do": Do.END, "adopt": {}},
    ),
    Situation(
        name="what was taken up again there after it ended is a question",
        link=closed(),
        ours=over(),
        comes={"row": "over here, changed there since", "questions": asked("changed-after-end")},
    ),
    Situation(
        name="the answer to end it there is carried out over what was typed",
        link=closed(answered={STATUS: ACTIVE, WHAT: SOCKS}),
        ours=over(),
        theirs=there(EDITED),
        comes={"row": "over here, live there", "do": Do.END, "questions": []},
    ),
    Situation(
        name="what is over here and not there needs nothing",
        link=NONE,
        ours=over(),
        theirs=NotThere(),
        comes={"row": "over here, nothing to end there", "do": Do.CLOSE, "reason": Reason.CLOSED},
    ),
    Situation(
        name="a record that was still proposed when the agreement ended is taken back",
        link=CopyState(intent=intent(WriteKind.CREATE, waiting="v7")),
        ours=over(),
        theirs=NotThere(),
        today=today(capabilities=PROPOSES),
        comes={"row": "over here, proposed there", "do": Do.WITHDRAW},
    ),
    *(
        Situation(
            name=f"where people are told, what they may not see any more goes after the end too: {write}",
            link=link(OVER_WITH_RULES, phase=LinkPhase.CLOSED),
            ours=ours(OVER_WITH_RULES, Presence.OVER),
            theirs=there({STATUS: ENDED}, mark="c1-old"),
            today=today(
                shape=hiding(CONDITIONS, units=OVER_WITH_RULES),
                capabilities=tells(write),
                mark="c1-new",
            ),
            comes={"do": Do.UPDATE, "clear": frozenset({CONDITIONS}), "set": {}, "mark": mark},
        )
        for write, mark in ((Write.PUSH, "c1-new"), (Write.APPEND, None))
    ),
    # open / live / live
    Situation(
        name="two copies that say the same need nothing",
        comes={"row": "both live", "do": Do.NOTHING, "reason": Reason.EQUAL, "set": {}, "clear": frozenset()},
    ),
    # open / live / over
    Situation(
        name="what ended there ends here, when that system may end it",
        theirs=ENDED_THERE,
        comes={"row": "live here, over there", "do": Do.ADOPT, "adopt": {STATUS: ENDED}, "questions": []},
    ),
    Situation(
        name="what we took back is no end there when it may be seen again",
        link=link(shape=Shape(units=frozenset())),
        theirs=ENDED_THERE,
        comes={
            "row": "live here, ours was taken back there and may be seen again",
            "do": Do.CLOSE,
            "reason": Reason.RETRACTED,
            "questions": [],
        },
    ),
    Situation(
        name="an end there over an edit of ours is a question",
        ours=ours(EDITED),
        theirs=ENDED_THERE,
        comes={"row": "live here, over there", "adopt": {}, "questions": asked("ended-there")},
    ),
    Situation(
        name="an end there together with an edit is a question that shows the edit",
        theirs=there({**EDITED, STATUS: ENDED}),
        comes={"row": "live here, over there", "adopt": {}, "questions": asked("ended-there")},
    ),
    *(
        Situation(
            name=f"an end there is a question when {why}",
            theirs=ENDED_THERE,
            today=seen,
            comes={"row": "live here, over there", "adopt": {}, "questions": asked("ended-there")},
        )
        for why, seen in (
            ("it may end nothing", today(capabilities=capabilities(may_end=MayEnd.NOTHING))),
            ("another system leads there", today(rules={UnitKind.STATUS: Leader(connector_id="ecd")})),
            (
                "it may end only assignments, and shows the whole agreement",
                today(capabilities=capabilities(may_end=MayEnd.OWN_ASSIGNMENT)),
            ),
        )
    ),
    Situation(
        name="one of several assignments that ended there leaves the agreement",
        ours=ours(part="a1", siblings=1),
        theirs=ENDED_THERE,
        today=today(capabilities=ONE_EACH),
        comes={"row": "live here, over there", "do": Do.ADOPT, "adopt": {A1: None}},
    ),
    Situation(
        name="the only assignment does not end the agreement, where only assignments may be ended",
        ours=ours(part="a1"),
        theirs=ENDED_THERE,
        today=today(capabilities=ONE_EACH),
        comes={"row": "live here, over there", "adopt": {}, "questions": asked("ended-there")},
    ),
    Situation(
        name="the answer to restore it undoes the end there",
        link=link(answered={STATUS: ENDED}),
        theirs=ENDED_THERE,
        comes={"row": "restore it, over there", "do": Do.UPDATE, "set": {STATUS: ACTIVE}, "adopt": {}},
    ),
    Situation(
        name="the answer to restore it makes a new one where the closed one can only be told more",
        link=link(answered={STATUS: ENDED}),
        theirs=ENDED_THERE,
        today=today(capabilities=capabilities(write=Write.APPEND), mark="c1-aa"),
        comes={"row": "restore it, closed there", "do": Do.CREATE, "mark": "c1-aa"},
    ),
    Situation(
        name="an end of ours that arrived too late is undone",
        link=link(attempts=(Attempt(sent={STATUS: ENDED}, at=NOW),)),
        theirs=ENDED_THERE,
        comes={
            "row": "live here, ended there by a late write of ours",
            "do": Do.UPDATE,
            "set": {STATUS: ACTIVE},
            "adopt": {},
        },
    ),
    Situation(
        name="an end that came after the answer is a new question",
        link=link(answered={STATUS: ENDED}),
        theirs=there({**UNITS, STATUS: WITHDRAWN, CONDITIONS: HEEL}),
        comes={"row": "live here, over there", "questions": asked("ended-there")},
    ),
    # open / live / absent
    Situation(
        name="what was removed there is withdrawn here, when that system may end it",
        theirs=NotThere(),
        comes={"row": "live here, gone there", "do": Do.ADOPT, "adopt": {STATUS: WITHDRAWN}},
    ),
    Situation(
        name="what was removed there over an edit of ours is a question, and not made again",
        ours=ours(EDITED),
        theirs=NotThere(),
        comes={"row": "live here, gone there", "do": Do.NOTHING, "questions": asked("removed-there")},
    ),
    # open / over / live
    Situation(
        name="what ended here is ended there",
        ours=over(),
        comes={"row": "over here, live there", "do": Do.END, "how": "ended", "set": {STATUS: ENDED}},
    ),
    Situation(
        name="an assignment that left is ended there, while its agreement goes on",
        ours=ours({WHAT: STOCKINGS, STATUS: ACTIVE}, Presence.OVER, part="a1", siblings=1),
        today=today(capabilities=ONE_EACH),
        comes={"row": "over here, live there", "do": Do.END, "how": "ended"},
    ),
    Situation(
        name="what cannot be ended there is something to do",
        ours=over(),
        today=today(capabilities=READS_ONLY),
        comes={
            "row": "over here, live there",
            "do": Do.NOTHING,
            "questions": [(QuestionKind.TO_DO, "cannot-end-there")],
        },
    ),
    Situation(
        name="what a person left there is not asked about again",
        link=link(refused={STATUS: ENDED}),
        ours=over(),
        today=today(capabilities=READS_ONLY),
        comes={"row": "over here, live there", "reason": Reason.CANNOT_CARRY, "questions": []},
    ),
    Situation(
        name="an end that was proposed waits for an answer there",
        link=link(intent=intent(WriteKind.END, waiting="v7")),
        ours=over(),
        today=today(capabilities=PROPOSES),
        comes={"row": "over here, live there", "do": Do.NOTHING, "reason": Reason.WAITING_THERE},
    ),
    Situation(
        name="a change that was proposed is taken back before the end is proposed",
        link=link(intent=intent(sent={WHAT: SOCKS}, waiting="v7")),
        ours=over(),
        today=today(capabilities=PROPOSES),
        comes={"row": "over here, live there", "do": Do.WITHDRAW},
    ),
    Situation(
        name="an end that was refused there is not proposed again",
        link=link(refused={STATUS: ENDED}),
        ours=over(),
        today=today(capabilities=PROPOSES),
        comes={"row": "over here, live there", "do": Do.NOTHING, "reason": Reason.CANNOT_CARRY},
    ),
    Situation(
        name="what was edited there after it ended here is a question, and not ended there",
        ours=over(),
        theirs=there(EDITED),
        comes={
            "row": "over here, changed there since",
            "do": Do.NOTHING,
            "questions": asked("changed-after-end"),
        },
    ),
    Situation(
        name="what may no longer be seen goes even while that question is open",
        link=link({**UNITS, CONDITIONS: HEEL}),
        ours=ours({**UNITS, CONDITIONS: HEEL, STATUS: ENDED}, Presence.OVER),
        theirs=there({**EDITED, CONDITIONS: HEEL}),
        today=today(shape=hiding(CONDITIONS)),
        comes={
            "row": "over here, changed there since",
            "do": Do.UPDATE,
            "set": {},
            "clear": frozenset({CONDITIONS}),
            "questions": asked("changed-after-end"),
        },
    ),
    # open / over / over, absent
    Situation(
        name="what is over on both sides is closed",
        ours=over(),
        theirs=ENDED_THERE,
        comes={"row": "over here, over there", "do": Do.CLOSE, "reason": Reason.CLOSED},
    ),
    Situation(
        name="what was typed there just before our end arrived is a question",
        ours=over(),
        theirs=there({**UNITS, STATUS: ENDED, CONDITIONS: HEEL}),
        comes={
            "row": "over here, over there, edited before",
            "do": Do.NOTHING,
            "questions": asked("changed-after-end"),
        },
    ),
    Situation(
        name="a later kind of end there counts here too",
        ours=over(),
        theirs=there({**UNITS, STATUS: MISTAKE}),
        comes={"row": "over here, over there", "do": Do.ADOPT, "adopt": {STATUS: MISTAKE}},
    ),
    Situation(
        name="a later kind of end here counts there too",
        ours=over(MISTAKE),
        theirs=ENDED_THERE,
        comes={"row": "over here, over there", "do": Do.END, "how": "mistake", "set": {STATUS: MISTAKE}},
    ),
    Situation(
        name="a system that knows one kind of end is not written again and again",
        ours=over(MISTAKE),
        theirs=ENDED_THERE,
        today=today(normal=lambda key, value: ENDED if value == MISTAKE else value),
        comes={"row": "over here, over there", "do": Do.CLOSE},
    ),
    Situation(
        name="an assignment that left does not end its agreement, however it ended there",
        ours=ours({WHAT: STOCKINGS, STATUS: ACTIVE}, Presence.OVER, part="a1", siblings=1),
        theirs=there({**UNITS, STATUS: MISTAKE}),
        today=today(capabilities=ONE_EACH),
        comes={"row": "over here, over there", "do": Do.CLOSE, "adopt": {}},
    ),
    Situation(
        name="what is over here and gone there is closed",
        ours=over(),
        theirs=NotThere(),
        comes={"row": "over here, nothing to end there", "do": Do.CLOSE, "reason": Reason.CLOSED},
    ),
    # open / any / left the selection
    *(
        Situation(
            name=f"a record that is no agreement any more is not deleted, {how} here",
            ours=agreement,
            theirs=OUTSIDE,
            comes={"row": "left the selection", "do": Do.NOTHING, "reason": Reason.OUTSIDE_SELECTION},
        )
        for how, agreement in (("live", ours()), ("over", over()))
    ),
    Situation(
        name="an agreement that is a draft again is withheld",
        ours=ours(presence=Presence.DRAFT),
        comes={"row": "draft", "do": Do.NOTHING, "reason": Reason.WITHHELD},
    ),
)


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_what_exists_where(situation: Situation) -> None:
    assert situation.came() == situation.comes


def test_every_line_has_a_situation() -> None:
    assert {name for name, _, _ in EXISTENCE} <= {situation.plan().row for situation in SITUATIONS}


def test_the_question_about_an_end_shows_how_it_ended_and_what_was_edited() -> None:
    edited = Situation(name="", theirs=there({**UNITS, A1: EVENING, STATUS: ENDED}), comes={})

    assert edited.plan().questions[0].values == {A1: EVENING, STATUS: ENDED}


def test_an_answer_about_an_end_is_not_asked_again() -> None:
    question = Situation(name="", ours=over(), theirs=there({**UNITS, A1: EVENING}), comes={})
    shown = question.plan().questions[0].values
    answered = replace(question, link=replace(question.link, answered=shown))

    assert answered.plan().do is Do.END
    assert replace(answered, theirs=there({**UNITS, A1: MORNING, WHAT: SOCKS})).plan().questions


def test_restoring_what_was_found_ended_is_not_asked_again() -> None:
    found = Situation(name="", link=NONE, theirs=ENDED_THERE, comes={})
    shown = found.plan().questions[0].values
    answered = replace(found, link=CopyState(answered=shown, released=True))

    assert shown == {STATUS: ENDED}
    assert (answered.plan().row, answered.plan().questions) == ("restore it, over there", ())


def test_losing_sight_of_what_is_not_there_yet_makes_nothing() -> None:
    lost = Situation(name="", link=NONE, theirs=NotSeen(why="status 403"), comes={})

    assert (lost.plan().do, lost.plan().reason) == (Do.NOTHING, Reason.ACCESS_LOST)


def test_the_question_about_what_was_taken_up_again_shows_that_so_that_an_answer_settles_it() -> None:
    [shown] = Situation(name="again", link=closed(), ours=over(), comes={}).plan().questions
    answered = Situation(name="ended", link=closed(answered=shown.values), ours=over(), comes={})

    assert shown.values == {STATUS: ACTIVE}
    assert answered.plan().do is Do.END
