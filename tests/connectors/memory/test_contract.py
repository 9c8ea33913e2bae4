"""The connector contract, kept towards a strict app, a wayward one, and one that knows no versions."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from samenspraak.connectors import Inbound, Token
from samenspraak.sandbox import Sandbox
from samenspraak.testing import ConnectorContract, Scene
from samenspraak_memory.plugin import MANIFEST, FamilyAppConnector
from samenspraak_memory.sandbox import ACCESS_KEY, FamilyApp

NOTIFY_SECRET = "meldingen-van-de-familie-app"


class TestStrict(ConnectorContract):
    kind = FamilyAppConnector

    def sandbox(self) -> FamilyApp:
        return FamilyApp("strict")

    def settings(self, url: str) -> Mapping[str, Any]:
        return {"base_url": url, "access_key": ACCESS_KEY, "notify_secret": NOTIFY_SECRET}

    def scene(self, sandbox: Sandbox) -> Scene:
        assert isinstance(sandbox, FamilyApp)
        app = sandbox
        app.add_client("c1", "Mevrouw R. van den Heuvel")
        app.add_user("u1", "Bram van den Heuvel", "relative", ["c1"])
        return Scene(
            client="c1",
            performer="u1",
            reader="u1",
            edit=lambda record: app.instruct("u1", record, "Eerst de ui, dan de wortel"),
            remove=lambda record: app.remove("u1", record),
            hide=lambda record: app.share("c1", shared=False),
            notice=notice,
        )


class TestQuirky(TestStrict):
    def sandbox(self) -> FamilyApp:
        return FamilyApp("quirky", lag_seconds=0.1)


class WithoutTokens(FamilyAppConnector):
    manifest = replace(MANIFEST, capabilities=replace(MANIFEST.capabilities, token=Token.NONE))


class TestWithoutTokens(TestStrict):
    kind = WithoutTokens

    def sandbox(self) -> FamilyApp:
        return FamilyApp("quirky", tokens=False, lag_seconds=0.1)


def notice(record: str) -> Inbound:
    """A notification as the app's documentation describes it."""
    body = json.dumps({"record": record}).encode()
    signature = hmac.new(NOTIFY_SECRET.encode(), body, hashlib.sha256).hexdigest()
    return Inbound(headers={"X-Signature": f"sha256={signature}"}, body=body)
