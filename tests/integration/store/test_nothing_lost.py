"""Reading, changing and writing at once loses nothing; and each half of the recipe is needed for that."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from samenspraak.domain.units import UnitKey, UnitKind
from samenspraak.errors import StaleError, TransientError
from samenspraak.store import Store
from samenspraak.store.records import Cause, LinkRecord
from samenspraak.store.scope import Scope
from samenspraak.store.turns import Turns

PROCESSES, TIMES = 4, 50
PROGRAM = Path(__file__).with_name("counting_process.py")
PLACE = UnitKey(UnitKind.PLACE)


@pytest.mark.parametrize("way", ["one", "two"])
def test_four_processes_that_each_count_fifty_count_two_hundred(store: Store, file: Path, way: str) -> None:
    command = [sys.executable, str(PROGRAM), f"sqlite:///{file}", way, str(TIMES)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(PROCESSES)]
    looked_again = [int(process.communicate(timeout=120)[0]) for process in running]

    with store.read("noord") as uow:
        current, history = uow.agreements.get("stockings"), uow.agreements.history("stockings")
    assert current.agreement.place == str(PROCESSES * TIMES)
    assert current.version == len(history) == PROCESSES * TIMES + 1
    assert way == "two" or looked_again == [0] * PROCESSES


def count_past_each_other(store: Store, cause: Cause, now: datetime) -> str | None:
    """Two who read the same, and write one after the other; gives what came of it."""
    with store.read("noord") as uow:
        seen = uow.agreements.get("stockings")
    for place in ("the first", "the second"):
        with store.write("noord") as uow:
            uow.agreements.replace(replace(seen.agreement, place=place), seen.version, cause, now, [PLACE])
            uow.commit()
    with store.read("noord") as uow:
        return uow.agreements.get("stockings").agreement.place


def test_without_the_version_column_an_edit_is_lost_and_nobody_hears_of_it(
    store: Store, cause: Cause, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StaleError):
        count_past_each_other(store, cause, now)
    with store.read("noord") as uow:
        first = uow.agreements.get("stockings")
    assert first.agreement.place == "the first"

    def without_comparing(
        self: Scope, table: sa.Table, key: object, *, expected: int, **values: object
    ) -> int:
        version = self.get(table, id="stockings").version
        return compare_and_set(self, table, key, expected=version, **values)  # type: ignore[arg-type]

    compare_and_set = Scope.change
    monkeypatch.setattr(Scope, "change", without_comparing)

    assert count_past_each_other(store, cause, now) == "the second"


def test_without_the_immediate_writer_whoever_reads_before_writing_fails_at_once(
    store: Store, engine: Engine, cause: Cause, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock is refused without waiting, whatever the busy timeout: what was read is outdated."""
    deferred = Store(engine, store._cipher, lambda: now)
    monkeypatch.setattr(deferred, "_turns", Turns(engine))

    with deferred.write("noord") as slow:
        seen = slow.agreements.get("stockings")
        with store.write("noord") as uow:
            uow.agreements.replace(seen.agreement, seen.version, cause, now, [])
            uow.commit()
        with pytest.raises(TransientError, match="SQLITE_BUSY_SNAPSHOT"):
            slow.agreements.replace(seen.agreement, seen.version, cause, now, [])

    with store.write("noord") as uow:
        current = uow.agreements.get("stockings")
        assert uow.agreements.replace(current.agreement, current.version, cause, now, []) == 3


def test_without_the_recipe_at_all_edits_are_lost_and_nobody_hears_of_it(store: Store, file: Path) -> None:
    """The defaults of driver and library: the driver opens no transaction before it reads."""
    plain = sa.create_engine(f"sqlite:///{file}")
    read = sa.text("SELECT name FROM organisation WHERE organisation = 'noord'")
    write = sa.text("UPDATE organisation SET name = :name WHERE organisation = 'noord'")

    with plain.connect() as first, plain.connect() as second:
        seen = [first.scalar(read), second.scalar(read)]
        for connection, name in zip((first, second), seen, strict=True):
            connection.execute(write, {"name": f"{name}+"})
            connection.commit()
        assert first.scalar(read) == "Zorggroep Noord+", "one plus of two"
    plain.dispose()


def test_threads_that_look_for_work_take_every_link_once(store: Store, now: datetime) -> None:
    with store.write("noord") as uow:
        links = {uow.links.ensure("stockings", "ecd", f"a{n}", (), want=1).id for n in range(40)}
        uow.commit()

    def work(owner: str) -> list[str]:
        taken: list[LinkRecord] = []
        for link_id in sorted(links):
            with store.write("noord") as uow:
                link = uow.links.claim(link_id, now, now + timedelta(minutes=2), owner)
                uow.commit()
            taken += [link] if link else []
        return [link.id for link in taken]

    with ThreadPoolExecutor(4) as pool:
        taken = [one for found in pool.map(work, "abcd") for one in found]

    assert sorted(taken) == sorted(links)


def test_threads_that_hint_at_once_are_all_counted(store: Store, link: LinkRecord) -> None:
    def hint(_: int) -> None:
        with store.write("noord") as uow:
            uow.links.look(link.id)
            uow.commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hint, range(80)))

    with store.read("noord") as uow:
        assert uow.links.get(link.id).look == 80
