"""Walk many seeds and say what was found: ``make model SEEDS=500``.

A failure prints one line that replays it: ``python tests/model/run.py --seed N`` tells its whole story.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from model import counting
from model.walk import Outcome, walk

OPEN: Mapping[int, str] = {}
"""What these seeds found and nobody has mended yet. It is told at every run; a seed that finds nothing any
more leaves this list."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=500, help="how many walks")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="walk this one only, and tell its story")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    if asked.seed is not None:
        return _tell(walk(asked.seed))
    began = time.monotonic()
    outcomes = []
    with multiprocessing.Pool(asked.processes) as pool:
        for outcome in pool.imap_unordered(walk, range(asked.first, asked.first + asked.seeds)):
            outcomes.append(replace(outcome, story=[]))
            if outcome.wrong:
                known = f" (open: {OPEN[outcome.seed]})" if outcome.seed in OPEN else ""
                print(_line(outcome) + known, flush=True)
    return _report(outcomes, time.monotonic() - began)


def _line(outcome: Outcome) -> str:
    return f"seed {outcome.seed}: {outcome.wrong[0].strip().splitlines()[-1]}"


def _tell(outcome: Outcome) -> int:
    print("\n".join(outcome.story))
    print("\n".join(outcome.wrong or ["all promises held"]))
    return 1 if outcome.wrong else 0


def _report(outcomes: list[Outcome], seconds: float) -> int:
    counts = sum((one.counts for one in outcomes), Counter[str]())
    print(counting.table(counts))
    steps, cycles = (sorted(getattr(one, name) for one in outcomes) for name in ("steps", "cycles"))
    found = {one.seed for one in outcomes if one.wrong}
    failed, still_open = len(found - OPEN.keys()), len(found & OPEN.keys())
    for seed in sorted({one.seed for one in outcomes} & OPEN.keys() - found):
        print(f"seed {seed} finds nothing any more: take it off the list")
    seldom = counting.seldom(counts, len(outcomes))
    if statistics.mean(steps) < counting.STEPS_EACH:
        seldom.append(f"only {statistics.mean(steps):.1f} steps a seed")
    print("\n".join(f"no proof: {one}" for one in seldom))
    print(
        f"{len(steps)} seeds, {sum(steps)} steps ({statistics.mean(steps):.1f} a seed) in {seconds:.0f} s; "
        f"cycles to rest: median {statistics.median(cycles):.0f}, at most {cycles[-1]}; "
        f"{failed} failed, {still_open} open"
    )
    return 1 if failed or seldom else 0


if __name__ == "__main__":
    raise SystemExit(main())
