"""The table at the end of the demo: what a cell says, and that it fits the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from samenspraak.demo import standing
from samenspraak.demo.run import NOT_APPLICABLE, Result, Row, SystemStands
from samenspraak.policy.state import Reason

SYSTEMS = ("dossier", "platform", "volunteers", "app-bloem", "app-thuis")


def said(
    what: str,
    copies: Mapping[str, Sequence[tuple[int, str]]],
    *,
    language: str = "nl",
    width: int = 120,
    retracted: int = 0,
) -> list[str]:
    """The lines of a table with one agreement, at version 2."""
    stands = SystemStands(links=3, equal=1, explained={"retracted": retracted})
    result = Result(
        converged=True,
        situations=(),
        systems={one: stands for one in SYSTEMS if one in copies},
        table=[Row(client="Jo Bergsma", what=what, version=2, systems=copies)],
        quiet_cycle_writes=0,
        doubles={},
        started_seconds=1.0,
        duration_seconds=40.0,
        peak_rss_mb=100.0,
    )
    return "\n".join(standing.table(result, language, width)).splitlines()


def cell(*copies: tuple[int, str], language: str = "nl") -> str:
    """What the table says of these copies in one system."""
    lines = said("Koken", {"platform": copies}, language=language)
    return next(one for one in lines if one.startswith("  Koken")).removeprefix("  Koken").strip()


def test_a_copy_that_was_taken_back_is_not_shown_beside_one_that_is_there() -> None:
    assert cell((2, "equal"), (0, "retracted")) == "2 gelijk"


def test_a_copy_that_was_taken_back_is_shown_when_it_is_the_only_one() -> None:
    assert cell((2, "retracted")) == "weg"


def test_an_older_version_is_named_beside_the_version_there_is() -> None:
    assert cell((1, "question"), language="en") == "1 of 2 question"


def test_a_copy_that_never_was_has_no_version() -> None:
    assert cell((0, "withheld")) == "mag niet"


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("reason", [*Reason, NOT_APPLICABLE])
def test_every_reason_has_a_word_that_is_explained_below(reason: Reason, language: str) -> None:
    word = cell((0, str(reason)), language=language)
    lines = said("Koken", {"platform": [(0, str(reason))]}, language=language)
    assert [one for one in lines if one.startswith(f"  {word}  ")]


def test_on_80_columns_a_long_agreement_takes_two_lines_and_no_line_is_longer() -> None:
    lines = said("Koffie drinken in de huiskamer", {one: [(2, "equal")] for one in SYSTEMS}, width=80)
    assert max(map(len, lines)) <= 80
    assert "  de huiskamer" in lines


def test_how_many_copies_were_taken_back_is_said_below() -> None:
    lines = said("Koken", {"platform": [(2, "equal")]}, retracted=2)
    assert lines[-1] == "  In het familieplatform zijn 2 kopieën weggehaald bij wie ze niet meer mag zien."
