"""The connector for a system with a plain JSON interface: what it does, its description says."""

from __future__ import annotations

import contextlib
import copy
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
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
from samenspraak.connectors.json_codecs import put_member
from samenspraak.connectors.json_patch import merge_patch
from samenspraak.domain.units import STATUS, UnitKey, UnitValue
from samenspraak.errors import (
    ConflictError,
    InvalidRecordError,
    OutcomeUnknownError,
    PermanentError,
    TransientError,
)
from samenspraak.http import Answer, Auth, HttpClient
from samenspraak_rest.checking import CURES, STEPS, Trial
from samenspraak_rest.description import BY_NUMBER, Answers, Body
from samenspraak_rest.listing import Lister, ListPage, endless, with_last
from samenspraak_rest.loading import load
from samenspraak_rest.people import called, parties
from samenspraak_rest.progress import Progress
from samenspraak_rest.record import Records
from samenspraak_rest.settings import RestSettings
from samenspraak_rest.signing import signed

T = TypeVar("T")
NOT_THERE = frozenset({403, 404, 410})
PASSES = 4
"""How often a list by number is read, at most, until nothing new turns up in it."""
IDLE = 3
"""So many pages in a row may hold nothing new, because records moved back while the list was read."""

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
    varies=True,
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
        self._records = Records(self.description)
        self._progress = Progress(
            connector_id=connector_id,
            description=self.description,
            fingerprint=f"{zlib.crc32(self.settings['description'].encode()):08x}",
        )
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
        since = self._progress.since(cursor)
        is_whole = since is None and self.description.absence is not Absence.NEVER
        pages = self._all_records(call, since)
        first = next(pages)
        server, place = self._progress.server(first), self._progress.place(first, since)
        yield from (replace(page, server=server) for page in self._people(call, since))
        for page, is_last in with_last(chain([first], pages)):
            if self._progress.server(page) != server:
                raise TransientError(f"{self.connector_id}: another server answered halfway a list")
            yield Page(
                records=[one for item in page.items for one in self._listed(call, item)],
                cursor=self._progress.cursor(place) if is_last else None,
                complete=is_last and is_whole,
                server=server,
            )

    def _all_records(self, call: Call, since: str | None) -> Iterator[ListPage]:
        """Every page of records. A list by number shifts while it is read: it is read until it is quiet."""
        seen: set[str] = set()
        for _ in range(PASSES):
            pages, fresh = 0, False
            for page in self._one_pass(call, since):
                new = [item for item in page.items if self._records.id(item) not in seen]
                fresh = fresh or bool(new)
                pages += bool(page.items)
                if new or not seen:
                    yield replace(page, items=new)
                seen.update(map(self._records.id, new))
            if self.description.paging.method not in BY_NUMBER or pages <= 1 or not fresh:
                return
        raise TransientError(f"{self.connector_id}: the list keeps changing while it is read")

    def _one_pass(self, call: Call, since: str | None) -> Iterator[ListPage]:
        """The list once. Pages by number that go on without anything new are no next pages."""
        records, seen, idle = self.description.records, set[str](), 0
        for page in self._lister.pages(
            call, records.list, records.at, self._progress.query("records", since), since=since is not None
        ):
            ids = {self._records.id(item) for item in page.items}
            idle = idle + 1 if ids and ids <= seen else 0
            if idle > IDLE and self.description.paging.method in BY_NUMBER:
                raise endless(self.connector_id)
            seen |= ids
            yield page

    def _listed(self, call: Call, item: Raw) -> Iterator[Found | Absent | SetApart]:
        external_id = self._records.id(item)
        version = self.description.version
        try:
            if self.description.records.each or (version is not None and version.at is None):
                look = self.fetch(call, external_id)
            else:
                look = self._records.look(item)
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
            query = self._progress.query(name, since)
            narrowed = described.changes is not None and name in described.changes.lists
            for page in self._lister.pages(
                call, section.list, section.at, query, since=narrowed and since is not None
            ):
                found: list[ExternalParty] = []
                apart: list[SetApart] = []
                for person in page.items:
                    try:
                        found.extend(parties(section, person, self._records.ids))
                    except InvalidRecordError as error:
                        who = called(section, person, self._records.ids)
                        apart.append(SetApart(external_id=who, field=error.field, why=str(error)))
                yield Page(parties=found, records=apart)

    def fetch(self, call: Call, external_id: str) -> Look:
        answer = call.http.send("GET", self._path(self.description.records.one, external_id), allow=NOT_THERE)
        if answer.status in NOT_THERE:
            if answer.status in _PROOF[self.description.absence]:
                return Absent(external_id=external_id)
            is_missing = answer.status != 403
            return Unseen(external_id=external_id, why=f"status {answer.status}", missing=is_missing)
        return self._records.look(self._records.inside(answer), answer)

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        """What carries the marker, also where the system does not know the parameter and lists everything."""
        section = self.description.find
        if section is None:
            raise NotImplementedError
        place = self.description.records.at if section.at is None else section.at
        found: dict[str, Found] = {}
        for page in self._lister.pages(call, section.list, place, {section.parameter: str(marker)}):
            for item in page.items:
                if self._records.carries(item, marker):
                    looks = self._listed(call, item)
                    found.update({one.external_id: one for one in looks if isinstance(one, Found)})
        return list(found.values())

    # Writing.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        section = _there(self.description.create)
        answer = call.http.send(section.method, section.path, json=self._records.sent(raw))
        with self._unless_unusable(answer):
            if section.answers is Answers.RECORD:
                found = self._records.found(self._records.inside(answer), answer)
                return Written(external_id=found.external_id, found=found)
            return Written(external_id=self._records.id(self._records.inside(answer)))

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        section = _there(self.description.update)
        answer = call.http.send(
            section.method,
            self._path(section.path, found.external_id),
            json=_BODIES[section.body](self._records.sent(found.raw), self._records.sent(raw)),
            headers=self._records.guard(found),
            allow=NOT_THERE,
        )
        if answer.status in NOT_THERE:
            raise ConflictError(f"{self.connector_id}: {found.external_id} cannot be written now; look again")
        if section.answers is not Answers.RECORD:
            return Written(external_id=found.external_id)
        with self._unless_unusable(answer):
            return Written(
                external_id=found.external_id, found=self._records.found(self._records.inside(answer), answer)
            )

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
            headers=self._records.guard(found),
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
        return self._records.new(subject)

    def get(self, raw: Raw, directory: Directory) -> Reading:
        return self._records.get(raw, directory)

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        return self._records.put(raw, changes, directory)

    def own(self, raw: Raw) -> Raw:
        return self._records.own(raw)

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        return self.description.units.normal(key, value)

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


@hookimpl
def samenspraak_connectors() -> Sequence[type[Connector]]:
    return (RestConnector,)
