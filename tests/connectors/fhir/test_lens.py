"""The lens laws, for plans that we made and for plans as the dossier's own server spells them."""

from __future__ import annotations

from typing import Any

from samenspraak.connectors import Connector, Raw
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.testing import LensLaws
from samenspraak_fhir.plugin import DossierConnector
from samenspraak_fhir.settings import DossierSettings

TYPES = {
    PartyKind.CLIENT: "Patient",
    PartyKind.RELATIVE: "RelatedPerson",
    PartyKind.VOLUNTEER: "RelatedPerson",
    PartyKind.PROFESSIONAL: "PractitionerRole",
    PartyKind.GROUP: "CareTeam",
    PartyKind.DEVICE: "Device",
}


class TestLens(LensLaws):
    def connector(self) -> Connector:
        return DossierConnector("dossier-1", DossierSettings().load({"base_url": "https://ecd.example/fhir"}))

    def external_id(self, ref: PartyRef) -> str:
        return f"{TYPES[ref.kind]}/{ref.id}"

    def respelled(self, raw: Raw) -> Raw:
        """Members in another order, an id and a version, and defaults that nobody sent."""
        meta = {"versionId": "0f6f", "lastUpdated": "2026-11-21T10:00:00.000Z", "profile": ["urn:default"]}
        return _reordered({"language": "nl-NL", **raw, "meta": {**meta, **raw.get("meta", {})}})


def _reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reordered(value[name]) for name in sorted(value, reverse=True)}
    return [_reordered(one) for one in value] if isinstance(value, list) else value
