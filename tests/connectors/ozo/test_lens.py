"""The lens laws that apply to a system that only takes messages; those about setting a unit are skipped.

What a message says, and what is taken back of it, is tried in ``test_threads.py`` and by the contract.
"""

from __future__ import annotations

from samenspraak.connectors import Connector
from samenspraak.testing import LensLaws
from samenspraak_ozo.plugin import OzoConnector

SETTINGS = {"sender": "Practitioner/1004", "hook_key": None}


class TestLens(LensLaws):
    def connector(self) -> Connector:
        return OzoConnector("ozo-1", SETTINGS)
