"""Whoever follows the tutorial for authors gets what it shows: its blocks are done one after the other."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
import venv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from planted_bugs.bugs import edits

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = ROOT / "docs" / "tutorial" / "your-first-connector.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def test_the_tutorial_for_authors_does_what_it_shows(tmp_path: Path) -> None:
    desk = Desk(environment=environment(tmp_path), at=tmp_path)

    for kind, text in blocks():
        {"sh": desk.does, "diff": desk.changes, "text": desk.sees}[kind](text)

    assert (tmp_path / "samenspraak-prikbord").exists()
    assert "platinum" in desk.seen


def blocks() -> Iterator[tuple[str, str]]:
    return ((found[1], found[2]) for found in _BLOCK.finditer(TUTORIAL.read_text(encoding="utf-8")))


@dataclass
class Desk:
    """Where somebody follows the tutorial. ``seen``: what the last command showed."""

    environment: Mapping[str, str]
    at: Path
    seen: str = ""

    def does(self, commands: str) -> None:
        there = self.environment["WHERE"]
        done = subprocess.run(
            ["bash", "-e", "-c", f"{commands}\npwd > {there}"],  # noqa: S607  # by its name, as a person does
            cwd=self.at,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, f"{commands}{done.stdout}"
        self.seen, self.at = done.stdout, Path(Path(there).read_text(encoding="utf-8").strip())

    def changes(self, diff: str) -> None:
        """What is replaced must be there exactly once."""
        for edit in edits(diff):
            edit.apply(self.at)

    def sees(self, shown: str) -> None:
        """These lines, in this order, among others."""
        parts = (re.escape(part).replace("…", ".*?") for part in shown.strip().splitlines())
        assert re.search(r"[^\n]*\n(?:.*\n)*?".join(parts), self.seen), f"{shown}\nis not in\n{self.seen}"


def environment(folder: Path) -> Mapping[str, str]:
    """A machine on which Samenspraak is installed, and from which nothing is fetched."""
    home = folder / "venv"
    venv.create(home, symlinks=True)
    [packages] = home.glob("lib/python*/site-packages")
    here = [*sysconfig.get_paths()["purelib"].split(os.pathsep), str(ROOT / "core"), str(ROOT / "plugins")]
    (packages / "samenspraak.pth").write_text("\n".join(here), encoding="utf-8")
    command = home / "bin" / "samenspraak"
    command.write_text(f'#!/bin/sh\nexec {home}/bin/python -m samenspraak "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return {
        "PATH": os.pathsep.join([str(home / "bin"), os.environ.get("PATH", os.defpath)]),
        "LANG": "C.UTF-8",
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "false",  # so pip spells "without"
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "WHERE": str(folder / "where"),
    }
