"""The connector contract, against both readings of what the public pages leave open."""

from __future__ import annotations

from samenspraak_ozo.kit import Contract


class TestStrict(Contract):
    pass


class TestQuirky(Contract):
    mode = "quirky"
