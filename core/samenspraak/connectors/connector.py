"""What a connector is: a lens between one system's objects and the units of an agreement.

The words. A *record* is one object of the other system, kept as the raw JSON-like value it gave us. A
*marker* is our identifier on it: agreement id, and the assignment's id where one object holds one
assignment. A *token* is that system's version of the object. A *directory* translates parties.

A connector has no memory of its own beyond settings and sign-in: what it needs to know between calls the
hub keeps and hands back. It never sees a database session, and it does not retry: it raises the errors of
``samenspraak.errors`` and the hub decides.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from samenspraak.connectors.manifest import Manifest
from samenspraak.connectors.settings import Settings
from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.parties import Identifier, PartyKind, PartyRef
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import MatrixRow, UnitKey, Units, UnitValue
from samenspraak.http import HttpClient, SigningKey
from samenspraak.policy.capabilities import Arrival
from samenspraak.protocols.standard_webhooks import SigningKey as NoticeKey

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


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What a record should say from now on. Units in neither stay byte for byte as they are.

    ``told``: every statement that should be readable there (None: leave them). ``mark``: an opaque short
    text that stands for the terms shown; a system that takes assents keeps it with what it shows (a record
    in the record, a message in the message) and gives it back with the assent. Where ``write`` is
    ``append``, a mark means: append one message that says all of ``set``. ``asked``: whose assent to the
    terms is open; no reason to write by itself (None: leave what was asked).
    """

    set: Mapping[UnitKey, UnitValue] = field(default_factory=dict)
    clear: frozenset[UnitKey] = frozenset()
    told: Sequence[Statement] | None = None
    mark: str | None = None
    asked: Sequence[PartyRef] | None = None

    def __bool__(self) -> bool:
        return bool(self.set or self.clear or self.told is not None or self.mark)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a new record is about: the client and the readers, as the system calls them.

    ``quiet``: it is no news, it was agreed before these readers could read it there. A system whose manifest
    says that it ``announces`` then notifies nobody of this record, and tells its readers once of all of them.
    """

    client: str
    marker: Marker
    readers: Sequence[str] = ()
    client_name: str | None = None
    quiet: bool = False


class End(StrEnum):
    """How a record ends there. ``retracted``: the readers may no longer see it; carries no content."""

    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    MISTAKE = "mistake"
    RETRACTED = "retracted"


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a write answered.

    ``found``: the record as the answer showed it (None: the answer does not carry it). ``existed``: a
    conditional create met an object that was already there. ``waiting``: the id of a proposal that a
    person there must approve; nothing changed yet.
    """

    external_id: str
    found: Found | None = None
    existed: bool = False
    waiting: str | None = None


class ProposalState(StrEnum):
    """What became of a proposal of ours."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """``external_id``: the record it became or belongs to, once there is one."""

    state: ProposalState
    external_id: str | None = None
    reason: str = ""


class Shelf(Protocol):
    """Where the hub keeps what one connector shows or tells others; asks for permission before each act.

    For systems that are no system of somebody else: a calendar feed, a page. ``reader``: for whom a copy
    is, as the connector calls them. A token changes with every write, whoever wrote.

    Where the connector tells (``write: push``) a write whose member :data:`NOTICE` or :data:`MARK` is news
    also puts a :class:`Notice` of that kind in the outbox, in the same transaction; what is found says under
    :data:`ARRIVAL` what became of the last one.
    """

    def add(self, marker: str, reader: str, raw: Raw) -> tuple[Found, bool]:
        """A new copy and True, or the one that carries this marker already and False."""

    def get(self, external_id: str) -> Found | None:
        """The copy with this id, if there is one."""

    def marked(self, marker: str) -> Sequence[Found]:
        """The copies that carry this marker."""

    def after(self, external_id: str, size: int) -> Sequence[Found]:
        """The next copies by id, this many at most; ``''`` comes before all."""

    def change(self, found: Found, raw: Raw) -> Found:
        """The copy, saying this from now on.

        Raises:
            ConflictError: it was changed or taken away since it was found.
        """

    def remove(self, found: Found) -> None:
        """Take it away; nothing of it is left.

        Raises:
            ConflictError: it was changed since it was found.
        """

    def permitted_by(self, permit: Callable[[], None]) -> Shelf:
        """The same shelf, that asks this too."""


NOTICE, MARK, ARRIVAL = "notice", "mark", "arrival"
"""Members of what lies on the shelf of a connector that tells: the kind of the last notice, the mark of what
it was about, and (only of what is found, never of what is put there) an :class:`Arrival`."""


class NoticeKind(StrEnum):
    """What a notice tells: there is something now, it changed, it is over, or it is not for them any more."""

    AVAILABLE = "available"
    UPDATED = "updated"
    ENDED = "ended"
    RETRACTED = "retracted"

    @property
    def type(self) -> str:
        """What it is called wherever somebody is told of it."""
        return f"agreement.{self}"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """That something is to be fetched, or dropped: ids and numbers, never content.

    ``id``: the same at every attempt · ``number``: of this subscriber, without gaps · ``reader``: for whom,
    as the connector calls them · ``version``: the one to fetch, or a later one · ``at``: when it happened.
    """

    id: str
    number: int
    kind: NoticeKind
    agreement_id: str
    reader: str
    version: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    """A sign of life, so that silence can be told from an outage. It has no number of its own.

    ``id``: of this one · ``last``: the number of the last notice there is, sent or not.
    """

    id: str
    last: int
    at: datetime


class Delivery(StrEnum):
    """What became of an attempt.

    ``taken``: they took it · ``unwanted``: they want no more of any · ``not_chosen``: nothing was sent, since
    they chose not to be told of this kind.
    """

    TAKEN = "taken"
    UNWANTED = "unwanted"
    NOT_CHOSEN = "not_chosen"


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a connector may use during one call; each asks for permission before it acts.

    ``shelf``: only where what it writes stays here, to be viewed (``write: view``) or told (``push``) ·
    ``signing_key``: of the hub for this connector alone, to sign what is told.
    """

    http: HttpClient
    now: datetime
    shelf: Shelf | None = None
    signing_key: NoticeKey | None = None

    def permitted_by(self, permit: Callable[[], None]) -> Call:
        """The same call, that asks this too before it acts."""
        shelf = self.shelf.permitted_by(permit) if self.shelf else None
        return replace(self, http=self.http.permitted_by(permit), shelf=shelf)


class Step(StrEnum):
    """The steps of a connection test, in order."""

    NAME = "name"
    CONNECT = "connect"
    SIGN_IN = "sign_in"
    VERSION = "version"
    READ = "read"
    WRITE = "write"
    CLOCK = "clock"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The outcome of one step.

    ``cure``: in nl and en what to do when it failed · ``shows``: in nl and en, line by line, what the system
    can and cannot, and what follows from it.
    """

    step: Step
    ok: bool
    detail: str = ""
    cure: Mapping[str, str] = field(default_factory=dict)
    shows: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A request another system sent us, as raw as it came.

    ``at``: when it came, by the clock of the machine: also where the hub's own runs faster, as in the demo.
    """

    headers: Mapping[str, str]
    body: bytes
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, kw_only=True)
class Hint:
    """Something may have changed there. ``external_id`` None: we do not know what, so poll.

    ``notice``: what the notice that says so is called, if its system signed that: what is called the same
    counts once. Empty: each counts. A look too many harms nobody, one that is left out may.
    """

    external_id: str | None = None
    notice: str = ""


class Connector(abc.ABC):
    """One configured connection to one system.

    Built with its loaded settings, secrets resolved: printed, they are left out. Every method may be called
    from several threads. Everything that talks to the system takes a :class:`Call` and raises the errors of
    ``samenspraak.errors``; *forbidden* and *gone* are answers, not errors.

    ``manifest`` is of the class: what every system of this kind can do. Where that varies with the settings,
    :meth:`described` says what one of them can do, and each instance has a manifest of its own.
    """

    manifest: Manifest

    @classmethod
    def described(cls, settings: Mapping[str, Any]) -> Manifest:
        """What a system with these settings can do, secrets by reference; asked often, so it is quick.

        To be overridden where the manifest varies.

        Raises:
            ConfigurationError: the settings do not say it.
        """
        return cls.manifest

    def __init__(self, connector_id: str, settings: Mapping[str, Any]) -> None:
        self.connector_id = connector_id
        self.settings: Mapping[str, Any] = Settings(settings, self.manifest.secrets())
        self.manifest = self.described(settings)

    @abc.abstractmethod
    def http(self) -> HttpClient:
        """A client for this system, with address, sign-in and limits; called once per instance."""

    def public_keys(self) -> Sequence[SigningKey]:
        """The keys with which that system can check that it is us; none where it needs none.

        The hub shows their public halves, never the keys themselves.
        """
        return ()

    # Reading.

    @abc.abstractmethod
    def check(self, call: Call) -> Iterator[Checked]:
        """Try the connection step by step; stops after the first step that fails. Writes nothing."""

    @abc.abstractmethod
    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        """What changed since ``cursor`` (None: everything in the selection), page by page.

        Parties come before the records that name them, clients first. Overlap is welcome, gaps are not:
        the cursor comes from the server, never from our clock.

        Raises:
            StaleError: the server does not know this cursor any more; everything is read again.
        """

    @abc.abstractmethod
    def fetch(self, call: Call, external_id: str) -> Look:
        """One record as it is now."""

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        """Every record that carries this marker; for ``create: findable`` and conditional creates."""
        raise NotImplementedError

    def proposal(self, call: Call, waiting: str) -> Proposal:
        """What became of a proposal; for ``write: propose``."""
        raise NotImplementedError

    # Writing.

    @abc.abstractmethod
    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        """Make a record from what :meth:`new` and :meth:`put` built."""

    @abc.abstractmethod
    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        """Replace ``found`` by ``raw``, under its token where tokens are enforced.

        Raises:
            ConflictError: somebody wrote in between.
        """

    @abc.abstractmethod
    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        """End the record the way this system can; ``raw`` is what :meth:`put` made of it for this end."""

    def withdraw(self, call: Call, waiting: str) -> None:
        """Take back a proposal that still waits; for ``write: propose``."""
        raise NotImplementedError

    def deliver(self, call: Call, notice: Notice) -> Delivery:
        """Hand over a notice, now; for ``write: push`` from the hub's outbox.

        The hub decides whether and when, and repeats what failed: so the receiver can tell by its id that it
        is the same one, and what is signed is the same at every attempt.

        Raises:
            TransientError: they did not take it; it is tried again by the schedule.
        """
        raise NotImplementedError

    def heartbeat_after(self) -> timedelta | None:
        """After how much silence its subscriber is sent a :class:`Heartbeat`; None: never."""
        return None

    def beat(self, call: Call, heartbeat: Heartbeat) -> Delivery:
        """Send a sign of life, now; for connectors that say after how much silence.

        Raises:
            TransientError: they did not take it; it is not repeated, the next one comes instead.
        """
        raise NotImplementedError

    # The lens: pure.

    @abc.abstractmethod
    def new(self, subject: Subject) -> Raw:
        """An empty record about this subject, to :meth:`put` units into."""

    @abc.abstractmethod
    def get(self, raw: Raw, directory: Directory) -> Reading:
        """What the record says.

        Raises:
            InvalidRecordError: it cannot be used; the error names the field.
        """

    @abc.abstractmethod
    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        """A copy of ``raw`` that says ``changes`` and for the rest is byte for byte the same.

        Laws, checked for every connector and unit: what is set reads back as ``normal`` of it; what is
        cleared is in none of its places, retired ones included; ``put(raw, nothing) == raw``; and putting
        what ``get`` gave changes nothing.
        """

    def own(self, raw: Raw) -> Raw:
        """The members of the record that the lens reads or writes: all of it the hub ever stores."""
        return raw

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        """How this system keeps a value: idempotent; may shorten or round, never drops a member."""
        return value

    # Hints.

    def hints(self, request: Inbound) -> Sequence[Hint]:
        """What a request from that system tells us.

        Where the system signs when it sent this, what is too far from ``request.at`` is refused.

        Raises:
            AuthenticationError: it cannot show that it is who it says, or not that it is of now.
            InvalidRecordError: it can, and what it says cannot be read.
        """
        raise NotImplementedError
