"""Who read what, as the platform's markers and receipts say it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from connectors.ozo.hub import CHANGED, SON, UNITS, Hub

from samenspraak.connectors import Changes, Directory
from samenspraak.sandbox import Fault
from samenspraak_ozo import opened
from samenspraak_ozo.opened import ACCESS
from samenspraak_ozo.plugin import OzoConnector
from samenspraak_ozo.sandbox import OzoSandbox

NEIGHBOUR = "RelatedPerson/1003"
AT = "2026-11-24T10:00:00+00:00"


def marks(hub: Hub, external_id: str) -> list[tuple[Any, str]]:
    return [(one.by, one.mark) for one in hub.reading(hub.look(external_id)).opened]


@pytest.fixture(params=["strict", "quirky"])
def there(request: pytest.FixtureRequest) -> tuple[Any, Hub]:
    quirky = request.param == "quirky"
    return request.getfixturevalue("quirky" if quirky else "client"), request.getfixturevalue(
        "quirky_hub" if quirky else "hub"
    )


def test_nobody_has_read_what_was_only_sent(there: tuple[Any, Hub]) -> None:
    _, hub = there

    assert marks(hub, hub.open().external_id) == []


def test_who_opens_the_thread_has_read_the_newest_terms(there: tuple[Any, Hub]) -> None:
    client, hub = there
    thread = hub.open()
    client.act("read", person="80021")
    assert marks(hub, thread.external_id) == [(SON, "c1-aa#1")]

    hub.update(hub.look(thread.external_id), set=CHANGED, mark="c1-bb#2")
    assert (SON, "c1-bb#2") not in marks(hub, thread.external_id)

    client.act("read", person="80021")
    assert (SON, "c1-bb#2") in marks(hub, thread.external_id)


def test_reading_changes_the_token_so_that_the_hub_looks(there: tuple[Any, Hub]) -> None:
    client, hub = there
    before = hub.open()
    client.act("read", person="80022")

    assert hub.look(before.external_id).token != before.token


@pytest.mark.parametrize("status", [400, 403])
def test_where_receipts_may_not_be_searched_the_markers_do(
    sandbox: OzoSandbox, client: Any, hub: Hub, status: int
) -> None:
    thread = hub.open()
    client.act("read", person="80021")
    sandbox.inject(Fault(kind="status", status=status, path="/fhir/AuditEvent"))

    assert marks(hub, thread.external_id) == [(SON, "c1-aa#1")]


def test_a_reader_makes_an_old_thread_change(quirky: Any, quirky_hub: Hub) -> None:
    """Where the platform can search by time."""
    thread = quirky_hub.open()
    cursor = quirky_hub.pages()[-1].cursor
    cursor = quirky_hub.pages(cursor)[-1].cursor or cursor
    quirky.act("read", person="80021")

    found = [one for page in quirky_hub.pages(cursor) for one in page.records]
    assert thread.external_id in {one.external_id for one in found}


def test_somebody_who_only_writes_may_not_have_read_anything(there: tuple[Any, Hub]) -> None:
    client, hub = there
    thread = hub.open()
    client.act("reply", person="80021", text="Hallo")

    assert marks(hub, thread.external_id) == []


# What a version tells.


def thread_with(*events: dict[str, Any]) -> dict[str, Any]:
    """A thread with one message more, which was taken back since; and who read it."""
    connector = OzoConnector("ozo-1", {"sender": "Practitioner/1004"})
    directory = Directory(connector_id="ozo-1", external={SON: "RelatedPerson/1002"})
    hub = Hub(connector=connector, call=None, people=_People)  # type: ignore[arg-type]  # nothing is sent
    raw = connector.put(connector.new(hub.subject()), Changes(set=UNITS, mark="c1-aa#1"), directory)
    raw["thread"] |= {"id": "5", "meta": {"versionId": "1", "lastUpdated": AT}}
    raw = connector.put(raw, Changes(set=CHANGED, mark="c1-bb#2"), directory)
    raw["messages"][0] |= {"id": "6", "meta": {"versionId": "2", "lastUpdated": AT}, "sent": AT}
    raw["messages"][0]["status"] = "entered-in-error"
    return {**raw, "reading": list(events)}


class _People:
    patient, son, neighbour = "Patient/1001", "RelatedPerson/1002", NEIGHBOUR


def receipt(message: str) -> dict[str, Any]:
    return {
        "resourceType": "AuditEvent",
        "type": {"system": ACCESS[0], "code": ACCESS[1]},
        "recorded": AT,
        "agent": [{"who": {"reference": "RelatedPerson/1002"}, "requestor": True}],
        "entity": [
            {"what": {"reference": "CommunicationRequest/5/_history/1"}},
            {"what": {"reference": message}},
        ],
    }


def read(raw: dict[str, Any]) -> list[tuple[str, datetime]]:
    directory = Directory(connector_id="ozo-1", external={SON: "RelatedPerson/1002"})
    return [(one.mark, one.at) for one in opened.opened(raw, directory)]


def test_the_version_says_that_our_text_was_read_before_it_was_taken_back() -> None:
    raw = thread_with(receipt("Communication/6/_history/1"))

    assert read(raw) == [("c1-bb#2", datetime(2026, 11, 24, 10, tzinfo=UTC))]


@pytest.mark.parametrize("message", ["Communication/6/_history/2", "Communication/6"])
def test_what_stood_there_instead_or_may_have_is_not_our_text(message: str) -> None:
    assert read(thread_with(receipt(message))) == []


def test_the_proxys_own_events_are_no_receipts() -> None:
    rest = {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"}
    event = {**receipt("Communication/6/_history/1"), "type": rest}

    assert read(thread_with(event)) == []
