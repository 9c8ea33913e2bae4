"""Let the process die at every moment of every act, and see that nothing is lost or double: ``make crash``.

A failure names its act and number; ``--act ACT --number N`` plays that one alone.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from pathlib import Path

import structlog

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crash.life import ACTS
from crash.loop import Crash, crash, undisturbed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--act", choices=list(ACTS), help="this act only")
    parser.add_argument("--number", type=int, help="this moment of it only")
    parser.add_argument("--every", type=int, default=1, help="every so many-th moment")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    _quietly()
    if asked.act and asked.number:
        return _report([crash(asked.act, asked.number)], 0.0)
    began = time.monotonic()
    acts = [asked.act] if asked.act else list(ACTS)
    moments = [(act, at) for act in acts for at in range(1, len(undisturbed(act).passed) + 1, asked.every)]
    with multiprocessing.get_context("fork").Pool(asked.processes, _quietly) as pool:
        outcomes = list(pool.imap_unordered(_one, moments, chunksize=4))
    return _report(outcomes, time.monotonic() - began)


def _one(moment: tuple[str, int]) -> Crash:
    outcome = crash(*moment)
    if outcome.wrong:
        print(outcome, flush=True)
    return outcome


def _quietly() -> None:
    """A process that dies leaves lines in the log; what matters is judged."""
    structlog.configure(processors=[_drops])


def _drops(*_: object) -> str:
    raise structlog.DropEvent


def _report(outcomes: list[Crash], seconds: float) -> int:
    for name, number in sorted(Counter(one.at for one in outcomes).items()):
        print(f"{number:7} {name}")
    wrong = [one for one in outcomes if one.wrong]
    print(f"{len(outcomes)} crashes in {seconds:.0f} s; {len(wrong)} after which something was wrong")
    for one in wrong[:20]:
        print(one)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
