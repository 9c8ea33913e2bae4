"""Looking at the systems of the demo until all is as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from samenspraak.demo.seeing import Seen
from samenspraak.demo.stage import Played, Stage
from samenspraak.demo.systems import HUB


def stage(*, patience: float) -> Stage:
    nowhere: Any = SimpleNamespace()
    office: Any = SimpleNamespace(patience=patience)
    return Stage(there=nowhere, office=office, played=Played(id=1, title={}), show=lambda line: None)


def looking(*tasks: dict[str, str]) -> Any:
    """A look at a record that says more each time; the last is what it stays."""
    shown = list(tasks)

    def look() -> Iterator[Seen]:
        task = shown.pop(0) if len(shown) > 1 else shown[0]
        text = {"nl": "Het staat er.", "en": "It is there."}
        yield Seen(system=HUB, text=text, holds=task["contact"] == "Zorg op afstand")

    return look


def test_a_record_that_is_there_only_in_part_is_looked_at_again() -> None:
    playing = stage(patience=20)

    playing.looks(looking({}, {}, {"contact": "Zorg op afstand"}))

    assert [one.text["en"] for one in playing.played.seen] == ["It is there."]
    assert playing.played.ok


def test_one_that_stays_so_is_said_not_to_be_seen() -> None:
    playing = stage(patience=0)

    playing.looks(looking({}))

    assert [one.text["nl"] for one in playing.played.seen] == ["Er is niets te zien (KeyError)."]
    assert not playing.played.ok
