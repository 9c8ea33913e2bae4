"""The gates before any comparison: may we act, do we know enough, may the copy be there at all?

Source: design.md §4, G1–G7, in that order; the first that fits ends it.
"""

from __future__ import annotations

from dataclasses import replace

from samenspraak.domain.agreements import State, Status
from samenspraak.domain.units import STATUS, UnitKind, Units
from samenspraak.policy.case import Case, Line, asks, rests
from samenspraak.policy.obstacles import ANOTHER_CLIENT, CANNOT_TAKE_BACK
from samenspraak.policy.state import (
    Asked,
    ConnectorState,
    Do,
    NotThere,
    Plan,
    QuestionKind,
    Reason,
    SentUnits,
    Unreadable,
    WriteKind,
)


def _stands_still(case: Case) -> bool:
    state = case.today.connector
    if state is ConnectorState.STOPPED:
        return not case.must_leave
    return state in (ConnectorState.PAUSED, ConnectorState.UNAUTHORISED)


def _wait(case: Case) -> Plan:
    """Nothing is discarded; a retraction that is due is listed as not confirmed."""
    return Plan(row="", reason=Reason.RETRACTING if case.must_leave else Reason.CONNECTOR, do=Do.WAIT)


def _access_lost(case: Case) -> Plan:
    return Plan(row="", reason=Reason.RETRACTING if case.must_leave else Reason.ACCESS_LOST)


def _retract(case: Case) -> Plan:
    """Content-free, and before everything else; what people typed there is first kept for a person."""
    if case.waits() and not case.waits(WriteKind.RETRACT):
        return Plan(row="", reason=Reason.RETRACTING, do=Do.WITHDRAW)
    unreadable = isinstance(case.theirs, Unreadable)
    if not (case.has_content or unreadable):
        return Plan(row="", reason=Reason.RETRACTED, do=Do.CLOSE, questions=_removed(case))
    if case.waits():
        return Plan(row="", reason=Reason.RETRACTING)
    there = case.there.units if case.there else {}
    if _was_refused(case, there):
        asked = Asked(kind=QuestionKind.TO_DO, cause=CANNOT_TAKE_BACK)
        return Plan(row="", reason=Reason.RETRACTING, questions=(asked,))
    said = {**_apart(case), **_held(case), **_said(case)}
    kept = {key: value for key, value in said.items() if value is not None and not case.is_past(key)}
    asked = Asked(kind=QuestionKind.TO_DO, values=kept, cause="typed-before-retraction")
    return Plan(
        row="",
        reason=Reason.RETRACTING,
        do=Do.RETRACT,
        how="retracted",
        clear=frozenset(there.keys() | case.copy.then.keys()) - {STATUS},
        keep=kept,
        questions=(asked,) if kept else (),
    )


def _was_refused(case: Case, there: Units) -> bool:
    """Whether people there were asked to take away all that stands there now, and would not."""
    asked = there.keys() - {STATUS}
    return case.today.capabilities.proposes and bool(asked) and all(case.refuses(key, None) for key in asked)


def _removed(case: Case) -> tuple[Asked, ...]:
    """People there took it away before we did: to them it ended, and it may go on elsewhere."""
    was_there = case.open or case.is_theirs
    if not (case.live and was_there and isinstance(case.theirs, NotThere)) or case.copy.ended_by_us:
        return ()
    ended = Status(state=State.WITHDRAWN)
    return (Asked(kind=QuestionKind.TO_DO, values={STATUS: ended}, cause="removed-before-retraction"),)


def _give_back(case: Case) -> Plan:
    """What is ours goes out of a record of theirs, and what they had written comes back; the record stays."""
    there = case.there
    if there is None:
        asked = Asked(kind=QuestionKind.TO_DO, cause=CANNOT_TAKE_BACK)
        return Plan(row="", reason=Reason.RETRACTING, questions=(asked,))
    ours = case.ours_in_theirs
    tell = case.today.capabilities.tells_statements and bool(there.told)
    if not (ours or tell):
        done = _leave_alone(case, _held(case))
        rows = dict.fromkeys(there.units, "theirs alone")
        return replace(done, reason=Reason.RETRACTED, do=Do.CLOSE, rows=rows)
    clear = {key for key, value in ours.items() if value is None}
    # What they typed about an assignment of ours goes with it.
    gone = {key.id for key in clear if key.kind is UnitKind.ASSIGNMENT}
    typed = {key: value for key, value in case.edits.items() if value is not None and key not in ours}
    kept = {key: value for key, value in typed.items() if key.assignment_id in gone}
    asked = Asked(kind=QuestionKind.TO_DO, values=kept, cause="typed-before-retraction")
    return Plan(
        row="",
        reason=Reason.RETRACTING,
        do=Do.UPDATE,
        set={key: value for key, value in ours.items() if value is not None},
        clear=frozenset(clear | kept.keys()),
        tell=tell,
        keep=kept,
        questions=(asked,) if kept else (),
        rows=dict.fromkeys(ours, "ours in theirs"),
    )


def _leave_alone(case: Case, held: Units | None = None) -> Plan:
    """Nothing of ours to take back, nothing to tell; what they write there goes to a person, once."""
    said = {**(held or {}), **_said(case)}
    if not said:
        return Plan(row="", reason=Reason.WITHHELD if case.open else Reason.RETRACTED)
    asked = Asked(kind=QuestionKind.TO_DO, values=said, cause="edited-without-consent")
    rows = dict.fromkeys(said, "theirs alone")
    return Plan(row="", reason=Reason.QUESTION, questions=(asked,), keep=said, rows=rows)


def _held(case: Case) -> Units:
    """What a question holds there: once it is taken back that question lets go of it."""
    there = case.there.units if case.there else {}
    return {key: there[key] for key in case.copy.held if key in there}


def _apart(case: Case) -> Units:
    """What stands in units that are theirs: where the record goes, people's words go with it."""
    there = case.there.units if case.there else {}
    return {key: one for key, one in there.items() if case.stays_theirs(key)}


def _said(case: Case) -> SentUnits:
    """What people did there that nobody here has decided on: their edits, and that it ended."""
    there = case.there.units if case.there else {}
    return {**case.edits, **({STATUS: there[STATUS]} if case.ended_since else {})}


GATES: tuple[Line, ...] = (
    ("G1 connector not running", _stands_still, _wait),
    (
        "G2 outcome of a write unknown",
        lambda c: c.copy.intent is not None and not c.copy.intent.waiting,
        rests(Reason.DUE, Do.RESOLVE),
    ),
    ("G3 not seen", lambda c: c.not_seen, _access_lost),
    (
        "G4 another client",
        lambda c: c.there is not None and not c.there.client_is_ours,
        asks(QuestionKind.IDENTITY, ANOTHER_CLIENT),
    ),
    (
        "G4 doubles",
        lambda c: c.there is not None and c.there.doubles > 0,
        rests(Reason.DUE, Do.MERGE_DOUBLES),
    ),
    ("G5 theirs, with ours in it", lambda c: c.must_leave and c.is_theirs and not c.gone, _give_back),
    ("G5 may not be visible", lambda c: c.must_leave, _retract),
    ("G5 theirs alone", lambda c: c.hidden and c.theirs_alone and c.there is not None, _leave_alone),
    (
        "G5 theirs, removed",
        lambda c: c.hidden and c.theirs_alone and not c.open and c.gone,
        lambda c: Plan(row="", reason=Reason.RETRACTED, do=Do.CLOSE, questions=_removed(c)),
    ),
    (
        "G6 unreadable",
        lambda c: isinstance(c.theirs, Unreadable),
        rests(Reason.SET_APART, Do.SET_APART),
    ),
    (
        "G7 restored peer",
        lambda c: c.there is not None and c.there.went_back,
        asks(QuestionKind.CONNECTOR, "restored-peer", Reason.CONNECTOR, Do.STOP),
    ),
)
