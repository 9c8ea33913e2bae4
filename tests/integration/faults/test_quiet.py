"""Nobody did anything: every connector is silent, whatever its server makes of what we once wrote."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest

from samenspraak.domain.units import WHAT
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Mode
from samenspraak.services.exchange import exchange
from samenspraak_fhir.sandbox import QUIRKY
from samenspraak_memory.sandbox import QUIRKY_LAG_SECONDS

from .life import LONG, changes, records, rests
from .places import ENVIRONMENT, ORGANISATION, PLACES, open_place

LAG_SECONDS: Mapping[str, float] = defaultdict(float, fhir=QUIRKY.lag_seconds, memory=QUIRKY_LAG_SECONDS)


@pytest.fixture
def environment() -> dict[str, str]:
    return ENVIRONMENT


@pytest.fixture(params=["strict", "quirky"])
def mode(request: pytest.FixtureRequest) -> Mode:
    """A quirky server reorders, reformats, cuts, adds what nobody sent, and shows a write a little later."""
    mode: Mode = request.param
    return mode


@pytest.mark.parametrize("plugin", PLACES)
def test_the_second_exchange_in_a_row_writes_nothing(town: Any, plugin: str, mode: Mode) -> None:
    there = open_place(town, PLACES[plugin], mode)
    rests(there, cycles=2)
    for act in (
        lambda: records(there),
        lambda: changes(there, WHAT, LONG),
        lambda: there.place.edit(there.sandbox, "ag1"),
    ):
        act()
        for _ in range(3):
            rests(there, cycles=1)
            time.sleep(1.2 * LAG_SECONDS[plugin] if mode == "quirky" else 0)

    wrote = []
    for _ in range(2):
        exchange(town.app.hub, ORGANISATION, full=True)
        wrote.append(len(there.sandbox.writes()))

    assert wrote[0] == wrote[1] > 0
    assert {one.reason for one in town.links() if one.agreement_id == "ag1"} == {Reason.EQUAL}
