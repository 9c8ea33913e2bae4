"""Connections that break: what is known to be sent, and that the client works after it."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
from tests.integration.http.conftest import Peer, Script, Server, answer

from samenspraak.errors import ConfigurationError, OutcomeUnknownError, SamenspraakError, TransientError
from samenspraak.http import HttpClient, Limits

MakeClient = Callable[..., HttpClient]

CUT = b'{"title": "Wandelen naar de boo'


def reset_at_once(peer: Peer) -> None:
    peer.reset()


def reset_after_the_request(peer: Peer) -> None:
    peer.request()
    peer.reset()


def close_after_the_request(peer: Peer) -> None:
    peer.request()


def half_a_head(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Ty")


def a_head_without_end(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 204 No Content\r\nContent-Type: application/json\r\n")


def no_header_at_all(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 200 OK\r\n<html>Inloggen</html>\r\n\r\n")


def no_http(peer: Peer) -> None:
    peer.request()
    peer.send(b"SSH-2.0-OpenSSH_9.6\r\n")


def reset_in_the_body(peer: Peer) -> None:
    peer.request()
    peer.send(answer(CUT, b"Content-Length: 500"))
    peer.wait(0.05)
    peer.reset()


def cut_off_with_length(peer: Peer) -> None:
    peer.request()
    peer.send(answer(CUT, b"Content-Length: 500"))


def cut_off_chunk(peer: Peer) -> None:
    peer.request()
    peer.send(answer(b"", b"Transfer-Encoding: chunked") + b"1ff\r\n" + CUT)


def no_last_chunk(peer: Peer) -> None:
    peer.request()
    peer.send(answer(b"", b"Transfer-Encoding: chunked") + b"2\r\n[]\r\n")


def two_lengths(peer: Peer) -> None:
    peer.request()
    peer.send(answer(CUT, b"Content-Length: 500", b"Content-Length: 31"))


def broken_gzip(peer: Peer) -> None:
    peer.request()
    peer.send(answer(CUT, b"Content-Encoding: gzip", b"Connection: close"))


BROKEN = (
    reset_after_the_request,
    close_after_the_request,
    half_a_head,
    a_head_without_end,
    no_header_at_all,
    no_http,
    reset_in_the_body,
    cut_off_with_length,
    cut_off_chunk,
    no_last_chunk,
    two_lengths,
    broken_gzip,
)


def failure(client: HttpClient, method: str, path: str = "CarePlan") -> SamenspraakError:
    with pytest.raises(SamenspraakError) as caught:
        client.send(method, path, json={} if method == "POST" else None)
    return caught.value


@pytest.mark.parametrize("script", BROKEN)
def test_what_breaks_once_the_request_may_have_left_is_unknown_for_a_write(
    server: Server, client_of: MakeClient, script: Script
) -> None:
    server.plays(script, script)
    client = client_of(server)
    assert type(failure(client, "GET")) is TransientError
    assert type(failure(client, "POST")) is OutcomeUnknownError
    assert client.send("GET", "CarePlan").json() == {"ok": True}


def test_a_connection_reset_at_once_may_not_be_noticed_before_the_request_leaves(
    server: Server, client_of: MakeClient
) -> None:
    server.plays(reset_at_once)
    client = client_of(server)
    error = failure(client, "POST")
    assert isinstance(error, OutcomeUnknownError) or "nothing was sent" in str(error)
    assert client.send("GET", "CarePlan").json() == {"ok": True}


def test_a_refused_connection_sent_nothing_and_holds_up_the_whole_connector(client_of: MakeClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
        taken.close()
        client = HttpClient(connector_id="app-1", base_url=origin, open_origins=frozenset({origin}))
        error = failure(client, "POST")
    assert type(error) is TransientError
    assert error.whole_connector
    assert "the connection was refused; nothing was sent" in str(error)


def test_a_full_queue_of_connections_ends_after_the_connect_time(client_of: MakeClient) -> None:
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as full,
        socket.socket() as first,
        socket.socket() as more,
    ):
        for waiting in (first, more):  # nobody accepts: the queue is full and further attempts hang
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        origin = f"http://127.0.0.1:{full.getsockname()[1]}"
        client = HttpClient(
            connector_id="app-1",
            base_url=origin,
            open_origins=frozenset({origin}),
            limits=Limits(connect_seconds=0.3),
        )
        error = failure(client, "POST")
    assert type(error) is TransientError
    assert error.whole_connector
    assert "did not answer in time; nothing was sent" in str(error)


def test_a_body_without_length_that_stops_early_is_seen_when_it_is_read(
    server: Server, client_of: MakeClient
) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + CUT)

    server.plays(script, script)
    client = client_of(server)
    for method, expected in (("GET", TransientError), ("POST", OutcomeUnknownError)):
        half = client.send(method, "CarePlan")
        assert not half.whole
        with pytest.raises(TransientError) as caught:
            half.json()
        assert type(caught.value) is expected
    assert client.send("GET", "CarePlan").json() == {"ok": True}


@pytest.mark.parametrize(
    "status", [b"301 Moved", b"302 Found", b"303 See Other", b"307 Temporary", b"308 Moved"]
)
def test_a_redirect_is_never_followed(server: Server, client_of: MakeClient, status: bytes) -> None:
    elsewhere = Server()
    location = f"Location: {elsewhere.origin}/api/CarePlan".encode()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b"x" * 10_000_000, location, status=status))

    server.plays(script)
    client = client_of(server)
    error = failure(client, "POST")
    elsewhere.stop()
    assert isinstance(error, ConfigurationError)
    assert "the address has moved" in str(error)
    assert elsewhere.connections == 0
    assert client.send("GET", "CarePlan").json() == {"ok": True}


def test_a_web_page_with_status_200_is_an_outage_that_passes(server: Server, client_of: MakeClient) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b"<html>Inloggen</html>", b"Connection: close", kind=b"text/html"))

    server.plays(script)
    client = client_of(server)
    error = failure(client, "GET")
    assert isinstance(error, TransientError)
    assert error.whole_connector
    assert client.send("GET", "CarePlan").json() == {"ok": True}
