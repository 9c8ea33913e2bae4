"""The lens laws that apply to a system that only takes messages; those about setting a unit are skipped.

What a message says, and what is taken back of it, is tried in ``test_threads.py`` and by the contract.
"""

from __future__ import annotations

from samenspraak_ozo.kit import Laws


class TestLens(Laws):
    pass
