"""What the conformance kit needs to try the Ons connector: its sandbox, and who and what is there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from samenspraak.connectors import Connector, Inbound, Raw
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.sandbox import Sandbox
from samenspraak.testing import ConnectorContract, LensLaws, Scene
from samenspraak_ons.plugin import OnsConnector
from samenspraak_ons.sandbox import create
from samenspraak_ons.sandbox.hooks import signature
from samenspraak_ons.sandbox.office import AGREEMENT_ACTION, DEMAND
from samenspraak_ons.settings import OnsSettings

HOOK = "geheim-uit-het-dashboard"
SETTINGS: Mapping[str, Any] = OnsSettings().load({"base_url": "https://ons.example", "action_id": 31})
_TYPES: Mapping[PartyKind, str] = {
    PartyKind.CLIENT: "client",
    PartyKind.RELATIVE: "relation",
    PartyKind.VOLUNTEER: "relation",
    PartyKind.PROFESSIONAL: "employee",
    PartyKind.GROUP: "team",
    PartyKind.DEVICE: "device",
}


class Contract(ConnectorContract):
    """Ons by the book, or one that does what the book leaves open the other way."""

    kind = OnsConnector

    def sandbox(self) -> Sandbox:
        return create(self.mode)

    def settings(self, url: str) -> Mapping[str, Any]:
        return {
            "base_url": url,
            "action_id": AGREEMENT_ACTION,
            "demand_id": DEMAND,
            "hook_secret": HOOK,
        }

    def refused(self, url: str) -> Mapping[str, Any]:
        """A certificate for another environment; only on a line with TLS is there one to see."""
        return {**self.settings(url), "base_url": f"{url}/andere-omgeving"}

    def scene(self, sandbox: Any) -> Scene:
        sandbox.keeps_a_draft = True
        client = sandbox.admit("Roos", "Terpstra")["id"]
        son = sandbox.relate(client, "Wim", "Terpstra")["id"]
        nurse = sandbox.hire("Anja", "Postma")["id"]
        sandbox.open_draft(client)
        sandbox.activate(client)

        def decide(waiting: str, accept: bool) -> None:
            (sandbox.activate if accept else sandbox.discard)(client)

        def edit(key: str) -> None:
            persistent = int(key.rpartition("/")[2])
            there = sandbox.action_in_force(client, persistent)
            sandbox.rewrite(client, persistent, comment=f"{there['comment']}\nPlaats: Woonkeuken De Linde")
            sandbox.activate(client)

        def remove(key: str) -> None:
            sandbox.strike(client, int(key.rpartition("/")[2]))
            sandbox.activate(client)

        return Scene(
            client=f"client/{client}",
            performer=f"relation/{son}",
            reader=f"employee/{nurse}",
            edit=edit,
            remove=remove,
            hide=lambda key: sandbox.close_file(client),
            decide=decide,
            notice=_notice,
        )


def _notice(external_id: str) -> Inbound:
    event = {
        "customerCode": "TE1002",
        "eventType": "CUSTOM",
        "modelType": "care_plan_activated",
        "payload": {"clientId": int(external_id.partition("/")[0])},
        "timestamp": datetime.now(UTC).isoformat(),
        "amountOfRetries": 0,
    }
    body = json.dumps(event).encode()
    return Inbound(headers={"X-Signature-SHA512": signature(body, HOOK)}, body=body)


class Laws(LensLaws):
    """Actions of a care plan that we made."""

    def connector(self) -> Connector:
        return OnsConnector("ons-1", SETTINGS)

    def external_id(self, ref: PartyRef) -> str:
        return f"{_TYPES[ref.kind]}/{ref.id}"

    def respelled(self, raw: Raw) -> Raw:
        """A comment with the line ends of another machine."""
        return {**raw, "comment": raw["comment"].replace("\n", "\r\n")}
