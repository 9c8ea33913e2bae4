"""What was shared stays shared when an agreement ends; withdrawn consent takes it back all the same."""

from __future__ import annotations

from typing import Any

from samenspraak.domain.parties import PartyKind
from samenspraak.policy.state import Reason

DIARY = {"tasks": [{"id": "a1", "who": {"user": "son", "role": "relative"}, "when": {"text": "zaterdag"}}]}


def test_an_agreement_that_ended_is_retracted_when_consent_is_withdrawn(town: Any) -> None:
    client = town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    son = town.person("son", PartyKind.RELATIVE, "Jan", client.id)
    neighbour = town.person("buur", PartyKind.RELATIVE, "Bea", client.id)
    for relative in (son, neighbour):
        town.shows_own_name(client.id, relative, PartyKind.RELATIVE)
    town.consent(client.id, son)
    given = town.consent(client.id, neighbour)
    town.joins(town.family_app("app-a"), client.id, son)
    town.joins(town.family_app("app-b"), client.id, neighbour)
    town.systems["app-a"].add_record("son", "wit", "Boodschappen", **DIARY)
    town.settle(4)
    town.systems["app-a"].end("son", "r1")
    town.settle(4)
    assert "Boodschappen" in town.systems["app-b"].readable("buur")

    town.withdraw(client.id, given)
    town.settle(4)
    town.clock.pass_(minutes=5)
    town.settle(2)

    assert town.systems["app-b"].readable("buur") == []
    assert town.reasons()["app-b"] is Reason.RETRACTED
    assert "Boodschappen" in town.systems["app-a"].readable("son")
