"""Notifications of Ons: signed, without content, in no order, and never repeated unless somebody asks.

Source: ONS-DOC ``technical/Webhooks`` as told in ONS-AE ``asyncapi/nedap-ons-webhooks.yml``
(``api-evangelist/nedap`` @ ``908be13``, read 2026-11-22). How the signature is written is not public:
hexadecimal in either case and Base64 are both taken.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from samenspraak.connectors import Hint, Inbound
from samenspraak.errors import AuthenticationError, InvalidRecordError
from samenspraak.http import parse_json

HEADER = "x-signature-sha512"
_MODELS = frozenset(
    {
        "client",
        "client_contact_relation",
        "employee",
        "team",
        "care_plan",
        "care_plan_activated",
    }
)
"""About what we read something; all else is acknowledged and forgotten."""


def heard(connector_id: str, request: Inbound, secret: str | None, customer: str) -> list[Hint]:
    """What a notification hints at: that something changed there, never what.

    Raises:
        AuthenticationError: it is not signed with our secret, or there is none.
        InvalidRecordError: it is signed, and is no event.
    """
    given = {name.lower(): value for name, value in request.headers.items()}.get(HEADER, "").strip()
    if not secret or not _is_signed(request.body, given, secret):
        raise AuthenticationError(f"{connector_id}: a notification that is not signed with our secret")
    try:
        event = parse_json(request.body)
    except ValueError:
        event = None
    if not isinstance(event, Mapping):
        raise InvalidRecordError(f"{connector_id}: a notification that is no event", field="body")
    is_ours = not customer or event.get("customerCode") == customer
    return [Hint()] if is_ours and event.get("modelType") in _MODELS else []


def _is_signed(body: bytes, given: str, secret: str) -> bool:
    digest = hmac.new(secret.encode(), body, hashlib.sha512).digest()
    in_hex = hmac.compare_digest(given.lower().encode(), digest.hex().encode())
    in_base64 = hmac.compare_digest(given.encode(), base64.b64encode(digest))
    return in_hex or in_base64
