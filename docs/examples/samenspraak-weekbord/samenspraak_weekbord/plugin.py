"""The connector: what the board can do, and how to talk with it.

A card of ours has our marker as its id, so that making it twice makes it once.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    Step,
    Subject,
    SystemKind,
    Token,
    Unseen,
    Written,
    hookimpl,
)
from samenspraak.connectors.checking import Outcome, in_steps
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import UnitKey, UnitValue
from samenspraak.errors import (
    AuthenticationError,
    ConflictError,
    InvalidRecordError,
    OutcomeUnknownError,
    StaleError,
    TransientError,
)
from samenspraak.http import Answer, HeaderAuth, HttpClient
from samenspraak_weekbord import mapping
from samenspraak_weekbord.settings import WeekBoardSettings

OURS = "samenspraak-"
"""How the ids of our cards begin; what follows is the marker."""

NOT_THERE = frozenset({403, 404, 410})


class WeekBoardConnector(Connector):
    """A screen in the hall, with a card for each agreement."""

    manifest = Manifest(
        name="weekbord",
        title={"nl": "Weekbord", "en": "Week board"},
        summary={
            "nl": "Een scherm in de hal met een kaart per afspraak.",
            "en": "A screen in the hall with a card for each agreement.",
        },
        version="1.0",
        capabilities=Capabilities(
            kind=SystemKind.APP,  # what hangs in the hall everybody reads: the column of the family app
            units={kind: Carries() for kind in mapping.TABLE},
            readers=Readers.EVERYONE,
            absence=Absence.BY_ID,
            may_end=MayEnd.AGREEMENT,
            create=Create.REPEATABLE,
            confirm=Confirm.RESPONSE,
            token=Token.ENFORCED,
            token_ordered=True,
            token_counts=True,
        ),
        settings=WeekBoardSettings,
        rates=Rates(concurrency=2, per_second=10.0, page=100, poll_seconds=60.0),
        hints=frozenset({HintSource.POLL, HintSource.WEBHOOK}),
    )

    def http(self) -> HttpClient:
        return HttpClient(
            connector_id=self.connector_id,
            base_url=self.settings["base_url"],
            auth=HeaderAuth("X-Board-Key", self.settings["board_key"]),
            open_origins=frozenset(self.settings.get("open_origins", ())),
            internal_origins=frozenset(self.settings.get("internal_origins", ())),
        )

    # Reading.

    def check(self, call: Call) -> Iterator[Checked]:
        return in_steps(_STEPS, _CURES, call)

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        """The residents, then every card by the number of its last change; the cursor is that number."""
        home = call.http.send("GET", "api/residents").json()
        yield Page(parties=[*map(_party, home["residents"])], server=home["board"])
        after, more = _number(cursor), True
        while more:
            params = {"after": str(after), "limit": str(self.manifest.rates.page)}
            answer = call.http.send("GET", "api/cards", params=params, allow={410} if after else ())
            if answer.status == 410:
                raise StaleError(f"{self.connector_id}: the board has not come to this change; read it all")
            body = answer.json()
            before, after, more = after, body["after"], body["more"]
            if more and after <= before:
                raise TransientError(
                    f"{self.connector_id}: paging does not end; nothing was concluded from it"
                )
            yield Page(records=[*map(_listed, body["cards"])], cursor=str(after), server=body["board"])

    def fetch(self, call: Call, external_id: str) -> Look:
        answer = call.http.send("GET", _path(external_id), allow=NOT_THERE)
        if answer.status == 410:
            return Absent(external_id=external_id)
        if answer.status in NOT_THERE:
            return Unseen(external_id=external_id, why=f"status {answer.status}")
        return _found(answer.json())

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        look = self.fetch(call, f"{OURS}{marker}")
        return [look] if isinstance(look, Found) else []

    # Writing.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        headers = {"If-None-Match": "*"}
        answer = call.http.send("PUT", _path(raw["id"]), json=raw, headers=headers, allow={412})
        if answer.status != 412:
            return _written(answer)
        look = self.fetch(call, raw["id"])  # an earlier create of ours, whose answer was lost
        if not isinstance(look, Found):
            raise ConflictError(f"{self.connector_id}: {raw['id']} was there and is not now; look again")
        return Written(external_id=look.external_id, found=look, existed=True)

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        path, headers = _path(found.external_id), {"If-Match": f'"{found.token}"'}
        answer = call.http.send("PUT", path, json=raw, headers=headers, allow=NOT_THERE)
        if answer.status in NOT_THERE:
            raise ConflictError(f"{self.connector_id}: {found.external_id} cannot be written now; look again")
        return _written(answer)

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        if how is not End.RETRACTED:
            return self.update(call, found, raw)
        headers = {"If-Match": f'"{found.token}"'}
        answer = call.http.send("DELETE", _path(found.external_id), headers=headers, allow=NOT_THERE)
        if answer.status == 403:
            raise ConflictError(f"{self.connector_id}: {found.external_id} cannot be removed now; look again")
        return Written(external_id=found.external_id)

    # The lens.

    def new(self, subject: Subject) -> Raw:
        return {"id": f"{OURS}{subject.marker}", "resident": subject.client}

    def get(self, raw: Raw, directory: Directory) -> Reading:
        said = {UnitKey(kind): mapping.read(raw, kind) for kind in mapping.TABLE}
        client, marker = raw.get("resident"), str(raw.get("id", ""))
        return Reading(
            client=client if isinstance(client, str) else None,
            units={key: value for key, value in said.items() if value is not None},
            marker=Marker.parse(marker.removeprefix(OURS)) if marker.startswith(OURS) else None,
        )

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        card = copy.deepcopy(raw)
        for key, value in changes.set.items():
            wanted = mapping.normal(value)
            if _says(raw, key) != wanted:  # what says so already stays as they wrote it
                card[mapping.TABLE[key.kind].member] = mapping.written(raw, key.kind, wanted)
        for key in changes.clear:
            card.pop(mapping.TABLE[key.kind].member, None)
        return card

    def own(self, raw: Raw) -> Raw:
        return {name: value for name, value in raw.items() if name in mapping.MEMBERS}

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        return mapping.normal(value)

    # Hints.

    def hints(self, request: Inbound) -> Sequence[Hint]:
        secret = self.settings["notify_secret"]
        given = {name.lower(): value for name, value in request.headers.items()}.get("x-board-signature", "")
        if not secret or not hmac.compare_digest(given.encode(), _signature(secret, request.body)):
            raise AuthenticationError(f"{self.connector_id}: a notification is not signed by this board")
        return [Hint(external_id=json.loads(request.body)["card"])]


def _says(raw: Raw, key: UnitKey) -> UnitValue | None:
    try:
        return mapping.read(raw, key.kind)
    except InvalidRecordError:
        return None


# From their JSON to the words of the contract.


def _party(resident: Any) -> ExternalParty:
    return ExternalParty(external_id=resident["id"], kind=PartyKind.CLIENT, name=resident["name"])


def _listed(card: Any) -> Found | Absent:
    return Absent(external_id=card["id"]) if card.get("removed") else _found(card)


def _found(card: Any) -> Found:
    if not (isinstance(card, dict) and isinstance(card.get("id"), str) and "rev" in card):
        raise InvalidRecordError("a card without an id or a revision", field="id")
    return Found(external_id=card["id"], raw=card, token=str(card["rev"]))


def _written(answer: Answer) -> Written:
    """What a write answered; without a card nobody knows what became of it."""
    try:
        found = _found(answer.json())
    except InvalidRecordError:
        raise OutcomeUnknownError(f"{answer.connector_id}: a write was answered without a card") from None
    return Written(external_id=found.external_id, found=found)


def _path(external_id: str) -> str:
    return f"api/cards/{quote(external_id, safe='')}"


def _number(cursor: str | None) -> int:
    """The number of a change; a cursor is what :meth:`WeekBoardConnector.changes` made of it.

    Raises:
        StaleError: it made no such cursor.
    """
    try:
        return int(cursor or 0)
    except ValueError:
        raise StaleError("This cursor stands for no change of a board; everything is read again.") from None


def _signature(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()


# The connection test.


def _connect(call: Call) -> Outcome:
    call.http.send("GET", "api/residents", allow={401})
    return "", True


def _sign_in(call: Call) -> Outcome:
    return f"{len(call.http.send('GET', 'api/residents').json()['residents'])} residents", True


def _read(call: Call) -> Outcome:
    call.http.send("GET", "api/cards", params={"after": "0", "limit": "1"}).json()
    return "", True


_STEPS: Mapping[Step, Callable[[Call], Outcome]] = {
    Step.CONNECT: _connect,
    Step.SIGN_IN: _sign_in,
    Step.READ: _read,
}
_CURES: Mapping[Step, Mapping[str, str]] = {
    Step.CONNECT: {
        "nl": "Controleer het adres, en of het bord aanstaat.",
        "en": "Check the address, and whether the board is switched on.",
    },
    Step.SIGN_IN: {
        "nl": "Maak bij Beheer, Koppelingen een nieuwe sleutel.",
        "en": "Make a new key under Administration, Connections.",
    },
    Step.READ: {
        "nl": "Geef de koppeling bij Beheer het recht om kaarten te lezen.",
        "en": "Under Administration, let the connection read cards.",
    },
}


@hookimpl
def samenspraak_connectors() -> Sequence[type[Connector]]:
    """What this package offers."""
    return (WeekBoardConnector,)
