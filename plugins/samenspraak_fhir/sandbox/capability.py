"""The CapabilityStatement: what this server says that it can do."""

from __future__ import annotations

from typing import Any

from samenspraak_fhir.sandbox.quirks import Quirks
from samenspraak_fhir.sandbox.search import PARAMETERS


def statement(quirks: Quirks, fhir_version: str, base: str) -> dict[str, Any]:
    """Source: https://hl7.org/fhir/R4/capabilitystatement.html."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-01",
        "kind": "instance",
        "implementation": {"description": "Samenspraak sandbox of a dossier (ECD)", "url": base},
        "fhirVersion": fhir_version,
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "resource": [_resource(name, quirks) for name in sorted(PARAMETERS)],
                **({} if quirks.no_transactions else {"interaction": [{"code": "transaction"}]}),
            }
        ],
    }


def _versioning(quirks: Quirks) -> str:
    if quirks.no_versions:
        return "no-version"
    return "versioned" if quirks.if_match_optional else "versioned-update"


def _resource(name: str, quirks: Quirks) -> dict[str, Any]:
    interactions = ["read", "vread", "update", "delete", "history-instance", "create", "search-type"]
    if not quirks.no_type_history:
        interactions.append("history-type")
    return {
        "type": name,
        "interaction": [{"code": code} for code in interactions],
        "versioning": _versioning(quirks),
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": not quirks.no_conditional_create,
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "searchParam": [
            {"name": one, "type": parameter.type}
            for one, parameter in sorted(PARAMETERS[name].items())
            if not (one == "_lastUpdated" and quirks.no_moments)
        ],
    }
