"""Agreements as a sheet shows them, without a hub."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from samenspraak.connectors import Changes, Directory, Marker, Subject
from samenspraak.connectors.published import Occasion, Visible
from samenspraak.connectors.returned import Hand
from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Conditions,
    Duty,
    ExceptionKind,
    LifeDomain,
    OccurrenceException,
    OccurrenceKey,
    Review,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import DayPart, Frequency, PartOfDay, Recurrence, Schedule
from samenspraak.domain.units import UnitKind, units_of
from samenspraak_sheet.plugin import SheetConnector

CLIENT = PartyRef(kind=PartyKind.CLIENT, id="wit")
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
TEAM = PartyRef(kind=PartyKind.GROUP, id="linde")
NURSE = PartyRef(kind=PartyKind.PROFESSIONAL, id="nurse")
NAMES: Mapping[PartyRef, str] = {
    CLIENT: "Mevrouw De Wit",
    SON: "Jan de Wit",
    TEAM: "Woning De Linde",
    NURSE: "Roos Bakker",
}
NOW = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
SETTINGS: Mapping[str, Any] = {"place": "staff", "name": "Afspraken", "contact": ""}
HAND = Hand(by=TEAM, names=NAMES, now=NOW)


def seal(content: bytes) -> bytes:
    return hashlib.sha256(b"of this hub" + content).digest()


def connector(**settings: Any) -> SheetConnector:
    return SheetConnector("blad", {**SETTINGS, **settings})


def stockings() -> Agreement:
    """Two perform it: the son on mornings of the week, the team twice a day at weekends."""
    mornings = Recurrence(frequency=Frequency.WEEKLY, weekdays=(0, 1, 2, 3, 4), times=(time(8),))  # type: ignore[arg-type]
    weekends = PartOfDay(parts=(DayPart.MORNING, DayPart.EVENING), weekdays=(5, 6))  # type: ignore[arg-type]
    of_son = Duty(performer=SON, schedule=Schedule(text="op werkdagen om 08:00", timing=mornings))
    of_team = Duty(performer=TEAM, schedule=Schedule(text="in het weekend", timing=weekends))
    return Agreement(
        id="kousen",
        client_id=CLIENT.id,
        what=What(text="Steunkousen aantrekken"),
        life_domain=LifeDomain.CARE,
        place="De slaapkamer",
        conditions=Conditions(
            text="Alleen na uitleg.",
            instruction="Eerst de hiel.\nDan zonder plooien omhoog.",
            instruction_required=True,
        ),
        assignments=(
            Assignment(id="a1", duty=of_son, backup=TEAM, responsible=NURSE),
            Assignment(id="a2", duty=of_team, responsible=NURSE),
        ),
        status=Status(state=State.ACTIVE),
        review=Review(due=date(2027, 2, 1)),
        exceptions={
            OccurrenceKey(assignment_id="a1", day=date(2026, 11, 25)): OccurrenceException(
                kind=ExceptionKind.CANCELLED, reason="kapper"
            )
        },
    )


def visible(one: Agreement, **changed: Any) -> Visible:
    """The copy of an agreement as it lies on the shelf, for a reader who may see it all."""
    made = connector()
    empty = made.new(
        Subject(client=str(one.client), marker=Marker(agreement_id=one.id), readers=(str(TEAM),))
    )
    raw = made.put(empty, Changes(set=units_of(one)), Directory(connector_id="blad"))
    known = Visible(
        raw=raw,
        id=f"copy-{one.id}",
        version=3,
        names=NAMES,
        kinds=frozenset(UnitKind),
        shape="s1:abcdef123456",
    )
    return replace(known, **changed)


def occasion(form: str, **changed: Any) -> Occasion:
    return replace(Occasion(now=NOW, form=form, seal=seal, reader="Woning De Linde"), **changed)


def rendered(
    copies: Sequence[Visible], form: str, heard: Mapping[str, Any] | None = None, **settings: Any
) -> bytes:
    return connector(**settings).render(copies, occasion(form, heard=heard or {})).body
