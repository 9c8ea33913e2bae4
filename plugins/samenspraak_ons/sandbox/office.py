"""The people of one customer's Ons: clients, relations, staff, and what nurses and planners do there."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from samenspraak.sandbox import WRITES, Act, Mode, Sandbox, texts
from samenspraak_ons.sandbox import quirks
from samenspraak_ons.sandbox.calendar import Calendar
from samenspraak_ons.sandbox.hooks import Hooks
from samenspraak_ons.sandbox.plans import ACTIVE, DRAFT, Json, Plans, RefusedError, actions

HERE = ZoneInfo("Europe/Amsterdam")
AGREEMENT_ACTION, PLAIN_ACTION, DEMAND = 31, 32, 3
STREAMS: Mapping[str, str] = {
    "clients": "clients",
    "employees": "employees",
    "teams": "teams",
    "relations": "clientContactRelations",
    "team_assignments": "teamAssignments",
}
"""Which people have delta streams, with the name of their list."""
_MARK = re.compile(r"urn:samenspraak:(?!party|zorgplan)(\S+)")


class Office(Sandbox):
    """What is kept in one Ons.

    Nurses: ``admit``, ``discharge``, ``relate``, ``hire``, ``team``, ``open_draft``, ``write_action``,
    ``rewrite``, ``strike``, ``activate``, ``discard``, ``archive``, ``close_file``. Planners: ``cancel``. The
    dashboard: ``subscribe``. ``keeps_a_draft``: whoever activates or discards a draft opens the next at once.
    """

    name: ClassVar[str] = "ons"

    def __init__(self, mode: Mode = "strict") -> None:
        super().__init__(mode)
        self.quirks = quirks.of(mode)
        self._numbers = itertools.count(100)
        self.keeps_a_draft = False
        self.people: dict[str, dict[int, Json]] = {name: {} for name in STREAMS}
        self.deleted: dict[str, list[Json]] = {name: [] for name in STREAMS}
        self.closed: set[int] = set()
        self.in_care: list[int] = []
        self.plans = Plans(number=self._number, now=self._now, early_ids=self.quirks.early_ids)
        self.agenda = self._calendar(_invited, "validFrom", "startTime", "endTime")
        self.tasks = self._calendar(lambda one: (one.get("subject") or {}).get("clientId"), "name")
        self.hooks = Hooks(now=self._now, in_order=self.quirks.in_order)

    def _calendar(self, client_of: Callable[[Json], int | None], *needed: str) -> Calendar:
        return Calendar(number=self._number, taken=self.quirks.taken, needed=needed, client_of=client_of)

    def _number(self) -> int:
        return next(self._numbers)

    def _now(self) -> str:
        return datetime.now(HERE).isoformat(timespec="milliseconds")

    # What a sandbox says about itself.

    def readable(self, person: str) -> list[str]:
        """For staff what stands in plans in force and in draft, in agenda and tasks; nobody else signs in.

        Plans that are no longer in force stay in the archive of the dossier, as the law asks.
        """
        if not person.startswith("employee/"):
            return []
        plans = [one for one in self.plans.plans.values() if one["status"] in (DRAFT, ACTIVE)]
        return list(texts([*plans, *self.agenda.series.values(), *self.tasks.series.values()]))

    def live(self) -> Mapping[str, int]:
        found: dict[str, set[Any]] = {}
        for plan in self.plans.plans.values():
            for action in actions(plan) if plan["status"] in (DRAFT, ACTIVE) else ():
                for mark in _MARK.findall(action.get("comment") or ""):
                    found.setdefault(mark, set()).add(action.get("carePlanPersistentActionId", action["id"]))
        return {mark: len(ids) for mark, ids in found.items()}

    def is_write(self, method: str, path: str) -> bool:
        return method in WRITES and path != "/webhooks/redeliver"

    def acts(self) -> Mapping[str, Act]:
        return {
            name: getattr(self, name)
            for name in (
                "admit", "discharge", "relate", "hire", "team", "assign", "unassign", "open_draft",
                "write_action", "rewrite", "strike", "activate", "discard", "archive", "close_file",
                "cancel", "subscribe",
            )
        }  # fmt: skip

    # What people do.

    def admit(self, first: str, last: str, born: str = "1938-04-02") -> Json:
        client = self._person("clients", firstName=first, lastName=last, dateOfBirth=born)
        self.in_care.append(client["id"])
        self.hooks.emit("CREATE", "client", client["id"])
        return client

    def discharge(self, client: int) -> None:
        self.in_care.remove(client)

    def hire(self, first: str, last: str) -> Json:
        return self._person("employees", firstName=first, lastName=last)

    def team(self, name: str) -> Json:
        return self._person("teams", name=name)

    def assign(self, employee: int, team: int, begins: str = "2020-01-01", ends: str = "") -> Json:
        """Somebody comes into a team, up to but not including a day."""
        period = {"beginDate": begins, **({"endDate": ends} if ends else {})}
        return self._person("team_assignments", employeeObjectId=employee, teamObjectId=team, **period)

    def unassign(self, assignment: int) -> None:
        gone = self.people["team_assignments"].pop(assignment)
        self.deleted["team_assignments"].append({**gone, "updatedAt": self._now()})

    def relate(self, client: int, first: str, last: str, relation: str = "Zoon") -> Json:
        found = self._person(
            "relations",
            firstName=first,
            lastName=last,
            clientObjectId=client,
            clientContactRelationType={"id": 6, "name": relation},
        )
        self.hooks.emit("CREATE", "client_contact_relation", found["id"])
        return found

    def unrelate(self, relation: int) -> None:
        """Relations have no stream of deletes; only a notification tells."""
        del self.people["relations"][relation]
        self.hooks.emit("DELETE", "client_contact_relation", relation)

    def open_draft(self, client: int) -> Json:
        plan = self.plans.draft(client)
        if not plan["carePlanEntries"]:
            self.plans.add_entry(plan["id"], DEMAND, "Samenzorg")
        self._told("CREATE", plan)
        return plan

    def write_action(
        self, client: int, title: str, comment: str = "", action_id: int = AGREEMENT_ACTION
    ) -> Json:
        """A nurse writes an action in the draft."""
        entry = self._draft(client)["carePlanEntries"][0]
        given = {"carePlanEntryId": entry["id"], "actionId": action_id, "title": title, "comment": comment}
        return self.plans.add_action(given)

    def rewrite(self, client: int, persistent: int, **members: str) -> Json:
        """A nurse changes title or comment of an action in the draft."""
        action = self._action(client, persistent)
        return self.plans.change_action(action["id"], {**action, **members})

    def strike(self, client: int, persistent: int) -> None:
        """A nurse takes an action out of the draft."""
        self.plans.remove_action(self._action(client, persistent)["id"])

    def activate(self, client: int) -> Json:
        plan = self.plans.activate(self._draft(client)["id"])
        self._told("UPDATE", plan)
        self.hooks.emit("CUSTOM", "care_plan_activated", clientId=client)
        if self.keeps_a_draft:
            self.open_draft(client)
        return plan

    def discard(self, client: int) -> None:
        plan = self._draft(client)
        self.plans.discard(plan["id"])
        self._told("DELETE", plan)
        if self.keeps_a_draft:
            self.open_draft(client)

    def archive(self, client: int) -> None:
        plan = self.plans.one(client, ACTIVE)
        if plan is None:
            raise RefusedError(404, "clientId", "No active care plan")
        self.plans.archive(plan["id"])

    def close_file(self, client: int) -> None:
        """From now on our connector has no right to this client: 404."""
        self.closed.add(client)

    def cancel(self, occurrence: str) -> Json:
        return self.agenda.destroy(occurrence, following=False)

    def subscribe(self, url: str, secret: str) -> list[int]:
        return self.hooks.subscribe(url, secret)

    def _person(self, kind: str, **members: Any) -> Json:
        key, now = self._number(), self._now()
        if "firstName" in members:
            members["name"] = f"{members['firstName']} {members['lastName']}"
        self.people[kind][key] = {"id": key, "createdAt": now, "updatedAt": now, **members}
        return self.people[kind][key]

    def _told(self, kind: str, plan: Json) -> None:
        self.hooks.emit(kind, "care_plan", plan["id"])

    def action_in_force(self, client: int, persistent: int) -> Json:
        plan = self.plans.one(client, ACTIVE) or {"carePlanEntries": []}
        found = actions(plan)
        return next(one for one in found if one.get("carePlanPersistentActionId") == persistent)

    def _draft(self, client: int) -> Json:
        plan = self.plans.one(client, DRAFT)
        if plan is None:
            raise RefusedError(404, "clientId", "No draft care plan")
        return plan

    def _action(self, client: int, persistent: int) -> Json:
        found = actions(self._draft(client))
        return next(one for one in found if one.get("carePlanPersistentActionId") == persistent)


def _invited(series: Json) -> int | None:
    invited = (one.get("clientId") for one in series.get("agendaInvitations") or ())
    return next((one for one in invited if one is not None), None)
