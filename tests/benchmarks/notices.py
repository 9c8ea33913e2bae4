"""Notices at a steady pace, at the hub as it is installed and at the least that could take them.

Both listen in a process of their own, on real sockets. Who sends keeps its pace whatever the answers take,
and has signed everything before: what is measured is who takes it. One that answers late is measured from
the moment at which it should have left, so that a queue before the socket counts as well.
"""

from __future__ import annotations

import base64
import hmac
import itertools
import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from samenspraak.bootstrap import build
from samenspraak.policy.state import ConnectorState
from samenspraak.protocols.standard_webhooks import Secret, signed
from samenspraak.services.installation import make_key
from samenspraak.settings import Settings
from samenspraak.store.records import ConnectorRecord

SENDERS = 32
SECRET = Secret(b"het-geheim-van-de-meting-zelf")
ORGANISATION, SYSTEM = "bench", "app"
_FIRST = 100
_PATIENCE_SECONDS = 60.0

Signed = tuple[Mapping[str, str], bytes]


@dataclass(kw_only=True)
class Answers:
    """What became of the notices. ``ms``: of each from when it was due to leave until it was answered."""

    ms: list[float] = field(default_factory=list)
    refused: int = 0


def made(count: int, called: str = "msg") -> list[Signed]:
    """So many notices, each about another record and called otherwise."""
    now = datetime.now(UTC)
    bodies = [json.dumps({"record": f"r{number}"}).encode() for number in range(count)]
    return [(signed(f"{called}_{number}", now, body, [SECRET]), body) for number, body in enumerate(bodies)]


def sent(port: int, path: str, notices: Sequence[Signed], per_second: float) -> Answers:
    """All of them, that many a second, over connections that stay open."""
    answers, numbers, began = Answers(), itertools.count(), time.monotonic() + 0.2

    def one_after_the_other() -> None:
        with closing(HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)) as line:
            while (number := next(numbers)) < len(notices):
                due = began + number / per_second
                time.sleep(max(0.0, due - time.monotonic()))
                headers, body = notices[number]
                line.request("POST", path, body, dict(headers))
                answer = line.getresponse()
                answer.read()
                answers.ms.append(1000 * (time.monotonic() - due))
                answers.refused += answer.status != 200

    senders = [threading.Thread(target=one_after_the_other) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return answers


# The hub, and the least that could take them.


@dataclass(frozen=True, kw_only=True)
class Taker:
    """Who takes notices. ``kept``: what it holds of them, when it is asked afterwards."""

    process: subprocess.Popen[bytes]
    port: int
    path: str
    file: Path
    kept: str

    def cpu(self) -> float:
        """Seconds of processor time so far, of all its threads."""
        line = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(line[11]) + int(line[12])) / os.sysconf("SC_CLK_TCK")

    def count(self) -> int:
        with closing(sqlite3.connect(self.file)) as connection:
            [found] = connection.execute(self.kept).fetchone()
        return int(found)


@contextmanager
def hub() -> Iterator[Taker]:
    """``samenspraak serve`` with one app that tells; the app itself is away."""
    with TemporaryDirectory(prefix="samenspraak-bench-") as name:
        folder, port = Path(name), free_port()
        file = folder / "hub.toml"
        file.write_text(f'environment = "test"\ndata_dir = "{folder}"\nweb.port = {port}\n', encoding="utf-8")
        secrets = {"HOOK": SECRET.text(), "KEY": "sleutel-van-de-meting"}
        settings = Settings(environment="test", data_dir=folder)
        make_key(settings)
        application = build(settings, environment=secrets)
        application.store.add_organisation(ORGANISATION, "Benchmark")
        away = f"http://127.0.0.1:{free_port()}"
        known = {"base_url": away, "open_origins": [away], "access_key": "secret://env/KEY"}
        with application.store.write(ORGANISATION) as uow:
            uow.connectors.add(
                ConnectorRecord(
                    id=SYSTEM,
                    plugin="memory",
                    title="App",
                    settings={**known, "notify_secret": "secret://env/HOOK"},
                    state=ConnectorState.RUNNING,
                )
            )
            uow.commit()
        command = [sys.executable, "-m", "samenspraak", "--config", str(file), "serve"]
        with _running(command, port, {**os.environ, **secrets}) as process:
            yield Taker(
                process=process,
                port=port,
                path=f"/in/{ORGANISATION}/{SYSTEM}",
                file=next(folder.glob("*.sqlite3")),
                kept="SELECT count(*) FROM once",
            )


@contextmanager
def bare() -> Iterator[Taker]:
    """The same web server around one row in one durable transaction for each notice that is signed."""
    with TemporaryDirectory(prefix="samenspraak-bench-") as folder:
        file, port = Path(folder) / "bare.sqlite3", free_port()
        command = [sys.executable, __file__, str(port), str(file)]
        with _running(command, port, dict(os.environ)) as process:
            yield Taker(process=process, port=port, path="/", file=file, kept="SELECT count(*) FROM told")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(
    command: Sequence[str], port: int, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=dict(environment), **quiet)
    try:
        until = time.monotonic() + _PATIENCE_SECONDS
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit("Nobody began to listen.")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(_PATIENCE_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def measured(who: str, per_second: float, seconds: float) -> dict[str, Any]:
    """What became of a steady stream: each answer, what was kept and what the processor did for it."""
    with {"hub": hub, "bare": bare}[who]() as taker:
        notices = made(round(per_second * seconds))
        sent(taker.port, taker.path, made(_FIRST, "first"), per_second)  # what is loaded when first used
        before = taker.cpu()
        answers = sent(taker.port, taker.path, notices, per_second)
        return {**asdict(answers), "kept": taker.count() - _FIRST, "cpu": taker.cpu() - before}


# The bare one is this file as a program.


def _serve(port: int, file: str) -> None:
    from waitress.server import create_server

    table = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    table.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE told (id TEXT PRIMARY KEY)"
    )
    writing = threading.Lock()

    def take(request: Mapping[str, Any], start: Any) -> list[bytes]:
        body = request["wsgi.input"].read()
        name, at = request["HTTP_WEBHOOK_ID"], request["HTTP_WEBHOOK_TIMESTAMP"]
        digest = hmac.digest(SECRET.key, f"{name}.{at}.".encode() + body, "sha256")
        right = f"v1,{base64.b64encode(digest).decode()}"
        if not hmac.compare_digest(right, request["HTTP_WEBHOOK_SIGNATURE"]):
            start("401 Unauthorized", [])
            return [b""]
        with writing:
            table.execute("INSERT INTO told VALUES (?)", (name,))
        start("200 OK", [])
        return [b""]

    create_server(take, host="127.0.0.1", port=port, threads=4).run()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), sys.argv[2])
