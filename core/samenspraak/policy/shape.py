"""What the readers of a copy may see and their system carries, as a value that can be stored."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from samenspraak.domain.canonical import digest
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKey, UnitKind, Units


class ClientName(StrEnum):
    """How the client may be named to these readers."""

    FULL = "full"
    FIRST = "first"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What the readers of one copy may see; :func:`samenspraak.policy.visibility.shape` makes it.

    ``units``: the units of the agreement, and in sets the elements, that every reader may see and the
    system carries · ``kinds``: the kinds of which a unit that is new there would be visible too ·
    ``members``: the readers by name (none: staff) · ``names``: who of the parties in it, and of the
    readers, may be named · ``bsn``: whether a BSN may go there · ``neutral_title``: ``what`` is hidden,
    yet the copy may be there under a title that says nothing.

    A shape that is false shows nothing: the copy may not be there.
    """

    units: frozenset[UnitKey]
    kinds: frozenset[UnitKind] = frozenset()
    members: frozenset[PartyRef] = frozenset()
    mapping_version: int = 1
    names: frozenset[PartyRef] = frozenset()
    client_name: ClientName = ClientName.NONE
    bsn: bool = False
    neutral_title: bool = False

    def __bool__(self) -> bool:
        return bool(self.units)

    @property
    def digest(self) -> str:
        """Tells quickly whether two shapes are the same; stable between processes and releases."""
        return digest("s1", self)

    def project(self, units: Units) -> Units:
        """The part of these units that is visible."""
        return {key: value for key, value in units.items() if key in self.units}
