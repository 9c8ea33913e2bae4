"""A platform that lets in only who shows a certificate (PKIoverheid), over real TLS, beside the proof."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from authority import Authority, made_in
from connectors.ozo.conftest import Client, Family, family, running
from connectors.ozo.hub import connected

from samenspraak.errors import AuthenticationError, TransientError
from samenspraak_ozo.sandbox import OzoSandbox


@pytest.fixture
def issuer(tmp_path: Path) -> Authority:
    return made_in(tmp_path)


@pytest.fixture
def secure(sandbox: OzoSandbox, issuer: Authority) -> Iterator[Client]:
    """The platform as somebody sees it who has a certificate of its issuer."""
    sandbox.tls = issuer.server("localhost")
    sandbox.tls.load_verify_locations(issuer.file)
    sandbox.tls.verify_mode = ssl.CERT_REQUIRED
    for client in running(sandbox):
        client.session.verify = str(issuer.file)
        certificate, key = issuer.issue("beheer")
        client.session.cert = (str(certificate), str(key))
        yield replace(client, url=client.url.replace("127.0.0.1", "localhost"))


@pytest.fixture
def household(secure: Client) -> Family:
    return family(secure)


def shown(issuer: Authority, name: str) -> dict[str, str]:
    certificate, key = issuer.issue(name)
    return {"certificate_file": str(certificate), "certificate_key_file": str(key)}


def test_our_certificate_lets_us_in_and_each_request_has_its_proof(
    secure: Client, household: Family, issuer: Authority
) -> None:
    for hub in connected(secure, household, ca_file=str(issuer.file), **shown(issuer, "samenspraak")):
        assert hub.reading(hub.open()).mark == "c1-aa#1"


@pytest.mark.parametrize("who", ["nobody", "somebody else's"])
def test_without_a_certificate_of_the_issuer_nobody_gets_in_until_there_is_one(
    secure: Client, household: Family, issuer: Authority, tmp_path: Path, who: str
) -> None:
    (tmp_path / "ander").mkdir()
    other: dict[str, Any] = {} if who == "nobody" else shown(made_in(tmp_path / "ander"), "samenspraak")
    for hub in connected(secure, household, ca_file=str(issuer.file), **other):
        with pytest.raises((AuthenticationError, TransientError)):
            hub.open()

    for hub in connected(secure, household, ca_file=str(issuer.file), **shown(issuer, "samenspraak")):
        assert hub.open().token


def test_a_platform_whose_issuer_we_do_not_know_is_told_nothing(
    secure: Client, household: Family, issuer: Authority
) -> None:
    before = len(secure.act("traces"))
    for hub in connected(secure, household, **shown(issuer, "samenspraak")):
        with pytest.raises((AuthenticationError, TransientError)):
            hub.open()

    assert len(secure.act("traces")) == before
