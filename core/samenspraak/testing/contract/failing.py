"""What goes wrong on the way, is told as what to do, and is over afterwards."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from samenspraak.connectors import Found
from samenspraak.errors import (
    AuthenticationError,
    InvalidRecordError,
    OutcomeUnknownError,
    SamenspraakError,
    TransientError,
)
from samenspraak.sandbox import Fault
from samenspraak.testing.contract.basis import Basis
from samenspraak.testing.world import World

_STALL_SECONDS = 2.0

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
        hurried = replace(world.call, http=world.call.http.within(_STALL_SECONDS / 4))
        began = time.monotonic()
        with pytest.raises(TransientError):
            world.connector.fetch(hurried, made)
        took = time.monotonic() - began
        world.sandbox.clear_faults()

        assert took < _STALL_SECONDS
        assert world.found(made).external_id == made

    def test_several_may_use_it_at_once(self, world: World) -> None:
        made = [world.found(world.make(f"ag{number}").external_id).external_id for number in range(1, 5)]

        with ThreadPoolExecutor(len(made)) as pool:
            looks = list(pool.map(world.look, made * 3))

        assert [one.external_id for one in looks if isinstance(one, Found)] == made * 3
