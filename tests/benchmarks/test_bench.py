"""The benchmarks measure what they say: each does its work to the end, small, and writes its figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parent / "bench.py"
KEYS = {
    "push": {"push_0ms", "push_0ms_cpu_s_per_1000", "push_0ms_peak_mb", "push_20ms", "push_read_back"},
    "cycles": {"noop_vs_fetch", "noop_vs_fetch_no_token", "first_vs_bare", "changed_vs_bare"},
    "propagation": {"propagation_p95_ms", "propagation_vs_bare", "propagation_polled_p95_ms"},
    "store": {"claims_vs_transaction", "commits_vs_transaction", "merges_vs_transaction"},
    "memory": {"memory_growth"},
    "notices": {"notices_p95_ms", "notices_vs_bare", "notices_cpu_s_per_1000"},
}


def bench(outcome: Path, only: str, size: int) -> dict[str, float]:
    options = ["--size", size, "--large", 2 * size, "--times", 1, "--only", only, "--into", outcome]
    done = subprocess.run(
        [sys.executable, str(BENCH), *map(str, options)], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    figures: dict[str, float] = json.loads(outcome.read_text())
    return figures


@pytest.mark.parametrize("only", KEYS)
def test_a_small_benchmark_does_its_work_and_a_quiet_cycle_writes_nothing(only: str, tmp_path: Path) -> None:
    figures = bench(tmp_path / "bench.json", only, 20 if only == "cycles" else 10)

    assert KEYS[only] <= figures.keys()
    assert all((value == 0) == key.endswith("_writes") for key, value in figures.items())
