"""Clients, and the people around them, as the hub matches them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from typing import Any

from samenspraak.connectors import ExternalParty, Raw
from samenspraak.connectors.json_codecs import Leaf, at, member, role
from samenspraak.domain.parties import Identifier, PartyKind
from samenspraak.errors import InvalidRecordError
from samenspraak_rest.description import ClientsSection, PeopleSection


def parties(section: ClientsSection, person: Raw, ids: Leaf) -> Iterator[ExternalParty]:
    """A client, or somebody once for each client they are around.

    Raises:
        InvalidRecordError: this person cannot be used.
    """
    with at(section.list):
        key = ids.decode(member(person, section.id))
        for client in _clients(section, person, ids, key):
            yield ExternalParty(
                external_id=key,
                kind=_kind(section, person),
                name=_text(person, section.name) or key,
                first_name=_text(person, section.first_name),
                birth_date=_day(person, section.birth_date),
                identifiers=frozenset(
                    Identifier(system=system, value=value)
                    for system, where in section.identifiers.items()
                    if (value := _text(person, where))
                ),
                client=client,
                representative=_is(person, section, "representative"),
                volunteers=_is(person, section, "volunteers"),
            )


def called(section: ClientsSection, person: Raw, ids: Leaf) -> str:
    """The id of somebody who cannot be used, or of the list they are in where even that cannot be read."""
    with contextlib.suppress(InvalidRecordError), at(section.id):
        return str(ids.decode(member(person, section.id)))
    return section.list


def _clients(section: ClientsSection, person: Raw, ids: Leaf, key: str) -> list[str]:
    if not isinstance(section, PeopleSection):
        return [key]
    found = member(person, section.clients)
    return [ids.decode(one) for one in (found if isinstance(found, list) else [found]) if one is not None]


def _kind(section: ClientsSection, person: Raw) -> PartyKind:
    if not isinstance(section, PeopleSection):
        return PartyKind.CLIENT
    if section.role is None:
        return section.kind
    roles = section.roles or {one: (str(one),) for one in PartyKind}
    words = {str(word): kind for kind, theirs in roles.items() for word in theirs}
    return role(member(person, section.role), words)


def _is(person: Raw, section: ClientsSection, name: str) -> bool:
    where = getattr(section, name, None)
    return where is not None and member(person, where) is True


def _text(person: Raw, where: str | None) -> str:
    found: Any = member(person, where) if where else None
    return str(found) if isinstance(found, str | int) else ""


def _day(person: Raw, where: str | None) -> date | None:
    """A birth date that is none is left out: it only suggests who somebody is."""
    try:
        return date.fromisoformat(_text(person, where))
    except ValueError:
        return None
