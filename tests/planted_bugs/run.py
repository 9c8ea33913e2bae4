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
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from planted_bugs.bugs import Bug, DoesNotApplyError, Edit, load  # noqa: E402  # a script finds its folder itself

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
    if wrong := unpatched(bugs):
        print(f"Without any bug these do not pass: {', '.join(wrong)}")
        return 1
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = [_told(outcome) for outcome in pool.map(plant, bugs)]
    caught = sum(not one.missed for one in outcomes)
    print(f"{time.monotonic() - began:.0f} s; planted bugs caught: {caught}/{len(bugs)}")
    return 0 if bugs and caught == len(bugs) else 1


def _told(outcome: Outcome) -> Outcome:
    print(outcome, flush=True)
    if outcome.missed and outcome.output:
        print("\n".join(f"    {line}" for line in outcome.output.splitlines()[-25:]), flush=True)
    return outcome


def unpatched(bugs: Sequence[Bug]) -> list[str]:
    """The named tests that do not pass in the code as it is."""
    tests = sorted({SMOKE, *(bug.test for bug in bugs)})
    halves = [tests[start::AT_ONCE] for start in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ended = {test: how for trial in pool.map(_as_it_is, halves) for test, how in trial.ended.items()}
    return [test for test in tests if ended.get(test) != "passed"]


def _as_it_is(tests: Sequence[str]) -> Trial:
    return tried((), tests) if tests else Trial(ended={}, output="")


def plant(bug: Bug) -> Outcome:
    """Plant one bug, and say whether its test noticed."""
    began = time.monotonic()
    output = ""
    try:
        trial = tried(bug.edits, (SMOKE, bug.test))
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


def tried(edits: Collection[Edit], tests: Sequence[str]) -> Trial:
    """How these tests end over a copy of the code with these edits.

    Raises:
        DoesNotApplyError: an edit does not fit the code.
        subprocess.TimeoutExpired: they hang.
    """
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        copy, verdicts = Path(folder) / "code", Path(folder) / "verdicts.json"
        for part in CODE:  # with what is compiled: only the patched files are compiled anew
            shutil.copytree(ROOT / part, copy / part)
        for edit in edits:
            edit.apply(copy)
        search = [copy / part for part in CODE] + [ROOT / "tests"]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, search)),
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
            timeout=_SECONDS * (1 if edits else 4),
            check=False,
        )
        told = json.loads(verdicts.read_text(encoding="utf-8")) if verdicts.exists() else {"tests": {}}
        if told.get("package", str(copy)) != str(copy):
            raise RuntimeError(f"the tests ran over {told['package']} and not over the copy")
    return Trial(ended=told["tests"], output=ran.stdout)


if __name__ == "__main__":
    raise SystemExit(main())
