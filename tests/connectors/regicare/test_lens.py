"""The lens laws for a RegiCare task."""

from __future__ import annotations

from samenspraak_regicare.kit import Laws


class TestLens(Laws):
    pass
