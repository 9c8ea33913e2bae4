"""The lens laws for actions of a care plan."""

from __future__ import annotations

from samenspraak_ons.kit import Laws


class TestLens(Laws):
    pass
