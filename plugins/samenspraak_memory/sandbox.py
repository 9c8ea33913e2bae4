"""A family app with records, imitated: what the reference connector talks to.

The app is made up, so this is its documentation. All bodies are JSON, times are ISO 8601.

==========================  ====================================================================
``GET /api/about``          the app, its interface version, its clock; needs no key
``GET /api/me``             what our key may do
``GET /api/changes``        ``?since=NUMBER&limit=N``: the newest state of everything that changed after
                            that number, in order: clients, users, records, and what was removed.
                            ``type=client`` gives only those. ``server`` names the data; 410 when
                            the number is beyond it
``GET /api/records/ID``     200 · 403 the circle is not shared with us · 404 never been · 410 removed
``GET /api/records``        ``?reference=TEXT``: the records that carry that reference of ours
``POST /api/records``       201; with ``?once=reference`` 200 and the record that carries it already
``PATCH /api/records/ID``   a JSON merge patch (RFC 7396) under ``If-Match``: 412 stale, 428 left out
``DELETE /api/records/ID``  204, under ``If-Match``; afterwards 410 with a tombstone without content
==========================  ====================================================================

``Authorization: Bearer KEY`` signs in, else 401. What is not acceptable answers 422 with the member's
name. ``id``, ``version``, ``changed_at``, ``changed_by`` and ``reactions`` are the app's own: in a request
they are ignored. ``terms`` is a reference of ours to the text people agree to; the app keeps it with each
answer, and empties it when somebody changes that text in the app. Everybody in a client's circle reads all
of its records. When an address was given, each change of a record is told there: ``{"record": ID}``, signed
by Standard Webhooks 1.0.0 (``webhook-id``, ``webhook-timestamp``, ``webhook-signature``).

The *quirky* mode cuts long titles instead of refusing them, reformats, injects defaults, reorders, tells
each change twice, and reads lag behind writes. ``tokens=False`` leaves out ``version``, ``ETag`` and the
check of ``If-Match``.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from flask import Response, abort, jsonify, make_response, request

from samenspraak.sandbox import Act, Mode, Sandbox, merged, texts
from samenspraak_memory.sandbox_records import (
    OWN_MEMBERS,
    TERMS,
    Change,
    Json,
    Shelf,
    rewritten,
)

ACCESS_KEY = "sleutel-voor-samenspraak"
QUIRKY_LAG_SECONDS = 0.3

# The words the app knows, by member of a record.
WORDS: Mapping[str, tuple[str, ...]] = {
    "type": ("agreement", "diary"),
    "kind": ("task", "permission", "never"),
    "category": (
        "care",
        "medication",
        "meals",
        "getting_around",
        "company",
        "household",
        "transport",
        "paperwork",
    ),
}
STATES = ("proposed", "active", "paused", "ended", "withdrawn", "mistake")


def create(mode: Mode = "strict") -> FamilyApp:
    return FamilyApp(mode)


class FamilyApp(Sandbox):
    """The app.

    Args:
        mode: strict or quirky.
        tokens: whether records have a version that writes are checked against.
        title_length: the longest title it keeps.
        access_key: the key it knows us by.
        server: names its data; left out: another name for each app.
        lag_seconds: how far reads are behind writes; left out: 0, or a little in the quirky mode.
        clock: seconds since the epoch.
    """

    name = "family-app"

    def __init__(
        self,
        mode: Mode = "strict",
        *,
        tokens: bool = True,
        title_length: int = 60,
        access_key: str = ACCESS_KEY,
        server: str | None = None,
        lag_seconds: float | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(mode)
        self.tokens = tokens
        self.title_length = title_length
        self.access_key = access_key
        self.server = server or f"familie-{secrets.token_hex(4)}"
        self.lag = (QUIRKY_LAG_SECONDS if mode == "quirky" else 0.0) if lag_seconds is None else lag_seconds
        self.clock = clock
        self.shelf = Shelf(clock)
        self.unshared: set[str] = set()
        self._numbers = count(1)
        self._told_at: tuple[str, str] | None = None
        self.app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
        self.app.before_request(self._sign_in)
        self._add_reading()
        self._add_writing()

    # What the base class asks.

    def readable(self, person: str) -> list[str]:
        circles = self._circles_of(person)
        records = (record for record in self.shelf.bodies("record") if record["circle"] in circles)
        return [text for record in records for text in texts(record)]

    def live(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for record in self.shelf.bodies("record"):
            if marker := record.get("reference"):
                found[marker] = found.get(marker, 0) + 1
        return found

    def acts(self) -> Mapping[str, Act]:
        return {
            "client": self.add_client,
            "user": self.add_user,
            "share": self.share,
            "tell": self.tell,
            "record": self.add_record,
            "edit": self.edit,
            "move": self.move,
            "instruct": self.instruct,
            "cancel": self.cancel,
            "end": self.end,
            "remove": self.remove,
            "agree": self.agree,
            "decline": self.decline,
            "report": self.report,
            "comment": self.comment,
        }

    # What people do in the app, and what whoever installs it sets up. ``record``: id or our reference.

    def add_client(self, id: str, name: str, **details: Any) -> str:
        """A client with a circle. ``details``: first_name, birth_date, identifiers."""
        self.shelf.keep("client", id, {"id": id, "name": name, **details})
        return id

    def add_user(self, id: str, name: str, role: str, circles: list[str], **details: Any) -> str:
        """Somebody in one or more circles. ``details``: as of a client, representative, volunteers."""
        self.shelf.keep("user", id, {"id": id, "name": name, "role": role, "circles": circles, **details})
        return id

    def share(self, circle: str, shared: bool = True) -> None:
        """Let our hub see a circle, or no longer."""
        (self.unshared.discard if shared else self.unshared.add)(circle)

    def tell(self, url: str, secret: str) -> None:
        """From now on tell this address which record changed, signed with this secret."""
        self._told_at = (url, secret)

    def add_record(self, user: str, circle: str, title: str, **members: Any) -> str:
        """Write a record down in the app; an agreement unless ``type`` says otherwise."""
        return self._create({"circle": circle, "title": title, **members}, user).id

    def edit(self, user: str, record: str, **members: Any) -> None:
        """Change members of a record, as a merge patch."""
        body = self.record_of(record)
        if TERMS & members.keys():
            body.pop("terms", None)
        self._keep(body, merged(body, members), user)

    def move(self, user: str, record: str, task: str, times: list[str], text: str | None = None) -> None:
        """Have a task done at other times of the day."""
        tasks = self.record_of(record)["tasks"]
        when = next(one for one in tasks if one["id"] == task).setdefault("when", {})
        rhythm = when.get("rhythm") or {}
        days = rhythm if rhythm.get("type") == "days" else {"type": "days", "every": "day"}
        when["rhythm"] = {**days, "times": times}
        if text is not None:
            when["text"] = text
        self.edit(user, record, tasks=tasks)

    def instruct(self, user: str, record: str, how: str) -> None:
        """Write how it is done."""
        self.edit(user, record, rules={"how": how})

    def cancel(self, user: str, record: str, task: str, day: str, nth: int = 1, reason: str = "") -> None:
        """Call one time off."""
        others = [
            one
            for one in self.record_of(record).get("changes") or []
            if (one["task"], one["day"], one["nth"]) != (task, day, nth)
        ]
        once = {"task": task, "day": day, "nth": nth, "change": "cancelled", "reason": reason}
        self.edit(user, record, changes=[*others, once])

    def end(self, user: str, record: str, reason: str = "", on: str | None = None) -> None:
        """End the agreement."""
        on = on or datetime.fromtimestamp(self.clock(), UTC).date().isoformat()
        self.edit(user, record, state={"value": "ended", "reason": reason, "on": on})

    def remove(self, user: str, record: str) -> None:
        """Throw a record away."""
        self._remove(self.record_of(record)["id"])

    def agree(self, user: str, record: str, text: str = "") -> str:
        return self._react(user, record, kind="agree", text=text)

    def decline(self, user: str, record: str, text: str = "") -> str:
        return self._react(user, record, kind="decline", text=text)

    def report(
        self, user: str, record: str, task: str, day: str, nth: int = 1, done: bool = True, text: str = ""
    ) -> str:
        """Say that it was done, or not."""
        kind = "done" if done else "not_done"
        return self._react(user, record, kind=kind, task=task, day=day, nth=nth, text=text)

    def comment(self, user: str, record: str, text: str) -> str:
        return self._react(user, record, kind="comment", text=text)

    def _react(self, user: str, record: str, **members: Any) -> str:
        body = self.record_of(record)
        person = self.shelf.look("user", user)
        reaction = {
            "id": f"x{next(self._numbers)}",
            "user": user,
            "role": person.body["role"] if person and person.body else "client",
            "at": self._now(),
            "terms": body.get("terms"),
            **members,
        }
        self._keep(body, {**body, "reactions": [*body["reactions"], reaction]}, user)
        return str(reaction["id"])

    # Keeping.

    def _create(self, given: Json, author: str) -> Change:
        record: Json = {"type": "agreement", "state": {"value": "active"}, **given, "reactions": []}
        record["id"] = f"r{next(self._numbers)}"
        return self._keep({}, record, author)

    def _keep(self, before: Json, record: Json, author: str) -> Change:
        version = before.get("version", 0) + 1
        record = {**record, "version": version, "changed_at": self._now(), "changed_by": author}
        if not self.tokens:
            del record["version"]
        if self.mode == "quirky":
            record = rewritten(record, title_length=self.title_length)
        change = self.shelf.keep("record", record["id"], record)
        self._tell(record["id"])
        return change

    def _remove(self, record_id: str) -> None:
        self.shelf.keep("record", record_id, None)
        self._tell(record_id)

    def record_of(self, record: str) -> Json:
        """The record with this id or reference, as its writers see it: without lag."""
        records = self.shelf.bodies("record")
        found = next((body for body in records if record in (body["id"], body.get("reference"))), None)
        return found or abort(404, "no such record")

    def _circles_of(self, person: str) -> set[str]:
        user = self.shelf.look("user", person)
        circles = user.body["circles"] if user and user.body else ()
        return {person, *circles}

    def _now(self) -> str:
        return datetime.fromtimestamp(self.clock(), UTC).isoformat()

    def _tell(self, record_id: str) -> None:
        if self._told_at is not None:
            told = {"record_id": record_id, "at": self.clock(), "times": 2 if self.mode == "quirky" else 1}
            threading.Thread(target=_post, args=self._told_at, kwargs=told, daemon=True).start()

    # The interface.

    def _sign_in(self) -> Response | None:
        is_open = request.path == "/api/about" or not request.path.startswith("/api/")
        if is_open or request.headers.get("Authorization") == f"Bearer {self.access_key}":
            return None
        return make_response(jsonify(error="unknown key"), 401)

    def _add_reading(self) -> None:
        @self.app.get("/api/about")
        def about() -> Json:
            return {"app": "Familie-app", "interface": 1, "server": self.server, "time": self._now()}

        @self.app.get("/api/me")
        def me() -> Json:
            return {"name": "samenspraak", "may": ["read", "write"]}

        @self.app.get("/api/changes")
        def changes() -> Response | Json:
            since, limit = request.args.get("since", 0, int), request.args.get("limit", 100, int)
            wanted = request.args.get("type")
            with self.lock:
                if since > self.shelf.last:
                    return _refuse(410, "unknown position")
                rest = [
                    change
                    for change in self.shelf.since(since, lag=self.lag)
                    if self._is_shared(change) and wanted in (None, change.kind)
                ]
                shown, more = rest[:limit], len(rest) > limit
                return {
                    "server": self.server,
                    "changes": [_shown(change) for change in shown],
                    "next": shown[-1].number if shown else since,
                    "more": more,
                }

        @self.app.get("/api/records/<record_id>")
        def one(record_id: str) -> Response:
            with self.lock:
                return self._answer(self.shelf.look("record", record_id, lag=self.lag))

        @self.app.get("/api/records")
        def by_reference() -> Json:
            wanted = request.args["reference"]
            with self.lock:
                records = self.shelf.bodies("record", lag=self.lag)
                return {
                    "records": [
                        record
                        for record in records
                        if record.get("reference") == wanted and record["circle"] not in self.unshared
                    ]
                }

    def _add_writing(self) -> None:
        @self.app.post("/api/records")
        def create_record() -> Response:
            given = _given()
            with self.lock:
                if request.args.get("once") == "reference" and (there := self._with(given["reference"])):
                    return self._answer(there)
                self._check(given)
                return self._answer(self._create(given, "samenspraak"), status=201)

        @self.app.patch("/api/records/<record_id>")
        def patch_record(record_id: str) -> Response:
            patch = _given()
            with self.lock:
                present = self._present(record_id)
                record = merged(present, patch)
                self._check(record)
                return self._answer(self._keep(present, record, "samenspraak"))

        @self.app.delete("/api/records/<record_id>")
        def delete_record(record_id: str) -> Response:
            with self.lock:
                self._present(record_id)
                self._remove(record_id)
                return Response(status=204)

    def _present(self, record_id: str) -> Json:
        """The record as it is, if a write may go on; else the request ends here."""
        change = self.shelf.look("record", record_id)
        if change is None or change.body is None or change.body["circle"] in self.unshared:
            abort(self._answer(change))
        if self.tokens:
            asked = request.headers.get("If-Match")
            if asked is None:
                abort(_refuse(428, "If-Match is left out"))
            if asked != _etag(change.body):
                abort(_refuse(412, "somebody else was first"))
        return change.body

    def _answer(self, change: Change | None, status: int = 200) -> Response:
        if change is None:
            return _refuse(404, "no such record")
        if change.body is None:
            return make_response(jsonify(id=change.id, removed=True), 410)
        if change.body["circle"] in self.unshared:
            return _refuse(403, "the circle is not shared with you")
        response = make_response(jsonify(change.body), status)
        if self.tokens:
            response.headers["ETag"] = _etag(change.body)
        return response

    def _is_shared(self, change: Change) -> bool:
        return change.body is None or change.body.get("circle", change.id) not in self.unshared

    def _with(self, reference: str) -> Change | None:
        for record in self.shelf.bodies("record"):
            if record.get("reference") == reference:
                return self.shelf.look("record", record["id"])
        return None

    def _check(self, record: Json) -> None:
        """End the request when the record is not acceptable; names the member."""
        clients = {client["id"] for client in self.shelf.bodies("client")}
        users = {user["id"] for user in self.shelf.bodies("user")} | clients
        state = record.get("state") or {}
        title = record.get("title")
        problems = {
            "circle": record.get("circle") not in clients,
            "title": not isinstance(title, str) or not title.strip() or self._is_too_long(title),
            "state": state.get("value", "active") not in STATES,
            "user": not users.issuperset(_users(record)),
            **{name: record.get(name) not in (None, *words) for name, words in WORDS.items()},
        }
        for name, is_wrong in problems.items():
            if is_wrong:
                abort(make_response(jsonify(error="not acceptable", member=name), 422))

    def _is_too_long(self, title: str) -> bool:
        return self.mode == "strict" and len(title) > self.title_length


def _given() -> Json:
    given = request.get_json()
    if not isinstance(given, dict):
        abort(_refuse(400, "an object is expected"))
    return {name: value for name, value in given.items() if name not in OWN_MEMBERS}


def _users(value: Any) -> set[str]:
    """Every user that a record names, at any depth."""
    if isinstance(value, list):
        return set().union(*map(_users, value))
    if not isinstance(value, dict):
        return set()
    named = {value["user"]} if isinstance(value.get("user"), str) else set()
    return named.union(*(_users(inner) for name, inner in value.items() if name != "reactions"))


def _shown(change: Change) -> Json:
    if change.body is None:
        return {"number": change.number, "type": change.kind, "id": change.id, "removed": True}
    return {"number": change.number, "type": change.kind, "id": change.id, "body": change.body}


def _etag(record: Json) -> str:
    return f'"{record["version"]}"'


def _refuse(status: int, why: str) -> Response:
    return make_response(jsonify(error=why), status)


def _post(url: str, secret: str, *, record_id: str, at: float, times: int) -> None:
    """Tell somebody that a record changed; whoever is not there hears of it by asking."""
    body = json.dumps({"record": record_id}).encode()
    number, stamp = f"msg_{secrets.token_hex(12)}", str(int(at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{number}.{stamp}.".encode() + body, "sha256")
    headers = {
        "Content-Type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(times):
        try:
            direct.open(urllib.request.Request(url, body, headers), timeout=5).close()  # noqa: S310 - set up by us
        except OSError:
            return
