"""The web server over real sockets: who is being answered gets the answer, and then it stands still."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from waitress.trigger import trigger

from samenspraak.web import serving
from samenspraak.web.serving import Serving

PATIENCE_SECONDS = 10


class SlowApp:
    """Answers when it may; ``asked`` says that a request is here."""

    def __init__(self, body: bytes = b"done") -> None:
        self.asked, self.may_answer = threading.Event(), threading.Event()
        self.body = body

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.set()
        self.may_answer.wait(PATIENCE_SECONDS)
        start("200 OK", [("Content-Length", str(len(self.body)))])
        return [self.body]


def on_loopback(app: Any, **more: Any) -> Serving:
    return Serving(app, host="127.0.0.1", port=0, threads=2, **more)


def got(web: Serving) -> bytes:
    return requests.get(f"http://127.0.0.1:{web.port}/", timeout=PATIENCE_SECONDS).content


def refuses(web: Serving) -> bool:
    try:
        socket.create_connection(("127.0.0.1", web.port), timeout=1).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return True
    return False


def test_who_is_being_answered_when_it_stops_gets_the_answer_and_nobody_else_comes_in() -> None:
    app = SlowApp()
    with ThreadPoolExecutor(2) as pool:
        web = on_loopback(app)
        web.start()
        answer = pool.submit(got, web)
        assert app.asked.wait(PATIENCE_SECONDS)
        stopping = pool.submit(web.stop)
        while not refuses(web):
            assert not stopping.done()
        app.may_answer.set()
        assert answer.result(PATIENCE_SECONDS) == b"done"
        stopping.result(PATIENCE_SECONDS)
    assert not web.is_serving


def test_a_long_answer_is_sent_to_its_end() -> None:
    app = SlowApp(b"x" * 20_000_000)
    app.may_answer.set()
    web = on_loopback(app)
    web.start()
    with requests.get(f"http://127.0.0.1:{web.port}/", timeout=PATIENCE_SECONDS, stream=True) as answer:
        stopping = threading.Thread(target=web.stop)
        stopping.start()
        assert len(answer.raw.read()) == len(app.body)
    stopping.join(PATIENCE_SECONDS)
    assert not web.is_serving


def test_a_connection_that_is_kept_open_holds_nothing_up() -> None:
    app = SlowApp()
    app.may_answer.set()
    with requests.Session() as session, on_loopback(app) as web:
        assert session.get(f"http://127.0.0.1:{web.port}/", timeout=PATIENCE_SECONDS).content == b"done"
    assert not web.is_serving


def test_it_stops_also_when_its_thread_is_awake_before_it_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    ended, wake = threading.Event(), trigger._physical_pull

    def late(one: trigger) -> None:
        wake(one)
        ended.wait(0.2)
        wake(one)

    web = on_loopback(SlowApp(), ended=ended.set)
    web.start()
    monkeypatch.setattr(trigger, "_physical_pull", late)
    web.stop()
    assert not web.is_serving


def test_its_port_is_free_again_after_it_stopped() -> None:
    app = SlowApp()
    app.may_answer.set()
    with on_loopback(app) as web:
        first = web.port
    with Serving(app, host="127.0.0.1", port=first, threads=2) as again:
        assert got(again) == b"done"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_who_waits_for_it_is_told_when_it_breaks_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("no more files")

    ended = threading.Event()
    web = on_loopback(SlowApp(), ended=ended.set)
    monkeypatch.setattr(serving.BaseWSGIServer, "run", broken)
    web.start()
    assert ended.wait(PATIENCE_SECONDS)
    web.stop()
    assert not web.is_serving
