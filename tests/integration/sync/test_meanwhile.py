"""What comes in while a copy is worked on: it is not called done, and what is urgent waits for nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from samenspraak.connectors import Call, Found, Look, Raw, Written
from samenspraak.domain.agreements import What
from samenspraak.domain.units import WHAT, MatrixRow
from samenspraak.errors import TransientError
from samenspraak.policy.state import Reason
from samenspraak.services import taking_part
from samenspraak_memory.plugin import FamilyAppConnector


class Stumbles(FamilyAppConnector):
    """Its next look fails, and during it something happens."""

    happens: ClassVar[list[Callable[[], object]]] = []

    def fetch(self, call: Call, external_id: str) -> Look:
        found = super().fetch(call, external_id)
        if self.happens:
            self.happens.pop()()
            raise TransientError("a hiccup")
        return found


@pytest.fixture
def stumbling(household: Any) -> Any:
    """A copy with an edit to write that failed so often that the next try is far away."""
    household.becomes("app-b", Stumbles)
    household.nurse({WHAT: What(text="Lange kousen")})
    [link] = [one for one in household.town.links() if one.connector_id == "app-b"]
    with household.town.app.store.write("de-linde") as uow:
        uow.links.set(link.id, attempts=12)
        uow.commit()
    yield household
    Stumbles.happens.clear()


def test_a_retraction_does_not_wait_for_another_try_at_an_edit(stumbling: Any) -> None:
    Stumbles.happens.append(lambda: stumbling.hide(MatrixRow.WHAT_WHEN_WHO))
    stumbling.works()
    assert stumbling.b.readable("daughter") == []
    assert stumbling.reasons["app-b"] is Reason.RETRACTING


def test_an_edit_that_failed_waits_for_its_next_try(stumbling: Any) -> None:
    Stumbles.happens.append(lambda: None)
    stumbling.works()
    assert stumbling.record(stumbling.b)["title"] == "Steunkousen aantrekken"
    stumbling.town.clock.at += timedelta(minutes=16)
    stumbling.works()
    assert stumbling.record(stumbling.b)["title"] == "Lange kousen"


class Writes(FamilyAppConnector):
    """Just before its next write leaves, something happens."""

    happens: ClassVar[list[Callable[[], object]]] = []

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        if self.happens:
            self.happens.pop()()
        return super().update(call, found, raw)


def test_nothing_more_is_written_to_a_system_that_was_just_paused(household: Any) -> None:
    household.becomes("app-b", Writes)
    household.nurse({WHAT: What(text="Lange kousen")})
    Writes.happens.append(lambda: taking_part.pause(household.hub, "de-linde", "app-b"))
    household.works()
    assert household.record(household.b)["title"] == "Steunkousen aantrekken"
    taking_part.resume(household.hub, "de-linde", "app-b")
    household.town.clock.pass_(minutes=5)
    household.settle()
    assert household.record(household.b)["title"] == "Lange kousen"
