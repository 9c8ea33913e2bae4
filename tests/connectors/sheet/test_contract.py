"""The kit's checks on the sheets, with people who keep to the rules and with people who do not."""

from __future__ import annotations

from samenspraak_sheet.kit import Contract, Laws


class TestStrict(Contract):
    mode = "strict"


class TestQuirky(Contract):
    mode = "quirky"


class TestLens(Laws):
    pass
