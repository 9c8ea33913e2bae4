"""People and teams of Ons, for matching: what they are called, whose relation they are, who is in a team.

Source: ONS-AE ``openapi/nedap-client-*``, ``-employee-*``, ``-team-*``, ``-clientcontactrelation-*``,
``-teamassignment-*`` (``api-evangelist/nedap`` @ ``141d76e``, read 2026-11-22). The BSN is not read: Ons
gives it apart, and asks for no more than is used. Which relation is a representative or a volunteer, an
organisation says itself: the names of its types of relation are in the settings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from samenspraak.connectors import ExternalParty
from samenspraak.domain.parties import Identifier, PartyKind
from samenspraak_ons.interface import Json, number
from samenspraak_ons.parties import CARE

CARE_ITSELF = ExternalParty(external_id=CARE, kind=PartyKind.GROUP, name="De zorg")


@dataclass(frozen=True, kw_only=True)
class Words:
    """Names of types of relation, in lower case, and whose number a client or employee number is."""

    representatives: Collection[str]
    volunteers: Collection[str]
    numbering: str


def _client(told: Json, key: int, words: Words) -> ExternalParty:
    return ExternalParty(
        external_id=f"client/{key}",
        kind=PartyKind.CLIENT,
        name=_name(told),
        first_name=_text(told, "firstName"),
        birth_date=_date(told, "dateOfBirth"),
        identifiers=_numbers(told, words),
        client=f"client/{key}",
    )


def _employee(told: Json, key: int, words: Words) -> ExternalParty:
    return ExternalParty(
        external_id=f"employee/{key}",
        kind=PartyKind.PROFESSIONAL,
        name=_name(told),
        first_name=_text(told, "firstName"),
        identifiers=_numbers(told, words),
    )


def _team(told: Json, key: int, words: Words) -> ExternalParty:
    return ExternalParty(external_id=f"team/{key}", kind=PartyKind.GROUP, name=_name(told))


def _relation(told: Json, key: int, words: Words) -> ExternalParty:
    types = {
        _text(one, "name").lower()
        for one in (told.get("clientContactRelationType"), told.get("personalRelationType"))
        if isinstance(one, dict)
    }
    is_volunteer = bool(types & set(words.volunteers))
    client = number(told.get("clientObjectId"))
    return ExternalParty(
        external_id=f"relation/{key}",
        kind=PartyKind.VOLUNTEER if is_volunteer else PartyKind.RELATIVE,
        name=_name(told),
        first_name=_text(told, "firstName"),
        client=None if client is None else f"client/{client}",
        representative=bool(types & set(words.representatives)),
    )


STREAMS: Mapping[str, Callable[[Json, int, Words], ExternalParty]] = {
    "clients": _client,
    "employees": _employee,
    "teams": _team,
    "relations": _relation,
}
"""The delta streams of people, in the order they are read; clients come first."""


def parties(kind: str, told: list[Json], words: Words) -> list[ExternalParty]:
    """The people of one stream; what has no id is nobody."""
    known = ((one, number(one.get("id"))) for one in told)
    return [STREAMS[kind](one, key, words) for one, key in known if key is not None]


def members(assignments: list[Json], today: date) -> Mapping[str, frozenset[str]]:
    """Who is in each team today, by the ids of team and employees; a team without anybody has nobody.

    That an assignment no longer holds on its last day is inferred from the other periods of Ons.
    """
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for one in assignments:
        team, employee = (number(one.get(name)) for name in ("teamObjectId", "employeeObjectId"))
        begins, ends = (_date(one, name) for name in ("beginDate", "endDate"))
        if None not in (team, employee) and (begins or today) <= today and (ends is None or today < ends):
            found[f"team/{team}"] |= {f"employee/{employee}"}
    return found


def _text(told: Json, name: str) -> str:
    value = told.get(name)
    return value.strip() if isinstance(value, str) else ""


def _name(told: Json) -> str:
    return _text(told, "name") or f"{_text(told, 'firstName')} {_text(told, 'lastName')}".strip()


def _numbers(told: Json, words: Words) -> frozenset[Identifier]:
    given = _text(told, "identificationNo")
    found = {Identifier(system=words.numbering, value=given)} if words.numbering and given else set()
    return frozenset(found)


def _date(told: Json, name: str) -> date | None:
    try:
        return date.fromisoformat(_text(told, name)[:10])
    except ValueError:
        return None
