"""Clients and users of the app as the hub matches them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from samenspraak.connectors import ExternalParty, Raw
from samenspraak.connectors.json_codecs import at, role
from samenspraak.domain.parties import Identifier, PartyKind


def people(change: Raw) -> list[ExternalParty]:
    """A client, or a user once for each circle; nobody when the person was removed.

    A birth date that is none is left out: it only suggests who somebody is.

    Raises:
        InvalidRecordError: this person cannot be used.
    """
    person = change.get("body")
    with at(str(change["type"])):
        return [] if person is None else list(_in_circles(person, is_client=change["type"] == "client"))


def _in_circles(person: Any, *, is_client: bool) -> Iterator[ExternalParty]:
    for circle in (person["id"],) if is_client else person.get("circles") or ():
        yield ExternalParty(
            external_id=person["id"],
            kind=PartyKind.CLIENT if is_client else role(person.get("role")),
            name=person["name"],
            first_name=person.get("first_name") or "",
            birth_date=_day(person.get("birth_date")),
            identifiers=frozenset(
                Identifier(system=one["system"], value=one["value"])
                for one in person.get("identifiers") or ()
            ),
            client=circle,
            representative=bool(person.get("representative")),
            volunteers=bool(person.get("volunteers")),
        )


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
