"""Who is who: identifiers match, names and a birth date only suggest, a person decides what is doubtful.

Source: issue "Foundation" 7, R-BSN-2: an identifier proves typing, not identity, so that two people are
never joined on it when their birth dates differ.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from samenspraak.domain.identifiers import BSN, SHARED_SYSTEMS, normals
from samenspraak.domain.parties import Identifier

Similarity = Callable[[str, str], float]
"""How alike two names are, from 0 to 1; the same name is 1."""

SUGGEST_FROM = 0.8
_NAME_SHARE = 0.6


class Described(Protocol):
    """Somebody as a system describes them."""

    @property
    def name(self) -> str: ...

    @property
    def birth_date(self) -> date | None: ...

    @property
    def identifiers(self) -> frozenset[Identifier]: ...


class Known(Described, Protocol):
    """Somebody the hub knows, for instance a ``Person``."""

    @property
    def id(self) -> str: ...


class Because(StrEnum):
    """Why somebody may be, or is not simply taken to be, the same person."""

    IDENTIFIER = "identifier"
    SHARED_IDENTIFIER = "shared_identifier"
    SEVERAL = "several"
    BIRTH_DATE_DIFFERS = "birth_date_differs"
    BSN_DIFFERS = "bsn_differs"
    NAME = "name"
    BIRTH_DATE = "birth_date"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody it may be; ``score`` from 0 to 1 orders them, it decides nothing."""

    id: str
    score: float
    because: tuple[Because, ...]


@dataclass(frozen=True, kw_only=True)
class Same:
    """It is this person."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Doubtful:
    """It may be one of these, best first; nothing about it leaves until a person has decided."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, kw_only=True)
class New:
    """Nobody we know."""


Match = Same | Doubtful | New


def match(
    external: Described,
    known: Collection[Known],
    *,
    similarity: Similarity,
    refused: Set[str] = frozenset(),
) -> Match:
    """Who this is among the people we know.

    Args:
        external: as the other system describes them.
        known: the people it can be, each once.
        similarity: how alike two names are.
        refused: ids of people of whom a person said that it is not them; never proposed again.
    """
    possible = [one for one in known if one.id not in refused]
    matched = [one for one in possible if _shared(external, one) - _shared_by_many(external, one)]
    if len(matched) == 1:
        doubts = _doubts(external, matched[0])
        if not doubts:
            return Same(id=matched[0].id)
        return Doubtful(candidates=(_candidate(matched[0], Because.IDENTIFIER, *doubts),))
    if matched:
        several = (_candidate(one, Because.IDENTIFIER, Because.SEVERAL) for one in matched)
        return Doubtful(candidates=_best_first(several))
    suggested = [one for person in possible if (one := _suggestion(external, person, similarity))]
    return Doubtful(candidates=_best_first(suggested)) if suggested else New()


def _shared(external: Described, known: Known) -> frozenset[Identifier]:
    return normals(external.identifiers) & normals(known.identifiers)


def _shared_by_many(external: Described, known: Known) -> frozenset[Identifier]:
    return frozenset(one for one in _shared(external, known) if one.system in SHARED_SYSTEMS)


def _doubts(external: Described, known: Known) -> tuple[Because, ...]:
    found = {
        Because.BIRTH_DATE_DIFFERS: _differ(external.birth_date, known.birth_date),
        Because.BSN_DIFFERS: _differ(_bsn(external), _bsn(known)),
    }
    return tuple(doubt for doubt, holds in found.items() if holds)


def _differ(one: object, other: object) -> bool:
    """Whether both say something, and not the same."""
    return bool(one and other and one != other)


def _bsn(somebody: Described) -> frozenset[str]:
    return frozenset(one.value for one in normals(somebody.identifiers) if one.system == BSN)


def _suggestion(external: Described, known: Known, similarity: Similarity) -> Candidate | None:
    if _differ(_bsn(external), _bsn(known)):
        return None
    alike = (
        similarity(external.name.casefold(), known.name.casefold()) if external.name and known.name else 0.0
    )
    born = _born_alike(external.birth_date, known.birth_date)
    mailbox = bool(_shared_by_many(external, known)) and born > 0.0
    score = 1.0 if mailbox else round(_NAME_SHARE * alike + (1 - _NAME_SHARE) * born, 3)
    if score < SUGGEST_FROM:
        return None
    reasons = {
        Because.SHARED_IDENTIFIER: mailbox,
        Because.NAME: alike > 0,
        Because.BIRTH_DATE: born == 1.0,
        Because.BIRTH_DATE_DIFFERS: born == 0.0,
    }
    because = tuple(reason for reason, holds in reasons.items() if holds)
    return Candidate(id=known.id, score=score, because=because)


def _born_alike(one: date | None, other: date | None) -> float:
    if one is None or other is None:
        return 0.5
    return float(one == other)


def _candidate(known: Known, *because: Because) -> Candidate:
    return Candidate(id=known.id, score=1.0, because=because)


def _best_first(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda one: (-one.score, one.id)))
