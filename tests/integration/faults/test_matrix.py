"""Whatever the network does to a request: once it is over everything is there, once, and nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from samenspraak.domain.units import STATUS, WHAT, units_of
from samenspraak.policy.state import Reason
from samenspraak.testing.proxy import Request, Trouble

from .life import ENDED, LONG, changes, check_in_step, cycle, holds, records, rests
from .places import ENVIRONMENT, PLACES, Behind, open_place

EVERY = list(product(PLACES, Trouble))
SOME = [case for number, case in enumerate(EVERY) if (number + number // len(Trouble)) % 3 == 0]
CASES = EVERY if os.environ.get("FAULTS") == "all" else SOME
"""``make crash`` plays the whole matrix; here each place meets a third of the troubles, each another one."""


@pytest.fixture
def environment() -> dict[str, str]:
    return ENVIRONMENT


@pytest.fixture
def there(town: Any, request: pytest.FixtureRequest) -> Behind:
    found = open_place(town, PLACES[request.param])
    rests(found, cycles=2)
    return found


def in_trouble(there: Behind, trouble: Trouble, on: Callable[[Request], bool], act: Callable[[], Any]) -> Any:
    """Somebody acts while the network is troubled; then that is over, and all comes to rest."""
    there.strikes(trouble, on)
    met = there.proxy.struck
    done = act()
    for _ in range(3):
        cycle(there)
        there.town.clock.pass_(seconds=5)
    assert trouble is Trouble.REFUSED or there.proxy.struck > met, "no request met the trouble"
    there.calms()
    there.town.clock.pass_(minutes=30)
    rests(there)
    return done


@pytest.mark.parametrize(("there", "trouble"), CASES, indirect=["there"])
def test_a_life_in_trouble_ends_as_one_without(there: Behind, trouble: Trouble) -> None:
    in_trouble(there, trouble, there.writes, lambda: records(there))
    assert "Wandelen" in there.readable()
    check_in_step(there)

    in_trouble(there, trouble, there.writes, lambda: changes(there, WHAT, LONG))
    assert LONG.text in there.readable()
    check_in_step(there)

    edit = in_trouble(there, trouble, there.reads, lambda: there.place.edit(there.sandbox, "ag1"))
    assert edit is None or units_of(holds(there))[edit[0]] == edit[1]
    check_in_step(there)

    in_trouble(there, trouble, there.writes, lambda: changes(there, STATUS, ENDED))
    check_in_step(there, Reason.CLOSED)
