"""What was refused is counted by network, or by call, and due to be told at once and then once a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from samenspraak.policy.access import Principal, Role
from samenspraak.sync.refusals import OTHERS, TOLD_APART, UNKNOWN, Refusals, Refused, call, credential

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def tell(refusals: Refusals, now: datetime) -> dict[str, int]:
    due = dict(refusals.due("linde", now))
    refusals.told("linde", due, now)
    return {what.object.partition(":")[2]: times for what, times in due.items()}


def test_the_first_refusal_of_a_network_is_due_at_once_and_the_rest_after_a_day_as_one_count() -> None:
    refusals = Refusals()
    refusals.add("linde", credential("192.0.2.1"))
    assert tell(refusals, NOW) == {"192.0.2.0/24": 1}

    for last in range(100):
        refusals.add("linde", credential(f"192.0.2.{last}"))
    refusals.add("linde", credential("198.51.100.1"))

    assert tell(refusals, NOW + DAY - timedelta(seconds=1)) == {"198.51.100.0/24": 1}
    assert tell(refusals, NOW + DAY) == {"192.0.2.0/24": 100}
    assert tell(refusals, NOW + 3 * DAY) == {}


def test_however_many_networks_are_refused_so_many_are_told_apart() -> None:
    refusals = Refusals()
    for number in range(10 * TOLD_APART):
        refusals.add("linde", credential(f"2001:db8:{number:x}::1"))

    due = tell(refusals, NOW)

    assert len(due) == TOLD_APART + 1
    assert due[OTHERS] == 9 * TOLD_APART


def test_networks_that_were_quiet_for_a_day_make_room_for_others() -> None:
    refusals = Refusals()
    for number in range(TOLD_APART):
        refusals.add("linde", credential(f"2001:db8:{number:x}::1"))
    tell(refusals, NOW)
    tell(refusals, NOW + DAY)

    refusals.add("linde", credential("192.0.2.1"))

    assert tell(refusals, NOW + DAY) == {"192.0.2.0/24": 1}


def test_what_is_refused_while_a_count_is_being_told_is_told_later() -> None:
    refusals = Refusals()
    refusals.add("linde", credential("192.0.2.1"))
    due = refusals.due("linde", NOW)
    refusals.add("linde", credential("192.0.2.2"))
    refusals.told("linde", due, NOW)

    assert tell(refusals, NOW + DAY) == {"192.0.2.0/24": 1}


def test_what_could_not_be_told_is_still_due() -> None:
    refusals = Refusals()
    refusals.add("linde", credential("somewhere"))

    assert refusals.due("linde", NOW) == refusals.due("linde", NOW) == {credential("somewhere"): 1}


def test_organisations_are_counted_apart() -> None:
    refusals = Refusals()
    refusals.add("eik", credential("192.0.2.1"))

    assert refusals.due("linde", NOW) == {}


def asked(program: str, operation: str) -> Refused:
    who = Principal(
        organisation="linde",
        id=f"program:{program}",
        role=Role.VIEWER,
        scopes=frozenset(),
        connector_id="app",
    )
    return call(who, operation)


def test_a_call_is_counted_by_who_asked_for_it_through_which_system() -> None:
    refusals = Refusals()
    for program in ("a", "a", "b"):
        refusals.add("linde", asked(program, "people_list"))

    due = refusals.due("linde", NOW)

    assert [(one.actor, one.object, one.connector_id, times) for one, times in due.items()] == [
        ("program:a", "call:people_list", "app", 2),
        ("program:b", "call:people_list", "app", 1),
    ]


def test_who_was_let_in_and_tries_everything_takes_no_room_from_strangers_nor_they_from_it() -> None:
    refusals = Refusals()
    for number in range(2 * TOLD_APART):
        refusals.add("linde", asked("a", f"call_{number}"))
        refusals.add("linde", credential(f"2001:db8:{number:x}::1"))

    due = refusals.due("linde", NOW)

    for kind in ("call", "network"):
        [others] = [one for one in due if one.object == f"{kind}:{OTHERS}"]
        assert (others.actor, due[others]) == (UNKNOWN, TOLD_APART)
        assert sum(one.object.startswith(kind) for one in due) == TOLD_APART + 1
