"""The proxy passes everything on, and does to a request exactly what its trouble says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask import Response, request

from samenspraak.sandbox import Sandbox
from samenspraak.testing import Proxy, Trouble

BROKEN = requests.RequestException
ANSWERED = "steunkousen aantrekken"

# What becomes of a request: how often it is applied, and what comes back (an error, or status and body).
TROUBLES: dict[Trouble, tuple[int, Any]] = {
    Trouble.REFUSED: (0, requests.ConnectionError),
    Trouble.RESET: (0, requests.ConnectionError),
    Trouble.LOST: (1, requests.ConnectionError),
    Trouble.CUT_OFF: (1, BROKEN),
    Trouble.CUT_SHORT: (1, (200, ANSWERED[: len(ANSWERED) // 2])),
    Trouble.HEADLESS: (1, (200, "")),
    Trouble.SILENT: (0, requests.Timeout),
    Trouble.MUTE: (1, requests.Timeout),
    Trouble.DRIP: (1, None),
    Trouble.GARBAGE: (0, requests.ConnectionError),
    Trouble.UNAVAILABLE: (0, (503, "")),
    Trouble.FAULTY: (1, (502, "")),
    Trouble.THROTTLED: (0, (429, "")),
    Trouble.PAGE: (0, (200, "<html><title>Inloggen</title></html>")),
    Trouble.TWICE: (2, (200, ANSWERED)),
}


ENDLESS = (Trouble.SILENT, Trouble.MUTE, Trouble.DRIP)


class Echo(Sandbox):
    """Answers what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.app.add_url_rule("/told", view_func=self._told, methods=["POST"])

    def _told(self) -> Response:
        return Response(request.get_data(), content_type="text/plain")


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    with echo.running() as url:
        yield Proxy(url)


def tell(url: str, patience_seconds: float = 20.0) -> Any:
    """What whoever tells something through the proxy gets: an error, or status and body."""
    try:
        answer = requests.post(f"{url}/told", ANSWERED, timeout=patience_seconds)
    except requests.RequestException as error:
        return error
    return answer.status_code, answer.text


def test_without_trouble_everything_passes(proxy: Proxy) -> None:
    with proxy.running() as url:
        assert [tell(url), tell(url)] == [(200, ANSWERED)] * 2


@pytest.mark.parametrize("trouble", Trouble)
def test_a_request_meets_the_trouble_and_the_next_one_passes(
    echo: Echo, proxy: Proxy, trouble: Trouble
) -> None:
    applied, comes = TROUBLES[trouble]
    with proxy.running() as url:
        proxy.strike(trouble)
        got = tell(url, 0.4 if trouble in ENDLESS else 20.0)
        assert len(echo.seen()) == applied
        proxy.calm()
        assert tell(url) == (200, ANSWERED)

    assert comes is None or (isinstance(got, comes) if isinstance(comes, type) else got == comes)


def test_only_the_requests_that_are_meant_meet_it(echo: Echo, proxy: Proxy) -> None:
    with proxy.running() as url:
        proxy.strike(Trouble.UNAVAILABLE, on=lambda one: one.body == b"iets anders", times=None)
        assert tell(url) == (200, ANSWERED)

    assert proxy.struck == 0
