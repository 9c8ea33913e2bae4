"""Bundles: the answers to a search and to a question for history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from samenspraak_fhir.sandbox.quirks import Quirks
from samenspraak_fhir.sandbox.records import Resource, Version, instant


def presented(resource: Resource, quirks: Quirks) -> Resource:
    """The resource as this server sends it: as it was stored, or reordered with defaults nobody sent."""
    if quirks.no_versions:
        meta = {name: value for name, value in resource["meta"].items() if name != "versionId"}
        resource = {**resource, "meta": meta}
    if not quirks.reformats:
        return resource
    profile = f"http://hl7.org/fhir/StructureDefinition/{resource['resourceType']}"
    meta = {"profile": [profile], **resource["meta"]}
    reordered: Resource = _reordered({"language": "nl-NL", **resource, "meta": meta})
    return reordered


def _reordered(element: Any) -> Any:
    if isinstance(element, dict):
        return {name: _reordered(element[name]) for name in sorted(element, reverse=True)}
    return [_reordered(one) for one in element] if isinstance(element, list) else element


def searchset(
    found: Sequence[Version], quirks: Quirks, base: str, *, total: int, links: dict[str, str]
) -> Resource:
    """One page of matches."""
    entries = [
        {
            "fullUrl": f"{base}/{one.key}",
            "resource": presented(one.resource, quirks),
            "search": {"mode": "match"},
        }
        for one in found
        if one.resource is not None
    ]
    kept = {name: url for name, url in links.items() if name != "self" or not quirks.no_self_links}
    return _bundle("searchset", entries, total, kept)


def history(
    found: Sequence[Version], quirks: Quirks, base: str, *, total: int, links: dict[str, str]
) -> Resource:
    """Versions, newest first; what was deleted has no resource, only the request that deleted it."""
    return _bundle("history", [_history_entry(one, quirks, base) for one in found], total, links)


def transacted(version: Version, status: int, quirks: Quirks, base: str) -> dict[str, Any]:
    """What became of one entry of a transaction."""
    response = {
        "status": {200: "200 OK", 201: "201 Created"}[status],
        "location": f"{base}/{version.key}/_history/{version.version_id}",
        "lastModified": instant(version.at),
    }
    if not quirks.no_etags_in_bundles:
        response["etag"] = version.etag
    entry: dict[str, Any] = {"response": response}
    if version.resource is not None and not quirks.bare_answers:
        entry["resource"] = presented(version.resource, quirks)
    return entry


def _history_entry(version: Version, quirks: Quirks, base: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "fullUrl": f"{base}/{version.key}",
        "request": {
            "method": version.method,
            "url": version.type if version.method == "POST" else version.key,
        },
        "response": {
            "status": {"POST": "201", "PUT": "201" if version.created else "200", "DELETE": "204"}[
                version.method
            ],
            "etag": version.etag,
            "lastModified": instant(version.at),
        },
    }
    if quirks.deletes_without_moment and version.resource is None:
        entry["request"]["url"] += f"/_history/{version.version_id}"
        del entry["response"]["lastModified"]
    if version.resource is not None:
        entry["resource"] = presented(version.resource, quirks)
    return entry


def _bundle(kind: str, entries: list[dict[str, Any]], total: int, links: dict[str, str]) -> Resource:
    bundle: Resource = {
        "resourceType": "Bundle",
        "type": kind,
        "total": total,
        "link": [{"relation": relation, "url": url} for relation, url in links.items()],
    }
    if entries:
        bundle["entry"] = entries
    return bundle
