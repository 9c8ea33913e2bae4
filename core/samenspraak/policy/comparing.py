"""Both are live: every unit from both sides, and what came of it, written as the system can."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from samenspraak.domain.units import UnitKey, Units, can_harm
from samenspraak.policy.capabilities import PATCHED, Token, Write
from samenspraak.policy.case import Case
from samenspraak.policy.merge import UnitView, Verdict, decide
from samenspraak.policy.modes import MODES
from samenspraak.policy.state import Asked, CopyState, Do, Plan, QuestionKind, Reason, SentUnits, There, Today

FIRST_AGREE = "first-agree"
"""The cause of a proposal that waits until the parties agree."""

_VERDICTS = tuple(Verdict)
_HELD = (Verdict.ASK, Verdict.PROPOSE, Verdict.REVISE, Verdict.HELD)
_HIDES = (Verdict.CLEAR, Verdict.KEEP_AND_CLEAR)
_HIDDEN_AT_ONCE = PATCHED | {Write.APPEND, Write.PUSH}
"""Where nobody is asked first, nor a whole text replaced."""


def compare(case: Case) -> Plan:
    """The unit table for every unit, and what the system lets us write of it."""
    there = case.there
    if there is None:
        return Plan(row="", reason=Reason.ACCESS_LOST)
    decided = _merged(case, _Decisions.of(case, there))
    if decided.adopt:
        return replace(decided, do=Do.ADOPT, reason=Reason.DUE)
    return MODES[case.today.capabilities.mode](case, there, decided)


def hide(case: Case, decided: Plan) -> Plan:
    """The same plan, but first what may no longer be seen goes, whatever else waits for an answer."""
    there, can = case.there, case.today.capabilities
    copied = case.copy.based or case.copy.shape.units
    if there is None or not copied or can.mode not in _HIDDEN_AT_ONCE:
        return decided
    found = _Decisions.of(case, there)
    hides = (key for key in found.of_verdict(*_HIDES) if can.write(key) in _HIDDEN_AT_ONCE)
    clear = {key for key in hides if not (can.tells and can.reads(key))}
    if not clear:
        return decided
    kept = {key: value for key, value in found.theirs(Verdict.KEEP_AND_CLEAR).items() if key in clear}
    return replace(
        decided,
        do=Do.UPDATE,
        reason=Reason.DUE,
        clear=frozenset(clear),
        mark=case.today.mark if can.mode is Write.PUSH else None,  # they fetch what is left to be seen
        keep=kept,
        questions=(*decided.questions, *_about_hidden(kept)),
        rows={key: found.rows[key] for key in clear},
    )


# Each unit from every side.


@dataclass(frozen=True)
class _Decisions:
    """The line of the unit table that fits each unit, and what it says."""

    rows: Mapping[UnitKey, str]
    views: Mapping[Verdict, Mapping[UnitKey, UnitView]]

    @classmethod
    def of(cls, case: Case, there: There) -> _Decisions:
        rows: dict[UnitKey, str] = {}
        views: dict[Verdict, dict[UnitKey, UnitView]] = {verdict: {} for verdict in _VERDICTS}
        for view in _views(case, there):
            rows[view.key], verdict = decide(view)
            views[verdict][view.key] = view
        return cls(rows, views)

    def of_verdict(self, *verdicts: Verdict) -> dict[UnitKey, UnitView]:
        return {key: view for one in verdicts for key, view in self.views[one].items()}

    def theirs(self, *verdicts: Verdict) -> SentUnits:
        return {key: view.theirs for key, view in self.of_verdict(*verdicts).items()}


def _views(case: Case, there: There) -> list[UnitView]:
    copy, today, ours = case.copy, case.today, case.ours.units
    keys = ours.keys() | there.units.keys() | copy.then.keys() | copy.was.keys() | copy.held.keys()
    keys |= frozenset() if today.capabilities.tells else copy.shape.units
    we = {key for key in keys if case.compares(key) and case.kept(key, ours) != case.was(key)}
    they = {key for key in keys if there.units.get(key) != copy.then.get(key)}
    return [
        UnitView(
            key=key,
            ours=ours.get(key),
            ours_there=case.kept(key, ours),
            was_there=case.was(key),
            then=copy.then.get(key),
            theirs=there.units.get(key),
            carried=today.capabilities.carries(key),
            readable=today.capabilities.reads(key),
            write=today.capabilities.write(key),
            visible=key in today.shape.units or (key not in ours and key.kind in today.shape.kinds),
            shown=key in copy.shape.units or _is_new_there(copy, ours, key),
            based=key in copy.based,
            held=key in copy.held,
            answered=key in copy.answered,
            question=copy.held.get(key, copy.answered.get(key)),
            is_past=case.is_past(key),
            is_late=case.is_late(key),
            is_left=case.is_left(key),
            first_agree=key in today.first_agree,
            direction=today.direction(key.kind),
            rule=case.rule(key.kind),
            harm=can_harm(key, ours) or can_harm(key, there.units),
            repeats=there.repeats and today.capabilities.token is Token.NONE,
            misnames=key in there.misnamed,
            restores=copy.released,
            we_only=we <= {key},
            they_only=they <= {key},
        )
        for key in sorted(keys)
    ]


def _is_new_there(copy: CopyState, ours: Units, key: UnitKey) -> bool:
    """A unit nobody had, of a kind they could see: an addition there, not one revealed to them."""
    return key.kind in copy.shape.kinds and key not in ours and key not in copy.was


# What came of it.


def _merged(case: Case, found: _Decisions) -> Plan:
    held = found.theirs(*_HELD)
    write = found.of_verdict(Verdict.WRITE, Verdict.WRITE_AGAIN)
    equal = found.of_verdict(Verdict.AGREED, Verdict.RELEASE)
    return Plan(
        row="",
        reason=Reason.QUESTION if held else Reason.EQUAL,
        do=Do.NOTHING if case.open else Do.LINK,
        adopt=found.theirs(Verdict.ADOPT),
        set={key: view.ours for key, view in write.items() if view.ours is not None},
        clear=frozenset(found.of_verdict(*_HIDES)) | {key for key, one in write.items() if one.ours is None},
        agreed=frozenset(equal),
        hold=held,
        released=frozenset(case.copy.held.keys() - held.keys()),
        questions=(
            *_about_values(case.today, found.theirs),
            *_about_hidden(found.theirs(Verdict.KEEP_AND_CLEAR)),
        ),
        keep=found.theirs(Verdict.KEEP_AND_CLEAR),
        spent=frozenset(key for key, view in equal.items() if view.is_late),
        late=frozenset(found.views[Verdict.WRITE_AGAIN]),
        rows=found.rows,
    )


def _about_values(today: Today, theirs: Callable[..., SentUnits]) -> tuple[Asked, ...]:
    """A question that stands is asked again, so that it shows what either side holds now."""
    first, proposed = today.first_agree, theirs(Verdict.PROPOSE)
    new = theirs(Verdict.PROPOSE, Verdict.REVISE)
    asked = (
        (QuestionKind.CONFLICT, "both-changed", theirs(Verdict.ASK, Verdict.REVISE, Verdict.HELD)),
        (QuestionKind.PROPOSAL, FIRST_AGREE, {key: one for key, one in proposed.items() if key in first}),
        (QuestionKind.PROPOSAL, "proposed-there", {k: v for k, v in proposed.items() if k not in first}),
        (QuestionKind.TO_DO, "ours-or-yours", theirs(Verdict.WRITE_AGAIN)),
    )
    return tuple(
        Asked(
            kind=kind,
            values=values,
            cause=cause,
            parties={key: first[key] for key in values.keys() & new.keys() & first.keys()},
            author=today.author,
        )
        for kind, cause, values in asked
        if values
    )


def _about_hidden(kept: SentUnits) -> tuple[Asked, ...]:
    asked = Asked(kind=QuestionKind.TO_DO, values=kept, cause="typed-in-hidden-unit")
    return (asked,) if kept else ()
