"""What the hub costs beside a script that does the same work and remembers nothing: ``make bench``.

Every figure is a ratio: both sides are measured in turn in the same run, each in a fresh process, and the
median counts. Seconds say something about this machine at this moment; a ratio says something about us. This
is no timed test: it fails only when the work is not done. Prints a table and writes ``build/bench.json``.

``--only push --size 100 --times 1`` takes seconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SIDES = ("hub", "bare")
NOTICES_PER_SECOND = 200
"""So many Ons may send when something is corrected in bulk."""
OUTCOME = HERE.parents[1] / "build" / "bench.json"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table. ``aim``: what issue 3 asks, or '' where it asks nothing."""

    name: str
    value: float
    aim: str = ""
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How much is measured. ``large``: the second size, where growth is measured."""

    size: int
    large: int
    times: int


# Systems and jobs, each a process.


@contextmanager
def system(kind: str, *, size: int = 0, delay_ms: float = 0.0) -> Iterator[str]:
    """A system of :mod:`benchmarks.servers`; gives where it is."""
    command = [sys.executable, str(HERE / "servers.py"), kind, "--size", str(size)]
    process = subprocess.Popen(
        [*command, "--delay-ms", str(delay_ms)], stdout=subprocess.PIPE, encoding="ascii"
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


def job(name: str, **asked: Any) -> Any:
    """What one piece of work of :mod:`benchmarks.jobs` took."""
    command = [sys.executable, str(HERE / "jobs.py"), name, json.dumps(asked)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def between(jobs: Mapping[str, Callable[[], Any]], times: int) -> dict[str, list[Any]]:
    """Each job so many times, in turn."""
    rounds = [{name: work() for name, work in jobs.items()} for _ in range(times)]
    return {name: [one[name] for one in rounds] for name in jobs}


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(over, under, strict=True))


def median_of(took: Sequence[Any], what: str) -> float:
    return statistics.median(one[what] for one in took)


# What is measured.


def push(asked: Asked) -> Iterator[Figure]:
    """Pull care plans, transform, put each into another system: beside a bare loop, and 8 bare threads."""
    yield from _push("push_0ms", asked, 0.0, "bare_push", "≥ 0.5, aim 0.7")
    yield from _push("push_20ms", asked, 20.0, "threads_push", "≥ 1.2, aim 1.5")
    yield from _push("push_read_back", asked, 0.0, "bare_push", "", plugin="readback")


def _push(
    name: str, asked: Asked, delay_ms: float, baseline: str, aim: str, plugin: str = "records"
) -> Iterator[Figure]:
    with system("plans", size=asked.size) as source:

        def into_a_new_sink(work: str, **more: Any) -> Any:
            with system("records", delay_ms=delay_ms) as sink:
                took = job(work, source=source, sink=sink, size=asked.size, **more)
            assert took["writes"] == asked.size, f"{work} made {took['writes']} records of {asked.size}"
            return took

        bare = {"read_back": True} if plugin == "readback" else {}
        took = between(
            {
                "hub": lambda: into_a_new_sink("hub_push", plugin=plugin),
                "bare": lambda: into_a_new_sink(baseline, **bare),
            },
            asked.times,
        )
    seconds = {side: [one["seconds"] for one in runs] for side, runs in took.items()}
    rates = ", ".join(
        f"{side} {asked.size / median_of(runs, 'seconds'):.0f}/s" for side, runs in took.items()
    )
    yield Figure(name=name, value=ratio(seconds["bare"], seconds["hub"]), aim=aim, about=rates)
    yield from _costs(name, took["hub"], took["bare"], asked.size)


def _costs(name: str, hub: Sequence[Any], bare: Sequence[Any], records: int) -> Iterator[Figure]:
    cpu = {side: 1000 * median_of(runs, "cpu") / records for side, runs in (("hub", hub), ("bare", bare))}
    yield Figure(name=f"{name}_cpu_s_per_1000", value=cpu["hub"], about=f"bare {cpu['bare']:.2f}")
    peak = median_of(bare, "peak_mb")
    yield Figure(name=f"{name}_peak_mb", value=median_of(hub, "peak_mb"), about=f"bare {peak:.0f}")


def cycles(asked: Asked) -> Iterator[Figure]:
    """Three systems: the first sync, cycles without a change, one with 1 % changed."""
    for name, plugin, aim in (
        ("noop_vs_fetch", "records", "≤ 1.3"),
        ("noop_vs_fetch_no_token", "untokened", "≤ 2.5"),
    ):
        with_hub = [_in_three("cycles", asked.size, plugin=plugin) for _ in range(asked.times)]
        noop, fetch = ([run[what] for run in with_hub] for what in ("noop", "fetch"))
        about = f"hub {median_of(noop, 'seconds'):.2f} s, fetching {median_of(fetch, 'seconds'):.2f} s"
        value = ratio([one["seconds"] for one in noop], [one["seconds"] for one in fetch])
        yield Figure(name=name, value=value, aim=aim, about=about)
        yield Figure(name=f"{name}_writes", value=median_of(noop, "writes"), aim="0")
    bare = [_in_three("bare_cycles", asked.size) for _ in range(asked.times)]
    for what in ("first", "changed"):
        hub_took, bare_took = ([run[what] for run in runs] for runs in (with_hub, bare))
        seconds = f"hub {median_of(hub_took, 'seconds'):.2f} s, bare {median_of(bare_took, 'seconds'):.2f} s"
        value = ratio([one["seconds"] for one in hub_took], [one["seconds"] for one in bare_took])
        yield Figure(name=f"{what}_vs_bare", value=value, about=seconds)


def _in_three(work: str, size: int, **more: Any) -> Any:
    with ExitStack() as stack:
        there = {name: stack.enter_context(system("records")) for name in "abc"}
        return job(work, **there, size=size, **more)


def propagation(asked: Asked) -> Iterator[Figure]:
    """From the notification of an edit until both other systems hold it, in milliseconds."""
    edits = min(asked.size, 100)
    with ExitStack() as stack:
        there = {name: stack.enter_context(system("records")) for name in "abc"}
        bare = job("bare_propagation", **there, edits=edits)
    notified = _in_three("propagation", min(asked.size, 200), edits=edits)
    polled = _in_three("propagation", min(asked.size, 200), edits=max(2, edits // 10), notified=False)
    p95 = {side: _p95(one["ms"]) for side, one in (("hub", notified), ("bare", bare), ("polled", polled))}
    middle = statistics.median(notified["ms"])
    about = f"median {middle:.0f} ms; bare p95 {p95['bare']:.0f} ms"
    yield Figure(name="propagation_p95_ms", value=p95["hub"], aim="< 150", about=about)
    yield Figure(name="propagation_vs_bare", value=p95["hub"] / p95["bare"])
    about = "asked once a second" + f"; median {statistics.median(polled['ms']):.0f} ms"
    yield Figure(name="propagation_polled_p95_ms", value=p95["polled"], about=about)


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[max(0, round(0.95 * len(times)) - 1)]


def memory(asked: Asked) -> Iterator[Figure]:
    """The most memory that pushing many takes, beside pushing few."""
    peaks = {}
    for size in (asked.size, asked.large):
        with system("plans", size=size) as source, system("records") as sink:
            peaks[size] = job("hub_push", source=source, sink=sink, size=size)["peak_mb"]
    about = ", ".join(f"{peak:.0f} MB at {size}" for size, peak in peaks.items())
    yield Figure(
        name="memory_growth", value=peaks[asked.large] / peaks[asked.size], aim="≤ 1.15", about=about
    )


def store(asked: Asked) -> Iterator[Figure]:
    """Claims, commits and merges per second, beside what the database takes for a durable transaction."""
    took = [job("store_work", size=min(asked.size, 500)) for _ in range(asked.times)]
    durable = [one["durable"] for one in took]
    for what in ("claims", "commits", "merges"):
        rates = [one[what] for one in took]
        about = (
            f"{statistics.median(rates):.0f}/s; a bare durable transaction {statistics.median(durable):.0f}/s"
        )
        yield Figure(name=f"{what}_vs_transaction", value=ratio(rates, durable), about=about)


def notices(asked: Asked) -> Iterator[Figure]:
    """Notices at a steady pace at ``samenspraak serve``, beside a bare program that keeps a row of each."""
    seconds = asked.size / NOTICES_PER_SECOND
    took = between(
        {
            who: partial(job, "measured", who=who, per_second=NOTICES_PER_SECOND, seconds=seconds)
            for who in SIDES
        },
        asked.times,
    )
    for who, runs in took.items():
        for run in runs:
            assert (run["refused"], run["kept"]) == (0, asked.size), f"{who} lost notices: {run['kept']}"
    p95 = {who: [_p95(run["ms"]) for run in runs] for who, runs in took.items()}
    slowest = max(max(run["ms"]) for run in took["hub"])
    about = f"{NOTICES_PER_SECOND}/s, {asked.size} in all, none lost; slowest {slowest:.0f} ms"
    yield Figure(name="notices_p95_ms", value=statistics.median(p95["hub"]), aim="< 200", about=about)
    about = f"bare p95 {statistics.median(p95['bare']):.0f} ms"
    yield Figure(name="notices_vs_bare", value=ratio(p95["hub"], p95["bare"]), about=about)
    cpu = {who: 1000 * median_of(runs, "cpu") / asked.size for who, runs in took.items()}
    yield Figure(name="notices_cpu_s_per_1000", value=cpu["hub"], about=f"bare {cpu['bare']:.2f}")


BENCHMARKS: Mapping[str, Callable[[Asked], Iterator[Figure]]] = {
    one.__name__: one for one in (push, cycles, propagation, store, memory, notices)
}


def measured(names: Sequence[str], asked: Asked) -> Iterator[Figure]:
    """Every figure of these benchmarks, as soon as it is known."""
    for name in names:
        print(f"── {name}: {(BENCHMARKS[name].__doc__ or '').strip()}", flush=True)
        yield from BENCHMARKS[name](asked)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", choices=list(BENCHMARKS), action="append", help="this one; may be repeated")
    parser.add_argument("--size", type=int, default=2000, help="how many agreements")
    parser.add_argument("--large", type=int, default=20_000, help="how many where growth is measured")
    parser.add_argument("--times", type=int, default=3, help="the median of so many")
    parser.add_argument("--into", type=Path, default=OUTCOME, help="the file that is written")
    asked = parser.parse_args()
    size = Asked(size=asked.size, large=asked.large, times=asked.times)
    figures = []
    for one in measured(asked.only or list(BENCHMARKS), size):
        figures.append(one)
        print(f"  {one.name:<34}{one.value:>10.3g}   {one.aim:<16}{one.about}", flush=True)
    asked.into.parent.mkdir(parents=True, exist_ok=True)
    written = {one.name: round(one.value, 4) for one in figures}
    asked.into.write_text(json.dumps(written, indent=1) + "\n", encoding="ascii")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
