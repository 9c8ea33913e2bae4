"""What counts once is taken by exactly one, together with its effect, until it is forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from samenspraak.store import Cipher, Store, open_engine

SCOPE = "in:ecd"


def take(store: Store, id: str, until: datetime, *, scope: str = SCOPE, organisation: str = "noord") -> bool:
    with store.write(organisation) as uow:
        is_first = uow.once.take(scope, id, until)
        uow.commit()
    return is_first


def test_it_is_taken_the_first_time_only(store: Store, now: datetime) -> None:
    assert [take(store, "n1", now) for _ in range(3)] == [True, False, False]
    assert take(store, "n2", now)


def test_the_same_name_in_another_scope_or_organisation_is_another_one(store: Store, now: datetime) -> None:
    take(store, "n1", now)

    assert take(store, "n1", now, scope="in:platform")
    assert take(store, "n1", now, organisation="zuid")


def test_of_two_threads_at_the_same_moment_exactly_one_gets_it(store: Store, now: datetime) -> None:
    together = Barrier(2)

    def race(id: str) -> bool:
        together.wait(20)
        return take(store, id, now)

    with ThreadPoolExecutor(2) as threads:
        for number in range(50):
            name = f"n{number}"
            assert sorted(threads.map(race, [name, name])) == [False, True]


def test_of_two_programs_at_the_same_moment_exactly_one_gets_it(
    store: Store, engine: Engine, now: datetime
) -> None:
    """Each has its own connections and turns, as two processes would."""
    another = open_engine(str(engine.url))
    stores = [store, Store(another, Cipher(bytes(range(32))), lambda: now)]
    together = Barrier(2)

    def race(of: int) -> list[bool]:
        together.wait(20)
        return [take(stores[of], f"n{number}", now) for number in range(20)]

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(race, [0, 1])
    another.dispose()

    assert [one + other for one, other in zip(first, second, strict=True)] == [1] * 20


def test_what_is_undone_was_not_taken(store: Store, now: datetime) -> None:
    with store.write("noord") as uow:
        uow.once.take(SCOPE, "n1", now)

    assert take(store, "n1", now)


def test_it_is_forgotten_after_its_time_and_not_before(store: Store, now: datetime) -> None:
    take(store, "old", now)
    take(store, "young", now + timedelta(days=7))

    with store.write("noord") as uow:
        assert uow.once.forget(now) == 0
        assert uow.once.forget(now + timedelta(days=6)) == 1
        uow.commit()

    assert take(store, "old", now)
    assert not take(store, "young", now)


def test_nothing_is_kept_of_what_it_was_called(store: Store, engine: Engine, now: datetime) -> None:
    take(store, "Geertje Wiersma " * 5000, now)

    with engine.connect() as connection:
        [row] = connection.execute(sa.text("SELECT * FROM once"))
    assert len(row.id) == 32
    assert b"Geertje" not in row.id
