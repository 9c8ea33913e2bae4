"""Telling whoever is told by thin notices: what arrives, what is tried again, and what never leaves."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from samenspraak.connectors import Delivery, Notice, NoticeKind
from samenspraak.domain.agreements import State, Status, What
from samenspraak.domain.units import STATUS, WHAT
from samenspraak.errors import SamenspraakError, TransientError
from samenspraak.sandbox import Fault
from samenspraak.testing.contract.basis import Basis
from samenspraak.testing.contract.guarding import StopError
from samenspraak.testing.household import Household, household
from samenspraak.testing.strategies import CANARY
from samenspraak.testing.world import World

_GIVEN_UP_SECONDS, _STALL_SECONDS = 0.5, 5.0
_AT = datetime(2026, 3, 5, 17, 0, tzinfo=UTC)
_SINGS, _BAKING = What(text=CANARY), What(text="Samen bakken")
_NOT_TAKEN = {
    "a fault": Fault(kind="status", status=500),
    "a refusal": Fault(kind="status", status=400),
    "a closed connection": Fault(kind="down"),
    "a lost answer": Fault(kind="lose", times=1),
}


class Notifying(Basis):
    """The notices of a connector that tells from the hub's outbox."""

    @pytest.fixture
    def told(self, world: World) -> Iterator[Household]:
        with household(world) as house:
            yield house

    # One notice.

    def test_a_notice_that_is_taken_says_what_can_be_fetched(self, world: World) -> None:
        self._hand_over(world, _notice(world))

        assert world.sandbox.readable(world.scene.reader) == ["ag1"]

    def test_a_notice_is_the_same_at_every_attempt_and_counts_once(self, world: World) -> None:
        """The moment that is signed is of the attempt; what is told is not."""
        notice, later = _notice(world), replace(world.call, now=world.call.now + timedelta(seconds=30))
        self._hand_over(world, notice)
        self._hand_over(replace(world, call=later), notice)

        assert len({one.said for one in world.answers if one.write}) == 1
        assert set(world.sandbox.live().values()) == {1}

    def test_every_kind_of_notice_is_told_apart(self, world: World) -> None:
        for number, kind in enumerate(NoticeKind, start=1):
            self._hand_over(world, _notice(world, kind, number))

        taken = [json.loads(one.said)["type"] for one in world.answers if one.write and one.status < 300]
        assert len(set(taken)) == len(NoticeKind)

    @pytest.mark.parametrize("name", _NOT_TAKEN)
    def test_a_notice_that_is_not_taken_can_be_tried_again(self, world: World, name: str) -> None:
        world.sandbox.inject(_NOT_TAKEN[name])
        with pytest.raises(TransientError):
            world.connector.deliver(world.call, _notice(world))
        world.sandbox.clear_faults()

        self._hand_over(world, _notice(world))

        assert world.sandbox.readable(world.scene.reader) == ["ag1"]

    def test_a_notice_that_came_too_soon_waits_as_long_as_it_is_told(self, world: World) -> None:
        for status in (429, 503):
            world.sandbox.inject(Fault(kind="status", status=status, headers={"Retry-After": "7"}))
            with pytest.raises(TransientError) as failed:
                world.connector.deliver(world.call, _notice(world))
            world.sandbox.clear_faults()
            assert failed.value.retry_after == 7

        self._hand_over(world, _notice(world))

    def test_whoever_wants_no_more_is_told_apart_from_whoever_is_out_of_order(self, world: World) -> None:
        world.sandbox.inject(Fault(kind="status", status=410))
        refused = world.connector.deliver(world.call, _notice(world))
        world.sandbox.clear_faults()

        assert refused is Delivery.UNWANTED
        self._hand_over(world, _notice(world))

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_no_delivery_and_is_never_followed(self, world: World, status: int) -> None:
        stranger = self.sandbox()
        with stranger.running() as there:
            moved = Fault(kind="status", status=status, headers={"Location": f"{there}/"})
            world.sandbox.inject(moved)
            connector = self.connected(world.url, open_origins={there})
            with contextlib.closing(connector.http()) as http, pytest.raises(SamenspraakError):
                connector.deliver(replace(world.call, http=http), _notice(world))
            world.sandbox.clear_faults()

        assert stranger.seen() == []
        self._hand_over(world, _notice(world))

    def test_a_receiver_that_does_not_answer_is_given_up_in_time(self, world: World) -> None:
        world.sandbox.inject(Fault(kind="stall", seconds=_STALL_SECONDS))
        began = time.monotonic()
        hurried = replace(world.call, http=world.call.http.within(_GIVEN_UP_SECONDS))
        with pytest.raises(TransientError):
            world.connector.deliver(hurried, _notice(world))
        took = time.monotonic() - began
        world.sandbox.clear_faults()

        assert took < _STALL_SECONDS
        self._hand_over(world, _notice(world))

    def test_a_notice_that_failed_tells_no_secret(self, world: World) -> None:
        secrets = self.secrets(world.url)
        world.sandbox.inject(Fault(kind="status", status=500, body=" ".join((CANARY, *secrets))))
        with pytest.raises(SamenspraakError) as failed:
            world.connector.deliver(world.call, _notice(world))

        said = f"{failed.value} {failed.value.__cause__}"
        assert [one for one in (CANARY, *secrets) if one in said] == []

    def test_a_notice_that_was_stopped_never_leaves(self, world: World) -> None:
        def refuse() -> None:
            raise StopError

        with pytest.raises(StopError):
            world.connector.deliver(world.call.permitted_by(refuse), _notice(world))

        assert world.sandbox.writes() == []

    # In the hands of the hub.

    def test_a_notice_says_that_there_is_something_and_not_what(self, told: Household) -> None:
        told.allow()
        told.record(what=_SINGS)
        told.rest()

        said = " ".join(one.said for one in told.world.answers)
        assert told.world.sandbox.readable(told.world.scene.reader) == ["ag1"]
        assert [one for one in (CANARY, "Bram", "Roos") if one in said] == []

    def test_each_change_is_told_once_and_a_quiet_time_is_not(self, told: Household) -> None:
        told.allow()
        told.record()
        told.rest()
        told.change(WHAT, _BAKING)
        told.rest()
        told.change(STATUS, Status(state=State.ENDED))
        told.rest()
        kinds = [one.kind for one in told.events]
        told.rest()

        assert kinds == [NoticeKind.AVAILABLE, NoticeKind.UPDATED, NoticeKind.ENDED]
        assert [one.number for one in told.events] == [1, 2, 3]
        assert all(one.taken_at for one in told.events)

    def test_what_nobody_took_arrives_when_they_take_again(self, told: Household) -> None:
        told.allow()
        told.world.sandbox.inject(Fault(kind="down"))
        told.record()
        for _ in range(3):
            told.cycle()
        told.world.sandbox.clear_faults()
        told.rest()

        assert told.world.sandbox.readable(told.world.scene.reader) == ["ag1"]
        assert set(told.world.sandbox.live().values()) == {1}

    def test_whoever_was_never_allowed_to_is_told_nothing(self, told: Household) -> None:
        told.record()
        told.rest()
        assert told.world.sandbox.writes() == []

        told.allow()
        told.rest()

        assert told.world.sandbox.readable(told.world.scene.reader) == ["ag1"]

    def test_what_was_told_until_now_is_retracted_without_a_word(self, told: Household) -> None:
        told.allow()
        told.record(what=_SINGS)
        told.rest()
        told.withdraw()
        told.rest()

        assert told.world.sandbox.readable(told.world.scene.reader) == []
        assert told.events[-1].kind == NoticeKind.RETRACTED

    def test_what_waited_while_consent_was_withdrawn_leaves_as_a_retraction(self, told: Household) -> None:
        """Under the number that was given to it, so that none is missing."""
        told.allow()
        told.record()
        told.rest()
        told.world.sandbox.inject(Fault(kind="status", status=500))
        told.change(WHAT, _BAKING)
        told.cycle()
        told.withdraw()
        told.world.sandbox.clear_faults()
        before = len(told.world.answers)
        told.rest()

        left = {json.loads(one.said)["type"] for one in told.world.answers[before:] if one.write}
        assert {one.kind for one in told.events[1:]} == {NoticeKind.RETRACTED}
        assert len(left) == 1
        assert [one.number for one in told.events] == list(range(1, len(told.events) + 1))
        assert told.world.sandbox.readable(told.world.scene.reader) == []

    def _hand_over(self, world: World, notice: Notice) -> None:
        """A wayward receiver may need it more than once."""
        for _ in range(3):
            with contextlib.suppress(TransientError):
                assert world.connector.deliver(world.call, notice) is Delivery.TAKEN
                return
        pytest.fail("the notice was not taken")


def _notice(world: World, kind: NoticeKind = NoticeKind.AVAILABLE, number: int = 1) -> Notice:
    return Notice(
        id=f"notice-{number}",
        number=number,
        kind=kind,
        agreement_id="ag1",
        reader=world.scene.reader,
        version=number,
        at=_AT,
    )
