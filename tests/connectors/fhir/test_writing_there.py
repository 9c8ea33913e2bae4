"""Writing over sockets, beyond the contract: whose plan it is, and what a server may get wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from samenspraak.connectors import Call, Changes, Directory, End, Found, Marker, Subject
from samenspraak.domain.agreements import State, Status, What
from samenspraak.domain.units import STATUS, WHAT
from samenspraak.errors import InvalidRecordError, PermanentError
from samenspraak.sandbox import Fault
from samenspraak_fhir.plugin import DossierConnector
from samenspraak_fhir.sandbox import FhirSandbox
from samenspraak_fhir.settings import DossierSettings

CLIENT = "Patient/mw-terpstra"
SUBJECT = Subject(client=CLIENT, marker=Marker(agreement_id="ag1", part="a1"))
DIRECTORY = Directory(connector_id="dossier-1")


class World:
    def __init__(self, sandbox: FhirSandbox, url: str) -> None:
        loaded = DossierSettings().load({"base_url": f"{url}/fhir/"})
        self.connector = DossierConnector("dossier-1", {**loaded, "open_origins": {url}})
        self.call = Call(http=self.connector.http(), now=datetime.now(UTC))
        self.sandbox = sandbox

    def draft(self) -> dict[str, Any]:
        units = {WHAT: What(text="Samen koken"), STATUS: Status(state=State.ACTIVE)}
        return self.connector.put(self.connector.new(SUBJECT), Changes(set=units), DIRECTORY)

    def native(self) -> Found:
        members = self.sandbox.acts()["agree"](client=CLIENT, what="Lopen", by="RelatedPerson/zoon", when="?")
        look = self.connector.fetch(self.call, members["id"])
        assert isinstance(look, Found)
        return look


@pytest.fixture
def world() -> Iterator[World]:
    sandbox = FhirSandbox()
    with sandbox.running() as url:
        there = World(sandbox, url)
        sandbox.acts()["admit"](id="mw-terpstra", given="Sjoukje", family="Terpstra")
        yield there
        there.call.http.close()


def test_a_plan_the_dossier_wrote_itself_is_not_retracted(world: World) -> None:
    native = world.native()
    emptied = world.connector.put(native.raw, Changes(clear=frozenset({WHAT, STATUS})), DIRECTORY)

    with pytest.raises(PermanentError, match="stays there"):
        world.connector.end(world.call, native, emptied, End.RETRACTED)

    assert world.connector.fetch(world.call, native.external_id) == native


def test_a_retracted_plan_of_ours_is_revoked_and_empty(world: World) -> None:
    written = world.connector.create(world.call, SUBJECT, world.draft())
    assert written.found is not None
    emptied = world.connector.put(written.found.raw, Changes(clear=frozenset({WHAT, STATUS})), DIRECTORY)

    world.connector.end(world.call, written.found, emptied, End.RETRACTED)

    look = world.connector.fetch(world.call, written.external_id)
    assert isinstance(look, Found)
    assert look.raw["status"] == "revoked"
    assert "Samen koken" not in repr(look.raw)


def test_a_plan_the_server_does_not_accept_is_refused_by_its_place(world: World) -> None:
    draft = {**world.draft(), "status": "bezig"}

    with pytest.raises(InvalidRecordError) as refused:
        world.connector.create(world.call, SUBJECT, draft)

    assert refused.value.field == "CarePlan.status"
    assert world.connector.create(world.call, SUBJECT, world.draft()).existed is False


def test_a_create_that_answers_somebody_elses_plan_is_not_believed(world: World) -> None:
    """A server that does not know If-None-Exist may answer with whatever it searched."""
    native = world.native()
    body = world.sandbox.app.test_client().get(f"/fhir/{native.external_id}").get_data(as_text=True)
    headers = {"Content-Type": "application/fhir+json"}
    world.sandbox.inject(Fault(kind="status", method="POST", status=200, headers=headers, body=body))

    with pytest.raises(PermanentError, match="another plan"):
        world.connector.create(world.call, SUBJECT, world.draft())


def test_an_answer_without_the_plan_still_says_where_it_is(world: World) -> None:
    headers = {"Location": "https://ecd.example/fhir/CarePlan/77/_history/1"}
    world.sandbox.inject(Fault(kind="status", method="POST", status=201, headers=headers))

    written = world.connector.create(world.call, SUBJECT, world.draft())

    assert (written.external_id, written.found) == ("CarePlan/77", None)


def test_only_plans_with_the_marker_are_found_by_it(world: World) -> None:
    world.native()
    written = world.connector.create(world.call, SUBJECT, world.draft())

    found = world.connector.find(world.call, SUBJECT.marker)

    assert [one.external_id for one in found] == [written.external_id]
