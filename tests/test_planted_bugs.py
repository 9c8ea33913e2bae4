"""The patches behind ``make planted-bugs`` fit the code as it is, and a wrong one says what is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from planted_bugs.bugs import Bug, DoesNotApplyError, Edit, load, parse

ROOT = Path(__file__).resolve().parents[1]
PATCH = """# Nobody waits.
# Source: design §1
# Caught by: tests/test_x.py::test_y
--- core/a.py
 def wait():
-    sleep(1)
+    pass
@@
-second()
"""


@pytest.mark.parametrize("bug", load(), ids=lambda bug: bug.name)
def test_a_planted_bug_fits_the_code_and_names_a_test(bug: Bug, tmp_path: Path) -> None:
    for file in {edit.file for edit in bug.edits}:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    for edit in bug.edits:
        edit.apply(tmp_path)

    file, _, test = bug.test.partition("::")
    assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8")


def test_there_are_at_least_twenty_five() -> None:
    assert len(load()) >= 25


def test_a_patch_replaces_its_lines_wherever_they_are(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core/a.py").write_text("first()\ndef wait():\n    sleep(1)\nsecond()\n")
    for edit in parse("nobody_waits", PATCH).edits:
        edit.apply(tmp_path)

    assert (tmp_path / "core/a.py").read_text() == "first()\ndef wait():\n    pass\n"


@pytest.mark.parametrize(("text", "times"), [("", 0), ("x\nx\n", 2)])
def test_a_patch_that_does_not_fit_says_so(tmp_path: Path, text: str, times: int) -> None:
    (tmp_path / "a.py").write_text(text)

    with pytest.raises(DoesNotApplyError, match=f"a.py holds the lines to replace {times} times"):
        Edit(file="a.py", old="x\n", new="y\n").apply(tmp_path)


def test_a_patch_names_the_test_that_catches_it() -> None:
    with pytest.raises(ValueError, match="names one test"):
        parse("nobody_waits", PATCH.replace("Caught by", "See"))
