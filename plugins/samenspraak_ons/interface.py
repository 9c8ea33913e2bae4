"""Ons, asked: never more at once than one certificate may, below the paths of the settings, in JSON.

Sources: ONS-DOC ``technical/API_properties`` as told in ONS-AE ``conventions``, ``rate-limits`` and
``errors`` (``api-evangelist/nedap`` @ ``908be13``, read 2026-11-22): lists are bare arrays or ``{"<plural>":
[…]}``, four requests at a time per certificate, errors as ``{"errorResponseEntries": [{field, value,
message}]}``.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from samenspraak.errors import InvalidRecordError, TransientError
from samenspraak.http import JSON_TYPES, Answer, HttpClient, parse_json

Json = dict[str, Any]

PREFIXES: Mapping[str, str] = {
    "ping": "ping",
    "administration": "v0/administration",
    "xstream": "v0/xstream",
    "agenda": "v0/agenda",
    "taken": "v0/taken",
    "redeliver": "webhooks/redeliver",
}
"""Where each application of Ons lies below the address; the paths moved in 2025 and may move again."""

OUT_OF_SIGHT = frozenset({403, 404})
"""Not there, or no right to it: Ons answers both alike."""

_NOT_ACCEPTED = frozenset({400, 422})
_TAKEN = frozenset({409, 422})
_PATIENCE_SECONDS = 10.0
_LINES = "application/x-ndjson"
_LISTS = {"relations": "clientContactRelations", "team_assignments": "teamAssignments"}
"""What the list of a stream is called, where it is not called as the stream."""
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,60}")


@dataclass(frozen=True, kw_only=True)
class Ons:
    """How to ask one Ons. Any thread may use it.

    ``at_once``: requests at a time · ``prefixes``: see :data:`PREFIXES` · ``headers``: who acts.
    """

    connector_id: str
    at_once: int
    prefixes: Mapping[str, str] = field(default_factory=lambda: PREFIXES)
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", threading.BoundedSemaphore(self.at_once))

    def get(
        self,
        http: HttpClient,
        application: str,
        path: str = "",
        *,
        params: Mapping[str, str] | None = None,
        allow: Collection[int] = (),
        accept: str = "application/json",
    ) -> Answer:
        with self._place():
            return http.send(
                "GET",
                self._path(application, path),
                params=params,
                headers={**self.headers, "Accept": accept},
                allow=allow,
                expect={*JSON_TYPES, _LINES} if application != "ping" else (),
            )

    def list_of(self, plural: str, answer: Answer) -> list[Json]:
        """The objects of a list, bare or under its name.

        Raises:
            TransientError: it is no list of objects.
        """
        value = answer.json()
        found = value.get(plural) if isinstance(value, Mapping) else value
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
            raise TransientError(f"{self.connector_id}: {plural} is no list of objects")
        return [dict(one) for one in found]

    def stream(
        self, http: HttpClient, kind: str, what: str, *, since: str | None = None, allow: Collection[int] = ()
    ) -> list[Json] | None:
        """All objects of a delta stream: one on each line, or as a list, as Ons likes.

        None: it answered one of the statuses to ``allow``.
        """
        params = {"since": since} if since else None
        accept = f"{_LINES}, application/json;q=0.5"
        answer = self.get(http, "xstream", f"/{kind}/{what}", params=params, accept=accept, allow=allow)
        if answer.status in allow:
            return None
        if answer.media_type != _LINES:
            return self.list_of(_LISTS.get(kind, kind), answer)
        if not answer.whole:
            raise TransientError(f"{self.connector_id}: the stream of {kind} was cut off")
        return [self._line(line, kind) for line in answer.content.splitlines() if line.strip()]

    def _line(self, line: bytes, kind: str) -> Json:
        try:
            value = parse_json(line)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise TransientError(f"{self.connector_id}: a line of the stream of {kind} is no object")
        return value

    def write(
        self, http: HttpClient, method: str, application: str, path: str, json: Json | None = None
    ) -> Json:
        """What was written, as Ons answers it; empty where it answers nothing.

        Raises:
            InvalidRecordError: Ons does not accept it; the message names the fields, never what is in them.
        """
        with self._place():
            answer = self._sent(http, method, application, path, json, allow=_NOT_ACCEPTED)
        if answer.status in _NOT_ACCEPTED:
            named = ", ".join(_fields(answer)) or "request"
            raise InvalidRecordError(f"{self.connector_id}: Ons does not accept {named}", field=named)
        value = answer.json() if answer.content else {}
        return dict(value) if isinstance(value, Mapping) else {}

    def add_once(self, http: HttpClient, application: str, path: str, json: Json) -> bool:
        """Whether it was added; False: something with this uuid is there already.

        Raises:
            InvalidRecordError: Ons does not accept it for another reason.
        """
        with self._place():
            answer = self._sent(http, "POST", application, path, json, allow=_TAKEN | _NOT_ACCEPTED)
        named = _fields(answer) if answer.status in _TAKEN | _NOT_ACCEPTED else []
        if answer.status == 409 or (answer.status == 422 and named in (["uuid"], [])):
            return False
        if answer.status in _NOT_ACCEPTED:
            where = ", ".join(named) or "request"
            raise InvalidRecordError(f"{self.connector_id}: Ons does not accept {where}", field=where)
        return True

    def _sent(
        self,
        http: HttpClient,
        method: str,
        application: str,
        path: str,
        json: Json | None,
        *,
        allow: Collection[int],
    ) -> Answer:
        return http.send(method, self._path(application, path), json=json, headers=self.headers, allow=allow)

    def _path(self, application: str, path: str) -> str:
        return f"{self.prefixes[application].strip('/')}{path}"

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        places: threading.BoundedSemaphore = self._places  # type: ignore[attr-defined]  # set above
        if not places.acquire(timeout=_PATIENCE_SECONDS):
            raise TransientError(
                f"{self.connector_id}: all {self.at_once} places of the certificate are taken; try later"
            )
        try:
            yield
        finally:
            places.release()


def _fields(answer: Answer) -> list[str]:
    """The fields an error names: of either envelope that Ons has."""
    try:
        value = parse_json(answer.content)
    except ValueError:
        return []
    if not isinstance(value, Mapping):
        return []
    entries = [*(value.get("errorResponseEntries") or ()), *(value.get("reasons") or ())]
    named = (one.get("field") or one.get("pointer") for one in entries if isinstance(one, Mapping))
    plain = (str(one).strip("/").replace("/", ".") for one in named if one)
    return [one for one in plain if _FIELD.fullmatch(one)]


def number(value: object) -> int | None:
    """An id; None when it is none. Numbers may come as text."""
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,18}", str(value)):
        return None
    return int(str(value))
