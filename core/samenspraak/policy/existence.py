"""Whether there is a copy, whether there should be one, and whether either side ended it.

Source: design.md §4, the table "link / ours / theirs"; the lines for a closed link and for an open one are
one line where they say the same.
"""

from __future__ import annotations

from samenspraak.domain.agreements import State, Status
from samenspraak.domain.units import STATUS, UnitKey, UnitValue
from samenspraak.policy.capabilities import PATCHED, MayEnd, Objects, Write
from samenspraak.policy.case import Case, Line, asks, rests
from samenspraak.policy.comparing import compare
from samenspraak.policy.merge import CHAIN, Rule
from samenspraak.policy.modes import waits_or_is_replaced
from samenspraak.policy.obstacles import (
    CANNOT_END,
    CHANGED_AFTER_END,
    ENDED_THERE,
    OVER_THERE,
    REMOVED_THERE,
)
from samenspraak.policy.state import Asked, Do, LinkPhase, Plan, QuestionKind, Reason, WriteKind


def _carry_nothing(case: Case) -> Plan:
    if case.today.capabilities.mode is Write.NO:
        return Plan(row="", reason=Reason.CANNOT_CARRY)
    retracted = case.copy.phase is LinkPhase.CLOSED
    return Plan(row="", reason=Reason.RETRACTED if retracted else Reason.WITHHELD)


def _create(case: Case) -> Plan:
    today = case.today
    if today.capabilities.mode is Write.NO:
        return Plan(row="", reason=Reason.CANNOT_CARRY)
    return Plan(
        row="",
        reason=Reason.DUE,
        do=Do.CREATE,
        set=case.to_write(case.ours.units),
        mark=today.mark,
        tell=bool(today.capabilities.tells_statements and today.statements),
        released=frozenset(case.copy.held),
    )


# One side ended it.


def _ended_there(case: Case) -> Plan:
    """Ended or removed there. It may end things here only as the manifest says, and never over an edit."""
    there = case.there
    status = there.units.get(STATUS) if there else None
    ended = status if isinstance(status, Status) else Status(state=State.WITHDRAWN)
    ends = _what_it_ends(case, ended)
    if ends and not (case.we_changed or case.edits):
        return Plan(row="", reason=Reason.DUE, do=Do.ADOPT, adopt=ends)
    asked = Asked(
        kind=QuestionKind.ENDED,
        values={**case.edits, STATUS: ended},
        cause=ENDED_THERE if there else REMOVED_THERE,
    )
    return Plan(row="", reason=Reason.QUESTION, questions=(asked,))


def _went_on_there(case: Case) -> Plan:
    """It is over here, and people there typed in it since, or took it up again."""
    status = case.there.units.get(STATUS) if case.there and case.goes_on_again else None
    values = {**case.edits, **({STATUS: status} if status else {})}
    asked = Asked(kind=QuestionKind.ENDED, values=values, cause=CHANGED_AFTER_END)
    return Plan(row="", reason=Reason.QUESTION, questions=(asked,))


def _over_there(case: Case) -> Plan:
    """One of ours, found ended before anything in it agreed with what we hold."""
    there = case.there
    asked = Asked(
        kind=QuestionKind.ENDED,
        values={STATUS: there.units.get(STATUS) if there else None},
        cause=OVER_THERE,
    )
    return Plan(row="", reason=Reason.QUESTION, questions=(asked,))


def _what_it_ends(case: Case, ended: Status) -> dict[UnitKey, UnitValue | None]:
    """What an end there ends here, if it may: the agreement, or the one assignment it stands for."""
    capabilities, ours = case.today.capabilities, case.ours
    if capabilities.may_end is MayEnd.NOTHING or not _takes_over_status(case):
        return {}
    if capabilities.objects is Objects.ASSIGNMENT and ours.siblings > 0:
        return {key: None for key in ours.units if key.assignment_id == ours.part}
    return {STATUS: ended} if capabilities.may_end is MayEnd.AGREEMENT else {}


def _takes_over_status(case: Case) -> bool:
    return case.rule(STATUS.kind) is not Rule.ANOTHER_LEADS


def _end_there(case: Case) -> Plan:
    status = Status(state=State.ENDED) if case.has_left else case.ours.status
    if case.waits(WriteKind.END):
        return Plan(row="", reason=Reason.WAITING_THERE)
    if case.waits():
        return Plan(row="", reason=Reason.DUE, do=Do.WITHDRAW)
    if status is not None and case.refuses(STATUS, case.today.normal(STATUS, status)):
        return Plan(row="", reason=Reason.CANNOT_CARRY)  # they were asked, or a person left it so
    if status is None or case.today.capabilities.write(STATUS) is Write.NO:
        wanted = {STATUS: case.today.normal(STATUS, status)} if status else {}
        asked = Asked(kind=QuestionKind.TO_DO, values=wanted, cause=CANNOT_END)
        return Plan(row="", reason=Reason.QUESTION, questions=(asked,))
    ending = {STATUS: status} if STATUS in case.today.shape.units else {}
    return Plan(row="", reason=Reason.DUE, do=Do.END, how=status.state, set=ending, mark=case.today.mark)


def _both_over(case: Case) -> Plan:
    """Close; where the kinds differ the later one in the chain counts on both sides.

    An assignment that left is over while its agreement goes on: then there is no kind to compare.
    """
    ours, there = case.ours.status, case.there
    theirs = there.units.get(STATUS) if there else None
    closed = Plan(row="", reason=Reason.CLOSED, do=Do.CLOSE)
    if ours is None or not ours.is_over or not isinstance(theirs, Status):
        return closed
    if CHAIN.index(theirs.state) > CHAIN.index(ours.state) and _takes_over_status(case):
        return Plan(row="", reason=Reason.DUE, do=Do.ADOPT, adopt={STATUS: theirs})
    kept = case.today.normal(STATUS, ours)
    is_later = isinstance(kept, Status) and CHAIN.index(kept.state) > CHAIN.index(theirs.state)
    if not is_later or case.today.capabilities.write(STATUS) not in PATCHED:
        return closed
    return _end_there(case)


EXISTENCE: tuple[Line, ...] = (
    # An object there that nobody here knows.
    (
        "unknown, live, client not matched",
        lambda c: c.unknown and c.there_live and not c.today.client_known,
        rests(Reason.QUESTION, Do.WAIT),
    ),
    (
        "unknown, live, may be the same as another",
        lambda c: c.unknown and c.there_live and c.today.candidate,
        rests(Reason.QUESTION, Do.WAIT),
    ),
    ("unknown, live", lambda c: c.unknown and c.there_live, rests(Reason.DUE, Do.ADOPT)),
    ("unknown, outside selection", lambda c: c.unknown and c.outside, rests(Reason.OUTSIDE_SELECTION)),
    ("unknown, over or absent", lambda c: c.unknown, rests(Reason.CLOSED)),
    # Somebody added an assignment there, which nobody here has taken over yet.
    (
        "added there, over or gone",
        lambda c: c.live and c.is_newcomer and (c.there_over or c.gone),
        rests(Reason.CLOSED, Do.CLOSE),
    ),
    # A person has answered: keep it, and restore it there.
    (
        "restore it, not there",
        lambda c: c.live and c.gone and c.copy.released and not (c.nothing_to_carry or c.waits()),
        _create,
    ),
    (
        "restore it, closed there",
        lambda c: _restores(c) and c.today.capabilities.tells and not c.nothing_to_carry,
        _create,
    ),
    (
        "restore it, over there",
        lambda c: _restores(c) and not c.nothing_to_carry,
        compare,
    ),
    # What the hub itself shows: nobody else takes it away, or ends it, but where it comes back typed in.
    (
        "shown by the hub, over there",
        lambda c: c.live and c.there_over and _only_we_end(c) and not c.nothing_to_carry,
        compare,
    ),
    (
        "shown by the hub, gone",
        lambda c: (c.open or c.removed_before) and c.live and c.gone and c.is_shown_here,
        _create,
    ),
    # No copy there yet, or not any more.
    (
        "no copy, nothing to carry",
        lambda c: not (c.open or c.over) and c.nothing_to_carry,
        _carry_nothing,
    ),
    (
        "no copy, may be the same as another",
        lambda c: not c.open and c.live and c.gone and c.today.candidate,
        rests(Reason.QUESTION, Do.WAIT),
    ),
    (
        "no copy, proposed there",
        lambda c: not c.open and c.live and c.gone and c.waits(),
        waits_or_is_replaced,
    ),
    (
        "no copy, was removed there",
        lambda c: c.live and c.gone and c.removed_before,
        asks(QuestionKind.ENDED, REMOVED_THERE),
    ),
    (
        "no copy, refused there",
        lambda c: _is_missing(c) and c.is_refused,
        rests(Reason.CANNOT_CARRY),
    ),
    ("no copy", lambda c: _is_missing(c), _create),
    (
        "no copy, ours was taken back and stands there empty",
        lambda c: c.live and c.was_taken_back and c.there_over and not c.nothing_to_carry,
        _create,
    ),
    # One match: our marker, or accepted by a person.
    ("one match, live", lambda c: not c.open and c.live and c.there_live, compare),
    (
        "one match, over",
        lambda c: not c.open and c.live and c.there_over,
        _over_there,
    ),
    ("one match, outside selection", lambda c: not c.open and c.live, rests(Reason.OUTSIDE_SELECTION)),
    # Over here.
    (
        "over here, proposed there",
        lambda c: c.over and c.waits() and not c.there_live,
        rests(Reason.DUE, Do.WITHDRAW),
    ),
    ("left the selection", lambda c: c.open and c.outside, rests(Reason.OUTSIDE_SELECTION)),
    (
        "over here, changed there since",
        lambda c: c.over and c.there_live and c.changed_since,
        _went_on_there,
    ),
    ("over here, live there", lambda c: c.over and c.there_live, _end_there),
    (
        "over here, over there, edited before",
        lambda c: c.over and c.open and c.there_over and bool(c.edits),
        asks(QuestionKind.ENDED, CHANGED_AFTER_END),
    ),
    ("over here, over there", lambda c: c.over and c.open and c.there_over, _both_over),
    ("over here, nothing to end there", lambda c: c.over, rests(Reason.CLOSED, Do.CLOSE)),
    # A copy is there.
    ("both live", lambda c: c.live and c.there_live, compare),
    (
        "live here, ended there by a late write of ours",
        lambda c: c.live and c.there_over and c.is_late(STATUS),
        compare,
    ),
    (
        "live here, ours was taken back there and may be seen again",
        lambda c: c.live and c.there_over and c.is_being_taken_back and not c.nothing_to_carry,
        rests(Reason.RETRACTED, Do.CLOSE),
    ),
    ("live here, over there", lambda c: c.live and c.there_over, _ended_there),
    ("live here, gone there", lambda c: c.live and c.gone, _ended_there),
    ("draft", lambda _: True, rests(Reason.WITHHELD)),
)


def _only_we_end(case: Case) -> bool:
    """Whether nobody can have typed the end that stands in what the hub itself shows, or tells of.

    What was taken back is no end of the agreement.
    """
    may_type = case.today.capabilities.may_end is not MayEnd.NOTHING
    taken_back = case.was_taken_back or case.is_being_taken_back
    return case.is_shown_here and not taken_back and not (may_type and case.ended_since)


def _is_missing(case: Case) -> bool:
    """Live here and provably not there, for no reason but that we did not make it, or took it away."""
    return (not case.open or case.copy.ended_by_us) and case.live and case.gone


def _restores(case: Case) -> bool:
    """Whether a person answered that the end there does not hold here; until what they saw is undone."""
    there = case.there.units.get(STATUS) if case.there else None
    answered = STATUS in case.copy.answered and case.copy.answered[STATUS] == there
    return case.live and case.there_over and answered
