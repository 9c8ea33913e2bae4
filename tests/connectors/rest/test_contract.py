"""The connector contract and the lens laws, for the example towards a strict app and a wayward one."""

from __future__ import annotations

from samenspraak_rest.kit import Contract, Laws


class TestStrict(Contract):
    pass


class TestQuirky(Contract):
    mode = "quirky"


class TestLens(Laws):
    pass
