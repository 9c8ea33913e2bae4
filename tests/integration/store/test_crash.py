"""A process that dies between any two statements leaves nothing half; the next one goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from samenspraak.store import Store

PROGRAM = Path(__file__).with_name("crashing_process.py")
BEFORE = {"version": 1, "history": 1, "said": 0, "wanted": [], "remotes": 0, "audit": 0, "broken": None}
AFTER = {"version": 2, "history": 2, "said": 1, "wanted": [2], "remotes": 1, "audit": 1, "broken": None}


def test_a_kill_before_every_statement_leaves_all_or_nothing(store: Store, file: Path) -> None:
    command = [sys.executable, str(PROGRAM), f"sqlite:///{file}"]
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=120).stdout.splitlines()
    *crashes, end = [json.loads(line) for line in said]

    assert len(crashes) > 10
    assert all(one == {"killed": True, **BEFORE} for one in crashes)
    assert end == {"killed": False, **AFTER}
