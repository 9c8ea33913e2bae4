"""What came back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from requests.structures import CaseInsensitiveDict

from samenspraak.errors import InvalidRecordError, OutcomeUnknownError, TransientError
from samenspraak.http.limits import DEFAULT_LIMITS, Limits
from samenspraak.http.strict_json import UnusableJsonError, parse_json

JSON_TYPES = frozenset({"application/json", "+json"})
"""Media types that hold JSON; ``+json`` stands for every type with that ending."""


def is_one_of(media_type: str, expect: Collection[str]) -> bool:
    """Whether a type is expected: by name, or by its ending after a plus. No expectation takes all."""
    return not expect or media_type in expect or f"+{media_type.rpartition('+')[2]}" in expect


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One complete answer of another system. Nothing of its content shows in its ``repr``.

    ``headers``: found by any spelling of their name · ``content``: unpacked · ``sent_at``,
    ``received_at``: by the hub's clock, just before the first byte of the request left and just after the
    last byte of the answer arrived · ``whole``: the answer said where it ends; without that a cut-off body
    looks complete · ``safe``: the request only read · ``trace_id``: by which the other system knows it.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    sent_at: float
    received_at: float
    connector_id: str = ""
    whole: bool = True
    safe: bool = True
    trace_id: str = ""
    limits: Limits = field(default=DEFAULT_LIMITS, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", CaseInsensitiveDict(self.headers))

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case; empty when not given."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def date(self) -> datetime | None:
        """What time it was there when it answered, by the header ``Date``; None when it does not say."""
        try:
            found = parsedate_to_datetime(self.headers.get("Date", ""))
        except (TypeError, ValueError):
            return None
        return found if found.tzinfo else None

    def json(self) -> Any:
        """The value of a JSON body.

        Raises:
            InvalidRecordError: the answer to a read is no usable JSON (``field`` is ``body``).
            TransientError: it does not even say that it is JSON, or may have been cut off.
            OutcomeUnknownError: any of these after a write: it may have been applied.
        """
        if not is_one_of(self.media_type, JSON_TYPES):
            self._give_up("the answer is not JSON", transient=True)
        try:
            return parse_json(self.content, self.limits)
        except UnusableJsonError as error:
            self._give_up(f"the body {error}", transient=error.cut_off and not self.whole)

    def _give_up(self, what: str, *, transient: bool) -> None:
        message = f"{self.connector_id}: {what} (status {self.status})"
        if not self.safe:
            raise OutcomeUnknownError(message) from None
        if transient:
            raise TransientError(message) from None
        raise InvalidRecordError(message, field="body") from None
