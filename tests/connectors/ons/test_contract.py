"""The connector contract for Ons, against both modes of the sandbox."""

from __future__ import annotations

from samenspraak_ons.kit import Contract


class TestStrict(Contract):
    pass


class TestQuirky(Contract):
    mode = "quirky"
