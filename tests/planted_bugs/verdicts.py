"""A pytest plugin that tells how each test ended, and whether it was an assertion that ended it."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

import samenspraak

FILE = "PLANTED_BUGS_VERDICTS"
"""The environment variable that names the file to write."""
_JUDGES = ("tests", "testing", "demo")
"""Who may judge: the tests, the conformance kit, the checker of the demo. Not the code under test."""

_verdicts: dict[str, str] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.excinfo is not None:
        other = f"{call.excinfo.typename} in its {call.when}"
        _verdicts[item.nodeid] = "assertion" if _is_assertion(call) else other
    elif report.when == "call":
        _verdicts[item.nodeid] = "passed"
    return report


def pytest_sessionfinish() -> None:
    told = {"package": str(Path(samenspraak.__file__).parents[2]), "tests": _verdicts}
    Path(os.environ[FILE]).write_text(json.dumps(told), encoding="utf-8")


def _is_assertion(call: pytest.CallInfo[Any]) -> bool:
    """A claim of the test did not hold; an assertion of the code under test is a crash like any other."""
    assert call.excinfo is not None
    failed = issubclass(call.excinfo.type, AssertionError | pytest.fail.Exception)
    places = (Path(entry.path).parts for entry in call.excinfo.traceback)
    *_, raised_in = (parts for parts in places if "_pytest" not in parts)
    return call.when == "call" and failed and any(part in _JUDGES for part in raised_in)
