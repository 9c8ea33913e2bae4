"""Ons over HTTP: the paths of the interface, and what nurses and planners do.

========================================================  ================================================
``GET  /ping``                                            200; 403 where the certificate does not fit
``GET  /v0/xstream/{clients,relations,…}/{data,updates}``  ndjson or JSON, by ``Accept``
``GET  /v0/administration/clients/ids_in_care_in_period``  ``limit`` and ``offset``
``GET  /v0/administration/dossier/care_plans/…``          by client, one, its entries; new, activate, archive
``POST /v0/administration/dossier/action_entries``        also PUT and DELETE, in a draft only
``POST /v0/agenda/agenda_series``                         occurrences per client, ``destroy_following``
``POST /v0/taken/care_task_series``                       the same for tasks
``PUT  /webhooks/redeliver``                              what was missed is told again
========================================================  ================================================

Five requests at a time are one too many: 429, without a word on how long to wait.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask import Response, jsonify, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from samenspraak.sandbox import WRITES, Act, Mode, Sandbox, texts
from samenspraak_ons.sandbox import quirks
from samenspraak_ons.sandbox.calendar import Calendar
from samenspraak_ons.sandbox.hooks import Hooks
from samenspraak_ons.sandbox.plans import ACTIVE, DRAFT, Json, Plans, RefusedError, actions

AT_ONCE = 4
HERE = ZoneInfo("Europe/Amsterdam")
AGREEMENT_ACTION, PLAIN_ACTION, DEMAND = 31, 32, 3
_MARK = re.compile(r"urn:samenspraak:(?!party)(\S+)")
_STREAMS = {
    "clients": "clients",
    "employees": "employees",
    "teams": "teams",
    "relations": "clientContactRelations",
}
_DOSSIER = "/v0/administration/dossier"


class OnsSandbox(Sandbox):
    """One customer's Ons.

    Nurses: ``admit``, ``discharge``, ``relate``, ``hire``, ``team``, ``open_draft``, ``write_action``,
    ``rewrite``, ``strike``, ``activate``, ``discard``, ``archive``, ``close_file``. Planners: ``cancel``. The
    dashboard: ``subscribe``. ``keeps_a_draft``: whoever activates or discards a draft opens the next at once.
    """

    name: ClassVar[str] = "ons"

    def __init__(self, mode: Mode = "strict") -> None:
        super().__init__(mode)
        self.quirks = quirks.of(mode)
        self._numbers = itertools.count(100)
        self.tls: ssl.SSLContext | None = None
        self.keeps_a_draft = False
        self.people: dict[str, dict[int, Json]] = {name: {} for name in _STREAMS}
        self.deleted: dict[str, list[Json]] = {name: [] for name in _STREAMS}
        self.closed: set[int] = set()
        self.in_care: list[int] = []
        self.plans = Plans(number=self._number, now=self._now, early_ids=self.quirks.early_ids)
        self.agenda = self._calendar(_invited, "validFrom", "startTime", "endTime")
        self.tasks = self._calendar(lambda one: (one.get("subject") or {}).get("clientId"), "name")
        self.hooks = Hooks(now=self._now, in_order=self.quirks.in_order)
        self.app.before_request(self._not_too_many)
        self.app.register_error_handler(RefusedError, _refusal)
        self._add_routes()

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
                "admit", "discharge", "relate", "hire", "team", "open_draft", "write_action", "rewrite",
                "strike", "activate", "discard", "archive", "close_file", "cancel", "subscribe",
            )
        }  # fmt: skip

    # Over TLS, for a test that shows a certificate.

    def _server(self, port: int, *, verbose: bool) -> BaseWSGIServer:
        if self.tls is None:
            return super()._server(port, verbose=verbose)
        return make_server(
            "127.0.0.1",
            port,
            self.app,
            threaded=True,
            ssl_context=self.tls,
            request_handler=WSGIRequestHandler,
        )

    @contextlib.contextmanager
    def running(self, port: int = 0, *, verbose: bool = False) -> Iterator[str]:
        with super().running(port, verbose=verbose) as url:
            yield url if self.tls is None else url.replace("http://", "https://")

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

    # The interface.

    def _not_too_many(self) -> Response | None:
        if request.path.startswith(self.apart):
            return None
        with self.lock:
            if self._at_work > AT_ONCE:
                return Response('{"title": "Too many requests"}', 429, content_type="application/json")
        accepts = request.headers.get("Accept", "application/json")
        takes_json = any(one in accepts for one in ("application/json", "application/x-ndjson", "*/*"))
        return None if takes_json else Response(status=406)

    def _add_routes(self) -> None:
        routes: tuple[tuple[str, str, Callable[..., Any]], ...] = (
            ("GET", "/ping", self._ping),
            ("GET", "/<environment>/ping", self._other_environment),
            ("PUT", "/webhooks/redeliver", self._redeliver),
            ("GET", "/v0/xstream/<kind>/<what>", self._stream),
            ("GET", "/v0/administration/clients/ids_in_care_in_period", self._ids_in_care),
            ("GET", f"{_DOSSIER}/actions/<int:key>", self._catalogue),
            ("GET", f"{_DOSSIER}/care_plans/by_client/<int:client>", self._by_client),
            ("POST", f"{_DOSSIER}/care_plans/by_client/<int:client>/new", self._new),
            ("GET", f"{_DOSSIER}/care_plans/<int:key>", self._plan),
            ("DELETE", f"{_DOSSIER}/care_plans/<int:key>", self._discard_plan),
            ("GET", f"{_DOSSIER}/care_plans/<int:key>/entries", self._entries),
            ("POST", f"{_DOSSIER}/care_plans/<int:key>/activate", self._activate_plan),
            ("POST", f"{_DOSSIER}/care_plans/<int:key>/archive", self._archive_plan),
            ("GET", f"{_DOSSIER}/care_plan_entries/<int:key>/action_entries", self._actions),
            ("POST", f"{_DOSSIER}/action_entries", self._add_action),
            ("PUT", f"{_DOSSIER}/action_entries/<int:key>", self._change_action),
            ("DELETE", f"{_DOSSIER}/action_entries/<int:key>", self._remove_action),
            ("POST", "/v0/agenda/agenda_series", lambda: self._add_series(self.agenda)),
            ("GET", "/v0/agenda/clients/<int:client>/agenda_occurrences", self._agenda_of),
            ("DELETE", "/v0/agenda/agenda_occurrences/<key>/destroy_following", self._end_agenda),
            ("POST", "/v0/taken/care_task_series", lambda: self._add_series(self.tasks)),
            ("GET", "/v0/taken/clients/<int:client>/care_task_occurrences/by_sub_type", self._tasks_of),
            ("DELETE", "/v0/taken/care_task_occurrences/<key>/destroy_following", self._end_task),
        )
        for method, path, view in routes:
            self.app.add_url_rule(path, f"{method} {path}", self._alone(view), methods=[method])

    def _alone(self, view: Callable[..., Any]) -> Callable[..., Any]:
        def answered(**named: Any) -> Any:
            with self.lock:
                return view(**named)

        return answered

    def _ping(self) -> Response:
        return Response("pong", content_type="text/plain")

    def _other_environment(self, environment: str) -> Response:
        return Response(status=403)

    def _redeliver(self) -> Response:
        self.hooks.redeliver()
        return Response(status=200)

    def _stream(self, kind: str, what: str) -> Response:
        if kind not in _STREAMS or (kind, what) == ("relations", "deletes"):
            return Response(status=404)
        if what == "data":
            return self._streamed(kind, list(self.people[kind].values()))
        since = request.args.get("since", "")
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", since):
            raise RefusedError(400, "since", "Could not parse request parameter")
        zone = HERE if self.quirks.local_since else UTC
        moment = datetime.fromisoformat(since).replace(tzinfo=zone)
        known = self.people[kind].values() if what == "updates" else self.deleted[kind]
        return self._streamed(
            kind, [one for one in known if datetime.fromisoformat(one["updatedAt"]) >= moment]
        )

    def _streamed(self, kind: str, found: list[Json]) -> Response:
        if "application/x-ndjson" in request.headers.get("Accept", ""):
            lines = "".join(f"{json.dumps(one)}\n" for one in found)
            return Response(lines, content_type="application/x-ndjson")
        return self._listed(_STREAMS[kind], found)

    def _listed(self, plural: str, found: list[Json]) -> Response:
        return jsonify({plural: found} if self.quirks.wrapped else found)

    def _ids_in_care(self) -> Response:
        limit, start = (int(request.args.get(name, given)) for name, given in (("limit", 10), ("offset", 0)))
        ids = [{"value": one} for one in self.in_care[start : start + limit]]
        return self._listed("clientObjectIds", ids)

    def _catalogue(self, key: int) -> Response:
        if key not in (AGREEMENT_ACTION, PLAIN_ACTION):
            raise RefusedError(404, "id", "Action not found")
        ours = key == AGREEMENT_ACTION
        return jsonify(
            {"id": key, "definition": "Afspraak", "allowTitleOverride": ours, "allowComment": ours}
        )

    def _by_client(self, client: int) -> Response:
        self._open(client)
        statuses = (DRAFT, ACTIVE) if not self.quirks.keeps_old else ()
        return self._listed("carePlans", [self._shown(one) for one in self.plans.of(client, *statuses)])

    def _plan(self, key: int) -> Response:
        return jsonify(self._shown(self._open_plan(key)))

    def _entries(self, key: int) -> Response:
        entries = [
            {name: value for name, value in one.items() if name != "actionEntries"}
            for one in self._open_plan(key)["carePlanEntries"]
        ]
        return self._listed("carePlanEntries", entries)

    def _actions(self, key: int) -> Response:
        entry = self.plans.entry(key)
        self._open_plan(entry["carePlanId"])
        return self._listed("actionEntries", entry["actionEntries"])

    def _shown(self, plan: Json) -> Json:
        return {
            name: value for name, value in plan.items() if name != "carePlanEntries" or self.quirks.nested
        }

    def _new(self, client: int) -> Response:
        self._open(client)
        return jsonify(self._shown(self.open_draft(client)))

    def _discard_plan(self, key: int) -> Response:
        self.plans.discard(self._open_plan(key)["id"])
        return Response(status=204)

    def _activate_plan(self, key: int) -> Response:
        return jsonify(self._shown(self.plans.activate(self._open_plan(key)["id"])))

    def _archive_plan(self, key: int) -> Response:
        return jsonify(self._shown(self.plans.archive(self._open_plan(key)["id"])))

    def _add_action(self) -> Response:
        given = request.get_json()
        if given.get("actionId") not in (AGREEMENT_ACTION, PLAIN_ACTION):
            raise RefusedError(400, "actionId", "Action not found")
        return jsonify(self.plans.add_action(given))

    def _change_action(self, key: int) -> Response:
        return jsonify(self.plans.change_action(key, request.get_json()))

    def _remove_action(self, key: int) -> Response:
        self.plans.remove_action(key)
        return Response(status=204)

    def _add_series(self, calendar: Calendar) -> Response:
        made = calendar.add(request.get_json())
        return jsonify(made) if self.quirks.says_what_it_made else Response(status=204)

    def _agenda_of(self, client: int) -> Response:
        self._open(client)
        first, last = (date.fromisoformat(request.args[name]) for name in ("from", "to"))
        return self._listed("agendaOccurrences", self.agenda.occurrences(client, first, last))

    def _tasks_of(self, client: int) -> Response:
        self._open(client)
        kind, key = request.args["sub_type_query"], request.args.get("sub_type_id")
        found = self.tasks.occurrences(client, date.min, date.max)
        wanted = [one for one in found if re.match(kind, one["subType"]) and key in (None, one["subTypeId"])]
        return self._listed("careTaskOccurrences", wanted)

    def _end_agenda(self, key: str) -> Response:
        self.agenda.destroy(key, following=True)
        return Response(status=204)

    def _end_task(self, key: str) -> Response:
        self.tasks.destroy(key, following=True)
        return Response(status=204)

    def _open(self, client: int) -> None:
        if client in self.closed or client not in self.people["clients"]:
            raise RefusedError(404, "client_id", "Not found")

    def _open_plan(self, key: int) -> Json:
        plan = self.plans.plan(key)
        self._open(plan["clientId"])
        return plan


def _invited(series: Json) -> int | None:
    invited = (one.get("clientId") for one in series.get("agendaInvitations") or ())
    return next((one for one in invited if one is not None), None)


def _refusal(error: RefusedError) -> Response:
    entry = {"field": error.named, "value": None, "message": error.message}
    answer = jsonify({"errorResponseEntries": [entry]})
    answer.status_code = error.status
    return answer
