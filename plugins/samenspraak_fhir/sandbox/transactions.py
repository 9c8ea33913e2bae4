"""Transactions: several writes at once, all or none; and what a server does that tears them.

Source: https://hl7.org/fhir/R4/http.html#transaction and #trules (read November 2026): entries are judged
before any is applied; ``ifNoneExist`` and ``ifMatch`` are the headers of the same name; references to a
``fullUrl`` of the bundle become references to what was made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from samenspraak_fhir.sandbox.outcomes import RefusedError
from samenspraak_fhir.sandbox.records import Resource, Version

Apply = Callable[[str, str, Resource, Mapping[str, str]], tuple[Version, int]]
"""Writes one entry (method, address, resource, request) and gives the version and the status."""


def entries(bundle: Any) -> list[dict[str, Any]]:
    """The entries of a transaction, creates first.

    Raises:
        RefusedError: it is none.
    """
    if not isinstance(bundle, dict) or bundle.get("type") != "transaction":
        raise RefusedError(400, "value", "send a Bundle of type transaction")
    found = bundle.get("entry", [])
    if any(one["request"]["method"] not in ("POST", "PUT") for one in found):
        raise RefusedError(400, "not-supported", "this server takes POST and PUT in a transaction")
    return sorted(found, key=lambda one: str(one["request"]["method"]))


def with_places(resource: Resource, places: Mapping[str, str]) -> Resource:
    """The resource, its references to entries of the bundle replaced by what they became."""
    text = json.dumps(resource, default=str)
    for url, key in places.items():
        text = text.replace(f'"{url}"', f'"{key}"')
    return dict(json.loads(text))
