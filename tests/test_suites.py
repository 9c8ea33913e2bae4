from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def suites(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script behind ``make test``, loaded as a module."""
    spec = importlib.util.spec_from_file_location("suites_script", Path(__file__).with_name("run.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_a_suite_whose_part_is_absent_is_named_with_the_command_that_enables_it(
    suites: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = suites.Part(name="a browser", present=lambda: False, enable="apt-get install chromium")
    screens = suites.Suite(name="screens", command=python("raise SystemExit(1)"), parts=(browser,))

    assert suites.run((screens,), require_all=False) == 0
    assert capsys.readouterr().out.endswith(
        "Left out: screens, for want of a browser. To enable: apt-get install chromium\n"
    )


def test_where_everything_is_required_a_left_out_suite_is_a_failure_until_its_part_is_there(
    suites: ModuleType,
) -> None:
    here: list[str] = []
    browser = suites.Part(name="a browser", present=lambda: bool(here), enable="apt-get install chromium")
    screens = suites.Suite(name="screens", command=python(""), parts=(browser,))

    assert suites.run((screens,), require_all=True) == 1
    here.append("chromium")
    assert suites.run((screens,), require_all=True) == 0


def test_every_timeline_of_the_simulation_is_a_test_of_its_own() -> None:
    """H1 to H18: what a simulation of the design lost before anything was built."""
    tests = "\n".join(one.read_text(encoding="utf-8") for one in Path(__file__).parent.rglob("test_*.py"))

    assert {int(one) for one in re.findall(r"^def test_h(\d+)_", tests, re.M)} == set(range(1, 19))


def test_after_a_failing_suite_the_others_still_run(
    suites: ModuleType, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first = suites.Suite(name="first", command=python("raise SystemExit(3)"))
    second = suites.Suite(name="second", command=python(f"open({str(tmp_path / 'ran')!r}, 'w')"))

    assert suites.run((first, second), require_all=False) == 1
    assert (tmp_path / "ran").exists()
    assert capsys.readouterr().out.endswith("\nFailed: first\n")
