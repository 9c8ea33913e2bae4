"""The demo's checker notices: one write goes wrong in each situation, and that situation is not ok."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from samenspraak.demo import checker, run, systems
from samenspraak.demo.agreements import DINNER, HAIR, LAUNDRY, LETTERS, MEDICATION, STOCKINGS
from samenspraak.demo.situations import COOKING, SITUATIONS
from samenspraak.demo.stage import Played, Sabotage
from samenspraak.demo.systems import FamilyApp, System, Systems

PATIENCE_SECONDS = 8.0


def swallow(system: System, method: str, path: str) -> None:
    """From now on such a write is answered as if it was done, and nothing is."""
    headers = {"Content-Type": "application/json"}
    system.fail("status", method=method, path=path, status=200, headers=headers, body="{}")


def swallow_plan(there: Systems, title: str) -> None:
    plan = checker.plans(there.dossier, title)[0]
    swallow(there.dossier, "PUT", f"/fhir/CarePlan/{plan['id']}")


def swallow_record(app: FamilyApp, title: str) -> None:
    swallow(app, "PATCH", f"/api/records/{checker.record(app, title)['id']}")


def swallow_thread(there: Systems, title: str) -> None:
    thread = checker.threads(there.platform, title)[0]
    swallow(there.platform, "PUT", f"/fhir/CommunicationRequest/{thread['id']}")


def hide_thread(there: Systems, title: str) -> None:
    there.platform.act("restrict", thread=checker.threads(there.platform, title)[0]["id"])


SABOTAGE: Mapping[int, Sabotage] = {
    1: lambda there: swallow_plan(there, STOCKINGS.what),
    2: lambda there: swallow_plan(there, COOKING),
    3: lambda there: swallow_plan(there, MEDICATION.what),
    4: lambda there: swallow_record(there.other_app, DINNER.what),
    5: lambda there: swallow_record(there.app, HAIR.what),
    8: lambda there: swallow_thread(there, LETTERS.what),
    13: lambda there: hide_thread(there, LAUNDRY.what),
}


WHERE: Mapping[int, str] = {
    1: systems.DOSSIER,
    2: systems.DOSSIER,
    3: systems.DOSSIER,
    4: systems.OTHER_APP,
    5: systems.APP,
    8: systems.PLATFORM,
    13: systems.PLATFORM,
}


@pytest.fixture(scope="module")
def sabotaged(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Played]:
    """All situations in one demo, each with a write of its own that goes wrong."""
    asked = run.Asked(sabotage=SABOTAGE, patience=PATIENCE_SECONDS)
    with run.running(tmp_path_factory.mktemp("demo"), asked) as running:
        played = list(run.situations(running, asked, lambda line: None))
    return {one.id: one for one in played}


@pytest.mark.parametrize("number", [one.id for one in SITUATIONS])
def test_a_write_that_goes_wrong_is_noticed_where_it_went_wrong(
    sabotaged: Mapping[int, Played], number: int
) -> None:
    played = sabotaged[number]
    assert not played.ok
    assert next(sight.system for sight in played.seen if not sight.holds) == WHERE[number]
