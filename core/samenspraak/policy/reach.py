"""Whether a party can be told something: in which systems it reads a copy of the agreement.

Source: domain.md, ``reach``: in which system, if any, a party can be told something; none is a question
"niet bereikt" for the responsible person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from samenspraak.domain.agreements import Agreement, ExceptionKind, OccurrenceKey, State
from samenspraak.domain.parties import Group, PartyKind, PartyRef
from samenspraak.domain.units import STATUS, UnitKey, UnitKind
from samenspraak.policy.capabilities import Readers

_ONE_MOMENT = UnitKind.EXCEPTION
_BY_STAFF = frozenset({PartyKind.PROFESSIONAL, PartyKind.GROUP, PartyKind.DEVICE})


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One copy of an agreement that shows something: where it is, and who reads it there."""

    connector_id: str
    readers: Readers
    members: frozenset[PartyRef] = frozenset()


def reach(party: PartyRef, copies: Iterable[Copy], groups: Collection[Group] = ()) -> frozenset[str]:
    """The systems in which this party reads a copy.

    Staff reads what is in a system for staff; a device is told through whoever cares for it there. A
    group, also one of volunteers, is reached when one of its members is.
    """
    members = next((one.members for one in groups if one.ref == party), frozenset())
    people = members | {party}
    return frozenset(
        copy.connector_id
        for copy in copies
        if (copy.readers is Readers.STAFF and party.kind in _BY_STAFF) or people & copy.members
    )


def must_hear(agreement: Agreement, changed: Collection[UnitKey]) -> dict[PartyRef, UnitKey]:
    """Who has to hear of what changed, each with the first unit that concerns them.

    Of a moment that was called off whoever steps in and whoever is responsible, of one that was taken over
    whoever does it now, and of a pause everybody who would come for nothing.
    """
    found: dict[PartyRef, UnitKey] = {}
    for unit in sorted(changed):
        for party in _concerned(agreement, unit):
            found.setdefault(party, unit)
    return found


def _concerned(agreement: Agreement, unit: UnitKey) -> Iterable[PartyRef]:
    if unit == STATUS:
        return sorted(agreement.performers) if agreement.status.state is State.PAUSED else ()
    exception = agreement.exceptions.get(OccurrenceKey.parse(unit.id)) if unit.kind is _ONE_MOMENT else None
    assignment = agreement.assignment(unit.assignment_id or "")
    if exception is None or assignment is None:
        return ()
    hears: Mapping[ExceptionKind, Collection[PartyRef | None]] = {
        ExceptionKind.CANCELLED: (assignment.backup, assignment.responsible),
        ExceptionKind.TAKEN_OVER: (exception.by,),
    }
    return [one for one in hears.get(exception.kind, ()) if one is not None]
