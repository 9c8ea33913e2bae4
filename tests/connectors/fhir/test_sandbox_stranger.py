"""A FHIR client nobody here wrote finds its way in the sandbox."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import fhirkit
import pytest
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import MultipleResourcesFound, OperationOutcome, ResourceNotFound


@pytest.fixture(params=["strict", "quirky"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    dossier = request.getfixturevalue(request.param)
    for number in range(5):
        dossier.act(
            "agree",
            id=f"plan-{number}",
            client="Patient/mw-terpstra",
            what="Lopen",
            by="RelatedPerson/zoon-wim",
            when="dagelijks",
        )
    with dossier.sandbox.running() as url:
        yield f"{url}/fhir"


def stranger(address: str, **headers: str) -> SyncFHIRClient:
    return SyncFHIRClient(address, extra_headers=headers)


def eventually(read: Any, is_right: Any = bool) -> Any:
    """The client is a stranger to lag as well: it asks again, as its user would."""
    for _ in range(1000):
        try:
            if is_right(found := read()):
                return found
        except ResourceNotFound:
            pass
        time.sleep(0.02)
    return read()


def is_gone(client: SyncFHIRClient, kind: str, key: str) -> bool:
    try:
        client.get(kind, key)
    except ResourceNotFound:
        return True
    return False


def test_a_stranger_reads_every_page(address: str) -> None:
    plans = stranger(address).resources("CarePlan").search(patient="Patient/mw-terpstra").sort("_id").limit(2)

    expected = [f"plan-{number}" for number in range(5)]

    ids = eventually(lambda: [one["id"] for one in plans.fetch_all()], lambda found: found == expected)

    assert ids == expected


def test_a_stranger_creates_updates_and_deletes_what_passes_a_second_opinion(address: str) -> None:
    client = stranger(address)
    task = client.resource("Task", status="requested", intent="order", description="Bel de dochter")
    task.save()
    task["status"] = "completed"
    stranger_with_match = stranger(address, **{"If-Match": f'W/"{task["meta"]["versionId"]}"'})
    saved = stranger_with_match.resource("Task", **task)
    saved.save()
    issues = fhirkit.validate(dict(saved.serialize()))
    client.delete("Task", saved["id"])

    assert issues == []
    assert eventually(lambda: is_gone(client, "Task", saved["id"]))


def test_a_stranger_is_told_by_operation_outcome_what_is_wrong(address: str) -> None:
    with pytest.raises(OperationOutcome, match=r"expected|element"):
        stranger(address).resource("CarePlan", status="active").save()


def test_a_stranger_with_an_old_version_is_refused(address: str) -> None:
    client = stranger(address, **{"If-Match": 'W/"een-oude"'})
    plan = eventually(lambda: stranger(address).resources("CarePlan").search(_id="plan-1").first())

    # fhirpy names 412 so; 409 comes as an OperationOutcome.
    with pytest.raises((MultipleResourcesFound, OperationOutcome)):
        client.resource("CarePlan", **plan).save()


def test_a_stranger_creates_conditionally_once(address: str) -> None:
    client = stranger(address, **{"If-None-Exist": "identifier=urn:vreemd|1"})
    made = [
        client.resource("Organization", name="Buurthuis", identifier=[{"system": "urn:vreemd", "value": "1"}])
        for _ in range(2)
    ]
    for one in made:
        one.save()

    assert made[0]["id"] == made[1]["id"]
