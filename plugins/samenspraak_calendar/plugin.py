"""The connector for calendar feeds: what people have to do with, in the calendar they already use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from samenspraak.connectors import (
    Absence,
    Capabilities,
    Carries,
    Confirm,
    Connector,
    Create,
    Manifest,
    Marker,
    Rates,
    Raw,
    Readers,
    SystemKind,
    Token,
    Write,
    hookimpl,
)
from samenspraak.connectors.published import Occasion, Published, Shown, Visible
from samenspraak.domain.agreements import Status
from samenspraak.domain.local_time import local_day
from samenspraak.domain.parties import PERSONS, PartyKind
from samenspraak.domain.units import STATUS, UnitKind
from samenspraak.errors import InvalidRecordError
from samenspraak.protocols.icalendar import Component, Line, calendar, text
from samenspraak_calendar.events import Copy, Event, Words, events
from samenspraak_calendar.settings import CalendarSettings

SHOWN_BACK = timedelta(days=14)
"""How long before it was first published an agreement without a beginning is shown."""
KEPT_AFTER_END = timedelta(days=60)
"""How long what is over stays in the calendar after its last change."""
_UNITS = (UnitKind.WHAT, UnitKind.PLACE, UnitKind.ASSIGNMENT, UnitKind.STATUS, UnitKind.EXCEPTION)
_SECOND = timedelta(seconds=1)
_PRODUCT = Line("PRODID", "-//Samenspraak//Agenda 1.0//NL")
_REFRESH = "PT1H"

MANIFEST = Manifest(
    name="calendar",
    title={"nl": "Agenda's (iCalendar)", "en": "Calendars (iCalendar)"},
    summary={
        "nl": "Een agenda per persoon of locatie, om te volgen op een telefoon of computer.",
        "en": "A calendar for each person or location, to follow on a phone or computer.",
    },
    version="1.0",
    capabilities=Capabilities(
        kind=SystemKind.FEED,
        units={kind: Carries(write=Write.VIEW) for kind in _UNITS},
        readers=Readers.EACH,
        addresses=PERSONS | {PartyKind.GROUP},
        absence=Absence.COMPLETE_LIST,
        create=Create.FINDABLE,
        confirm=Confirm.RESPONSE,
        token=Token.ENFORCED,
        token_ordered=True,
        token_counts=True,
    ),
    settings=CalendarSettings,
    rates=Rates(concurrency=4, per_second=200.0, page=500, poll_seconds=86_400.0),
)


class CalendarConnector(Published):
    """Feeds by RFC 5545. A copy also says since when it is shown, and when each event last changed."""

    manifest = MANIFEST
    kept = Published.kept | {"since", "stamps"}
    forms = ("ics",)

    def revised(self, before: Raw | None, raw: Raw, now: datetime) -> Raw:
        since = str(raw.get("since") or (local_day(now) - SHOWN_BACK).isoformat())
        revised = {**raw, "since": since}
        stood = _stamps(before or {})
        stamps = {one.name: _stamp(stood.get(one.name), one, now) for one in self._events(revised)}
        return {**revised, "stamps": stamps}

    def render(self, copies: Sequence[Visible], at: Occasion) -> Shown:
        shown = (one for copy in copies for one in self._shown(copy.raw, at.now))
        found = sorted(shown, key=lambda one: one[0].name)
        name, refresh = text(self.settings["name"]), {"VALUE": "DURATION"}
        head = (
            _PRODUCT,
            Line("CALSCALE", "GREGORIAN"),
            Line("METHOD", "PUBLISH"),
            Line("NAME", name),
            Line("X-WR-CALNAME", name),
            Line("X-WR-TIMEZONE", "Europe/Amsterdam"),
            Line("REFRESH-INTERVAL", _REFRESH, refresh),
            Line("X-PUBLISHED-TTL", _REFRESH),
        )
        body = calendar(head, [component for _, component in found])
        return Shown(body=body, content_type="text/calendar; charset=utf-8")

    def _shown(self, raw: Raw, now: datetime) -> Iterator[tuple[Event, Component]]:
        try:
            found, stamps, status = list(self._events(raw)), _stamps(raw), self.units(raw).get(STATUS)
        except InvalidRecordError:
            return
        last = max(
            (at for _, at in stamps.values()), default=datetime.combine(_since(raw), datetime.min.time(), UTC)
        )
        if isinstance(status, Status) and status.is_over and last < now - KEPT_AFTER_END:
            return
        for one in found:
            yield one, one.stamped(stamps[one.name][1] if one.name in stamps else last)

    def _events(self, raw: Raw) -> Iterator[Event]:
        copy = Copy(
            agreement_id=Marker.parse(str(raw.get("marker", ""))).agreement_id,
            client=str(raw.get("client", "")),
            reader=str(raw.get("reader", "")),
            units=self.units(raw),
            since=_since(raw),
        )
        return events(copy, Words.of(self.settings))


def _since(raw: Raw) -> date:
    try:
        return date.fromisoformat(str(raw.get("since")))
    except ValueError:
        raise InvalidRecordError("A copy does not say since when it is shown.", field="since") from None


def _stamps(raw: Raw) -> Mapping[str, tuple[str, datetime]]:
    """Of each event what it said and when it began to say so."""
    try:
        return {
            name: (mark, datetime.fromisoformat(at)) for name, (mark, at) in raw.get("stamps", {}).items()
        }
    except (TypeError, ValueError, AttributeError):
        raise InvalidRecordError("A copy does not say when it changed.", field="stamps") from None


def _stamp(stood: tuple[str, datetime] | None, event: Event, now: datetime) -> list[str]:
    """The mark of the event with when it became so: as it was, or now and later than before."""
    if stood and stood[0] == event.mark:
        return [stood[0], stood[1].isoformat()]
    at = now.astimezone(UTC).replace(microsecond=0)
    return [event.mark, (max(at, stood[1] + _SECOND) if stood else at).isoformat()]


@hookimpl
def samenspraak_connectors() -> Sequence[type[Connector]]:
    return (CalendarConnector,)
