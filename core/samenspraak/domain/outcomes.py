"""What became of a moment, derived from what was reported; nothing is ever filled in.

Silence is not "not done". While a system in which it may have been reported has not been heard from, an
empty field says ``unknown``; also when somebody did report, the systems not heard from are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from samenspraak.domain.agreements import Agreement, LifeDomain, OccurrenceKey
from samenspraak.domain.statements import REPORTS, Statement, StatementKind


class Result(StrEnum):
    """What the reports of one moment amount to. ``different`` and ``done_twice`` are for a person."""

    NONE = "none"
    UNKNOWN = "unknown"
    DONE = "done"
    NOT_DONE = "not_done"
    DIFFERENT = "different"
    DONE_TWICE = "done_twice"


NEEDS_A_PERSON = frozenset({Result.DIFFERENT, Result.DONE_TWICE})


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result with the reports behind it, oldest first, and the systems not heard from since."""

    result: Result
    reports: tuple[Statement, ...] = ()
    unheard: tuple[str, ...] = ()


def is_once_only(agreement: Agreement) -> bool:
    """Whether doing it twice is harm, so that two people who did it alert the professional on duty."""
    return agreement.life_domain is LifeDomain.MEDICATION


def outcome(
    key: OccurrenceKey,
    statements: Iterable[Statement],
    *,
    once_only: bool,
    heard: Mapping[str, datetime | None],
    since: datetime,
    set_aside: Set[str] = frozenset(),
) -> Outcome:
    """What became of the moment ``key``.

    Args:
        key: the moment, by the key it was planned under, also when it was moved.
        statements: what was said about the agreement; other moments and a report read twice do not count.
        once_only: two reports of it being done are one too many.
        heard: when we last heard from each system in which it may be reported (None: never).
        since: a system not heard from since then may know more; usually now less its time between looks.
        set_aside: ids of reports that a person who answered the question about them put aside.
    """
    about = {one.id: one for one in statements if one.kind in REPORTS and one.occurrence == key}
    reports = tuple(sorted((one for one in about.values() if one.id not in set_aside), key=_when))
    unheard = tuple(sorted(name for name, at in heard.items() if at is None or at < since))
    return Outcome(result=_result(reports, unheard, once_only), reports=reports, unheard=unheard)


def _result(reports: tuple[Statement, ...], unheard: tuple[str, ...], once_only: bool) -> Result:
    done = sum(one.kind is StatementKind.DONE for one in reports)
    if once_only and done > 1:
        return Result.DONE_TWICE
    if 0 < done < len(reports):
        return Result.DIFFERENT
    if reports:
        return Result.DONE if done else Result.NOT_DONE
    return Result.UNKNOWN if unheard else Result.NONE


def _when(statement: Statement) -> tuple[datetime, str]:
    return statement.at, statement.id
