"""Run every check on one connector against its sandbox, and say how far it is: ``samenspraak kit run``.

What a connector's package gives is its module ``kit``: a subclass of ``ConnectorContract`` named ``Contract``
and one of ``LensLaws`` named ``Laws``. The checks run with pytest in a process of their own, towards the
sandbox by the book and the one with quirks; a check that fails towards either has failed.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from defusedxml import ElementTree

from samenspraak.connectors import Connector
from samenspraak.errors import ConfigurationError
from samenspraak.testing.tiers import CHECKS, Tier, tier_of

SECONDS = 900
_DETAIL = 300
_SUITE = """
from samenspraak.testing.declared import Declared
from {package}.kit import Contract, Laws

class TestDeclared(Declared):
    kind = Contract.kind

class TestStrict(Contract):
    mode = "strict"

class TestQuirky(Contract):
    mode = "quirky"

class TestLaws(Laws):
    pass
"""
_CONFTEST = """
from hypothesis import Phase, settings

# The same each time, and a mistake is shown as it was found: making it small takes minutes.
phases = [Phase.explicit, Phase.generate]
settings.register_profile("kit", derandomize=True, database=None, phases=phases)
settings.load_profile("kit")
"""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check. ``ok``: None where the manifest gives it nothing to be tried on · ``detail``: why not."""

    id: str
    ok: bool | None
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What came of all checks, in the order of the tiers."""

    connector: str
    checks: tuple[Check, ...]

    @property
    def tier(self) -> Tier:
        return tier_of({one.id: one.ok for one in self.checks})

    @property
    def passed(self) -> int:
        return sum(one.ok is True for one in self.checks)

    @property
    def not_applicable(self) -> int:
        return sum(one.ok is None for one in self.checks)


def run(kind: type[Connector]) -> Report:
    """Try this connector.

    Raises:
        ConfigurationError: its package has no ``kit``, or the checks could not be run at all.
    """
    package = kind.__module__.rpartition(".")[0]
    if not _has_kit(package):
        raise ConfigurationError(f"The package {package} has no module kit, with a Contract and Laws.")
    with tempfile.TemporaryDirectory(prefix="samenspraak-kit-") as name:
        folder = Path(name)
        (folder / "test_kit.py").write_text(_SUITE.format(package=package), encoding="utf-8")
        (folder / "conftest.py").write_text(_CONFTEST, encoding="utf-8")
        (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        outcome = folder / "outcome.xml"
        options = ["-q", "-p", "no:cacheprovider", "-c", "pytest.ini", f"--junitxml={outcome}"]
        done = subprocess.run(  # noqa: S603  # our own interpreter, on a file of our own
            [sys.executable, "-m", "pytest", *options, "test_kit.py"],
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        tried = _read(outcome) if outcome.exists() else {}
    if not tried:
        raise ConfigurationError(
            f"The checks of {kind.manifest.name} could not be run: {_last_line(done.stdout + done.stderr)}"
        )
    known = [check for checks in CHECKS.values() for check in checks]
    own = sorted(tried.keys() - set(known))
    return Report(
        connector=kind.manifest.name,
        checks=tuple(tried[one] for one in (*known, *own) if one in tried),
    )


def _has_kit(package: str) -> bool:
    try:
        return importlib.util.find_spec(f"{package}.kit") is not None
    except ModuleNotFoundError:  # a module of its own and no package
        return False


def _read(outcome: Path) -> Mapping[str, Check]:
    """Each check by its id: failed where it failed once, not applicable where it was never tried."""
    found: dict[str, Check] = {}
    for one in _cases(outcome):
        before = found.get(one.id)
        if before is None or before.ok is None or one.ok is False:
            found[one.id] = one if before is None or one.ok is not None else before
    return found


def _cases(outcome: Path) -> Iterator[Check]:
    for case in ElementTree.parse(outcome).iter("testcase"):
        name = case.get("name", "").removeprefix("test_").partition("[")[0]
        yield Check(id=name, ok=_ok(case), detail=_detail(case))


def _ok(case: Any) -> bool | None:
    if case.find("failure") is not None or case.find("error") is not None:
        return False
    return None if case.find("skipped") is not None else True


def _detail(case: Any) -> str:
    told = next(
        (case.find(kind) for kind in ("failure", "error", "skipped") if case.find(kind) is not None), None
    )
    if told is None:
        return ""
    where = case.get("classname", "").rpartition(".")[2].removeprefix("Test").lower()
    text = " ".join(str(told.get("message", "")).split())[:_DETAIL]
    return text if told.tag == "skipped" else f"{where}: {text}"


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "pytest said nothing")
