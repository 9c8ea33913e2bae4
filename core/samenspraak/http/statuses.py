"""What a status code means for the caller.

=======================  ===============================================================================
2xx                      taken, if the body is of an expected type; a web page where data should be is
                         transient for the whole connector (a proxy or sign-in page stands in between)
206                      an answer to a range nobody asked for: as 5xx
3xx                      configuration: the address moved; nothing is ever followed
401, 495, 496            authentication
408, 423, 425, 429, 503  transient: refused before it was looked at. 429 always, 503 when it says how
                         long, for the whole connector. A 503 to a write that does not say how long may
                         come from a proxy that had passed it on (Envoy, Varnish): outcome unknown
409, 412                 conflict
400, 413, 414, 422, 431  to a write: this record is not acceptable there, the others go on;
                         to a read: permanent
other 4xx, 501, 505      permanent
other 5xx                transient for a read; outcome unknown for a write
=======================  ===============================================================================
"""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    InvalidRecordError,
    OutcomeUnknownError,
    PermanentError,
    SamenspraakError,
    TransientError,
)
from samenspraak.http.answer import Answer, is_one_of

LONGEST_WAIT_SECONDS = 24 * 3600.0
_WEB_PAGES = frozenset({"text/html", "application/xhtml+xml"})

Kind = Literal["moved", "authentication", "refused", "busy", "conflict", "record", "permanent", "broken"]

_KINDS: dict[int, tuple[Kind, str]] = {
    206: ("broken", "only a part was sent"),
    400: ("record", "the request was not understood"),
    401: ("authentication", "our sign-in is not accepted"),
    403: ("permanent", "this is not allowed"),
    404: ("permanent", "it is not there"),
    408: ("refused", "the request took too long to arrive"),
    409: ("conflict", "it was changed by somebody else"),
    410: ("permanent", "it is gone"),
    412: ("conflict", "it was changed by somebody else"),
    413: ("record", "the request is too large"),
    414: ("record", "the address is too long"),
    422: ("record", "the content was not accepted"),
    423: ("refused", "it is locked"),
    425: ("refused", "it was sent too early"),
    429: ("busy", "too many requests"),
    431: ("record", "the headers are too large"),
    495: ("authentication", "our certificate is not accepted"),
    496: ("authentication", "a certificate of ours is asked for"),
    501: ("permanent", "it cannot do this"),
    503: ("busy", "it is not available"),
    505: ("permanent", "it cannot do this"),
}
_KINDS_OF_HUNDRED: dict[int, tuple[Kind, str]] = {
    3: ("moved", "the address has moved; ask for the new one and change the setting"),
    4: ("permanent", "the request was refused"),
}


def is_good(status: int) -> bool:
    return 200 <= status < 300 and status != 206


def judge(answer: Answer, *, expect: Collection[str], allow: Collection[int]) -> Answer:
    """The answer itself if the caller can use it, else the error that says what to do."""
    if answer.status in allow:
        return answer
    if not is_good(answer.status):
        raise _error(answer)
    if answer.content and not is_one_of(answer.media_type, expect):
        broken = TransientError if answer.safe else OutcomeUnknownError
        is_page = answer.media_type in _WEB_PAGES
        what = "a web page" if is_page else "something of another type"
        raise broken(f"{_place(answer)}: {what} came instead of data", whole_connector=is_page)
    return answer


def _error(answer: Answer) -> SamenspraakError:
    kind, words = _KINDS.get(answer.status) or _KINDS_OF_HUNDRED.get(
        answer.status // 100, ("broken", "it has a fault")
    )
    message = f"{_place(answer)}: {words}"
    wait = retry_after(answer)
    match kind:
        case "moved":
            return ConfigurationError(message)
        case "authentication":
            return AuthenticationError(message)
        case "conflict":
            return ConflictError(message)
        case "record" if not answer.safe:
            return InvalidRecordError(message, field="request")
        case "record" | "permanent":
            return PermanentError(message)
        case "busy" if answer.status == 429 or wait is not None:
            return TransientError(message, retry_after=wait, whole_connector=True, status=answer.status)
        case "busy" | "broken" if not answer.safe:
            return OutcomeUnknownError(message, retry_after=wait, status=answer.status)
    return TransientError(message, retry_after=wait, status=answer.status)


def _place(answer: Answer) -> str:
    trace = f" (trace {answer.trace_id})" if answer.trace_id else ""
    return f"{answer.connector_id} answered {answer.status}{trace}"


def retry_after(answer: Answer) -> float | None:
    """Seconds to wait, or None when the answer does not say, or says nonsense. At most a day.

    A date counts from the answer's own ``Date``, so that a wrong clock there does no harm.
    """
    text = answer.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    elif (until := _moment(text)) is not None:
        asked_at = _moment(answer.headers.get("Date", ""))
        seconds = until - (answer.received_at if asked_at is None else asked_at)
    else:
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS) if math.isfinite(seconds) else LONGEST_WAIT_SECONDS


def _moment(text: str) -> float | None:
    try:
        moment: datetime = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
