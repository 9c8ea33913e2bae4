"""Who can be told something, and who must hear of what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Duty,
    ExceptionKind,
    OccurrenceException,
    OccurrenceKey,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import Group, GroupKind, PartyKind, PartyRef
from samenspraak.domain.units import STATUS, UnitKey, UnitKind, units_of
from samenspraak.policy.capabilities import Readers
from samenspraak.policy.reach import Copy, must_hear, reach

VOLUNTEER = PartyRef(kind=PartyKind.VOLUNTEER, id="piet")
NEIGHBOUR = PartyRef(kind=PartyKind.RELATIVE, id="buur")
NURSE = PartyRef(kind=PartyKind.PROFESSIONAL, id="nina")
TEAM = PartyRef(kind=PartyKind.GROUP, id="team-1")
THURSDAY = OccurrenceKey(assignment_id="a1", day=date(2026, 11, 26))
NOT_THURSDAY = UnitKey(UnitKind.EXCEPTION, str(THURSDAY))

DOSSIER = Copy(connector_id="ecd", readers=Readers.STAFF)
APP = Copy(connector_id="app", readers=Readers.EVERYONE, members=frozenset({NEIGHBOUR}))


@pytest.mark.parametrize(
    ("party", "expected"),
    [(NURSE, {"ecd"}), (TEAM, {"ecd"}), (NEIGHBOUR, {"app"}), (VOLUNTEER, set())],
    ids=["a professional reads the dossier", "a team too", "a relative the app", "a volunteer nothing"],
)
def test_a_party_is_reached_where_it_reads_a_copy(party: PartyRef, expected: set[str]) -> None:
    assert reach(party, [DOSSIER, APP]) == expected


def test_a_group_of_volunteers_is_reached_through_a_member() -> None:
    cooks = Group(
        id="koks", name="Koks", kind=GroupKind.TEAM, volunteers=True, members=frozenset({NEIGHBOUR})
    )
    assert "app" in reach(cooks.ref, [APP], [cooks])


def cooking(exception: OccurrenceException) -> Agreement:
    return Agreement(
        id="koken",
        client_id="wit",
        what=What(text="Samen koken"),
        assignments=(
            Assignment(id="a1", duty=Duty(performer=VOLUNTEER), backup=NEIGHBOUR, responsible=NURSE),
        ),
        status=Status(state=State.ACTIVE),
        exceptions={THURSDAY: exception},
    )


def test_who_steps_in_and_who_is_responsible_must_hear_of_a_moment_that_was_called_off() -> None:
    agreement = cooking(OccurrenceException(kind=ExceptionKind.CANCELLED))
    assert must_hear(agreement, units_of(agreement)) == {NEIGHBOUR: NOT_THURSDAY, NURSE: NOT_THURSDAY}


def test_of_a_moment_that_somebody_took_over_only_they_must_hear() -> None:
    agreement = cooking(OccurrenceException(kind=ExceptionKind.TAKEN_OVER, by=TEAM))
    assert must_hear(agreement, units_of(agreement)) == {TEAM: NOT_THURSDAY}


def test_of_a_pause_whoever_would_come_for_nothing_must_hear() -> None:
    agreement = cooking(OccurrenceException(kind=ExceptionKind.CANCELLED))
    paused = replace(agreement, status=Status(state=State.PAUSED))
    assert must_hear(paused, {STATUS}) == {VOLUNTEER: STATUS}
    assert must_hear(agreement, {STATUS}) == {}


def test_a_cancellation_of_before_is_not_told_again_when_something_else_changes() -> None:
    agreement = cooking(OccurrenceException(kind=ExceptionKind.CANCELLED))
    assert must_hear(agreement, {UnitKey(UnitKind.WHAT)}) == {}
