"""Many agreements: one that always fails, and an outage of six hours; a thousand of them by ``make many``."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest

from samenspraak.domain.parties import PartyKind
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak.services.exchange import exchange

MANY = int(os.environ.get("SAMENSPRAAK_MANY", "24"))
EVERY_DAY = {"rhythm": {"type": "days", "every": "day", "times": ["17:30"]}}


@pytest.fixture
def crowd(town: Any) -> Any:
    """So many agreements, written down in app-a and read in app-b."""
    client = town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    son = town.person("son", PartyKind.RELATIVE, "Jan", client.id)
    town.consent(client.id, son)
    for name in ("app-a", "app-b"):
        town.joins(town.family_app(name), client.id, son)
    task = {"id": "a1", "who": {"user": "son", "role": "relative"}, "when": EVERY_DAY}
    for number in range(MANY):
        town.systems["app-a"].add_record("son", "wit", f"Boodschap {number}", tasks=[task])
    run(town, 2)
    assert Counter(town.reasons().values()) == {Reason.EQUAL: 2}
    assert len(copies(town)) == MANY
    return town


def run(town: Any, cycles: int = 1) -> None:
    for _ in range(cycles):
        exchange(town.app.hub, "de-linde")
        town.clock.pass_(seconds=30)


def copies(town: Any) -> dict[str, Any]:
    """The records in app-b by what they are about."""
    return {one["title"]: one for one in town.systems["app-b"].shelf.bodies("record")}


def told(town: Any) -> dict[str, str]:
    """How app-b says that each is done."""
    return {title: one.get("rules", {}).get("how", "") for title, one in copies(town).items()}


def test_one_agreement_that_always_fails_delays_no_other(crowd: Any) -> None:
    a, b = crowd.systems["app-a"], crowd.systems["app-b"]
    unlucky = copies(crowd)["Boodschap 0"]["id"]
    b.inject(Fault(kind="status", method="PATCH", path=f"/api/records/{unlucky}", status=422))
    for number in range(1, MANY // 4 + 1):
        a.instruct("son", f"r{number}", "Eerst bellen.")
    exchange(crowd.app.hub, "de-linde")

    assert Counter(told(crowd).values())["Eerst bellen."] == MANY // 4 - 1
    assert told(crowd)["Boodschap 0"] == ""
    b.clear_faults()
    a.instruct("son", "r1", "Eerst aanbellen.")
    run(crowd, 2)
    assert told(crowd)["Boodschap 0"] == "Eerst aanbellen."


def test_after_an_outage_each_agreement_is_written_once_and_what_is_about_today_first(crowd: Any) -> None:
    a, b = crowd.systems["app-a"], crowd.systems["app-b"]
    changed = MANY // 4
    b.inject(Fault(kind="down"))
    for hour in range(6):
        for number in range(1, changed + 1):
            if number % 3 == hour % 3:  # each of them twice
                a.instruct("son", f"r{number}", f"Uur {hour}.")
        run(crowd, 3)
        crowd.clock.pass_(hours=1)
    a.cancel("son", f"r{MANY}", "a1", crowd.app.hub.today().isoformat())
    run(crowd)
    sent = len(b.writes())
    b.clear_faults()
    crowd.clock.pass_(minutes=30)
    run(crowd, 3)

    paths = [one.path for one in b.writes()[sent:]]
    assert Counter(paths).most_common(1)[0][1] == 1
    assert len(paths) == changed + 1
    assert paths[0].endswith(copies(crowd)[f"Boodschap {MANY - 1}"]["id"])
    assert Counter(told(crowd).values())[""] == MANY - changed
