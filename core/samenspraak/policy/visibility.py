"""Who may see which part of an agreement, in which system. Pure; what is not allowed is denied.

Three things must all hold before a reader sees a unit: the reader has to do with this client (the circle,
or a part in the agreement), consent allows it, and the cell of the flow matrix for this kind of system
carries it. A copy shows what *every* one of its readers may see.

Source: domain.md, "What may flow where"; R-CON-1, R-CON-2, R-BSN-4.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import Units
from samenspraak.policy.capabilities import Readers
from samenspraak.policy.shape import ClientName, Shape
from samenspraak.policy.sight import Audience, Facts, Sight, performing_volunteers

__all__ = [
    "Audience",
    "Audiences",
    "ClientName",
    "Facts",
    "Shape",
    "Sight",
    "allowed_members",
    "audiences",
    "shape",
    "wanted_audiences",
]


@dataclass(frozen=True, kw_only=True)
class Audiences:
    """Which copies there should be: those that stay, those to retract, those to make."""

    keep: frozenset[frozenset[PartyRef]] = frozenset()
    retract: frozenset[frozenset[PartyRef]] = frozenset()
    open: frozenset[frozenset[PartyRef]] = frozenset()


def shape(units: Units, audience: Audience, facts: Facts) -> Shape:
    """What this audience may see of an agreement with these units; false when the copy may not be there."""
    return Sight(units, audience, facts).shape()


def allowed_members(units: Units, audience: Audience, facts: Facts) -> frozenset[PartyRef]:
    """Those members of the audience who, each alone, may see at least ``what``.

    Ask with every candidate as a member: the people linked at that connector who are in the client's
    circle or take part.
    """
    return frozenset(
        one for one in audience.members if shape(units, replace(audience, members=frozenset({one})), facts)
    )


def audiences(existing: Collection[frozenset[PartyRef]], allowed: frozenset[PartyRef]) -> Audiences:
    """The copies where each is addressed to named people.

    One whose readers are all still allowed stays, any other is retracted; the allowed people whom none that
    stays reaches get one new copy together.
    """
    keep = frozenset(one for one in existing if one and one <= allowed)
    uncovered = allowed.difference(*keep)
    return Audiences(
        keep=keep,
        retract=frozenset(existing) - keep,
        open=frozenset({uncovered}) if uncovered else frozenset(),
    )


def wanted_audiences(
    units: Units, candidates: Audience, existing: Collection[frozenset[PartyRef]], facts: Facts
) -> Audiences:
    """The copies there should be, however this system has its readers.

    ``candidates``: the audience with everybody as a member who is linked there and in the circle or takes
    part. Staff has one copy without members. Where everyone reads, there is one copy for all candidates
    together; when they change it stays, with the new members (then in ``keep``, though not in
    ``existing``). Each volunteer who performs has an own copy, or each reader where a copy has one reader.
    """
    match candidates.readers:
        case Readers.STAFF:
            return _sole(existing, frozenset())
        case Readers.EVERYONE:
            everyone = candidates.members
            return _sole(existing, everyone) if everyone else Audiences(retract=frozenset(existing))
        case Readers.NAMED:
            return audiences(existing, allowed_members(units, candidates, facts))
        case Readers.EACH:
            return _one_each(existing, allowed_members(units, candidates, facts))
        case Readers.PERFORMERS:
            performing = replace(candidates, members=candidates.members & performing_volunteers(units, facts))
            return _one_each(existing, allowed_members(units, performing, facts))


def _one_each(existing: Collection[frozenset[PartyRef]], readers: frozenset[PartyRef]) -> Audiences:
    wanted, there = frozenset(frozenset({one}) for one in readers), frozenset(existing)
    return Audiences(keep=wanted & there, retract=there - wanted, open=wanted - there)


def _sole(existing: Collection[frozenset[PartyRef]], members: frozenset[PartyRef]) -> Audiences:
    one = frozenset({members})
    return Audiences(keep=one) if existing else Audiences(open=one)
