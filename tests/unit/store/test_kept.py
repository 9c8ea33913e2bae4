"""Statements that are built once serve for whatever is asked, however much at a time."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from samenspraak.store.kept import Driver, among, kept, length_of, spread

NUMBERS = sa.Table("number", sa.MetaData(), sa.Column("n", sa.Integer, primary_key=True))


@kept
def those(length: int) -> sa.Select[tuple[int]]:
    return sa.select(NUMBERS).where(among(NUMBERS.c.n, "of_n", length))


@pytest.fixture
def driver() -> Driver:
    connection = sa.create_engine("sqlite://").connect()
    NUMBERS.metadata.create_all(connection)
    connection.execute(NUMBERS.insert(), [{"n": one} for one in range(3000)])
    return Driver(connection)


@pytest.mark.parametrize("asked", [(7,), (1, 2, 3), tuple(range(2000))])
def test_a_list_of_any_length_finds_what_is_in_it_and_nothing_else(
    driver: Driver, asked: tuple[int, ...]
) -> None:
    found = driver.run(those(length_of(asked)), spread("of_n", asked)).rows

    assert tuple(sorted(row.n for row in found)) == asked


def test_lists_of_all_lengths_take_few_texts() -> None:
    lengths = {length_of(range(size)) for size in range(1, 2049)}

    assert len(lengths) == 12
    assert those(8) is those(length_of(range(5)))
