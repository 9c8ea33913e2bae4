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

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from flask import Response, jsonify, request

from samenspraak.sandbox import Mode
from samenspraak_ons.sandbox.calendar import Calendar
from samenspraak_ons.sandbox.office import AGREEMENT_ACTION, HERE, PLAIN_ACTION, STREAMS, Office
from samenspraak_ons.sandbox.plans import ACTIVE, DRAFT, Json, RefusedError

AT_ONCE = 4
_DOSSIER = "/v0/administration/dossier"


class OnsSandbox(Office):
    """One customer's Ons, asked over HTTP; over TLS it asks for a client certificate."""

    def __init__(self, mode: Mode = "strict") -> None:
        super().__init__(mode)
        self.app.before_request(self._not_too_many)
        self.app.register_error_handler(RefusedError, _refusal)
        self._add_routes()

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
        if kind not in STREAMS or (kind, what) == ("relations", "deletes"):
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
        if kind == "team_assignments":  # the one model here that is not audited
            found = [
                {name: one[name] for name in one if name not in ("createdAt", "updatedAt")} for one in found
            ]
        if "application/x-ndjson" in request.headers.get("Accept", ""):
            lines = "".join(f"{json.dumps(one)}\n" for one in found)
            return Response(lines, content_type="application/x-ndjson")
        return self._listed(STREAMS[kind], found)

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


def _refusal(error: RefusedError) -> Response:
    entry = {"field": error.named, "value": None, "message": error.message}
    answer = jsonify({"errorResponseEntries": [entry]})
    answer.status_code = error.status
    return answer
