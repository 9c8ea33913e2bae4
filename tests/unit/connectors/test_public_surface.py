"""What `import samenspraak` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib.resources import files
from typing import Any, get_args, get_type_hints

import pytest

import samenspraak
from samenspraak.connectors import Connector
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import UNITS
from samenspraak.errors import SamenspraakError


def test_what_is_exported_is_there_and_in_order() -> None:
    assert samenspraak.__all__ == sorted(set(samenspraak.__all__))
    assert [name for name in samenspraak.__all__ if not hasattr(samenspraak, name)] == []
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = samenspraak.Nonsense


def test_nothing_else_is_public() -> None:
    code = "import samenspraak; print(*(name for name in dir(samenspraak) if name[0] != '_'))"
    helpers = {"annotations", "importlib", "Any", "TYPE_CHECKING"}

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert set(shown.split()) - helpers == set(samenspraak.__all__)


def test_everything_that_units_and_statements_are_made_of_is_exported() -> None:
    def parts(hint: Any) -> Iterator[type]:
        for inner in get_args(hint):
            yield from parts(inner)
        if isinstance(hint, type) and hint.__module__.startswith("samenspraak."):
            yield hint
        if isinstance(hint, type) and is_dataclass(hint):
            for inner in get_type_hints(hint).values():
                yield from parts(inner)

    made_of = {
        part.__name__ for root in (Statement, *(row.type for row in UNITS.values())) for part in parts(root)
    }

    assert {"Recurrence", "Weekday", "PartyRef"} <= made_of
    assert made_of <= set(samenspraak.__all__)


def test_every_public_error_is_exported() -> None:
    def tree(error: type[SamenspraakError]) -> set[str]:
        return {error.__name__}.union(*(tree(one) for one in error.__subclasses__()))

    ours = {name for name in tree(SamenspraakError) if hasattr(samenspraak.errors, name)}

    assert ours <= set(samenspraak.__all__)


def test_importing_it_loads_no_library() -> None:
    heavy = {"dateutil", "flask", "marshmallow", "pluggy", "requests", "sqlalchemy", "urllib3"}
    code = f"import sys, samenspraak; print(*({heavy} & sys.modules.keys()))"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout.split() == []


def test_what_is_loaded_later_is_the_thing_itself() -> None:
    assert samenspraak.Connector is Connector


def test_both_packages_say_that_they_are_typed() -> None:
    assert [files(name).joinpath("py.typed").is_file() for name in ("samenspraak", "samenspraak_memory")] == [
        True,
        True,
    ]
