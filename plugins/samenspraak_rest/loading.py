"""From the text of a description to what it says, or to everything that must be mended, with line numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

from samenspraak.connectors.json_codecs import TEXT
from samenspraak.errors import ConfigurationError
from samenspraak_rest.description import Description
from samenspraak_rest.lines import Lines, Where, parsed
from samenspraak_rest.members import Problem, is_required, known
from samenspraak_rest.mending import Mending
from samenspraak_rest.rules import contradictions
from samenspraak_rest.shapes import ID_NUMBER
from samenspraak_rest.units import UnitsReader

T = TypeVar("T")
LARGEST = 100_000
"""Characters; the example has 6,000."""


@lru_cache(maxsize=64)
def load(text: str) -> Description:
    """The description that this text is.

    Raises:
        ConfigurationError: it is none; ``problems`` has a line for each thing to mend.
    """
    found = read(text)
    if isinstance(found, Description):
        return found
    raise ConfigurationError(
        "The description of this system needs attention.", problems=tuple(str(one) for one in found)
    )


def read(text: str) -> Description | list[Problem]:
    """The description, or what must be mended in it, in the order of the lines."""
    if len(text) > LARGEST:
        return [
            Problem(
                line=1, member="-", nl=f"ten hoogste {LARGEST} tekens", en=f"at most {LARGEST} characters"
            )
        ]
    data, broken = parsed(text)
    if broken is not None:
        return [broken]
    mending = Mending(Lines(text))
    found = _whole(data, mending)
    if found is None or mending.problems:
        return sorted(mending.problems, key=lambda one: (one.line, one.member))
    return found


def _whole(data: Mapping[str, Any], mending: Mending) -> Description | None:
    found = _section(Description, data, (), mending)
    if found is None:
        return None
    units = UnitsReader(
        mending,
        ids=ID_NUMBER if found.ids == "number" else TEXT,
        party=found.party or {},
        taken=found.taken,
        computed=found.computed,
    )
    found = replace(found, units=units.places(data.get("units")))
    for where, error in contradictions(found):
        mending.wrong(where, error)
    return found


def _section(kind: type[T], value: Any, where: Where, mending: Mending) -> T | None:
    """A section as its dataclass; None when something in it must be mended."""
    members, before = known(kind), len(mending.problems)
    table = mending.table(where, value, tuple(members))
    if table is None:
        return None
    values: dict[str, Any] = {}
    for name, one in members.items():
        reader, place = one.metadata.get("read"), (*where, name)
        if reader is None:
            continue
        if name in table and isinstance(reader, type):
            values[one.name] = _section(reader, table[name], place, mending)
        elif name in table:
            values[one.name] = mending.read(place, reader, table[name])
        elif is_required(one):
            mending.missing(where, name)
    return kind(**values) if len(mending.problems) == before else None
