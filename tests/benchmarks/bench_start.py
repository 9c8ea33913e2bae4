"""How long `samenspraak serve` takes to its first answer, beside what the frameworks take alone.

A number of seconds says something about this machine at this moment; the ratio says something about us. Both
are taken in turn, and the median counts. Not a timed test: it fails only when the hub does not answer at all.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import requests

LIMIT_SECONDS = 3.0
PATIENCE_SECONDS = 60.0
FRAMEWORKS = "import flask, sqlalchemy"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One start. ``cpu``: of the process, by the time it was stopped; nearly all of it is starting."""

    wall: float
    cpu: float


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def prepared(folder: Path, port: int) -> list[str]:
    """A new hub with one organisation; gives the words that start it."""
    file = folder / "hub.toml"
    file.write_text(f'environment = "test"\ndata_dir = "data"\nweb.port = {port}\n', encoding="utf-8")
    samenspraak = [sys.executable, "-m", "samenspraak", "--config", str(file)]
    init = [*samenspraak, "init", "de-linde", "--name", "De Linde"]
    subprocess.run(init, check=True, stdout=subprocess.DEVNULL)
    return [*samenspraak, "serve"]


def started(command: Sequence[str], port: int) -> Taken:
    """From the start of the process to the first answer of /healthz."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _listens(port, until=began + PATIENCE_SECONDS)
        requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).raise_for_status()
        wall = time.monotonic() - began
    finally:
        process.terminate()
        _, _, used = os.wait4(process.pid, 0)
    return Taken(wall=wall, cpu=used.ru_utime + used.ru_stime)


def _listens(port: int, *, until: float) -> None:
    """Wait for the port, with as little work as can be: two cores are not many."""
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > until:
            raise SystemExit(f"The hub did not answer within {PATIENCE_SECONDS:.0f} s.")
        time.sleep(0.01)


def imported() -> Taken:
    """The frameworks, imported by a process that does nothing else."""
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", FRAMEWORKS])
    _, _, used = os.wait4(process.pid, 0)
    return Taken(wall=time.monotonic() - began, cpu=used.ru_utime + used.ru_stime)


def line(name: str, taken: Sequence[Taken]) -> str:
    each = " ".join(f"{one.wall:.2f}" for one in taken)
    wall, cpu = (statistics.median(getattr(one, what) for one in taken) for what in ("wall", "cpu"))
    return f"{name:<34}{wall:5.2f} s, CPU {cpu:.2f} s   ({each})"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = prepared(Path(folder), port)
        pairs = [(imported(), started(command, port)) for _ in range(times)]
    alone, hub = zip(*pairs, strict=True)
    print(f"Median of {times}:")
    print(line(f"  {FRAMEWORKS}", alone))
    print(line("  samenspraak serve, first answer", hub))
    ratio = statistics.median(one.wall for one in hub) / statistics.median(one.wall for one in alone)
    print(f"  ratio {ratio:.1f}; on a quiet machine the start stays under {LIMIT_SECONDS:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
