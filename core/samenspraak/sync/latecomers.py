"""Objects of an agreement that was joined, met after that: whose copy they are, and what they call it."""

from __future__ import annotations

from samenspraak.domain.aliases import Aliases
from samenspraak.domain.units import Units, units_of
from samenspraak.policy.likeness import same_assignments
from samenspraak.store.records import AgreementRecord, LinkRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork


def audience_since(uow: UnitOfWork, stays: AgreementRecord, connector_id: str, before: str) -> str:
    """Whose copy carries the marker of the one that went: a copy that came along, else the one called so."""
    there = uow.links.in_system(stays.agreement.id, connector_id)
    came_along = sorted(one.audience for one in there if one.aliases)
    return came_along[0] if came_along and before not in came_along else before


def with_alias(
    uow: WritingUnitOfWork, link: LinkRecord, known: AgreementRecord, part: str, says: Units
) -> LinkRecord:
    """The link, with what the assignment of one more object is called there.

    ``part``, ``says``: of that object. Its siblings were met before the agreement was joined; it may hold
    another assignment that is known here under another id.
    """
    there = {one.part for one in uow.remotes.of_link(link.id)}
    if not link.aliases or link.aliases.id_here(part) in there:
        return link
    left = {key: one for key, one in units_of(known.agreement).items() if key.assignment_id not in there}
    pairs = {
        ours: theirs
        for ours, theirs in same_assignments(left, says).items()
        if theirs == part and ours not in link.aliases.there
    }
    uow.links.set(link.id, aliases=Aliases.of({**link.aliases.there, **pairs}))
    return uow.links.get(link.id)
