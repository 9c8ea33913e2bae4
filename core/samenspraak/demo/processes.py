"""The hub and the systems around it, as processes on loopback that end with us."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from samenspraak.errors import ConfigurationError, SamenspraakError
from samenspraak.http import HttpClient

_READY_SECONDS = 30.0
_STOP_SECONDS = 25.0


@dataclass(kw_only=True)
class Processes:
    """What runs. Leaving the ``with`` block ends all of it, whatever happened.

    Args:
        folder: where each process writes its log.
        environment: the variables they start with.
    """

    folder: Path
    environment: Mapping[str, str]
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    _logs: list[IO[str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in reversed(self.running):
            self._end(self.running[name])
        for log in self._logs:
            log.close()

    def sandboxes(self, packages: Mapping[str, str]) -> dict[str, str]:
        """Start an imitated system per name, all at once; gives their addresses."""
        for name, package in packages.items():
            self._start(name, "samenspraak.sandbox", package)
        return {name: self._address(name) for name in packages}

    def hub(self, port: int) -> float:
        """Start the hub; gives the seconds until it answered its first request."""
        began = time.monotonic()
        self._start("hub", "samenspraak", "serve", speaks=False)
        url = f"http://127.0.0.1:{port}"
        http = HttpClient(connector_id="hub", base_url=url, open_origins=frozenset({url}))
        while time.monotonic() - began < _READY_SECONDS:
            with contextlib.suppress(SamenspraakError):
                http.send("GET", "healthz")
                http.close()
                return time.monotonic() - began
            if self.running["hub"].poll() is not None:
                break
            time.sleep(0.02)
        raise ConfigurationError(f"The hub did not start; see {self.folder / 'hub.log'}.")

    def peak_rss_mb(self, name: str = "hub") -> float:
        """The most memory this process ever held, in MB; 0 where the system does not tell."""
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self.running[name].pid}/status").read_text(encoding="ascii")
            peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
            return int(peak.split()[1]) / 1024
        return 0.0

    def _start(self, name: str, module: str, *arguments: str, speaks: bool = True) -> None:
        log = (self.folder / f"{name}.log").open("a", encoding="utf-8")
        self._logs.append(log)
        self.running[name] = subprocess.Popen(  # noqa: S603 - our own modules, by our own interpreter
            [sys.executable, "-m", module, *arguments],
            env=dict(self.environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if speaks else log,
            stderr=log,
            text=True,
        )

    def _address(self, name: str) -> str:
        process = self.running[name]
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise ConfigurationError(f"{name} did not start; see {self.folder / f'{name}.log'}.")
        return str(json.loads(line)["url"])

    def _end(self, process: subprocess.Popen[str]) -> None:
        if process.stdin is not None:
            process.stdin.close()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def started(folder: Path, environment: Mapping[str, str]) -> Iterator[Processes]:
    """Processes that end when the block does, also when somebody interrupts or terminates us."""
    before = signal.signal(signal.SIGTERM, _interrupted)
    try:
        with Processes(folder=folder, environment=environment) as processes:
            yield processes
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt
