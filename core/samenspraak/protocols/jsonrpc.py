"""JSON-RPC 2.0 over HTTP POST, for systems that have one address for everything.

A call can fail in three layers, and each has its own reader: HTTP (the guarded client), the protocol
(``error``, here), and the system itself, which answers a *result* that says it refused (a table that the
connector gives). Source: https://www.jsonrpc.org/specification, sections 4 and 5, read 2026-11-21.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from samenspraak.errors import OutcomeUnknownError, PermanentError, SamenspraakError, TransientError
from samenspraak.http import HttpClient

Refusal = Callable[[str], SamenspraakError]
"""Makes an error of ours from a message; an exception type of ``samenspraak.errors`` does."""

# Section 5.1: the server failed, as against "we asked for something it does not know".
_ITS_FAULT = range(-32099, -31999)
_INTERNAL_ERROR = -32603
_READABLE_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, kw_only=True)
class JsonRpc:
    """Calls with named parameters and an id of their own.

    ``path``: appended to the client's address · ``refused_in``: the member of a result that holds the code
    of a refusal · ``refusals``: code → the error it becomes; a code that is not there is permanent and shown
    as it is · ``ids``: one counter for all threads, so that an answer to another call is noticed.
    """

    path: str = ""
    refused_in: str = "error"
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def call(self, http: HttpClient, method: str, params: Mapping[str, Any], *, safe: bool) -> Any:
        """The result of one call. ``safe``: it only reads.

        Raises:
            TransientError: no usable answer to a read.
            OutcomeUnknownError: no usable answer to a write; it may have been applied.
            PermanentError: the system does not know the method or the parameters, or refuses with a code
                that the table does not hold.
            SamenspraakError: what the table makes of a refusal.
        """
        request_id = next(self.ids)
        body = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": dict(params)}
        answer = http.send("POST", self.path, json=body, safe=safe).json()
        call = _Call(method=method, request_id=request_id, safe=safe)
        result = call.result(answer)
        if isinstance(result, Mapping) and (code := result.get(self.refused_in)) is not None:
            raise self._refusal(method, code)
        return result

    def _refusal(self, method: str, code: Any) -> SamenspraakError:
        if not isinstance(code, str) or not _READABLE_CODE.fullmatch(code):
            return PermanentError(f"{method} was refused without a readable code")
        return self.refusals.get(code, PermanentError)(f"{method} was refused: {code}")


@dataclass(frozen=True, kw_only=True)
class _Call:
    method: str
    request_id: int
    safe: bool

    def result(self, answer: Any) -> Any:
        if not isinstance(answer, Mapping) or answer.get("jsonrpc") != "2.0":
            raise self._no_answer("the answer is no JSON-RPC 2.0 response")
        if answer.get("error") is not None:
            raise self._protocol_error(answer["error"])
        # Some servers give a number back as text.
        if str(answer.get("id")) != str(self.request_id):
            raise self._no_answer("the answer belongs to another call")
        if "result" not in answer:
            raise self._no_answer("the answer has neither a result nor an error")
        return answer["result"]

    def _protocol_error(self, error: Any) -> SamenspraakError:
        code = error.get("code") if isinstance(error, Mapping) else None
        if not isinstance(code, int):
            return self._no_answer("the answer holds an error without a code")
        if code == _INTERNAL_ERROR or code in _ITS_FAULT:
            return self._no_answer(f"the server failed with code {code}")
        return PermanentError(f"{self.method} was not understood: JSON-RPC error {code}")

    def _no_answer(self, what: str) -> TransientError:
        kind = TransientError if self.safe else OutcomeUnknownError
        return kind(f"{self.method}: {what}")
