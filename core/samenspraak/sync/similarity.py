"""How alike two texts are, for suggestions to people; nothing is decided by it."""

from __future__ import annotations

from rapidfuzz import fuzz, utils


def similarity(one: str, other: str) -> float:
    """Whatever the order of their words; from 0 to 1."""
    return fuzz.token_sort_ratio(one, other, processor=utils.default_process) / 100
