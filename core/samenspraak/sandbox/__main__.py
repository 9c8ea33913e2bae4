"""One sandbox as a process of its own: ``python -m samenspraak.sandbox PACKAGE``."""

from __future__ import annotations

import argparse
import json
import sys

from samenspraak.sandbox import load


def main(argv: list[str] | None = None) -> int:
    """Serve one sandbox until the input closes or the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m samenspraak.sandbox", description="Serve one sandbox.")
    parser.add_argument("package")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mode", choices=("strict", "quirky"), default="strict")
    parser.add_argument("--verbose", action="store_true", help="write a line per request to standard error")
    options = parser.parse_args(argv)
    sandbox = load(options.package, options.mode)
    with sandbox.running(options.port, verbose=options.verbose) as url:
        print(json.dumps({"url": url}), flush=True)
        # The parent holds our input open: when it dies, we end too.
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
