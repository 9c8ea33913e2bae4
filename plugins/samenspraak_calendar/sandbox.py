"""The hub's shelf of calendars, imitated, with a calendar program that follows them.

There is no system of somebody else here: the hub keeps the copies, and calendar programs fetch what it makes
of them. So this sandbox plays both ends. ``GET /calendars/READER.ics`` is what that reader's program would
fetch; what is served there is set in :attr:`Calendars.publish`, so that this module needs to know nothing of
it.

The program reads as RFC 5545 asks: lines end in CRLF and hold at most 75 octets (§3.1), text is escaped
(§3.3.11), an event has UID and DTSTAMP (§3.6.1), and a time zone that is named is defined (§3.2.19). In
*strict* mode it refuses a calendar that breaks one of these; in *quirky* mode it shows what it can, as
phones do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import ClassVar

from flask import Response

from samenspraak.errors import InvalidRecordError
from samenspraak.sandbox import Mode, Sandbox
from samenspraak.sandbox.shelf import Json, ShelfSandbox

_UNESCAPED = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n", "\\N": "\n"}


class Calendars(ShelfSandbox):
    """A shelf, and the calendar programs of whoever reads from it."""

    name: ClassVar[str] = "calendar"

    def __init__(
        self, mode: Mode = "strict", *, publish: Callable[[list[Json]], bytes] | None = None
    ) -> None:
        super().__init__(mode)
        self.publish = publish or (lambda copies: b"")

        @self.app.get("/calendars/<path:reader>.ics")
        def fetch(reader: str) -> Response:
            with self.lock:
                return Response(self.calendar(reader), content_type="text/calendar; charset=utf-8")

    def readable(self, person: str) -> list[str]:
        """What the program of this person shows: titles, places and descriptions."""
        shown = ("SUMMARY", "LOCATION", "DESCRIPTION")
        lines = program(self.calendar(person), strict=self.mode == "strict")
        return [value for name, value in lines if name in shown]

    def calendar(self, reader: str) -> bytes:
        """What is served to this reader."""
        return self.publish([one.raw for one in self.copies.values() if one.reader == reader])


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
