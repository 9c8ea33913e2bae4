"""The loop: an act is played once for every moment at which the process may die in it, and judged."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crash.life import ACTS, Life, Moment, Picture
from crash.points import Points
from model.town import template

MEMORY = Path("/dev/shm")  # noqa: S108  # where there is one, nothing waits for a disk


@dataclass(frozen=True, kw_only=True)
class Crash:
    """One act with one crash. ``wrong``: what is not as it would have been without it."""

    act: str
    number: int
    at: str
    wrong: list[str]

    def __str__(self) -> str:
        return f"{self.act}, moment {self.number} ({self.at}): {'; '.join(self.wrong)}"


@dataclass(frozen=True, kw_only=True)
class Undisturbed:
    """An act as it goes when nothing dies: what comes by, and how everything looks afterwards."""

    began: Moment
    passed: tuple[str, ...]
    picture: Picture
    ended: Moment


def crashes(act: str, *, every: int = 1, first: int = 1) -> Iterator[Crash]:
    """Every one (or every so many-th) moment of an act, each in a life of its own."""
    for number in range(first, len(undisturbed(act).passed) + 1, every):
        yield crash(act, number)


def crash(act: str, number: int) -> Crash:
    """The act with a crash at this moment."""
    without = undisturbed(act)
    with tempfile.TemporaryDirectory(dir=_folder()) as folder:
        life = Life(Path(folder) / "hub.sqlite3", without.began, Points(fatal=number))
        try:
            life.play(ACTS[act])
            wrong = list(_wrong(life, without.picture))
        except AssertionError as error:
            wrong = [str(error)]
        finally:
            life.close()
    return Crash(act=act, number=number, at=without.passed[number - 1], wrong=wrong)


def _wrong(life: Life, expected: Picture) -> Iterator[str]:
    if life.crashes != 1:
        yield f"{life.crashes} crashes"
    found = life.picture()
    for name in ("made", "systems", "agreements", "questions", "reasons"):
        if getattr(found, name) != getattr(expected, name):
            yield f"{name}: {getattr(found, name)} instead of {getattr(expected, name)}"
    yield from (f"double: {one}" for one in life.doubles())
    if not life.stays_quiet():
        yield "it goes on writing"


@cache
def undisturbed(act: str) -> Undisturbed:
    """The act without a crash, after those before it; once per process."""
    with tempfile.TemporaryDirectory(dir=_folder()) as folder:
        began = _before(act)
        life = Life(Path(folder) / "hub.sqlite3", began, Points())
        life.play(ACTS[act])
        passed, picture = tuple(life.points.passed), life.picture()
        return Undisturbed(began=began, passed=passed, picture=picture, ended=life.moment())


def _before(act: str) -> Moment:
    earlier = list(ACTS)[: list(ACTS).index(act)]
    if earlier:
        return undisturbed(earlier[-1]).ended
    return Moment(database=template(), records={}, numbers={}, seconds=0)


def _folder() -> Path | None:
    return MEMORY if MEMORY.is_dir() else None


def names(act: str) -> Counter[str]:
    """The moments of an act by what they are."""
    return Counter(undisturbed(act).passed)
