"""What the conformance kit needs to try this connector: its sandbox, and who and what is there."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from samenspraak.connectors import Connector, Inbound, Raw
from samenspraak.sandbox import Sandbox
from samenspraak.testing import ConnectorContract, LensLaws, Scene
from samenspraak_weekbord.plugin import WeekBoardConnector
from samenspraak_weekbord.sandbox import BOARD_KEY, create

NOTIFY_KEY = "meldingen-van-het-weekbord"


class Contract(ConnectorContract):
    """The board by its documentation, or with its quirks."""

    kind = WeekBoardConnector

    def sandbox(self) -> Sandbox:
        return create(self.mode)

    def settings(self, url: str) -> Mapping[str, Any]:
        return {"base_url": url, "board_key": BOARD_KEY, "notify_secret": NOTIFY_KEY}

    def scene(self, sandbox: Any) -> Scene:
        sandbox.move_in("k1", "Mevrouw Van Dijk")
        return Scene(
            client="k1",
            performer="u1",
            reader="u1",
            edit=lambda card: sandbox.edit(card, where="In de keuken"),
            remove=sandbox.take_away,
            hide=lambda card: sandbox.share("k1", shared=False),
            notice=notice,
        )


class Laws(LensLaws):
    """Cards, as the board hands them back."""

    def connector(self) -> Connector:
        return WeekBoardConnector("board-1", {})

    def respelled(self, raw: Raw) -> Raw:
        """Members in another order, and one that nobody sent."""
        return {"colour": "geel", **dict(reversed(raw.items()))}


def notice(card: str) -> Inbound:
    """A notification as the board's documentation describes it."""
    body = json.dumps({"card": card}).encode()
    signature = hmac.new(NOTIFY_KEY.encode(), body, hashlib.sha256).hexdigest()
    return Inbound(headers={"X-Board-Signature": signature}, body=body)
