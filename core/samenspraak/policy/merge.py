"""One unit, three ways: what it was, what we hold, what they hold. The first line that fits decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from samenspraak.domain.agreements import State, Status
from samenspraak.domain.units import STATUS, UnitKey, UnitValue
from samenspraak.policy.capabilities import Direction, Write

# A later state wins where both sides moved along it; source: design §4, "Status".
CHAIN = (State.PROPOSED, State.ACTIVE, State.ENDED, State.WITHDRAWN, State.MISTAKE)


class Rule(StrEnum):
    """What holds when two values stand against each other."""

    ASK = "ask"
    WE_FOLLOW = "we_follow"
    ANOTHER_LEADS = "another_leads"


class Verdict(StrEnum):
    """What to do about one unit."""

    NOTHING = "nothing"
    SKIP = "skip"
    AGREED = "agreed"
    WRITE = "write"
    WRITE_AGAIN = "write_again"
    ADOPT = "adopt"
    ASK = "ask"
    PROPOSE = "propose"
    HELD = "held"
    REVISE = "revise"
    RELEASE = "release"
    CLEAR = "clear"
    KEEP_AND_CLEAR = "keep_and_clear"


@dataclass(frozen=True, kw_only=True)
class UnitView:
    """One unit from every side. None is an empty unit; ``there`` forms are as the system keeps a value.

    ``ours_there`` / ``was_there``: what ours and the base look like there · ``based``: it agreed before ·
    ``shown``: it was in the stored shape · ``visible``: it is in today's · ``held`` and ``answered``: under
    a question, or its answer; ``question`` is then the value the question shows for this system ·
    ``is_past``: theirs is a value of ours, of any version or attempt · ``is_late``: theirs is what an
    abandoned attempt of ours sent · ``is_left``: the unit is not kept there, and people there gave it that
    value · ``repeats``: the whole record is as it was before, without tokens ·
    ``misnames``: it stands there with another name or id for somebody than its readers may see now ·
    ``restores``: it ended, or its system was restored, and a person asked to bring it back in step ·
    ``we_only`` / ``they_only``: nothing but this unit changed here / there.
    """

    key: UnitKey
    ours: UnitValue | None
    ours_there: UnitValue | None
    was_there: UnitValue | None
    then: UnitValue | None
    theirs: UnitValue | None
    carried: bool
    readable: bool
    write: Write
    visible: bool
    shown: bool
    based: bool
    held: bool = False
    answered: bool = False
    question: UnitValue | None = None
    is_past: bool = False
    is_late: bool = False
    is_left: bool = False
    first_agree: bool = False
    direction: Direction = Direction.BOTH
    rule: Rule = Rule.ASK
    harm: bool = False
    repeats: bool = False
    misnames: bool = False
    restores: bool = False
    we_only: bool = True
    they_only: bool = True

    @property
    def equal(self) -> bool:
        return self.theirs == self.ours_there

    @property
    def we_changed(self) -> bool:
        return self.ours_there != self.was_there

    @property
    def they_changed(self) -> bool:
        return self.theirs != self.then

    @property
    def is_left_to_them(self) -> bool:
        """We take nothing over, and have nothing to tell: what they wrote there is theirs."""
        return not self.direction.comes and self.ours_there is None and not self.based


def _chain(view: UnitView) -> int:
    """Both moved along the chain of states: below 0 ours is later, above 0 theirs; 0: not so."""
    ours, theirs = view.ours, view.theirs
    if view.harm or view.key != STATUS or not isinstance(ours, Status) or not isinstance(theirs, Status):
        return 0
    if ours.state not in CHAIN or theirs.state not in CHAIN:
        return 0
    return CHAIN.index(theirs.state) - CHAIN.index(ours.state)


def _differ(view: UnitView) -> Verdict:
    """Two values stand against each other: where harm is possible no system leads."""
    if view.harm or view.repeats or view.rule is Rule.ASK:
        return Verdict.ASK
    return Verdict.ADOPT if view.rule is Rule.WE_FOLLOW else Verdict.PROPOSE


def _their_edit(view: UnitView) -> Verdict:
    if view.repeats:
        return Verdict.ASK
    led_elsewhere = view.rule is Rule.ANOTHER_LEADS and not view.harm
    if led_elsewhere or view.first_agree or not view.direction.comes:
        return Verdict.PROPOSE
    return Verdict.ADOPT


Row = tuple[str, Callable[[UnitView], bool], Verdict | Callable[[UnitView], Verdict]]

# Source: design.md §4, the unit table; simulation.md §3 for the rows on hidden, held and late units.
ROWS: tuple[Row, ...] = (
    ("cannot be carried", lambda v: not v.carried, Verdict.SKIP),
    ("hidden now, cannot be read", lambda v: not (v.visible or v.readable) and v.shown, Verdict.CLEAR),
    ("hidden now, empty there", lambda v: not v.visible and v.theirs is None, Verdict.SKIP),
    ("hidden now, not ours to clear", lambda v: not v.visible and v.write is Write.NO, Verdict.SKIP),
    ("not kept there, written there", lambda v: v.is_left, Verdict.SKIP),
    ("hidden now, a value of ours", lambda v: not v.visible and v.is_past, Verdict.CLEAR),
    ("not kept there, other text", lambda v: v.direction is Direction.NONE, Verdict.SKIP),
    ("hidden now, other text", lambda v: not v.visible, Verdict.KEEP_AND_CLEAR),
    ("late own write", lambda v: v.is_late and v.they_changed and not v.equal, Verdict.WRITE_AGAIN),
    ("held, equal again", lambda v: v.held and v.equal, Verdict.RELEASE),
    ("held, as the question shows", lambda v: v.held and v.theirs == v.question, Verdict.HELD),
    ("held, another value", lambda v: v.held, Verdict.REVISE),
    ("answered, equal", lambda v: v.answered and v.equal, Verdict.AGREED),
    ("answered, as the question showed", lambda v: v.answered and v.theirs == v.question, Verdict.WRITE),
    ("answered, changed since", lambda v: v.answered, Verdict.ASK),
    ("write only, changed here", lambda v: not v.readable and v.we_changed, Verdict.WRITE),
    ("write only, unchanged", lambda v: not v.readable, Verdict.NOTHING),
    ("equal, but for a name", lambda v: v.equal and v.misnames, Verdict.WRITE),
    ("equal", lambda v: v.equal, Verdict.AGREED),
    ("restored, a value of ours", lambda v: v.restores and (v.is_past or v.theirs is None), Verdict.WRITE),
    ("restored, typed there since", lambda v: v.restores and v.they_changed, Verdict.ASK),
    ("theirs is not taken over, nothing of ours", lambda v: v.is_left_to_them, Verdict.NOTHING),
    ("revealed, empty there", lambda v: not (v.based or v.shown) and v.theirs is None, Verdict.WRITE),
    ("revealed, filled there", lambda v: not (v.based or v.shown), _differ),
    ("same, same", lambda v: not v.we_changed and not v.they_changed, Verdict.NOTHING),
    ("changed here", lambda v: not v.they_changed, Verdict.WRITE),
    ("changed there", lambda v: not v.we_changed, _their_edit),
    ("both along the chain, ours later", lambda v: v.they_only and _chain(v) < 0, Verdict.WRITE),
    ("both along the chain, theirs later", lambda v: v.we_only and _chain(v) > 0, _their_edit),
    ("both changed", lambda _: True, _differ),
)


def decide(view: UnitView) -> tuple[str, Verdict]:
    """The line that fits, and what it says. Total: the last line always fits."""
    for name, fits, verdict in ROWS:
        if fits(view):
            return name, verdict if isinstance(verdict, Verdict) else verdict(view)
    raise AssertionError("the last line of the table fits every unit")
