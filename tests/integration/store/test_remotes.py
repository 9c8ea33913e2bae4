"""Remotes: everything both sides held, saved by who saw the last version, and hints that spoil no save."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from samenspraak.domain.agreements import What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import CONDITIONS, WHAT, UnitKey, UnitKind
from samenspraak.errors import NotFoundError, PermanentError, StaleError
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import Attempt, Intent, LinkPhase, WriteKind
from samenspraak.store import Store
from samenspraak.store.records import LinkRecord, RemoteRecord
from samenspraak.store.tables import remote as remote_table

LEASE = timedelta(seconds=120)
PLAN = RemoteRecord(id="r1", connector_id="ecd", external_id="CarePlan/17")


def add(store: Store, record: RemoteRecord = PLAN) -> RemoteRecord:
    with store.write("noord") as uow:
        added = uow.remotes.add(record)
        uow.commit()
    return added


def save(store: Store, record: RemoteRecord) -> RemoteRecord:
    with store.write("noord") as uow:
        saved = uow.remotes.save(record)
        uow.commit()
    return saved


def full(link: LinkRecord, now: datetime) -> RemoteRecord:
    """A remote with something in every field."""
    sent = {WHAT: What(text="Steunkousen uittrekken"), CONDITIONS: None}
    son = PartyRef(kind=PartyKind.RELATIVE, id="son")
    shape = Shape(units=frozenset({WHAT}), members=frozenset({son}), mapping_version=2)
    return RemoteRecord(
        id="r1",
        connector_id="ecd",
        link_id=link.id,
        external_id="CarePlan/17",
        part="a1",
        group_key="series-1",
        phase=LinkPhase.CLOSED,
        token='W/"4"',
        seen={"activity": [{"detail": {"description": "Steunkousen"}}], "count": 2, "dose": Decimal("1.50")},
        base={WHAT: 3, UnitKey(UnitKind.BACKUP, "a1"): 1},
        shape=shape,
        intent=Intent(
            kind=WriteKind.UPDATE, version=4, sent=sent, before={}, at=now, how="ended", shape=shape
        ),
        attempts=(Attempt(sent=sent, at=now),),
        refused=sent,
        held={WHAT: What(text="Kousen")},
        answered={CONDITIONS: None},
        released=True,
        rewrites={WHAT: "d1"},
        unkept=("mark:c1",),
        earlier=("d2", "d3"),
        ended_by_us=True,
        why="apart",
        why_field="period.start",
        why_since=now,
        client_there="Patient/3",
        page_mark="m1",
        written_at=now,
        look=3,
        looked=2,
        next_at=now + LEASE,
    )


def test_every_field_is_kept(store: Store, link: LinkRecord, now: datetime) -> None:
    record = full(link, now)
    blank = RemoteRecord(id="", connector_id="")
    kept_by_the_store = {"fence", "row"}
    empty = {one.name for one in fields(record) if getattr(record, one.name) == getattr(blank, one.name)}
    assert empty == kept_by_the_store, "give full() a value for the new field"

    added = add(store, record)

    with store.read("noord") as uow:
        assert uow.remotes.get("r1") == added == replace(record, row=1)


def test_every_field_but_counters_and_clock_is_saved(store: Store, link: LinkRecord, now: datetime) -> None:
    added = add(store)

    saved = save(store, replace(full(link, now), row=added.row))

    counters = {"look": 0, "looked": 0, "next_at": None}
    with store.read("noord") as uow:
        assert (
            uow.remotes.get("r1") == replace(saved, **counters) == replace(full(link, now), row=2, **counters)
        )


def test_what_was_saved_since_is_not_overwritten(store: Store) -> None:
    first = add(store)
    second = save(store, replace(first, token='W/"2"'))

    with pytest.raises(StaleError, match="since version 1"):
        save(store, replace(first, token='W/"1"'))

    assert save(store, replace(second, token='W/"3"')).token == 'W/"3"'


def test_a_hint_does_not_spoil_a_save_and_a_save_does_not_undo_a_hint(store: Store) -> None:
    read = add(store)
    with store.write("noord") as uow:
        uow.remotes.look("r1")
        uow.commit()

    save(store, replace(read, why="person"))

    with store.read("noord") as uow:
        saved = uow.remotes.get("r1")
    assert (saved.why, saved.look, saved.looked) == ("person", 1, 0)


def test_an_object_there_is_known_once(store: Store) -> None:
    add(store)

    with pytest.raises(StaleError):
        add(store, replace(PLAN, id="r2"))

    assert add(store, replace(PLAN, id="r2", connector_id="platform")).row == 1


def test_taking_over_an_id_that_is_taken_is_refused(store: Store) -> None:
    add(store)
    second = add(store, replace(PLAN, id="r2", external_id="CarePlan/18"))

    with pytest.raises(StaleError):
        save(store, replace(second, external_id="CarePlan/17"))

    with store.read("noord") as uow:
        known = uow.remotes.by_external("ecd", "CarePlan/17")
    assert known
    assert known.id == "r1"


def test_objects_that_are_not_confirmed_yet_have_no_id_to_clash(store: Store) -> None:
    add(store, replace(PLAN, id="r1", external_id=None))
    add(store, replace(PLAN, id="r2", external_id=None))

    with store.read("noord") as uow:
        assert len(uow.remotes.unlinked("ecd")) == 2
        assert uow.remotes.external_ids("ecd") == {}


def test_remotes_are_found_by_link_and_by_connector(store: Store, link: LinkRecord) -> None:
    live = add(store, replace(PLAN, link_id=link.id))
    closed = add(
        store,
        replace(PLAN, id="r2", external_id="CarePlan/18", link_id=link.id, phase=LinkPhase.CLOSED),
    )
    new = add(store, replace(PLAN, id="r3", external_id="CarePlan/19", why="new"))

    with store.read("noord") as uow:
        assert uow.remotes.of_link(link.id) == [live, closed]
        assert list(uow.remotes.live("ecd")) == [live.external_id]
        assert uow.remotes.unlinked() == uow.remotes.unlinked("ecd") == [new]
        assert uow.remotes.unlinked("platform") == []
        assert uow.remotes.external_ids("ecd") == {f"CarePlan/{n}": f"r{n - 16}" for n in (17, 18, 19)}


def test_the_objects_of_one_agreement_are_found_by_what_ties_them_there(store: Store) -> None:
    members = [
        add(store, replace(PLAN, id=f"r{number}", external_id=f"CarePlan/{number}", group_key="series-1"))
        for number in (1, 2)
    ]
    add(
        store, replace(PLAN, id="r3", external_id="CarePlan/3", connector_id="platform", group_key="series-1")
    )
    add(store, replace(PLAN, id="r4", external_id="CarePlan/4"))

    with store.read("noord") as uow:
        assert uow.remotes.of_group("ecd", "series-1") == members


# Working on one without a link.


def test_an_unlinked_remote_is_worked_on_by_one_at_a_time(store: Store, now: datetime) -> None:
    add(store, replace(PLAN, look=1))

    with store.write("noord") as uow:
        assert uow.remotes.due(now, 10) == ["r1"]
        claimed = uow.remotes.claim("r1", now, now + LEASE)
        assert uow.remotes.claim("r1", now, now + LEASE) is None
        uow.remotes.look("r1")
        assert claimed
        assert uow.remotes.finish("r1", claimed.fence, looked=claimed.look)
        assert uow.remotes.due(now, 10) == ["r1"], "the hint that came meanwhile"


def test_an_unlinked_remote_that_is_done_or_waits_is_not_due(store: Store, now: datetime) -> None:
    add(store, replace(PLAN, look=1))

    with store.write("noord") as uow:
        first = uow.remotes.claim("r1", now, now + LEASE)
        assert first
        assert uow.remotes.finish("r1", first.fence, next_at=now + LEASE)
        assert uow.remotes.due(now, 10) == []
        second = uow.remotes.claim("r1", now + LEASE, now + 2 * LEASE)
        assert second
        assert uow.remotes.finish("r1", second.fence, looked=second.look)
        assert uow.remotes.due(now + 9 * LEASE, 10) == []


def test_a_worker_whose_lease_ran_out_finishes_nothing(store: Store, now: datetime) -> None:
    add(store, replace(PLAN, look=1))

    with store.write("noord") as uow:
        late = uow.remotes.claim("r1", now, now + LEASE)
        current = uow.remotes.claim("r1", now + LEASE, now + 2 * LEASE)
        assert late
        assert current
        assert not uow.remotes.finish("r1", late.fence, looked=1)
        assert uow.remotes.finish("r1", current.fence, looked=1)


def test_a_remote_with_a_link_is_worked_on_through_its_link(
    store: Store, link: LinkRecord, now: datetime
) -> None:
    add(store, replace(PLAN, link_id=link.id, look=1))

    with store.write("noord") as uow:
        assert uow.remotes.due(now, 10) == []
        assert uow.remotes.claim("r1", now, now + LEASE) is None


def test_a_remote_that_is_not_there_is_not_found(store: Store) -> None:
    with store.write("noord") as uow:
        for act in (uow.remotes.get, uow.remotes.look):
            with pytest.raises(NotFoundError):
                act("no-such-remote")


# What other systems said.


def test_nothing_of_what_anybody_said_can_be_read_in_the_file(
    store: Store, link: LinkRecord, now: datetime, file: Path
) -> None:
    add(store, full(link, now))

    content = b"".join(one.read_bytes() for one in file.parent.glob("hub.sqlite3*"))

    assert b"CarePlan/17" in content
    for secret in (b"teunkousen", b"knie", b"instructie", b"Wiersma", b"111222333"):
        assert secret not in content


def test_what_was_said_about_one_does_not_open_as_said_about_another(store: Store, engine: Engine) -> None:
    add(store, replace(PLAN, seen={"a": 1}))
    add(store, replace(PLAN, id="r2", external_id="CarePlan/18", seen={"b": 2}))
    moved = (
        remote_table.select().where(remote_table.c.id == "r1").with_only_columns(remote_table.c.seen_sealed)
    )
    with engine.begin() as connection:
        connection.execute(remote_table.update().values(seen_sealed=moved.scalar_subquery()))

    with store.read("noord") as uow:
        with pytest.raises(PermanentError, match=r"remote\.seen_sealed of r2"):
            uow.remotes.get("r2")
        assert uow.remotes.get("r1").seen == {"a": 1}
