"""Who does what when, what became of it, and the questions for whoever is on duty."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from samenspraak.domain.agreements import LifeDomain, OccurrenceKey
from samenspraak.domain.occurrences import MomentState
from samenspraak.domain.outcomes import Result
from samenspraak.domain.parties import Group, GroupKind, PartyKind
from samenspraak.domain.schedules import AsNeeded, Schedule
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import LIFE_DOMAIN, apply
from samenspraak.errors import RuleError
from samenspraak.policy.priority import SOON
from samenspraak.sandbox import Fault
from samenspraak.services import moments, questions
from samenspraak.services.exchange import exchange
from samenspraak.services.moments import Happening
from samenspraak.store.records import Cause
from samenspraak.sync.versions import record_version

ORGANISATION = "de-linde"
TODAY = date(2026, 11, 23)


def shared(town: Any) -> str:
    [agreement] = town.agreements()
    found: str = agreement.id
    return found


def between(town: Any, days: int = 1, **only: Any) -> tuple[Happening, ...]:
    last = TODAY + timedelta(days=days - 1)
    return moments.between(town.app.hub, ORGANISATION, TODAY, last, **only).moments


def today(town: Any) -> Happening:
    [one] = between(town)
    return one


def reports(town: Any, *, son: bool | None = None, daughter: bool | None = None) -> None:
    """They say in their apps whether it was done today."""
    for app, who, record, done in (
        ("app-a", "son", "r1", son),
        ("app-b", "daughter", shared(town), daughter),
    ):
        if done is not None:
            town.systems[app].report(who, record, "a1", TODAY.isoformat(), done=done)
    town.clock.pass_(minutes=1)
    town.settle()


def answers(town: Any, choice: str, by: str = "relative:son") -> None:
    [one] = town.questions()
    questions.answer(town.app.hub, ORGANISATION, one.id, revision=one.revision, choice=choice, by=by)
    town.clock.pass_(minutes=1)
    town.settle()


@pytest.fixture
def medication(family: Any) -> Any:
    with family.app.store.write(ORGANISATION) as uow:
        [record] = uow.agreements.list()
        after = apply(record.agreement, {LIFE_DOMAIN: LifeDomain.MEDICATION})
        record_version(uow, family.app.hub, record, after, cause=Cause(actor="admin", why="recorded"))
        uow.commit()
    family.settle()
    return family


# Moments.


def test_moments_come_in_their_order_with_what_is_different_this_once(family: Any) -> None:
    family.systems["app-a"].cancel("son", "r1", "a1", "2026-11-24")
    family.settle()

    found = [(one.day.day, f"{one.at:%H:%M}", one.state) for one in between(family, 3)]
    assert found == [
        (23, "08:00", MomentState.PLANNED),
        (24, "08:00", MomentState.CANCELLED),
        (25, "08:00", MomentState.PLANNED),
    ]


def test_of_whoever_is_on_shift_also_what_their_group_does(family: Any) -> None:
    nurse = family.person("nina", PartyKind.PROFESSIONAL, "Nina")
    assert between(family, performer="nina") == ()
    with family.app.store.write(ORGANISATION) as uow:
        members = frozenset({nurse, family.people[0]})
        uow.parties.add_group(Group(id="team", name="Team", kind=GroupKind.TEAM, members=members))
        uow.commit()

    assert [str(one.performer) for one in between(family, performer="son")] == ["relative:son"]
    assert between(family, client="wit") == between(family, agreement_id=shared(family))


def test_what_was_reported_is_the_result(family: Any) -> None:
    assert (today(family).result, today(family).unheard) == (Result.NONE, ())

    reports(family, daughter=True)

    [said] = today(family).reports
    assert (today(family).result, str(said.by), said.through) == (Result.DONE, "relative:daughter", "app-b")


def test_a_report_of_what_is_done_when_needed_makes_its_moment(family: Any) -> None:
    with family.app.store.write(ORGANISATION) as uow:
        [record] = uow.agreements.list()
        [assignment] = record.agreement.assignments
        duty = replace(assignment.duty, schedule=Schedule(timing=AsNeeded()))
        after = replace(record.agreement, assignments=(replace(assignment, duty=duty),))
        record_version(uow, family.app.hub, record, after, cause=Cause(actor="admin", why="recorded"))
        uow.commit()
    assert between(family) == ()

    with family.app.store.write(ORGANISATION) as uow:
        key = OccurrenceKey(assignment_id="a1", day=TODAY)
        now, son = family.clock.now(), family.people[0]
        done = Statement(id="s1", kind=StatementKind.DONE, by=son, at=now, through="app-a", occurrence=key)
        uow.statements.add(record.agreement.id, done, now)
        uow.commit()

    assert (today(family).at, today(family).result) == (None, Result.DONE)


def test_silence_of_a_system_that_is_out_of_reach_is_not_known_until_it_is_heard(family: Any) -> None:
    family.systems["app-b"].inject(Fault(kind="down"))
    family.clock.pass_(hours=1)
    exchange(family.app.hub, ORGANISATION)
    assert (today(family).result, today(family).unheard) == (Result.UNKNOWN, ("app-b",))

    family.systems["app-b"].clear_faults()
    family.clock.pass_(hours=1)
    family.settle()

    assert today(family).result is Result.NONE


def test_a_cancellation_of_tomorrow_goes_before_other_work(family: Any) -> None:
    family.systems["app-b"].inject(Fault(kind="down", path="/api/records.*"))
    family.systems["app-a"].cancel("son", "r1", "a1", "2026-11-24")
    family.cycle()

    assert {one.connector_id: one.priority for one in family.links()}["app-b"] == SOON


# Questions about reports.


def test_different_reports_are_for_whoever_is_on_duty_and_say_which_moment(family: Any) -> None:
    reports(family, son=True, daughter=False)

    [one] = questions.listed(family.app.hub, ORGANISATION)
    assert (one.kind, one.cause, one.owner, one.about) == (
        "report",
        "different",
        "role:on_duty",
        "a1:2026-11-23:1",
    )
    assert today(family).result is Result.DIFFERENT


@pytest.mark.parametrize(("choice", "result"), [("done", Result.DONE), ("not_done", Result.NOT_DONE)])
def test_what_happened_is_said_by_whoever_found_out_and_told_everywhere(
    family: Any, choice: str, result: Result
) -> None:
    reports(family, son=True, daughter=False)

    answers(family, choice)

    [said] = today(family).reports
    assert (today(family).result, str(said.by), said.through) == (result, "relative:son", "hub")
    assert family.questions() == []
    family.settle()
    assert family.questions() == []


def test_a_report_that_says_otherwise_afterwards_is_asked_about_again(family: Any) -> None:
    reports(family, son=True, daughter=False)
    answers(family, "done")

    reports(family, daughter=False)

    assert [one.cause for one in family.questions()] == ["different"]


def test_a_report_is_somebodys(family: Any) -> None:
    reports(family, son=True, daughter=False)

    with pytest.raises(RuleError, match="say who you are"):
        answers(family, "done", by="admin")

    assert [one.cause for one in family.questions()] == ["different"]


def test_two_who_gave_the_same_medicine_alert_whoever_is_on_duty(medication: Any) -> None:
    reports(medication, son=True, daughter=True)
    assert [(one.cause, one.owner) for one in medication.questions()] == [("done_twice", "role:on_duty")]

    answers(medication, "done")

    assert (today(medication).result, medication.questions()) == (Result.DONE, [])


def test_two_who_both_helped_with_stockings_alert_nobody(family: Any) -> None:
    reports(family, son=True, daughter=True)

    assert (today(family).result, family.questions()) == (Result.DONE, [])
