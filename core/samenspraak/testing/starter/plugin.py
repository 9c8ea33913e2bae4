"""The connector: what the noticeboard can do, what an admin fills in, and how to talk with it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from marshmallow import Schema, fields, validate

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
    Look,
    Manifest,
    Marker,
    MayEnd,
    Page,
    Rates,
    Raw,
    Readers,
    Reading,
    Step,
    Subject,
    SystemKind,
    Token,
    Unseen,
    Written,
    hookimpl,
    setting,
)
from samenspraak.connectors.checking import Outcome, in_steps
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import UnitKey, UnitValue
from samenspraak.errors import ConflictError, InvalidRecordError, StaleError, TransientError
from samenspraak.http import BearerAuth, HttpClient
from samenspraak.testing.starter import mapping

NOT_THERE = frozenset({403, 404, 410})


class Settings(Schema):
    """Each field with a title and a sentence in both languages; secrets are kept by reference only."""

    base_url = setting(
        fields.Url,
        title={"nl": "Adres", "en": "Address"},
        help={"nl": "Het adres van het prikbord.", "en": "The address of the noticeboard."},
        required=True,
        schemes={"http", "https"},
        require_tld=False,
    )
    access_key = setting(
        fields.String,
        title={"nl": "Toegangssleutel", "en": "Access key"},
        help={"nl": "De sleutel van de beheerder.", "en": "The key that its administrator gives you."},
        required=True,
        validate=validate.Length(min=8),
        secret=True,
    )


class StarterConnector(Connector):
    """A noticeboard."""

    manifest = Manifest(
        name="starter",
        title={"nl": "Prikbord", "en": "Noticeboard"},
        summary={
            "nl": "Een bord in de huiskamer, met een briefje per afspraak.",
            "en": "A board in the living room, with a note per agreement.",
        },
        version="0.1",
        capabilities=Capabilities(
            kind=SystemKind.APP,
            units={kind: Carries() for kind in mapping.TABLE},
            readers=Readers.EVERYONE,
            absence=Absence.BY_ID,
            may_end=MayEnd.AGREEMENT,
            create=Create.FINDABLE,
            confirm=Confirm.RESPONSE,
            token=Token.ENFORCED,
        ),
        settings=Settings,
        rates=Rates(concurrency=2, per_second=5.0, page=50, poll_seconds=60.0),
    )

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
        return in_steps(_STEPS, _CURES, call)

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        """Clients first; the board counts changes, and ``start`` is how many were read.

        A note that changes moves to the end, so that what was read slips away under us: every listing
        begins at the beginning, and its cursor only says that there was one.
        """
        if cursor not in (None, "read"):
            raise StaleError(f"{self.connector_id}: this cursor is not ours; everything is read again")
        clients = call.http.send("GET", "api/clients").json()
        parties = [
            ExternalParty(external_id=one["id"], kind=PartyKind.CLIENT, name=one["name"]) for one in clients
        ]
        listed: set[str] = set()
        start, more, size = 0, True, self.manifest.rates.page
        while more:
            params = {"start": str(start), "limit": str(size)}
            body = call.http.send("GET", "api/notes", params=params).json()
            records: list[Found | Absent] = [_found(one) for one in body["notes"]]
            records += [Absent(external_id=one) for one in body["gone"]]
            fresh, more = {one.external_id for one in records} - listed, body["more"]
            if more and not fresh:
                raise TransientError(
                    f"{self.connector_id}: paging does not end; nothing was concluded from it"
                )
            yield Page(records=records, parties=parties if not start else (), cursor=None if more else "read")
            listed |= fresh
            start += size

    def fetch(self, call: Call, external_id: str) -> Look:
        answer = call.http.send("GET", _path(external_id), allow=NOT_THERE)
        if answer.status == 410:
            return Absent(external_id=external_id)
        if answer.status in NOT_THERE:
            return Unseen(external_id=external_id, why=f"status {answer.status}")
        return _found(answer.json())

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        return [*map(_found, call.http.send("GET", "api/notes", params={"marker": str(marker)}).json())]

    # Writing.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        found = _found(call.http.send("POST", "api/notes", json=raw).json())
        return Written(external_id=found.external_id, found=found)

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        answer = call.http.send(
            "PUT", _path(found.external_id), json=raw, headers=_if_match(found), allow=NOT_THERE
        )
        if answer.status in NOT_THERE:
            raise ConflictError(f"{self.connector_id}: {found.external_id} cannot be written now; look again")
        return Written(external_id=found.external_id, found=_found(answer.json()))

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        if how is not End.RETRACTED:
            return self.update(call, found, raw)
        call.http.send("DELETE", _path(found.external_id), headers=_if_match(found), allow=NOT_THERE)
        return Written(external_id=found.external_id)

    # The lens.

    def new(self, subject: Subject) -> Raw:
        return {"client": subject.client, "marker": str(subject.marker)}

    def get(self, raw: Raw, directory: Directory) -> Reading:
        found = {UnitKey(kind): mapping.read(raw, kind) for kind in mapping.TABLE}
        marker = raw.get("marker")
        return Reading(
            client=raw.get("client"),
            units={key: value for key, value in found.items() if value is not None},
            marker=Marker.parse(marker) if isinstance(marker, str) and marker else None,
        )

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        result = copy.deepcopy(raw)
        for key, value in changes.set.items():
            kept = mapping.TABLE[key.kind]
            if _says(raw, key) != value:  # what says so already stays as they wrote it
                result[kept.member] = _beside(result.get(kept.member), kept.write(value))
        for key in changes.clear:
            result.pop(mapping.TABLE[key.kind].member, None)
        return result

    def own(self, raw: Raw) -> Raw:
        members = {"id", "version", "client", "marker", *(kept.member for kept in mapping.TABLE.values())}
        return {name: value for name, value in raw.items() if name in members}


def _says(raw: Raw, key: UnitKey) -> UnitValue | None:
    try:
        return mapping.read(raw, key.kind)
    except InvalidRecordError:
        return None


def _beside(there: Any, wanted: Any) -> Any:
    """What is wanted, with the members that nobody here knows as they were."""
    return {**there, **wanted} if isinstance(there, dict) and isinstance(wanted, dict) else wanted


def _found(note: Any) -> Found:
    if not (isinstance(note, dict) and isinstance(note.get("id"), str)):
        raise InvalidRecordError("a note without an id", field="id")
    return Found(external_id=note["id"], raw=note, token=str(note.get("version")))


def _path(external_id: str) -> str:
    return f"api/notes/{quote(external_id, safe='')}"


def _if_match(found: Found) -> dict[str, str]:
    return {"If-Match": f'"{found.token}"'}


# The connection test.


def _connect(call: Call) -> Outcome:
    call.http.send("GET", "api/clients", allow={401})
    return "", True


def _sign_in(call: Call) -> Outcome:
    return f"{len(call.http.send('GET', 'api/clients').json())} clients", True


def _read(call: Call) -> Outcome:
    call.http.send("GET", "api/notes", params={"start": "0", "limit": "1"}).json()
    return "", True


_STEPS: Mapping[Step, Callable[[Call], Outcome]] = {
    Step.CONNECT: _connect,
    Step.SIGN_IN: _sign_in,
    Step.READ: _read,
}
_CURES: Mapping[Step, Mapping[str, str]] = {
    Step.CONNECT: {"nl": "Controleer het adres.", "en": "Check the address."},
    Step.SIGN_IN: {"nl": "Vraag de beheerder om een sleutel.", "en": "Ask its administrator for a key."},
    Step.READ: {"nl": "Vraag om leesrechten.", "en": "Ask for the right to read."},
}


@hookimpl
def samenspraak_connectors() -> Sequence[type[Connector]]:
    """What this package offers."""
    return (StarterConnector,)
