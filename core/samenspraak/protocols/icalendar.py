"""iCalendar (RFC 5545) as text: content lines, components, and the time zone of the Netherlands.

Only what is written; nothing here reads a calendar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

AMSTERDAM = "Europe/Amsterdam"
_OCTETS = 75
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_LINE_ENDS = ("\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")


@dataclass(frozen=True)
class Line:
    """One content line; ``value`` as it stands there, with what must be escaped escaped (:func:`text`)."""

    name: str
    value: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        parameters = "".join(f";{name}={value}" for name, value in self.parameters.items())
        return f"{self.name}{parameters}:{self.value}"


@dataclass(frozen=True)
class Component:
    """What stands between BEGIN and END: its lines, then the components in it."""

    name: str
    lines: tuple[Line, ...]
    parts: tuple[Component, ...] = ()

    def encode(self) -> bytes:
        """The bytes of this component: folded lines that end in CRLF, in UTF-8 (RFC 5545 §3.1)."""
        return b"".join(_folded(line) for line in self._texts())

    def _texts(self) -> Iterator[str]:
        yield f"BEGIN:{self.name}"
        yield from map(str, self.lines)
        for part in self.parts:
            yield from part._texts()
        yield f"END:{self.name}"


def text(value: str) -> str:
    """A value of type TEXT (§3.3.11). Other control characters have no place in one and become spaces."""
    for end in _LINE_ENDS:
        value = value.replace(end, "\n")
    kept = "".join(one if one in "\n\t" or one.isprintable() or ord(one) > 0x9F else " " for one in value)
    return kept.strip().translate(_ESCAPED)


def on(name: str, day: date, at: time | None) -> Line:
    """A line with a wall time in the Netherlands, or without one a whole day (§3.3.4, §3.3.5 form 3)."""
    if at is None:
        return Line(name, f"{day:%Y%m%d}", {"VALUE": "DATE"})
    return Line(name, f"{day:%Y%m%d}T{at:%H%M%S}", {"TZID": AMSTERDAM})


def instant(name: str, moment: datetime) -> Line:
    """A line with a moment in UTC (§3.3.5, form 2)."""
    return Line(name, utc(moment))


def utc(moment: datetime) -> str:
    """A moment as a value in UTC, in whole seconds."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def calendar(lines: Iterable[Line], parts: Iterable[Component]) -> bytes:
    """A whole calendar, with the time zone of the Netherlands."""
    head = (Line("VERSION", "2.0"), *lines)
    return Component("VCALENDAR", head, (ZONE, *parts)).encode()


def _observance(name: str, start: str, before: str, after: str, month: int, abbreviation: str) -> Component:
    return Component(
        name,
        (
            Line("DTSTART", start),
            Line("TZOFFSETFROM", before),
            Line("TZOFFSETTO", after),
            Line("RRULE", f"FREQ=YEARLY;BYMONTH={month};BYDAY=-1SU"),
            Line("TZNAME", abbreviation),
        ),
    )


ZONE = Component(
    "VTIMEZONE",
    (Line("TZID", AMSTERDAM), Line("X-LIC-LOCATION", AMSTERDAM)),
    (
        _observance("DAYLIGHT", "19810329T020000", "+0100", "+0200", 3, "CEST"),
        _observance("STANDARD", "19961027T030000", "+0200", "+0100", 10, "CET"),
    ),
)
"""By the rule of the European Union that holds since 1996 (directive 2000/84/EC)."""


def _folded(line: str) -> bytes:
    """At most 75 octets a line, never in the middle of a character; what goes on begins with a space."""
    octets, pieces, room = line.encode(), [], _OCTETS
    while len(octets) > room:
        end = room
        while octets[end] & 0xC0 == 0x80:  # in the middle of a character
            end -= 1
        pieces.append(octets[:end])
        octets, room = octets[end:], _OCTETS - 1
    pieces.append(octets)
    return b"\r\n ".join(pieces) + b"\r\n"
