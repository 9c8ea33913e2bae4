"""A monitor sees in one answer whether every system takes part; numbers only, and back to well by itself."""

from __future__ import annotations

from typing import Any

from samenspraak.sandbox import Fault
from samenspraak.services import taking_part
from samenspraak.web.app import create_app
from samenspraak.work.hearing import hear

WELL = {"ready": True, "standing_still": 0, "away": 0, "failed": 0, "overdue": 0}


def answer(family: Any) -> tuple[int, Any]:
    found = create_app(family.app, is_working=lambda: True).test_client().get("/readyz")
    return found.status_code, found.get_json()


def test_all_is_well_while_every_system_takes_part(family: Any) -> None:
    assert answer(family) == (200, WELL)


def test_a_system_that_is_away_is_counted_until_it_answers(family: Any) -> None:
    family.systems["app-b"].inject(Fault(kind="down"))
    for _ in range(6):
        hear(family.app.hub, "de-linde", "app-b")
        family.clock.pass_(minutes=20)
    assert answer(family) == (503, {**WELL, "ready": False, "away": 1})
    family.systems["app-b"].clear_faults()
    hear(family.app.hub, "de-linde", "app-b")

    assert answer(family) == (200, WELL)


def test_a_system_that_waits_for_a_person_is_counted_until_it_is_released(family: Any) -> None:
    family.systems["app-b"].access_key = "een andere"
    hear(family.app.hub, "de-linde", "app-b")
    assert answer(family)[1]["standing_still"] == 1
    family.systems["app-b"].access_key = family.systems["app-a"].access_key
    taking_part.resume(family.app.hub, "de-linde", "app-b")

    assert answer(family) == (200, WELL)


def test_a_question_that_nobody_answers_is_counted_once_its_time_is_over(family: Any) -> None:
    agreement = family.agreements()[0].id
    family.systems["app-a"].move("son", "r1", "a1", ["07:30"])
    family.systems["app-b"].move("daughter", agreement, "a1", ["09:00"])
    family.settle()
    assert answer(family)[0] == 200
    family.clock.pass_(days=30)

    assert answer(family) == (503, {**WELL, "ready": False, "overdue": 1})
