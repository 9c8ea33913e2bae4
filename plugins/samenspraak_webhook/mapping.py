"""What a copy on the shelf says, and what a notice about it says to the app.

Source of the body: Standard Webhooks 1.0.0, ``spec/standard-webhooks.md`` ("payload structure"), read
2026-11-22: ``type``, ``timestamp`` and ``data``. A notice is thin: ids and numbers, and of a retraction no
version either.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from samenspraak.connectors import (
    ARRIVAL,
    MARK,
    NOTICE,
    Arrival,
    Changes,
    Heartbeat,
    Marker,
    Notice,
    NoticeKind,
    Raw,
    Reading,
    Subject,
)
from samenspraak.connectors.shelved import said
from samenspraak.domain.agreements import State, Status
from samenspraak.domain.units import STATUS
from samenspraak.errors import InvalidRecordError, PermanentError
from samenspraak.protocols import documents

TEST_TYPE = "test"
"""Of the notice that a connection test sends: it is about nothing, and has no number."""
ALIVE_TYPE = "samenspraak.heartbeat"
"""Of a sign of life: it has no number either, and names the last one there is."""

_WHOSE = ("client", "reader", "marker")
_KNOWN = (*_WHOSE, NOTICE, MARK, "status")
_TAKEN_BACK = Status(state=State.WITHDRAWN)


# The body of a notice.


def body(notice: Notice) -> bytes:
    """What is posted: the same bytes for the same notice, at every attempt."""
    data: dict[str, Any] = {
        "agreement": notice.agreement_id,
        "reader": notice.reader,
        "sequence": notice.number,
    }
    if notice.kind is not NoticeKind.RETRACTED:
        data["version"] = notice.version
    return _written(notice.kind.type, notice.at, data)


def about_nothing(at: datetime) -> bytes:
    """The body of a notice about nothing."""
    return _written(TEST_TYPE, at, {})


def alive(heartbeat: Heartbeat) -> bytes:
    """The body of a sign of life."""
    return _written(ALIVE_TYPE, heartbeat.at, {"last": heartbeat.last})


def _written(kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    members = {"data": data, "timestamp": moment, "type": kind}
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


# The copy.


def empty(subject: Subject) -> Raw:
    """A copy that nothing was told of yet."""
    reader = subject.readers[0] if subject.readers else ""
    return {"client": subject.client, "reader": reader, "marker": str(subject.marker)}


def read(raw: Raw) -> Reading:
    """What the copy says: how it stands, and what was told last.

    Raises:
        InvalidRecordError: it cannot be read.
    """
    status = _status(raw)
    mark = raw.get(MARK)
    if mark is not None and not isinstance(mark, str):
        raise InvalidRecordError("The mark of a copy is no text.", field=MARK)
    return Reading(
        client=said(raw, "client"),
        units={STATUS: status} if status else {},
        marker=Marker.parse(said(raw, "marker")),
        mark=mark,
        arrival=_arrival(raw),
    )


def put(raw: Raw, changes: Changes) -> Raw:
    """The copy as it stands from now on, and what it is marked with."""
    result = dict(raw)
    status = changes.set.get(STATUS)
    if isinstance(status, Status) and status != _readable_status(raw):
        result["status"] = documents.dump(status, Status)
    if STATUS in changes.clear:
        result.pop("status", None)
    if changes.mark is not None:
        result[MARK] = changes.mark
    return result


def emptied(raw: Raw) -> Raw:
    """The copy after it was taken back: over, and about nothing."""
    kept: Raw = {name: raw[name] for name in _WHOSE if name in raw}
    return {**kept, "status": documents.dump(_TAKEN_BACK, Status)}


def noticed(before: Raw | None, raw: Raw) -> Raw:
    """The copy with the kind of notice that this write is: the one before, where it is no news."""
    if MARK not in raw:  # nothing was told yet, or nothing may be told any more
        return raw if before is None else {**raw, NOTICE: NoticeKind.RETRACTED}
    told = None if before is None else before.get(NOTICE)
    if told is not None and before is not None and before.get(MARK) == raw[MARK]:
        return {**raw, NOTICE: told}
    status = _readable_status(raw)
    if status is not None and status.is_over:
        return {**raw, NOTICE: NoticeKind.ENDED}
    is_new = told in (None, NoticeKind.RETRACTED)
    return {**raw, NOTICE: NoticeKind.AVAILABLE if is_new else NoticeKind.UPDATED}


def own(raw: Raw) -> Raw:
    """The members that mean something; what became of a notice is no part of the copy."""
    return {name: raw[name] for name in _KNOWN if name in raw}


def _status(raw: Raw) -> Status | None:
    if "status" not in raw:
        return None
    try:
        return documents.load(raw["status"], Status)
    except (PermanentError, TypeError):
        raise InvalidRecordError("The status of a copy cannot be read.", field="status") from None


def _readable_status(raw: Raw) -> Status | None:
    with suppress(InvalidRecordError):
        return _status(raw)
    return None


def _arrival(raw: Raw) -> Arrival:
    try:
        return Arrival(raw.get(ARRIVAL, Arrival.THERE))
    except ValueError:
        raise InvalidRecordError("Nobody knows what became of a notice.", field=ARRIVAL) from None
