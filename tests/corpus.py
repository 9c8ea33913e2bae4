"""Reads every FHIR file in a folder and prints what it would become; no content of a file is printed."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from samenspraak_fhir.corpus import Verdict, verdicts


def read(folder: Path) -> Iterator[tuple[str, Verdict]]:
    for file in sorted(folder.rglob("*")):
        if file.suffix in (".json", ".xml"):
            for verdict in verdicts(file.read_bytes()):
                yield str(file.relative_to(folder)), verdict


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python tests/corpus.py FOLDER", file=sys.stderr)
        return 2
    found = list(read(Path(arguments[0])))
    for name, verdict in found:
        print(f"{name}: {verdict}")
    counted = Counter(str(verdict.kind) for _, verdict in found)
    print(", ".join(f"{number} {kind}" for kind, number in sorted(counted.items())) or "no FHIR files here")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
