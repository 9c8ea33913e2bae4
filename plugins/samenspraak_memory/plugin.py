"""The connector for a family app with records: the reference that other connectors are copied from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from samenspraak.connectors import (
    Absence,
    Absent,
    Call,
    Capabilities,
    Carries,
    Changes,
    Checked,
    Confirm,
    Connector,
    Create,
    Directory,
    End,
    ExternalParty,
    Found,
    Hint,
    HintSource,
    Inbound,
    Look,
    Manifest,
    Marker,
    MayEnd,
    Page,
    Rates,
    Raw,
    Readers,
    Reading,
    SetApart,
    Subject,
    SystemKind,
    Token,
    Unseen,
    Written,
    hookimpl,
)
from samenspraak.connectors.checking import in_steps
from samenspraak.connectors.json_codecs import TEXT, at
from samenspraak.connectors.json_lens import Lens
from samenspraak.connectors.json_patch import merge_patch
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import UnitKey, UnitValue
from samenspraak.errors import (
    ConflictError,
    InvalidRecordError,
    OutcomeUnknownError,
    StaleError,
    TransientError,
)
from samenspraak.http import Answer, BearerAuth, HttpClient
from samenspraak.protocols.standard_webhooks import Secret, verify
from samenspraak_memory import mapping
from samenspraak_memory.checking import CURES, STEPS
from samenspraak_memory.mapping import NOBODY
from samenspraak_memory.people import people
from samenspraak_memory.settings import FamilyAppSettings

NOT_THERE = frozenset({403, 404, 410})

MANIFEST = Manifest(
    name="memory",
    title={"nl": "Familie-app met afspraken", "en": "Family app with records"},
    summary={
        "nl": "Een app waarin de familie van een cliënt de afspraken leest, wijzigt en beantwoordt.",
        "en": "An app in which a client's family reads, changes and answers agreements.",
    },
    version="1.0",
    capabilities=Capabilities(
        kind=SystemKind.APP,
        units={kind: Carries() for kind in mapping.LENS.table},
        readers=Readers.EVERYONE,
        absence=Absence.BY_ID,
        may_end=MayEnd.AGREEMENT,
        create=Create.FINDABLE,
        confirm=Confirm.RESPONSE,
        token=Token.ENFORCED,
        token_ordered=True,
        token_counts=True,
        lag_s=1.0,
        tells_statements=True,
        keeps_marks=True,
        mapping_version=mapping.MAPPING_VERSION,
    ),
    settings=FamilyAppSettings,
    rates=Rates(concurrency=4, per_second=20.0, page=100, poll_seconds=60.0),
    hints=frozenset({HintSource.POLL, HintSource.WEBHOOK}),
)


class FamilyAppConnector(Connector):
    """A family app. ``lens`` is an attribute so that another mapping version is a subclass of one line."""

    manifest = MANIFEST
    lens: Lens = mapping.LENS

    def http(self) -> HttpClient:
        return HttpClient(
            connector_id=self.connector_id,
            base_url=self.settings["base_url"],
            auth=BearerAuth(self.settings["access_key"]),
            open_origins=frozenset(self.settings.get("open_origins", ())),
            internal_origins=frozenset(self.settings.get("internal_origins", ())),
        )

    # Reading.

    def check(self, call: Call) -> Iterator[Checked]:
        return in_steps(STEPS, CURES, call)

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        server, since = _position(cursor)
        body = self._changes(call, server, since)
        if body["more"]:  # then a record may come pages before the people it names
            yield from self._people(call, server, since)
        whole = since == 0
        yield _page(body, whole=whole)
        while body["more"]:
            body = self._changes(call, body["server"], body["next"])
            yield _page(body, whole=whole)

    def _people(self, call: Call, server: str, since: int) -> Iterator[Page]:
        """Clients, then users; without cursors, because they come again in between the records."""
        for kind in ("client", "user"):
            body = {"next": since, "more": True}
            while body["more"]:
                body = self._changes(call, server, body["next"], type=kind)
                yield replace(_page(body, whole=False), cursor=None)

    def _changes(self, call: Call, server: str, since: int, **only: str) -> Any:
        params = {"since": str(since), "limit": str(self.manifest.rates.page), **only}
        answer = call.http.send("GET", "api/changes", params=params, allow={410} if since else ())
        with at("changes"):
            if answer.status == 410 or server not in ("", (body := answer.json())["server"]):
                raise StaleError(f"{self.connector_id}: the app does not know this place in its changes")
            found = {name: body[name] for name in ("server", "changes", "next", "more")}
        if found["more"] and found["next"] <= since:
            raise TransientError(f"{self.connector_id}: paging does not end; nothing was concluded from it")
        return found

    def fetch(self, call: Call, external_id: str) -> Look:
        answer = call.http.send("GET", _path(external_id), allow=NOT_THERE)
        if answer.status == 410:
            return Absent(external_id=external_id)
        if answer.status in NOT_THERE:
            return Unseen(external_id=external_id, why=f"status {answer.status}")
        return _found(answer.json())

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        answer = call.http.send("GET", "api/records", params={"reference": str(marker)})
        with at("records"):
            return [_found(record) for record in answer.json()["records"]]

    # Writing.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        answer = call.http.send("POST", "api/records", params={"once": "reference"}, json=raw)
        found = _landed(answer)
        return Written(external_id=found.external_id, found=found, existed=answer.status == 200)

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        answer = call.http.send(
            "PATCH",
            _path(found.external_id),
            json=merge_patch(found.raw, raw),
            headers=_if_match(found),
            allow=NOT_THERE,
        )
        if answer.status in NOT_THERE:
            raise ConflictError(f"{self.connector_id}: {found.external_id} cannot be written now; look again")
        return Written(external_id=found.external_id, found=_landed(answer))

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        if how is not End.RETRACTED:
            return self.update(call, found, raw)
        answer = call.http.send("DELETE", _path(found.external_id), headers=_if_match(found), allow=NOT_THERE)
        if answer.status == 403:
            raise ConflictError(f"{self.connector_id}: {found.external_id} cannot be removed now; look again")
        return Written(external_id=found.external_id)

    # The lens.

    def new(self, subject: Subject) -> Raw:
        return {"type": "agreement", "circle": subject.client, "reference": str(subject.marker)}

    def get(self, raw: Raw, directory: Directory) -> Reading:
        return Reading(
            client=mapping.text(raw, "circle"),
            units=self.lens.units(raw, directory),
            marker=mapping.marker(raw),
            selected=raw.get("type", "agreement") == "agreement",
            told=mapping.told(raw, directory),
            said=mapping.said(raw, directory),
            mark=mapping.text(raw, "terms"),
            author=mapping.author(raw, directory),
            last_changed=mapping.moment(raw, "changed_at"),
        )

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        now = self.lens.units(raw, directory) if changes.set else {}
        wanted = {
            key: value if now.get(key) == value else self.normal(key, value)
            for key, value in changes.set.items()
        }
        result = self.lens.put(raw, wanted, changes.clear, directory)
        if changes.told is not None:
            result = mapping.tell(result, changes.told, directory)
        return {**result, "terms": changes.mark} if changes.mark else result

    def own(self, raw: Raw) -> Raw:
        members = mapping.SPOKEN_OF | self.lens.members
        return {name: value for name, value in raw.items() if name in members}

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        return mapping.normal(key, value, self.settings["title_length"])

    # Hints.

    def hints(self, request: Inbound) -> Sequence[Hint]:
        given = [self.settings[name] for name in ("notify_secret", "earlier_notify_secret")]
        secrets = [Secret.parse(one) for one in given if one]
        notice = verify(request.headers, request.body, secrets, request.at)
        with at("body"):
            record = TEXT.read(json.loads(request.body)["record"], NOBODY)
        return [Hint(external_id=record, notice=notice.id)]


# From their JSON to the words of the contract.


def _page(body: Raw, *, whole: bool) -> Page:
    """One page, clients before users; what cannot be used is set apart, and the others go on."""
    records: list[Found | Absent | SetApart] = []
    parties: list[ExternalParty] = []
    with at("changes"):
        for change in body["changes"]:
            try:
                if change["type"] != "record":
                    parties.extend(people(change))
                elif "removed" in change:
                    records.append(Absent(external_id=change["id"]))
                else:
                    records.append(_found(change["body"]))
            except InvalidRecordError as error:
                records.append(SetApart(external_id=change["id"], field=error.field, why=str(error)))
    return Page(
        records=records,
        parties=sorted(parties, key=lambda one: one.kind is not PartyKind.CLIENT),
        cursor=f"{body['server']} {body['next']}",
        complete=whole and not body["more"],
        server=body["server"],
    )


def _path(external_id: str) -> str:
    return f"api/records/{quote(external_id, safe='')}"


def _found(record: Raw) -> Found:
    with at("id"):
        version = record.get("version")
        return Found(external_id=record["id"], raw=record, token=None if version is None else str(version))


def _landed(answer: Answer) -> Found:
    """The record that a write answered; without one nobody knows what became of the write."""
    try:
        return _found(answer.json())
    except InvalidRecordError:
        raise OutcomeUnknownError(f"{answer.connector_id}: a write was answered without a record") from None


def _if_match(found: Found) -> dict[str, str]:
    return {} if found.token is None else {"If-Match": f'"{found.token}"'}


def _position(cursor: str | None) -> tuple[str, int]:
    """Server and number; a cursor is what :meth:`FamilyAppConnector.changes` made of them.

    Raises:
        StaleError: it made no such cursor.
    """
    server, _, number = (cursor or "").rpartition(" ")
    try:
        return server, int(number or 0)
    except ValueError:
        raise StaleError("This cursor stands for no place in an app; everything is read again.") from None


@hookimpl
def samenspraak_connectors() -> Sequence[type[Connector]]:
    return (FamilyAppConnector,)
