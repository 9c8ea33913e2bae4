"""Who reads no copy anywhere becomes a question for the responsible person."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import UnitKey, UnitKind, apply
from samenspraak.store.records import Cause
from samenspraak.sync.versions import record_version

COOKING = {
    "tasks": [
        {
            "id": "a1",
            "who": {"user": "son", "role": "relative"},
            "when": {"text": "donderdag"},
        }
    ]
}


@pytest.fixture
def cooking(town: Any) -> Any:
    client = town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    son = town.person("son", PartyKind.RELATIVE, "Jan", client.id)
    neighbour = town.person("buur", PartyKind.RELATIVE, "Bea", client.id)
    town.consent(client.id, son)
    town.joins(town.family_app("app-a"), client.id, son)
    return town, neighbour


def test_a_backup_without_any_system_is_a_question(cooking: Any) -> None:
    town, neighbour = cooking
    town.systems["app-a"].add_record("son", "wit", "Samen koken", **COOKING)
    town.settle(3)
    with town.app.store.write("de-linde") as uow:
        (record,) = uow.agreements.list()
        backup = {UnitKey(UnitKind.BACKUP, "a1"): neighbour}
        after = apply(record.agreement, backup)
        record_version(uow, town.app.hub, record, after, cause=Cause(actor="test", why="recorded"))
        uow.commit()
    town.settle(2)
    town.systems["app-a"].cancel("son", "r1", "a1", "2026-11-26")
    town.settle(3)
    assert [(one.kind, one.cause) for one in town.questions()] == [("to_do", "not-reached")]
