"""Whether a party can be told something: in which systems it reads a copy of the agreement.

Source: domain.md, ``reach``: in which system, if any, a party can be told something; none is a question
"niet bereikt" for the responsible person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from samenspraak.domain.agreements import Agreement, ExceptionKind, OccurrenceKey
from samenspraak.domain.parties import Group, PartyKind, PartyRef
from samenspraak.domain.units import UnitKey, UnitKind
from samenspraak.policy.capabilities import Readers

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


def must_hear(agreement: Agreement, changed: Collection[UnitKey]) -> dict[OccurrenceKey, PartyRef]:
    """Who has to hear of what changed: for a moment that was called off, whoever steps in."""
    found = {}
    for unit in changed:
        if unit.kind is not UnitKind.EXCEPTION:
            continue
        key = OccurrenceKey.parse(unit.id)
        exception = agreement.exceptions.get(key)
        assignment = agreement.assignment(key.assignment_id)
        called_off = exception is not None and exception.kind is ExceptionKind.CANCELLED
        if called_off and assignment is not None and assignment.backup is not None:
            found[key] = assignment.backup
    return found
