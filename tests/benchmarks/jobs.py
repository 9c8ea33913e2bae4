"""The pieces of work that are measured, each in a process of its own: by the hub, and by a bare script.

``python tests/benchmarks/jobs.py JOB {…}`` does one and prints what it took as JSON. Starting, importing and
setting up are not counted.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import notices
from benchmarks.hubs import ORGANISATION, hub_around
from benchmarks.servers import care_plan, client_of, nurse_of
from benchmarks.systems import LAG_S, RecordConnector, transformed, units_in

from samenspraak.bootstrap import Application
from samenspraak.connectors import Directory
from samenspraak.domain.agreements import Conditions, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import CONDITIONS, WHAT, agreement_from, apply
from samenspraak.policy.plan import plan
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import (
    ConnectorState,
    CopyState,
    LinkPhase,
    Ours,
    Presence,
    There,
    Today,
)
from samenspraak.services.exchange import exchange
from samenspraak.store import Store
from samenspraak.store.records import Cause
from samenspraak.sync.versions import record_new, record_version
from samenspraak.web.app import create_app
from samenspraak.web.serving import Serving
from samenspraak.work import collector
from samenspraak.work.embedded import EmbeddedRunner
from samenspraak.work.lines import to_stderr

THREADS = 16
PATIENCE_SECONDS = 1800.0
CYCLES = 3


@dataclass(frozen=True, kw_only=True)
class Took:
    """What a piece of work took. ``cpu``: of this process, in all threads; ``peak_mb``: since it began."""

    seconds: float
    cpu: float
    peak_mb: float = 0.0
    writes: int = 0


class Clock:
    """Wall and CPU time since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def took(self, *, writes: int = 0) -> Took:
        return Took(
            seconds=time.monotonic() - self._wall,
            cpu=time.process_time() - self._cpu,
            peak_mb=peak_mb(),
            writes=writes,
        )


def peak_mb() -> float:
    """The most memory this process ever had. ``ru_maxrss`` would count that of whoever started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kilobytes = next(one.split()[1] for one in lines if one.startswith("VmHWM"))
    return int(kilobytes) / 1024


# Push: pull changed care plans, transform, and put each into another system.


def hub_push(source: str, sink: str, size: int, plugin: str = "records") -> Took:
    """Through the whole durable path, as ``samenspraak serve`` does it."""
    with hub_around({"source": ("plans", source), "sink": (plugin, sink)}, size=size) as application:
        runner = _served(application)
        clock = Clock()
        runner.start()
        try:
            _until(lambda: _writes(sink) >= size and not _is_due(application.store))
            return clock.took(writes=_writes(sink))
        finally:
            runner.stop()


def bare_push(source: str, sink: str, size: int, read_back: bool = False) -> Took:
    """One thread, one session, nothing remembered."""
    clock = Clock()
    with requests.Session() as session:
        for plan in _plans(session, source):
            _post(session, sink, plan, read_back=read_back)
    return clock.took(writes=_writes(sink))


def threads_push(source: str, sink: str, size: int) -> Took:
    """Eight threads with a session each, nothing remembered."""
    here = threading.local()

    def post(plan: Any) -> None:
        if not hasattr(here, "session"):
            here.session = requests.Session()
        _post(here.session, sink, plan)

    clock = Clock()
    with requests.Session() as session, ThreadPoolExecutor(8) as pool:
        for _ in pool.map(post, _plans(session, source)):
            pass
    return clock.took(writes=_writes(sink))


def _plans(session: requests.Session, source: str) -> Iterator[Any]:
    following: str | None = "CarePlan"
    while following:
        bundle = session.get(f"{source}/{following}").json()
        yield from (one["resource"] for one in bundle["entry"])
        following = next((one["url"] for one in bundle["link"] if one["relation"] == "next"), None)


def _post(session: requests.Session, sink: str, plan: Any, *, read_back: bool = False) -> None:
    stored = session.post(f"{sink}/records", json=transformed(plan)).json()
    if read_back:
        session.get(f"{sink}/records/{stored['id']}").json()


# Cycles: three systems that are to say the same.


def cycles(a: str, b: str, c: str, size: int, plugin: str = "records") -> dict[str, Any]:
    """First sync, cycles in which nothing changed, and one in which 1 % did; each beside a bare script."""
    _fill(a, size)
    systems = {"a": (plugin, a), "b": (plugin, b), "c": (plugin, c)}
    with hub_around(systems, size=size) as application:
        first = _exchanged(application, (b, c), full=False)
        assert first.writes == 2 * size, f"{first.writes} of {2 * size} records were made"
        _exchanged(application, (a, b, c), full=True)  # what we wrote ourselves is heard once
        noops = [(_exchanged(application, (a, b, c), full=True), _fetched((a, b, c))) for _ in range(CYCLES)]
        edited = max(1, size // 100)
        time.sleep(LAG_S)  # a look so soon after the last change proves nothing
        _edit(a, edited)
        changed = _exchanged(application, (b, c), full=False)
        assert changed.writes == 2 * edited, f"{changed.writes} of {2 * edited} edits arrived"
    noop, fetch = map(_middle, zip(*noops, strict=True))
    return _as_json(first=first, noop=noop, fetch=fetch, changed=changed)


def bare_cycles(a: str, b: str, c: str, size: int) -> dict[str, Any]:
    """What a script does that copies everything once, and then what changed; it remembers which is which."""
    _fill(a, size)
    with requests.Session() as session:
        clock, copies = Clock(), {}
        since = 0
        for body in _changes(session, a, since):
            for one in body["records"]:
                new = {name: value for name, value in one.items() if name not in ("id", "version")}
                copies[one["id"]] = [
                    (there, session.post(f"{there}/records", json=new).json()["id"]) for there in (b, c)
                ]
            since = body["next"]
        first = clock.took()
        _edit(a, max(1, size // 100))
        clock = Clock()
        for body in _changes(session, a, since):
            for one in body["records"]:
                for there, record_id in copies[one["id"]]:
                    session.put(f"{there}/records/{record_id}", json=one).json()
        changed = clock.took()
    return _as_json(first=first, changed=changed)


def _middle(runs: Sequence[Took]) -> Took:
    return sorted(runs, key=lambda one: one.seconds)[len(runs) // 2]


def _as_json(**took: Took) -> dict[str, Any]:
    return {name: asdict(one) for name, one in took.items()}


def _record(number: int) -> dict[str, Any]:
    return {
        "client": client_of(number),
        "title": f"Steunkousen aantrekken, afspraak {number}",
        "category": "care",
        "task": {"who": nurse_of(number), "when": "voor het ontbijt", "days": ["mon"]},
        "conditions": ("Eerst de huid bekijken en bij roodheid de wijkverpleging bellen. " * 3).strip(),
        "status": "active",
    }


def _exchanged(application: Application, written: tuple[str, ...], *, full: bool) -> Took:
    before = sum(map(_writes, written))
    clock = Clock()
    exchange(application.hub, ORGANISATION, full=full)
    took = clock.took()
    return replace(took, writes=sum(map(_writes, written)) - before)


def _fetched(systems: tuple[str, ...]) -> Took:
    """The same pages, fetched and parsed, and nothing done with them."""
    clock = Clock()
    with requests.Session() as session:
        for system in systems:
            for _ in _changes(session, system, 0):
                pass
    return clock.took()


def _changes(session: requests.Session, system: str, since: int) -> Iterator[Any]:
    more = True
    while more:
        body = session.get(f"{system}/records", params={"since": since}).json()
        since, more = body["next"], body["more"]
        yield body


def _edit(system: str, number: int) -> None:
    """People there change this many records."""
    with requests.Session() as session:
        for index in range(number):
            record = session.get(f"{system}/records/r{index}").json()
            session.put(f"{system}/records/r{index}", json={**record, "title": f"Anders: {record['title']}"})


# Propagation: an edit in one system, until both others say it.


def propagation(
    a: str, b: str, c: str, size: int, edits: int, notified: bool = True, plugin: str = "records"
) -> dict[str, Any]:
    """Milliseconds per edit from its notification (without: from the edit) until both others hold it."""
    _fill(a, size)
    systems = {"a": (plugin, a), "b": (plugin, b), "c": (plugin, c)}
    with hub_around(systems, size=size) as application:
        exchange(application.hub, ORGANISATION)
        runner = _served(application)
        app = create_app(application, is_working=lambda: runner.is_alive, still=runner.still)
        web = Serving(app, host="127.0.0.1", port=0, threads=4)
        web.start()
        runner.start()
        hook = f"http://127.0.0.1:{web.port}/in/{ORGANISATION}/a"
        try:
            clock = Clock()
            times = [_propagated(a, (b, c), number, hook if notified else None) for number in range(edits)]
            return {"ms": times, **asdict(clock.took())}
        finally:
            web.stop()
            runner.stop()


def _propagated(a: str, others: tuple[str, str], number: int, hook: str | None) -> float:
    with requests.Session() as session:
        record = session.get(f"{a}/records/r{number}").json()
        title = f"Gewijzigd {number}"
        session.put(f"{a}/records/r{number}", json={**record, "title": title})
        began = time.monotonic()
        if hook is not None:
            session.post(hook, json={"record": record["id"]}).raise_for_status()
        seen = [session.get(f"{one}/landed", params={"title": title}).json()["at"] for one in others]
    return 1000 * (max(seen) - began)


def bare_propagation(a: str, b: str, c: str, edits: int) -> dict[str, Any]:
    """The same by a script that is told which record: read it, and write it twice."""
    for system in (a, b, c):
        _fill(system, edits)
    times = []
    clock = Clock()
    with requests.Session() as session:
        for number in range(edits):
            began = time.monotonic()
            record = session.get(f"{a}/records/r{number}").json()
            for there in (b, c):
                session.put(f"{there}/records/r{number}", json=record).json()
            times.append(1000 * (time.monotonic() - began))
    return {"ms": times, **asdict(clock.took())}


# The store: claims, commits and merges, and the least that a durable transaction costs.


def store_work(size: int) -> dict[str, float]:
    """Each per second, in one thread."""
    with hub_around({"source": ("plans", "http://127.0.0.1:9")}, size=size) as application:
        hub, opened = application.hub, []
        cause = Cause(actor="admin", why="recorded")

        def record(number: int) -> None:
            client = PartyRef(kind=PartyKind.CLIENT, id=client_of(number))
            units = units_in(transformed(care_plan(number)), Directory(connector_id="source"))
            with hub.store.write(ORGANISATION) as uow:
                new = agreement_from(f"agreement-{number}", client.id, units)
                opened.append(record_new(uow, hub, new, cause=cause))
                uow.commit()

        def change(number: int) -> None:
            known = opened[number]
            with hub.store.write(ORGANISATION) as uow:
                after = apply(known.agreement, {WHAT: What(text=f"Anders {number}")})
                record_version(uow, hub, known, after, cause=cause)
                uow.commit()

        def claim(number: int) -> None:
            with hub.store.write(ORGANISATION) as uow:
                [link] = uow.links.of_agreement(f"agreement-{number}")
                claimed = uow.links.claim(link.id, hub.now(), hub.now() + hub.pace.lease)
                assert claimed is not None
                uow.links.finish(claimed)
                uow.commit()

        recorded = _per_second(record, size)
        return {
            "records": recorded,
            "commits": _per_second(change, size),
            "claims": _per_second(claim, size),
            "merges": _per_second(_merging(), size),
            "durable": _per_second(_durable(application.settings.data_dir / "bare.sqlite3"), size),
        }


def _merging() -> Callable[[int], None]:
    """Both sides changed something else of one agreement."""
    directory = Directory(connector_id="a")
    then = units_in(_record(1), directory)
    shape = Shape(units=frozenset(then))
    known = CopyState(phase=LinkPhase.OPEN, was=then, then=then, based=frozenset(then), shape=shape)
    ours = Ours(presence=Presence.LIVE, units={**then, WHAT: What(text="Anders")}, version=2)
    theirs = There(units={**then, CONDITIONS: Conditions(text="Elke dag")})
    today = Today(
        connector_id="a",
        capabilities=RecordConnector.manifest.capabilities,
        connector=ConnectorState.RUNNING,
        shape=shape,
    )

    def merge(_: int) -> None:
        assert plan(known, ours, theirs, today).adopt

    return merge


def _durable(file: Path) -> Callable[[int], None]:
    """One row, one transaction, on the disk before it returns."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (n INTEGER)")

    def write(number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        connection.execute("COMMIT")

    return write


def _per_second(act: Callable[[int], None], times: int) -> float:
    clock = Clock()
    for number in range(times):
        act(number)
    return times / clock.took().seconds


# What all of them ask.


def _fill(system: str, size: int) -> None:
    """So many records stand there before anything is measured."""
    with requests.Session() as session:
        filled = session.post(f"{system}/fill", json=[_record(number) for number in range(size)])
        filled.raise_for_status()


def _writes(system: str) -> int:
    with requests.Session() as session:
        writes: int = session.get(f"{system}/writes").json()["writes"]
    return writes


def _served(application: Application) -> EmbeddedRunner:
    """The runner in a process that is set up as that of ``samenspraak serve``."""
    collector.calm()
    return EmbeddedRunner(application.hub, threads=THREADS)


def _is_due(store: Store) -> bool:
    with store.read(ORGANISATION) as uow:
        now = store._clock()
        return bool(uow.links.due(now, 1) or uow.remotes.due(now, 1))


def _until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not done():
        if time.monotonic() > until:
            raise SystemExit("It was not done in time.")
        time.sleep(0.05)


JOBS: Mapping[str, Callable[..., Any]] = {
    one.__name__: one
    for one in (
        hub_push,
        bare_push,
        threads_push,
        cycles,
        bare_cycles,
        propagation,
        bare_propagation,
        store_work,
        notices.measured,
    )
}


def main() -> None:
    to_stderr(sys.stderr, level=logging.ERROR)  # what is printed is the outcome alone
    name, asked = sys.argv[1:]
    done = JOBS[name](**json.loads(asked))
    print(json.dumps(asdict(done) if isinstance(done, Took) else done))


if __name__ == "__main__":
    main()
