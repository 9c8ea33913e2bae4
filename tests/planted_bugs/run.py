"""Plant each mistake in a copy of the code, and see that the test it names notices: ``make planted-bugs``.

A bug counts as caught when the patched copy still passes a smoke test (so it is a mistake and no ruin) and
the named test fails there by an assertion. The same tests pass in a copy without a bug, which runs first.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from planted_bugs.bugs import Bug, DoesNotApplyError, load  # noqa: E402  # a script finds its folder itself

CODE = ("core", "plugins")
SMOKE = (
    "tests/integration/sync/test_two_family_apps.py::test_what_is_recorded_in_one_app_appears_in_the_other"
)
AT_ONCE = 2
_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a bug. ``missed``: why it does not count as caught; '' when it does."""

    name: str
    title: str
    missed: str
    seconds: float
    output: str = ""

    def __str__(self) -> str:
        verdict = "MISSED" if self.missed else "caught"
        why = f" ({self.missed})" if self.missed else ""
        return f"{verdict} {self.seconds:4.0f} s  {self.name}: {self.title}{why}"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Tests that ran over a copy of the code: how each ended, by its id."""

    ended: Mapping[str, str]
    output: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="only these bugs")
    asked = parser.parse_args()
    bugs = [bug for bug in load() if not asked.names or bug.name in asked.names]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="unpatched-") as folder:
        code = Path(folder)
        copy_code(ROOT, code)
        if wrong := unpatched(code, bugs):
            print(f"Without any bug these do not pass: {', '.join(wrong)}")
            return 1
        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = [_told(outcome) for outcome in pool.map(partial(plant, code), bugs)]
    caught = sum(not one.missed for one in outcomes)
    print(f"{time.monotonic() - began:.0f} s; planted bugs caught: {caught}/{len(bugs)}")
    return 0 if bugs and caught == len(bugs) else 1


def _told(outcome: Outcome) -> Outcome:
    print(outcome, flush=True)
    if outcome.missed and outcome.output:
        print("\n".join(f"    {line}" for line in outcome.output.splitlines()[-25:]), flush=True)
    return outcome


def copy_code(here: Path, there: Path) -> None:
    """Copy the code with what is compiled of it: of a copy, only what is patched is compiled anew."""
    for part in CODE:
        shutil.copytree(here / part, there / part)


def unpatched(code: Path, bugs: Sequence[Bug]) -> list[str]:
    """The named tests that do not pass over this code as it is; it is compiled by the way."""
    tests = sorted({SMOKE, *(bug.test for bug in bugs)})
    halves = [tests[start::AT_ONCE] for start in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        trials = pool.map(partial(_as_it_is, code), halves)
        ended = {test: how for trial in trials for test, how in trial.ended.items()}
    return [test for test in tests if ended.get(test) != "passed"]


def _as_it_is(code: Path, tests: Sequence[str]) -> Trial:
    return tried(code, tests, seconds=4 * _SECONDS) if tests else Trial(ended={}, output="")


def plant(code: Path, bug: Bug) -> Outcome:
    """Plant one bug in a copy of this code, and say whether its test noticed."""
    began = time.monotonic()
    output = ""
    try:
        with tempfile.TemporaryDirectory(prefix="planted-") as folder:
            copy = Path(folder)
            copy_code(code, copy)
            for edit in bug.edits:
                edit.apply(copy)
            trial = tried(copy, (SMOKE, bug.test), seconds=_SECONDS)
        missed, output = _missed(bug, trial.ended), trial.output
    except DoesNotApplyError as error:
        missed = f"the patch no longer applies: {error}"
    except subprocess.TimeoutExpired:
        missed = f"its tests took longer than {_SECONDS} s"
    return Outcome(
        name=bug.name, title=bug.title, missed=missed, seconds=time.monotonic() - began, output=output
    )


def _missed(bug: Bug, ended: Mapping[str, str]) -> str:
    if (smoke := ended.get(SMOKE, "not run")) != "passed":
        return f"the smoke test ended with {smoke}"
    how = ended.get(bug.test, "not run")
    return "" if how == "assertion" else f"{bug.test.rpartition('::')[2]} ended with {how}"


def tried(code: Path, tests: Sequence[str], *, seconds: int) -> Trial:
    """How these tests end over this copy of the code.

    Raises:
        subprocess.TimeoutExpired: they hang.
    """
    search = [code / part for part in CODE] + [ROOT / "tests"]
    with tempfile.TemporaryDirectory(prefix="verdicts-") as folder:
        verdicts = Path(folder) / "verdicts.json"
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, search)),
            "PYTHONDONTWRITEBYTECODE": "",  # copies share what is compiled
            "PLANTED_BUGS_VERDICTS": str(verdicts),
        }
        command = (
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "planted_bugs.verdicts",
        )
        ran = subprocess.run(
            (*command, *tests),
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        told = json.loads(verdicts.read_text(encoding="utf-8")) if verdicts.exists() else {"tests": {}}
    if told.get("package", str(code)) != str(code):
        raise RuntimeError(f"the tests ran over {told['package']} and not over the copy")
    return Trial(ended=told["tests"], output=ran.stdout)


if __name__ == "__main__":
    raise SystemExit(main())
