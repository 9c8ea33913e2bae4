"""Notifications: signed, without content, in no order, never repeated unless somebody asks for it.

Source: ONS-DOC ``technical/Webhooks``, as told in ONS-AE ``asyncapi/nedap-ons-webhooks.yml``: POST with
``X-Signature-SHA512`` over the body, 200 within 3 seconds or it is missed; what was missed is kept for 24
hours and sent again by ``PUT /webhooks/redeliver``; two NOP events at set-up, one of them signed wrongly.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SECONDS = 3.0
CUSTOMER = "TE1002"


@dataclass(kw_only=True)
class Hooks:
    """One receiver. ``now``: the moment as Ons writes it · ``in_order``: else in pairs, turned round."""

    now: Callable[[], str]
    in_order: bool = True
    url: str = ""
    secret: str = ""
    missed: list[dict[str, Any]] = field(default_factory=list)
    _queue: queue.Queue[dict[str, Any]] = field(default_factory=queue.Queue)

    def subscribe(self, url: str, secret: str) -> list[int]:
        """From now on tell this address; its two answers to the NOP events (200 and 401 are right)."""
        self.url, self.secret = url, secret
        nop = self.event("NOP", "connector")
        answers = [self._post(nop, key) for key in (secret, f"{secret}-verkeerd")]
        threading.Thread(target=self._send_all, name="ons-hooks", daemon=True).start()
        return answers

    def event(self, kind: str, model: str, key: int | None = None, **payload: Any) -> dict[str, Any]:
        told: dict[str, Any] = {"customerCode": CUSTOMER, "eventType": kind, "modelType": model}
        told |= {"timestamp": self.now(), "amountOfRetries": 0}
        if key is not None:
            told["id"] = key
        return {**told, "payload": payload} if payload else told

    def emit(self, kind: str, model: str, key: int | None = None, **payload: Any) -> None:
        if self.url:
            self._queue.put(self.event(kind, model, key, **payload))

    def redeliver(self) -> int:
        """Send what was missed again; how many."""
        missed, self.missed = self.missed, []
        for event in missed:
            self._queue.put({**event, "amountOfRetries": event["amountOfRetries"] + 1})
        return len(missed)

    def wait(self) -> None:
        """Until everything was sent or missed."""
        self._queue.join()

    def _send_all(self) -> None:
        while True:
            together = [self._queue.get()]
            while not self.in_order and len(together) < 2 and not self._queue.empty():
                together.append(self._queue.get())
            for event in reversed(together):
                for _ in range(1 if self.in_order else 2):
                    status = self._post(event, self.secret)
                if status != 200:
                    self.missed.append(event)
                self._queue.task_done()

    def _post(self, event: dict[str, Any], secret: str) -> int:
        body = json.dumps(event).encode()
        headers = {"Content-Type": "application/json", "X-Signature-SHA512": signature(body, secret)}
        asked = urllib.request.Request(self.url, body, headers)  # noqa: S310 - set up by us
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(asked, timeout=SECONDS) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0


def signature(body: bytes, secret: str) -> str:
    """HMAC-SHA512 of the body, in hexadecimal (how it is written is not public; inferred)."""
    return hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()
