"""A description as it is once it was read: which requests there are, and what stands where in the answers.

The dataclasses are the format: each field is a member of the section of that name, with how it is read and
what holds without it. ``docs/connectors/rest.md`` has a line for every one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from samenspraak.connectors import (
    Absence,
    Capabilities,
    Carries,
    Confirm,
    Create,
    MayEnd,
    Rates,
    Readers,
    SystemKind,
    Token,
    Write,
)
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import UnitKind
from samenspraak_rest.computed import MARK, Expression, computed_name, expression, readable_path
from samenspraak_rest.members import (
    Scalar,
    address,
    between,
    described,
    flag,
    member_path,
    one_of,
    paths,
    place,
    query_name,
    scalar,
    scalars,
    several,
    table_of,
    text,
    words_for,
)
from samenspraak_rest.places import Places
from samenspraak_rest.shapes import party


class SignIn(StrEnum):
    """How we are let in."""

    NONE = "none"
    BEARER = "bearer"
    BASIC = "basic"
    HEADER = "header"
    CLIENT_CREDENTIALS = "client_credentials"


class Paging(StrEnum):
    """How a list goes on after its first page."""

    NONE = "none"
    LINK = "link"
    CURSOR = "cursor"
    PAGE = "page"
    OFFSET = "offset"


BY_NUMBER = frozenset({Paging.PAGE, Paging.OFFSET})
"""Pages by number shift when something before them comes or goes."""


class Guard(StrEnum):
    """What a version does for a write."""

    IF_MATCH = "if_match"
    COMPARED = "compared"


class Answers(StrEnum):
    """What a write is answered with."""

    RECORD = "record"
    ID = "id"
    NOTHING = "nothing"


class Body(StrEnum):
    """What an update sends: the record, a merge patch (RFC 7396), or the members that changed, whole."""

    WHOLE = "whole"
    MERGE = "merge"
    MEMBERS = "members"


@dataclass(frozen=True, kw_only=True)
class SignInSection:
    """``[sign_in]``: the secrets themselves are settings."""

    method: SignIn = described(one_of(*SignIn), SignIn.NONE)
    header: str | None = described(query_name, None)
    token: str | None = described(address(), None)
    scope: str | None = described(text, None)


@dataclass(frozen=True, kw_only=True)
class PagingSection:
    """``[paging]``: the same for every list."""

    method: Paging = described(one_of(*Paging), Paging.NONE)
    parameter: str | None = described(query_name, None)
    size: str | None = described(query_name, None)
    first: int = described(between(0, 1), 1)
    next: str | None = described(member_path, None)
    more: str | None = described(member_path, None)


@dataclass(frozen=True, kw_only=True)
class RatesSection:
    """``[rates]``: what may be asked of the system; never more than the connector allows at all."""

    concurrency: int = described(between(1, 8), 4)
    per_second: float = described(between(0.01, 50, float), 5.0)
    page: int = described(between(1, 1000), 100)
    poll_seconds: float = described(between(10, 86_400, float), 300.0)


@dataclass(frozen=True, kw_only=True)
class RecordsSection:
    """``[records]``: the agreements there."""

    list: str = described(address())
    one: str = described(address("id"))
    at: str = described(place, "")
    inside: str = described(place, "")
    id: str = described(member_path)
    client: str = described(member_path)
    marker: str = described(member_path)
    author: str | None = described(member_path, None)
    changed: str | None = described(member_path, None)
    each: bool = described(flag, False)
    only: Mapping[str, tuple[Scalar, ...]] = described(table_of(scalars, of_names=readable_path), {})
    new: Mapping[str, Scalar] = described(table_of(scalar), {})


@dataclass(frozen=True, kw_only=True)
class ChangesSection:
    """``[changes]``: how to ask for what changed; without it everything is listed each time."""

    parameter: str = described(query_name)
    from_: str = described(one_of("page", "date"), "page")
    at: str | None = described(member_path, None)
    server: str | None = described(member_path, None)
    overlap_s: float = described(between(0, 86_400, float), 0.0)
    lists: tuple[str, ...] = described(several("records", "clients", "people"), ("records",))


@dataclass(frozen=True, kw_only=True)
class RemovedSection:
    """``[removed]``: how a record says that it is gone."""

    at: str = described(member_path)
    is_: tuple[Scalar, ...] = described(scalars)


@dataclass(frozen=True, kw_only=True)
class ClientsSection:
    """``[clients]``: whose agreements they are."""

    list: str = described(address())
    at: str = described(place, "")
    id: str = described(member_path)
    name: str = described(member_path)
    first_name: str | None = described(member_path, None)
    birth_date: str | None = described(member_path, None)
    identifiers: Mapping[str, str] = described(table_of(member_path, of_names=text), {})


@dataclass(frozen=True, kw_only=True)
class PeopleSection(ClientsSection):
    """``[people]``: who is around a client there."""

    clients: str = described(member_path)
    role: str | None = described(member_path, None)
    roles: Mapping[PartyKind, tuple[Scalar, ...]] | None = described(words_for(PartyKind), None)
    kind: PartyKind = described(one_of(*PartyKind), PartyKind.RELATIVE)
    representative: str | None = described(member_path, None)
    volunteers: str | None = described(member_path, None)


@dataclass(frozen=True, kw_only=True)
class FindSection:
    """``[find]``: how a record of ours is found again by its marker."""

    list: str = described(address())
    parameter: str = described(query_name)
    at: str | None = described(place, None)


@dataclass(frozen=True, kw_only=True)
class CreateSection:
    """``[create]``: how a record is made; without it this system is only read."""

    method: str = described(one_of("POST", "PUT"), "POST")
    path: str = described(address())
    answers: Answers = described(one_of(Answers.RECORD, Answers.ID), Answers.RECORD)


@dataclass(frozen=True, kw_only=True)
class UpdateSection:
    """``[update]``: how a record is changed."""

    method: str = described(one_of("PUT", "PATCH", "POST"), "PUT")
    path: str = described(address("id"))
    body: Body = described(one_of(*Body), Body.WHOLE)
    answers: Answers = described(one_of(Answers.RECORD, Answers.NOTHING), Answers.RECORD)
    leave_out: tuple[str, ...] = described(paths, ())


@dataclass(frozen=True, kw_only=True)
class EndSection:
    """``[end]``: how a record is taken away, so that nobody reads it any more."""

    method: str = described(one_of("DELETE", "POST", "update"), "DELETE")
    path: str | None = described(address("id"), None)
    set: Mapping[str, Scalar] = described(table_of(scalar), {})


@dataclass(frozen=True, kw_only=True)
class VersionSection:
    """``[version]``: what tells one state of a record from another."""

    at: str | None = described(member_path, None)
    header: str | None = described(query_name, None)
    guard: Guard = described(one_of(*Guard), Guard.IF_MATCH)
    ordered: bool = described(flag, False)
    counts: bool = described(flag, False)


@dataclass(frozen=True, kw_only=True)
class Description:
    """The whole file. ``units``: where each unit stands, built from the sections ``[units.…]``."""

    name: str = described(text)
    kind: SystemKind = described(
        one_of(SystemKind.PLATFORM, SystemKind.APP, SystemKind.VOLUNTEERS), SystemKind.APP
    )
    readers: Readers = described(one_of(Readers.STAFF, Readers.EVERYONE))
    ids: str = described(one_of("text", "number"), "text")
    absence: Absence = described(one_of(*Absence), Absence.NEVER)
    may_end: MayEnd = described(one_of(*MayEnd), MayEnd.NOTHING)
    lag_s: float = described(between(0, 600, float), 0.0)
    sign_in: SignInSection = described(SignInSection, SignInSection())
    paging: PagingSection = described(PagingSection, PagingSection())
    rates: RatesSection = described(RatesSection, RatesSection())
    records: RecordsSection = described(RecordsSection)
    clients: ClientsSection = described(ClientsSection)
    people: PeopleSection | None = described(PeopleSection, None)
    changes: ChangesSection | None = described(ChangesSection, None)
    removed: RemovedSection | None = described(RemovedSection, None)
    find: FindSection | None = described(FindSection, None)
    create: CreateSection | None = described(CreateSection, None)
    update: UpdateSection | None = described(UpdateSection, None)
    end: EndSection | None = described(EndSection, None)
    version: VersionSection | None = described(VersionSection, None)
    computed: Mapping[str, Expression] = described(table_of(expression, of_names=computed_name), {})
    party: Mapping[str, Any] | None = described(party, None)
    units: Places = field(default_factory=Places)

    @property
    def taken(self) -> frozenset[str]:
        """The members of a record that say something else than units."""
        records = self.records
        said = {records.id, records.client, records.marker, records.author, records.changed}
        said |= {*records.only, *records.new, *(self.end.set if self.end else ())}
        said |= {self.removed.at if self.removed else None, self.version.at if self.version else None}
        return frozenset(path for path in said if path is not None and not path.startswith(MARK))

    # What the system can do, as the hub asks it.

    @property
    def capabilities(self) -> Capabilities:
        version = self.version
        return Capabilities(
            kind=self.kind,
            units={kind: Carries(write=self._write(kind)) for kind in self.units.lens.table},
            readers=self.readers,
            absence=self.absence,
            may_end=self.may_end,
            create=Create.FINDABLE if self.find else Create.NONE,
            confirm=Confirm.RESPONSE if self._shows_writes else Confirm.READ,
            token=Token.NONE if version is None else _TOKENS[version.guard],
            token_ordered=bool(version and version.ordered),
            token_counts=bool(version and version.counts),
            lag_s=self.lag_s,
        )

    def at_most(self, limit: Rates) -> Rates:
        """What may be asked of it, and never more than this."""
        return Rates(
            concurrency=min(self.rates.concurrency, limit.concurrency),
            per_second=min(self.rates.per_second, limit.per_second),
            page=min(self.rates.page, limit.page),
            poll_seconds=self.rates.poll_seconds,
        )

    @property
    def is_written(self) -> bool:
        return self.create is not None

    @property
    def _shows_writes(self) -> bool:
        written = {one.answers for one in (self.create, self.update) if one is not None}
        return written <= {Answers.RECORD}

    def _write(self, kind: UnitKind) -> Write:
        return Write.YES if self.is_written and kind not in self.units.only_read else Write.NO


_TOKENS: Mapping[Guard, Token] = {Guard.IF_MATCH: Token.ENFORCED, Guard.COMPARED: Token.COMPARED}
