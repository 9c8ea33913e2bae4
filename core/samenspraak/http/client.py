"""The one client through which the product speaks to another system.

One call is: join the path, sign, connect to a judged address, ask for permission, send, read within bounds,
judge the status. Nothing is retried (but one renewed sign-in): whether, when and after which look to repeat
is for the hub, which knows what it intended.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

import requests
import simplejson
from requests.structures import CaseInsensitiveDict

from samenspraak.errors import ConfigurationError, InvalidRecordError, PermanentError
from samenspraak.http.answer import JSON_TYPES, Answer
from samenspraak.http.auth import NO_AUTH, Auth, Outgoing
from samenspraak.http.body import BodyTooLargeError, UnreadableBodyError, read_body
from samenspraak.http.foreign import FOREIGN, translated
from samenspraak.http.guard import Guard, RefusedAddressError, Resolver, Url, read_url, resolve
from samenspraak.http.limits import DEFAULT_LIMITS, Limits
from samenspraak.http.statuses import is_good, judge
from samenspraak.http.tls import DEFAULT_TLS, Tls
from samenspraak.http.tracing import Chance, Trace
from samenspraak.http.wire import Exchange, Line, Lines

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_READ_OF_A_REFUSAL = 64 * 2**10
_OURS_ALONE = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "host",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

Params = Mapping[str, str] | Sequence[tuple[str, str]]
Permit = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class _Request:
    """What the caller asked for; signing and repeating leave it as it is."""

    method: str
    url: str
    headers: Mapping[str, str]
    allow: Collection[int]
    safe: bool
    params: Params | None = None
    body: bytes | None = None


class HttpClient:
    """Sends requests to one system, below one address. Any thread may use it.

    Args:
        connector_id: the instance; the only name that errors give of the system.
        base_url: ``https://`` and below which path everything lies. No query, no user name.
        auth: how to sign in.
        limits: bounds of one request.
        open_origins: these may be plain http or not public; only demo and tests give any.
        internal_origins: these may be in the organisation's own network, as the deployment says.
        tls: which certificates to trust and to show.
        own_addresses: what the system calls itself in links, when that is another address than ours for it;
            a link below one of these is followed below ``base_url``, and nothing is ever sent there.
        resolver: from a name to its addresses.
        clock: seconds since the epoch, for the times in an answer.
        monotonic: seconds that never jump, for deadlines.
        traces: where each request says which act of ours it belongs to; None: it says nothing.

    Raises:
        ConfigurationError: the address is not one we may talk to.
    """

    def __init__(
        self,
        *,
        connector_id: str,
        base_url: str,
        auth: Auth = NO_AUTH,
        limits: Limits = DEFAULT_LIMITS,
        open_origins: frozenset[str] = frozenset(),
        internal_origins: frozenset[str] = frozenset(),
        tls: Tls = DEFAULT_TLS,
        own_addresses: Collection[str] = (),
        resolver: Resolver = resolve,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        traces: Chance | None = None,
    ) -> None:
        self.connector_id = connector_id
        self._trace = None if traces is None else Trace.begun(traces)
        self._guard = Guard(open_origins=open_origins, internal_origins=internal_origins, resolve=resolver)
        self._base = self._usable_base(base_url)
        self._auth = auth
        self._limits = limits
        self._tls = tls
        self._own_addresses = tuple(f"{one.rstrip('/')}/" for one in own_addresses)
        self._clock = clock
        self._monotonic = monotonic
        self._deadline = math.inf
        self._permits: tuple[Permit, ...] = ()
        self._lines = Lines(self._line)  # shared with every copy

    def _line(self) -> Line:
        origin = self._base.origin
        return Line(
            origin=origin,
            guard=self._guard,
            limits=self._limits,
            context=self._tls.context() if origin.scheme == "https" else None,
            monotonic=self._monotonic,
        )

    def _usable_base(self, base_url: str) -> Url:
        try:
            base = read_url(base_url)
            self._guard.check(base.origin)
            if base.query:
                raise RefusedAddressError("it holds a '?'")
        except RefusedAddressError as error:
            raise ConfigurationError(f"{self.connector_id}: the address cannot be used: {error}") from None
        return base

    # Copies that add a condition.

    def permitted_by(self, permit: Permit) -> Self:
        """A copy that asks ``permit`` as the last thing before each request leaves; earlier ones stay.

        The connection stands by then. What ``permit`` raises comes out unchanged, and nothing has left.
        """
        other = copy.copy(self)
        other._permits = (*self._permits, permit)
        return other

    def by(self, deadline: float) -> Self:
        """A copy whose requests also end by this moment, in seconds of the monotonic clock."""
        other = copy.copy(self)
        other._deadline = min(self._deadline, deadline)
        return other

    def within(self, seconds: float) -> Self:
        """A copy whose requests also end this many seconds from now, all together."""
        return self.by(self._monotonic() + seconds)

    def unsigned(self) -> Self:
        """A copy that does not sign in: for what a system tells everybody."""
        other = copy.copy(self)
        other._auth = NO_AUTH
        return other

    def timed_by(self, clock: Callable[[], float]) -> Self:
        """A copy that takes the times in its answers from this clock (seconds since the epoch)."""
        other = copy.copy(self)
        other._clock = clock
        return other

    def for_one_act(self) -> Self:
        """A client whose requests carry a trace of their own, where they carry any."""
        if self._trace is None:
            return self
        other = copy.copy(self)
        other._trace = self._trace.anew()
        return other

    # Sending.

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Collection[str] = JSON_TYPES,
        allow: Collection[int] = (),
        safe: bool | None = None,
    ) -> Answer:
        """The answer to one request.

        Args:
            method: such as ``GET``.
            path: below the base address, already percent-encoded, without query; '' is the base itself.
            params: the query.
            json: the body as JSON, decimals to the last digit; None is no body. One of these three at most.
            form: the body as a form.
            content: the body as it is; name its ``Content-Type`` in ``headers``.
            headers: more headers, such as ``If-Match``.
            expect: media types that are data; empty takes any.
            allow: statuses outside 2xx that the caller wants to see as an answer, body and all.
            safe: True for a POST that only reads. Left out: what the method means.

        Raises:
            TransientError: try later. Said to be for the whole connector when nobody could be reached.
            OutcomeUnknownError: the same, but it left and may have been applied (never when ``safe``).
            AuthenticationError: not accepted, there or here (certificates); a person must look.
            ConfigurationError: the address moved, or its name stands for an address that is not public.
            ConflictError, InvalidRecordError, PermanentError: see :mod:`samenspraak.http.statuses`.
        """
        try:
            url = self._base.join(path)
        except RefusedAddressError as error:
            raise InvalidRecordError(f"{self.connector_id}: {error}", field="path") from None
        method = method.upper()
        body, media_type = self._body(json, form, content)
        request = _Request(
            method=method,
            url=url,
            params=params,
            body=body,
            headers=_headers(headers, media_type),
            allow=allow,
            safe=method in SAFE_METHODS if safe is None else safe,
        )
        return judge(self._signed(request), expect=expect, allow=allow)

    def follow(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        expect: Collection[str] = JSON_TYPES,
        allow: Collection[int] = (),
    ) -> Answer:
        """GET an absolute link that an answer gave, such as the next page. Errors are those of :meth:`send`.

        Raises:
            PermanentError: it leads to another origin or outside the base path. Our sign-in would go along,
                so nothing is sent; a person must look at that system.
        """
        try:
            link = read_url(self._as_ours(url))
        except RefusedAddressError as error:
            raise PermanentError(f"{self.connector_id}: a link in an answer is refused: {error}") from None
        if not self._base.holds(link):
            raise PermanentError(
                f"{self.connector_id}: a link in an answer leads outside the system's address"
            )
        request = _Request(method="GET", url=str(link), headers=_headers(headers), allow=allow, safe=True)
        return judge(self._signed(request), expect=expect, allow=allow)

    def _as_ours(self, url: str) -> str:
        """The link, below the address we know the system by if it uses one of its own.

        Below the path, or with a query right after it: ``…/fhir/Patient`` and ``…/fhir?page=2``.
        """
        for one in self._own_addresses:
            if url.startswith((one, f"{one[:-1]}?")):
                return f"{str(self._base).rstrip('/')}{url[len(one) - 1 :]}"
        return url

    def close(self) -> None:
        """Close the connections that rest now, of every thread and copy. The client stays usable."""
        self._lines.close()

    # How one request goes.

    def _body(
        self, json: object, form: Mapping[str, str] | None, content: bytes | None
    ) -> tuple[bytes | None, str | None]:
        if sum(given is not None for given in (json, form, content)) > 1:
            raise TypeError("give at most one of json, form and content")
        try:
            if json is not None:
                text = simplejson.dumps(json, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
                return text.encode(), "application/json"
            if form is not None:
                return urlencode(form).encode(), "application/x-www-form-urlencoded"
        except (ValueError, RecursionError):  # NaN, half a character, a circle
            raise InvalidRecordError(
                f"{self.connector_id}: the body cannot be written", field="body"
            ) from None
        return content, None

    def _signed(self, request: _Request) -> Answer:
        """Sign and send; once more with a renewed sign-in when the first is refused."""
        deadline = min(self._monotonic() + self._limits.total_seconds, self._deadline)
        outgoing = Outgoing(method=request.method, url=request.url, deadline=deadline)
        credentials = self._auth.headers(outgoing)
        answer = self._once(request, credentials, deadline)
        if answer.status == 401 and 401 not in request.allow and self._auth.renew(outgoing, credentials):
            answer = self._once(request, self._auth.headers(outgoing), deadline)
        return answer

    def _once(self, request: _Request, credentials: Mapping[str, str], deadline: float) -> Answer:
        exchange = Exchange(
            limits=self._limits,
            deadline=deadline,
            monotonic=self._monotonic,
            clock=self._clock,
            permits=self._permits,
        )
        prepared = self._prepared(request, credentials)
        asked_at = self._clock()
        line = self._lines.mine()
        with (
            translated(connector_id=self.connector_id, exchange=exchange, safe=request.safe),
            line.carries(prepared, exchange) as response,
        ):
            content = _content(response, request, self._limits)
        return Answer(
            trace_id=self._trace.id if self._trace else "",
            status=response.status_code,
            headers=response.headers,
            content=content,
            sent_at=asked_at if exchange.left_at is None else exchange.left_at,
            received_at=self._clock(),
            connector_id=self.connector_id,
            whole=_says_where_it_ends(response),
            safe=request.safe,
            limits=self._limits,
        )

    def _prepared(self, request: _Request, credentials: Mapping[str, str]) -> requests.PreparedRequest:
        headers = CaseInsensitiveDict({**request.headers})
        headers.update(credentials)
        if self._trace is not None:
            headers["traceparent"] = self._trace.header()
        try:
            for name, value in headers.items():
                f"{name}{value}".encode("latin-1")
            return requests.Request(
                request.method, request.url, params=request.params, data=request.body, headers=headers
            ).prepare()
        except ValueError as error:  # all of requests' own, and half a character
            raise InvalidRecordError(
                f"{self.connector_id}: this request cannot be sent ({type(error).__name__})", field="request"
            ) from None


def _headers(given: Mapping[str, str] | None, media_type: str | None = None) -> Mapping[str, str]:
    headers = CaseInsensitiveDict(
        {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "samenspraak"}
    )
    if media_type is not None:
        headers["Content-Type"] = media_type
    for name, value in (given or {}).items():
        if name.lower() in _OURS_ALONE:
            raise ValueError(f"{name} is for the client to set")
        headers[name] = value
    return headers


def _content(response: requests.Response, request: _Request, limits: Limits) -> bytes:
    """The body. Of a refusal nobody reads it: what arrives easily is taken, to keep the connection."""
    wanted = is_good(response.status_code) or response.status_code in request.allow
    try:
        return read_body(
            response.raw,
            encoding=response.headers.get("Content-Encoding", ""),
            max_bytes=limits.max_bytes if wanted else _READ_OF_A_REFUSAL,
        )
    except (*FOREIGN, BodyTooLargeError, UnreadableBodyError):
        if wanted:
            raise
        return b""


def _says_where_it_ends(response: requests.Response) -> bool:
    return (
        "Content-Length" in response.headers
        or response.headers.get("Transfer-Encoding", "").strip().lower() == "chunked"
    )
