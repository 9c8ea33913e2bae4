"""How long, how much and how deep an answer may be before it is given up."""

from __future__ import annotations

from dataclasses import dataclass

from samenspraak.errors import ConfigurationError

LONGEST_SECONDS = 60.0
"""No request may outlast half of the time for which one worker holds a copy (``sync.ports.Pace.lease``)."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of one request. Seconds are wall time; sizes count the answer after decompression.

    ``connect_seconds``: for each address tried, and again for TLS · ``read_seconds``: of silence ·
    ``total_seconds``: for everything together, a renewed sign-in and its repeat included ·
    ``idle_seconds``: a kept connection that rested longer is opened anew, because a server that hangs up
    idle ones just as we write leaves us not knowing whether it was applied · ``json_items``: of one list
    or object · ``json_characters``: of one text.

    Raises:
        ConfigurationError: a request could take longer than :data:`LONGEST_SECONDS`.
    """

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = LONGEST_SECONDS
    idle_seconds: float = 4.0
    max_bytes: int = 10 * 2**20
    json_depth: int = 64
    json_items: int = 100_000
    json_characters: int = 2**20

    def __post_init__(self) -> None:
        if self.total_seconds > LONGEST_SECONDS:
            raise ConfigurationError(f"A request may take {LONGEST_SECONDS:.0f} seconds at most.")


DEFAULT_LIMITS = Limits()
