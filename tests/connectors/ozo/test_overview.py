"""One overview for an audience, instead of a message for each agreement that was there already."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from connectors.ozo.hub import CHANGED, UNITS, Hub

from samenspraak.connectors import Changes, End, Found, Marker
from samenspraak.errors import OutcomeUnknownError
from samenspraak.sandbox import Fault
from samenspraak_ozo.sandbox import OzoSandbox

OVERVIEW = "Afspraken om te lezen"


@pytest.fixture(params=["strict", "quirky"])
def there(request: pytest.FixtureRequest) -> tuple[Any, Hub]:
    quirky = request.param == "quirky"
    return request.getfixturevalue("quirky" if quirky else "client"), request.getfixturevalue(
        "quirky_hub" if quirky else "hub"
    )


def opened(hub: Hub, agreement_id: str, *readers: str) -> Found:
    """A thread about something that was agreed before."""
    marker = Marker(agreement_id=agreement_id, copy="c1")
    subject = replace(hub.subject(*readers), marker=marker, quiet=True)
    raw = hub.connector.put(hub.connector.new(subject), Changes(set=UNITS, mark="c1-aa#1"), hub.directory)
    return hub.look(hub.connector.create(hub.call, subject, raw).external_id)


def unread(client: Any, person: str = "80021") -> list[str]:
    return [one["messages"][0] for one in client.act("inbox", person=person) if one["unread"]]


def test_readers_are_notified_once_of_all_that_was_agreed_before(there: tuple[Any, Hub]) -> None:
    client, hub = there
    for number in range(4):
        opened(hub, f"ag{number}")

    for person in ("80021", "80022"):
        assert unread(client, person) == [OVERVIEW]
        assert len(client.act("inbox", person=person)) == 5


def test_a_thread_that_was_opened_quietly_is_one_like_any_other(there: tuple[Any, Hub]) -> None:
    client, hub = there
    thread = opened(hub, "ag1")
    assert hub.reading(thread).mark == "c1-aa#1"
    assert hub.reading(thread).selected

    hub.update(thread, set=CHANGED, mark="c1-bb#2")
    assert unread(client) == [OVERVIEW, "Steunkousen aantrekken"]


def test_the_overview_says_nothing_of_what_was_agreed(there: tuple[Any, Hub]) -> None:
    client, hub = there
    opened(hub, "ag1")

    [told] = [
        one["messages"] for one in client.act("inbox", person="80021") if one["messages"][0] == OVERVIEW
    ]
    assert "mevrouw Van Vliet" in told[1]
    assert "Steunkousen" not in " ".join(told)


def test_another_audience_has_an_overview_of_its_own(there: tuple[Any, Hub]) -> None:
    client, hub = there
    opened(hub, "ag1")
    opened(hub, "ag2", hub.people.son)

    assert unread(client, "80021") == [OVERVIEW, OVERVIEW]
    assert unread(client, "80022") == [OVERVIEW]


def test_who_read_the_overview_is_told_of_what_may_be_read_since_in_one_message_more(
    there: tuple[Any, Hub],
) -> None:
    client, hub = there
    opened(hub, "ag1")
    client.act("read", person="80021", about=OVERVIEW)
    assert unread(client) == []
    for number in (2, 3, 4):
        opened(hub, f"ag{number}")

    assert unread(client) == [OVERVIEW]
    inbox = client.act("inbox", person="80021")
    [told] = [one["messages"] for one in inbox if one["messages"][0] == OVERVIEW]
    assert len(told) == 3


def test_a_sender_who_is_one_of_those_concerned_counts_as_no_reader(there: tuple[Any, Hub]) -> None:
    client, hub = there
    for number in range(3):
        opened(hub, f"ag{number}", hub.people.nurse, hub.people.son)

    inbox = client.act("inbox", person="80021")
    [told] = [one["messages"] for one in inbox if one["messages"][0] == OVERVIEW]
    assert len(told) == 2

    alone = opened(hub, "ag9", hub.people.nurse)
    assert hub.reading(alone).mark == "c1-aa#1"


def test_the_overview_goes_with_the_last_thread_of_its_readers(there: tuple[Any, Hub]) -> None:
    client, hub = there
    first, last = opened(hub, "ag1"), opened(hub, "ag2")
    hub.end(first, End.RETRACTED)
    assert OVERVIEW in " ".join(readable(client))

    hub.end(hub.look(last.external_id), End.RETRACTED)
    assert set(readable(client)) <= {
        "Dit gesprek is niet meer beschikbaar.",
        "Dit bericht is niet meer beschikbaar.",
    }


def readable(client: Any) -> list[str]:
    found: list[str] = client.session.get(f"{client.url}/_sandbox/readable/80021").json()
    return found


def test_a_thread_whose_readers_could_not_be_let_in_is_no_copy_yet_and_the_next_write_lets_them_in(
    sandbox: OzoSandbox, client: Any, hub: Hub
) -> None:
    sandbox.inject(Fault(kind="status", status=503, method="PUT", times=1))
    with pytest.raises(OutcomeUnknownError):
        opened(hub, "ag1")

    [found] = hub.connector.find(hub.call, Marker(agreement_id="ag1", copy="c1"))
    assert hub.reading(found).mark is None
    assert readable(client) == [line for line in readable(client) if "Steunkousen" not in line]

    thread = hub.update(found, set=UNITS, mark="c1-aa#1")
    assert hub.reading(thread).mark == "c1-aa#1"
    assert thread.raw["messages"] == []
    assert "Steunkousen aantrekken" in readable(client)
