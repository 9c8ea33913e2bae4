"""Mistakes that somebody could make, each as a small patch with the test that must notice it.

A patch is a file in ``bugs/``: a sentence, where the rule comes from, the one test that catches it, and the
lines as a diff shows them. There are no line numbers, so that other edits of a file leave it alone; the old
lines must be in the file exactly once::

    # What goes wrong, in a sentence.
    # Source: design §5.1
    # Caught by: tests/integration/sync/test_traps.py::test_…
    --- core/samenspraak/sync/writing.py
     a line that stays
    -a line that goes
    +a line that comes
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("bugs")
_FILE, _CAUGHT_BY = "--- ", "Caught by: "


class DoesNotApplyError(Exception):
    """The lines that a patch replaces are not (or more than once) in the file any more."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Lines of one file that become others."""

    file: str
    old: str
    new: str

    def apply(self, root: Path) -> None:
        """Change the file below ``root``.

        Raises:
            DoesNotApplyError: the file is gone, or does not hold the old lines exactly once.
        """
        target = root / self.file
        text = target.read_text(encoding="utf-8") if target.exists() else ""
        if text.count(self.old) != 1:
            raise DoesNotApplyError(f"{self.file} holds the lines to replace {text.count(self.old)} times")
        target.write_text(text.replace(self.old, self.new), encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Bug:
    """One mistake. ``test``: the id, as pytest has it, of the test that must fail by assertion."""

    name: str
    title: str
    test: str
    edits: Sequence[Edit]


def load(folder: Path = FOLDER) -> list[Bug]:
    """Every bug there is, by name."""
    return [parse(file.stem, file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.diff"))]


def parse(name: str, text: str) -> Bug:
    """The bug that a patch file tells of.

    Raises:
        ValueError: it names no test, or changes nothing.
    """
    head, found = text.partition(_FILE)[0], edits(text)
    said = [line.removeprefix("#").strip() for line in head.splitlines() if line]
    tests = [line.removeprefix(_CAUGHT_BY) for line in said if line.startswith(_CAUGHT_BY)]
    if len(tests) != 1 or not found:
        raise ValueError(f"{name}: a bug names one test and changes something")
    return Bug(name=name, title=said[0], test=tests[0], edits=found)


def edits(diff: str) -> list[Edit]:
    """What a diff changes, file by file; what stands before the first file is no part of it."""
    _, *parts = f"\n{diff}".split(f"\n{_FILE}")
    return [edit for part in parts for edit in _edits(part)]


def _edits(part: str) -> list[Edit]:
    """The edits of one file; a line ``@@`` parts them."""
    file, _, body = part.partition("\n")
    return [_edit(file, hunk) for hunk in f"\n{body}".split("\n@@")]


def _edit(file: str, hunk: str) -> Edit:
    lines = [line for line in hunk.splitlines() if line]
    return Edit(file=file.strip(), old=_side(lines, " -"), new=_side(lines, " +"))


def _side(lines: Sequence[str], marks: str) -> str:
    return "".join(f"{line[1:]}\n" for line in lines if line[0] in marks)
