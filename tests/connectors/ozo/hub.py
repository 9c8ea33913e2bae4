"""The connector as the hub uses it, against a running sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from samenspraak.connectors import Call, Changes, Directory, End, Found, Marker, Page, Subject
from samenspraak.connectors.registry import load_settings
from samenspraak.domain.agreements import Duty, State, Status, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.units import STATUS, WHAT, UnitKey, UnitKind, UnitValue
from samenspraak_ozo.plugin import OzoConnector

SON = PartyRef(kind=PartyKind.RELATIVE, id="p-son")
UNITS: dict[UnitKey, UnitValue] = {
    WHAT: What(text="Steunkousen aantrekken"),
    UnitKey(UnitKind.ASSIGNMENT, "a1"): Duty(performer=SON, schedule=Schedule(text="elke werkdag om 8 uur")),
    STATUS: Status(state=State.ACTIVE),
}
CHANGED = {**UNITS, WHAT: What(text="Steunkousen aan- en uittrekken")}
HOOK_KEY = "een-sleutel-van-zestien"


@dataclass(frozen=True, kw_only=True)
class Hub:
    """The connector as the hub uses it, for Mrs Van Vliet and her people."""

    connector: OzoConnector
    call: Call
    people: Any

    @property
    def directory(self) -> Directory:
        return Directory(connector_id="ozo-1", external={SON: self.people.son}, names={SON: "Rob van Vliet"})

    def subject(self, *readers: str) -> Subject:
        return Subject(
            client=self.people.patient.removeprefix("Patient/"),
            marker=Marker(agreement_id="ag1", copy="c1"),
            readers=readers or (self.people.son, self.people.neighbour),
            client_name="mevrouw Van Vliet",
        )

    def open(self, *readers: str) -> Found:
        subject = self.subject(*readers)
        raw = self.connector.put(
            self.connector.new(subject), Changes(set=UNITS, mark="c1-aa#1"), self.directory
        )
        return self.look(self.connector.create(self.call, subject, raw).external_id)

    def look(self, external_id: str) -> Found:
        look = self.connector.fetch(self.call, external_id)
        assert isinstance(look, Found)
        return look

    def update(self, found: Found, **changes: Any) -> Found:
        raw = self.connector.put(found.raw, Changes(**changes), self.directory)
        return self.look(self.connector.update(self.call, found, raw).external_id)

    def end(self, found: Found, how: End) -> None:
        self.connector.end(self.call, found, found.raw, how)

    def reading(self, found: Found) -> Any:
        return self.connector.get(self.look(found.external_id).raw, self.directory)

    def pages(self, cursor: str | None = None) -> list[Page]:
        return list(self.connector.changes(self.call, cursor))


def connected(
    client: Any,
    people: Any,
    *,
    reach: str = "open_origins",
    kind: type[OzoConnector] = OzoConnector,
    **settings: Any,
) -> Iterator[Hub]:
    """The hub with this platform and its node. ``reach``: what lets it speak to loopback."""
    given = {
        "base_url": f"{client.url}/fhir",
        "nuts_url": client.node,
        "nuts_subject": "samenspraak",
        "authorization_server": "https://nuts.example.org/oauth2/ozo",
        "sender": people.nurse,
        "hook_key": HOOK_KEY,
        **settings,
    }
    loaded = load_settings(OzoConnector.manifest, given, secret=lambda itself: itself)
    connector = kind("ozo-1", {**loaded, reach: frozenset({client.url, client.node})})
    http = connector.http()
    yield Hub(connector=connector, call=Call(http=http, now=datetime.now(UTC)), people=people)
    http.close()
