"""The demo's checker notices: one write goes wrong in each situation, and that situation is not ok."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from samenspraak.demo import run, seeing, systems
from samenspraak.demo.agreements import (
    DINNER,
    FLOWERS,
    HAIR,
    LAUNDRY,
    LETTERS,
    MEDICATION,
    MUSIC,
    SHOWER,
    STOCKINGS,
    WALK,
)
from samenspraak.demo.situations import SITUATIONS
from samenspraak.demo.situations.dispenser import DISPENSER
from samenspraak.demo.situations.together import COOKING
from samenspraak.demo.stage import Played, Sabotage
from samenspraak.demo.systems import System, Systems

NUMBERS = [one.id for one in SITUATIONS]


def system(there: Systems, name: str) -> System:
    return next(one for one in there.all if one.name == name)


def swallowed(name: str, method: str, path: Callable[[Systems], str]) -> Sabotage:
    """Such a write is answered as if it was done, and nothing is."""

    def strike(there: Systems) -> None:
        headers = {"Content-Type": "application/json"}
        system(there, name).fail(
            "status", method=method, path=path(there), status=200, headers=headers, body="{}"
        )

    def struck(there: Systems) -> bool:
        return any(one["fault"] == "status" for one in system(there, name).log())

    return Sabotage(system=name, strike=strike, struck=struck)


def plan(there: Systems, title: str) -> str:
    return f"/fhir/CarePlan/{seeing.plans(there.dossier, title)[0]['id']}"


def thread(there: Systems, title: str) -> str:
    return f"/fhir/CommunicationRequest/{seeing.threads(there.platform, title)[0]['id']}"


def record(app: systems.FamilyApp, title: str) -> str:
    return f"/api/records/{seeing.record(app, title)['id']}"


SABOTAGE: Mapping[int, Sabotage] = {
    1: swallowed(systems.DOSSIER, "PUT", lambda there: plan(there, STOCKINGS.what)),
    2: swallowed(systems.DOSSIER, "PUT", lambda there: plan(there, COOKING)),
    3: swallowed(systems.DOSSIER, "PUT", lambda there: plan(there, MEDICATION.what)),
    6: swallowed(systems.DOSSIER, "PUT", lambda there: plan(there, SHOWER.what)),
    7: swallowed(systems.OTHER_APP, "PATCH", lambda there: record(there.other_app, DISPENSER.what)),
    4: swallowed(systems.OTHER_APP, "PATCH", lambda there: record(there.other_app, DINNER.what)),
    5: swallowed(systems.APP, "PATCH", lambda there: record(there.app, HAIR.what)),
    8: swallowed(systems.PLATFORM, "PUT", lambda there: thread(there, LETTERS.what)),
    13: swallowed(systems.PLATFORM, "POST", lambda there: "/fhir/Communication"),
    9: swallowed(systems.APP, "PATCH", lambda there: record(there.app, MUSIC.what)),
    14: swallowed(systems.DOSSIER, "PUT", lambda there: plan(there, FLOWERS.what)),
    16: swallowed(systems.APP, "PATCH", lambda there: record(there.app, LAUNDRY.what)),
    17: swallowed(systems.PLATFORM, "PUT", lambda there: "/fhir/Communication(Request)?/.*"),
    12: swallowed(systems.DOSSIER, "PUT", lambda there: plan(there, WALK.what)),
    15: swallowed(systems.DOSSIER, "PUT", lambda there: plan(there, MUSIC.what)),
}


@dataclass(frozen=True, kw_only=True)
class Sabotaged:
    """``struck``: whether the write that had to go wrong was tried."""

    played: Played
    struck: bool


@pytest.fixture(scope="module")
def sabotaged(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Sabotaged]:
    """All situations in one demo, each with a write of its own that goes wrong until it is over."""
    asked, found = run.Asked(sabotage=SABOTAGE), {}
    with run.running(tmp_path_factory.mktemp("demo"), asked) as running:
        for played in run.situations(running, asked, lambda line: None):
            found[played.id] = Sabotaged(played=played, struck=SABOTAGE[played.id].struck(running.there))
            for one in running.there.all:
                one.heal()
    return found


@pytest.mark.parametrize("number", NUMBERS)
def test_a_write_that_goes_wrong_is_noticed_where_it_went_wrong(
    sabotaged: Mapping[int, Sabotaged], number: int
) -> None:
    wrong = [sight.system for sight in sabotaged[number].played.seen if not sight.holds]
    assert not sabotaged[number].played.ok
    assert wrong[0] == SABOTAGE[number].system


@pytest.mark.parametrize("number", NUMBERS)
def test_it_was_that_write_that_went_wrong(sabotaged: Mapping[int, Sabotaged], number: int) -> None:
    assert sabotaged[number].struck
