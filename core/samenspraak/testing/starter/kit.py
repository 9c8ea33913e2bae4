"""What the conformance kit needs to try this connector: its sandbox, and who and what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samenspraak.connectors import Connector, Raw
from samenspraak.sandbox import Sandbox
from samenspraak.testing import ConnectorContract, LensLaws, Scene
from samenspraak.testing.starter.plugin import StarterConnector
from samenspraak.testing.starter.sandbox import ACCESS_KEY, create


class Contract(ConnectorContract):
    """The board by its documentation, or one that reorders what it is given."""

    kind = StarterConnector

    def sandbox(self) -> Sandbox:
        return create(self.mode)

    def settings(self, url: str) -> Mapping[str, Any]:
        return {"base_url": url, "access_key": ACCESS_KEY}

    def scene(self, sandbox: Any) -> Scene:
        sandbox.add_client("c1", "Mevrouw Van Dijk")
        return Scene(
            client="c1",
            performer="u1",
            reader="u1",
            edit=lambda note: sandbox.edit(note, place="In de keuken"),
            remove=sandbox.take_down,
            hide=lambda note: sandbox.close("c1"),
        )


class Laws(LensLaws):
    """Notes with what is in the table."""

    def connector(self) -> Connector:
        return StarterConnector("board-1", {})

    def respelled(self, raw: Raw) -> Raw:
        """Members in another order, and one that nobody sent."""
        return {"colour": "geel", **dict(reversed(raw.items()))}
