"""The numbers of a subscriber have no gaps, whatever happens while they are given out."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from samenspraak.connectors import Found
from samenspraak.errors import ConflictError
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak.services import matching
from samenspraak.store.events import Events
from samenspraak.sync.outbox import StoredOutbox

from .conftest import APP, ORGANISATION, Told
from .test_delivering import PAUSE


def outbox(told: Told) -> StoredOutbox:
    return StoredOutbox(
        store=told.family.app.store, organisation=ORGANISATION, connector_id=APP, clock=told.family.clock
    )


def copy_of(told: Told) -> Found:
    [found] = outbox(told).after("", 10)
    return found


def test_a_write_that_is_undone_takes_its_number_along(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies after the notice was written and before the transaction was kept."""
    add = Events.add

    def dies_afterwards(events: Events, new: Any) -> Any:
        add(events, new)
        raise KeyboardInterrupt

    told.change("een")
    monkeypatch.setattr(Events, "add", dies_afterwards)
    with pytest.raises(KeyboardInterrupt):
        told.work()
    monkeypatch.setattr(Events, "add", add)
    assert told.kinds() == ["available"]
    with told.family.app.store.write(ORGANISATION) as uow:
        uow.links.release_all()
        uow.commit()
    told.work()

    assert [one.number for one in told.events()] == [1, 2]
    assert told.app.missing() == []


def test_a_write_whose_answer_was_not_kept_is_not_made_twice(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies after the copy and its notice were kept, and before the hub took note of it."""
    change = StoredOutbox.change

    def dies_afterwards(shelf: StoredOutbox, found: Found, raw: Any) -> Any:
        change(shelf, found, raw)
        raise KeyboardInterrupt

    told.change("een")
    monkeypatch.setattr(StoredOutbox, "change", dies_afterwards)
    with pytest.raises(KeyboardInterrupt):
        told.work()
    monkeypatch.setattr(StoredOutbox, "change", change)
    with told.family.app.store.write(ORGANISATION) as uow:
        uow.links.release_all()
        uow.commit()
    told.pass_(minutes=3)

    assert told.kinds() == ["available", "updated"]
    assert told.reason() is Reason.EQUAL


def test_the_same_write_again_is_refused_and_makes_no_notice(told: Told) -> None:
    found = copy_of(told)
    changed = {**found.raw, "notice": "updated", "mark": "f00#2"}
    outbox(told).change(found, changed)

    with pytest.raises(ConflictError):
        outbox(told).change(found, changed)
    again = outbox(told).change(copy_of(told), changed)

    assert again.raw["mark"] == "f00#2"
    assert told.kinds() == ["available", "updated"]


def test_each_subscriber_has_its_own(told: Told, connect: Callable[..., Told], family: Any) -> None:
    other = connect("andere-app")
    told.change("een")
    told.work()
    matching.accept(told.hub, ORGANISATION, "andere-app", "a", str(family.people[1]))
    told.work()

    assert [one.data["sequence"] for one in told.app.taken] == [1, 2]
    assert [one.data["sequence"] for one in other.app.taken] == [1]


FAULTS = (
    Fault(kind="down", times=2),
    Fault(kind="lose", times=1),
    Fault(kind="status", status=500, times=2),
    Fault(kind="status", status=429, headers={"Retry-After": "30"}, times=1),
    Fault(kind="html", times=1),
)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_in_between_no_number_is_missing_and_nothing_leaves_after_a_withdrawal(
    told: Told, family: Any, seed: int
) -> None:
    """A walk at random: changes, withdrawals, consents, faults and time; then everything is at rest."""
    chance, son, is_allowed = random.Random(seed), told.users["7"], True
    for step in range(25):
        match chance.choice(("change", "change", "consent", "fault", "time", "work")):
            case "change":
                told.change(f"Steunkousen {step}")
            case "consent" if is_allowed:
                told.withdraw(son)
                is_allowed, before = False, len(told.app.taken)
            case "consent":
                family.consent("wit", son)
                is_allowed = True
            case "fault":
                told.app.inject(chance.choice(FAULTS))
            case "time":
                told.pass_(seconds=chance.choice((1, 7, 400)))
            case "work":
                told.work()
        if not is_allowed:
            assert {one.kind for one in told.app.taken[before:]} <= {"agreement.retracted"}
    told.app.clear_faults()
    for _ in range(12):
        told.pass_(hours=2)
        told.pass_(seconds=PAUSE)

    assert [one.number for one in told.events()] == list(range(1, len(told.events()) + 1))
    assert told.app.missing() == []
    assert told.app.complaints == []
    assert bool(told.app.readable("7")) is is_allowed
    assert told.reason() is (Reason.EQUAL if is_allowed else Reason.RETRACTED)
