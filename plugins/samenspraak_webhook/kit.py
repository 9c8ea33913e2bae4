"""What the conformance kit needs to try the connector that tells: an app that takes notices, and its user."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from samenspraak.connectors import Shelf
from samenspraak.testing import ConnectorContract, HeldShelf, LensLaws, Scene
from samenspraak_webhook.plugin import WebhookConnector
from samenspraak_webhook.sandbox import HOOK, SECRET, Receiver

OTHER_SECRET = "whsec_" + base64.b64encode(b"een-geheim-van-iemand-anders").decode()


class Contract(ConnectorContract):
    """An app that takes notices as the standard asks, or one that is late, wayward and short of words."""

    kind = WebhookConnector
    held: HeldShelf

    def sandbox(self) -> Receiver:
        return Receiver(self.mode)

    def shelf(self, sandbox: Any) -> Shelf:
        self.held = HeldShelf()
        return self.held

    def settings(self, url: str) -> Mapping[str, Any]:
        return {"base_url": f"{url}{HOOK}", "secret": SECRET}

    def refused(self, url: str) -> Mapping[str, Any]:
        return {**self.settings(url), "secret": OTHER_SECRET}

    def scene(self, sandbox: Any) -> Scene:
        return Scene(
            client="client:c1",
            performer="7",
            reader="7",
            edit=lambda copy_id: self._touch(copy_id),
            remove=lambda copy_id: self.held.copies.pop(copy_id),
        )

    def _touch(self, copy_id: str) -> None:
        """Another worker of the hub tells of it."""
        _, found = self.held.copies[copy_id]
        self.held.change(found, {**found.raw, "mark": "f00#9"})


class Laws(LensLaws):
    """Copies as the hub keeps them."""

    def connector(self) -> WebhookConnector:
        return WebhookConnector("naaste-app", {"secret": SECRET})
