"""Invented people and agreements for the tests of the domain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from samenspraak.domain.agreements import Agreement, Assignment, Duty, State, Status, What
from samenspraak.domain.parties import PartyKind, PartyRef

SON = PartyRef(kind=PartyKind.RELATIVE, id="son")

Make = Callable[..., Agreement]


@pytest.fixture
def son() -> PartyRef:
    return SON


@pytest.fixture
def agreement() -> Make:
    """Makes an active agreement performed by the son; any member can be given, ``schedule`` too."""

    def make(**members: Any) -> Agreement:
        schedule = members.pop("schedule", None)
        duty = Duty(performer=SON, schedule=schedule) if schedule else Duty(performer=SON)
        usual = {
            "id": "stockings",
            "client_id": "mother",
            "what": What(text="Steunkousen aantrekken"),
            "assignments": (Assignment(id="a1", duty=duty),),
            "status": Status(state=State.ACTIVE),
        }
        return Agreement(**(usual | members))

    return make
