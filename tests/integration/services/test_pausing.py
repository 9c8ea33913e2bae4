"""Away for a while, and everything that stops: what falls away, who is asked, and how systems see it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from samenspraak.domain.agreements import State
from samenspraak.domain.occurrences import moments
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import UnitKey, UnitKind, apply
from samenspraak.errors import NotFoundError, RuleError
from samenspraak.sandbox import Fault
from samenspraak.services import pausing
from samenspraak.services.pausing import Absence
from samenspraak.store.records import Cause
from samenspraak.sync.daily import new_day
from samenspraak.sync.versions import record_version

ORGANISATION = "de-linde"
TODAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
HOLIDAY = Absence(who="son", start=TODAY, until=FRIDAY, reason="vakantie")
HOSPITAL = Absence(who="wit", start=TODAY, until=FRIDAY, reason="ziekenhuis")


def only(town: Any) -> Any:
    [agreement] = town.agreements()
    return agreement


def asked(town: Any) -> list[str]:
    return sorted(one.cause for one in town.questions())


def seen(town: Any, app: str = "app-b") -> dict[str, Any]:
    [record] = town.systems[app].shelf.bodies("record")
    found: dict[str, Any] = record
    return found


def do(town: Any, act: Any, *about: Any, **more: Any) -> pausing.Outcome:
    found: pausing.Outcome = act(town.app.hub, ORGANISATION, *about, **more)
    town.settle()
    return found


def backed_up_by(town: Any, who: Any) -> None:
    with town.app.store.write(ORGANISATION) as uow:
        [record] = uow.agreements.list()
        after = apply(record.agreement, {UnitKey(UnitKind.BACKUP, "a1"): who})
        record_version(uow, town.app.hub, record, after, cause=Cause(actor="admin", why="recorded"))
        uow.commit()
    town.settle()


# A client.


def test_in_hospital_everything_rests_in_every_system_and_goes_on_by_itself(family: Any) -> None:
    done = do(family, pausing.pause, HOSPITAL)
    assert [one.state for one in done.agreements] == [State.PAUSED]
    for app in ("app-a", "app-b"):
        assert seen(family, app)["state"]["value"] == "paused"

    family.clock.pass_(days=5)
    new_day(family.app.hub, ORGANISATION)
    family.settle()

    assert seen(family)["state"]["value"] == "active"
    assert asked(family) == []


def test_home_sooner_everything_goes_on_at_once(family: Any) -> None:
    do(family, pausing.pause, HOSPITAL)
    do(family, pausing.lift, Absence(who="wit", start=TODAY))

    assert only(family).status.state is State.ACTIVE
    assert seen(family)["state"]["value"] == "active"


def test_who_would_come_for_nothing_and_reads_no_system_is_to_be_called(family: Any) -> None:
    neighbour = family.person("buur", PartyKind.RELATIVE, "Bea", "wit")
    with family.app.store.write(ORGANISATION) as uow:
        [record] = uow.agreements.list()
        duty = record.agreement.assignments[0].duty
        second = {UnitKey(UnitKind.ASSIGNMENT, "a2"): type(duty)(performer=neighbour)}
        after = apply(record.agreement, second)
        record_version(uow, family.app.hub, record, after, cause=Cause(actor="admin", why="recorded"))
        uow.commit()

    do(family, pausing.pause, HOSPITAL)

    assert asked(family) == ["not-reached"]


def test_a_second_period_that_does_not_touch_is_refused_and_changes_nothing(family: Any) -> None:
    do(family, pausing.pause, HOSPITAL)

    with pytest.raises(RuleError, match="another period"):
        do(family, pausing.pause, Absence(who="wit", start=date(2027, 1, 4)))

    assert only(family).status.paused_until == FRIDAY


# Somebody who performs.


def test_on_holiday_every_moment_is_called_off_and_the_agreement_goes_on(family: Any) -> None:
    backed_up_by(family, family.people[1])
    done = do(family, pausing.pause, HOLIDAY)

    assert [len(one.called_off) for one in done.agreements] == [5]
    assert only(family).status.state is State.ACTIVE
    assert asked(family) == []
    assert [one.takes_place for one in moments(only(family), FRIDAY, date(2026, 11, 28))] == [False, True]
    assert "2026-11-25" in str(seen(family))


def test_where_nobody_steps_in_the_responsible_person_is_asked_until_they_are_back(family: Any) -> None:
    do(family, pausing.pause, HOLIDAY)
    assert asked(family) == ["performer-away"]

    family.clock.pass_(days=2)
    do(family, pausing.lift, Absence(who="son", start=date(2026, 11, 25), reason="vakantie"))

    assert asked(family) == []
    assert {key.day for key in only(family).exceptions} == {TODAY, date(2026, 11, 24)}


def test_a_backup_who_reads_nothing_is_called_once_for_the_whole_holiday(family: Any) -> None:
    backed_up_by(family, family.person("buur", PartyKind.RELATIVE, "Bea", "wit"))

    do(family, pausing.pause, HOLIDAY)

    assert asked(family) == ["not-reached"]


def test_whoever_would_have_stepped_in_and_is_away_is_told_of(family: Any) -> None:
    backed_up_by(family, family.people[1])
    before = family.writes()

    do(family, pausing.pause, Absence(who="daughter", start=TODAY, until=FRIDAY))

    assert asked(family) == ["backup-away"]
    assert family.writes() == before


def test_somebody_who_performs_is_away_until_a_day(family: Any) -> None:
    with pytest.raises(RuleError, match="Until which day"):
        do(family, pausing.pause, Absence(who="son", start=TODAY))


def test_what_it_would_do_is_told_and_not_done(family: Any) -> None:
    found = pausing.would(family.app.hub, ORGANISATION, pausing.pause, HOLIDAY)

    assert [len(one.called_off) for one in found.agreements] == [5]
    assert only(family).exceptions == {}
    assert asked(family) == []


# Everything stops.


def test_when_everything_stops_each_system_hears_that_it_ended_and_no_more(family: Any) -> None:
    family.systems["app-a"].move("son", "r1", "a1", ["07:30"])
    family.systems["app-b"].move("daughter", only(family).id, "a1", ["09:00"])
    family.settle()
    assert asked(family) == ["both-changed"]
    before = family.writes()

    done = do(family, pausing.stop, "wit")

    assert [one.state for one in done.agreements] == [State.ENDED]
    assert only(family).status.reason == ""
    assert {seen(family, app)["state"]["value"] for app in ("app-a", "app-b")} == {"ended"}
    assert family.writes() - before == 2
    assert asked(family) == []


def test_after_everything_stopped_nothing_is_sent_or_asked_any_more(family: Any) -> None:
    do(family, pausing.stop, "wit")
    before = family.writes()

    for _ in range(3):
        family.clock.pass_(days=40)
        new_day(family.app.hub, ORGANISATION)
        family.settle(2)

    assert (family.writes(), asked(family)) == (before, [])
    assert pausing.stop(family.app.hub, ORGANISATION, "wit").agreements == ()


def test_a_system_that_was_away_hears_only_the_end_when_it_is_back(family: Any) -> None:
    family.systems["app-b"].inject(Fault(kind="down", path="/api/records.*"))
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    family.cycle()
    do(family, pausing.stop, "wit")

    family.systems["app-b"].clear_faults()
    family.clock.pass_(hours=1)
    family.settle()

    assert seen(family)["state"]["value"] == "ended"
    assert "Eerst de tenen." not in str(seen(family))


def test_only_a_client_can_be_stopped(family: Any) -> None:
    with pytest.raises(NotFoundError, match="son is no client"):
        pausing.stop(family.app.hub, ORGANISATION, "son")
