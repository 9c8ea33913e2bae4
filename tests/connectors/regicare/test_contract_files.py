"""The connector contract for RegiCare by files in a folder, for what that way claims, on untidy files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samenspraak_regicare.kit import Contract
from samenspraak_regicare.plugin import RegiCareConnector
from samenspraak_regicare.sandbox import FOLDER, PASSWORD, USERNAME


class ByFiles(RegiCareConnector):
    """As the hub knows it with these settings: what files prove, and nothing else."""

    manifest = RegiCareConnector.described({"transport": "csv"})


class TestFiles(Contract):
    kind = ByFiles
    mode = "quirky"

    def settings(self, url: str) -> Mapping[str, Any]:
        return {
            "transport": "csv",
            "base_url": f"{url}{FOLDER}",
            "username": USERNAME,
            "password": PASSWORD,
            "timeout_seconds": 20.0,
        }
