"""The lens laws, as far as they apply to a system that only takes messages."""

from __future__ import annotations

from samenspraak.connectors import Connector
from samenspraak.testing import LensLaws
from samenspraak_ozo.plugin import OzoConnector

SETTINGS = {"sender": "Practitioner/1004", "hook_key": None}


class TestLens(LensLaws):
    def connector(self) -> Connector:
        return OzoConnector("ozo-1", SETTINGS)
