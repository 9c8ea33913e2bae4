"""A dossier that asks for a certificate of ours, over TLS."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.integration.http.conftest import Authority, authority
from werkzeug.serving import make_server

from samenspraak.connectors import Call, Step
from samenspraak_fhir.plugin import DossierConnector
from samenspraak_fhir.sandbox import FhirSandbox
from samenspraak_fhir.settings import DossierSettings

__all__ = ["authority"]


@pytest.fixture
def address(authority: Authority) -> Iterator[str]:
    """A dossier that only talks to who shows a certificate of our authority."""
    context = authority.server("localhost")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.file)
    server = make_server("127.0.0.1", 0, FhirSandbox().app, threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"https://localhost:{server.server_port}"
    server.shutdown()
    thread.join(5)
    server.server_close()


def steps(address: str, **settings: Any) -> list[Any]:
    loaded = DossierSettings().load({"base_url": f"{address}/fhir", **settings})
    connector = DossierConnector("dossier-1", {**loaded, "open_origins": {address}})
    http = connector.http()
    try:
        return list(connector.check(Call(http=http, now=datetime.now(UTC))))
    finally:
        http.close()


def test_without_our_certificate_nothing_is_read_and_with_it_all_is_well(
    authority: Authority, address: str
) -> None:
    certificate, key = authority.issue("samenspraak.example")
    trusted = {"ca_file": str(authority.file)}
    ours = {"certificate_file": str(certificate), "certificate_key_file": str(key)}

    *_, last = steps(address, **trusted)
    assert (last.step, last.ok) == (Step.CONNECT, False)
    assert "certificate" in last.detail

    assert all(one.ok for one in steps(address, sign_in="certificate", **trusted, **ours))


def test_a_certificate_that_is_not_there_is_a_wrong_setting(address: str, tmp_path: Path) -> None:
    [only] = steps(address, sign_in="certificate", certificate_file=str(tmp_path / "no.pem"))
    assert not only.ok
    assert "certificate files cannot be used" in only.detail
