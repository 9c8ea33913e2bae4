"""Care plans: at most one in force and one draft per client; new, changed, activated, discarded, archived.

Source: ONS-AE ``openapi/nedap-dossier-careplan-*``, ``-careplanentry-*``, ``-actionentry-*``: a plan has
entries (an *aandachtspunt*, a goal, actions), its status is DRAFT, ACTIVE or OLD, and no update moves it
between them. That a new draft starts as a copy of the plan in force, in which actions keep their persistent
id, is inferred from the name of that member.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
DRAFT, ACTIVE, OLD = "DRAFT", "ACTIVE", "OLD"


class RefusedError(Exception):
    """Ons answers ``{"errorResponseEntries": […]}`` with this status."""

    def __init__(self, status: int, named: str = "", message: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.named = named
        self.message = message


@dataclass(kw_only=True)
class Plans:
    """The plans of all clients. ``number``: the next id · ``now``: the moment, as Ons writes it."""

    number: Callable[[], int]
    now: Callable[[], str]
    early_ids: bool = True
    plans: dict[int, Json] = field(default_factory=dict)

    def of(self, client: int, *statuses: str) -> list[Json]:
        return [
            one
            for one in self.plans.values()
            if one["clientId"] == client and one["status"] in (statuses or (DRAFT, ACTIVE, OLD))
        ]

    def one(self, client: int, status: str) -> Json | None:
        return next(iter(self.of(client, status)), None)

    def plan(self, plan_id: int) -> Json:
        if plan_id not in self.plans:
            raise RefusedError(404, "id", "Care plan does not exist")
        return self.plans[plan_id]

    # The life of a plan.

    def draft(self, client: int) -> Json:
        """A new draft, as a copy of the plan in force."""
        if self.one(client, DRAFT) is not None:
            raise RefusedError(400, "clientId", "There is a draft care plan already")
        before = self.one(client, ACTIVE)
        entries = copy.deepcopy(before["carePlanEntries"]) if before else []
        plan = self._stamped({"id": self.number(), "clientId": client, "employeeId": 1, "status": DRAFT})
        self.plans[plan["id"]] = plan
        plan["carePlanEntries"] = entries
        for entry in entries:
            entry.update(id=self.number(), carePlanId=plan["id"])
            for action in entry["actionEntries"]:
                action.update(id=self.number(), carePlanEntryId=entry["id"])
        return plan

    def activate(self, plan_id: int) -> Json:
        plan = self._in(plan_id, DRAFT)
        if before := self.one(plan["clientId"], ACTIVE):
            before.update(status=OLD, endDate=self.now(), updatedAt=self.now())
        for action in actions(plan):
            action.setdefault("carePlanPersistentActionId", self.number())
        plan.update(status=ACTIVE, beginDate=self.now(), updatedAt=self.now())
        return plan

    def archive(self, plan_id: int) -> Json:
        plan = self._in(plan_id, ACTIVE)
        plan.update(status=OLD, endDate=self.now(), updatedAt=self.now())
        return plan

    def discard(self, plan_id: int) -> None:
        self._in(plan_id, DRAFT)
        del self.plans[plan_id]

    # What is in it.

    def add_entry(self, plan_id: int, demand_id: int, comment: str = "") -> Json:
        plan = self.plan(plan_id)
        entry = self._stamped({"id": self.number(), "carePlanId": plan_id, "actionEntries": []})
        entry["demandEntry"] = {"id": self.number(), "demandId": demand_id, "comment": comment}
        plan["carePlanEntries"].append(entry)
        return entry

    def add_action(self, given: Json) -> Json:
        entry = self.entry(given.get("carePlanEntryId"))
        self._in(entry["carePlanId"], DRAFT)
        action: Json = self._stamped({**given, "id": self.number()})
        action.pop("carePlanPersistentActionId", None)
        if self.early_ids:
            action["carePlanPersistentActionId"] = self.number()
        entry["actionEntries"].append(action)
        return action

    def change_action(self, action_id: int, given: Json) -> Json:
        action = self.action(action_id)
        self._in(self.entry(action["carePlanEntryId"])["carePlanId"], DRAFT)
        for name in ("title", "comment", "actionId"):
            action.pop(name, None)
            if given.get(name) is not None:
                action[name] = given[name]
        action["updatedAt"] = self.now()
        return action

    def remove_action(self, action_id: int) -> None:
        entry = self.entry(self.action(action_id)["carePlanEntryId"])
        self._in(entry["carePlanId"], DRAFT)
        entry["actionEntries"] = [one for one in entry["actionEntries"] if one["id"] != action_id]

    def entry(self, entry_id: Any) -> Json:
        found = (entry for plan in self.plans.values() for entry in plan["carePlanEntries"])
        entry: Json | None = next((one for one in found if one["id"] == entry_id), None)
        if entry is None:
            raise RefusedError(400, "carePlanEntryId", "Care plan entry not found")
        return entry

    def action(self, action_id: int) -> Json:
        found = (action for plan in self.plans.values() for action in actions(plan))
        action: Json | None = next((one for one in found if one["id"] == action_id), None)
        if action is None:
            raise RefusedError(404, "id", "Action entry not found")
        return action

    def _in(self, plan_id: int, status: str) -> Json:
        """The plan, if it has this status: only a draft is changed."""
        plan = self.plan(plan_id)
        if plan["status"] != status:
            raise RefusedError(400, "status", f"The care plan is not {status}")
        return plan

    def _stamped(self, one: Json) -> Json:
        return {"createdAt": self.now(), "updatedAt": self.now(), "createdBy": "sandbox", **one}


def actions(plan: Json) -> Iterator[Json]:
    """Every action of a plan, as it is kept."""
    return (action for entry in plan["carePlanEntries"] for action in entry["actionEntries"])
