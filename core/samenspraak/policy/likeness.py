"""Whether two agreements may be the same one, and which of their assignments are. Pure.

A likeness joins nothing: it is a question to a person. Source: design §5.8 ("an agreement that exists in two
systems is joined, not doubled"); what is certain (our own marker, a number that both systems keep) is found
by exact comparison and needs no likeness.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

from samenspraak.domain.agreements import Agreement, Duty, What
from samenspraak.domain.units import UnitKind, Units
from samenspraak.policy.matching import Similarity

ALIKE_FROM = 0.85
_NUMBER = re.compile(r"\d+")


class Alike(StrEnum):
    """Why two agreements may be the same one."""

    TITLE = "title"
    DUTY = "duty"


def resembles(one: Agreement, other: Agreement, *, similarity: Similarity) -> Alike | None:
    """What they have in common that makes a person look; None: nothing does, or something speaks against it.

    Args:
        one: an agreement.
        other: another one.
        similarity: how alike two titles are, from 0 to 1.
    """
    if one.id == other.id or one.client_id != other.client_id or _contradict(one, other):
        return None
    if not (one.status.is_live and other.status.is_live):
        return None
    if similarity(one.what.text, other.what.text) >= ALIKE_FROM:
        return Alike.TITLE
    return Alike.DUTY if _same_duty(one, other) else None


def _contradict(one: Agreement, other: Agreement) -> bool:
    """A task is no prohibition, a meal no medicine, and "8 uur" not "20 uur"."""
    domains = {one.life_domain, other.life_domain} - {None}
    return (
        one.what.modality is not other.what.modality
        or len(domains) > 1
        or _numbers(one.what) != _numbers(other.what)
    )


def _numbers(what: What) -> list[str]:
    return sorted(_NUMBER.findall(what.text))


def _same_duty(one: Agreement, other: Agreement) -> bool:
    """The same person at the same times in the same part of life, whatever it is called."""
    if one.life_domain is None or other.life_domain is None:
        return False
    timed = {two.duty for two in other.assignments if two.duty.schedule.timing is not None}
    return any(two.duty in timed for two in one.assignments)


def same_assignments(ours: Units, theirs: Units) -> Mapping[str, str]:
    """Which assignments are the same: our id → theirs, each at most once.

    The same performer at the same times; else the same performer, where either side has that one once.
    """
    found: dict[str, str] = {}
    for fits in (_equal, _same_performer):
        mine, yours = _left(ours, found.keys()), _left(theirs, found.values())
        for one, duty in mine.items():
            there = [two for two, other in yours.items() if fits(duty, other)]
            here = [two for two, other in mine.items() if fits(other, duty)]
            if there and (fits is _equal or (len(there), len(here)) == (1, 1)):
                found[one] = there[0]
                del yours[there[0]]
    return found


def _left(units: Units, taken: Collection[str]) -> dict[str, Duty]:
    return {
        key.id: duty
        for key, duty in sorted(units.items())
        if key.kind is UnitKind.ASSIGNMENT and isinstance(duty, Duty) and key.id not in taken
    }


def _equal(one: Duty, other: Duty) -> bool:
    return one == other


def _same_performer(one: Duty, other: Duty) -> bool:
    return one.performer == other.performer
