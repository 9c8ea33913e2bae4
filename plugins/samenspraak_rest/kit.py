"""What the conformance kit needs to try the connector: a sandbox, and the description that fits it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from samenspraak.connectors import Raw
from samenspraak.testing import ConnectorContract, LensLaws, Scene
from samenspraak_rest.plugin import RestConnector
from samenspraak_rest.sandbox import ACCESS_KEY, Buurtplein, respelled

DESCRIPTION = files("samenspraak_rest").joinpath("buurtplein.toml").read_text(encoding="utf-8")
SETTINGS = {"base_url": "https://buurtplein.example", "description": DESCRIPTION, "access_key": ACCESS_KEY}


class BuurtpleinConnector(RestConnector):
    """What is tried is a description; this is what the one of Buurtplein says that the app can do."""

    manifest = RestConnector.described(SETTINGS)


class Contract(ConnectorContract):
    """The app by its documentation, or a wayward one."""

    kind = BuurtpleinConnector

    def sandbox(self) -> Buurtplein:
        return Buurtplein(self.mode)

    def settings(self, url: str) -> Mapping[str, Any]:
        return {**SETTINGS, "base_url": url}

    def scene(self, sandbox: Any) -> Scene:
        sandbox.add_client("b1", "Mevrouw R. van den Heuvel")
        sandbox.add_person("m1", "Bram van den Heuvel", "familie", ["b1"])
        return Scene(
            client="b1",
            performer="m1",
            reader="m1",
            edit=lambda record: sandbox.edit("m1", record, details={"uitleg": "Eerst de ui, dan de wortel"}),
            remove=sandbox.remove,
            hide=lambda record: sandbox.share("b1", shared=False),
        )


class Laws(LensLaws):
    """Agreements as the description of Buurtplein has them, and as the app respells them."""

    def connector(self) -> BuurtpleinConnector:
        return BuurtpleinConnector("buurtplein-1", SETTINGS)

    def respelled(self, raw: Raw) -> Raw:
        return respelled(raw)
