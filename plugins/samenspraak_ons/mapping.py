"""What of an agreement is kept where in an action of the care plan: the lens, as one table.

Source: ONS-AE ``openapi/nedap-dossier-actionentry-*`` (read 2026-11-22): an action has a title and a
comment, and no member for who, when or how it stands. So all but the title is a labelled line of the
comment, in words that a nurse reads and types (our choice, not Nedap's). A line of a closed form that cannot
be read sets the record apart, and the error names the line.

====================  =============================================================================
``what``              the title; "Mag: " or "Nooit: " before it; "Code"
``conditions``        the comment up to the first line with a label; "Uitleg"; "Eerst voordoen: ja"
``assignment``        "Wie"; "Wanneer" (what people wrote), "Ritme", "Vanaf", "Tot en met"
``instructed``        "Ingewerkt: ja; door …; op …"
``backup`` and        "Vervanging", "Verantwoordelijk"
``responsible``
``place``             "Plaats"
``life_domain``       "Levensgebied"
``status``            "Stand"; without it an action of the plan in force is active
``review``            "Evaluatie: uiterlijk …; uitkomst: …; volgende …"; notes under "Verslag"
``decides``           "Beslist: …; terugkoppeling: …"
====================  =============================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from samenspraak.connectors import Changes, Directory, Raw
from samenspraak.connectors.lines import (
    code_line,
    labelled_party,
    normal_what,
    one_line,
    party_label,
    read_code,
    read_standing,
    standing_line,
    title,
    titled,
)
from samenspraak.connectors.rhythm import parse_rhythm, rhythm
from samenspraak.connectors.sections import FREE, tidy
from samenspraak.domain.agreements import (
    Conditions,
    Decides,
    Duty,
    Instructed,
    LifeDomain,
    Review,
    ReviewOutcome,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.units import UNITS, Keyed, UnitKey, UnitKind, UnitValue, is_empty
from samenspraak.errors import InvalidRecordError, RuleError
from samenspraak_ons import records
from samenspraak_ons.records import COMMENT

CARE = "care"
"""Who does what a nurse wrote down without saying who: the care itself."""

KINDS: Mapping[str, PartyKind] = {
    "client": PartyKind.CLIENT,
    "relation": PartyKind.RELATIVE,
    "employee": PartyKind.PROFESSIONAL,
    "team": PartyKind.GROUP,
    CARE: PartyKind.GROUP,
}
"""Which kind of party an id of Ons stands for, by its first part."""

DOMAINS: Mapping[LifeDomain, str] = {
    LifeDomain.CARE: "zorg",
    LifeDomain.MEDICATION: "medicatie",
    LifeDomain.MEALS: "maaltijden",
    LifeDomain.MOBILITY: "bewegen",
    LifeDomain.SOCIAL: "contact",
    LifeDomain.HOUSEHOLD: "huishouden",
    LifeDomain.TRANSPORT: "vervoer",
    LifeDomain.ADMINISTRATION: "administratie",
}
OUTCOMES: Mapping[ReviewOutcome, str] = {
    ReviewOutcome.KEPT: "blijft zo",
    ReviewOutcome.CHANGED: "aangepast",
    ReviewOutcome.ENDED: "gestopt",
}
_NOTHING = "-"
_YES = "ja"
_EXTERNAL = re.compile(rf"\[((?:{'|'.join(KINDS)}|device)(?:/[^\]\s]+)?)\]$")
_DAY = r"(\d{4}-\d\d-\d\d)"
_REVIEW = re.compile(rf"(?:uiterlijk {_DAY})?(?:; )?(?:uitkomst: ([a-z ]+?))?(?:; )?(?:volgende {_DAY})?")
_INSTRUCTED = re.compile(rf"ja(?:; door (.+?))?(?:; op {_DAY})?")
_DECIDES = re.compile(r"(.+?\])(?:; terugkoppeling: (.*))?")


@dataclass(frozen=True, kw_only=True)
class View:
    """What a record is read and written with. ``part``: the id of its one assignment."""

    directory: Directory
    part: str


@dataclass(frozen=True, kw_only=True)
class Held:
    """How one kind of unit is kept: None where the record says nothing of it."""

    read: Callable[[Raw, View], UnitValue | None]
    write: Callable[[Raw, Any, View], Raw]
    normal: Callable[[Any], UnitValue] = lambda value: value


# Lines.


def _line(raw: Raw, label: str) -> str:
    return COMMENT.get(raw["comment"], label)


def _with(raw: Raw, told: Mapping[str, str]) -> Raw:
    for label, text in told.items():
        raw = records.with_part(raw, label, text)
    return raw


def _unreadable(label: str) -> InvalidRecordError:
    return InvalidRecordError(f"the line '{label}' cannot be read", field=f"comment.{label}")


def _day(text: str, label: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _unreadable(label) from None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


# Parties.


def party_line(ref: PartyRef, directory: Directory) -> str:
    """A party in words, with the id that Ons gives it, or ours where it has none."""
    there = directory.id_of(ref)
    if there is None or not _EXTERNAL.search(f"[{there}]"):
        return party_label(ref, directory)
    return f"{one_line(directory.words_for(ref))} [{there}]"


def external_party(line: str) -> str:
    """The id that Ons gives a party in such a line, or ''."""
    match = _EXTERNAL.search(line.strip())
    return match[1] if match else ""


def _party(line: str, label: str, view: View) -> PartyRef | None:
    if not line:
        return None
    if there := external_party(line):
        kind = KINDS.get(there.partition("/")[0], PartyKind.DEVICE)
        return view.directory.party(there, kind)
    if (ref := labelled_party(line)) is None:
        raise _unreadable(label)
    return ref


def _one_party(label: str) -> Held:
    return Held(
        read=lambda raw, view: _party(_line(raw, label), label, view),
        write=lambda raw, ref, view: _with(
            raw, {label: party_line(ref, view.directory) if ref is not None else ""}
        ),
    )


# What, where, on what condition.


def _read_what(raw: Raw, view: View) -> What | None:
    return titled(raw["title"], read_code(_line(raw, records.CODE)))


def _write_what(raw: Raw, value: What | None, view: View) -> Raw:
    code = code_line(value.code) if value and value.code else ""
    return _with(raw, {records.TITLE: title(value) if value else "", records.CODE: code})


def _read_conditions(raw: Raw, view: View) -> Conditions:
    return Conditions(
        text=_line(raw, FREE),
        instruction=_line(raw, records.INSTRUCTION),
        instruction_required=_line(raw, records.SHOWN_FIRST).lower() == _YES,
    )


def _write_conditions(raw: Raw, value: Conditions | None, view: View) -> Raw:
    wanted = value or Conditions()
    told = {FREE: wanted.text, records.INSTRUCTION: wanted.instruction}
    return _with(raw, {**told, records.SHOWN_FIRST: _YES if wanted.instruction_required else ""})


def _normal_conditions(value: Conditions) -> Conditions:
    return replace(value, text=tidy(value.text), instruction=tidy(value.instruction))


def _text(label: str) -> Held:
    return Held(
        read=lambda raw, view: _line(raw, label) or None,
        write=lambda raw, value, view: _with(raw, {label: value or ""}),
        normal=tidy,
    )


def _read_domain(raw: Raw, view: View) -> LifeDomain | None:
    line = _line(raw, records.DOMAIN)
    found = next((one for one, word in DOMAINS.items() if word == line.lower()), None)
    if line and found is None:
        raise _unreadable(records.DOMAIN)
    return found


def _write_domain(raw: Raw, value: LifeDomain | None, view: View) -> Raw:
    return _with(raw, {records.DOMAIN: DOMAINS[value] if value else ""})


# Who and when.


def _read_duty(raw: Raw, view: View) -> Duty | None:
    """Without a line that says who, only what a nurse wrote has a performer: the care."""
    line = _line(raw, records.WHO)
    if not line and records.marker_of(raw["comment"]) is not None:
        return None
    performer = _party(line or f"[{CARE}]", records.WHO, view)
    return Duty(performer=performer, schedule=schedule(raw)) if performer else None


def schedule(raw: Raw) -> Schedule:
    """When it is done, by the lines of the comment.

    Raises:
        InvalidRecordError: a day is none, or it ends before it starts.
    """
    words, regular = _line(raw, records.WHEN), _line(raw, records.RHYTHM)
    timing = parse_rhythm(regular) if regular else None
    start = _day(_line(raw, records.FROM), records.FROM)
    until = _day(_line(raw, records.UNTIL), records.UNTIL)
    try:
        return Schedule(text=words or ("" if timing else regular), timing=timing, start=start, until=until)
    except RuleError:
        raise _unreadable(records.UNTIL) from None


def _write_duty(raw: Raw, value: Duty | None, view: View) -> Raw:
    when = value.schedule if value else Schedule()
    told = {
        records.WHO: party_line(value.performer, view.directory) if value else "",
        records.WHEN: when.text,
        records.RHYTHM: rhythm(when.timing) if when.timing else "",
        records.FROM: _iso(when.start),
        records.UNTIL: _iso(when.until),
    }
    now = _read_duty(raw, view)
    if value and now and now.performer == value.performer:
        told.pop(records.WHO)  # somebody known here by two ids stays under the one that stands there
    return _with(raw, told)


def _normal_duty(value: Duty) -> Duty:
    return replace(value, schedule=replace(value.schedule, text=tidy(value.schedule.text)))


def _read_instructed(raw: Raw, view: View) -> Instructed | None:
    if not (line := _line(raw, records.INSTRUCTED)):
        return None
    if not (match := _INSTRUCTED.fullmatch(line)):
        raise _unreadable(records.INSTRUCTED)
    by = _party(match[1] or "", records.INSTRUCTED, view)
    return Instructed(by=by, on=_day(match[2] or "", records.INSTRUCTED))


def _write_instructed(raw: Raw, value: Instructed | None, view: View) -> Raw:
    by = f"; door {party_line(value.by, view.directory)}" if value and value.by else ""
    on = f"; op {value.on.isoformat()}" if value and value.on else ""
    return _with(raw, {records.INSTRUCTED: f"{_YES}{by}{on}" if value else ""})


# How it stands, when it is talked about, who decides.


def _read_status(raw: Raw, view: View) -> Status | None:
    line = _line(raw, records.STANDING)
    if line == _NOTHING:
        return None
    status = read_standing(line) if line else Status(state=State.ACTIVE)
    if status is None:
        raise _unreadable(records.STANDING)
    return status


def _write_status(raw: Raw, value: Status | None, view: View) -> Raw:
    if value is None:
        return _with(raw, {records.STANDING: _NOTHING})
    plain = value == Status(state=State.ACTIVE)
    return _with(raw, {records.STANDING: "" if plain else standing_line(value)})


def _normal_status(value: Status) -> Status:
    return replace(value, reason=one_line(value.reason))


def review(raw: Raw) -> Review | None:
    """When it is talked over, by the line of the comment; None without one.

    Raises:
        InvalidRecordError: the line cannot be read.
    """
    if not (line := _line(raw, records.REVIEW)):
        return None
    match = _REVIEW.fullmatch(line)
    outcome = next((one for one, word in OUTCOMES.items() if match and word == match[2]), None)
    if match is None or (match[2] and outcome is None):
        raise _unreadable(records.REVIEW)
    due, following = (_day(match[one] or "", records.REVIEW) for one in (1, 3))
    return Review(due=due, outcome=outcome, next=following)


def _write_review(raw: Raw, value: Review | None, view: View) -> Raw:
    said = value or Review()
    parts = (
        f"uiterlijk {said.due.isoformat()}" if said.due else "",
        f"uitkomst: {OUTCOMES[said.outcome]}" if said.outcome else "",
        f"volgende {said.next.isoformat()}" if said.next else "",
    )
    return _with(raw, {records.REVIEW: "; ".join(filter(None, parts))})


def _read_decides(raw: Raw, view: View) -> Decides | None:
    if not (line := _line(raw, records.DECIDES)):
        return None
    match = _DECIDES.fullmatch(line)
    who = _party(match[1], records.DECIDES, view) if match else None
    if match is None or who is None:
        raise _unreadable(records.DECIDES)
    return Decides(who=who, told_how=match[2] or "")


def _write_decides(raw: Raw, value: Decides | None, view: View) -> Raw:
    who = party_line(value.who, view.directory) if value else ""
    how = f"; terugkoppeling: {value.told_how}" if value and value.told_how else ""
    return _with(raw, {records.DECIDES: f"{who}{how}"})


def _normal_decides(value: Decides) -> Decides:
    return replace(value, told_how=one_line(value.told_how))


TABLE: Mapping[UnitKind, Held] = {
    UnitKind.WHAT: Held(read=_read_what, write=_write_what, normal=normal_what),
    UnitKind.LIFE_DOMAIN: Held(read=_read_domain, write=_write_domain),
    UnitKind.PLACE: _text(records.PLACE),
    UnitKind.ASSIGNMENT: Held(read=_read_duty, write=_write_duty, normal=_normal_duty),
    UnitKind.INSTRUCTED: Held(read=_read_instructed, write=_write_instructed),
    UnitKind.BACKUP: _one_party(records.BACKUP),
    UnitKind.RESPONSIBLE: _one_party(records.RESPONSIBLE),
    UnitKind.CONDITIONS: Held(read=_read_conditions, write=_write_conditions, normal=_normal_conditions),
    UnitKind.STATUS: Held(read=_read_status, write=_write_status, normal=_normal_status),
    UnitKind.REVIEW: Held(read=lambda raw, view: review(raw), write=_write_review),
    UnitKind.REVIEW_NOTES: _text(records.NOTES),
    UnitKind.DECIDES: Held(read=_read_decides, write=_write_decides, normal=_normal_decides),
}


def units_in(raw: Raw, view: View) -> dict[UnitKey, UnitValue]:
    """Every unit the record says something of.

    Raises:
        InvalidRecordError: a line of a closed form cannot be read; ``field`` names it.
    """
    read = ((kind, held.read(raw, view)) for kind, held in TABLE.items())
    return {_key(kind, view): value for kind, value in read if value is not None and not is_empty(value)}


def changed(raw: Raw, changes: Changes, view: View) -> Raw:
    """A copy that says the changes; what it says already stays as it is written."""
    result = dict(raw)
    for key in sorted(changes.clear):
        result = _held(key).write(result, None, view)
    for key, value in sorted(changes.set.items(), key=lambda pair: pair[0]):
        wanted = normal(key, value)
        if units_in(result, view).get(key) != wanted:
            result = _held(key).write(result, wanted, view)
    return result


def normal(key: UnitKey, value: UnitValue) -> UnitValue:
    """How an action keeps a value."""
    return TABLE[key.kind].normal(value) if key.kind in TABLE else value


def _key(kind: UnitKind, view: View) -> UnitKey:
    return UnitKey(kind, view.part if UNITS[kind].keyed is Keyed.ASSIGNMENT else "")


def _held(key: UnitKey) -> Held:
    if key.kind not in TABLE:
        raise InvalidRecordError(
            f"an action of the care plan has no place for {key.kind}", field=str(key.kind)
        )
    return TABLE[key.kind]
