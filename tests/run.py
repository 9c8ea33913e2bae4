"""Run every suite whose parts are present; end by naming the ones left out and how to enable them.

``make test`` runs this after ``make check``. ``--require-all`` makes a left-out suite a failure. A suite is
one row of :data:`SUITES`; a part is what it needs beyond the locked packages.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from browser.chromium import found
from npm.programs import can_be_brought

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something that may not be on this machine. ``enable``: the one command that brings it."""

    name: str
    present: Callable[[], bool]
    enable: str


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Tests that run as one command."""

    name: str
    command: Sequence[str]
    parts: Sequence[Part] = ()

    def missing(self) -> Part | None:
        """The first part that is not here."""
        return next((part for part in self.parts if not part.present()), None)


PYTEST = (sys.executable, "-m", "pytest", "--quiet", "--durations=15", "--durations-min=0.5")
ONE_FILE_ONE_WORKER = ("--dist=loadfile", "--no-loadscope-reorder")
"""What the tests of a file share, such as a whole demo, is made once; and the long files begin first."""

WORKERS = f"--numprocesses={(os.cpu_count() or 1) + 1}"
"""One more than there are cores: a test that waits for a system leaves its core to another."""

NPM = Part(
    name="packages from npm",
    present=can_be_brought,
    enable="set npm up for a registry that can be reached, and run this again",
)

CHROMIUM = Part(name="Chromium", present=lambda: found() is not None, enable="apt-get install chromium")

SUITES = (
    Suite(
        name="tests",
        command=(*PYTEST, WORKERS, *ONE_FILE_ONE_WORKER, "-m", "not npm and not browser", "tests"),
    ),
    Suite(name="screens", command=(*PYTEST, "-m", "browser", "tests/browser"), parts=(NPM, CHROMIUM)),
    Suite(name="programs from npm", command=(*PYTEST, WORKERS, "-m", "npm", "tests"), parts=(NPM,)),
)


def run(suites: Sequence[Suite], *, require_all: bool) -> int:
    """Run the suites one after the other, also after a failure; returns the exit code."""
    failed: list[str] = []
    left_out: list[tuple[Suite, Part]] = []
    for suite in suites:
        if part := suite.missing():
            left_out.append((suite, part))
            continue
        print(f"\n── {suite.name}", flush=True)
        started = time.monotonic()
        outcome = subprocess.run(suite.command, cwd=ROOT, check=False)
        print(f"── {suite.name}: {time.monotonic() - started:.0f} s", flush=True)
        if outcome.returncode:
            failed.append(suite.name)
    print(_closing(suites, failed, left_out), flush=True)
    return 1 if failed or (require_all and left_out) else 0


def _closing(suites: Sequence[Suite], failed: Sequence[str], left_out: Sequence[tuple[Suite, Part]]) -> str:
    lines = [
        f"Left out: {suite.name}, for want of {part.name}. To enable: {part.enable}"
        for suite, part in left_out
    ]
    if failed:
        lines.append(f"Failed: {', '.join(failed)}")
    if not lines:
        lines.append(f"All suites ran and passed: {', '.join(suite.name for suite in suites)}")
    return "\n".join(("", *lines))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--require-all", action="store_true", help="fail when a suite is left out")
    return run(SUITES, require_all=parser.parse_args().require_all)


if __name__ == "__main__":
    raise SystemExit(main())
