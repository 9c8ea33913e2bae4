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
from collections.abc import Mapping
from dataclasses import replace

from samenspraak.connectors import Changes, Raw
from samenspraak.connectors.lines import (
    code_line,
    normal_what,
    one_line,
    read_code,
    read_standing,
    standing_line,
    title,
    titled,
)
from samenspraak.connectors.sections import FREE, tidy
from samenspraak.domain.agreements import (
    Conditions,
    Decides,
    LifeDomain,
    Review,
    ReviewOutcome,
    State,
    Status,
    What,
)
from samenspraak.domain.units import UNITS, Keyed, UnitKey, UnitKind, UnitValue, is_empty
from samenspraak.errors import InvalidRecordError
from samenspraak_ons import records
from samenspraak_ons.duty import DUTY, INSTRUCTED
from samenspraak_ons.held import DAY, YES, Held, View, line, read_day, saying, unreadable
from samenspraak_ons.parties import one_party, party_line, read_party

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
_REVIEW = re.compile(rf"(?:uiterlijk {DAY})?(?:; )?(?:uitkomst: ([a-z ]+?))?(?:; )?(?:volgende {DAY})?")
_DECIDES = re.compile(r"(.+?\])(?:; terugkoppeling: (.*))?")


# What, where, on what condition.


def _read_what(raw: Raw, view: View) -> What | None:
    return titled(raw["title"], read_code(line(raw, records.CODE)))


def _write_what(raw: Raw, value: What | None, view: View) -> Raw:
    code = code_line(value.code) if value and value.code else ""
    return saying(raw, {records.TITLE: title(value) if value else "", records.CODE: code})


def _read_conditions(raw: Raw, view: View) -> Conditions:
    return Conditions(
        text=line(raw, FREE),
        instruction=line(raw, records.INSTRUCTION),
        instruction_required=line(raw, records.SHOWN_FIRST).lower() == YES,
    )


def _write_conditions(raw: Raw, value: Conditions | None, view: View) -> Raw:
    wanted = value or Conditions()
    told = {FREE: wanted.text, records.INSTRUCTION: wanted.instruction}
    return saying(raw, {**told, records.SHOWN_FIRST: YES if wanted.instruction_required else ""})


def _normal_conditions(value: Conditions) -> Conditions:
    return replace(value, text=tidy(value.text), instruction=tidy(value.instruction))


def _text(label: str) -> Held:
    return Held(
        read=lambda raw, view: line(raw, label) or None,
        write=lambda raw, value, view: saying(raw, {label: value or ""}),
        normal=tidy,
    )


def _read_domain(raw: Raw, view: View) -> LifeDomain | None:
    told = line(raw, records.DOMAIN)
    found = next((one for one, word in DOMAINS.items() if word == told.lower()), None)
    if told and found is None:
        raise unreadable(records.DOMAIN)
    return found


def _write_domain(raw: Raw, value: LifeDomain | None, view: View) -> Raw:
    return saying(raw, {records.DOMAIN: DOMAINS[value] if value else ""})


# How it stands, when it is talked about, who decides.


def _read_status(raw: Raw, view: View) -> Status | None:
    told = line(raw, records.STANDING)
    if told == _NOTHING:
        return None
    status = read_standing(told) if told else Status(state=State.ACTIVE)
    if status is None:
        raise unreadable(records.STANDING)
    return status


def _write_status(raw: Raw, value: Status | None, view: View) -> Raw:
    if value is None:
        return saying(raw, {records.STANDING: _NOTHING})
    plain = value == Status(state=State.ACTIVE)
    return saying(raw, {records.STANDING: "" if plain else standing_line(value)})


def _normal_status(value: Status) -> Status:
    return replace(value, reason=one_line(value.reason))


def review(raw: Raw) -> Review | None:
    """When it is talked over, by the told of the comment; None without one.

    Raises:
        InvalidRecordError: the told cannot be read.
    """
    if not (told := line(raw, records.REVIEW)):
        return None
    match = _REVIEW.fullmatch(told)
    outcome = next((one for one, word in OUTCOMES.items() if match and word == match[2]), None)
    if match is None or (match[2] and outcome is None):
        raise unreadable(records.REVIEW)
    due, following = (read_day(match[one] or "", records.REVIEW) for one in (1, 3))
    return Review(due=due, outcome=outcome, next=following)


def _write_review(raw: Raw, value: Review | None, view: View) -> Raw:
    said = value or Review()
    parts = (
        f"uiterlijk {said.due.isoformat()}" if said.due else "",
        f"uitkomst: {OUTCOMES[said.outcome]}" if said.outcome else "",
        f"volgende {said.next.isoformat()}" if said.next else "",
    )
    return saying(raw, {records.REVIEW: "; ".join(filter(None, parts))})


def _read_decides(raw: Raw, view: View) -> Decides | None:
    if not (told := line(raw, records.DECIDES)):
        return None
    match = _DECIDES.fullmatch(told)
    who = read_party(match[1], records.DECIDES, view) if match else None
    if match is None or who is None:
        raise unreadable(records.DECIDES)
    return Decides(who=who, told_how=match[2] or "")


def _write_decides(raw: Raw, value: Decides | None, view: View) -> Raw:
    who = party_line(value.who, view.directory) if value else ""
    how = f"; terugkoppeling: {value.told_how}" if value and value.told_how else ""
    return saying(raw, {records.DECIDES: f"{who}{how}"})


def _normal_decides(value: Decides) -> Decides:
    return replace(value, told_how=one_line(value.told_how))


TABLE: Mapping[UnitKind, Held] = {
    UnitKind.WHAT: Held(read=_read_what, write=_write_what, normal=normal_what),
    UnitKind.LIFE_DOMAIN: Held(read=_read_domain, write=_write_domain),
    UnitKind.PLACE: _text(records.PLACE),
    UnitKind.ASSIGNMENT: DUTY,
    UnitKind.INSTRUCTED: INSTRUCTED,
    UnitKind.BACKUP: one_party(records.BACKUP),
    UnitKind.RESPONSIBLE: one_party(records.RESPONSIBLE),
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
