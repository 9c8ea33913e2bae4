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
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from samenspraak.connectors import Hint, Inbound
from samenspraak.errors import AuthenticationError, InvalidRecordError
from samenspraak.http import parse_json
from samenspraak_ons.interface import number

HEADER = "x-signature-sha512"
KEPT_FOR = timedelta(hours=24)
"""So long Ons keeps what was missed, and sends it again when asked."""
TOLERANCE = timedelta(minutes=5)
"""How far its clock and ours may be apart, either way."""
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
    connector_id: str, request: Inbound, *, secrets: Collection[str], customer: str, told: Told
) -> list[Hint]:
    """What a notification hints at: that something changed there, never what.

    ``told`` notes whose plan was activated. A notification has no number, and one that was missed comes
    again for a day with the time at which it happened. So its bytes are its name, and it is refused when
    that day is over. Two changes of one thing in the same millisecond would share a name: then the list of
    changes, read a minute later, tells of the second.

    Raises:
        AuthenticationError: no secret of ours signed it, or it is not of this day.
        InvalidRecordError: it is signed, and is no event.
    """
    given = {name.lower(): value for name, value in request.headers.items()}.get(HEADER, "").strip()
    if not any([_is_signed(request.body, given, one) for one in secrets]):
        raise AuthenticationError(f"{connector_id}: a notification that is not signed with our secret")
    try:
        event = parse_json(request.body)
    except ValueError:
        event = None
    if not isinstance(event, Mapping):
        raise InvalidRecordError(f"{connector_id}: a notification that is no event", field="body")
    name = _name(connector_id, event.get("timestamp"), request)
    is_ours = not customer or event.get("customerCode") == customer
    if not is_ours or event.get("modelType") not in _MODELS:
        return []
    payload = event.get("payload")
    client = number(payload.get("clientId")) if isinstance(payload, Mapping) else None
    told.note([] if client is None else [client])
    return [Hint(notice=name)]


def _name(connector_id: str, timestamp: object, request: Inbound) -> str:
    """What to call it; nothing when it does not say when: then another one may read the same.

    Raises:
        AuthenticationError: it is of another time than Ons still sends.
    """
    try:
        told_at = datetime.fromisoformat(str(timestamp))
    except ValueError:
        return ""
    if told_at.tzinfo is None:
        return ""
    if not request.at - KEPT_FOR - TOLERANCE <= told_at <= request.at + TOLERANCE:
        raise AuthenticationError(f"{connector_id}: a notification of another day; compare the clocks")
    return hashlib.sha256(request.body).hexdigest()


def _is_signed(body: bytes, given: str, secret: str) -> bool:
    digest = hmac.new(secret.encode(), body, hashlib.sha512).digest()
    in_hex = hmac.compare_digest(given.lower().encode(), digest.hex().encode())
    in_base64 = hmac.compare_digest(given.encode(), base64.b64encode(digest))
    return in_hex or in_base64
