"""The connector contract, kept towards a strict app, a wayward one, and one that knows no versions."""

from __future__ import annotations

from dataclasses import replace

from samenspraak.connectors import Token
from samenspraak_memory.kit import Contract
from samenspraak_memory.plugin import MANIFEST, FamilyAppConnector
from samenspraak_memory.sandbox import FamilyApp


class TestStrict(Contract):
    pass


class TestQuirky(Contract):
    mode = "quirky"


class WithoutTokens(FamilyAppConnector):
    manifest = replace(MANIFEST, capabilities=replace(MANIFEST.capabilities, token=Token.NONE))


class TestWithoutTokens(Contract):
    kind = WithoutTokens

    def sandbox(self) -> FamilyApp:
        return FamilyApp("quirky", tokens=False, lag_seconds=0.1)
