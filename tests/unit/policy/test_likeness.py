"""What makes a person look whether two agreements are one, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from difflib import SequenceMatcher

import pytest

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Duty,
    LifeDomain,
    Modality,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule
from samenspraak.domain.units import Units, units_of
from samenspraak.policy.likeness import Alike, resembles, same_assignments

SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
TEAM = PartyRef(kind=PartyKind.GROUP, id="team")
CARE, MEALS = LifeDomain.CARE, LifeDomain.MEALS


def daily(at: int) -> Schedule:
    return Schedule(timing=Recurrence(frequency=Frequency.DAILY, times=(time(at),)))


def agreement(agreement_id: str, title: str, *duties: Duty, domain: LifeDomain | None = None) -> Agreement:
    return Agreement(
        id=agreement_id,
        client_id="wit",
        what=What(text=title),
        life_domain=domain,
        assignments=tuple(
            Assignment(id=f"a{number}", duty=duty)
            for number, duty in enumerate(duties or (Duty(performer=SON),), start=1)
        ),
        status=Status(state=State.ACTIVE),
    )


def likeness(one: Agreement, other: Agreement) -> Alike | None:
    return resembles(one, other, similarity=lambda one, other: SequenceMatcher(None, one, other).ratio())


KNOWN = agreement("one", "Steunkousen aantrekken", Duty(performer=SON, schedule=daily(8)), domain=CARE)


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (agreement("two", "Steunkousen aantrekken"), Alike.TITLE),
        (agreement("two", "Steunkous aantrekken", Duty(performer=TEAM)), Alike.TITLE),
        (agreement("two", "Kousen", Duty(performer=SON, schedule=daily(8)), domain=CARE), Alike.DUTY),
        (agreement("two", "Samen koken"), None),
        (agreement("two", "Kousen", Duty(performer=SON, schedule=daily(9)), domain=CARE), None),
        (agreement("two", "Kousen", Duty(performer=SON, schedule=daily(8))), None),
        (agreement("two", "Steunkousen aantrekken", domain=MEALS), None),
        (agreement("two", "Steunkousen aantrekken 2"), None),
        (replace(agreement("two", "Steunkousen aantrekken"), client_id="boer"), None),
        (
            replace(
                agreement("two", "Steunkousen aantrekken"),
                what=What(text="Steunkousen aantrekken", modality=Modality.NEVER),
            ),
            None,
        ),
        (replace(agreement("two", "Steunkousen aantrekken"), status=Status(state=State.ENDED)), None),
        (replace(KNOWN, id="one"), None),
    ],
)
def test_what_two_agreements_have_in_common(other: Agreement, alike: Alike | None) -> None:
    assert likeness(KNOWN, other) is alike
    assert likeness(other, KNOWN) is alike


def units(*duties: Duty) -> Units:
    return units_of(agreement("x", "Iets", *duties))


MORNING, EVENING = Duty(performer=SON, schedule=daily(8)), Duty(performer=SON, schedule=daily(20))
CARES = Duty(performer=TEAM, schedule=daily(8))


@pytest.mark.parametrize(
    ("ours", "theirs", "pairs"),
    [
        ((MORNING,), (MORNING,), {"a1": "a1"}),
        ((MORNING,), (EVENING,), {"a1": "a1"}),
        ((MORNING,), (CARES,), {}),
        ((MORNING, CARES), (CARES, MORNING), {"a1": "a2", "a2": "a1"}),
        ((MORNING, EVENING), (EVENING,), {"a2": "a1"}),
        ((MORNING, EVENING), (Duty(performer=SON, schedule=daily(12)),), {}),
        ((MORNING, MORNING), (MORNING,), {"a1": "a1"}),
        ((MORNING, EVENING), (EVENING, Duty(performer=SON, schedule=daily(9))), {"a1": "a2", "a2": "a1"}),
    ],
)
def test_the_same_performer_at_the_same_times_or_the_only_one_is_the_same_assignment(
    ours: tuple[Duty, ...], theirs: tuple[Duty, ...], pairs: Mapping[str, str]
) -> None:
    assert same_assignments(units(*ours), units(*theirs)) == pairs
