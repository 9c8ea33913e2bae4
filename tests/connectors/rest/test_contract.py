"""The connector contract and the lens laws, kept by the example description towards a strict and a wayward app."""

from __future__ import annotations

from samenspraak_rest.kit import Contract, Laws


class TestStrict(Contract):
    pass


class TestQuirky(Contract):
    mode = "quirky"


class TestLens(Laws):
    pass
