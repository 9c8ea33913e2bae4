"""What a write came to, unit by unit, and what of it may still arrive."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from samenspraak.domain.agreements import State, Status, What
from samenspraak.domain.units import STATUS, WHAT, UnitKey, UnitKind, Units
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import Attempt, Intent, SentUnits, WriteKind
from samenspraak.store.records import RemoteRecord
from samenspraak.sync.outcome import abandoned, judge, spent

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PLACE = UnitKey(UnitKind.PLACE)
OLD, NEW, OTHER = What(text="Kousen"), What(text="Steunkousen"), What(text="Sokken")
ENDED = Status(state=State.ENDED)
REMOTE = RemoteRecord(id="m1", connector_id="app-a")


def intent(sent: SentUnits, before: Units | None = None, **changed: object) -> Intent:
    members = {"kind": WriteKind.UPDATE, "version": 2, "at": AT, "shape": Shape(units=frozenset())}
    return Intent(**{**members, "sent": sent, "before": before or {}, **changed})  # type: ignore[arg-type]


def test_each_unit_is_judged_by_itself() -> None:
    wrote = intent({WHAT: NEW, PLACE: "keuken", STATUS: ENDED}, {WHAT: OLD, PLACE: "zolder"})
    judged = judge(wrote, {WHAT: NEW, PLACE: "zolder", STATUS: Status(state=State.PAUSED)})

    assert (judged.landed, judged.missing, judged.other) == ({WHAT}, {PLACE}, {STATUS})
    assert not judged.all_landed


def test_a_unit_that_is_gone_was_cleared() -> None:
    assert judge(intent({PLACE: None}, {PLACE: "zolder"}), {}).all_landed
    assert judge(intent({PLACE: None}, {PLACE: "zolder"}), {PLACE: "zolder"}).missing == {PLACE}


def test_what_cannot_be_read_back_counts_as_landed() -> None:
    assert judge(intent({WHAT: NEW}), {}, frozenset({WHAT})).all_landed


VALUES = st.sampled_from([None, OLD, NEW, OTHER])
SIDES = st.dictionaries(st.sampled_from([WHAT, PLACE, STATUS]), VALUES)


@given(sent=SIDES, before=SIDES, now=SIDES)
def test_every_unit_that_was_sent_is_judged_exactly_once(
    sent: SentUnits, before: SentUnits, now: SentUnits
) -> None:
    judged = judge(intent(sent, _filled(before)), _filled(now))

    parts = [judged.landed, judged.missing, judged.other]
    assert frozenset().union(*parts) == sent.keys()
    assert sum(map(len, parts)) == len(sent)


def _filled(units: SentUnits) -> Units:
    return {key: value for key, value in units.items() if value is not None}


def test_what_was_given_up_may_still_arrive() -> None:
    remote = abandoned(REMOTE, intent({WHAT: NEW, PLACE: "keuken"}), frozenset({WHAT}))

    assert remote.intent is None
    assert remote.attempts == (Attempt(sent={WHAT: NEW}, at=AT),)


def test_a_write_under_a_precondition_cannot_arrive_late() -> None:
    remote = abandoned(REMOTE, intent({WHAT: NEW}, conditional=True), frozenset({WHAT}))

    assert (remote.intent, remote.attempts) == (None, ())


def test_an_end_that_was_given_up_may_still_take_the_object_away() -> None:
    ended = intent({STATUS: ENDED}, kind=WriteKind.END)

    assert abandoned(REMOTE, ended, frozenset({STATUS})).attempts[0].removes


def test_an_attempt_whose_value_was_seen_is_accounted_for_and_no_other() -> None:
    first = abandoned(REMOTE, intent({WHAT: OLD, PLACE: "keuken"}), frozenset({WHAT, PLACE}))
    both = abandoned(first, intent({WHAT: NEW}), frozenset({WHAT}))

    assert [one.sent for one in spent(both, {WHAT: NEW}).attempts] == [{WHAT: OLD, PLACE: "keuken"}]
    assert [one.sent for one in spent(both, {WHAT: OLD}).attempts] == [{PLACE: "keuken"}, {WHAT: NEW}]
    assert spent(both, {PLACE: "zolder"}).attempts == both.attempts
