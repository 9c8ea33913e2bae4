"""Who takes part: persons, devices and groups, and how an agreement refers to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from samenspraak.errors import RuleError


class PartyKind(StrEnum):
    """In which role a party takes part. One person may be a relative here and a professional there."""

    CLIENT = "client"
    RELATIVE = "relative"
    VOLUNTEER = "volunteer"
    PROFESSIONAL = "professional"
    DEVICE = "device"
    GROUP = "group"


_KINDS = frozenset(PartyKind)


class Pillar(StrEnum):
    """The Schijf van Vijf: five sources of help side by side, not a ranking."""

    CLIENT = "client"
    NETWORK = "network"
    VOLUNTEER = "volunteer"
    TECHNOLOGY = "technology"
    PROFESSIONAL = "professional"


class GroupKind(StrEnum):
    """What kind of group it is."""

    TEAM = "team"
    LOCATION = "location"
    ORGANISATION = "organisation"


PERSONS = frozenset({PartyKind.CLIENT, PartyKind.RELATIVE, PartyKind.VOLUNTEER, PartyKind.PROFESSIONAL})

_PILLARS = {
    PartyKind.CLIENT: Pillar.CLIENT,
    PartyKind.RELATIVE: Pillar.NETWORK,
    PartyKind.VOLUNTEER: Pillar.VOLUNTEER,
    PartyKind.DEVICE: Pillar.TECHNOLOGY,
    PartyKind.PROFESSIONAL: Pillar.PROFESSIONAL,
    PartyKind.GROUP: Pillar.PROFESSIONAL,
}

_UNRESOLVED = "unresolved:"


@dataclass(frozen=True, kw_only=True, order=True)
class PartyRef:
    """A party in a role, by the hub's own id; what another system calls it is in the directory.

    A party that nobody has matched yet is *unresolved*: its id then names the connector instance and
    the id used there, so that the reference stays the same until a person matches it.
    """

    kind: PartyKind
    id: str

    def __post_init__(self) -> None:
        if not self.id:
            raise RuleError("party-id", "A party needs an id.")

    @classmethod
    def unresolved(cls, kind: PartyKind, connector_id: str, external_id: str) -> PartyRef:
        return cls(kind=kind, id=f"{_UNRESOLVED}{connector_id}:{external_id}")

    @property
    def is_resolved(self) -> bool:
        return not self.id.startswith(_UNRESOLVED)

    def is_only_known_to(self, connector_id: str) -> bool:
        """Whether nobody has matched it, and it is this connector's system that told of it."""
        return self.id.startswith(f"{_UNRESOLVED}{connector_id}:")

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> PartyRef:
        """The reverse of ``str``.

        Raises:
            RuleError: the text is not ``kind:id``.
        """
        kind, separator, party_id = text.partition(":")
        if not separator or kind not in _KINDS:
            raise RuleError("party-ref", "A party is written as kind:id.")
        return cls(kind=PartyKind(kind), id=party_id)


def party_of(actor: str) -> PartyRef | None:
    """The party that this names as who did something; None: the hub itself, or an admin."""
    try:
        return PartyRef.parse(actor)
    except RuleError:
        return None


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """An identifier somebody gave to a party, for instance a BSN or a number in a family platform."""

    system: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """A human being. ``name`` is how the person is addressed in full; identifiers match, names suggest."""

    id: str
    name: str
    first_name: str = ""
    birth_date: date | None = None
    identifiers: frozenset[Identifier] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Device:
    """Technology that can be a performer; the owner acts when it fails."""

    id: str
    name: str
    owner: PartyRef


@dataclass(frozen=True, kw_only=True)
class Group:
    """A team, location or organisation. ``volunteers`` decides its pillar."""

    id: str
    name: str
    kind: GroupKind
    volunteers: bool = False
    members: frozenset[PartyRef] = frozenset()

    @property
    def ref(self) -> PartyRef:
        return PartyRef(kind=PartyKind.GROUP, id=self.id)


@dataclass(frozen=True, kw_only=True)
class CircleMember:
    """Somebody around a client. A representative decides for the client; a first contact does not."""

    client_id: str
    party: PartyRef
    representative: bool = False


def pillar(kind: PartyKind, *, volunteers: bool = False) -> Pillar:
    """The source of help a performer of this kind belongs to; for a group, say whether of volunteers."""
    if kind is PartyKind.GROUP and volunteers:
        return Pillar.VOLUNTEER
    return _PILLARS[kind]
