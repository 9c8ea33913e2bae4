"""The audit trail shows whoever touched it; attempts and runs are told and forgotten."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from samenspraak.store import Cipher, Store
from samenspraak.store.log import AttemptRecord, Pulled, RunKind, RunRecord
from samenspraak.store.records import AuditLine


@pytest.fixture
def trail(store: Store, now: datetime) -> Store:
    """Five lines in Noord, one in Zuid."""
    for organisation, lines in (("noord", 5), ("zuid", 1)):
        with store.write(organisation) as uow:
            for number in range(lines):
                uow.log.audit(
                    AuditLine(
                        at=now + timedelta(microseconds=number),
                        actor="professional:nurse",
                        action="agreement.recorded",
                        object=f"agreement:a{number}",
                        client_id="mother",
                    )
                )
            uow.commit()
    return store


def tamper(engine: Engine, *statements: str) -> None:
    """What somebody with the file and a tool can do, the triggers removed first."""
    with engine.begin() as connection:
        for verb in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER audit_refuses_{verb}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def verify(store: Store, organisation: str = "noord") -> int | None:
    with store.read(organisation) as uow:
        return uow.log.verify()


def test_an_untouched_trail_verifies(trail: Store) -> None:
    assert (verify(trail), verify(trail, "zuid")) == (None, None)


def test_an_empty_trail_verifies(store: Store) -> None:
    assert verify(store) is None


def test_every_field_of_a_line_is_kept(store: Store, now: datetime) -> None:
    line = AuditLine(
        at=now,
        actor="admin",
        action="consent.withdrawn",
        object="consent:c1",
        outcome="refused",
        connector_id="ecd",
        client_id="mother",
        version=3,
        detail="what conditions",
    )
    assert all(getattr(line, one.name) != one.default for one in fields(line))

    with store.write("noord") as uow:
        assert uow.log.audit(line) == 1
        assert uow.log.audit_lines() == uow.log.audit_lines("mother") == [line]
        assert uow.log.audit_lines("somebody else") == []


COLUMNS = ("at", "actor", "action", "object", "outcome", "connector_id", "client_id", "version", "detail")


@pytest.mark.parametrize("column", COLUMNS)
def test_one_changed_value_is_found(trail: Store, engine: Engine, column: str) -> None:
    changed = {"at": "'2020-01-01 00:00:00.000000'", "version": "7"}.get(column, "'x'")

    change = "UPDATE audit SET {} = {} WHERE organisation = 'noord' AND number = 3"
    tamper(engine, change.format(column, changed))

    assert (verify(trail), verify(trail, "zuid")) == (3, None)


def test_one_flipped_byte_of_a_hash_is_found(trail: Store, engine: Engine) -> None:
    tamper(engine, "UPDATE audit SET hash = randomblob(32) WHERE organisation = 'noord' AND number = 2")

    assert verify(trail) == 2


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_removed_line_is_found_also_the_last_one(trail: Store, engine: Engine, number: int) -> None:
    removal = "DELETE FROM audit WHERE organisation = 'noord' AND number = {}"
    tamper(engine, removal.format(number))

    assert verify(trail) == number


def test_a_trail_that_was_emptied_is_found(trail: Store, engine: Engine) -> None:
    tamper(engine, "DELETE FROM audit WHERE organisation = 'noord'")

    assert verify(trail) == 1


def test_two_lines_that_changed_places_are_found(trail: Store, engine: Engine) -> None:
    noord = "UPDATE audit SET number = {} WHERE organisation = 'noord' AND number = {}"
    tamper(engine, *(noord.format(*pair) for pair in ((99, 2), (2, 4), (4, 99))))

    assert verify(trail) == 2


def test_a_line_with_a_hash_of_its_own_does_not_fit_between_the_others(
    store: Store, engine: Engine, now: datetime
) -> None:
    """Two trails that differ in their third line only; it goes from one into the other."""
    for organisation in ("noord", "zuid"):
        with store.write(organisation) as uow:
            for actor in ("a", "b", organisation, "d"):
                uow.log.audit(AuditLine(at=now, actor=actor, action="said", object="statement:s1"))
            uow.commit()

    tamper(
        engine,
        "DELETE FROM audit WHERE organisation = 'noord' AND number = 3",
        "UPDATE audit SET organisation = 'noord' WHERE organisation = 'zuid' AND number = 3",
    )

    assert (verify(store), verify(store, "zuid")) == (4, 3)


def test_a_trail_cut_short_together_with_its_head_is_found(trail: Store, engine: Engine) -> None:
    """Whoever shortens both cannot sign the new head: that takes the key."""
    tamper(
        engine,
        "DELETE FROM audit WHERE organisation = 'noord' AND number > 3",
        "UPDATE audit_head SET number = 3, hash = (SELECT hash FROM audit WHERE organisation = 'noord' "
        "AND number = 3) WHERE organisation = 'noord'",
    )

    assert verify(trail) == 3


def test_a_trail_without_its_head_is_found(trail: Store, engine: Engine) -> None:
    tamper(engine, "DELETE FROM audit_head WHERE organisation = 'noord'")

    assert verify(trail) == 5


def test_a_trail_written_anew_without_the_key_is_found(trail: Store, engine: Engine, now: datetime) -> None:
    tamper(engine, "DELETE FROM audit", "DELETE FROM audit_head")
    forger = Store(engine, Cipher(bytes(32)), lambda: now)
    with forger.write("noord") as uow:
        uow.log.audit(AuditLine(at=now, actor="nobody", action="nothing", object="agreement:a0"))
        uow.commit()

    assert (verify(forger), verify(trail)) == (None, 1)


def test_a_line_is_undone_with_what_it_tells_about(trail: Store, now: datetime) -> None:
    with trail.write("noord") as uow:
        uow.log.audit(AuditLine(at=now, actor="admin", action="undone", object="agreement:a9"))

    with trail.write("noord") as uow:
        assert uow.log.audit(AuditLine(at=now, actor="admin", action="kept", object="agreement:a9")) == 6
        assert uow.log.verify() is None


# Attempts and runs.


def attempt(number: int, at: datetime, link_id: str = "l1") -> AttemptRecord:
    return AttemptRecord(
        connector_id="ecd",
        act="update",
        outcome="transient",
        ms=number,
        at=at,
        link_id=link_id,
        remote_id="r1",
        version=2,
        detail="503",
    )


def test_attempts_are_told_per_link_in_order(store: Store, now: datetime) -> None:
    made = [attempt(number, now) for number in (3, 1, 2)]
    with store.write("noord") as uow:
        for one in (*made, attempt(9, now, "elsewhere")):
            uow.log.attempt(one)

        assert uow.log.attempts("l1") == made


def test_several_lines_at_once_are_chained_like_one_after_the_other(store: Store, now: datetime) -> None:
    line = AuditLine(at=now, actor="admin", action="agreement.listed", object="agreements")
    with store.write("noord") as uow:
        assert uow.log.audit(line) == 1
        assert uow.log.audit(*(replace(line, client_id=one) for one in ("anna", "bos", "mother"))) == 4

        assert uow.log.verify() is None
        assert [one.client_id for one in uow.log.audit_lines()] == ["", "anna", "bos", "mother"]


# Times that a system was heard.


def keep(store: Store, *noted: RunRecord) -> list[RunRecord]:
    """Keep them; gives them with their numbers."""
    with store.write("noord") as uow:
        kept = [uow.log.keep_run(one) for one in noted]
        uow.commit()
    return kept


def heard(at: datetime, connector_id: str = "ecd") -> RunRecord:
    met = Pulled(seen=4, new=1, changed=2, apart=1)
    return RunRecord(
        **{"connector_id": connector_id, "kind": RunKind.FULL, "started_at": at, "ended_at": at},
        **{"ms": 7, "error": "transient", "met": met, "times": 2},
    )


def test_the_times_that_a_system_was_heard_are_told_newest_first(store: Store, now: datetime) -> None:
    first, _, third = keep(store, heard(now), heard(now, "platform"), heard(now))

    with store.read("noord") as uow:
        assert uow.log.runs("ecd") == [third, first]
        assert uow.log.runs("elsewhere") == []
        assert uow.log.run_before(heard(now)) == third
        assert uow.log.run_before(third) == first
        assert uow.log.run_before(first) is None


def test_a_time_that_goes_on_is_kept_in_its_place(store: Store, now: datetime) -> None:
    [begun] = keep(store, RunRecord(connector_id="ecd", kind=RunKind.CHANGES, started_at=now))
    keep(store, heard(now), replace(begun, ended_at=now, met=Pulled(seen=9)))

    with store.write("noord") as uow:
        assert uow.log.runs("ecd")[1] == replace(begun, ended_at=now, met=Pulled(seen=9))
        uow.log.drop_run(begun.number)
        assert [one.number for one in uow.log.runs("ecd")] == [begun.number + 1]


def test_what_is_old_and_all_but_the_newest_is_let_go_of_each_system(store: Store, now: datetime) -> None:
    old, other = heard(now - timedelta(days=91)), heard(now, "platform")
    *_, third, last = keep(store, old, other, heard(now), heard(now), heard(now))

    with store.write("noord") as uow:
        assert uow.log.forget_runs("ecd", before=now - timedelta(days=90), most=9) == 1
        assert uow.log.forget_runs("ecd", before=now - timedelta(days=90), most=2) == 1
        assert uow.log.runs("ecd") == [last, third]
        assert len(uow.log.runs("platform")) == 1
