"""The connector contract, towards a dossier by the book and one with every quirk."""

from __future__ import annotations

from samenspraak_fhir.kit import Contract


class TestStrict(Contract):
    pass


class TestQuirky(Contract):
    mode = "quirky"
