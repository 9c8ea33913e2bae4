"""Being told that a plan changed: an R4 rest-hook Subscription with an empty body, and who knocks here.

Sources (read November 2026): https://hl7.org/fhir/R4/subscription.html (without ``channel.payload`` a
notification has no body); Koppeltaal TOP-KT-006 (payload never filled, the headers of the channel are sent
along); https://hl7.org/fhir/uv/subscriptions-backport/ (R5's topics on R4: a Bundle whose first entry tells
status and numbers; nothing else of it is used).
"""

from __future__ import annotations

import hmac

from samenspraak.connectors import Inbound
from samenspraak.errors import AuthenticationError
from samenspraak.http import HttpClient, UnusableJsonError, parse_json
from samenspraak.protocols import fhir

HEADER = "X-Samenspraak-Key"
_ENDED = ("error", "off")
_MARK_LENGTH = 8


def keep(http: HttpClient, *, criteria: str, url: str, key: str) -> None:
    """See to it that the server tells us of changes: one subscription of ours, that is not off, by this key.

    Without it nothing is lost: changes are then only heard when we look.

    Raises:
        SamenspraakError: the server does not let us.
    """
    found = [
        one
        for bundle in fhir.search(http, "Subscription", [("url", url)])
        for one in fhir.resources(bundle)
        if fhir.text(fhir.element(one, "channel"), "endpoint") == url
    ]
    wanted = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": f"Samenspraak leest wat er veranderde ({_mark(url, key)}).",
        "criteria": criteria,
        "channel": {"type": "rest-hook", "endpoint": url, "header": [f"{HEADER}: {key}"]},
    }
    if not found:
        fhir.create(http, wanted, unless=f"url={url}")
    elif all(_differs(one, wanted) for one in found):
        first = found[0]
        fhir.update(http, {**wanted, "id": first["id"]}, fhir.version_of(first))


def _mark(url: str, key: str) -> str:
    """Tells one key from another, and nobody what it is."""
    return hmac.digest(key.encode(), url.encode(), "sha256").hex()[:_MARK_LENGTH]


def _differs(one: fhir.Resource, wanted: fhir.Resource) -> bool:
    """Whether it is off, for something else, or with another key.

    Servers hide headers, so those are not compared: the reason, which they keep, holds a mark of the key.
    """
    is_other = any(one.get(name) != wanted[name] for name in ("criteria", "reason"))
    return is_other or fhir.text(one, "status") in _ENDED


def check(request: Inbound, key: str | None, connector_id: str) -> None:
    """That a notification is ours: it shows the key, and is empty or a Bundle that tells of a subscription.

    Raises:
        AuthenticationError: it is not.
    """
    given = {name.lower(): value for name, value in request.headers.items()}.get(HEADER.lower(), "")
    if not (key and hmac.compare_digest(given.encode(), key.encode()) and _is_notification(request.body)):
        raise AuthenticationError(f"{connector_id}: a notification without the key of our subscription")


def _is_notification(body: bytes) -> bool:
    if not body:
        return True
    try:
        found = parse_json(body)
    except UnusableJsonError:
        return False
    entries = fhir.elements(found, "entry") if isinstance(found, dict) else []
    first = fhir.element(entries[0], "resource") if entries else {}
    return fhir.text(first, "resourceType") in ("Parameters", "SubscriptionStatus")
