"""Signing in: a client certificate over real TLS, made here, and four requests at a time."""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from authority import Authority, made_in

from samenspraak.connectors.calls import Checked, Step
from samenspraak.errors import AuthenticationError, ConfigurationError, TransientError
from samenspraak.sandbox import Fault
from samenspraak_ons.sandbox import OnsSandbox
from samenspraak_ons.sandbox.server import AT_ONCE

from .conftest import House, Line, eventually, line_to


@pytest.fixture
def nedap(tmp_path: Path) -> Authority:
    return made_in(tmp_path)


@pytest.fixture
def secure_url(ons: OnsSandbox, house: House, nedap: Authority) -> Iterator[str]:
    """An Ons that lets in only who shows a certificate of its own authority."""
    ons.tls = nedap.server("localhost")
    ons.tls.load_verify_locations(nedap.file)
    ons.tls.verify_mode = ssl.CERT_REQUIRED
    with ons.running() as url:
        yield url.replace("127.0.0.1", "localhost")


def shown(nedap: Authority, name: str, **options: int) -> dict[str, str]:
    certificate, key = nedap.issue(name, **options)
    return {
        "ca_file": str(nedap.file),
        "certificate_file": str(certificate),
        "certificate_key_file": str(key),
    }


def last(line: Line) -> Checked:
    return list(line.connector.check(line.call))[-1]


def test_a_certificate_that_nedap_signed_lets_us_in(secure_url: str, nedap: Authority, house: House) -> None:
    (key,) = house.in_force("Samen wandelen")
    line = line_to(secure_url, **shown(nedap, "samenspraak-TE1002-hub"))

    assert last(line).ok
    assert line.found(f"{house.client}/{key}").raw["title"] == "Samen wandelen"


def test_without_a_certificate_or_with_one_of_somebody_else_nobody_gets_in(
    secure_url: str, nedap: Authority, tmp_path: Path
) -> None:
    (tmp_path / "ander").mkdir()
    stranger = shown(made_in(tmp_path / "ander"), "samenspraak-TE1002-hub")
    for settings in ({"ca_file": str(nedap.file)}, {**stranger, "ca_file": str(nedap.file)}):
        line = line_to(secure_url, **settings)
        assert not last(line).ok
        with pytest.raises((AuthenticationError, TransientError)):
            line.pages()

    assert last(line_to(secure_url, **shown(nedap, "samenspraak-TE1002-hub"))).ok


def test_a_key_that_is_not_there_is_told_without_its_name(secure_url: str, nedap: Authority) -> None:
    missing = {**shown(nedap, "samenspraak-TE1002-hub"), "certificate_key_file": "/geen/sleutel-hier.pem"}
    with pytest.raises(ConfigurationError) as refused:
        line_to(secure_url, **missing).pages()
    assert "sleutel-hier" not in str(refused.value)


def test_a_certificate_for_another_environment_is_told_apart_from_an_ons_that_is_down(url: str) -> None:
    elsewhere = last(line_to(f"{url}/andere-omgeving"))
    assert (elsewhere.step, elsewhere.ok) == (Step.SIGN_IN, False)
    assert "certificaat" in elsewhere.cure["nl"]


@pytest.mark.parametrize(("at_once", "most"), [(3, 3), (AT_ONCE, AT_ONCE)])
def test_never_are_more_asked_at_a_time_than_the_certificate_may(
    ons: OnsSandbox, house: House, url: str, at_once: int, most: int
) -> None:
    """Care-apis §8, trap 6: five parallel jobs on one certificate."""
    (key,) = house.in_force("Samen wandelen")
    line = line_to(url, at_once=at_once)
    ons.inject(Fault(kind="hold"))

    with ThreadPoolExecutor(10) as pool:
        looks = [pool.submit(line.found, f"{house.client}/{key}") for _ in range(20)]
        eventually(lambda: ons.most_at_once == most)
        time.sleep(0.1)  # for one that would be too many
        ons.clear_faults()

    assert all(one.result() for one in looks)
    assert ons.most_at_once == most
    assert {one.status for one in ons.seen()} == {200}


def test_one_request_too_many_is_told_as_too_busy_and_works_again_afterwards(
    ons: OnsSandbox, house: House, url: str
) -> None:
    """Another program on the same certificate takes the places that are left."""
    (key,) = house.in_force("Samen wandelen")
    first, second = line_to(url, at_once=4), line_to(url, at_once=4)
    ons.inject(Fault(kind="hold", times=AT_ONCE))
    busy: list[TransientError] = []

    def look(line: Line) -> None:
        try:
            line.found(f"{house.client}/{key}")
        except TransientError as error:
            busy.append(error)

    with ThreadPoolExecutor(8) as pool:
        looks = [pool.submit(look, line) for line in [first, second] * 4]
        eventually(lambda: bool(busy))
        ons.clear_faults()
    assert all(one.exception() is None for one in looks)

    assert busy
    assert all(one.whole_connector for one in busy)
    assert first.found(f"{house.client}/{key}")
    with contextlib.closing(second.call.http):
        assert second.found(f"{house.client}/{key}")
