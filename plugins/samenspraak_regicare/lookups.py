"""Ids of RegiCare's lookup tables, found by the labels in the settings.

All tables are the customer's own (REGI-HELP 80000950714, 80000950771), so no id is ever written down here.
A table comes as ``{"<label>": <id>}`` in filters and as ``{"<id>": "<label>"}`` elsewhere (REGI-3P
`src/Activiteiten.php`, `src/ActivityShow.php`); both are understood.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from samenspraak.errors import ConfigurationError

from .words import fold

_SHOWN = 20
"""So many labels are named when one was not found: enough to see a slip, too few to fill a screen."""


def ids_of(tables: Any, table: str, labels: Sequence[str], *, setting: str) -> list[int]:
    """The ids of the labels.

    Args:
        tables: the tables by name, as RegiCare gave them.
        table: the name of the one table.
        labels: as an administrator wrote them; blanks and capitals do not matter.
        setting: the name of the setting they came from, for the message.

    Raises:
        ConfigurationError: there is no such table, no such label, or a label stands there twice; what there
            is instead is named.
    """
    known = list(_pairs(tables, table, setting))
    problems = tuple(problem for label in labels for problem in _problems(table, label, known))
    if problems:
        raise ConfigurationError(f"mend the setting {setting}", problems=problems)
    by_label = {fold(label): key for label, key in known}
    return [by_label[fold(label)] for label in labels]


def _pairs(tables: Any, table: str, setting: str) -> Iterator[tuple[str, int]]:
    entries = tables.get(table) if isinstance(tables, Mapping) else None
    if not isinstance(entries, Mapping):
        given = ", ".join(sorted(map(str, tables))) if isinstance(tables, Mapping) else ""
        raise ConfigurationError(
            f"mend the setting {setting}",
            problems=(f"RegiCare gives no table {table}; it gives: {given or 'none'}",),
        )
    for one, other in entries.items():
        label, key = (other, one) if _is_id(one) and not _is_id(other) else (one, other)
        if _is_id(key):
            yield " ".join(str(label).split()), int(key)


def _is_id(value: Any) -> bool:
    return not isinstance(value, bool) and str(value).isdecimal()


def _problems(table: str, label: str, known: Sequence[tuple[str, int]]) -> Iterator[str]:
    found = {key for one, key in known if fold(one) == fold(label)}
    there = sorted({one for one, _ in known}, key=fold)
    more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
    if not found:
        yield f"RegiCare has no {table} '{label}'; it has: {', '.join(there[:_SHOWN]) or 'none'}{more}"
    elif len(found) > 1:
        yield f"RegiCare has {len(found)} entries '{label}' in {table}; rename one of them there"
