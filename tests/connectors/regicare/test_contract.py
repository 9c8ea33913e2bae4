"""The connector contract for RegiCare, against both modes of the sandbox."""

from __future__ import annotations

from samenspraak_regicare.kit import Contract


class TestStrict(Contract):
    pass


class TestQuirky(Contract):
    mode = "quirky"
