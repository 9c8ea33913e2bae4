"""What a fault does to an answer, as whoever asks sees it; the next answer is as it should be."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from flask import Response, jsonify, request

from samenspraak.sandbox import Fault, Sandbox


class Signpost(Sandbox):
    """Answers where its next page is."""

    def __init__(self) -> None:
        super().__init__()
        self.app.add_url_rule("/page", view_func=self._page)

    def _page(self) -> Response:
        response = jsonify({"next": f"{request.host_url}page"})
        response.headers["Content-Location"] = request.url
        return response


@pytest.fixture
def signpost() -> Signpost:
    return Signpost()


@pytest.fixture
def url(signpost: Signpost) -> Iterator[str]:
    with signpost.running() as url:
        yield url


def test_a_flood_says_what_was_said_and_goes_on_for_long(signpost: Signpost, url: str) -> None:
    signpost.inject(Fault(kind="flood", size=1000, times=1))

    flooded = requests.get(f"{url}/page", timeout=5)

    assert flooded.json() == {"next": f"{url}/page"}
    assert len(flooded.content) == len(requests.get(f"{url}/page", timeout=5).content) + 1000


def test_an_answer_that_leads_elsewhere_does_so_in_links_and_headers(signpost: Signpost, url: str) -> None:
    signpost.inject(Fault(kind="elsewhere", host="elders.example", times=1))

    astray = requests.get(f"{url}/page", timeout=5)

    assert astray.json() == {"next": "http://elders.example/page"}
    assert astray.headers["Content-Location"] == "http://elders.example/page"
    assert requests.get(f"{url}/page", timeout=5).json() == {"next": f"{url}/page"}


def test_a_sandbox_counts_how_many_requests_were_at_work_together(signpost: Signpost, url: str) -> None:
    requests.get(f"{url}/page", timeout=5)
    assert signpost.most_at_once == 1
    signpost.inject(Fault(kind="hold"))

    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(requests.get, f"{url}/page", timeout=20) for _ in range(3)]
        until = time.monotonic() + 20
        while signpost._held < 3 and time.monotonic() < until:
            time.sleep(0.01)
        signpost.clear_faults()
    assert {one.result().status_code for one in answers} == {200}

    assert signpost.most_at_once == 3
