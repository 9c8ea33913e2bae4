"""The small words of FHIR R4: members of a resource, versions, moments, identifiers and references.

Sources: https://hl7.org/fhir/R4/json.html, https://hl7.org/fhir/R4/references.html and
https://hl7.org/fhir/R4/http.html#versioning (read November 2026).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Resource = dict[str, Any]

BSN = "http://fhir.nl/fhir/NamingSystem/bsn"

ID = r"[A-Za-z0-9\-.]{1,64}"
REFERENCE = re.compile(rf"(?P<base>.*/)?(?P<key>[A-Z][A-Za-z]+/{ID})(/_history/(?P<version>{ID}))?")
_WEAK_ETAG = re.compile(r'(?:W/)?"([^"]+)"')


# Elements of a resource that somebody else made: what is not of the expected form is not there.


def element(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A member that is an object; empty when it is missing or something else."""
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def elements(of: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in a member that is a list; empty when it is missing or something else."""
    found = of.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text(of: Mapping[str, Any], name: str) -> str:
    """A member that is a text; empty when it is missing or something else."""
    found = of.get(name)
    return found if isinstance(found, str) else ""


def texts(of: Mapping[str, Any], name: str) -> list[str]:
    """The texts in a member that is a list; empty when it is missing or something else."""
    found = of.get(name)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


# Versions and moments.


def if_match(version_id: str) -> str:
    """The header value that makes an update depend on a version; unquoted it would be ignored by some."""
    return f'W/"{version_id}"'


def version_of(resource: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> str | None:
    """The server's version of a resource: from its ``meta``, else from the ETag of the answer."""
    if version_id := text(element(resource, "meta"), "versionId"):
        return version_id
    match = _WEAK_ETAG.fullmatch((headers or {}).get("ETag", ""))
    return match[1] if match else None


def read_instant(written: str) -> datetime:
    """A FHIR instant, or a dateTime with a zone, in UTC.

    Raises:
        ValueError: it is none, or says no zone.
    """
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("an instant says its zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("an instant lies within the calendar") from error


def write_instant(moment: datetime) -> str:
    """An aware moment as a FHIR instant in UTC, with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def last_updated(resource: Mapping[str, Any]) -> datetime | None:
    """When the server says that it changed; None when it does not say, or not in a readable way."""
    try:
        return read_instant(text(element(resource, "meta"), "lastUpdated"))
    except ValueError:
        return None


# Identifiers and references.


def token(system: str, value: str) -> str:
    """``system|value`` as a search parameter, with what has a meaning there escaped."""
    return "|".join(re.sub(r"([\\,|$])", r"\\\1", part) for part in (system, value))


def identifiers(resource: Mapping[str, Any], system: str) -> list[str]:
    """The values of a resource's identifiers in one system, in their order."""
    found = [one for one in elements(resource, "identifier") if text(one, "system") == system]
    return [text(one, "value") for one in found if text(one, "value")]


def reference_key(reference: Mapping[str, Any] | None, *base_urls: str) -> str | None:
    """``Type/id`` of a literal reference into the same server, by any of its addresses, without a version.

    None for a reference to a contained resource, to another server, or by identifier only.
    """
    match = REFERENCE.fullmatch(text(reference or {}, "reference"))
    here = (None, "", *(f"{one.rstrip('/')}/" for one in base_urls))
    if match is None or match["base"] not in here:
        return None
    return match["key"]


def key_of(resource: Mapping[str, Any]) -> str:
    """``Type/id`` of a resource the server gave; a bare ``/`` of what is none."""
    return f"{text(resource, 'resourceType')}/{text(resource, 'id')}"
