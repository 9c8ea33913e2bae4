"""The lens laws for a RegiCare task."""

from __future__ import annotations

import copy
from typing import Any

from samenspraak.connectors import Connector, Raw
from samenspraak.testing.lens import STRANGE, LensLaws, strange_numbers
from samenspraak_regicare.plugin import RegiCareConnector
from samenspraak_regicare.settings import RegiCareSettings

SETTINGS: dict[str, Any] = RegiCareSettings().load(
    {
        "base_url": "https://regicare.example/jsonrpc",
        "api_key": "sleutel",
        "username": "samenspraak",
        "password": "wachtwoord",
    }
)


class TestLens(LensLaws):
    def connector(self) -> Connector:
        return RegiCareConnector("regicare-1", SETTINGS)

    def sprinkled(self, raw: Raw) -> Raw:
        """Unknown members in every object; a lookup value is ``{id: label}`` and has no members."""
        result, numbers = copy.deepcopy(raw), strange_numbers()
        for holder in (result, result["activiteit"], result["plaatsing"], *result["bijeenkomsten"]):
            holder[STRANGE] = next(numbers)
        return result

    def respelled(self, raw: Raw) -> Raw:
        """Meetings in another order, texts with the line ends of another machine."""
        result = copy.deepcopy(raw)
        result["bijeenkomsten"].reverse()
        text = result["activiteit"]["omschrijvingUitgebreid"]
        result["activiteit"]["omschrijvingUitgebreid"] = text.replace("\n", "\r\n")
        return result
