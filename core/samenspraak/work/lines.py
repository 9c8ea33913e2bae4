"""Log lines: to standard error, an allow-list of keys, and every text redacted.

A log is read by people who may not see a dossier. So a line holds ids and codes; a key that is not in
:data:`KEYS` is dropped, whatever somebody meant with it.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from samenspraak.http import redact

KEYS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "organisation",
        "connector",
        "link",
        "agreement",
        "question",
        "remote",
        "code",
        "error",
        "address",
        "exception",
        "ends",
        "changes",
        "rehearsal",
        "trace",
        "route",
    }
)


def to_stderr(stream: TextIO, *, level: int = logging.INFO) -> None:
    """Write our log lines there, and keep the libraries' own to what went wrong."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_place,
            _allowed,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    # urllib3 writes addresses with their query at DEBUG; APScheduler and waitress chat at INFO.
    for name in ("urllib3", "apscheduler", "waitress", "werkzeug"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _with_place(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A crash says where it happened, never with what: no message, no values."""
    if line.pop("exc_info", None):
        line["exception"] = _place()
    return line


def _place() -> str:
    _, error, trace = sys.exc_info()
    frames = traceback.extract_tb(trace)[-3:]
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {where}"


def _allowed(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {
        key: redact(value) if isinstance(value, str) else value for key, value in line.items() if key in KEYS
    }
