"""The values of units as JSON, for people and programs outside the hub; the same form both ways."""

from __future__ import annotations

import json
from typing import Any

from samenspraak.domain.units import UnitKey, UnitValue
from samenspraak.errors import PermanentError, RuleError
from samenspraak.policy.state import SentUnits
from samenspraak.protocols import documents

Json = Any
"""What ``json.loads`` gives."""


def as_json(units: SentUnits) -> dict[str, Json]:
    """Each unit by its name, such as ``what`` or ``assignment[a1]``; None is an empty unit."""
    members: dict[str, Json] = json.loads(documents.dump(dict(units), SentUnits))
    return {str(key): members[str(key)] for key in sorted(units)}


def read(key: UnitKey, value: Json) -> UnitValue | None:
    """The value of this unit; None empties it.

    Raises:
        RuleError: it is not a value of this unit, or one that cannot be.
    """
    try:
        units: SentUnits = documents.load(json.dumps({str(key): value}), SentUnits)  # type: ignore[type-abstract]
    except PermanentError as error:
        if isinstance(error.__cause__, RuleError):
            raise error.__cause__ from None
        raise RuleError(
            "unit-value",
            f"This is no value of {key}. Take the form in which the question shows it, with every member.",
        ) from None
    return units[key]
