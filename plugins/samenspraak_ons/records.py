"""An action of a care plan as a record: whose it is, which one, its title and its comment.

::

    {"client": "client/123", "carePlanPersistentActionId": "77", "title": "…", "comment": "…"}

The external id is ``123/77``. All else that Ons says of an action (its kind, the goal and the problem it is
for) is not part of an agreement and is never kept.
"""

from __future__ import annotations

import hashlib
from typing import Any

from samenspraak.connectors import Found, Marker, Raw, SetApart
from samenspraak.connectors.sections import FREE, Sections, tidy
from samenspraak.errors import InvalidRecordError
from samenspraak_ons.interface import Json
from samenspraak_ons.plans import persistent_id

# The lines of a comment, in the order people read them. What stands before the first is the conditions.
INSTRUCTION, SHOWN_FIRST = "Uitleg", "Eerst voordoen"
WHO, WHEN, RHYTHM, FROM, UNTIL = "Wie", "Wanneer", "Ritme", "Vanaf", "Tot en met"
INSTRUCTED, BACKUP, RESPONSIBLE = "Ingewerkt", "Vervanging", "Verantwoordelijk"
PLACE, DOMAIN, STANDING = "Plaats", "Levensgebied", "Stand"
REVIEW, NOTES, DECIDES, CODE, MARK = "Evaluatie", "Verslag", "Beslist", "Code", "Kenmerk"
COMMENT = Sections(
    (
        INSTRUCTION, SHOWN_FIRST, WHO, WHEN, RHYTHM, FROM, UNTIL, INSTRUCTED, BACKUP, RESPONSIBLE,
        PLACE, DOMAIN, STANDING, REVIEW, NOTES, DECIDES, CODE, MARK,
    )
)  # fmt: skip
TITLE = "titel"
OWN = "urn:samenspraak:"
MEMBERS = ("client", "carePlanPersistentActionId", "title", "comment")


def blank(client: str, marker: Marker) -> Raw:
    """A record about this client, by its external id, that says nothing yet but for our mark."""
    comment = COMMENT.set("", MARK, f"{OWN}{marker}")
    return dict(zip(MEMBERS, (client, "", "", comment), strict=True))


def record(client: int, action: Json) -> Raw:
    """The record that this action is.

    Raises:
        InvalidRecordError: its title or comment is no text.
    """
    texts = {name: _text(action.get(name), name) for name in ("title", "comment")}
    return {"client": f"client/{client}", "carePlanPersistentActionId": persistent_id(action), **texts}


def found(client: int, action: Json) -> Found | SetApart:
    """The record with its token: when it was changed last, and a digest of what it says.

    Ons documents no version; ``updatedAt`` alone would be the same for two changes in one moment.
    """
    key = external_id(client, action)
    if not persistent_id(action):
        field = "carePlanPersistentActionId"
        why = "an action of the plan in force without its lasting number"
        return SetApart(external_id=f"{client}/entry-{action.get('id')}", field=field, why=why)
    try:
        raw = record(client, action)
    except InvalidRecordError as error:
        return SetApart(external_id=key, field=error.field, why=str(error))
    said = hashlib.sha256(f"{raw['title']}\n{raw['comment']}".encode()).hexdigest()[:12]
    return Found(external_id=key, raw=raw, token=f"{action.get('updatedAt')}#{said}")


def external_id(client: int, action: Json) -> str:
    return f"{client}/{persistent_id(action)}"


def own(raw: Raw) -> Raw:
    """The record with the members we own and no others.

    Raises:
        InvalidRecordError: it is not as we keep it; ``field`` says where.
    """
    if bad := next((name for name in MEMBERS if not isinstance(raw.get(name), str)), None):
        raise InvalidRecordError(f"{bad} is not as we keep it", field=bad)
    return {name: raw[name] for name in MEMBERS}


def marker_of(comment: str) -> Marker | None:
    """Our mark in a comment, or None."""
    line = COMMENT.get(comment, MARK)
    return Marker.parse(line.removeprefix(OWN)) if line.startswith(OWN) else None


def parts(title: str, comment: str) -> dict[str, str]:
    """What stands under each label, and the title: the pieces in which a change is proposed."""
    return {TITLE: title, **{label: COMMENT.get(comment, label) for label in (FREE, *COMMENT.labels)}}


def with_part(raw: Raw, label: str, text: str) -> Raw:
    """The record with this piece saying something else; all other pieces as they are."""
    if label == TITLE:
        return {**raw, "title": text}
    return {**raw, "comment": COMMENT.set(raw["comment"], label, text)}


def _text(value: Any, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidRecordError(f"{name} is no text", field=name)
    return tidy(value) if name == "title" else "\n".join(value.splitlines())
