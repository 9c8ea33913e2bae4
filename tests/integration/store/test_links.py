"""Links: due by counters, worked on by one at a time, and nothing that comes in meanwhile is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import CONDITIONS
from samenspraak.errors import NotFoundError
from samenspraak.policy.priority import EDIT, RETRACTION
from samenspraak.policy.state import LinkPhase, Reason
from samenspraak.store import Store, WritingUnitOfWork
from samenspraak.store.records import LinkRecord

LEASE = timedelta(seconds=120)
DAUGHTER = PartyRef(kind=PartyKind.RELATIVE, id="daughter")


def claim(store: Store, link: LinkRecord, now: datetime) -> LinkRecord | None:
    with store.write("noord") as uow:
        claimed = uow.links.claim(link.id, now, now + LEASE)
        uow.commit()
    return claimed


def finish(store: Store, claimed: LinkRecord, **fields: object) -> bool:
    with store.write("noord") as uow:
        done = uow.links.finish(claimed, **fields)
        uow.commit()
    return done


def due(store: Store, now: datetime) -> list[str]:
    with store.read("noord") as uow:
        return uow.links.due(now, 10)


def other(store: Store, connector_id: str = "platform", audience: str = "family") -> LinkRecord:
    with store.write("noord") as uow:
        link = uow.links.ensure("stockings", connector_id, audience, [DAUGHTER], want=1)
        uow.commit()
    return link


def test_a_link_is_made_once_and_then_left_as_it_is(store: Store, link: LinkRecord) -> None:
    with store.write("noord") as uow:
        uow.links.set(link.id, detail="known")
        again = uow.links.ensure("stockings", "ecd", "", [DAUGHTER], want=7)
        found = uow.links.find("stockings", "ecd", "")

    assert again == found == replace(link, detail="known")


def test_every_audience_has_a_link_of_its_own(store: Store, link: LinkRecord) -> None:
    family = other(store, "ecd", "family")

    with store.read("noord") as uow:
        assert {one.id for one in uow.links.of_agreement("stockings")} == {link.id, family.id}
        assert uow.links.of_connector("platform") == []
    assert family.members == {DAUGHTER}


def test_one_worker_at_a_time_has_a_link(store: Store, link: LinkRecord, now: datetime) -> None:
    first = claim(store, link, now)

    assert first
    assert first.fence == 1
    assert claim(store, link, now) is None
    assert due(store, now) == []


def test_a_lease_that_ran_out_is_taken_over_and_the_old_worker_writes_nothing(
    store: Store, link: LinkRecord, now: datetime
) -> None:
    first = claim(store, link, now)
    second = claim(store, link, now + LEASE)

    assert first
    assert second
    assert not finish(store, first, have=1, reason=Reason.EQUAL)
    assert finish(store, second, have=1, reason=Reason.EQUAL, detail="by the second")
    with store.read("noord") as uow:
        assert uow.links.get(link.id).detail == "by the second"


def test_a_finished_link_is_free_and_cannot_be_finished_again(
    store: Store, link: LinkRecord, now: datetime
) -> None:
    claimed = claim(store, link, now)

    assert claimed
    assert finish(store, claimed, attempts=1)
    assert not finish(store, claimed, attempts=2)
    assert due(store, now) == [link.id]


def test_a_renewed_lease_lasts_longer(store: Store, link: LinkRecord, now: datetime) -> None:
    claimed = claim(store, link, now)
    assert claimed

    with store.write("noord") as uow:
        assert uow.links.renew(link.id, claimed.fence, now + 2 * LEASE)
        assert not uow.links.renew(link.id, claimed.fence + 1, now + 9 * LEASE)
        uow.commit()

    assert claim(store, link, now + LEASE) is None
    assert claim(store, link, now + 2 * LEASE)


def test_a_hint_during_the_work_is_still_there_afterwards(
    store: Store, link: LinkRecord, now: datetime
) -> None:
    claimed = claim(store, link, now)
    with store.write("noord") as uow:
        uow.links.look(link.id)
        uow.commit()

    assert claimed
    assert finish(store, claimed, have=1, looked=claimed.look, reason=Reason.EQUAL)
    assert due(store, now) == [link.id]


def test_a_version_during_the_work_is_still_wanted_afterwards(
    store: Store, link: LinkRecord, now: datetime
) -> None:
    claimed = claim(store, link, now)
    with store.write("noord") as uow:
        uow.links.want("stockings", 2, priority=3)
        uow.commit()

    assert claimed
    assert finish(store, claimed, have=1, looked=claimed.look, reason=Reason.EQUAL)
    assert due(store, now) == [link.id]


COMES_IN: dict[str, Callable[[WritingUnitOfWork, str], object]] = {
    "a hint": lambda uow, link_id: uow.links.look(link_id),
    "a version": lambda uow, _: uow.links.want("stockings", 2, priority=3),
    "a retraction": lambda uow, link_id: uow.links.look(link_id, priority=0),
}


def finish_late(store: Store, link: LinkRecord, now: datetime, comes_in: str, **fields: object) -> None:
    """Work on a link of an ordinary edit, while something comes in."""
    with store.write("noord") as uow:
        uow.links.set(link.id, priority=3)
        uow.commit()
    claimed = claim(store, link, now)
    assert claimed
    with store.write("noord") as uow:
        COMES_IN[comes_in](uow, link.id)
        uow.commit()
    assert finish(store, claimed, **fields)


@pytest.mark.parametrize("comes_in", COMES_IN)
def test_what_comes_in_during_the_work_is_not_called_done(
    store: Store, link: LinkRecord, now: datetime, comes_in: str
) -> None:
    finish_late(store, link, now, comes_in, have=1, looked=0, reason=Reason.EQUAL)

    with store.read("noord") as uow:
        assert uow.links.get(link.id).reason is Reason.DUE


@pytest.mark.parametrize(
    ("comes_in", "waits"), [("a hint", False), ("a retraction", False), ("a version", True)]
)
def test_what_comes_in_during_the_work_waits_for_another_try_only_if_it_is_no_more_urgent(
    store: Store, link: LinkRecord, now: datetime, comes_in: str, waits: bool
) -> None:
    finish_late(store, link, now, comes_in, reason=Reason.DUE, next_at=now + LEASE)

    assert due(store, now) == ([] if waits else [link.id])
    assert due(store, now + LEASE) == [link.id]


@pytest.mark.parametrize("settled", ["have", "looked_version"])
def test_a_link_that_has_or_looked_at_what_is_wanted_is_not_due(
    store: Store, link: LinkRecord, now: datetime, settled: str
) -> None:
    claimed = claim(store, link, now)

    assert claimed
    assert finish(store, claimed, **{settled: 1}, reason=Reason.EQUAL)
    assert due(store, now) == []
    assert claim(store, link, now) is None


def test_every_field_of_an_outcome_is_kept(store: Store, link: LinkRecord, now: datetime) -> None:
    claimed = claim(store, link, now)
    assert claimed
    outcome = {
        "members": frozenset({DAUGHTER}),
        "phase": LinkPhase.OPEN,
        "want": 5,
        "have": 3,
        "looked_version": 4,
        "looked": 2,
        "reason": Reason.CANNOT_CARRY,
        "detail": "no place for a condition",
        "priority": 2,
        "attempts": 6,
        "next_at": now + LEASE,
        "missing": frozenset({CONDITIONS}),
        "retracting": True,
    }

    finish(store, claimed, **outcome)

    with store.read("noord") as uow:
        assert uow.links.get(link.id) == replace(claimed, **outcome)


def test_a_field_that_a_link_does_not_have_is_refused(store: Store, link: LinkRecord) -> None:
    with store.write("noord") as uow, pytest.raises(TypeError, match="no field colour"):
        uow.links.set(link.id, colour="red")


# The order of work.


def test_the_most_urgent_comes_first_and_then_who_waits_longest(
    store: Store, link: LinkRecord, now: datetime
) -> None:
    urgent, late, early = link, other(store, audience="a"), other(store, audience="b")
    with store.write("noord") as uow:
        uow.links.set(urgent.id, priority=1)
        uow.links.set(late.id, priority=3, next_at=now - timedelta(minutes=1))
        uow.links.set(early.id, priority=3, next_at=now - timedelta(minutes=9))
        uow.commit()

    assert due(store, now) == [urgent.id, early.id, late.id]


def test_what_waits_is_told_with_its_connector_unless_that_can_take_no_more(
    store: Store, link: LinkRecord, now: datetime
) -> None:
    elsewhere = other(store)

    with store.read("noord") as uow:
        assert set(uow.links.waiting(now, 5)) == {(link.id, "ecd"), (elsewhere.id, "platform")}
        assert uow.links.waiting(now, 5, without=["ecd"]) == [(elsewhere.id, "platform")]


def test_a_link_is_not_due_before_its_time(store: Store, link: LinkRecord, now: datetime) -> None:
    with store.write("noord") as uow:
        uow.links.set(link.id, next_at=now + LEASE)
        uow.commit()

    assert due(store, now) == []
    assert claim(store, link, now) is None
    assert due(store, now + LEASE) == [link.id]


@pytest.mark.parametrize(("priority", "waits"), [(0, False), (3, True), (4, True)])
def test_only_a_more_urgent_cause_does_not_wait_for_a_retry(
    store: Store, link: LinkRecord, now: datetime, priority: int, waits: bool
) -> None:
    with store.write("noord") as uow:
        uow.links.set(link.id, priority=3, next_at=now + LEASE)
        assert uow.links.want("stockings", 2, priority) == [link.id]
        uow.commit()

    assert (due(store, now) == []) == waits
    with store.read("noord") as uow:
        assert uow.links.get(link.id).priority == min(priority, 3)


@pytest.mark.parametrize(("attempts", "waits"), [(0, False), (1, True)], ids=["to be sure", "for a retry"])
def test_what_was_taken_back_is_looked_at_again_at_once_when_something_of_it_shows(
    store: Store, link: LinkRecord, now: datetime, attempts: int, waits: bool
) -> None:
    with store.write("noord") as uow:
        uow.links.set(link.id, priority=RETRACTION, retracting=True, attempts=attempts, next_at=now + LEASE)
        uow.links.look(link.id)
        uow.commit()

    assert (due(store, now) == []) == waits
    with store.read("noord") as uow:
        assert uow.links.get(link.id).priority == RETRACTION


def test_a_new_cause_does_not_inherit_the_urgency_or_the_wait_of_a_settled_one(
    store: Store, link: LinkRecord, now: datetime
) -> None:
    with store.write("noord") as uow:
        uow.links.set(link.id, have=1, priority=0, next_at=now + LEASE)
        uow.links.look(link.id, priority=4)
        uow.commit()

    assert due(store, now) == [link.id]
    with store.read("noord") as uow:
        assert uow.links.get(link.id).priority == 4


def test_a_hint_goes_with_the_edits_whatever_was_done_before(store: Store, link: LinkRecord) -> None:
    with store.write("noord") as uow:
        uow.links.set(link.id, have=1, priority=RETRACTION)
        uow.links.look(link.id)
        assert uow.links.get(link.id).priority == EDIT


def test_what_becomes_due_says_so(store: Store, link: LinkRecord) -> None:
    with store.write("noord") as uow:
        uow.links.set(link.id, have=1, reason=Reason.EQUAL)
        before = uow.links.counts("ecd")
        uow.links.look(link.id)
        after = uow.links.counts("ecd")

    assert (before, after) == ({"ecd": {Reason.EQUAL: 1}}, {"ecd": {Reason.DUE: 1}})


def test_links_are_counted_per_connector_and_reason(store: Store, link: LinkRecord) -> None:
    other(store)
    with store.write("noord") as uow:
        uow.links.set(link.id, reason=Reason.WITHHELD)
        uow.commit()

    with store.read("noord") as uow:
        assert uow.links.counts() == {"ecd": {Reason.WITHHELD: 1}, "platform": {Reason.DUE: 1}}


def test_a_recovered_connector_makes_its_own_waiting_links_due(
    store: Store, link: LinkRecord, now: datetime
) -> None:
    elsewhere = other(store)
    with store.write("noord") as uow:
        for one in (link, elsewhere):
            uow.links.set(one.id, next_at=now + LEASE)
        hastened = uow.links.hasten("ecd", now)
        uow.commit()

    assert hastened == due(store, now) == [link.id]


def test_leases_of_a_worker_that_is_gone_are_freed_for_its_successor(
    store: Store, link: LinkRecord, now: datetime
) -> None:
    elsewhere = other(store)
    with store.write("noord") as uow:
        lost = uow.links.claim(link.id, now, now + LEASE, owner="runner-1")
        kept = uow.links.claim(elsewhere.id, now, now + LEASE, owner="runner-2")
        freed = uow.links.release_all("runner-1")
        uow.commit()

    assert lost
    assert kept
    assert freed == 1
    assert due(store, now) == [link.id]
    with store.read("noord") as uow:
        assert uow.links.get(link.id).fence > lost.fence, "what asks just before it sends is refused too"
    assert not finish(store, lost, have=1)
    assert finish(store, kept, have=1)


def test_looking_for_work_reads_one_index_and_sorts_nothing(
    store: Store, link: LinkRecord, now: datetime, engine: sa.Engine
) -> None:
    seen: list[tuple[str, object]] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *call: seen.append((call[2], call[3])))
    due(store, now)
    statement, parameters = next(one for one in seen if one[0].startswith("SELECT"))

    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()

    assert ["USING INDEX ix_link_due (organisation=?" in row.detail for row in plan] == [True]


def test_a_link_that_is_not_there_is_not_found(store: Store) -> None:
    with store.write("noord") as uow:
        for act in (uow.links.get, uow.links.look, uow.links.set):
            with pytest.raises(NotFoundError):
                act("no-such-link")
