"""A plan that says whose it is by citizen number only."""

from __future__ import annotations

from typing import Any

import pytest
from connectors.fhir.world import CLIENT, Start, World

from samenspraak.connectors import Changes, Directory, Found
from samenspraak.domain.agreements import What
from samenspraak.domain.units import WHAT
from samenspraak_fhir.sandbox import STRICT, Quirks

NUMBER = "999990019"
DIRECTORY = Directory(connector_id="dossier-1")


def by_number(world: World, number: str = NUMBER) -> Found:
    world.agree("a")
    plan: Any = world.sandbox.records.newest("CarePlan/a").resource
    identifier = {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": number}
    world.sandbox.records.write({**plan, "subject": {"identifier": identifier}}, "PUT")
    found = world.connector.fetch(world.call, "CarePlan/a")
    assert isinstance(found, Found)
    return found


@pytest.mark.parametrize("quirks", [STRICT, Quirks(unknown_is_empty=True)])
def test_the_client_is_looked_up_and_the_number_stands_in_no_address(start: Start, quirks: Quirks) -> None:
    world = start(quirks)

    found = by_number(world)

    assert world.connector.get(found.raw, DIRECTORY).client == CLIENT
    asked = [one for one in world.sandbox.seen() if "_search" in one.path]
    assert [(one.method, one.path, one.write) for one in asked] == [("POST", "/fhir/Patient/_search", False)]
    assert not [one for one in world.sandbox.seen() if NUMBER in repr(one)]


def test_what_was_found_never_goes_back_and_the_number_never_into_the_store(start: Start) -> None:
    world = start()
    found = by_number(world)

    raw = world.connector.put(found.raw, Changes(set={WHAT: What(text="Fietsen")}), DIRECTORY)
    world.connector.update(world.call, found, raw)

    there: Any = world.sandbox.records.newest("CarePlan/a").resource
    assert there["subject"].keys() == {"identifier"}
    kept = world.connector.own(found.raw)
    assert NUMBER not in repr(kept)
    assert world.connector.get(kept, DIRECTORY).client == CLIENT


def test_a_number_that_two_records_have_is_nobody(start: Start) -> None:
    world = start()
    world.act("admit", id="dubbel", given="Sjoukje", family="Terpstra", bsn=NUMBER)

    assert world.connector.get(by_number(world).raw, DIRECTORY).client is None
