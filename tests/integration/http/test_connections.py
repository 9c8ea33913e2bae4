"""One connection for each thread, kept while it is good, and the last moment to stop a request."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.integration.http.conftest import Peer, Server, answer, behave

from samenspraak.errors import OutcomeUnknownError, PermanentError
from samenspraak.http import HttpClient, Limits

MakeClient = Callable[..., HttpClient]


class WithdrawnError(Exception):
    """What the hub raises to stop a request."""


def until(true: Callable[[], bool]) -> bool:
    """Whether it becomes true, also on a machine that is busy."""
    end = time.monotonic() + 20
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


def test_requests_after_each_other_share_a_connection(server: Server, client_of: MakeClient) -> None:
    client = client_of(server)
    for copy in (client, client.by(time.monotonic() + 60), client.permitted_by(lambda: None)):
        copy.send("GET", "CarePlan")
    assert server.connections == 1


def test_a_refusal_keeps_the_connection_too(server: Server, client_of: MakeClient) -> None:
    def script(peer: Peer) -> None:
        while True:
            peer.request()
            peer.send(answer(b'{"issue": []}', status=b"404 Not Found"))

    server.plays(script)
    client = client_of(server)
    for _ in range(3):
        with pytest.raises(PermanentError):
            client.send("GET", "CarePlan/17")
    assert server.connections == 1


def test_threads_never_share_a_connection_and_close_theirs_when_they_end(
    server: Server, client_of: MakeClient
) -> None:
    client = client_of(server)
    together = threading.Barrier(4)

    def work(_: int) -> bool:
        together.wait(20)
        return all(client.send("GET", "CarePlan").json()["ok"] for _ in range(20))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(4)))
    assert (server.connections, len(server.requests)) == (4, 80)
    gc.collect()
    assert until(lambda: server.closed == 4)


def test_a_connection_that_rested_is_opened_anew_before_it_can_fail(
    server: Server, client_of: MakeClient
) -> None:
    client = client_of(server, limits=Limits(idle_seconds=0.05))
    client.send("GET", "CarePlan")
    time.sleep(0.1)
    client.send("POST", "CarePlan", json={})
    assert server.connections == 2


def test_a_connection_the_server_closed_is_not_written_to(server: Server, client_of: MakeClient) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer())

    server.plays(script)
    client = client_of(server)
    client.send("GET", "CarePlan")
    assert until(lambda: server.closed == 1)
    assert client.send("POST", "CarePlan", json={}).status == 200
    assert server.connections == 2


@pytest.mark.parametrize("later", [False, True])
def test_bytes_nobody_asked_for_are_not_taken_for_the_next_answer(
    server: Server, client_of: MakeClient, later: bool
) -> None:
    answered, smuggled = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer() + (b"" if later else answer(b'{"ok": "smuggled"}')))
        if later:
            answered.wait(20)
            peer.send(answer(b'{"ok": "smuggled"}'))
        smuggled.set()
        behave(peer)

    server.plays(script)
    client = client_of(server)
    client.send("GET", "CarePlan")
    answered.set()
    assert smuggled.wait(20)
    assert client.send("GET", "CarePlan").json() == {"ok": True}


def test_a_closed_client_begins_anew(server: Server, client_of: MakeClient) -> None:
    client = client_of(server)
    client.send("GET", "CarePlan")
    client.close()
    assert until(lambda: server.closed == 1)
    assert client.send("GET", "CarePlan").json() == {"ok": True}


# Permission.


def test_a_permit_that_raises_stops_the_request_before_a_byte_leaves(
    server: Server, client_of: MakeClient
) -> None:
    connections_when_asked = []

    def permit() -> None:
        until(lambda: server.connections == 1)
        connections_when_asked.append(server.connections)
        raise WithdrawnError

    client = client_of(server)
    with pytest.raises(WithdrawnError):
        client.permitted_by(permit).send("POST", "CarePlan", json={"title": "Wandelen"})
    assert client.send("GET", "CarePlan").json() == {"ok": True}
    assert [request.partition(b" ")[0] for request in server.requests] == [b"GET"]
    assert connections_when_asked == [1]


def test_a_permit_is_asked_for_each_request_also_on_a_kept_connection(
    server: Server, client_of: MakeClient
) -> None:
    asked: list[str] = []
    client = client_of(server).permitted_by(lambda: asked.append("consent"))
    both = client.permitted_by(lambda: asked.append("lease"))
    client.send("GET", "CarePlan")
    both.send("GET", "CarePlan")
    assert asked == ["consent", "consent", "lease"]


def test_what_a_permit_raises_comes_out_as_it_is(server: Server, client_of: MakeClient) -> None:
    lost = ConnectionResetError("the database went away")

    def permit() -> None:
        raise lost

    client = client_of(server)
    client.send("GET", "CarePlan")
    with pytest.raises(ConnectionResetError) as caught:
        client.permitted_by(permit).send("POST", "CarePlan", json={})
    assert caught.value is lost
    assert client.send("GET", "CarePlan").json() == {"ok": True}
    assert len(server.requests) == 2


def test_a_permit_that_takes_too_long_sends_nothing(server: Server, client_of: MakeClient) -> None:
    client = client_of(server)
    slow = client.by(time.monotonic() + 0.1).permitted_by(lambda: time.sleep(0.15))
    with pytest.raises(Exception, match="nothing was sent") as caught:
        slow.send("POST", "CarePlan", json={})
    assert not isinstance(caught.value, OutcomeUnknownError)
    assert client.send("GET", "CarePlan").json() == {"ok": True}
    assert len(server.requests) == 1


def test_an_answer_was_asked_for_after_its_permit(server: Server, client_of: MakeClient) -> None:
    now = [100.0]

    def permit() -> None:
        now[0] = 105.0

    answered = client_of(server).timed_by(lambda: now[0]).permitted_by(permit).send("GET", "CarePlan")
    assert answered.sent_at == 105.0
