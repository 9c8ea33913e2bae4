"""A small FHIR R4 server that behaves like the dossier (ECD) of a care organisation.

It imports nothing of the plugin, so that connector and sandbox cannot share one misreading. What it does
follows these sources (read November 2026):

- RESTful interactions: https://hl7.org/fhir/R4/http.html. Conditional create answers 201, 200 or 412 as in
  https://wso2.github.io/fhir-server/docs/api/conditional/; version-aware update answers 412 on another
  version, and 400 where the header is demanded and missing or not written as ``W/"id"``
  (microsoft/fhir-server: docs/rest/VersionedUpdateExample.http).
- Search: https://hl7.org/fhir/R4/search.html and https://hl7.org/fhir/R4/searchparameter-registry.html.
- Profiles in which a nurse records: Nictiz/Nictiz-R4-zib2020, ``zib-HelpFromOthers`` and
  ``zib-NursingIntervention``.
- The quirks: each was seen in a public server; they are listed with :class:`~.quirks.Quirks`.

It serves under ``/fhir``. :class:`~.server.FhirSandbox` says what nurses can do here.
"""

from __future__ import annotations

from samenspraak.sandbox import Mode
from samenspraak_fhir.sandbox.quirks import QUIRKY, STRICT, Quirks
from samenspraak_fhir.sandbox.server import FhirSandbox

__all__ = ["QUIRKY", "STRICT", "FhirSandbox", "Quirks", "create"]


def create(mode: Mode) -> FhirSandbox:
    """A dossier without clients: exactly by the book, or with every quirk that was seen in the field."""
    return FhirSandbox(mode)
