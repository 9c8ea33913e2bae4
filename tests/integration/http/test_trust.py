"""Names, addresses and certificates: whom we talk to."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from tests.integration.http.conftest import Authority, Peer, Server, answer

from samenspraak.errors import AuthenticationError, ConfigurationError, TransientError
from samenspraak.http import HttpClient, Limits, Tls
from samenspraak.http.wire import BoundedSocket

PUBLIC = "93.184.216.34"


class Names:
    """Look-ups that answer in turn; the last answer stays."""

    def __init__(self, *answers: Sequence[str] | OSError) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(found, OSError):
            raise found
        return found


@pytest.fixture
def dossier(authority: Authority) -> Iterator[Server]:
    """A server with the certificate of dossier.example."""
    running = Server(authority.server("dossier.example"))
    yield running
    running.stop()


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch, dossier: Server) -> list[Any]:
    """Where the client connected to. The internet, for this test, is one machine: the server here."""
    seen: list[Any] = []

    def connect(self: BoundedSocket, address: Any) -> None:
        seen.append(address)
        socket.socket.connect(self, ("127.0.0.1", dossier.port))

    monkeypatch.setattr(BoundedSocket, "connect", connect)
    return seen


@pytest.fixture
def client_for(authority: Authority) -> Iterator[Callable[..., HttpClient]]:
    """Makes clients of https://dossier.example that trust the test authority."""
    made: list[HttpClient] = []

    def make(**options: Any) -> HttpClient:
        ours = {"base_url": "https://dossier.example/fhir", "tls": Tls(ca_file=authority.file)}
        made.append(HttpClient(connector_id="dossier-1", **(ours | options)))
        return made[-1]

    yield make
    for client in made:
        client.close()


MakeClient = Callable[..., HttpClient]


def here(server: Server, name: str = "dossier.example") -> dict[str, Any]:
    """Options for a client of a server on this machine under a name."""
    origin = f"https://{name}:{server.port}"
    return {"base_url": origin, "open_origins": frozenset({origin}), "resolver": Names(["127.0.0.1"])}


# Names and addresses.


def test_the_judged_address_is_connected_to_and_the_name_is_verified(
    client_for: MakeClient, connected: list[Any], dossier: Server
) -> None:
    names = Names([PUBLIC, "93.184.216.35"])
    assert client_for(resolver=names).send("GET", "CarePlan").json() == {"ok": True}
    assert names.asked == [("dossier.example", 443)]
    assert connected == [(PUBLIC, 443)]
    assert b"\r\nHost: dossier.example\r\n" in dossier.requests[0]


def test_an_address_that_does_not_answer_is_followed_by_the_next(
    client_for: MakeClient, dossier: Server
) -> None:
    with socket.create_server(("127.0.0.2", 0)) as taken:
        names = Names(["127.0.0.2", "127.0.0.1"])  # only the second one listens on that port
        options = here(dossier) | {"resolver": names}
        assert taken.getsockname()[1] != dossier.port
        assert client_for(**options).send("GET", "CarePlan").json() == {"ok": True}
    assert len(names.asked) == 1


def test_a_name_that_answers_inside_at_a_second_look_up_is_never_asked_twice(
    client_for: MakeClient, connected: list[Any]
) -> None:
    names = Names([PUBLIC], ["127.0.0.1"])
    client = client_for(resolver=names)
    for _ in range(3):
        assert client.send("GET", "CarePlan").json() == {"ok": True}
    assert len(names.asked) == 1
    assert connected == [(PUBLIC, 443)]


@pytest.mark.parametrize("inside", ["127.0.0.1", "169.254.169.254", "10.0.0.7", "::1", "64:ff9b::7f00:1"])
def test_one_address_inside_among_public_ones_connects_to_none(
    client_for: MakeClient, connected: list[Any], inside: str
) -> None:
    client = client_for(resolver=Names([PUBLIC, inside], [PUBLIC]))
    with pytest.raises(
        ConfigurationError, match=r"dossier-1: the host name .* not public .*nothing was sent"
    ):
        client.send("GET", "CarePlan")
    assert connected == []
    assert client.send("GET", "CarePlan").json() == {"ok": True}


def test_a_new_connection_is_judged_again(client_for: MakeClient, connected: list[Any]) -> None:
    client = client_for(resolver=Names([PUBLIC], ["127.0.0.1"]))
    client.send("GET", "CarePlan")
    client.close()
    with pytest.raises(ConfigurationError):
        client.send("GET", "CarePlan")
    assert len(connected) == 1


def test_an_unknown_name_is_tried_again_later(client_for: MakeClient, connected: list[Any]) -> None:
    unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    client = client_for(resolver=Names(unknown, [PUBLIC]))
    with pytest.raises(TransientError, match="its name is not known; nothing was sent") as caught:
        client.send("POST", "CarePlan", json={})
    assert caught.value.whole_connector
    assert client.send("GET", "CarePlan").json() == {"ok": True}


def test_the_environment_changes_neither_the_way_nor_the_trust(
    client_for: MakeClient, dossier: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    assert client_for(**here(dossier)).send("GET", "CarePlan").json() == {"ok": True}


# Certificates.


def test_a_certificate_for_another_name_is_refused_until_the_right_one_is_there(
    client_for: MakeClient, authority: Authority, dossier: Server
) -> None:
    right, dossier.context = dossier.context, authority.server("elders.example")
    client = client_for(**here(dossier))
    with pytest.raises(AuthenticationError, match="its certificate is for another name"):
        client.send("POST", "CarePlan", json={"title": "Wandelen"})
    assert dossier.requests == []
    dossier.context = right
    assert client.send("GET", "CarePlan").json() == {"ok": True}


def test_an_expired_certificate_is_refused_until_it_is_renewed(
    client_for: MakeClient, authority: Authority, dossier: Server
) -> None:
    right, dossier.context = dossier.context, authority.server("dossier.example", days=-1)
    client = client_for(**here(dossier))
    with pytest.raises(AuthenticationError, match="its certificate has expired"):
        client.send("GET", "CarePlan")
    dossier.context = right
    assert client.send("GET", "CarePlan").json() == {"ok": True}


def test_a_root_that_is_not_ours_is_not_trusted(client_for: MakeClient, dossier: Server) -> None:
    client = client_for(**here(dossier), tls=Tls())
    with pytest.raises(AuthenticationError, match="signed by a root we do not trust"):
        client.send("GET", "CarePlan")
    assert dossier.requests == []


def test_a_system_that_asks_for_our_certificate_gets_it(
    client_for: MakeClient, authority: Authority, dossier: Server
) -> None:
    assert dossier.context is not None
    dossier.context.verify_mode = ssl.CERT_REQUIRED
    dossier.context.load_verify_locations(authority.file)
    with pytest.raises(AuthenticationError, match="does not accept our certificate"):
        client_for(**here(dossier)).send("POST", "CarePlan", json={})
    certificate, key = authority.issue("samenspraak.example")
    ours = Tls(ca_file=authority.file, certificate_file=certificate, key_file=key)
    assert client_for(**here(dossier), tls=ours).send("GET", "CarePlan").json() == {"ok": True}


def test_tls_older_than_1_2_is_refused(client_for: MakeClient, dossier: Server) -> None:
    assert dossier.context is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the old version is the point
        dossier.context.minimum_version = ssl.TLSVersion.TLSv1
        dossier.context.maximum_version = ssl.TLSVersion.TLSv1_1
        dossier.context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(AuthenticationError, match=r"TLS older than 1\.2"):
        client_for(**here(dossier)).send("GET", "CarePlan")
    assert dossier.requests == []


def test_a_plain_server_on_a_secure_address_is_an_outage(client_for: MakeClient, server: Server) -> None:
    server.plays(lambda peer: peer.send(answer(status=b"400 Bad Request")))
    with pytest.raises(TransientError, match="the secure connection failed; nothing was sent"):
        client_for(**here(server)).send("POST", "CarePlan", json={})


def test_a_slow_drip_under_tls_ends_at_the_deadline_and_is_never_read_as_plain(
    client_for: MakeClient, dossier: Server
) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        for byte in answer(b"[" + b" " * 100):
            peer.send(bytes([byte]))
            peer.wait(0.05)

    dossier.plays(script)
    client = client_for(**here(dossier), limits=Limits(total_seconds=0.5))
    with pytest.raises(TransientError, match="longer than allowed in total"):
        client.send("GET", "CarePlan")
    assert client.send("GET", "CarePlan").json() == {"ok": True}


def test_a_handshake_that_hangs_ends_after_the_connect_time(client_for: MakeClient, server: Server) -> None:
    server.plays(lambda peer: peer.wait(30))
    client = client_for(**here(server), limits=Limits(connect_seconds=0.3))
    with pytest.raises(TransientError, match="nothing was sent"):
        client.send("POST", "CarePlan", json={})


def test_certificate_files_that_are_not_there_are_a_wrong_setting(
    client_for: MakeClient, authority: Authority, dossier: Server
) -> None:
    missing = Tls(ca_file=authority.folder / "none.pem")
    with pytest.raises(ConfigurationError, match="the certificate files cannot be used"):
        client_for(**here(dossier), tls=missing).send("GET", "CarePlan")


def test_clients_with_the_same_trust_share_it(authority: Authority) -> None:
    trust = Tls(ca_file=authority.file)
    assert trust.context() is Tls(ca_file=authority.file).context()
    assert trust.context() is not Tls().context()
