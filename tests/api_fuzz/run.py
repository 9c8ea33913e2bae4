"""Call every operation of the API with what its document allows, and what it does not: ``make api-fuzz``.

The hub is a real one behind its own web server, called at the same time by somebody who may see everything,
and by relatives in an app who may not. Schemathesis, which nobody here wrote, invents the requests and judges
the answers.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from api_fuzz.household import household
from flask import Flask

from samenspraak.policy.access import ROLES, Role
from samenspraak.web.app import create_app
from samenspraak.web.limits import Limits
from samenspraak.web.serving import Serving

HERE = Path(__file__).parent
UNLIMITED = Limits(asks=10**9, refusals=10**9)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--examples", type=int, default=100, help="how many requests of an operation")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    outcomes = {}
    with tempfile.TemporaryDirectory() as folder:
        house = household(Path(folder))
        app = create_app(house.app, is_working=lambda: True, limits=UNLIMITED)
        with served(app) as address, ThreadPoolExecutor() as pool:
            calling = {
                name: pool.submit(fuzz, address, headers, shut(app, role), asked.examples, asked.seed)
                for name, (role, headers) in house.callers.items()
            }
            for name, (_, headers) in house.callers.items():
                done = calling[name].result()
                print(f"== {name}\n{done.stdout}", flush=True)
                # Else it took back its own access on the way, and the rest tried nothing but the door.
                is_in = app.test_client().get("/api/v1/me", headers=headers).status_code == 200
                outcomes[name] = done.returncode if is_in else 1
    print("; ".join(f"{name}: {'ok' if code == 0 else 'FAILED'}" for name, code in outcomes.items()))
    return max(outcomes.values())


@contextmanager
def served(app: object) -> Iterator[str]:
    with Serving(app, host="127.0.0.1", port=0, threads=4) as web:
        yield f"http://127.0.0.1:{web.port}"


def shut(app: Flask, role: Role) -> list[str]:
    """The operations of which the door stays shut for this role; tests/integration/api tries those doors."""
    paths = app.test_client().get("/api/v1/openapi.json").json["paths"]
    return [
        f"{method.upper()} {path}"
        for path, item in paths.items()
        for method, operation in item.items()
        if "security" in operation and set(operation["security"][0]["credential"]) - ROLES[role]
    ]


def fuzz(
    address: str, headers: dict[str, str], without: list[str], examples: int, seed: int
) -> subprocess.CompletedProcess[str]:
    """Call everything as one caller; the others do so meanwhile."""
    shown = [part for name, value in headers.items() for part in ("--header", f"{name}:{value}")]
    command = [
        *(str(Path(sys.executable).parent / "st"), "--config-file", str(HERE / "schemathesis.toml")),
        *("run", f"{address}/api/v1/openapi.json", "--checks", "all"),
        *("--max-examples", str(examples), "--seed", str(seed), "--no-color", *shown),
        *(part for one in without for part in ("--exclude-name", one)),
    ]
    return subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


if __name__ == "__main__":
    raise SystemExit(main())
