"""What was refused is counted by network, and due to be told at once and then once a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from samenspraak.sync.refusals import OTHERS, TOLD_APART, Refusals

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def tell(refusals: Refusals, now: datetime) -> dict[str, int]:
    due = dict(refusals.due("linde", now))
    refusals.told("linde", due, now)
    return due


def test_the_first_refusal_of_a_network_is_due_at_once_and_the_rest_after_a_day_as_one_count() -> None:
    refusals = Refusals()
    refusals.add("linde", "192.0.2.1")
    assert tell(refusals, NOW) == {"192.0.2.0/24": 1}

    for last in range(100):
        refusals.add("linde", f"192.0.2.{last}")
    refusals.add("linde", "198.51.100.1")

    assert tell(refusals, NOW + DAY - timedelta(seconds=1)) == {"198.51.100.0/24": 1}
    assert tell(refusals, NOW + DAY) == {"192.0.2.0/24": 100}
    assert tell(refusals, NOW + 3 * DAY) == {}


def test_however_many_networks_are_refused_so_many_are_told_apart() -> None:
    refusals = Refusals()
    for number in range(10 * TOLD_APART):
        refusals.add("linde", f"2001:db8:{number:x}::1")

    due = tell(refusals, NOW)

    assert len(due) == TOLD_APART + 1
    assert due[OTHERS] == 9 * TOLD_APART


def test_networks_that_were_quiet_for_a_day_make_room_for_others() -> None:
    refusals = Refusals()
    for number in range(TOLD_APART):
        refusals.add("linde", f"2001:db8:{number:x}::1")
    tell(refusals, NOW)
    tell(refusals, NOW + DAY)

    refusals.add("linde", "192.0.2.1")

    assert tell(refusals, NOW + DAY) == {"192.0.2.0/24": 1}


def test_what_is_refused_while_a_count_is_being_told_is_told_later() -> None:
    refusals = Refusals()
    refusals.add("linde", "192.0.2.1")
    due = refusals.due("linde", NOW)
    refusals.add("linde", "192.0.2.2")
    refusals.told("linde", due, NOW)

    assert tell(refusals, NOW + DAY) == {"192.0.2.0/24": 1}


def test_what_could_not_be_told_is_still_due() -> None:
    refusals = Refusals()
    refusals.add("linde", "somewhere")

    assert refusals.due("linde", NOW) == refusals.due("linde", NOW) == {OTHERS: 1}


def test_organisations_are_counted_apart() -> None:
    refusals = Refusals()
    refusals.add("eik", "192.0.2.1")

    assert refusals.due("linde", NOW) == {}
