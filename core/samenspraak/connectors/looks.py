"""What a look at another system gives: its records, who it knows, and what one record says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.parties import Identifier, PartyKind, PartyRef
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import MatrixRow, Units
from samenspraak.policy.capabilities import Arrival

Raw = dict[str, Any]
"""One object of the other system as JSON members, numbers with a fraction as ``Decimal``.

Lenses copy before they change."""


@dataclass(frozen=True, kw_only=True)
class Marker:
    """Our identifier on an object: of the agreement, the copy (audience), and one assignment or ''."""

    agreement_id: str
    part: str = ""
    copy: str = ""

    def __str__(self) -> str:
        return ".".join((self.agreement_id, self.copy, self.part)).rstrip(".")

    @classmethod
    def parse(cls, text: str) -> Marker:
        """The reverse of ``str``; ids hold no dots."""
        agreement_id, copy, part = [*text.split("."), "", ""][:3]
        return cls(agreement_id=agreement_id, copy=copy, part=part)


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Who is who between hub and one system, limited to what the readers of this copy may know.

    A system may know one person by several ids: as a relative in each client's circle, in each role.
    ``external``: the one id to write for a party here · ``known``: what else the system calls somebody,
    understood when read and never written · ``names``: how a party may be named to these readers ·
    ``connector_id``: the instance, for naming parties nobody has matched.
    """

    connector_id: str
    external: Mapping[PartyRef, str] = field(default_factory=dict)
    known: Mapping[str, PartyRef] = field(default_factory=dict)
    names: Mapping[PartyRef, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parties = {**self.known, **{there: ref for ref, there in self.external.items()}}
        object.__setattr__(self, "_parties", parties)

    def party(self, external_id: str, kind: PartyKind) -> PartyRef:
        """The party that the system calls so; unresolved (with this kind) when nobody has matched it."""
        parties: Mapping[str, PartyRef] = self._parties  # type: ignore[attr-defined]  # set above
        return parties.get(external_id) or PartyRef.unresolved(kind, self.connector_id, external_id)

    def id_of(self, ref: PartyRef) -> str | None:
        """What to call this party in that system, or None when there is no id of it that fits here."""
        prefix = PartyRef.unresolved(ref.kind, self.connector_id, "").id
        return self.external.get(ref) or (ref.id.removeprefix(prefix) if ref.id.startswith(prefix) else None)

    def name(self, ref: PartyRef) -> str | None:
        """How these readers may see the party named, or None: see :meth:`words_for`."""
        return self.names.get(ref)

    def words_for(self, ref: PartyRef) -> str:
        """The party's name where these readers may see it, else a neutral word for its role, in Dutch."""
        return self.names.get(ref) or _NEUTRAL[ref.kind]


_NEUTRAL: Mapping[PartyKind, str] = {
    PartyKind.CLIENT: "de cliënt",
    PartyKind.RELATIVE: "een naaste",
    PartyKind.VOLUNTEER: "een vrijwilliger",
    PartyKind.PROFESSIONAL: "een medewerker",
    PartyKind.DEVICE: "een hulpmiddel",
    PartyKind.GROUP: "de zorg",
}


@dataclass(frozen=True, kw_only=True)
class ExternalParty:
    """A party as the system knows it, for matching.

    ``client``: the external id of whose circle it is in · ``owner``: of who acts when a device fails ·
    ``members``: of the people in a team; None when the system does not say, or it is no team.
    """

    external_id: str
    kind: PartyKind
    name: str
    first_name: str = ""
    birth_date: date | None = None
    identifiers: frozenset[Identifier] = frozenset()
    client: str | None = None
    owner: str | None = None
    members: frozenset[str] | None = None
    representative: bool = False
    volunteers: bool = False


@dataclass(frozen=True, kw_only=True)
class ExternalConsent:
    """What a client allows or forbids, as a dossier recorded it; parties by the ids of that system.

    ``holds``: False when it was taken back there, None when nobody can tell any more what it says ·
    ``rows``, ``life_domains``: what it is about, empty for everything · ``given_by``: who gave it, None
    where that system does not say · ``decided``: when, in that system's words; another moment is another
    decision · ``start``, ``until``: days, both included.
    """

    external_id: str
    client: str
    holds: bool | None = True
    recipients: Sequence[str] = ()
    allows: bool = False
    rows: frozenset[MatrixRow] = frozenset()
    life_domains: frozenset[LifeDomain] = frozenset()
    given_by: str | None = None
    decided: str = ""
    start: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """The object is there. ``token`` is None where the system has none."""

    external_id: str
    raw: Raw
    token: str | None = None


@dataclass(frozen=True, kw_only=True)
class Absent:
    """The object is provably gone, by what the manifest declares as proof."""

    external_id: str


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """We cannot see the object now (forbidden, out of scope, unknown without proof). Not a deletion.

    ``missing``: they say that there is none, as they do of what was removed. Where a removal of ours has no
    known outcome, this explains it. What is kept from us is not missing: people there may still read it.
    """

    external_id: str
    why: str
    missing: bool = False


@dataclass(frozen=True, kw_only=True)
class SetApart:
    """The record cannot be used; ``field`` names the place, never the content."""

    external_id: str
    field: str
    why: str


Look = Found | Absent | Unseen


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of changes.

    ``records``: as ``fetch`` gives them, since what is shown for the first time is taken over as it is ·
    ``cursor``: where to go on after this page and all before it are stored (None: keep the old one).
    ``complete``: with this page the whole selection was listed, provably (absence then means gone, where
    the manifest says so). ``server``: what identifies the server's history; another one voids cursors ·
    ``touched``: ids of objects that changed and are not shown; those that we know are looked at ·
    ``consents``: what clients allow, which only a dossier tells · ``consents_whole``: with this page all
    consents there are were listed, so that one that is left out holds no longer.
    """

    records: Sequence[Found | Absent | SetApart] = ()
    parties: Sequence[ExternalParty] = ()
    cursor: str | None = None
    complete: bool = False
    server: str = ""
    touched: Sequence[str] = ()
    consents: Sequence[ExternalConsent] = ()
    consents_whole: bool = False


def misnaming(statement_id: str) -> str:
    """How a statement is listed that can be read there with a name that may not be shown (any more).

    It is neither told as it should be nor gone: by this id it differs from both.
    """
    return f"{statement_id} (by name)"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Somebody opened a record there and had before them what was shown under this mark. ``at``: when."""

    by: PartyRef
    mark: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a record says. Only units the manifest reads are in ``units``; an empty one is absent.

    ``client``: external id of the client · ``selected``: the record is an agreement by the connector's
    selection · ``group``: ties the objects of one agreement where each holds one assignment · ``numbers``:
    identifiers that other systems keep for the same agreement, too: exactly that, nobody's but its own ·
    ``replaces``: the external id of the object this one succeeds · ``told``: ids of the statements that can
    be read there, as :func:`misnaming` where they show a name that may not be seen · ``said``: what people
    said there; an assent's ``terms`` is then the mark it was given under (the hub knows which terms that
    were) · ``unanswered``: somebody said something there that the connector answers with its next write ·
    ``mark``: the mark shown last · ``opened``: who read what, where the manifest says that the system tells ·
    ``author``: who changed the record last, where the system says so and it was not us · ``arrival``:
    whether what was last written has reached whoever reads it.
    """

    client: str | None
    units: Units
    marker: Marker | None = None
    part: str = ""
    selected: bool = True
    group: str | None = None
    numbers: frozenset[Identifier] = frozenset()
    replaces: str | None = None
    told: frozenset[str] = frozenset()
    said: Sequence[Statement] = ()
    unanswered: bool = False
    mark: str | None = None
    opened: Sequence[Opened] = ()
    author: PartyRef | None = None
    last_changed: datetime | None = None
    arrival: Arrival = Arrival.THERE
