"""What import-linter cannot see: that its lists are complete, and that some doors have one user."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from samenspraak.services.looking import READS

ROOT = Path(__file__).resolve().parents[1]
PROJECT: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PLUGINS = sorted(file.parent.name for file in ROOT.glob("plugins/*/__init__.py"))
EXAMPLES = sorted(file.parent.name for file in ROOT.glob("docs/examples/*/*/__init__.py"))
EXAMPLE_FILES = sorted(ROOT.glob("docs/examples/*/samenspraak_*/*.py"))
CORE_FILES = sorted(ROOT.glob("core/**/*.py"))
PLUGIN_FILES = sorted(ROOT.glob("plugins/**/*.py"))
SANDBOX_FILES = [file for file in PLUGIN_FILES if file.relative_to(ROOT).parts[2].startswith("sandbox")]
LOCKS = sorted(ROOT.glob("config/requirements*.txt"))

# What opens a connection to another system; `urllib.parse` and friends do not.
WIRES = ("aiohttp", "ftplib", "http.client", "httpx", "requests", "smtplib", "urllib.request", "urllib3")


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts[1:]
    return ".".join(part for part in parts if part != "__init__")


def imported(file: Path) -> Iterator[str]:
    """Every name the file imports, absolute: ``from a import b`` gives ``a.b``."""
    package = (
        module_name(file).split(".") if file.name == "__init__.py" else module_name(file).split(".")[:-1]
    )
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def offenders(files: list[Path], *packages: str) -> list[str]:
    """Which of the files import one of the packages, as ``file: name``."""
    return [
        f"{module_name(file)}: {name}" for file in files for name in imported(file) if within(name, *packages)
    ]


def contract(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(
        c for c in PROJECT["tool"]["importlinter"]["contracts"] if c["name"] == name
    )
    return found


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (PROJECT["tool"]["mypy"]["packages"], ["samenspraak", *PLUGINS, *EXAMPLES]),
        (PROJECT["tool"]["importlinter"]["root_packages"], ["samenspraak", *PLUGINS]),
        (contract("The core knows no connector")["forbidden_modules"], PLUGINS),
        (contract("Connectors see only the public surface")["source_modules"], PLUGINS),
        (contract("Connectors do not know each other")["modules"], PLUGINS),
        (contract("No cycles between siblings")["ancestors"], ["samenspraak", *PLUGINS]),
    ],
    ids=["mypy", "root packages", "core knows none", "public surface", "not each other", "no cycles"],
)
def test_every_list_of_connectors_names_every_folder_in_plugins(
    listed: list[str], expected: list[str]
) -> None:
    assert sorted(listed) == sorted(expected)


def test_every_plugin_is_offered_under_the_name_of_its_folder() -> None:
    offered = PROJECT["project"]["entry-points"]["samenspraak.connectors"]
    plugins = [file.parent.name for file in ROOT.glob("plugins/*/plugin.py")]

    assert offered == {name.removeprefix("samenspraak_"): f"{name}.plugin" for name in plugins}


def test_the_folders_core_and_plugins_are_never_imported() -> None:
    tests = [file for file in ROOT.glob("tests/**/*.py")]

    assert offenders(CORE_FILES + PLUGIN_FILES, "core", "plugins") == []
    assert [
        str(file)
        for file in tests
        if re.search(r"^\s*(import|from) (core|plugins)\b", file.read_text(), re.M)
    ] == []


def test_only_the_guarded_client_reaches_other_systems() -> None:
    """A sandbox plays the other system, and a proxy the network: neither speaks for the hub."""
    played = ("samenspraak.sandbox", "samenspraak.testing.proxy")
    others = [file for file in CORE_FILES if not within(module_name(file), "samenspraak.http", *played)]
    connectors = [file for file in PLUGIN_FILES if file not in SANDBOX_FILES]

    assert offenders(others + connectors, *WIRES) == []


def test_only_bootstrap_reads_the_environment() -> None:
    others = [file for file in CORE_FILES if module_name(file) != "samenspraak.bootstrap"]
    readings = [
        f"{module_name(file)}:{node.lineno}"
        for file in others + PLUGIN_FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv")
        if isinstance(node.value, ast.Name) and node.value.id == "os"
    ]

    assert readings == []
    assert offenders(others + PLUGIN_FILES, "os.environ", "os.getenv") == []


def test_a_sandbox_shares_nothing_with_its_plugin() -> None:
    """It imitates the system from its documentation, so it may use neither our mapping nor our protocols."""
    strangers = [
        f"{module_name(file)}: {name}"
        for file in SANDBOX_FILES
        for name in imported(file)
        if not within(name, "samenspraak.sandbox", "samenspraak.errors", "flask", "werkzeug", "joserfc")
        if not within(name, *(module_name(other) for other in SANDBOX_FILES))
        if name.split(".")[0] not in sys.stdlib_module_names
    ]

    assert strangers == []


def test_an_example_for_authors_sees_only_what_they_see() -> None:
    """What the contracts in pyproject.toml hold our own connectors to."""
    surface = ("connectors", "domain", "errors", "http", "protocols", "sandbox", "testing")
    allowed = [f"samenspraak.{name}" for name in surface]
    beyond = [name for file in EXAMPLE_FILES for name in imported(file) if within(name, "samenspraak")]

    assert beyond
    assert [name for name in beyond if not within(name, *allowed)] == []


def test_entry_points_show_people_only_through_the_audit_trail() -> None:
    shown = {f"{one.find.__module__}.{one.find.__name__}" for one in READS}
    doors = [file for file in CORE_FILES if within(module_name(file), "samenspraak.cli", "samenspraak.web")]
    reached = [f"{module_name(file)}: {name}" for file in doors for name in reaching(file) if name in shown]

    assert reached == []
    assert {"samenspraak.services.looking.show_agreement"} & {one for file in doors for one in reaching(file)}


def reaching(file: Path) -> Iterator[str]:
    """Every name the file imports, and every member of a module that it uses."""
    names = list(imported(file))
    modules = {name.rpartition(".")[2]: name for name in names}
    yield from names
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield f"{modules[node.value.id]}.{node.attr}"


def test_a_command_starts_without_the_frameworks_it_does_not_need() -> None:
    heavy = {"alembic", "apscheduler", "flask", "sqlalchemy", "waitress"}
    code = f"import sys, samenspraak.cli; print(*({heavy} & sys.modules.keys()))"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout.split() == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_address_and_hashes_everything(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.replace("\\\n", ""))

    assert not re.search(r"://|^\s*--?(index|extra|find|trusted|i |f )", text, re.M)
    assert [entry[:60] for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []


def test_the_lock_of_npm_names_no_address_and_hashes_everything() -> None:
    text = (ROOT / "tests" / "npm" / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: one for name, one in json.loads(text)["packages"].items() if name}

    assert "://" not in text
    assert len(packages) > 20
    assert [name for name, one in packages.items() if "integrity" not in one] == []


def test_the_locks_agree_with_the_project_and_with_each_other() -> None:
    locked = {lock.stem: versions(lock) for lock in LOCKS}
    wanted = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
    tools = [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]]

    assert unmet(wanted, locked["requirements"]) == []
    assert unmet(tools, locked["requirements-dev"]) == []
    assert locked["requirements"].items() <= locked["requirements-dev"].items()


def versions(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.!+-]+)", lock.read_text(encoding="utf-8"), re.M))


def unmet(wanted: list[Requirement], locked: Mapping[str, str]) -> list[str]:
    return [
        str(requirement)
        for requirement in wanted
        if not requirement.specifier.contains(
            locked.get(canonicalize_name(requirement.name), "0"), prereleases=True
        )
    ]
