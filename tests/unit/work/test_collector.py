"""A process that works for days looks for garbage where there may be some."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from samenspraak.work import collector


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


class Circle:
    """Refers to itself."""

    freed = 0

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        Circle.freed += 1


def test_what_is_there_is_spared_and_what_comes_is_freed_in_the_end() -> None:
    collector.calm()

    assert gc.get_freeze_count() > 10_000
    before = Circle.freed
    for _ in range(2 * gc.get_threshold()[0]):
        Circle()
    assert Circle.freed > before
