"""What goes wrong on the way, is told as what to do, and is over afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from samenspraak.connectors import Call, Found
from samenspraak.connectors.looks import Page
from samenspraak.domain.agreements import What
from samenspraak.errors import (
    AuthenticationError,
    InvalidRecordError,
    OutcomeUnknownError,
    SamenspraakError,
    TransientError,
)
from samenspraak.http.limits import DEFAULT_LIMITS
from samenspraak.sandbox import Fault
from samenspraak.testing.contract.basis import Basis, unless_too_busy
from samenspraak.testing.world import World

_GIVEN_UP_SECONDS, _STALL_SECONDS = 0.5, 5.0
_FLOOD = Fault(kind="flood", size=DEFAULT_LIMITS.max_bytes)

Kinds = type[SamenspraakError] | tuple[type[SamenspraakError], ...]
READ_FAULTS: Mapping[str, tuple[Fault, Kinds]] = {
    "a sign-in page with status 200": (Fault(kind="html"), TransientError),
    "401": (Fault(kind="status", status=401), AuthenticationError),
    "429": (Fault(kind="status", status=429, headers={"Retry-After": "7"}), TransientError),
    "503": (Fault(kind="status", status=503, headers={"Retry-After": "7"}), TransientError),
    "a closed connection": (Fault(kind="down"), TransientError),
    "half an answer": (Fault(kind="truncate"), (InvalidRecordError, TransientError)),
}


class Failing(Basis):
    """What goes wrong on the way, is told as what to do, and is over afterwards."""

    @pytest.mark.parametrize("name", READ_FAULTS)
    def test_a_failed_read_says_what_to_do_and_works_again_afterwards(self, world: World, name: str) -> None:
        made = world.found(world.make("ag1").external_id).external_id
        fault, expected = READ_FAULTS[name]
        world.sandbox.inject(fault)
        with pytest.raises(expected) as failed:
            world.look(made)
        world.sandbox.clear_faults()

        if "Retry-After" in fault.headers:
            assert isinstance(failed.value, TransientError)
            assert failed.value.retry_after == 7
        assert not isinstance(failed.value, OutcomeUnknownError)
        assert world.found(made).external_id == made

    def test_a_system_that_does_not_answer_is_given_up_in_time(self, world: World) -> None:
        made = world.make("ag1").external_id
        world.sandbox.inject(Fault(kind="stall", seconds=_STALL_SECONDS))
        attempts: list[Callable[[Call], object]] = [
            lambda call: world.connector.fetch(call, made),
            lambda call: list(world.connector.changes(call, None)),
        ]
        took = []
        for attempt in attempts:
            began = time.monotonic()
            with pytest.raises(TransientError):
                attempt(replace(world.call, http=world.call.http.within(_GIVEN_UP_SECONDS)))
            took.append(time.monotonic() - began)
        world.sandbox.clear_faults()

        assert max(took) < _STALL_SECONDS
        assert world.found(made).external_id == made

    def test_several_may_use_it_at_once(self, world: World) -> None:
        made = [world.found(world.make(f"ag{number}").external_id).external_id for number in range(1, 5)]

        with ThreadPoolExecutor(len(made)) as pool:
            looks = list(pool.map(world.look, made * 3))

        assert [one.external_id for one in looks if isinstance(one, Found)] == made * 3

    def test_an_answer_larger_than_anybody_needs_is_refused_and_nothing_is_taken_from_it(
        self, world: World
    ) -> None:
        made = world.make("ag1").external_id
        pages: list[Page] = []
        world.sandbox.inject(_FLOOD)
        with pytest.raises((InvalidRecordError, TransientError)):
            world.look(made)
        with pytest.raises((InvalidRecordError, TransientError)):
            pages.extend(world.connector.changes(world.call, None))
        world.sandbox.clear_faults()

        assert [one for page in pages for one in page.records] == []
        assert not any(page.complete for page in pages)
        assert world.found(made).external_id == made

    def test_a_write_answered_with_more_than_anybody_needs_has_an_unknown_outcome(self, world: World) -> None:
        made = world.make("ag1")
        world.sandbox.inject(replace(_FLOOD, writes=True))
        with pytest.raises(OutcomeUnknownError):
            world.update(made, set=world.units(what=What(text="Samen bakken")))
        world.sandbox.clear_faults()

        assert world.found(made.external_id).external_id == made.external_id

    def test_a_write_that_came_too_soon_was_not_made_and_waits_as_long_as_it_is_told(
        self, world: World
    ) -> None:
        made = world.make("ag1")
        changed = world.units(what=What(text="Samen bakken"))
        for status in (429, 503):
            slower = Fault(kind="status", status=status, headers={"Retry-After": "7"}, writes=True)
            world.sandbox.inject(slower)
            with pytest.raises(TransientError) as failed:
                world.update(made, set=changed)
            world.sandbox.clear_faults()
            assert not isinstance(failed.value, OutcomeUnknownError)
            assert failed.value.retry_after == 7

        assert world.update(made, set=changed).external_id == made.external_id

    def test_never_is_more_asked_at_once_than_the_manifest_says(self, world: World) -> None:
        for number in range(1, 4):
            world.make(f"ag{number}")
        world.in_time(world.pages, bool)
        world.sandbox.inject(Fault(kind="stall", seconds=0.02))
        workers = world.manifest.rates.concurrency

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda _: unless_too_busy(world.pages), range(workers)))

        assert world.sandbox.most_at_once <= workers
