"""``samenspraak demo --check --json``: all situations come out right, and its document says so."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

SITUATIONS = (1, 2, 3, 4, 5, 8, 13)
SYSTEMS = {"dossier", "platform", "volunteers", "app-bloem", "app-thuis"}
REASONS = {
    *("equal", "due", "question", "waiting_there", "cannot_carry", "withheld", "retracting", "retracted"),
    *("access_lost", "outside_selection", "set_apart", "connector", "failed", "closed"),
}


@pytest.fixture(scope="module")
def checked() -> subprocess.CompletedProcess[str]:
    """One whole demo, as anybody starts it."""
    command = [sys.executable, "-m", "samenspraak", "demo", "--check", "--json", "--language", "en"]
    return subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=280, check=False
    )


@pytest.fixture(scope="module")
def document(checked: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(checked.stdout)


def test_it_ends_by_itself_and_says_with_its_exit_code_that_all_is_well(
    checked: subprocess.CompletedProcess[str], document: Any
) -> None:
    assert (checked.returncode, document["converged"]) == (0, True), document["situations"]


def test_standard_output_is_one_document_with_these_members_and_nothing_else(document: Any) -> None:
    assert set(document) == {
        *("converged", "situations", "systems", "agreements", "quiet_cycle_writes"),
        *("duration_s", "peak_rss_mb"),
    }
    assert {tuple(sorted(one)) for one in document["situations"]} == {("detail", "id", "ok", "title")}
    assert {tuple(sorted(one)) for one in document["systems"].values()} == {("equal", "explained", "links")}


def test_every_situation_comes_out_right(document: Any) -> None:
    assert {one["id"]: one["detail"] for one in document["situations"] if not one["ok"]} == {}
    assert tuple(one["id"] for one in document["situations"]) == SITUATIONS


def test_each_copy_is_equal_or_has_a_reason_from_the_closed_list(document: Any) -> None:
    systems = document["systems"]
    assert systems.keys() == SYSTEMS
    assert {reason for one in systems.values() for reason in one["explained"]} <= REASONS - {"due", "failed"}
    assert all(one["links"] == one["equal"] + sum(one["explained"].values()) for one in systems.values())


def test_when_nothing_happens_nothing_is_written(document: Any) -> None:
    assert document["quiet_cycle_writes"] == 0


def test_the_hub_stays_small(document: Any) -> None:
    assert 0 < document["peak_rss_mb"] < 150
