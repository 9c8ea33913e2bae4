"""A family app that is told: it takes signed notices and keeps what each of its users can fetch.

It receives as Standard Webhooks 1.0.0 asks (github.com/standard-webhooks/standard-webhooks,
``spec/standard-webhooks.md``, read 2026-11-22) and verifies by itself: it shares no code with the sender.

``POST /hook`` takes a notice: the signature over ``id.timestamp.body`` is by one of :attr:`Receiver.secrets`
("symmetric": HMAC-SHA256, base64, after ``v1,``), the timestamp at most five minutes off, and the id was not
seen before ("idempotency"). The sequence of ours says which of two notices about one agreement is the later
one, and whether one is missing (:meth:`Receiver.missing`).

In *strict* mode it is a careful receiver: one notice under two ids or one id with two bodies, a body over
20 kB, a member it does not know, or a notice that says more than it may, is refused and remembered in
:attr:`Receiver.complaints`. In *quirky* mode it answers as apps do: late, with 202 or 204 and a text instead
of JSON, and every third notice with a fault the first time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Response, request

from samenspraak.sandbox import Act, Mode, Sandbox

HOOK = "/hook"
SECRET = "whsec_" + base64.b64encode(b"een-geheim-van-de-app-en-ons").decode()
_MINUTES_5 = 300
_LARGEST = 20_000
_DATA: Mapping[str, frozenset[str]] = {
    "test": frozenset(),
    "samenspraak.heartbeat": frozenset({"last"}),
    "agreement.available": frozenset({"agreement", "reader", "sequence", "version"}),
    "agreement.updated": frozenset({"agreement", "reader", "sequence", "version"}),
    "agreement.ended": frozenset({"agreement", "reader", "sequence", "version"}),
    "agreement.retracted": frozenset({"agreement", "reader", "sequence"}),
}
_LATE_SECONDS = 0.02
_ANSWERS = ((200, "ok"), (202, "later"), (204, ""))


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A notice that was taken. ``at``: by the clock of the app, in seconds."""

    id: str
    kind: str
    data: Mapping[str, Any]
    at: float


@dataclass
class _Known:
    """What a user can fetch of one agreement: until the notice with this sequence, this version."""

    sequence: int
    version: int | None
    kind: str


class Receiver(Sandbox):
    """The app. ``secrets``: those it verifies with, a new one beside the old · ``taken``: in that order."""

    name: ClassVar[str] = "webhook"

    def __init__(self, mode: Mode = "strict", *, secrets: tuple[str, ...] = (SECRET,)) -> None:
        super().__init__(mode)
        self.secrets = list(secrets)
        self.taken: list[Taken] = []
        self.complaints: list[str] = []
        self._bodies: dict[str, bytes] = {}
        self._known: dict[tuple[str, str], _Known] = {}
        self._failed: set[str] = set()
        self._answered = 0
        self._has_left = False
        self.app.add_url_rule(HOOK, view_func=self.hook, methods=["POST"])

    def acts(self) -> Mapping[str, Act]:
        return {"leave": self.leave, "come_back": self.come_back, "renew": self.renew}

    def target(self) -> str:
        """The path with the type of the notice, so that a fault or a check can mean one of them."""
        kind = _type_of(request.get_data()) if request.path == HOOK else ""
        return f"{request.path}/{kind}" if kind else request.path

    def is_write(self, method: str, path: str) -> bool:
        return path.startswith(f"{HOOK}/agreement.")

    def readable(self, person: str) -> list[str]:
        """What this user can fetch: the ids of agreements."""
        with self.lock:
            return [
                agreement
                for (agreement, reader), known in sorted(self._known.items())
                if reader == person and known.version is not None
            ]

    def live(self) -> Mapping[str, int]:
        """How many notices that it took were the first ones about an agreement, by agreement."""
        with self.lock:
            return Counter(agreement for agreement, _ in self._known)

    def missing(self) -> list[int]:
        """The numbers that never came, up to the last one that did."""
        with self.lock:
            came = {int(one.data["sequence"]) for one in self.taken if "sequence" in one.data}
        return sorted(set(range(1, max(came, default=0) + 1)) - came)

    def kinds(self, agreement: str) -> list[str]:
        """What it was told about an agreement, by the sequence of the sender."""
        with self.lock:
            about = [one for one in self.taken if one.data.get("agreement") == agreement]
        return [
            one.kind.removeprefix("agreement.") for one in sorted(about, key=lambda one: one.data["sequence"])
        ]

    # What happens there.

    def leave(self) -> dict[str, Any]:
        """The organisation ends its subscription: from now on it is told 410."""
        self._has_left = True
        return {}

    def come_back(self) -> dict[str, Any]:
        self._has_left = False
        return {}

    def renew(self, secret: str, *, alone: bool = False) -> dict[str, Any]:
        """The app changes to another secret; ``alone``: and forgets the one before."""
        with self.lock:
            self.secrets = [secret] if alone else [secret, *self.secrets]
        return {}

    # Receiving.

    def hook(self) -> Response:
        content = request.get_data()
        if self._has_left:
            return Response(status=410)
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not self._is_genuine(headers, content):
            return Response("signature", status=401)
        with self.lock:
            complaint = self._complaint(headers["webhook-id"], content)
            if complaint and self.mode == "strict":
                self.complaints.append(complaint)
                return Response(complaint, status=400)
            return self._answer(headers["webhook-id"], content)

    def _is_genuine(self, headers: Mapping[str, str], content: bytes) -> bool:
        message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not (message_id and timestamp.isdecimal() and abs(self.clock() - int(timestamp)) <= _MINUTES_5):
            return False
        text = f"{message_id}.{timestamp}.".encode() + content
        given = headers.get("webhook-signature", "").split()
        return any(
            hmac.compare_digest(_signature(secret, text), one) for secret in self.secrets for one in given
        )

    def _complaint(self, message_id: str, content: bytes) -> str:
        """What a careful receiver has against this notice; '' if nothing."""
        if len(content) > _LARGEST:
            return "it is larger than 20 kB"
        try:
            notice = json.loads(content)
            expected = _DATA[notice["type"]]
        except (ValueError, KeyError, TypeError):
            return "it is no notice of a type we know"
        if notice.keys() != {"type", "timestamp", "data"} or notice["data"].keys() != expected:
            return "it says more, or less, than it should"
        if self._bodies.get(message_id, content) != content:
            return "the same id came with another body"
        return ""

    def _answer(self, message_id: str, content: bytes) -> Response:
        self._answered += 1
        if self.mode == "quirky":
            time.sleep(_LATE_SECONDS)
            if self._answered % 3 == 0 and message_id not in self._failed:
                self._failed.add(message_id)
                return Response("fout", status=500)
        if message_id not in self._bodies:  # a second time it is the same one
            self._bodies[message_id] = content
            self._take(message_id, json.loads(content))
        status, text = _ANSWERS[self._answered % 3] if self.mode == "quirky" else _ANSWERS[0]
        return Response(text, status=status)

    def _take(self, message_id: str, notice: Mapping[str, Any]) -> None:
        data = notice["data"]
        self.taken.append(Taken(id=message_id, kind=notice["type"], data=data, at=self.clock()))
        if "agreement" not in data:
            return
        key = (str(data["agreement"]), str(data["reader"]))
        known = self._known.get(key)
        if known is None or data["sequence"] >= known.sequence:  # an earlier one that comes later is old news
            self._known[key] = _Known(data["sequence"], data.get("version"), notice["type"])


def _signature(secret: str, text: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def _type_of(content: bytes) -> str:
    try:
        return str(json.loads(content)["type"])
    except (ValueError, KeyError, TypeError):
        return ""


def create(mode: Mode) -> Sandbox:
    return Receiver(mode)
