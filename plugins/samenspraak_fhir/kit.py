"""What the conformance kit needs to try the dossier connector: its sandbox, and who and what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samenspraak.connectors import Connector, Inbound, Raw
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.sandbox import Sandbox
from samenspraak.testing import ConnectorContract, LensLaws, Scene
from samenspraak_fhir.plugin import DossierConnector
from samenspraak_fhir.sandbox import FhirSandbox
from samenspraak_fhir.settings import DossierSettings

ACCESS_KEY = "dossier-token-1"
CLIENT = "Patient/mw-terpstra"
SON = "RelatedPerson/zoon-wim"
HOOK_KEY = "sleutel-van-de-melding"
NURSE = "Practitioner/verpleegkundige-anja"
SETTINGS = DossierSettings().load({"base_url": "https://ecd.example/fhir"})
_TYPES: Mapping[PartyKind, str] = {
    PartyKind.CLIENT: "Patient",
    PartyKind.RELATIVE: "RelatedPerson",
    PartyKind.VOLUNTEER: "RelatedPerson",
    PartyKind.PROFESSIONAL: "PractitionerRole",
    PartyKind.GROUP: "CareTeam",
    PartyKind.DEVICE: "Device",
}


class Contract(ConnectorContract):
    """A dossier by the book, or one with every quirk that was seen in the field."""

    kind = DossierConnector

    def sandbox(self) -> FhirSandbox:
        return FhirSandbox(self.mode, access_token=ACCESS_KEY)

    def settings(self, url: str) -> Mapping[str, Any]:
        return {
            "base_url": f"{url}/fhir",
            "access_token": ACCESS_KEY,
            "hook_key": HOOK_KEY,
            "approvals": True,
        }

    def scene(self, sandbox: Sandbox) -> Scene:
        acts = sandbox.acts()
        acts["admit"](id="mw-terpstra", given="Sjoukje", family="Terpstra", bsn="999990019")
        acts["know"](kind="RelatedPerson", id="zoon-wim", name="Wim Terpstra", client=CLIENT)
        acts["know"](kind="Practitioner", id="verpleegkundige-anja", name="Anja Postma")
        return Scene(
            client=CLIENT,
            performer=SON,
            reader=NURSE,
            edit=lambda key: acts["change"](id=key, field="until", value="2027-03-01"),
            remove=lambda key: acts["remove"](id=key),
            hide=lambda key: acts["close_file"](client=CLIENT),
            notice=lambda _: Inbound(headers={"X-Samenspraak-Key": HOOK_KEY}, body=b""),
        )


class Laws(LensLaws):
    """Plans that we made."""

    def connector(self) -> Connector:
        return DossierConnector("dossier-1", SETTINGS)

    def external_id(self, ref: PartyRef) -> str:
        return f"{_TYPES[ref.kind]}/{ref.id}"

    def respelled(self, raw: Raw) -> Raw:
        """Members in another order, an id and a version, and defaults that nobody sent."""
        meta = {"versionId": "0f6f", "lastUpdated": "2026-11-21T10:00:00.000Z", "profile": ["urn:default"]}
        respelled: Raw = _reordered({"language": "nl-NL", **raw, "meta": {**meta, **raw.get("meta", {})}})
        return respelled


def _reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reordered(value[name]) for name in sorted(value, reverse=True)}
    return [_reordered(one) for one in value] if isinstance(value, list) else value
