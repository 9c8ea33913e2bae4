"""However a server behaves, a call ends in time and in bounded memory, and the client works after it."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from tests.integration.http.conftest import Peer, Script, Server, answer

from samenspraak.errors import ConfigurationError, InvalidRecordError, OutcomeUnknownError, TransientError
from samenspraak.http import LONGEST_SECONDS, HttpClient, Limits
from samenspraak.sync.ports import Pace

MakeClient = Callable[..., HttpClient]

QUICK = Limits(connect_seconds=0.5, read_seconds=0.4, total_seconds=0.8, max_bytes=1_000_000)


@contextmanager
def takes(at_least: float, at_most: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert at_least <= time.monotonic() - started < at_most


def drip(data: bytes) -> Script:
    """One byte every tenth of a second: never silent for long, never done."""

    def script(peer: Peer) -> None:
        peer.request()
        for byte in data:
            peer.send(bytes([byte]))
            peer.wait(0.1)

    return script


def silence(peer: Peer) -> None:
    peer.request()
    peer.wait(30)


def chunks(peer: Peer) -> None:
    peer.request()
    peer.send(answer(b"", b"Transfer-Encoding: chunked"))
    while True:
        peer.send(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def without_length(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        peer.send(b" " * 0x10000)


BOMB = answer(gzip.compress(b" " * 100_000_000), b"Content-Encoding: gzip")


def bomb(peer: Peer) -> None:
    peer.request()
    peer.send(BOMB)


def endless_headers(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        peer.send(b"X-More: " + b"x" * 1000 + b"\r\n")


def one_long_header(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 200 OK\r\nX-More: ")
    while True:
        peer.send(b"x" * 0x10000)


def endless_interim_answers(peer: Peer) -> None:
    peer.request()
    while True:
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize(
    "script",
    [drip(b"HTTP/1.1 200 OK\r\nX: %099d" % 0), drip(answer(b"[" + b" " * 99)), endless_interim_answers],
    ids=["head", "body", "interim"],
)
def test_a_slow_drip_ends_at_the_deadline(server: Server, client_of: MakeClient, script: Script) -> None:
    server.plays(script)
    client = client_of(server, limits=QUICK)
    with takes(0.75, 4), pytest.raises(TransientError, match="longer than allowed in total"):
        client.send("GET", "CarePlan")
    assert client.send("GET", "CarePlan").json() == {"ok": True}


def test_silence_ends_after_the_read_time(server: Server, client_of: MakeClient) -> None:
    server.plays(silence)
    client = client_of(server, limits=QUICK)
    with takes(0.35, 4), pytest.raises(TransientError, match="silent for too long"):
        client.send("GET", "CarePlan")
    assert client.send("GET", "CarePlan").json() == {"ok": True}


def test_silence_after_a_write_leaves_its_outcome_unknown(server: Server, client_of: MakeClient) -> None:
    server.plays(silence)
    client = client_of(server, limits=QUICK)
    with pytest.raises(OutcomeUnknownError, match="it may have been applied"):
        client.send("PUT", "CarePlan/17", json={"id": "17"})
    assert len(server.requests) == 1
    assert client.send("GET", "CarePlan/17").json() == {"ok": True}


def test_a_server_that_does_not_take_our_body_ends_at_the_deadline(
    server: Server, client_of: MakeClient
) -> None:
    server.plays(lambda peer: peer.wait(30))
    client = client_of(server, limits=Limits(read_seconds=5.0, total_seconds=0.5))
    with takes(0.45, 4), pytest.raises(OutcomeUnknownError):
        client.send("POST", "CarePlan", content=b"x" * 20_000_000, headers={"Content-Type": "text/plain"})
    assert client.send("GET", "CarePlan").json() == {"ok": True}


def test_a_moment_given_by_the_caller_ends_a_call_too(server: Server, client_of: MakeClient) -> None:
    server.plays(silence)
    client = client_of(server)
    with takes(0.25, 4), pytest.raises(TransientError):
        client.by(time.monotonic() + 0.3).send("GET", "CarePlan")
    assert client.by(time.monotonic() + 5).send("GET", "CarePlan").json() == {"ok": True}


def test_a_moment_that_has_passed_sends_nothing(server: Server, client_of: MakeClient) -> None:
    client = client_of(server)
    late = client.by(time.monotonic() - 1).by(time.monotonic() + 60)
    with pytest.raises(TransientError, match="nothing was sent") as caught:
        late.send("POST", "CarePlan", json={})
    assert not isinstance(caught.value, OutcomeUnknownError)
    assert (server.connections, server.requests) == (0, [])
    assert client.send("GET", "CarePlan").json() == {"ok": True}


@pytest.mark.parametrize("script", [chunks, without_length, bomb])
def test_a_body_without_end_is_left_at_the_limit(
    server: Server, client_of: MakeClient, script: Script
) -> None:
    server.plays(script, script)
    client = client_of(server, limits=Limits(max_bytes=1_000_000))
    tracemalloc.start()
    with pytest.raises(InvalidRecordError, match="larger than 1000000 bytes") as caught:
        client.send("GET", "CarePlan")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.field == "body"
    assert peak < 6_000_000
    with pytest.raises(OutcomeUnknownError):
        client.send("POST", "CarePlan", json={})
    assert client.send("GET", "CarePlan").json() == {"ok": True}


@pytest.mark.parametrize("script", [endless_headers, one_long_header])
def test_headers_without_end_are_not_read_to_the_end(
    server: Server, client_of: MakeClient, script: Script
) -> None:
    server.plays(script)
    client = client_of(server)
    with pytest.raises(TransientError, match="not HTTP"):
        client.send("GET", "CarePlan")
    assert client.send("GET", "CarePlan").json() == {"ok": True}


def test_a_refusal_with_a_body_without_end_is_still_a_refusal(server: Server, client_of: MakeClient) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b"", b"Transfer-Encoding: chunked", b"Retry-After: 7", status=b"429 Slow down"))
        while True:
            peer.send(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    server.plays(script)
    client = client_of(server, limits=Limits(max_bytes=10**12, total_seconds=20))
    with takes(0, 10), pytest.raises(TransientError) as caught:
        client.send("GET", "CarePlan")
    assert caught.value.retry_after == 7.0
    assert client.send("GET", "CarePlan").json() == {"ok": True}


def test_no_request_may_outlast_half_of_the_time_a_worker_holds_a_copy() -> None:
    assert Pace().lease.total_seconds() >= 2 * LONGEST_SECONDS
    with pytest.raises(ConfigurationError, match="60 seconds"):
        Limits(total_seconds=LONGEST_SECONDS + 1)
