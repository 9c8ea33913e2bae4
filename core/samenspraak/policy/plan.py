"""What to do about one copy: gates, then existence, then units. The first line that fits ends it.

Source: design.md §4. ``plan`` is pure and total: it never raises, reads no clock and does no I/O. Each
table is a tuple of lines ``(name, fits, outcome)``; the name goes into the plan, for tests and ``explain``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from samenspraak.domain.agreements import State, Status
from samenspraak.domain.units import STATUS, UnitKey, UnitKind, Units, UnitValue, can_harm
from samenspraak.policy.capabilities import MayEnd, Objects, Token, Write
from samenspraak.policy.merge import CHAIN, Rule, UnitView, Verdict, decide
from samenspraak.policy.state import (
    Asked,
    ConnectorState,
    CopyState,
    Do,
    LinkPhase,
    NotSeen,
    NotThere,
    Ours,
    Plan,
    Presence,
    QuestionKind,
    Reason,
    SentUnits,
    Theirs,
    There,
    Today,
    Unreadable,
    WriteKind,
)


@dataclass(frozen=True)
class _Case:
    """The four arguments of a plan, with the words the tables use."""

    copy: CopyState
    ours: Ours
    theirs: Theirs
    today: Today

    @property
    def open(self) -> bool:
        return self.copy.phase is LinkPhase.OPEN

    @property
    def live(self) -> bool:
        return self.ours.presence is Presence.LIVE

    @property
    def over(self) -> bool:
        return self.ours.presence in (Presence.OVER, Presence.ERASED)

    @property
    def nothing_to_carry(self) -> bool:
        return self.ours.presence is Presence.DRAFT or not self.today.shape

    @property
    def must_leave(self) -> bool:
        """The copy is there and may not be: consent, erased, transferred.

        A closed copy that was not retracted can still be read there; its stored shape says so.
        """
        hidden = not self.today.shape or self.ours.presence is Presence.ERASED
        closed_and_shown = self.copy.phase is LinkPhase.CLOSED and bool(self.copy.shape)
        return hidden and (self.open or closed_and_shown)

    @property
    def there(self) -> There | None:
        return self.theirs if isinstance(self.theirs, There) else None

    @property
    def there_live(self) -> bool:
        there = self.there
        return there is not None and there.selected and not there.is_over

    @property
    def there_over(self) -> bool:
        there = self.there
        return there is not None and there.selected and there.is_over

    @property
    def gone(self) -> bool:
        """Provably not there; a delete of ours with a lost answer explains an absence, too."""
        not_seen = isinstance(self.theirs, NotSeen)
        return isinstance(self.theirs, NotThere) or (not_seen and self.copy.ended_by_us)

    @property
    def outside(self) -> bool:
        return self.there is not None and not self.there.selected

    @property
    def edits(self) -> SentUnits:
        """The units that people changed there since we last decided on them, status aside."""
        there = self.there
        if there is None:
            return {}
        keys = (self.copy.then.keys() | there.units.keys()) - {STATUS}
        return {
            key: there.units.get(key)
            for key in sorted(keys)
            if self.today.capabilities.reads(key)
            and there.units.get(key) != self.copy.then.get(key)
            and not _is_late(self, key)
        }

    @property
    def we_changed(self) -> bool:
        """Whether the hub holds something there that they have not seen yet, status aside."""
        keys = (self.ours.units.keys() | self.copy.was.keys()) - {STATUS}
        return any(
            self.today.capabilities.carries(key)
            and key in self.today.shape.units
            and _there(self, key, self.ours.units) != _there(self, key, self.copy.was)
            for key in keys
        )


Outcome = Callable[[_Case], Plan]
Line = tuple[str, Callable[[_Case], bool], Outcome]


def plan(link: CopyState, current: Ours, theirs: Theirs, today: Today) -> Plan:
    """What to do about one copy, and why.

    Args:
        link: what we know of the object there, or of the one that should be.
        current: what the hub holds for it.
        theirs: what was just seen there.
        today: everything else it depends on.
    """
    case = _Case(link, current, theirs, today)
    decided = _first(GATES + EXISTENCE, case)
    if today.connector is ConnectorState.MATCHING and decided.writes:
        return replace(
            decided, row="G1 matching: nothing is written", do=Do.WAIT, reason=Reason.CONNECTOR, keep={}
        )
    return decided


def _first(table: tuple[Line, ...], case: _Case) -> Plan:
    for name, fits, outcome in table:
        if fits(case):
            decided = outcome(case)
            return decided if decided.row else replace(decided, row=name)
    raise AssertionError("the last line of the table fits every case")


def _is(reason: Reason, do: Do = Do.NOTHING) -> Outcome:
    return lambda _: Plan(row="", reason=reason, do=do)


def _ask(kind: QuestionKind, cause: str, reason: Reason = Reason.QUESTION, do: Do = Do.NOTHING) -> Outcome:
    return lambda case: Plan(
        row="",
        reason=reason,
        do=do,
        questions=(Asked(kind=kind, values=case.edits, cause=cause),),
    )


# Gates.


def _waits(case: _Case) -> bool:
    state = case.today.connector
    if state is ConnectorState.STOPPED:
        return not case.must_leave
    return state in (ConnectorState.PAUSED, ConnectorState.UNAUTHORISED)


def _wait(case: _Case) -> Plan:
    return Plan(row="", reason=Reason.RETRACTING if case.must_leave else Reason.CONNECTOR, do=Do.WAIT)


def _access_lost(case: _Case) -> Plan:
    return Plan(row="", reason=Reason.RETRACTING if case.must_leave else Reason.ACCESS_LOST)


def _has_content(case: _Case) -> bool:
    """Whether the copy still shows anything of the agreement; messages show what cannot be read back."""
    there = case.there
    if there is None:
        return False
    told = case.today.capabilities.mode is Write.APPEND and there.mark is not None
    return told or not there.is_over or bool(there.units.keys() - {STATUS})


def _retract(case: _Case) -> Plan:
    """Content-free, and before everything else; what people typed there is first kept for a person."""
    if not _has_content(case):
        return Plan(row="", reason=Reason.RETRACTED, do=Do.CLOSE)
    if _waiting(case, WriteKind.RETRACT):
        return Plan(row="", reason=Reason.RETRACTING)
    units = case.there.units if case.there else {}
    kept = {key: value for key, value in case.edits.items() if value is not None and not _is_past(case, key)}
    return Plan(
        row="",
        reason=Reason.RETRACTING,
        do=Do.RETRACT,
        how="retracted",
        clear=frozenset(key for key in units if key != STATUS),
        keep=kept,
        questions=(Asked(kind=QuestionKind.TO_DO, values=kept, cause="typed-before-retraction"),)
        if kept
        else (),
    )


GATES: tuple[Line, ...] = (
    ("G1 connector not running", _waits, _wait),
    (
        "G2 outcome of a write unknown",
        lambda c: c.copy.intent is not None and not c.copy.intent.waiting,
        _is(Reason.DUE, Do.RESOLVE),
    ),
    ("G3 not seen", lambda c: isinstance(c.theirs, NotSeen) and c.open and not c.gone, _access_lost),
    (
        "G7 restored peer",
        lambda c: c.there is not None and c.there.went_back,
        _ask(QuestionKind.CONNECTOR, "restored-peer", Reason.CONNECTOR, Do.STOP),
    ),
    (
        "G4 another client",
        lambda c: c.there is not None and not c.there.client_is_ours,
        _ask(QuestionKind.IDENTITY, "another-client"),
    ),
    (
        "G4 doubles",
        lambda c: c.there is not None and c.there.doubles > 0,
        _is(Reason.DUE, Do.MERGE_DOUBLES),
    ),
    ("G5 may not be visible", lambda c: c.must_leave, _retract),
    (
        "G6 unreadable",
        lambda c: isinstance(c.theirs, Unreadable),
        _is(Reason.SET_APART, Do.SET_APART),
    ),
)


# Existence.


def _carry_nothing(case: _Case) -> Plan:
    if case.today.capabilities.mode is Write.NO:
        return Plan(row="", reason=Reason.CANNOT_CARRY)
    retracted = case.copy.phase is LinkPhase.CLOSED
    return Plan(row="", reason=Reason.RETRACTED if retracted else Reason.WITHHELD)


def _create(case: _Case) -> Plan:
    today = case.today
    units = _visible(case, case.ours.units)
    return Plan(
        row="",
        reason=Reason.DUE,
        do=Do.CREATE,
        set=units,
        mark=today.mark,
        tell=bool(today.capabilities.tells_statements and today.statements),
    )


def _ended_there(case: _Case) -> Plan:
    """Ended or removed there. It may end things here only as the manifest says, and never over an edit."""
    there = case.there
    status = there.units.get(STATUS) if there else None
    ended = status if isinstance(status, Status) else Status(state=State.WITHDRAWN)
    may = case.today.capabilities.may_end
    of_one = case.today.capabilities.objects is Objects.ASSIGNMENT and case.ours.siblings > 0
    unspoiled = not case.we_changed and not case.edits
    if unspoiled and may is not MayEnd.NOTHING:
        if of_one or (may is MayEnd.OWN_ASSIGNMENT and case.ours.siblings > 0):
            own = {key: None for key in case.ours.units if key.assignment_id == case.ours.part}
            return Plan(row="", reason=Reason.DUE, do=Do.ADOPT, adopt=own)
        if may is MayEnd.AGREEMENT:
            return Plan(row="", reason=Reason.DUE, do=Do.ADOPT, adopt={STATUS: ended})
    asked = Asked(
        kind=QuestionKind.ENDED,
        values={**case.edits, STATUS: ended},
        cause="ended-there" if there else "removed-there",
    )
    return Plan(row="", reason=Reason.QUESTION, questions=(asked,))


def _end_there(case: _Case) -> Plan:
    status = case.ours.status
    how = status.state if status and status.is_over else State.ENDED
    if case.today.capabilities.write(STATUS) is Write.NO:
        asked = Asked(kind=QuestionKind.TO_DO, cause="cannot-end-there")
        return Plan(row="", reason=Reason.QUESTION, questions=(asked,))
    if _waiting(case, WriteKind.END):
        return Plan(row="", reason=Reason.WAITING_THERE)
    if status and case.copy.refused.get(STATUS) == case.today.normal(STATUS, status):
        return Plan(row="", reason=Reason.CANNOT_CARRY)  # they were asked, and a question says so
    ending = {STATUS: status} if status and STATUS in case.today.shape.units else {}
    return Plan(row="", reason=Reason.DUE, do=Do.END, how=how, set=ending, mark=case.today.mark)


def _both_over(case: _Case) -> Plan:
    """Close; where the kinds differ the later one in the chain counts on both sides.

    An assignment that left is over while its agreement goes on: then there is no kind to compare.
    """
    ours, there = case.ours.status, case.there
    theirs = there.units.get(STATUS) if there else None
    if ours is None or not ours.is_over or not isinstance(theirs, Status) or ours.state is theirs.state:
        return Plan(row="", reason=Reason.CLOSED, do=Do.CLOSE)
    if CHAIN.index(theirs.state) > CHAIN.index(ours.state):
        return Plan(row="", reason=Reason.DUE, do=Do.ADOPT, adopt={STATUS: theirs})
    if case.today.capabilities.write(STATUS) is not Write.YES or case.copy.then.get(STATUS) == theirs:
        return Plan(row="", reason=Reason.CLOSED, do=Do.CLOSE)
    return _end_there(case)


def _no_record_of_ours(case: _Case) -> bool:
    return not case.open and case.ours.presence is Presence.NONE


EXISTENCE: tuple[Line, ...] = (
    # An object there that nobody here knows.
    (
        "unknown, live, client not matched",
        lambda c: _no_record_of_ours(c) and c.there_live and not c.today.client_known,
        _is(Reason.QUESTION, Do.WAIT),
    ),
    (
        "unknown, live, may be the same as another",
        lambda c: _no_record_of_ours(c) and c.there_live and c.today.candidate,
        _is(Reason.QUESTION, Do.WAIT),
    ),
    ("unknown, live", lambda c: _no_record_of_ours(c) and c.there_live, _is(Reason.DUE, Do.ADOPT)),
    (
        "unknown, outside selection",
        lambda c: _no_record_of_ours(c) and c.outside,
        _is(Reason.OUTSIDE_SELECTION),
    ),
    ("unknown, over or absent", _no_record_of_ours, _is(Reason.CLOSED)),
    # No copy there yet, or not any more.
    (
        "no copy, not seen",
        lambda c: not c.open and isinstance(c.theirs, NotSeen),
        _is(Reason.ACCESS_LOST),
    ),
    (
        "no copy, nothing to carry",
        lambda c: not c.open and c.nothing_to_carry and not c.over,
        _carry_nothing,
    ),
    (
        "no copy, candidate",
        lambda c: not c.open and c.live and c.gone and c.today.candidate,
        _is(Reason.QUESTION, Do.WAIT),
    ),
    (
        "no copy, cannot be made",
        lambda c: not c.open and c.live and c.gone and c.today.capabilities.mode is Write.NO,
        _is(Reason.CANNOT_CARRY),
    ),
    (
        "no copy, waits there",
        lambda c: not c.open and c.live and c.gone and _waiting(c),
        lambda c: _wait_there(c),
    ),
    ("no copy", lambda c: not c.open and c.live and c.gone, _create),
    ("one match, live", lambda c: not c.open and c.live and c.there_live, lambda c: _units(c)),
    (
        "one match, over",
        lambda c: not c.open and c.live and c.there_over,
        _ask(QuestionKind.ENDED, "over-there"),
    ),
    ("one match, outside selection", lambda c: not c.open and c.live, _is(Reason.OUTSIDE_SELECTION)),
    (
        "over here, changed there since",
        lambda c: not c.open and c.over and c.there_live and bool(c.edits),
        _ask(QuestionKind.ENDED, "changed-after-end"),
    ),
    ("over here, live there", lambda c: not c.open and c.over and c.there_live, _end_there),
    ("over here, not there", lambda c: not c.open, _is(Reason.CLOSED, Do.CLOSE)),
    # A copy is there.
    ("left the selection", lambda c: c.outside, _is(Reason.OUTSIDE_SELECTION)),
    ("both live", lambda c: c.live and c.there_live, lambda c: _units(c)),
    (
        "live here, gone there, restore it",
        lambda c: c.live and (c.gone or c.there_over) and c.copy.released,
        lambda c: _create(c) if c.gone else _units(c),
    ),
    ("live here, over there", lambda c: c.live and c.there_over, _ended_there),
    ("live here, gone there", lambda c: c.live and c.gone, _ended_there),
    (
        "over here, edited there since",
        lambda c: c.over and c.there_live and bool(c.edits),
        _ask(QuestionKind.ENDED, "changed-after-end"),
    ),
    ("over here, live there", lambda c: c.over and c.there_live, _end_there),
    ("over, over", lambda c: c.over and c.there_over, _both_over),
    ("over, gone", lambda c: c.over and c.gone, _is(Reason.CLOSED, Do.CLOSE)),
    ("draft", lambda _: True, _is(Reason.WITHHELD)),
)


# Units.


def _there(case: _Case, key: UnitKey, units: Units) -> UnitValue | None:
    """A unit as the system keeps it."""
    value = units.get(key)
    return None if value is None else case.today.normal(key, value)


def _visible(case: _Case, units: Units) -> dict[UnitKey, UnitValue]:
    today = case.today
    return {
        key: value
        for key, value in units.items()
        if key in today.shape.units and today.capabilities.write(key) is not Write.NO
    }


def _is_late(case: _Case, key: UnitKey) -> bool:
    """What stands there is what an abandoned attempt of ours sent; a clear counts."""
    there = case.there
    value = there.units.get(key) if there else None
    return any(key in attempt.sent and attempt.sent[key] == value for attempt in case.copy.attempts)


def _is_past(case: _Case, key: UnitKey) -> bool:
    there = case.there
    value = there.units.get(key) if there else None
    ours = [
        *case.copy.past.get(key, ()),
        *(units[key] for units in (case.copy.was, case.ours.units) if key in units),
    ]
    return value in [case.today.normal(key, one) for one in ours] or _is_late(case, key)


def _rule(case: _Case, kind: UnitKind) -> Rule:
    leader = case.today.rules.get(kind)
    if leader is None:
        return Rule.ASK
    return Rule.WE_FOLLOW if leader.connector_id == case.today.connector_id else Rule.ANOTHER_LEADS


def _views(case: _Case, there: There) -> list[UnitView]:
    copy, today, ours = case.copy, case.today, case.ours.units
    appended = today.capabilities.mode is Write.APPEND
    keys = ours.keys() | there.units.keys() | copy.then.keys() | copy.was.keys() | copy.held.keys()
    keys |= copy.shape.units if not appended else frozenset()
    ours_there = {key: _there(case, key, ours) for key in keys}
    was_there = {key: _there(case, key, copy.was) for key in keys}
    we = {key for key in keys if ours_there[key] != was_there[key]}
    they = {key for key in keys if there.units.get(key) != copy.then.get(key)}
    return [
        UnitView(
            key=key,
            ours=ours.get(key),
            ours_there=ours_there[key],
            was_there=was_there[key],
            then=copy.then.get(key),
            theirs=there.units.get(key),
            carried=today.capabilities.carries(key),
            readable=today.capabilities.reads(key),
            write=today.capabilities.write(key),
            visible=key in today.shape.units or (key not in ours and _could_be_seen(case, key)),
            shown=key in copy.shape.units or _is_new_there(copy, ours, key),
            based=key in copy.based,
            held=key in copy.held,
            answered=key in copy.answered,
            question=copy.held.get(key, copy.answered.get(key)),
            is_past=_is_past(case, key),
            is_late=_is_late(case, key),
            first_agree=key in today.first_agree,
            takes_edits=key.kind not in today.closed_units,
            rule=_rule(case, key.kind),
            harm=can_harm(key, ours),
            repeats=there.repeats and today.capabilities.token is Token.NONE,
            we_only=we <= {key},
            they_only=they <= {key},
        )
        for key in sorted(keys)
    ]


def _is_new_there(copy: CopyState, ours: Units, key: UnitKey) -> bool:
    """A unit nobody had, of a kind they could see: an addition there, not one revealed to them."""
    return key.kind in copy.shape.kinds and key not in ours and key not in copy.was


def _could_be_seen(case: _Case, key: UnitKey) -> bool:
    """Whether a unit we do not have ourselves (new there, or removed here) would be visible to them."""
    return key.kind in case.today.shape.kinds


def _units(case: _Case) -> Plan:
    there = case.there
    if there is None:
        return Plan(row="", reason=Reason.ACCESS_LOST)
    rows: dict[UnitKey, str] = {}
    by: dict[Verdict, dict[UnitKey, UnitView]] = {verdict: {} for verdict in Verdict}
    for view in _views(case, there):
        rows[view.key], verdict = decide(view)
        by[verdict][view.key] = view

    def theirs(*verdicts: Verdict) -> SentUnits:
        return {key: view.theirs for one in verdicts for key, view in by[one].items()}

    write = {**by[Verdict.WRITE], **by[Verdict.WRITE_AGAIN]}
    cleared = {**by[Verdict.CLEAR], **by[Verdict.KEEP_AND_CLEAR]}
    held = theirs(Verdict.ASK, Verdict.PROPOSE, Verdict.REVISE, Verdict.HELD)
    decided = Plan(
        row="",
        reason=Reason.QUESTION if held else Reason.EQUAL,
        do=Do.LINK if not case.open else Do.NOTHING,
        adopt=theirs(Verdict.ADOPT),
        set={key: view.ours for key, view in write.items() if view.ours is not None},
        clear=frozenset(cleared) | {key for key, view in write.items() if view.ours is None},
        agreed=frozenset(by[Verdict.AGREED]) | frozenset(by[Verdict.RELEASE]),
        hold=held,
        released=frozenset(by[Verdict.RELEASE]),
        questions=_asked(theirs),
        keep=theirs(Verdict.KEEP_AND_CLEAR),
        late=frozenset(by[Verdict.WRITE_AGAIN]),
        rows=rows,
    )
    if decided.adopt:
        return replace(decided, do=Do.ADOPT, reason=Reason.DUE)
    return _MODES[case.today.capabilities.mode](case, there, decided)


def _asked(theirs: Callable[..., SentUnits]) -> tuple[Asked, ...]:
    asked = []
    if values := theirs(Verdict.ASK, Verdict.REVISE):
        asked.append(Asked(kind=QuestionKind.CONFLICT, values=values, cause="both-changed"))
    if values := theirs(Verdict.PROPOSE):
        asked.append(Asked(kind=QuestionKind.PROPOSAL, values=values, cause="proposed-there"))
    if values := theirs(Verdict.KEEP_AND_CLEAR):
        asked.append(Asked(kind=QuestionKind.TO_DO, values=values, cause="typed-in-hidden-unit"))
    return tuple(asked)


def _write_record(case: _Case, there: There, decided: Plan) -> Plan:
    """``yes``: patch the record, the units that differ and nothing else."""
    today = case.today
    writable = {k: v for k, v in decided.set.items() if today.capabilities.write(k) is Write.YES}
    clear = frozenset(key for key in decided.clear if today.capabilities.write(key) is Write.YES)
    tell = today.capabilities.tells_statements and today.statements not in (None, there.told)
    # What is under a question is not what a mark stands for, so the mark waits for the answer.
    mark = today.mark if today.mark != there.mark and not decided.hold else None
    if not (writable or clear or tell or mark):
        return replace(decided, set={}, clear=frozenset())
    return replace(decided, do=Do.UPDATE, reason=Reason.DUE, set=writable, clear=clear, tell=tell, mark=mark)


def _write_message(case: _Case, there: There, decided: Plan) -> Plan:
    """``append``: one message that says it all when it differs from the last one.

    What people said there and what was said elsewhere is noted beside it, without a new message.
    """
    today = case.today
    fresh = today.mark is not None and _digest(there.mark) != _digest(today.mark)
    tell = today.capabilities.tells_statements and today.statements not in (None, there.told)
    if not (fresh or tell or there.unanswered):
        return replace(decided, set={}, clear=frozenset())
    hidden = (key for key in decided.clear if key in case.ours.units and key not in today.shape.units)
    return replace(
        decided,
        do=Do.UPDATE,
        reason=Reason.DUE,
        set=_visible(case, case.ours.units),
        clear=frozenset(hidden),
        mark=today.mark if fresh else None,
        tell=tell or there.unanswered,
    )


def _digest(mark: str | None) -> str | None:
    """A mark is ``digest#ordinal``: the ordinal keeps A, B, A three messages."""
    return None if mark is None else mark.partition("#")[0]


def _waiting(case: _Case, kind: WriteKind | None = None) -> bool:
    """Whether a proposal of ours (of this kind) waits for an answer there."""
    intent = case.copy.intent
    return intent is not None and bool(intent.waiting) and kind in (None, intent.kind)


def _wait_there(case: _Case) -> Plan:
    """A proposal to make the record waits; changed terms replace it."""
    intent = case.copy.intent
    wanted = {key: _there(case, key, case.ours.units) for key in _visible(case, case.ours.units)}
    if intent is not None and dict(intent.sent) == wanted:
        return Plan(row="", reason=Reason.WAITING_THERE)
    return Plan(row="", reason=Reason.DUE, do=Do.WITHDRAW)


def _write_proposal(case: _Case, there: There, decided: Plan) -> Plan:
    """``propose``: only the difference from the record, and not what was refused."""
    fresh = {
        key: value
        for key, value in decided.set.items()
        if case.today.capabilities.write(key) is Write.PROPOSE
        and not (key in case.copy.refused and case.copy.refused[key] == case.today.normal(key, value))
    }
    intent = case.copy.intent
    if intent is not None and intent.waiting:
        wanted = {key: case.today.normal(key, value) for key, value in fresh.items()}
        if wanted == {key: value for key, value in intent.sent.items() if key in wanted} and wanted:
            return replace(decided, reason=Reason.WAITING_THERE, set={}, clear=frozenset())
        return replace(decided, do=Do.WITHDRAW, reason=Reason.DUE, set={}, clear=frozenset())
    if fresh:
        return replace(decided, do=Do.UPDATE, reason=Reason.DUE, set=fresh, clear=frozenset())
    listed = bool(decided.set) and decided.reason is Reason.EQUAL
    return replace(
        decided, set={}, clear=frozenset(), reason=Reason.CANNOT_CARRY if listed else decided.reason
    )


def _write_nothing(case: _Case, there: There, decided: Plan) -> Plan:
    """``no``: the difference is listed."""
    differs = bool(decided.set or decided.clear)
    reason = Reason.CANNOT_CARRY if differs and decided.reason is Reason.EQUAL else decided.reason
    return replace(decided, set={}, clear=frozenset(), reason=reason)


_MODES: Mapping[Write, Callable[[_Case, There, Plan], Plan]] = {
    Write.YES: _write_record,
    Write.RENDER: _write_record,
    Write.APPEND: _write_message,
    Write.PROPOSE: _write_proposal,
    Write.NO: _write_nothing,
    Write.PUSH: _write_nothing,
    Write.VIEW: _write_nothing,
}
