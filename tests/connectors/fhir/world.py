"""A dossier that runs over sockets, and a connector that reads it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from samenspraak.connectors import Call, Page
from samenspraak_fhir.plugin import DossierConnector
from samenspraak_fhir.sandbox import FhirSandbox
from samenspraak_fhir.settings import DossierSettings

CLIENT = "Patient/mw-terpstra"


class World:
    """A running dossier, a connector with pages of two, and what a nurse does in between."""

    def __init__(self, sandbox: FhirSandbox, url: str, **settings: Any) -> None:
        manifest = replace(DossierConnector.manifest, rates=replace(DossierConnector.manifest.rates, page=2))
        kind = type("Small", (DossierConnector,), {"manifest": manifest})
        loaded = DossierSettings().load({"base_url": f"{url}/fhir", "overlap_seconds": 1, **settings})
        self.connector = kind("dossier-1", {**loaded, "open_origins": {url}})
        self.call = Call(http=self.connector.http(), now=datetime.now(UTC))
        self.sandbox = sandbox
        self.url = url

    def again(self, **settings: Any) -> World:
        """The same dossier, connected to with other settings."""
        return World(self.sandbox, self.url, **settings)

    def act(self, act: str, **members: Any) -> str:
        return str(self.sandbox.acts()[act](**members)["id"])

    def agree(self, *ids: str) -> None:
        for one in ids:
            self.act("agree", id=one, client=CLIENT, what="Lopen", by="RelatedPerson/zoon", when="?")

    def pages(self, cursor: str | None = None) -> Iterator[Page]:
        return self.connector.changes(self.call, cursor)

    def in_time(self, ask: Callable[[], Any]) -> Any:
        """What is asked, once there is something, or after twenty seconds."""
        until = time.monotonic() + 20
        while not (found := ask()) and time.monotonic() < until:
            time.sleep(0.05)
        return found

    def listed(self, cursor: str | None = None) -> list[str]:
        return records(self.pages(cursor))


def records(pages: Any) -> list[str]:
    return [one.external_id.partition("/")[2] for page in pages for one in page.records]


def right_now() -> datetime:
    return datetime.now(UTC)


Start = Callable[..., World]
