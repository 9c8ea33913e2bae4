"""The reference page has every line of the tables, in their order, and no other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from samenspraak.policy.capabilities import Write
from samenspraak.policy.merge import ROWS
from samenspraak.policy.plan import EXISTENCE, GATES, MATCHING
from samenspraak.policy.state import Reason

PAGE = (Path(__file__).parents[4] / "docs" / "reference" / "plan.md").read_text(encoding="utf-8")


def named_under(heading: str) -> list[str]:
    """The names in the first column of the table under this heading."""
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    cells = re.findall(r"^\| (`.*?`) \|", section, re.M)
    return [name for cell in cells for name in re.findall(r"`(.*?)`", cell)]


@pytest.mark.parametrize(("heading", "table"), [("Gates", GATES), ("Existence", EXISTENCE), ("Units", ROWS)])
def test_the_reference_has_every_line_in_order(
    heading: str, table: Sequence[tuple[str, object, object]]
) -> None:
    assert named_under(heading) == [name for name, _, _ in table]


def test_the_reference_has_every_way_of_writing_and_every_reason() -> None:
    assert set(named_under("How it is written")) == set(Write)
    assert named_under("Reasons") == list(Reason)
    assert MATCHING in PAGE
