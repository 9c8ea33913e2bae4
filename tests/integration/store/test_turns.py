"""Writers who follow each other closely reach the disk together; each hears what became of its own work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from samenspraak.domain.parties import Person
from samenspraak.errors import TransientError
from samenspraak.store import Store


class Commits:
    """Counts the trips to the disk; ``fails``: the next one does not get there."""

    def __init__(self) -> None:
        self.number = 0
        self.fails = False

    def __call__(self, _: object) -> None:
        if self.fails:
            self.fails = False
            raise OSError("no space left")
        self.number += 1


@pytest.fixture
def commits(engine: Engine, store: Store) -> Iterator[Commits]:
    counted = Commits()
    sa.event.listen(engine, "commit", counted)
    yield counted
    sa.event.remove(engine, "commit", counted)


@pytest.fixture(autouse=True)
def _slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a thread takes to begin here, it may still join."""
    monkeypatch.setattr("samenspraak.store.turns._SECONDS", 60.0)


def writes(store: Store, person_id: str, *, keeps: bool = True) -> Callable[[], None]:
    def act() -> None:
        with store.write("noord") as uow:
            uow.parties.add_person(Person(id=person_id, name=person_id.title()))
            if keeps:
                uow.commit()

    return act


def while_another_waits(store: Store, first: str, other: Callable[[], None]) -> threading.Thread:
    """Commits ``first`` when another thread waits for its turn; gives that thread, at its end."""
    waiting = threading.Thread(target=other)
    with store.write("noord") as uow:
        uow.parties.add_person(Person(id=first, name=first.title()))
        waiting.start()
        until = time.monotonic() + 20
        while not store._turns._waiting and time.monotonic() < until:
            time.sleep(0.001)
        try:
            uow.commit()
        finally:
            waiting.join(20)
    return waiting


def known(store: Store) -> set[str]:
    with store.read("noord") as uow:
        return {one.id for one in uow.parties.persons()} & {"anna", "bram", "carla"}


def test_who_commits_while_another_waits_goes_to_the_disk_with_it(store: Store, commits: Commits) -> None:
    while_another_waits(store, "anna", writes(store, "bram"))

    assert known(store) == {"anna", "bram"}
    assert commits.number == 1


def test_who_writes_alone_waits_for_nobody(store: Store, commits: Commits) -> None:
    writes(store, "anna")()
    writes(store, "bram")()

    assert known(store) == {"anna", "bram"}
    assert commits.number == 2


def test_what_another_undoes_takes_nothing_along(store: Store, commits: Commits) -> None:
    while_another_waits(store, "anna", writes(store, "bram", keeps=False))

    assert known(store) == {"anna"}
    assert commits.number == 1


def test_nothing_is_told_as_kept_that_did_not_reach_the_disk(store: Store, commits: Commits) -> None:
    heard: list[str] = []

    def other() -> None:
        try:
            writes(store, "bram")()
        except TransientError as error:
            heard.append(error.code)

    commits.fails = True
    with pytest.raises(TransientError):
        while_another_waits(store, "anna", other)

    assert heard == [TransientError.code]
    assert known(store) == set()
    writes(store, "carla")()
    assert known(store) == {"carla"}


def test_who_is_interrupted_in_a_statement_leaves_nothing_open(store: Store, engine: Engine) -> None:
    def interrupt(*call: Any) -> None:
        if "bram" in call[3]:
            raise KeyboardInterrupt

    def write() -> None:
        with store.write("noord") as uow:
            uow.parties.add_person(Person(id="anna", name="Anna"))
            uow.parties.add_person(Person(id="bram", name="Bram"))

    sa.event.listen(engine, "before_cursor_execute", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write()

    assert known(store) == set()
    writes(store, "carla")()
    assert known(store) == {"carla"}


def test_a_transaction_that_the_database_gave_up_is_told_to_everybody_in_it(store: Store) -> None:
    def other() -> None:
        with store.write("noord") as uow:
            uow._scope._connection.connection.dbapi_connection.rollback()  # as a full disk does
            with pytest.raises(TransientError):
                uow.commit()

    with pytest.raises(TransientError):
        while_another_waits(store, "anna", other)

    assert known(store) == set()
    writes(store, "carla")()
    assert known(store) == {"carla"}
