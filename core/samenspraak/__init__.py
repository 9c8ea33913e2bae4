"""Samenspraak: one agreement, equal in every system that holds it.

What is named here is public: the words of the domain, the errors, and what a connector is made of. The rest
of a connector's vocabulary is in :mod:`samenspraak.connectors`. Each is loaded when it is first used, so that
importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from samenspraak.connectors.connector import Connector
    from samenspraak.connectors.hookspecs import hookimpl
    from samenspraak.domain.agreements import (
        Agreement,
        Assignment,
        Code,
        Conditions,
        Decides,
        Duty,
        ExceptionKind,
        Instructed,
        LifeDomain,
        Modality,
        OccurrenceException,
        OccurrenceKey,
        Review,
        ReviewOutcome,
        State,
        Status,
        What,
    )
    from samenspraak.domain.parties import Identifier, PartyKind, PartyRef
    from samenspraak.domain.schedules import (
        AsNeeded,
        DayPart,
        Frequency,
        PartOfDay,
        Period,
        Recurrence,
        Schedule,
        TimesPerPeriod,
        Weekday,
    )
    from samenspraak.domain.statements import Statement, StatementKind
    from samenspraak.domain.units import UnitKey, UnitKind
    from samenspraak.errors import (
        AuthenticationError,
        ConfigurationError,
        ConflictError,
        InvalidRecordError,
        NoAccountError,
        NoTargetError,
        NotFoundError,
        OutcomeUnknownError,
        PermanentError,
        RuleError,
        SamenspraakError,
        StaleError,
        TransientError,
    )

# Lightest first; the next is loaded only for what the ones before it do not have.
_MODULES = (
    "samenspraak.errors",
    "samenspraak.domain.parties",
    "samenspraak.domain.schedules",
    "samenspraak.domain.agreements",
    "samenspraak.domain.statements",
    "samenspraak.domain.units",
    "samenspraak.connectors.hookspecs",
    "samenspraak.connectors.connector",
)

__all__ = [
    "Agreement",
    "AsNeeded",
    "Assignment",
    "AuthenticationError",
    "Code",
    "Conditions",
    "ConfigurationError",
    "ConflictError",
    "Connector",
    "DayPart",
    "Decides",
    "Duty",
    "ExceptionKind",
    "Frequency",
    "Identifier",
    "Instructed",
    "InvalidRecordError",
    "LifeDomain",
    "Modality",
    "NoAccountError",
    "NoTargetError",
    "NotFoundError",
    "OccurrenceException",
    "OccurrenceKey",
    "OutcomeUnknownError",
    "PartOfDay",
    "PartyKind",
    "PartyRef",
    "Period",
    "PermanentError",
    "Recurrence",
    "Review",
    "ReviewOutcome",
    "RuleError",
    "SamenspraakError",
    "Schedule",
    "StaleError",
    "State",
    "Statement",
    "StatementKind",
    "Status",
    "TimesPerPeriod",
    "TransientError",
    "UnitKey",
    "UnitKind",
    "Weekday",
    "What",
    "hookimpl",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in map(importlib.import_module, _MODULES):
            if name in vars(module):
                return vars(module)[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
