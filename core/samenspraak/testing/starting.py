"""A folder to begin a connector in: the starter under a name of its own, in a distribution of its own."""

from __future__ import annotations

import re
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from samenspraak.errors import ConfigurationError

_NAME = re.compile(r"[a-z][a-z0-9]*")
_HERE = "samenspraak.testing.starter"
_MODULES = ("__init__", "plugin", "mapping", "sandbox", "kit")
_PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "samenspraak-{name}"
version = "0.1"
description = "Keeps agreements equal in {name}"
requires-python = ">=3.11"
dependencies = ["samenspraak>={version}"]

[project.entry-points."samenspraak.connectors"]
{name} = "samenspraak_{name}.plugin"

[tool.hatch.build]
dev-mode-dirs = ["."]  # what `pip install --editable .` puts on the path

[tool.hatch.build.targets.wheel]
packages = ["samenspraak_{name}"]
"""
_README = """\
# samenspraak-{name}

A connector for Samenspraak. It begins as the connector for a noticeboard that does not exist;
make it yours from the inside out:

1. `sandbox.py`: imitate your system, from its documentation only.
2. `mapping.py`: where each unit stands. A row more is a unit more.
3. `plugin.py`: what your system can do (the manifest), what an admin fills in, and how to talk with it.
4. `kit.py`: who and what is in your sandbox, for the checks.

    pip install --editable . "samenspraak[testing]"
    samenspraak kit run {name}

Say here what is documented, what you inferred, and what nobody told you.
"""
_TESTS = """\
\"\"\"What every connector owes the hub.\"\"\"

from samenspraak_{name}.kit import Contract, Laws


class TestStrict(Contract):
    pass


class TestQuirky(Contract):
    mode = "quirky"


class TestLaws(Laws):
    pass
"""


def begin(name: str, into: Path) -> Path:
    """Write the folder ``samenspraak-NAME`` below ``into``, and give it.

    Raises:
        ConfigurationError: the name will not do, or something is there already.
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"A connector is named by small letters and digits; {name!r} is not.")
    folder = into / f"samenspraak-{name}"
    if folder.exists():
        raise ConfigurationError(f"There is something at {folder} already; it stays as it is.")
    package = folder / f"samenspraak_{name}"
    package.mkdir(parents=True)
    for module in _MODULES:
        text = (files(_HERE) / f"{module}.py").read_text(encoding="utf-8")
        (package / f"{module}.py").write_text(_renamed(text, name), encoding="utf-8")
    (package / "py.typed").touch()
    given = {"name": name, "version": version("samenspraak")}
    (folder / "pyproject.toml").write_text(_PYPROJECT.format(**given), encoding="utf-8")
    (folder / "README.md").write_text(_README.format(**given), encoding="utf-8")
    (folder / "test_connector.py").write_text(_TESTS.format(**given), encoding="utf-8")
    return folder


def _renamed(text: str, name: str) -> str:
    for old, new in (
        (_HERE, f"samenspraak_{name}"),
        ("StarterConnector", f"{name.capitalize()}Connector"),
        ('name="starter"', f'name="{name}"'),
    ):
        text = text.replace(old, new)
    return text
