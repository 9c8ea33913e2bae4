"""The hub's shelf of calendars, imitated, with a calendar program that follows them.

There is no system of somebody else here: the hub keeps the copies, and calendar programs fetch what it makes
of them. So this sandbox plays both ends. The shelf keeps copies by id, each with a marker, a reader and a
token that every write raises. ``GET /calendars/READER.ics`` is what that reader's program would fetch; what
is served there is set in :attr:`Calendars.publish`, so that this module needs to know nothing of it.

The program reads as RFC 5545 asks: lines end in CRLF and hold at most 75 octets (§3.1), text is escaped
(§3.3.11), an event has UID and DTSTAMP (§3.6.1), and a time zone that is named is defined (§3.2.19). In
*strict* mode it refuses a calendar that breaks one of these; in *quirky* mode it shows what it can, as
phones do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

from flask import Response

from samenspraak.errors import ConflictError, InvalidRecordError
from samenspraak.sandbox import Act, Mode, Sandbox

Json = dict[str, Any]
_UNESCAPED = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n", "\\N": "\n"}


@dataclass
class Kept:
    """One copy on the shelf."""

    marker: str
    reader: str
    raw: Json
    token: int = 1


class Calendars(Sandbox):
    """A shelf, and the calendar programs of whoever reads from it."""

    name: ClassVar[str] = "calendar"

    def __init__(
        self, mode: Mode = "strict", *, publish: Callable[[list[Json]], bytes] | None = None
    ) -> None:
        super().__init__(mode)
        self.publish = publish or (lambda copies: b"")
        self.copies: dict[str, Kept] = {}

        @self.app.get("/calendars/<path:reader>.ics")
        def fetch(reader: str) -> Response:
            with self.lock:
                return Response(self.calendar(reader), content_type="text/calendar; charset=utf-8")

    def acts(self) -> Mapping[str, Act]:
        return {"remove": self.remove, "touch": self.touch}

    def readable(self, person: str) -> list[str]:
        """What the program of this person shows: titles, places and descriptions."""
        shown = ("SUMMARY", "LOCATION", "DESCRIPTION")
        lines = program(self.calendar(person), strict=self.mode == "strict")
        return [value for name, value in lines if name in shown]

    def live(self) -> Mapping[str, int]:
        return Counter(one.marker for one in self.copies.values())

    def calendar(self, reader: str) -> bytes:
        """What is served to this reader."""
        return self.publish([one.raw for one in self.copies.values() if one.reader == reader])

    # The shelf.

    def add(self, marker: str, reader: str, raw: Json) -> tuple[str, bool]:
        """The id of the copy with this marker, and whether it is new."""
        with self.lock:
            standing = next((name for name, one in self.copies.items() if one.marker == marker), None)
            if standing is not None:
                return standing, False
            copy_id = uuid4().hex
            self.copies[copy_id] = Kept(marker=marker, reader=reader, raw=raw)
            return copy_id, True

    def change(self, copy_id: str, token: str | None, raw: Json) -> None:
        with self.lock:
            kept = self._standing(copy_id, token)
            kept.raw, kept.token = raw, kept.token + 1

    def take_away(self, copy_id: str, token: str | None) -> None:
        with self.lock:
            if copy_id in self.copies:
                self._standing(copy_id, token)
                del self.copies[copy_id]

    def _standing(self, copy_id: str, token: str | None) -> Kept:
        kept = self.copies.get(copy_id)
        if kept is None or str(kept.token) != token:
            raise ConflictError("this copy was changed in between")
        return kept

    # What may happen to it beside us.

    def remove(self, copy_id: str) -> Json:
        """It is gone, as after a restore of an older database."""
        with self.lock:
            del self.copies[copy_id]
        return {}

    def touch(self, copy_id: str, member: str, text: str) -> Json:
        """Another worker of the hub writes one unit of it."""
        with self.lock:
            kept = self.copies[copy_id]
            units = {**kept.raw.get("units", {}), member: text}
            kept.raw, kept.token = {**kept.raw, "units": units}, kept.token + 1
        return {}


def program(calendar: bytes, *, strict: bool) -> list[tuple[str, str]]:
    """The lines of a calendar as a program understands them: name and value, parameters left out.

    Raises:
        InvalidRecordError: it breaks the standard, and the program is strict.
    """
    lines = calendar.split(b"\r\n")
    if strict and (lines[-1] or any(b"\n" in one for one in lines)):
        raise InvalidRecordError("a line does not end in CRLF", field="line")
    if strict and any(len(one) > 75 for one in lines):
        raise InvalidRecordError("a line is longer than 75 octets", field="line")
    unfolded = b"\r\n".join(lines).replace(b"\r\n ", b"").decode()
    found = [_line(one) for one in unfolded.split("\r\n") if one]
    if strict:
        _check(found, unfolded)
    return found


def _line(line: str) -> tuple[str, str]:
    head, _, value = line.partition(":")
    return head.partition(";")[0], _unescaped(value)


def _unescaped(value: str) -> str:
    result, rest = "", value
    while rest:
        pair = rest[:2]
        result += _UNESCAPED.get(pair, rest[0])
        rest = rest[2:] if pair in _UNESCAPED else rest[1:]
    return result


def _check(lines: list[tuple[str, str]], text: str) -> None:
    names = Counter(name for name, _ in lines)
    events = sum(line == ("BEGIN", "VEVENT") for line in lines)
    if lines and (lines[0] != ("BEGIN", "VCALENDAR") or lines[-1] != ("END", "VCALENDAR")):
        raise InvalidRecordError("this is no calendar", field="VCALENDAR")
    if names["UID"] != events or names["DTSTAMP"] != events:
        raise InvalidRecordError("an event has no UID or DTSTAMP", field="VEVENT")
    if "TZID=Europe/Amsterdam" in text and ("TZID", "Europe/Amsterdam") not in lines:
        raise InvalidRecordError("a time zone is not defined", field="VTIMEZONE")


def create(mode: Mode) -> Sandbox:
    return Calendars(mode)
