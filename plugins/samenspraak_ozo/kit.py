"""What the conformance kit needs to try the OZO connector: its sandbox, and who and what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samenspraak.connectors import Connector, Inbound
from samenspraak.sandbox import Sandbox
from samenspraak.testing import ConnectorContract, LensLaws, Scene
from samenspraak_ozo.plugin import OzoConnector
from samenspraak_ozo.sandbox import create

HOOK_KEY = "een-sleutel-van-zestien"
SETTINGS: Mapping[str, Any] = {"sender": "Practitioner/1004", "hook_key": None}


class Contract(ConnectorContract):
    """Both readings of what the public pages leave open."""

    kind = OzoConnector

    def sandbox(self) -> Sandbox:
        return create(self.mode)

    def settings(self, url: str) -> Mapping[str, Any]:
        return {
            "base_url": f"{url}/fhir",
            "nuts_url": url,
            "nuts_subject": "samenspraak",
            "authorization_server": "https://nuts.example.org/oauth2/ozo",
            "sender": "Practitioner/1003",
            "hook_key": HOOK_KEY,
            **({"changes_by_time": True} if self.mode == "quirky" else {}),
        }

    def refused(self, url: str) -> Mapping[str, Any]:
        return {**self.settings(url), "nuts_subject": "iemand-anders"}

    def scene(self, sandbox: Sandbox) -> Scene:
        act = sandbox.acts()
        client = act["admit"](identifier="70011", name="Roos van den Heuvel", birth_date="1938-04-02")
        act["join"](patient="70011", kind="Practitioner", identifier="90031", name="Fatma Kaya")
        son = act["join"](
            patient="70011", kind="RelatedPerson", identifier="80021", name="Bram van den Heuvel"
        )
        return Scene(
            client=client.removeprefix("Patient/"),
            performer=son,
            reader=son,
            edit=lambda key: act["reply"](person=son, text="Dat is goed", thread=key),
            hide=act["restrict"],
            open=lambda key: act["read"](person="80021", thread=key),
            notified=lambda: sum(one["unread"] for one in act["inbox"](person="80021")),
            notice=lambda _: Inbound(headers={"X-Samenspraak-Key": HOOK_KEY}, body=b""),
        )


class Laws(LensLaws):
    """Threads; what a message says, and what is taken back of it, is tried by the contract."""

    def connector(self) -> Connector:
        return OzoConnector("ozo-1", SETTINGS)
