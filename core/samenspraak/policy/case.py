"""One copy on one day: the four arguments of a plan, with the words that its tables use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from samenspraak.domain.agreements import Duty
from samenspraak.domain.units import STATUS, UnitKey, UnitKind, Units, UnitValue
from samenspraak.policy.capabilities import IN_PLACE, Direction, Readers, Write
from samenspraak.policy.merge import Rule
from samenspraak.policy.state import (
    Asked,
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
    WriteKind,
)


@dataclass(frozen=True)
class Case:
    """What is true of one copy today; a table asks nothing else."""

    copy: CopyState
    ours: Ours
    theirs: Theirs
    today: Today

    # The copy, and what we hold.

    @property
    def open(self) -> bool:
        return self.copy.phase is LinkPhase.OPEN

    @property
    def unknown(self) -> bool:
        """An object there that nobody here knows."""
        return not self.open and self.ours.presence is Presence.NONE

    @property
    def live(self) -> bool:
        return self.ours.presence is Presence.LIVE

    @property
    def over(self) -> bool:
        return self.ours.presence in (Presence.OVER, Presence.ERASED)

    @property
    def has_left(self) -> bool:
        """The assignment this object stands for is no longer there, while its agreement goes on."""
        status = self.ours.status
        return self.over and not (status and status.is_over)

    @property
    def nothing_to_carry(self) -> bool:
        return self.ours.presence is Presence.DRAFT or not self.today.shape

    @property
    def is_newcomer(self) -> bool:
        """It stands for an assignment that only exists there."""
        return bool(self.ours.part) and UnitKey(UnitKind.ASSIGNMENT, self.ours.part) not in self.ours.units

    @property
    def was_taken_back(self) -> bool:
        """There was a copy, its retraction was seen to have landed, and it is no record of their own."""
        said = self.there.units.keys() - {STATUS} if self.there else frozenset()
        tombstone = self.copy.phase is LinkPhase.CLOSED and not self.copy.based
        return tombstone and not (said and self._in_place) and not self.copy.released

    @property
    def is_being_taken_back(self) -> bool:
        """There is a copy of ours whose retraction has landed, and nobody is certain of that yet."""
        return self.open and bool(self.copy.based) and not self.copy.shape and not self.is_theirs

    @property
    def removed_before(self) -> bool:
        """There was a copy, and it was not we who took it away."""
        copy = self.copy
        return copy.phase is LinkPhase.CLOSED and bool(copy.based) and not copy.ended_by_us

    def waits(self, kind: WriteKind | None = None) -> bool:
        """Whether a proposal of ours (of this kind) waits for an answer there."""
        intent = self.copy.intent
        return intent is not None and bool(intent.waiting) and kind in (None, intent.kind)

    # Who may see it.

    @property
    def hidden(self) -> bool:
        """The copy may not be there: consent, erased, transferred."""
        return not self.today.shape or self.ours.presence is Presence.ERASED

    @property
    def is_theirs(self) -> bool:
        """People there wrote it down themselves, in a system where units can be taken out one by one."""
        return bool(self.copy.typed) and self._in_place

    @property
    def _in_place(self) -> bool:
        return self.today.capabilities.mode in IN_PLACE

    @property
    def is_shown_here(self) -> bool:
        """Whether the system is the hub itself, which shows it to others, or tells them of it."""
        return self.today.capabilities.stays_here

    @property
    def theirs_alone(self) -> bool:
        """It was written down there, and nothing of ours is (any more) agreed to be seen in it."""
        copy = self.copy
        ours = copy.based or copy.shape.units or copy.attempts or copy.intent
        return (self.open or self.is_theirs) and not ours

    @property
    def ours_in_theirs(self) -> SentUnits:
        """What of ours stands in a record of theirs, per unit what they last made of it; None: nothing."""
        there = self.there.units if self.there else {}
        found: dict[UnitKey, UnitValue | None] = {}
        for key in sorted(there.keys() - {STATUS}):
            typed = self.copy.typed.get(key, (None,))
            kept = [None if one is None else self.today.normal(key, one) for one in typed]
            writable = self.today.capabilities.write(key) is not Write.NO
            if writable and there[key] not in kept and self.is_past(key):
                found[key] = kept[-1]
        return found

    @property
    def must_leave(self) -> bool:
        """Something of ours is there, or was when we last looked, and may not be.

        A closed copy that was not retracted can still be read there; its stored shape says so.
        """
        if self.ours.presence is Presence.NONE or not self.hidden or self.theirs_alone:
            return False
        kept = self.copy.phase is LinkPhase.CLOSED and bool(self.copy.shape)
        return self.open or kept or self.waits() or self.has_content

    @property
    def has_content(self) -> bool:
        """Whether the object still shows anything; messages show what cannot be read back."""
        there = self.there
        if there is None:
            return False
        told = self.today.capabilities.tells and there.mark is not None
        return told or not there.is_over or bool(there.units.keys() - {STATUS})

    @cached_property
    def is_read_by_nobody_known(self) -> bool:
        """Whether performers read it, and people there gave it to somebody whom nobody here has matched."""
        if self.there is None or self.today.capabilities.readers is not Readers.PERFORMERS:
            return False
        duties = (value for value in self.there.units.values() if isinstance(value, Duty))
        return any(not one.performer.is_resolved for one in duties)

    # What is there.

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
    def outside(self) -> bool:
        return self.there is not None and not self.there.selected

    @property
    def gone(self) -> bool:
        """Provably not there; a delete of ours with a lost answer explains that it is missing, too.

        What is kept from us may still be read there.
        """
        is_missing = isinstance(self.theirs, NotSeen) and self.theirs.missing
        explained = is_missing and self.copy.ended_by_us
        return isinstance(self.theirs, NotThere) or explained

    @property
    def not_seen(self) -> bool:
        return isinstance(self.theirs, NotSeen) and not self.gone

    # What changed since.

    @cached_property
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
            and not self.stays_theirs(key)
            and there.units.get(key) != self.copy.then.get(key)
            and not (self.is_late(key) or self._is_answered(key))
        }

    @property
    def changed_since(self) -> bool:
        """Whether people there went on with it: edited it, or took it up again after its end."""
        return bool(self.edits) or self.goes_on_again

    @property
    def goes_on_again(self) -> bool:
        """Whether it was over there and is not any more, and nobody here has decided on that yet."""
        then, there = self.copy.then.get(STATUS), self.there
        was_over = bool(getattr(then, "is_over", False))
        return was_over and there is not None and not there.is_over and not self._is_answered(STATUS)

    @property
    def ended_since(self) -> bool:
        """Whether people there ended what goes on here, and nobody here has decided on that yet."""
        there = self.there.units.get(STATUS) if self.there else None
        return self.live and self.there_over and there != self.copy.then.get(STATUS)

    @property
    def we_changed(self) -> bool:
        """Whether the hub holds something they have not seen there yet, status aside."""
        keys = (self.ours.units.keys() | self.copy.was.keys()) - {STATUS}
        return any(self.goes(key) and self.kept(key, self.ours.units) != self.was(key) for key in keys)

    def _is_answered(self, key: UnitKey) -> bool:
        """A person has answered about exactly this value."""
        value = self.there.units.get(key) if self.there else None
        return key in self.copy.answered and self.copy.answered[key] == value

    # One unit.

    def compares(self, key: UnitKey) -> bool:
        """Whether the unit has a place there and may be seen there."""
        return self.today.capabilities.carries(key) and key in self.today.shape.units

    def goes(self, key: UnitKey) -> bool:
        """Whether what the hub holds for the unit is to be seen there."""
        return self.compares(key) and self.today.direction(key.kind).goes

    def stays_theirs(self, key: UnitKey) -> bool:
        """Whether what people write in the unit there is theirs: not taken over, nothing is told of it."""
        direction = self.today.direction(key.kind)
        nothing_of_ours = key not in self.ours.units and key not in self.copy.based
        return direction is Direction.NONE or (not direction.comes and nothing_of_ours)

    def kept(self, key: UnitKey, units: Units) -> UnitValue | None:
        """A unit as the system keeps it."""
        value = units.get(key)
        return None if value is None else self.today.normal(key, value)

    def was(self, key: UnitKey) -> UnitValue | None:
        return self.kept(key, self.copy.was)

    def to_write(self, units: Units) -> dict[UnitKey, UnitValue]:
        """The part of these units that may be seen there and can be written there."""
        return {
            key: value
            for key, value in units.items()
            if self.goes(key) and self.today.capabilities.write(key) is not Write.NO
        }

    @property
    def is_refused(self) -> bool:
        """Whether all that we would write there was refused, or a person said it need not be there."""
        wanted = self.to_write(self.ours.units)
        return bool(wanted) and all(self.refuses(key, self.kept(key, wanted)) for key in wanted)

    def refuses(self, key: UnitKey, value: UnitValue | None) -> bool:
        """Whether exactly this (None: a clear) was refused there."""
        return key in self.copy.refused and self.copy.refused[key] == value

    def is_late(self, key: UnitKey) -> bool:
        """What stands there is what an abandoned attempt of ours sent; a clear counts."""
        value = self.there.units.get(key) if self.there else None
        return any(key in attempt.sent and attempt.sent[key] == value for attempt in self.copy.attempts)

    def is_left(self, key: UnitKey) -> bool:
        """The unit is not kept there, may be seen there, and says what people there made of it."""
        value = self.there.units.get(key) if self.there else None
        written = [one for one in self.copy.left.get(key, ()) if one is not None]
        return value in [self.today.normal(key, one) for one in written]

    def is_past(self, key: UnitKey) -> bool:
        """What stands there is a value of ours, of any version or attempt."""
        value = self.there.units.get(key) if self.there else None
        ours = [
            *self.copy.past.get(key, ()),
            *(units[key] for units in (self.copy.was, self.ours.units) if key in units),
        ]
        return value in [self.today.normal(key, one) for one in ours] or self.is_late(key)

    def rule(self, kind: UnitKind) -> Rule:
        leader = self.today.rules.get(kind)
        if leader is None:
            return Rule.ASK
        return Rule.WE_FOLLOW if leader.connector_id == self.today.connector_id else Rule.ANOTHER_LEADS


Outcome = Callable[[Case], Plan]
Line = tuple[str, Callable[[Case], bool], Outcome]
"""A line of a table: its name, whether it fits, and what it says."""


def first(table: tuple[Line, ...], case: Case) -> Plan | None:
    """What the first line that fits says, under that line's name; None when none fits."""
    for name, fits, outcome in table:
        if fits(case):
            return replace(outcome(case), row=name)
    return None


def rests(reason: Reason, do: Do = Do.NOTHING) -> Outcome:
    """The outcome that needs no values."""
    return lambda _: Plan(row="", reason=reason, do=do)


def asks(kind: QuestionKind, cause: str, reason: Reason = Reason.QUESTION, do: Do = Do.NOTHING) -> Outcome:
    """The outcome that asks a person, and shows what was edited there."""
    return lambda case: Plan(
        row="",
        reason=reason,
        do=do,
        questions=(Asked(kind=kind, values=case.edits, cause=cause),),
    )
