"""One transaction: all or nothing, as of one moment, and told about only when it is kept."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ResourceClosedError

from samenspraak.domain.parties import Person
from samenspraak.errors import NotFoundError, StaleError, TransientError
from samenspraak.store import Cipher, Store, Woken, open_engine
from samenspraak.store.engine import PRAGMAS

ANNA = Person(id="anna", name="Anna de Haan")


def known(store: Store) -> bool:
    with store.read("noord") as uow:
        return "anna" in {one.id for one in uow.parties.persons()}


def test_what_is_committed_is_kept(store: Store) -> None:
    with store.write("noord") as uow:
        uow.parties.add_person(ANNA)
        uow.commit()

    assert known(store)


def test_leaving_without_commit_undoes_everything(store: Store) -> None:
    with store.write("noord") as uow:
        uow.parties.add_person(ANNA)

    assert not known(store)


def test_an_error_undoes_everything_and_the_next_one_can_write(store: Store) -> None:
    def fail() -> None:
        with store.write("noord") as uow:
            uow.parties.add_person(ANNA)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fail()

    assert not known(store)
    assert not store.is_writing
    with store.write("noord") as uow:
        uow.parties.add_person(ANNA)
        uow.commit()
    assert known(store)


def test_what_fails_apart_is_undone_alone(store: Store) -> None:
    with store.write("noord") as uow:
        uow.parties.add_person(ANNA)
        with contextlib.suppress(ConnectionError), uow.apart():
            uow.parties.add_person(replace(ANNA, name="Anna de Boer"))
            uow.parties.add_person(Person(id="bram", name="Bram"))
            uow.wake(links=["l1"])
            raise ConnectionError
        assert not uow.woken
        uow.commit()

    with store.read("noord") as uow:
        assert {one.name for one in uow.parties.persons() if one.id in ("anna", "bram")} == {"Anna de Haan"}


def test_what_was_read_before_something_was_undone_is_read_again(store: Store) -> None:
    with store.write("noord") as uow:
        uow.parties.add_person(ANNA)
        with contextlib.suppress(ConnectionError), uow.apart():
            uow.parties.add_person(replace(ANNA, name="Anna de Boer"))
            assert uow.parties.named("anna").name == "Anna de Boer"
            raise ConnectionError
        assert uow.parties.named("anna").name == "Anna de Haan"


def test_nothing_can_be_done_after_the_commit(store: Store) -> None:
    with store.write("noord") as uow:
        uow.commit()
        with pytest.raises(ResourceClosedError):
            uow.parties.add_person(ANNA)

    assert not known(store)


def test_a_unit_of_work_for_reading_changes_nothing(store: Store) -> None:
    with store.read("noord") as uow, pytest.raises(RuntimeError, match="for reading"):
        uow.parties.add_person(ANNA)

    assert not known(store)


def test_a_reader_sees_one_moment_while_others_write(store: Store) -> None:
    with store.read("noord") as reading:
        before = len(reading.parties.persons())
        with store.write("noord") as uow:
            uow.parties.add_person(ANNA)
            uow.commit()

        assert len(reading.parties.persons()) == before
    assert known(store)


def test_a_thread_that_writes_already_is_told_so_at_once(store: Store) -> None:
    with store.write("noord"), pytest.raises(RuntimeError, match="already holds"), store.write("zuid"):
        pytest.fail("a second one was given")

    with store.write("zuid"):
        assert store.is_writing


def test_organisations_are_listed_and_made_once(store: Store) -> None:
    assert store.organisations() == ["noord", "zuid"]

    with pytest.raises(StaleError):
        store.add_organisation("noord", "Nog een")
    store.add_organisation("oost", "Zorggroep Oost")

    assert store.organisations() == ["noord", "oost", "zuid"]


def test_nothing_is_kept_for_an_organisation_that_is_not_there(store: Store) -> None:
    with store.write("west") as uow, pytest.raises(NotFoundError):
        uow.parties.add_person(ANNA)


def test_thirty_readers_at_once_wait_for_nobody(store: Store) -> None:
    with contextlib.ExitStack() as opened:
        readers = [opened.enter_context(store.read("noord")) for _ in range(30)]

        assert [len(uow.parties.persons()) for uow in readers] == [2] * 30


# Waking.


def test_what_became_due_is_told_once_it_is_kept(store: Store) -> None:
    told: list[tuple[Woken, bool]] = []
    store.woken = lambda woken: told.append((woken, known(store)))

    with store.write("noord") as uow:
        uow.parties.add_person(ANNA)
        uow.wake(links=["l1", "l2"])
        uow.wake(links=["l2"], remotes=["r1"])
        uow.commit()
        assert told == [], "others hear it when the unit of work is left"

    woken = Woken(organisation="noord", links=frozenset({"l1", "l2"}), remotes=frozenset({"r1"}))
    assert told == [(woken, True)]


def test_what_was_undone_and_what_wakes_nothing_is_not_told(store: Store) -> None:
    told: list[Woken] = []
    store.woken = told.append

    with store.write("noord") as uow:
        uow.wake(links=["l1"])
    with store.write("noord") as uow:
        uow.commit()

    assert told == []


# The recipe.


def test_every_connection_follows_the_recipe(engine: Engine) -> None:
    with engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
        busy = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()

    assert (found["journal_mode"], found["synchronous"], found["foreign_keys"]) == ("wal", 2, 1)
    assert busy == 30_000


def test_a_writer_begins_with_the_write_lock_and_a_reader_without(store: Store, engine: Engine) -> None:
    begun: list[str] = []
    sa.event.listen(engine, "checkout", lambda raw, *_: raw.set_trace_callback(begun.append))

    with store.write("noord"):
        pass
    with store.read("noord") as uow:
        uow.parties.groups()

    assert [one for one in begun if one.startswith("BEGIN")] == ["BEGIN IMMEDIATE", "BEGIN"]


def test_a_writer_who_waits_too_long_is_told_to_come_back(
    store: Store, engine: Engine, now: datetime
) -> None:
    impatient = open_engine(engine.url.render_as_string(), busy_timeout_ms=10)
    second = Store(impatient, Cipher(bytes(range(32))), lambda: now)

    with store.write("noord"), pytest.raises(TransientError, match="SQLITE_BUSY"), second.write("noord"):
        pytest.fail("two writers at once")

    with second.write("noord") as uow:
        uow.parties.add_person(ANNA)
        uow.commit()
    impatient.dispose()
    assert known(store)


def test_a_full_disk_undoes_the_write_and_does_not_stop_the_next_one(store: Store, engine: Engine) -> None:
    big = Person(id="anna", name="A" * 200_000)
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    limit = {"pages": pages}
    sa.event.listen(
        engine,
        "checkout",
        lambda raw, *_: raw.execute(f"PRAGMA max_page_count={limit['pages']}").close(),
    )

    with store.write("noord") as uow, pytest.raises(TransientError, match="SQLITE_FULL"):
        uow.parties.add_person(big)
    assert not known(store)
    limit["pages"] = pages + 1000
    with store.write("noord") as uow:
        uow.parties.add_person(big)
        uow.commit()
    assert known(store)
