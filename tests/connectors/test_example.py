"""The example for authors of connectors is found in a distribution of its own, and is as good as ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "samenspraak-weekbord"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The environment of a machine on which the example was installed, from its folder and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(EXAMPLE)], check=True)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}


def ran(environment: Mapping[str, str], *command: str, at: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        env=environment,
        cwd=at,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_example_is_found_beside_ours(installed: Mapping[str, str], tmp_path: Path) -> None:
    ran(installed, "samenspraak", "init", "de-eik", "--name", "De Eik", at=tmp_path)

    listed = ran(installed, "samenspraak", "connector", "list", "--installed", "--json", at=tmp_path)

    found = json.loads(listed.stdout)
    assert {"memory", "weekbord"} <= {one["name"] for one in found["installed"]}
    assert found["broken"] == []


def test_the_example_is_at_least_gold(installed: Mapping[str, str], tmp_path: Path) -> None:
    tried = ran(installed, "samenspraak", "kit", "run", "weekbord", "--json", at=tmp_path)

    document = json.loads(tried.stdout)
    assert [one for one in document["checks"] if one["ok"] is False] == []
    assert document["tier"] in ("gold", "platinum")
    assert tried.returncode == 0


def test_its_own_tests_pass(installed: Mapping[str, str]) -> None:
    """But those that the kit has just run."""
    options = ("-q", "-p", "no:cacheprovider", "--rootdir=.", "-c", os.devnull)

    assert ran(installed, "pytest", *options, "test_sandbox.py", at=EXAMPLE / "tests").returncode == 0
