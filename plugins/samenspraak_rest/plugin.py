"""The connector for a system with a plain JSON interface: what it does, its description says."""

from __future__ import annotations

import contextlib
import copy
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any, TypeVar
from urllib.parse import quote

from samenspraak.connectors import (
    Absence,
    Absent,
    Call,
    Capabilities,
    Changes,
    Checked,
    Connector,
    Directory,
    End,
    ExternalParty,
    Found,
    Look,
    Manifest,
    Marker,
    Page,
    Rates,
    Raw,
    Reading,
    SetApart,
    Subject,
    SystemKind,
    Unseen,
    Write,
    Written,
    hookimpl,
)
from samenspraak.connectors.checking import in_steps
from samenspraak.connectors.json_codecs import TEXT, Leaf, at, clear_member, member, put_member
from samenspraak.connectors.json_lens import only
from samenspraak.connectors.json_patch import merge_patch
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import STATUS, UnitKey, UnitValue
from samenspraak.errors import (
    ConflictError,
    InvalidRecordError,
    OutcomeUnknownError,
    PermanentError,
    StaleError,
    TransientError,
)
from samenspraak.http import Answer, Auth, HttpClient
from samenspraak_rest.checking import CURES, STEPS, Trial
from samenspraak_rest.description import BY_NUMBER, Answers, Body, Guard
from samenspraak_rest.listing import Lister, ListPage, is_before, place_of
from samenspraak_rest.loading import load
from samenspraak_rest.members import Scalar
from samenspraak_rest.people import parties
from samenspraak_rest.places import ID_NUMBER
from samenspraak_rest.settings import RestSettings
from samenspraak_rest.signing import signed

T = TypeVar("T")
NOBODY = Directory(connector_id="")
NOT_THERE = frozenset({403, 404, 410})
PASSES = 4
"""How often a list by number is read, at most, until nothing new turns up in it."""

MANIFEST = Manifest(
    name="rest",
    title={"nl": "Systeem met een JSON-koppeling", "en": "System with a JSON interface"},
    summary={
        "nl": "Een platform of app met een eenvoudige JSON-koppeling, beschreven in één TOML-bestand.",
        "en": "A platform or app with a plain JSON interface, described in one TOML file.",
    },
    version="1.0",
    capabilities=Capabilities(kind=SystemKind.APP, units={}),
    settings=RestSettings,
    rates=Rates(concurrency=8, per_second=50.0, page=1000, poll_seconds=300.0),
)


class RestConnector(Connector):
    """A system as its description says. The manifest of the class only says the most it may ever ask."""

    manifest = MANIFEST

    @classmethod
    def described(cls, settings: Mapping[str, Any]) -> Manifest:
        description = load(str(settings.get("description", "")))
        return replace(
            cls.manifest,
            capabilities=description.capabilities,
            rates=description.at_most(cls.manifest.rates),
        )

    def __init__(self, connector_id: str, settings: Mapping[str, Any]) -> None:
        super().__init__(connector_id, settings)
        self.description = load(self.settings["description"])
        self._ids: Leaf = ID_NUMBER if self.description.ids == "number" else TEXT
        self._lister = Lister(
            paging=self.description.paging,
            base_url=self.settings["base_url"],
            page=self.manifest.rates.page,
        )

    def http(self) -> HttpClient:
        return self._client(signed(self.description.sign_in, self.settings, self._client))

    def _client(self, auth: Auth) -> HttpClient:
        return HttpClient(
            connector_id=self.connector_id,
            base_url=self.settings["base_url"],
            auth=auth,
            open_origins=frozenset(self.settings.get("open_origins", ())),
            internal_origins=frozenset(self.settings.get("internal_origins", ())),
        )

    # Reading.

    def check(self, call: Call) -> Iterator[Checked]:
        return in_steps(STEPS, CURES, Trial(description=self.description, lister=self._lister, call=call))

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        """Clients and people, then records; the cursor is the server's own place when the list began."""
        since = self._since(cursor)
        pages = self._records(call, since)
        first = next(pages)
        server, place = self._server(first), self._place(first, since)
        yield from (replace(page, server=server) for page in self._people(call, since))
        for page, is_last in _with_last(chain([first], pages)):
            if self._server(page) != server:
                raise TransientError(f"{self.connector_id}: another server answered halfway a list")
            yield Page(
                records=[one for item in page.items for one in self._listed(call, item)],
                cursor=f"{self._fingerprint} {place}" if is_last else None,
                complete=is_last and self.description.absence is Absence.COMPLETE_LIST,
                server=server,
            )

    def _records(self, call: Call, since: str | None) -> Iterator[ListPage]:
        """Every page of records. A list by number shifts while it is read: it is read until it is quiet."""
        seen: set[str] = set()
        for _ in range(PASSES):
            pages, fresh = 0, False
            for page in self._one_pass(call, since):
                new = [item for item in page.items if self._id(item) not in seen]
                fresh = fresh or bool(new)
                pages += bool(page.items)
                if new or not seen:
                    yield replace(page, items=new)
                seen.update(map(self._id, new))
            if self.description.paging.method not in BY_NUMBER or pages <= 1 or not fresh:
                return
        raise TransientError(f"{self.connector_id}: the list keeps changing while it is read")

    def _one_pass(self, call: Call, since: str | None) -> Iterator[ListPage]:
        """The list once. A page by number with nothing but what came before it is no next page."""
        records, seen = self.description.records, set[str]()
        for page in self._lister.pages(
            call, records.list, records.at, self._query("records", since), since=since is not None
        ):
            ids = {self._id(item) for item in page.items}
            if ids and ids <= seen and self.description.paging.method in BY_NUMBER:
                raise TransientError(
                    f"{self.connector_id}: paging does not end; nothing was concluded from it"
                )
            seen |= ids
            yield page

    def _listed(self, call: Call, item: Raw) -> Iterator[Found | Absent | SetApart]:
        external_id = self._id(item)
        version = self.description.version
        try:
            if self.description.records.each or (version is not None and version.at is None):
                look = self.fetch(call, external_id)
            else:
                look = self._look(item)
        except InvalidRecordError as error:
            yield SetApart(external_id=external_id, field=error.field, why=str(error))
        else:
            if not isinstance(look, Unseen):
                yield look

    def _people(self, call: Call, since: str | None) -> Iterator[Page]:
        """Clients, then the people around them; whoever cannot be used is set apart."""
        described = self.description
        for name, section in (("clients", described.clients), ("people", described.people)):
            if section is None:
                continue
            query = self._query(name, since)
            narrowed = described.changes is not None and name in described.changes.lists
            for page in self._lister.pages(
                call, section.list, section.at, query, since=narrowed and since is not None
            ):
                found: list[ExternalParty] = []
                apart: list[SetApart] = []
                for person in page.items:
                    try:
                        found.extend(parties(section, person, self._ids))
                    except InvalidRecordError as error:
                        apart.append(SetApart(external_id=name, field=error.field, why=str(error)))
                yield Page(parties=found, records=apart)

    def fetch(self, call: Call, external_id: str) -> Look:
        answer = call.http.send("GET", self._path(self.description.records.one, external_id), allow=NOT_THERE)
        if answer.status in NOT_THERE:
            is_gone = answer.status in _PROOF[self.description.absence]
            gone, why = Absent(external_id=external_id), f"status {answer.status}"
            return gone if is_gone else Unseen(external_id=external_id, why=why)
        return self._look(self._inside(answer), answer)

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        """What carries the marker, also where the system does not know the parameter and lists everything."""
        section = self.description.find
        if section is None:
            raise NotImplementedError
        place = self.description.records.at if section.at is None else section.at
        found: dict[str, Found] = {}
        for page in self._lister.pages(call, section.list, place, {section.parameter: str(marker)}):
            for item in page.items:
                if member(item, self.description.records.marker) == str(marker):
                    looks = self._listed(call, item)
                    found.update({one.external_id: one for one in looks if isinstance(one, Found)})
        return list(found.values())

    # Writing.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        section = _there(self.description.create)
        answer = call.http.send(section.method, section.path, json=self._sent(raw))
        with self._unless_unusable(answer):
            if section.answers is Answers.RECORD:
                found = self._found(self._inside(answer), answer)
                return Written(external_id=found.external_id, found=found)
            return Written(external_id=self._id(self._inside(answer)))

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        section = _there(self.description.update)
        answer = call.http.send(
            section.method,
            self._path(section.path, found.external_id),
            json=_BODIES[section.body](self._sent(found.raw), self._sent(raw)),
            headers=self._guard(found),
            allow=NOT_THERE,
        )
        if answer.status in NOT_THERE:
            raise ConflictError(f"{self.connector_id}: {found.external_id} cannot be written now; look again")
        if section.answers is not Answers.RECORD:
            return Written(external_id=found.external_id)
        with self._unless_unusable(answer):
            return Written(external_id=found.external_id, found=self._found(self._inside(answer), answer))

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        tells = self.manifest.capabilities.write(STATUS) is Write.YES
        if how is not End.RETRACTED and tells:
            return self.update(call, found, raw)
        section = _there(self.description.end)
        if section.path is None:
            return self._marked_removed(call, found, raw)
        answer = call.http.send(
            section.method,
            self._path(section.path, found.external_id),
            json=dict(section.set) or None,
            headers=self._guard(found),
            allow=NOT_THERE,
        )
        if answer.status == 403:
            raise ConflictError(f"{self.connector_id}: {found.external_id} cannot be removed now; look again")
        return Written(external_id=found.external_id)

    def _marked_removed(self, call: Call, found: Found, raw: Raw) -> Written:
        """The record stays, emptied, and says that it is gone."""
        removed = _there(self.description.removed)
        raw = copy.deepcopy(raw)
        put_member(raw, removed.at, removed.is_[0])
        for where, value in _there(self.description.end).set.items():
            put_member(raw, where, value)
        return replace(self.update(call, found, raw), found=None)

    # The lens.

    def new(self, subject: Subject) -> Raw:
        records, raw = self.description.records, Raw()
        for where, value in records.new.items():
            put_member(raw, where, value)
        put_member(raw, records.client, self._ids.encode(subject.client))
        put_member(raw, records.marker, str(subject.marker))
        return raw

    def get(self, raw: Raw, directory: Directory) -> Reading:
        records = self.description.records
        with at(records.marker):
            marker = TEXT.read(member(raw, records.marker), directory)
        with at(records.client):
            client = self._ids.read(member(raw, records.client), directory)
        return Reading(
            client=client,
            units=self.description.units.lens.units(raw, directory),
            marker=Marker.parse(marker) if marker else None,
            selected=not self._is_removed(raw) and self._is_one_of_ours(raw),
            author=self._author(raw, directory),
            last_changed=self._changed(raw),
        )

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        lens = self.description.units.lens
        now = lens.units(raw, directory) if changes.set else {}
        if unplaced := [key.kind for key in (*changes.set, *changes.clear) if key.kind not in lens.table]:
            raise InvalidRecordError("the description has no place for this unit", field=str(unplaced[0]))
        wanted = {
            key: value if now.get(key) == value else self.normal(key, value)
            for key, value in changes.set.items()
        }
        return lens.put(raw, wanted, changes.clear, directory)

    def own(self, raw: Raw) -> Raw:
        return only(raw, self._own)

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        return self.description.units.normal(key, value)

    # What stands where.

    def _id(self, item: Raw) -> str:
        where = self.description.records.id
        with at(where):
            return str(self._ids.decode(member(item, where)))

    def _inside(self, answer: Answer) -> Raw:
        where = self.description.records.inside
        with at(where or "body"):
            found = member(answer.json(), where)
        if not isinstance(found, dict):
            raise InvalidRecordError("the record is not where the description says", field=where or "body")
        return found

    def _look(self, raw: Raw, answer: Answer | None = None) -> Look:
        if not self._is_removed(raw):
            return self._found(raw, answer)
        if self.description.absence is Absence.NEVER:
            return Unseen(external_id=self._id(raw), why="it says that it was removed")
        return Absent(external_id=self._id(raw))

    def _found(self, raw: Raw, answer: Answer | None = None) -> Found:
        return Found(external_id=self._id(raw), raw=raw, token=self._token(raw, answer))

    def _token(self, raw: Raw, answer: Answer | None) -> str | None:
        version = self.description.version
        if version is None:
            return None
        if version.at is not None:
            with at(version.at):
                found = member(raw, version.at)
            return None if found is None else str(found)
        return None if answer is None else answer.headers.get(str(version.header))

    def _guard(self, found: Found) -> dict[str, str]:
        """The version that a write is made under, where the system guards its records by it."""
        version = self.description.version
        if version is None or version.guard is not Guard.IF_MATCH or found.token is None:
            return {}
        return {"If-Match": f'"{found.token}"' if version.at is not None else found.token}

    def _sent(self, raw: Raw) -> Raw:
        update = self.description.update
        result = copy.deepcopy(raw)
        for where in update.leave_out if update else ():
            clear_member(result, where, lambda there: None)
        return result

    def _is_removed(self, raw: Raw) -> bool:
        removed = self.description.removed
        return removed is not None and _says(raw, removed.at, removed.is_)

    def _is_one_of_ours(self, raw: Raw) -> bool:
        return all(_says(raw, where, values) for where, values in self.description.records.only.items())

    def _author(self, raw: Raw, directory: Directory) -> PartyRef | None:
        where = self.description.records.author
        if where is None:
            return None
        with at(where):
            found = self._ids.read(member(raw, where), directory)
        party = directory.party(found or "", PartyKind.RELATIVE)
        return party if party.is_resolved else None

    def _changed(self, raw: Raw) -> datetime | None:
        where = self.description.records.changed
        if where is None:
            return None
        with at(where):
            text = TEXT.read(member(raw, where), NOBODY)
            return None if text is None else datetime.fromisoformat(text)

    @cached_property
    def _own(self) -> frozenset[str]:
        """The places that are read: all that the hub keeps of a record."""
        one, records = self.description, self.description.records
        more = {records.id, records.client, records.marker, *records.only}
        more |= {one.removed.at} if one.removed else set()
        return frozenset(more | one.units.lens.members)

    # Places in what changed.

    @cached_property
    def _fingerprint(self) -> str:
        """A place in the changes is of one description: what another one left out, this one may read."""
        return f"{zlib.crc32(self.settings['description'].encode()):08x}"

    def _since(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        fingerprint, _, place = cursor.partition(" ")
        if fingerprint != self._fingerprint or not place:
            raise StaleError(
                f"{self.connector_id}: this place is none of this description's; all is read again"
            )
        return None if self.description.changes is None else place

    def _query(self, name: str, since: str | None) -> dict[str, str]:
        changes = self.description.changes
        is_narrowed = changes is not None and since is not None and name in changes.lists
        return {changes.parameter: since} if is_narrowed and changes and since else {}

    def _server(self, page: ListPage) -> str:
        changes = self.description.changes
        if changes is None or changes.server is None:
            return ""
        with at(changes.server):
            return str(member(page.body, changes.server) or "")

    def _place(self, page: ListPage, since: str | None) -> str:
        """Where the server is, by its own clock or count, when it gave this page.

        Raises:
            StaleError: that is before the place we asked for: it was put back, or its clock was.
        """
        changes = self.description.changes
        if changes is None:
            return "all"
        now = place_of(page, changes)
        if since is not None and is_before(now, since):
            raise StaleError(f"{self.connector_id}: the system has not reached this place in its changes yet")
        return now

    @contextlib.contextmanager
    def _unless_unusable(self, answer: Answer) -> Iterator[None]:
        """Without a record in its answer nobody knows what became of a write."""
        try:
            yield
        except InvalidRecordError:
            raise OutcomeUnknownError(
                f"{answer.connector_id}: a write was answered without a record"
            ) from None

    @staticmethod
    def _path(template: str, external_id: str) -> str:
        return template.replace("{id}", quote(external_id, safe=""))


_PROOF: Mapping[Absence, frozenset[int]] = {
    Absence.NEVER: frozenset(),
    Absence.BY_ID: frozenset({410}),
    Absence.COMPLETE_LIST: frozenset({404, 410}),
}
"""Which answers prove that a record is gone. Where a list proves it, what it leaves out is not found."""

_BODIES: Mapping[Body, Callable[[Raw, Raw], Any]] = {
    Body.WHOLE: lambda before, after: after,
    Body.MERGE: merge_patch,
    Body.MEMBERS: lambda before, after: {
        **{name: None for name in before.keys() - after.keys()},
        **{name: value for name, value in after.items() if name not in before or before[name] != value},
    },
}


def _there(section: T | None) -> T:
    if section is None:
        raise PermanentError("the description does not say how to write in this system")
    return section


def _says(raw: Raw, where: str, values: Collection[Scalar]) -> bool:
    with at(where):
        found = member(raw, where)
    return any(type(found) is type(one) and found == one for one in values)


def _with_last(pages: Iterable[ListPage]) -> Iterator[tuple[ListPage, bool]]:
    """Each page, and whether it is the last."""
    before: ListPage | None = None
    for page in pages:
        if before is not None:
            yield before, False
        before = page
    if before is not None:
        yield before, True


@hookimpl
def samenspraak_connectors() -> Sequence[type[Connector]]:
    return (RestConnector,)
