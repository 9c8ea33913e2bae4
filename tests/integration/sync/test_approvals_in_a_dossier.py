"""Assent that is asked for and given as a Task of the dossier, in the hands of the hub."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.sync.test_dossier_and_app import SON, Home

from samenspraak.domain.statements import StatementKind
from samenspraak.store.records import ConnectorRecord
from samenspraak_fhir.sandbox import QUIRKY, STRICT


@pytest.fixture(params=[STRICT, QUIRKY], ids=["strict", "quirky"])
def home(town: Any, request: pytest.FixtureRequest) -> Home:
    there = Home(town, request.param)
    with town.app.store.write("de-linde") as uow:
        record: ConnectorRecord = uow.connectors.get("dossier")
        record.settings["approvals"] = True  # type: ignore[index]  # a plain dict as it was stored
        uow.connectors.save(record)
        uow.commit()
    there.agree("kous-1", SON, "op werkdagen")
    there.settle()
    return there


def kept(home: Home, kind: str) -> list[Any]:
    return [one.resource for one in home.dossier.records.current(kind, primary=True)]


def statements(home: Home) -> list[Any]:
    with home.town.app.store.read("de-linde") as uow:
        [agreement] = home.town.agreements()
        return [one for one in uow.statements.of(agreement.id) if one.kind is not StatementKind.COMMENT]


def test_the_son_agrees_in_the_portal_of_the_dossier_and_everybody_knows(home: Home) -> None:
    [task] = kept(home, "Task")
    home.dossier.records.write({**task, "status": "accepted"}, "PUT")
    home.settle()

    [assent] = statements(home)
    assert (assent.kind, assent.by.id, assent.through) == (StatementKind.ASSENT, "son", "dossier")
    assert home.is_equal()
    assert [one["status"] for one in kept(home, "Task")] == ["accepted"]


def test_the_son_agrees_in_his_app_and_the_dossier_has_it_in_its_own_words(home: Home) -> None:
    home.app.agree("son", home.record())
    home.settle()

    assert [one["status"] for one in kept(home, "Task")] == ["accepted"]
    [provenance] = kept(home, "Provenance")
    assert provenance["agent"][0]["who"]["reference"] == SON
    assert len(statements(home)) == 1
    assert home.is_equal()


def test_a_quiet_cycle_asks_nothing_and_writes_nothing(home: Home) -> None:
    before = home.town.writes()
    home.settle()
    assert home.town.writes() == before
