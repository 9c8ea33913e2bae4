"""What the conformance kit needs to try the family app connector: its sandbox, and who and what is there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from samenspraak.connectors import Inbound, Raw
from samenspraak.protocols.standard_webhooks import Secret, signed
from samenspraak.testing import ConnectorContract, LensLaws, Scene
from samenspraak_memory.plugin import FamilyAppConnector
from samenspraak_memory.sandbox import ACCESS_KEY, FamilyApp
from samenspraak_memory.sandbox_records import rewritten

NOTIFY_KEY = Secret(b"meldingen-van-de-familie-app").text()
SETTINGS = {"title_length": 24}
_LAG_SECONDS = 0.1


class Contract(ConnectorContract):
    """The app by its documentation, or a wayward one."""

    kind = FamilyAppConnector

    def sandbox(self) -> FamilyApp:
        return FamilyApp(self.mode, lag_seconds=_LAG_SECONDS if self.mode == "quirky" else None)

    def settings(self, url: str) -> Mapping[str, Any]:
        return {"base_url": url, "access_key": ACCESS_KEY, "notify_secret": NOTIFY_KEY}

    def refused(self, url: str) -> Mapping[str, Any]:
        return {**self.settings(url), "access_key": "een-sleutel-die-niet-past"}

    def scene(self, sandbox: Any) -> Scene:
        sandbox.add_client("c1", "Mevrouw R. van den Heuvel")
        sandbox.add_user("u1", "Bram van den Heuvel", "relative", ["c1"])
        return Scene(
            client="c1",
            performer="u1",
            reader="u1",
            edit=lambda record: sandbox.instruct("u1", record, "Eerst de ui, dan de wortel"),
            remove=lambda record: sandbox.remove("u1", record),
            hide=lambda record: sandbox.share("c1", shared=False),
            notice=notice,
        )


class Laws(LensLaws):
    """Records as the app keeps them, with titles that it cuts."""

    def connector(self) -> FamilyAppConnector:
        return FamilyAppConnector("app-1", SETTINGS)

    def respelled(self, raw: Raw) -> Raw:
        return rewritten(raw, title_length=SETTINGS["title_length"])


def notice(record: str) -> Inbound:
    """A notification as the app's documentation describes it."""
    body, now = json.dumps({"record": record}).encode(), datetime.now(UTC)
    headers = signed(f"msg_{uuid4().hex}", now, body, [Secret.parse(NOTIFY_KEY)])
    return Inbound(headers=headers, body=body, at=now)
