"""``samenspraak demo``: all situations come out right, its document says so, and it leaves nothing behind."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

DEMO = (sys.executable, "-m", "samenspraak", "demo", "--language", "en")
SITUATIONS = (1, 2, 3, 6, 7, 4, 5, 8, 13, 9, 14, 16, 17, 12, 15)
SYSTEMS = {"dossier", "platform", "volunteers", "app-bloem", "app-thuis"}
REASONS = {
    *("equal", "due", "question", "waiting_there", "cannot_carry", "withheld", "retracting", "retracted"),
    *("access_lost", "outside_selection", "set_apart", "connector", "failed", "closed"),
}


@pytest.fixture(scope="module")
def checked() -> subprocess.CompletedProcess[str]:
    """One whole demo, as anybody starts it."""
    return subprocess.run(
        [*DEMO, "--check", "--json"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=280,
        check=False,
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
    assert systems.keys() == SYSTEMS | {"blad-wilg"}
    assert {reason for one in systems.values() for reason in one["explained"]} <= REASONS - {"due", "failed"}
    assert all(one["links"] == one["equal"] + sum(one["explained"].values()) for one in systems.values())


def test_when_nothing_happens_nothing_is_written(document: Any) -> None:
    assert document["quiet_cycle_writes"] == 0


def test_the_hub_stays_small(document: Any) -> None:
    assert 0 < document["peak_rss_mb"] < 150


# While it runs, and being stopped.


@pytest.fixture
def demo() -> Iterator[subprocess.Popen[str]]:
    """One situation, left running."""
    process = subprocess.Popen(
        [*DEMO, "--only", "3", "--keep"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def said_until(process: subprocess.Popen[str], words: str) -> str:
    """What it says, up to the line with these words."""
    said: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        if words in line:
            break
    return "".join(said)


def children(process: subprocess.Popen[str]) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
    return [int(one) for one in listed.split()]


def interrupted(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit code and what it says on standard error once somebody presses Ctrl-C."""
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


def test_what_is_kept_can_be_looked_at_in_every_system_until_it_is_interrupted(
    demo: subprocess.Popen[str],
) -> None:
    addresses = re.findall(r"http://\S+", said_until(demo, "To stop: Ctrl-C."))
    statuses = [urlopen(one, timeout=10).status for one in addresses]  # noqa: S310 - loopback
    assert statuses == [200] * (1 + len(SYSTEMS))
    assert interrupted(demo) == (0, "")


def test_an_interrupted_demo_ends_every_process_it_started_and_shows_no_traceback(
    demo: subprocess.Popen[str],
) -> None:
    said_until(demo, "Medication given or not")
    started = children(demo)
    code, said = interrupted(demo)
    assert (code, "Traceback" in said, len(started)) == (1, False, 1 + len(SYSTEMS))
    deadline = time.monotonic() + 10
    while left := [one for one in started if Path(f"/proc/{one}").exists()]:
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
