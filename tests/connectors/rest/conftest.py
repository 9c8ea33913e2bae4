"""A running Buurtplein, and connectors with any description that speak to it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from samenspraak.connectors import Call, Changes, Directory, Found, Marker, Page, Subject, Written
from samenspraak.domain.agreements import Duty, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import WHAT, UnitKey, UnitKind
from samenspraak.sandbox import Sandbox
from samenspraak_rest.kit import DESCRIPTION
from samenspraak_rest.plugin import RestConnector
from samenspraak_rest.sandbox import ACCESS_KEY

BRAM = PartyRef(kind=PartyKind.RELATIVE, id="p-bram")
DIRECTORY = Directory(connector_id="buurt-1", external={BRAM: "m1"}, names={BRAM: "Bram"})


@dataclass(kw_only=True)
class There:
    """Opens connectors to one running sandbox, with the description as given."""

    url: str
    stack: contextlib.ExitStack
    calls: dict[RestConnector, Call] = field(default_factory=dict)

    def connector(self, description: str = DESCRIPTION, **settings: Any) -> RestConnector:
        given = {"base_url": self.url, "access_key": ACCESS_KEY, "open_origins": {self.url}, **settings}
        connector = RestConnector("buurt-1", {**given, "description": description})
        http = self.stack.enter_context(contextlib.closing(connector.http()))
        self.calls[connector] = Call(http=http, now=datetime.now(UTC))
        return connector

    def pages(self, connector: RestConnector, cursor: str | None = None) -> list[Page]:
        return list(connector.changes(self.calls[connector], cursor))

    def listed(self, connector: RestConnector, cursor: str | None = None) -> list[str]:
        """The ids of the records in all pages, in order."""
        return [one.external_id for page in self.pages(connector, cursor) for one in page.records]

    def make(self, connector: RestConnector, name: str, title: str = "Samen koken") -> Written:
        subject = Subject(client="b1", marker=Marker(agreement_id=name))
        said = {WHAT: What(text=title), UnitKey(UnitKind.ASSIGNMENT, "a1"): Duty(performer=BRAM)}
        raw = connector.put(connector.new(subject), Changes(set=said), DIRECTORY)
        return connector.create(self.calls[connector], subject, raw)

    def retitle(self, connector: RestConnector, found: Found, title: str) -> Written:
        raw = connector.put(found.raw, Changes(set={WHAT: What(text=title)}), DIRECTORY)
        return connector.update(self.calls[connector], found, raw)

    def look(self, connector: RestConnector, external_id: str) -> Found:
        found = connector.fetch(self.calls[connector], external_id)
        assert isinstance(found, Found)
        return found


@contextlib.contextmanager
def running(sandbox: Sandbox) -> Iterator[There]:
    with sandbox.running() as url, contextlib.ExitStack() as stack:
        yield There(url=url, stack=stack)


@pytest.fixture
def run() -> Any:
    """Runs a sandbox for one test."""
    return running
