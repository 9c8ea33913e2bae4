"""A system that nobody wrote code for is kept equal like any other."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.domain.agreements import State
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.store.records import ConnectorRecord
from samenspraak_rest.kit import DESCRIPTION
from samenspraak_rest.plugin import RestConnector
from samenspraak_rest.sandbox import ACCESS_KEY, Buurtplein

ORGANISATION = "de-linde"
NUMBERED = 'identifiers = { "https://de-linde.example/nummers" = "nummer" }\n'


@pytest.fixture
def environment() -> dict[str, str]:
    return {"APP_KEY": "sleutel-voor-samenspraak", "PLEIN_KEY": ACCESS_KEY}


@pytest.fixture
def plein(family: Any) -> Buurtplein:
    """Buurtplein beside the family's apps, with the same client and son by their numbers."""
    sandbox = Buurtplein()
    sandbox.add_client("b1", "Mevrouw A. de Wit", nummer="wit")
    sandbox.add_person("m1", "Jan de Wit", "familie", ["b1"], nummer="son")
    sandbox.add_person("m2", "Els de Wit", "familie", ["b1"], nummer="daughter")
    url = family.stack.enter_context(sandbox.running())
    description = DESCRIPTION.replace("[people]\n", f"{NUMBERED}\n[people]\n{NUMBERED}")
    record = ConnectorRecord(
        id="plein",
        plugin="rest",
        title="plein",
        settings={
            "base_url": url,
            "access_key": "secret://env/PLEIN_KEY",
            "open_origins": [url],
            "description": description,
        },
        state=ConnectorState.RUNNING,
    )
    family.app.registry.connectors["rest"] = RestConnector
    with family.app.store.write(ORGANISATION) as uow:
        uow.connectors.add(record)
        uow.commit()
    family.systems["plein"] = sandbox
    return sandbox


def test_an_agreement_goes_there_and_what_people_change_there_comes_back(
    family: Any, plein: Buurtplein
) -> None:
    family.settle(3)
    (there,) = plein.kept
    said = plein.states(there)[-1]
    assert (said["titel"], said["taken"][0]["wie"]["mens"]) == ("Steunkousen aantrekken", "m1")

    plein.edit("m1", there, titel="Steunkousen aan en uit", taal="nl")
    family.settle(3)

    (agreement,) = family.agreements()
    assert agreement.what.text == "Steunkousen aan en uit"
    assert family.systems["app-b"].record_of("r1")["title"] == "Steunkousen aan en uit"
    assert set(family.reasons().values()) == {Reason.EQUAL}


def test_an_end_there_is_an_end_everywhere_and_nothing_is_written_once_all_is_equal(
    family: Any, plein: Buurtplein
) -> None:
    family.settle(3)
    (there,) = plein.kept
    plein.edit("m1", there, toestand={"waarde": "gestopt", "op": "05-03-2026"})
    family.settle(4)
    (agreement,) = family.agreements()
    assert agreement.status.state is State.ENDED
    wrote = family.writes()

    family.settle(3)

    assert family.writes() == wrote
