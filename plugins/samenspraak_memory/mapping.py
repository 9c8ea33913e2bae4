"""What of an agreement is kept where in a record of the family app.

Source: the app's interface, described in ``sandbox.py`` (interface 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from samenspraak.connectors import Directory, Marker, Raw, misnaming
from samenspraak.connectors.json_codecs import (
    CLOCK,
    DAY,
    FLAG,
    NUMBER,
    PARTY,
    TEXT,
    Json,
    Member,
    Members,
    OneOf,
    at,
    enumerated,
    many,
    word,
)
from samenspraak.connectors.json_lens import Kept, Lens, Place, Rows
from samenspraak.domain.agreements import (
    Code,
    Conditions,
    Decides,
    Duty,
    ExceptionKind,
    Instructed,
    LifeDomain,
    Modality,
    OccurrenceException,
    OccurrenceKey,
    Review,
    ReviewOutcome,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import (
    AsNeeded,
    DayPart,
    Frequency,
    PartOfDay,
    Period,
    Recurrence,
    Schedule,
    TimesPerPeriod,
    Weekday,
)
from samenspraak.domain.statements import ASSENTS, REPORTS, Statement, StatementKind
from samenspraak.domain.units import UnitKey, UnitKind, UnitValue

# Their words for ours.

KINDS = word({Modality.DOES: "task", Modality.MAY: "permission", Modality.NEVER: "never"})
CATEGORIES = word(
    {
        LifeDomain.CARE: "care",
        LifeDomain.MEDICATION: "medication",
        LifeDomain.MEALS: "meals",
        LifeDomain.MOBILITY: "getting_around",
        LifeDomain.SOCIAL: "company",
        LifeDomain.HOUSEHOLD: "household",
        LifeDomain.TRANSPORT: "transport",
        LifeDomain.ADMINISTRATION: "paperwork",
    }
)
WEEKDAYS = many(word({day: day.name[:3].lower() for day in Weekday}))
EVERY = word(
    {Frequency.DAILY: "day", Frequency.WEEKLY: "week", Frequency.MONTHLY: "month", Frequency.YEARLY: "year"}
)
REACTIONS = {
    "agree": StatementKind.ASSENT,
    "decline": StatementKind.DECLINE,
    "done": StatementKind.DONE,
    "not_done": StatementKind.NOT_DONE,
    "comment": StatementKind.COMMENT,
}
UNBOUND = {StatementKind.ASSENT: "Akkoord", StatementKind.DECLINE: "Niet akkoord"}

# The parts that several units or one large one are made of.

CODE = Members(
    Code,
    (
        Member(name="system", attribute="system", codec=TEXT, required=True),
        Member(name="value", attribute="value", codec=TEXT, required=True),
        Member(name="display", attribute="display", codec=TEXT),
    ),
)
RHYTHM = OneOf(
    {
        "days": Members(
            Recurrence,
            (
                Member(name="every", attribute="frequency", codec=EVERY, required=True),
                Member(name="interval", attribute="interval", codec=NUMBER),
                Member(name="days", attribute="weekdays", codec=WEEKDAYS),
                Member(name="times", attribute="times", codec=many(CLOCK)),
                Member(name="minutes", attribute="minutes", codec=NUMBER),
            ),
        ),
        "parts": Members(
            PartOfDay,
            (
                Member(name="parts", attribute="parts", codec=many(enumerated(DayPart)), required=True),
                Member(name="days", attribute="weekdays", codec=WEEKDAYS),
            ),
        ),
        "number": Members(
            TimesPerPeriod,
            (
                Member(name="count", attribute="times", codec=NUMBER, required=True),
                Member(name="per", attribute="period", codec=enumerated(Period), required=True),
            ),
        ),
        "as_needed": Members(AsNeeded, ()),
    }
)
WHEN = Members(
    Schedule,
    (
        Member(name="text", attribute="text", codec=TEXT),
        Member(name="rhythm", attribute="timing", codec=RHYTHM),
        Member(name="from", attribute="start", codec=DAY),
        Member(name="until", attribute="until", codec=DAY),
    ),
)

# Units: what is kept in the members of one object.

WHAT = Members(
    What,
    (
        Member(name="title", attribute="text", codec=TEXT, required=True),
        Member(name="kind", attribute="modality", codec=KINDS),
        Member(name="code", attribute="code", codec=CODE),
    ),
)
DUTY = Members(
    Duty,
    (
        Member(name="who", attribute="performer", codec=PARTY, required=True),
        Member(name="when", attribute="schedule", codec=WHEN),
    ),
)
SHOWN = Members(
    Instructed,
    (
        Member(name="by", attribute="by", codec=PARTY),
        Member(name="on", attribute="on", codec=DAY),
    ),
    fixed={"done": True},
)
RULES = Members(
    Conditions,
    (
        Member(name="text", attribute="text", codec=TEXT),
        Member(name="how", attribute="instruction", codec=TEXT),
        Member(name="show_first", attribute="instruction_required", codec=FLAG),
    ),
)
STATE = Members(
    Status,
    (
        Member(name="value", attribute="state", codec=enumerated(State), required=True),
        Member(name="reason", attribute="reason", codec=TEXT),
        Member(name="on", attribute="ended_on", codec=DAY),
        Member(name="from", attribute="paused_from", codec=DAY),
        Member(name="until", attribute="paused_until", codec=DAY),
    ),
)
REVIEW = Members(
    Review,
    (
        Member(name="due", attribute="due", codec=DAY),
        Member(name="outcome", attribute="outcome", codec=enumerated(ReviewOutcome)),
        Member(name="next", attribute="next", codec=DAY),
    ),
)
DECIDES = Members(
    Decides,
    (
        Member(name="who", attribute="who", codec=PARTY, required=True),
        Member(name="told", attribute="told_how", codec=TEXT),
    ),
)
ONCE = Members(
    OccurrenceException,
    (
        Member(name="change", attribute="kind", codec=enumerated(ExceptionKind), required=True),
        Member(name="to", attribute="moved_to", codec=DAY),
        Member(name="time", attribute="moved_time", codec=CLOCK),
        Member(name="by", attribute="by", codec=PARTY),
        Member(name="reason", attribute="reason", codec=TEXT),
    ),
)

# Places: the table itself.


def _occurrence(row: Json) -> OccurrenceKey:
    return OccurrenceKey.parse(f"{row['task']}:{row['day']}:{row.get('nth') or 1}")


def _new_change(unit_id: str) -> Json:
    key = OccurrenceKey.parse(unit_id)
    return {"task": key.assignment_id, "day": key.day.isoformat(), "nth": key.nth}


def _task_id(row: Json) -> str:
    task_id = str(row["id"])
    if not task_id or any(mark in task_id for mark in "[]:"):
        raise ValueError("not usable as the id of an assignment")
    return task_id


TASKS = Rows(name="tasks", key=_task_id, new=lambda unit_id: {"id": unit_id})
CHANGES = Rows(name="changes", key=lambda row: str(_occurrence(row)), new=_new_change)

MAPPING_VERSION = 1
LENS = Lens(
    {
        UnitKind.WHAT: Kept(present=Place(codec=WHAT)),
        UnitKind.LIFE_DOMAIN: Kept(present=Place(member="category", codec=CATEGORIES)),
        UnitKind.PLACE: Kept(present=Place(member="place", codec=TEXT)),
        UnitKind.ASSIGNMENT: Kept(present=Place(rows=TASKS, codec=DUTY)),
        UnitKind.INSTRUCTED: Kept(present=Place(rows=TASKS, member="shown", codec=SHOWN)),
        UnitKind.BACKUP: Kept(present=Place(rows=TASKS, member="backup", codec=PARTY)),
        UnitKind.RESPONSIBLE: Kept(present=Place(rows=TASKS, member="contact", codec=PARTY)),
        UnitKind.CONDITIONS: Kept(present=Place(member="rules", codec=RULES)),
        UnitKind.STATUS: Kept(present=Place(member="state", codec=STATE)),
        UnitKind.REVIEW: Kept(present=Place(member="review", codec=REVIEW)),
        UnitKind.REVIEW_NOTES: Kept(present=Place(member="review_notes", codec=TEXT)),
        UnitKind.DECIDES: Kept(present=Place(member="decides", codec=DECIDES)),
        UnitKind.EXCEPTION: Kept(present=Place(rows=CHANGES, codec=ONCE)),
    }
)

# What is read of a record beside its units.
NOBODY = Directory(connector_id="")
SPOKEN_OF = frozenset({"type", "circle", "reference", "terms", "news", "reactions"})


def normal(key: UnitKey, value: UnitValue, title_length: int) -> UnitValue:
    """A title is cut where the app would cut it; everything else is kept whole."""
    if isinstance(value, What) and len(value.text) > title_length:
        return replace(value, text=value.text[:title_length].rstrip())
    return value


# What a record says beside its units.


def text(raw: Raw, name: str) -> str | None:
    with at(name):
        found: str | None = TEXT.read(raw.get(name), NOBODY)
        return found


def author(raw: Raw, directory: Directory) -> PartyRef | None:
    """Who changed the record last, as far as that is somebody we know."""
    found = directory.party(text(raw, "changed_by") or "", PartyKind.RELATIVE)
    return found if found.is_resolved else None


def moment(raw: Raw, name: str) -> datetime | None:
    with at(name):
        return datetime.fromisoformat(raw[name]) if raw.get(name) else None


def marker(raw: Raw) -> Marker | None:
    reference = text(raw, "reference")
    return Marker.parse(reference) if reference else None


# Statements: their reactions, which only the app writes, and our news, which only we write.


def said(raw: Raw, directory: Directory) -> list[Statement]:
    """What people answered in the app.

    An assent to a text that the app does not know by our reference (it was changed there since) binds
    nobody to anything; it is passed on as a comment.
    """
    with at("reactions"):
        return [_said(reaction, directory) for reaction in raw.get("reactions") or ()]


def _said(reaction: Json, directory: Directory) -> Statement:
    kind = REACTIONS[reaction["kind"]]
    members: dict[str, Any] = {
        "id": f"{directory.connector_id}:{reaction['id']}",
        "by": PARTY.read(reaction, directory),
        "at": moment(reaction, "at"),
        "through": directory.connector_id,
        "text": text(reaction, "text") or "",
    }
    if kind in REPORTS:
        members["occurrence"] = _occurrence(reaction)
    if kind in ASSENTS and (terms := text(reaction, "terms")):
        members["terms"] = terms
    elif kind in ASSENTS:
        members["text"] = f"{UNBOUND[kind]}. {members['text']}".strip()
        kind = StatementKind.COMMENT
    return Statement(kind=kind, **members)


def told(raw: Raw, directory: Directory) -> frozenset[str]:
    """The ids of the statements that we made readable in the record, by whom as it may be said now."""
    with at("news"):
        return frozenset(
            _by_id(one) if _says_who(one, directory) else misnaming(_by_id(one))
            for one in raw.get("news") or ()
        )


def _says_who(news: Json, directory: Directory) -> bool:
    there = news.get("who")
    who = PARTY.read(there, directory)
    return who is None or PARTY.write(who, there, directory) == there


def tell(raw: Raw, statements: Sequence[Statement], directory: Directory) -> Raw:
    """A copy in which exactly these are news. What was said in the app stands there as a reaction."""
    if not statements:
        return {**raw, "news": []} if raw.get("news") else raw
    with at("news"):
        there = {_by_id(one): one for one in raw.get("news") or ()}
    news = [
        _news(statement, there.get(statement.id, {}), directory)
        for statement in sorted(statements, key=lambda one: (one.at, one.id))
    ]
    if sorted(news, key=_by_id) == sorted(there.values(), key=_by_id):
        return raw
    return {**raw, "news": news}


def _by_id(news: Json) -> str:
    return str(news["id"])


def _news(statement: Statement, there: Json, directory: Directory) -> Json:
    result = {
        **there,
        "id": statement.id,
        "kind": next(theirs for theirs, kind in REACTIONS.items() if kind is statement.kind),
        "who": PARTY.write(statement.by, there.get("who"), directory),
    }
    if moment(there, "at") != statement.at:
        result["at"] = statement.at.astimezone(UTC).isoformat()
    if statement.text:
        result["text"] = statement.text
    if statement.occurrence is not None:
        result |= _new_change(str(statement.occurrence))
    return result
