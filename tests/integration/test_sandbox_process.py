"""A sandbox as a process: what it says, and to whom."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import requests


@pytest.mark.parametrize(("asked", "told"), [([], False), (["--verbose"], True)])
def test_a_sandbox_writes_a_line_per_request_only_when_asked(asked: list[str], told: bool) -> None:
    command = [sys.executable, "-m", "samenspraak.sandbox", "samenspraak_memory", *asked]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    url = json.loads(process.stdout.readline())["url"]
    requests.get(f"{url}/api/about", timeout=10)

    _, said = process.communicate(timeout=20)

    assert process.returncode == 0
    assert ("/api/about" in said) == told
