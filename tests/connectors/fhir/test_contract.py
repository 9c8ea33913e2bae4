"""The connector contract, towards a dossier by the book and one with every quirk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samenspraak.sandbox import Sandbox
from samenspraak.testing import ConnectorContract, Scene
from samenspraak_fhir.plugin import DossierConnector
from samenspraak_fhir.sandbox import QUIRKY, STRICT, FhirSandbox

ACCESS_TOKEN = "dossier-token-1"
CLIENT = "Patient/mw-terpstra"
SON = "RelatedPerson/zoon-wim"
NURSE = "Practitioner/verpleegkundige-anja"


class TestStrict(ConnectorContract):
    kind = DossierConnector

    def sandbox(self) -> FhirSandbox:
        return FhirSandbox(quirks=STRICT, access_token=ACCESS_TOKEN)

    def settings(self, url: str) -> Mapping[str, Any]:
        return {"base_url": f"{url}/fhir", "access_token": ACCESS_TOKEN}

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
        )


class TestQuirky(TestStrict):
    silent_removals = True

    def sandbox(self) -> FhirSandbox:
        return FhirSandbox(quirks=QUIRKY, access_token=ACCESS_TOKEN)
