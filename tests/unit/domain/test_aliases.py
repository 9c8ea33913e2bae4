"""One assignment under two ids: nothing is called twice, and what was translated comes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samenspraak.domain.agreements import OccurrenceKey
from samenspraak.domain.aliases import SAME, Aliases
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import WHAT, UnitKey, UnitKind

IDS = st.sampled_from(["a1", "a2", "a3", "t1", "t2"])
PAIRS = st.dictionaries(IDS, IDS).filter(lambda pairs: len(set(pairs.values())) == len(pairs))


@pytest.mark.parametrize(
    ("pairs", "permutation"),
    [
        ({}, {}),
        ({"a1": "a1"}, {}),
        ({"a1": "t1"}, {"a1": "t1", "t1": "a1"}),
        ({"a1": "a2"}, {"a1": "a2", "a2": "a1"}),
        ({"a1": "a2", "a2": "t1"}, {"a1": "a2", "a2": "t1", "t1": "a1"}),
        ({"a1": "t1", "a1-2": "a1"}, {"a1": "t1", "a1-2": "a1", "t1": "a1-2"}),
    ],
)
def test_pairs_of_ids_are_completed_so_that_no_id_is_used_twice(
    pairs: Mapping[str, str], permutation: Mapping[str, str]
) -> None:
    assert Aliases.of(pairs).there == permutation


@given(pairs=PAIRS, one=IDS)
def test_what_is_translated_there_and_back_is_the_same(pairs: Mapping[str, str], one: str) -> None:
    aliases = Aliases.of(pairs)

    assert aliases.id_here(aliases.id_there(one)) == one
    assert {ours: aliases.id_there(ours) for ours in pairs} == pairs


@given(outer=PAIRS, inner=PAIRS, one=IDS)
def test_aliases_of_aliases_are_one_translation(
    outer: Mapping[str, str], inner: Mapping[str, str], one: str
) -> None:
    first, then = Aliases.of(outer), Aliases.of(inner)

    assert first.after(then).id_there(one) == then.id_there(first.id_there(one))


def test_what_is_no_permutation_would_call_two_assignments_the_same() -> None:
    with pytest.raises(ValueError, match="permutation"):
        Aliases(there={"a1": "t1", "a2": "t1"})


def test_keys_and_moments_are_told_by_the_other_id() -> None:
    aliases, day = Aliases.of({"a1": "t1"}), date(2026, 11, 23)
    moment = OccurrenceKey(assignment_id="a1", day=day)
    son = PartyRef(kind=PartyKind.RELATIVE, id="son")
    done = Statement(
        id="s1",
        kind=StatementKind.DONE,
        by=son,
        at=datetime(2026, 11, 23, tzinfo=UTC),
        through="hub",
        occurrence=moment,
    )

    assert aliases.key_there(UnitKey(UnitKind.BACKUP, "a1")) == UnitKey(UnitKind.BACKUP, "t1")
    exception = UnitKey(UnitKind.EXCEPTION, str(moment))
    assert str(aliases.key_there(exception)) == "exception[t1:2026-11-23:1]"
    assert aliases.key_here(aliases.key_there(exception)) == exception
    assert aliases.key_there(WHAT) == WHAT
    assert str(aliases.said_there(done).occurrence) == "t1:2026-11-23:1"
    assert aliases.said_here(aliases.said_there(done)) == done


def test_without_other_ids_there_is_nothing_to_translate() -> None:
    assert not SAME
    assert not Aliases.of({"a1": "a1"})
    assert Aliases.of({"a1": "t1"})
