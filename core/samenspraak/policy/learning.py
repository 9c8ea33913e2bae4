"""What a matched record teaches about a person, and what falls when the match turns out wrong. Pure.

Source: domain.md, the flow matrix (who may know a citizen number); design §3, ``person_link``: identifiers
are pairwise unique, and undoing a match takes back what it allowed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from typing import TypeVar

from samenspraak.domain.identifiers import BSN, SHARED_SYSTEMS
from samenspraak.domain.parties import Identifier
from samenspraak.domain.units import MatrixRow
from samenspraak.policy.capabilities import SystemKind
from samenspraak.policy.flow_matrix import MATRIX, Rule
from samenspraak.policy.matching import Known

Record = TypeVar("Record")
Taught = frozenset[Identifier]


def knowable(shown: Taught, kind: SystemKind) -> Taught:
    """The identifiers that we may know from a system of this kind: a citizen number from a dossier only."""
    may_know = MATRIX[MatrixRow.BSN][kind] is not Rule.NO
    return frozenset(one for one in shown if may_know or one.system != BSN)


def learnable(shown: Taught, *, besides: Taught, others: Collection[Known]) -> Taught:
    """What a record of somebody may teach about them.

    Args:
        shown: what it carries, as we compare it and may know it.
        besides: by what else the person is known. Nobody has two citizen numbers.
        others: everybody else who has one of these. An identifier is of one person, but for a mailbox.
    """
    taken = frozenset[Identifier]().union(*(one.identifiers for one in others))
    numbers = {one for one in besides if one.system == BSN}
    return frozenset(
        one
        for one in shown
        if (one.system in SHARED_SYSTEMS or one not in taken)
        and (one.system != BSN or not numbers or one in numbers)
    )


def rests_on(gone: Record, taught: Mapping[Record, Taught], *, sure: Set[Record]) -> frozenset[Record]:
    """The records of one person that were matched by nothing but what ``gone`` taught, itself apart.

    Args:
        gone: the record that is not of this person after all.
        taught: per record of the person, ``gone`` included, what it teaches.
        sure: the records that need no identifier: a person matched them, or registered the person by them.
    """
    telling = {one: _deciding(taught[one]) for one in taught}
    touched = _reached({gone}, telling)
    stands = _reached({one for one in touched if one in sure and one != gone}, telling, without=gone)
    return frozenset(touched - stands - {gone})


def _deciding(shown: Taught) -> Taught:
    return frozenset(one for one in shown if one.system not in SHARED_SYSTEMS)


def _reached(
    start: Set[Record], telling: Mapping[Record, Taught], *, without: Record | None = None
) -> set[Record]:
    """Everything that shares an identifier with one of these, or with one that does."""
    reached: set[Record] = set(start)
    while more := {
        one
        for one in telling
        if one not in reached and one != without and any(telling[one] & telling[two] for two in reached)
    }:
        reached |= more
    return reached
