"""Notifications of Ons: signed, without content, in no order, and never repeated unless somebody asks.

Source: ONS-DOC ``technical/Webhooks`` as told in ONS-AE ``asyncapi/nedap-ons-webhooks.yml``
(``api-evangelist/nedap`` @ ``908be13``, read 2026-11-22). How the signature is written is not public:
hexadecimal in either case and Base64 are both taken.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterable, Mapping

from samenspraak.connectors import Hint, Inbound
from samenspraak.errors import AuthenticationError, InvalidRecordError
from samenspraak.http import parse_json
from samenspraak_ons.interface import number

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


class Told:
    """The clients of whom somebody told that their plan changed, until it is read. Any thread may use it.

    This is advice and no memory: whoever forgets it (a restart, another process) reads these plans when
    their turn comes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: set[int] = set()

    def note(self, clients: Iterable[int]) -> None:
        with self._lock:
            self._clients |= set(clients)

    def take(self) -> set[int]:
        """All of them; they are known no more."""
        with self._lock:
            taken, self._clients = self._clients, set()
        return taken


def heard(
    connector_id: str, request: Inbound, *, secret: str | None, customer: str, told: Told
) -> list[Hint]:
    """What a notification hints at: that something changed there, never what.

    ``told`` notes whose plan was activated.

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
    if not is_ours or event.get("modelType") not in _MODELS:
        return []
    payload = event.get("payload")
    client = number(payload.get("clientId")) if isinstance(payload, Mapping) else None
    told.note([] if client is None else [client])
    return [Hint()]


def _is_signed(body: bytes, given: str, secret: str) -> bool:
    digest = hmac.new(secret.encode(), body, hashlib.sha512).digest()
    in_hex = hmac.compare_digest(given.lower().encode(), digest.hex().encode())
    in_base64 = hmac.compare_digest(given.encode(), base64.b64encode(digest))
    return in_hex or in_base64
