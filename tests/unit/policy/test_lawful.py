"""Which edits an agreement can take over, and which would break a rule of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Duty,
    ExceptionKind,
    OccurrenceException,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Weekday
from samenspraak.domain.units import WHAT, UnitKey, UnitKind, apply, units_of
from samenspraak.policy.lawful import unlawful
from samenspraak.testing.strategies import agreements

A1, A2 = UnitKey(UnitKind.ASSIGNMENT, "a1"), UnitKey(UnitKind.ASSIGNMENT, "a2")
SON, NURSE = PartyRef(kind=PartyKind.RELATIVE, id="zoon"), PartyRef(kind=PartyKind.PROFESSIONAL, id="fatima")
DISPENSER = PartyRef(kind=PartyKind.DEVICE, id="dispenser")
PILLS = Agreement(
    id="ag1",
    client_id="wit",
    what=What(text="Pillen klaarleggen"),
    status=Status(state=State.ACTIVE),
    assignments=(Assignment(id="a1", duty=Duty(performer=SON)),),
)


def test_without_a_performer_it_is_no_agreement_and_the_other_edit_is_fine() -> None:
    assert unlawful(PILLS, {A1: None, WHAT: What(text="Pillen geven")}) == {A1: "performer"}


def test_one_performer_for_another_is_lawful() -> None:
    assert unlawful(PILLS, {A1: None, A2: Duty(performer=NURSE)}) == {}


def test_a_device_needs_an_owner_who_may_come_with_it() -> None:
    device = {A1: Duty(performer=DISPENSER)}

    assert unlawful(PILLS, device) == {A1: "device-owner"}
    assert unlawful(PILLS, {**device, UnitKey(UnitKind.RESPONSIBLE, "a1"): NURSE}) == {}


THURSDAYS = Schedule(timing=Recurrence(frequency=Frequency.WEEKLY, weekdays=(Weekday.THURSDAY,)))
CANCELLED = OccurrenceException(kind=ExceptionKind.CANCELLED)


@pytest.mark.parametrize("moment", ["a1:2026-11-24:1", "a1:2026-11-26:2"])
def test_what_is_not_planned_cannot_be_cancelled(moment: str) -> None:
    cooks = replace(PILLS, assignments=(Assignment(id="a1", duty=Duty(performer=SON, schedule=THURSDAYS)),))
    exception = UnitKey(UnitKind.EXCEPTION, moment)

    assert unlawful(cooks, {exception: CANCELLED}) == {exception: "no-such-moment"}
    assert unlawful(cooks, {UnitKey(UnitKind.EXCEPTION, "a1:2026-11-26:1"): CANCELLED}) == {}
    assert unlawful(PILLS, {exception: CANCELLED}) == {}


@given(agreements(), agreements())
def test_all_that_is_lawful_together_can_be_taken_over(one: Agreement, other: Agreement) -> None:
    edits = {**dict.fromkeys(units_of(one)), **units_of(other)}
    broken = unlawful(one, edits)

    apply(one, {key: value for key, value in edits.items() if key not in broken})
