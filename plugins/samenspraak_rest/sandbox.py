"""Buurtplein, imitated: an app for a client's neighbours and family, with a plain JSON interface.

The app is made up, so this is its documentation. All bodies are JSON; ids are texts; days of the state are
written ``DD-MM-YYYY``, all others and moments as ISO 8601.

==============================  ================================================================
``GET v1/bewoners``             clients: ``id``, ``naam``, ``geboren``
``GET v1/mensen``               people: ``id``, ``naam``, ``rol``, ``bewoners`` (ids of clients)
``GET v1/afspraken``            agreements; ``?kenmerk=TEXT`` only those with that reference of
                                ours; ``?gewijzigd_na=STAND`` what changed after that, removed ones
                                as ``{"id", "weg": true, …}``; 410 when it never was that far
``GET v1/afspraken/ID``         200 · 403 not shared with us · 404 never been · 410 removed
``POST v1/afspraken``           201 and the agreement
``PATCH v1/afspraken/ID``       a JSON merge patch (RFC 7396) under ``If-Match``: 412 stale, 428 left out
``PUT v1/afspraken/ID``         the whole agreement, under ``If-Match``
``DELETE v1/afspraken/ID``      204, under ``If-Match``
==============================  ================================================================

Each list is ``{"resultaten": […], "stand": N, "bron": NAME, "meer": true|false}``: ``stand`` counts changes,
``bron`` names the data. Its pages are asked with ``per_pagina`` and, by the way the app was set up
(``paging``), ``pagina`` (from 1), ``vanaf`` (how many to leave out), ``na`` (the ``verder`` of the page
before) or the link in ``verder``. ``Authorization: Bearer KEY`` signs in, else 401. What is not acceptable
answers 422 with the member's name. ``id``, ``versie``, ``gewijzigd_op`` and ``door`` are the app's own: it
ignores them in a request. Everybody around a client reads all of that client's agreements.

Lists stand in the order in which things were made. In the *quirky* mode they stand with what changed last
first, so that pages shift while they are read; times come back with seconds, words in their other spelling
(``toestemming``, ``gestopt``, ``buur``), long titles cut instead of refused, members in another order and
with defaults, links without a host, and reading is a little behind writing. ``versions="header"`` shows the
version only in ``ETag``; ``None``: there are none, and nothing guards a write.
"""

from __future__ import annotations

import copy
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Literal

from flask import Response, abort, jsonify, make_response, request

from samenspraak.sandbox import Act, Mode, Sandbox, merged, texts

ACCESS_KEY = "sleutel-van-buurtplein"
LAG_SECONDS = 0.1
LONGEST_TITLE = 60

Json = dict[str, Any]
PagingKind = Literal["page", "offset", "cursor", "link", "none"]
OWN_MEMBERS = frozenset({"id", "versie", "gewijzigd_op", "door"})
WORDS: Mapping[str, frozenset[str | None]] = {
    "aard": frozenset({None, "taak", "mag", "toestemming", "nooit"}),
    "gebied": frozenset(
        {None, "zorg", "medicijnen", "eten", "bewegen", "gezelschap", "huishouden", "vervoer", "papierwerk"}
    ),
}
STATES = frozenset({None, "voorstel", "loopt", "rust", "klaar", "gestopt", "ingetrokken", "vergissing"})
OTHER_SPELLING: Mapping[str, Mapping[str, str]] = {
    "aard": {"mag": "toestemming"},
    "waarde": {"klaar": "gestopt"},
    "rol": {"familie": "buur"},
}


def create(mode: Mode = "strict") -> Buurtplein:
    return Buurtplein(mode)


@dataclass(kw_only=True)
class Kept:
    """One agreement through time: what it said since when. ``body`` None in the last: removed."""

    states: list[tuple[float, int, Json | None]] = field(default_factory=list)

    def seen_at(self, moment: float) -> tuple[int, Json | None] | None:
        """The number of its last change by then, and what it said; None: it was not there yet."""
        seen = [(number, body) for at, number, body in self.states if at <= moment]
        return copy.deepcopy(seen[-1]) if seen else None


class Buurtplein(Sandbox):
    """The app.

    Args:
        mode: strict or quirky.
        paging: how its lists go on.
        versions: where the version of an agreement is shown.
        access_key: the key it knows us by.
    """

    name = "buurtplein"

    def __init__(
        self,
        mode: Mode = "strict",
        *,
        paging: PagingKind = "page",
        versions: Literal["member", "header"] | None = "member",
        access_key: str = ACCESS_KEY,
    ) -> None:
        super().__init__(mode)
        self.paging = paging
        self.versions = versions
        self.access_key = access_key
        self.source = f"buurtplein-{secrets.token_hex(3)}"
        self.clients: dict[str, Json] = {}
        self.people: dict[str, Json] = {}
        self.kept: dict[str, Kept] = {}
        self.unshared: set[str] = set()
        self.changes = 0
        self._numbers = count(1)
        self.app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
        self.app.before_request(self._sign_in)
        self._add_lists()
        self._add_writing()

    # What the base class asks.

    def readable(self, person: str) -> list[str]:
        around = set(self.people.get(person, {}).get("bewoners", ())) | {person}
        return [text for one in self._there() if one["bewoner"] in around for text in texts(one)]

    def live(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for one in self._there():
            if marker := one.get("kenmerk"):
                found[marker] = found.get(marker, 0) + 1
        return found

    def acts(self) -> Mapping[str, Act]:
        return {
            "client": self.add_client,
            "person": self.add_person,
            "record": self.add,
            "edit": self.edit,
            "remove": self.remove,
            "share": self.share,
        }

    # What people do in the app, and what whoever installs it sets up.

    def add_client(self, id: str, name: str, **details: Any) -> str:
        self.clients[id] = {"id": id, "naam": name, **details}
        return id

    def add_person(self, id: str, name: str, role: str, clients: list[str], **details: Any) -> str:
        self.people[id] = {"id": id, "naam": name, "rol": role, "bewoners": clients, **details}
        return id

    def add(self, person: str, client: str, title: str, **members: Any) -> str:
        """Somebody writes an agreement down."""
        one = {"soort": "afspraak", "bewoner": client, "titel": title, **members}
        return str(self._made(one, person)["id"])

    def edit(self, person: str, record: str, **members: Any) -> None:
        """Somebody changes members of an agreement, as a merge patch."""
        now = self._now_of(record)
        self._keep(merged(now, members), person)

    def remove(self, record: str) -> None:
        self.changes += 1
        self.kept[record].states.append((time.time(), self.changes, None))

    def share(self, client: str, shared: bool = True) -> None:
        """Let our hub see what is about this client, or no longer."""
        (self.unshared.discard if shared else self.unshared.add)(client)

    def states(self, record: str) -> list[Json]:
        """All that an agreement said through time, the newest last."""
        return [copy.deepcopy(body) for _, _, body in self.kept[record].states if body is not None]

    # Keeping.

    def _there(self) -> Iterator[Json]:
        for kept in self.kept.values():
            if (now := kept.states[-1][2]) is not None:
                yield now

    def _now_of(self, record: str) -> Json:
        found = self.kept.get(record)
        body = found.states[-1][2] if found else None
        return copy.deepcopy(body) if body is not None else abort(404)

    def _made(self, one: Json, by: str) -> Json:
        return self._keep({"toestand": {"waarde": "loopt"}, **one, "id": f"a{next(self._numbers)}"}, by)

    def _keep(self, one: Json, by: str) -> Json:
        self.changes += 1
        number = one.get("versie", 0) + 1
        one = {**one, "versie": number, "gewijzigd_op": datetime.now(UTC).isoformat(), "door": by}
        if self.mode == "quirky":
            one = respelled(one)
        self.kept.setdefault(one["id"], Kept()).states.append((time.time(), self.changes, copy.deepcopy(one)))
        return one

    def _seen(self, record: str) -> tuple[int, Json | None] | None:
        lag = LAG_SECONDS if self.mode == "quirky" else 0.0
        return self.kept[record].seen_at(time.time() - lag) if record in self.kept else None

    # Its interface.

    def _sign_in(self) -> Response | None:
        is_ours = request.path.startswith("/v1/")
        if not is_ours or request.headers.get("Authorization") == f"Bearer {self.access_key}":
            return None
        return make_response(jsonify(fout="onbekende sleutel"), 401)

    def _add_lists(self) -> None:
        @self.app.get("/v1/bewoners")
        def clients() -> Response:
            with self.lock:
                return self._page(list(self.clients.values()))

        @self.app.get("/v1/mensen")
        def people() -> Response:
            with self.lock:
                return self._page(list(self.people.values()))

        @self.app.get("/v1/afspraken")
        def listed() -> Response:
            since = request.args.get("gewijzigd_na", type=int)
            with self.lock:
                if since is not None and since > self.changes:
                    return make_response(jsonify(fout="zo ver zijn we nooit geweest"), 410)
                return self._page([self._shown(one) for one in self._asked(since)])

        @self.app.get("/v1/afspraken/<record>")
        def one(record: str) -> Response:
            with self.lock:
                seen = self._seen(record)
                if seen is None or seen[1] is None:
                    abort(404 if seen is None else 410)
                return self._answer(self._ours(seen[1]))

    def _asked(self, since: int | None) -> list[Json]:
        """What a list is to show; what changed last first in the quirky mode."""
        found: list[tuple[int, Json]] = []
        wanted = request.args.get("kenmerk")
        for record in self.kept:
            number, body = self._seen(record) or (0, {})
            if not number or (since is not None and number <= since):
                continue
            if body is None and since is not None:
                found.append((number, {"id": record, "soort": "afspraak", "weg": True}))
            elif body is not None and self._is_asked(body, wanted):
                found.append((number, body))
        if self.mode == "quirky":
            found.sort(key=lambda one: -one[0])
        return [one for _, one in found]

    def _is_asked(self, body: Json, wanted: str | None) -> bool:
        return body["bewoner"] not in self.unshared and wanted in (None, body.get("kenmerk"))

    def _page(self, items: list[Json]) -> Response:
        size = min(request.args.get("per_pagina", 25, int), 100)
        start = {
            "page": (request.args.get("pagina", 1, int) - 1) * size,
            "offset": request.args.get("vanaf", 0, int),
            "none": 0,
        }.get(self.paging, request.args.get("na", 0, int))
        end = len(items) if self.paging == "none" else start + size
        body: Json = {
            "resultaten": items[start:end],
            "stand": self._stand(),
            "bron": self.source,
            "meer": end < len(items),
        }
        if self.paging in ("cursor", "link") and body["meer"]:
            asked = {**request.args.to_dict(), "na": str(end)}
            query = "&".join(f"{name}={value}" for name, value in asked.items())
            link = f"{request.path if self.mode == 'quirky' else request.base_url}?{query}"
            body["verder"] = str(end) if self.paging == "cursor" else link
        return jsonify(body)

    def _stand(self) -> int:
        """How far reading is: everything up to it can be seen."""
        seen = [self._seen(record) for record in self.kept]
        behind = [
            number
            for kept, now in zip(self.kept.values(), seen, strict=True)
            for _, number, _ in kept.states
            if now is None or number > now[0]
        ]
        return min(behind, default=self.changes + 1) - 1

    def _add_writing(self) -> None:
        @self.app.post("/v1/afspraken")
        def made() -> Response:
            given = _given()
            with self.lock:
                self._check(given)
                return self._answer(self._made(given, "samenspraak"), 201)

        @self.app.patch("/v1/afspraken/<record>")
        def patched(record: str) -> Response:
            given = _given()
            with self.lock:
                return self._replace(record, lambda now: merged(now, given))

        @self.app.put("/v1/afspraken/<record>")
        def put(record: str) -> Response:
            given = _given()
            with self.lock:
                return self._replace(
                    record, lambda now: {**given, **{name: now[name] for name in OWN_MEMBERS & now.keys()}}
                )

        @self.app.delete("/v1/afspraken/<record>")
        def removed(record: str) -> Response:
            with self.lock:
                self._guarded(record)
                self.remove(record)
                return Response(status=204)

    def _replace(self, record: str, change: Callable[[Json], Json]) -> Response:
        now = self._guarded(record)
        one = change(now)
        self._check(one)
        return self._answer(self._keep(one, "samenspraak"))

    def _guarded(self, record: str) -> Json:
        """The agreement as it is, if a write may go on; else the request ends here."""
        kept = self.kept.get(record)
        if kept is None or kept.states[-1][2] is None:
            abort(404 if kept is None else 410)
        now = self._ours(self._now_of(record))
        if self.versions is not None:
            asked = request.headers.get("If-Match")
            if asked != f'"{now["versie"]}"':
                abort(428 if asked is None else 412)
        return now

    def _ours(self, one: Json) -> Json:
        return one if one["bewoner"] not in self.unshared else abort(403)

    def _shown(self, one: Json) -> Json:
        hidden = {"versie"} if self.versions != "member" else set()
        return {name: value for name, value in one.items() if name not in hidden}

    def _answer(self, one: Json, status: int = 200) -> Response:
        response = make_response(jsonify(self._shown(one)), status)
        if self.versions is not None:
            response.headers["ETag"] = f'"{one["versie"]}"'
        return response

    def _check(self, one: Json) -> None:
        """End the request when the agreement is not acceptable; names the member."""
        title, state = one.get("titel"), one.get("toestand") or {}
        too_long = self.mode == "strict" and len(str(title)) > LONGEST_TITLE
        problems = {
            "bewoner": one.get("bewoner") not in self.clients,
            "titel": not isinstance(title, str) or not title.strip() or too_long,
            "toestand": state.get("waarde") not in STATES,
            **{name: one.get(name) not in words for name, words in WORDS.items()},
        }
        for name, is_wrong in problems.items():
            if is_wrong:
                abort(make_response(jsonify(fout="niet toegestaan", lid=name), 422))


def _given() -> Json:
    given = request.get_json()
    if not isinstance(given, dict):
        abort(400)
    return {name: value for name, value in given.items() if name not in OWN_MEMBERS}


# The whims of the quirky mode. Applied twice they change nothing more.


def respelled(one: Json) -> Json:
    """The agreement as a wayward server keeps it: cut, reformatted, with defaults, in another order."""
    result: Json = _respelled(one)
    if isinstance(result.get("titel"), str):
        result["titel"] = result["titel"][:LONGEST_TITLE].rstrip()
    result.setdefault("taal", "nl")
    result.setdefault("gebied", None)
    if isinstance(result.get("taken"), list):
        result["taken"] = sorted(result["taken"], key=lambda row: str(row.get("taak")), reverse=True)
        for row in result["taken"]:
            row.setdefault("herinnering", {"minuten_vooraf": 15})
    return dict(reversed(sorted(result.items())))


def _respelled(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {inner: _respelled(one, inner) for inner, one in value.items()}
    if isinstance(value, list):
        return [_respelled(one, name) for one in value]
    if name in ("tijden", "om") and isinstance(value, str):
        return value if value.count(":") == 2 else f"{value}:00"
    if isinstance(value, str):
        return OTHER_SPELLING.get(name, {}).get(value, value.rstrip())
    return value
