"""The care plans of a client: which one is in force, which one is a draft, and the actions in them.

Source: ONS-AE ``openapi/nedap-dossier-careplan-*``, ``-careplanentry-*``, ``-actionentry-*``
(``api-evangelist/nedap`` @ ``141d76e``, read 2026-11-22). The list of a client's plans tells their statuses;
a single ``/active`` would answer "none" and "not allowed" alike. Whether plans come with their entries is
not documented, so what is missing is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from samenspraak.http import HttpClient
from samenspraak_ons.interface import OUT_OF_SIGHT, Json, Ons, number

ACTIVE, DRAFT = "ACTIVE", "DRAFT"
_PLANS = "/dossier/care_plans"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of a plan. ``demand``: which *aandachtspunt* it is about, where Ons says so."""

    id: int
    demand: int | None
    actions: Sequence[Json]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One plan with everything in it."""

    id: int
    status: str
    entries: Sequence[Entry]

    def actions(self, kind: int) -> Iterator[Json]:
        """Its actions of this kind (an action of the catalogue)."""
        found = (action for entry in self.entries for action in entry.actions)
        return (one for one in found if number(one.get("actionId")) == kind)

    def action(self, kind: int, persistent: str) -> Json | None:
        """The action with this persistent id."""
        return next((one for one in self.actions(kind) if persistent_id(one) == persistent), None)


@dataclass(frozen=True, kw_only=True)
class ClientPlans:
    """What a client has; a plan that Ons does not list is not there."""

    active: Plan | None
    draft: Plan | None


def plans_of(http: HttpClient, ons: Ons, client: int) -> ClientPlans | None:
    """The plans of a client; None: no such client, or no right to see it."""
    answer = ons.get(http, "administration", f"{_PLANS}/by_client/{client}", allow=OUT_OF_SIGHT)
    if answer.status in OUT_OF_SIGHT:
        return None
    listed = ons.list_of("carePlans", answer)
    found = {
        status: next((one for one in listed if one.get("status") == status), None)
        for status in (ACTIVE, DRAFT)
    }
    return ClientPlans(
        active=_plan(http, ons, found[ACTIVE]),
        draft=_plan(http, ons, found[DRAFT]),
    )


def _plan(http: HttpClient, ons: Ons, told: Json | None) -> Plan | None:
    key = number(told.get("id")) if told else None
    if told is None or key is None:
        return None
    entries = told.get("carePlanEntries")
    if not isinstance(entries, list):
        path = f"{_PLANS}/{key}/entries"
        entries = ons.list_of("carePlanEntries", ons.get(http, "administration", path))
    read = (_entry(http, ons, one) for one in entries if isinstance(one, dict))
    return Plan(id=key, status=str(told.get("status")), entries=[one for one in read if one is not None])


def _entry(http: HttpClient, ons: Ons, told: Json) -> Entry | None:
    key = number(told.get("id"))
    if key is None:
        return None
    actions = told.get("actionEntries")
    if not isinstance(actions, list):
        path = f"/dossier/care_plan_entries/{key}/action_entries"
        actions = ons.list_of("actionEntries", ons.get(http, "administration", path))
    demand = told.get("demandEntry")
    return Entry(
        id=key,
        demand=number(demand.get("demandId")) if isinstance(demand, dict) else None,
        actions=[one for one in actions if isinstance(one, dict)],
    )


def persistent_id(action: Json) -> str:
    """What stays the same for an action in each next plan (inferred from its name); '' before it has one."""
    key = number(action.get("carePlanPersistentActionId"))
    return "" if key is None else str(key)
