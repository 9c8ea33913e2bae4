#!/usr/bin/env bash
# The wheel as a stranger gets it: built from the source archive, installed with the locked packages in an
# environment of its own, and started from a folder that is not this one.
set -euo pipefail
cd "$(dirname "$0")/.."

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

.venv/bin/python -m build --no-isolation --outdir "$room/dist" . >"$room/build.log" || { cat "$room/build.log"; exit 1; }
"${PYTHON:-python3}" -m venv "$room/venv"
pip=("$room/venv/bin/python" -m pip --quiet --quiet --disable-pip-version-check)
"${pip[@]}" install --require-hashes --requirement config/requirements.txt
"${pip[@]}" install --no-deps "$room"/dist/*.whl
"${pip[@]}" check

cd "$room"
venv/bin/samenspraak --version
venv/bin/python - <<'PYTHON'
import importlib.util
from importlib.metadata import entry_points, files

connectors = entry_points(group="samenspraak.connectors")
for connector in connectors:
    connector.load()
stray = [name for name in ("core", "plugins", "tests") if importlib.util.find_spec(name)]
assert not stray, f"the wheel brings folders that are no packages: {stray}"
assert any(str(file).endswith("licenses/LICENSE") for file in files("samenspraak") or ()), "no licence in the wheel"
print(f"wheel: the connectors {', '.join(sorted(connectors.names))} load from it")
PYTHON
