"""The one place where exceptions of requests, urllib3, ssl and the socket become ours.

They are raised ``from None`` on purpose: theirs hold the whole URL with its query, and a printed chain
would show it. What is worth knowing of the cause is in our message.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
from collections.abc import Iterator
from typing import Literal

import requests.exceptions as theirs
import urllib3.exceptions as below

from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidRecordError,
    OutcomeUnknownError,
    SamenspraakError,
    TransientError,
)
from samenspraak.http.body import BodyTooLargeError, UnreadableBodyError
from samenspraak.http.guard import RefusedAddressError
from samenspraak.http.wire import Exchange

Kind = Literal["unsent", "lost", "ours"]
"""``unsent``: no connection, so nothing left · ``lost``: depends on how far it got · ``ours``: we made a
request that cannot be sent."""

KINDS: dict[type[BaseException], Kind] = {
    theirs.RequestException: "lost",
    theirs.ConnectionError: "lost",
    theirs.SSLError: "lost",
    theirs.Timeout: "lost",
    theirs.ReadTimeout: "lost",
    theirs.ConnectTimeout: "unsent",
    theirs.ProxyError: "lost",
    theirs.HTTPError: "lost",
    theirs.ChunkedEncodingError: "lost",
    theirs.ContentDecodingError: "lost",
    theirs.StreamConsumedError: "lost",
    theirs.RetryError: "lost",
    theirs.TooManyRedirects: "lost",
    theirs.JSONDecodeError: "lost",
    theirs.InvalidJSONError: "ours",
    theirs.InvalidHeader: "ours",
    theirs.InvalidProxyURL: "ours",
    theirs.InvalidSchema: "ours",
    theirs.InvalidURL: "ours",
    theirs.MissingSchema: "ours",
    theirs.URLRequired: "ours",
    theirs.UnrewindableBodyError: "ours",
    below.HTTPError: "lost",
    below.PoolError: "lost",
    below.RequestError: "lost",
    below.SSLError: "lost",
    below.ProxyError: "lost",
    below.DecodeError: "lost",
    below.ProtocolError: "lost",
    below.MaxRetryError: "lost",
    below.HostChangedError: "ours",
    below.TimeoutStateError: "ours",
    below.TimeoutError: "lost",
    below.ReadTimeoutError: "lost",
    below.ConnectTimeoutError: "unsent",
    below.NewConnectionError: "unsent",
    below.NameResolutionError: "unsent",
    below.EmptyPoolError: "unsent",
    below.FullPoolError: "unsent",
    below.ClosedPoolError: "unsent",
    below.LocationValueError: "ours",
    below.LocationParseError: "ours",
    below.URLSchemeUnknown: "ours",
    below.ProxySchemeUnknown: "ours",
    below.ResponseError: "lost",
    below.ResponseNotChunked: "lost",
    below.BodyNotHttplibCompatible: "lost",
    below.IncompleteRead: "lost",
    below.InvalidChunkLength: "lost",
    below.InvalidHeader: "lost",
    below.HeaderParsingError: "lost",
    below.UnrewindableBodyError: "ours",
    http.client.HTTPException: "lost",
    OSError: "lost",
}

FOREIGN = (theirs.RequestException, below.HTTPError, http.client.HTTPException, OSError)

# Source: openssl x509_vfy.h, the X509_V_ERR_ numbers (OpenSSL 3).
_CERTIFICATE_FAULTS = {
    9: "is not valid yet",
    10: "has expired",
    18: "is signed by itself",
    19: "is signed by a root we do not trust",
    20: "is signed by a root we do not trust",
    21: "is signed by a root we do not trust",
    23: "was revoked",
    62: "is for another name",
    64: "is for another address",
}
_OUR_CERTIFICATE = (
    "ALERT_BAD_CERTIFICATE",
    "ALERT_CERTIFICATE",
    "CERTIFICATE_REQUIRED",
    "UNKNOWN_CA",
    "ACCESS_DENIED",
)
_OLD_TLS = ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION")

_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "its name is not known"),
    (below.ReadTimeoutError, "it was silent for too long"),
    (TimeoutError, "it did not answer in time"),
    (ConnectionRefusedError, "the connection was refused"),
    (http.client.IncompleteRead, "the answer was cut off"),
    (ConnectionError, "the connection was broken off"),
    (http.client.RemoteDisconnected, "the connection was broken off"),
    (ssl.SSLError, "the secure connection failed"),
    (http.client.HTTPException, "the answer is not HTTP"),
    (OSError, "the connection failed"),
)


@contextlib.contextmanager
def translated(*, connector_id: str, exchange: Exchange, safe: bool) -> Iterator[None]:
    """Inside, only our errors leave (and what a permit raised, unchanged)."""
    try:
        yield
    except SamenspraakError:
        raise
    except RefusedAddressError as refusal:
        raise ConfigurationError(f"{connector_id}: {refusal}; nothing was sent") from None
    except (*FOREIGN, BodyTooLargeError, UnreadableBodyError) as error:
        if exchange.stopped_by is not None:
            raise exchange.stopped_by from None
        raise ours(error, connector_id=connector_id, exchange=exchange, safe=safe) from None


def ours(error: Exception, *, connector_id: str, exchange: Exchange, safe: bool) -> SamenspraakError:
    """Our error for one of theirs, by what the caller should do.

    A certificate we cannot trust, or one of ours that is not trusted there, is an ``AuthenticationError``:
    like a refused sign-in it pauses the connector until a person has looked, and nothing is discarded.
    """
    causes = list(_causes(error))
    if (fault := _certificate_fault(causes)) is not None:
        return AuthenticationError(f"{connector_id}: {fault}; nothing was exchanged")
    if isinstance(error, BodyTooLargeError):
        message = f"{connector_id}: the answer is larger than {exchange.limits.max_bytes} bytes"
        return InvalidRecordError(message, field="body") if safe else OutcomeUnknownError(message)
    out_of_time = exchange.monotonic() >= exchange.deadline and any(
        isinstance(cause, TimeoutError) for cause in causes
    )
    what = "it took longer than allowed in total" if out_of_time else _words(causes)
    if exchange.left_at is None:
        if any(_kind(cause) == "ours" for cause in causes):
            return InvalidRecordError(
                f"{connector_id}: this request cannot be sent ({type(error).__name__})", field="request"
            )
        if exchange.on_wire or any(_kind(cause) == "unsent" for cause in causes):
            return TransientError(
                f"{connector_id}: {what}; nothing was sent", whole_connector=not out_of_time
            )
    message = f"{connector_id}: {what}"
    return TransientError(message) if safe else OutcomeUnknownError(f"{message}; it may have been applied")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, outermost first, however the libraries packed it.

    Not ``__context__``: that also names whatever our caller was handling when it called.
    """
    waiting, seen = [error], set()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        packed = (getattr(cause, "reason", None), *cause.args, cause.__cause__)
        waiting.extend(inner for inner in packed if isinstance(inner, BaseException))


def _kind(cause: BaseException) -> Kind | None:
    return next((KINDS[parent] for parent in type(cause).__mro__ if parent in KINDS), None)


def _words(causes: list[BaseException]) -> str:
    for cause in causes:
        if isinstance(cause, UnreadableBodyError):
            return f"the body {cause}"
    return next(
        (words for known, words in _WORDS if any(isinstance(cause, known) for cause in causes)),
        "the connection failed",
    )


def _certificate_fault(causes: list[BaseException]) -> str | None:
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            # Made in Python instead of by OpenSSL, these errors lack their attributes.
            fault = _CERTIFICATE_FAULTS.get(getattr(cause, "verify_code", 0), "cannot be trusted")
            return f"its certificate {fault}"
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "reason", None) or ""
            if any(mark in reason for mark in _OUR_CERTIFICATE):
                return "it does not accept our certificate"
            if any(mark in reason for mark in _OLD_TLS):
                return "it only speaks TLS older than 1.2"
    return None
