"""Writing over sockets, beyond the contract: whose plan it is, and what a server may get wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from samenspraak.connectors import Call, Changes, Directory, End, Found, Marker, Step, Subject
from samenspraak.domain.agreements import State, Status, What
from samenspraak.domain.units import STATUS, WHAT
from samenspraak.errors import ConfigurationError, InvalidRecordError, OutcomeUnknownError, PermanentError
from samenspraak.sandbox import Fault
from samenspraak_fhir.plugin import DossierConnector
from samenspraak_fhir.sandbox import STRICT, FhirSandbox, Quirks
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

    def made(self) -> Found:
        look = self.connector.fetch(
            self.call, self.connector.create(self.call, SUBJECT, self.draft()).external_id
        )
        assert isinstance(look, Found)
        return look

    def native(self) -> Found:
        members = self.sandbox.acts()["agree"](client=CLIENT, what="Lopen", by="RelatedPerson/zoon", when="?")
        look = self.connector.fetch(self.call, members["id"])
        assert isinstance(look, Found)
        return look


@contextmanager
def opened(quirks: Quirks) -> Iterator[World]:
    sandbox = FhirSandbox(quirks=quirks)
    with sandbox.running() as url:
        there = World(sandbox, url)
        sandbox.acts()["admit"](id="mw-terpstra", given="Sjoukje", family="Terpstra")
        yield there
        there.call.http.close()


@pytest.fixture
def world() -> Iterator[World]:
    with opened(STRICT) as there:
        yield there


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


def test_an_update_that_is_answered_with_nothing_is_read_back() -> None:
    with opened(Quirks(bare_answers=True)) as world:
        made = world.made()
        changed = world.connector.put(made.raw, Changes(set={WHAT: What(text="Samen bakken")}), DIRECTORY)

        written = world.connector.update(world.call, made, changed)

        assert (written.external_id, written.found) == (made.external_id, None)
        look = world.connector.fetch(world.call, written.external_id)
        assert isinstance(look, Found)
        assert "Samen bakken" in repr(look.raw)


def test_a_create_of_which_nobody_says_where_it_is_may_have_been_made(world: World) -> None:
    world.sandbox.inject(Fault(kind="status", method="POST", status=201, times=1))

    with pytest.raises(OutcomeUnknownError, match="nobody says which"):
        world.connector.create(world.call, SUBJECT, world.draft())

    world.connector.create(world.call, SUBJECT, world.draft())
    assert world.sandbox.live() == {str(SUBJECT.marker): 1}


def test_a_server_without_versions_is_refused_before_and_never_written_over() -> None:
    """Without a version, what a nurse typed between reading and writing would be lost."""
    with opened(Quirks(no_versions=True)) as world:
        made = world.made()
        world.sandbox.acts()["change"](id=made.external_id, field="until", value="2027-03-01")

        with pytest.raises(ConfigurationError, match="no version"):
            world.connector.update(world.call, made, made.raw)

        last = list(world.connector.check(world.call))[-1]
        assert (last.step, last.ok, last.detail) == (Step.WRITE, False, "no versions")
        look = world.connector.fetch(world.call, made.external_id)
        assert isinstance(look, Found)
        assert look.raw["period"] == {"end": "2027-03-01"}
