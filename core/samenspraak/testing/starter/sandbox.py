"""A noticeboard that behaves like the real one: written from its documentation, and from nothing else here.

Every note has an id, a version, the client it is about, and members. Whoever has the key may read and write;
``If-Match`` guards a change; a note that was taken down answers 410.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from flask import Response, abort, jsonify, request

from samenspraak.sandbox import Act, Mode, Sandbox

ACCESS_KEY = "sleutel-van-het-prikbord"

Note = dict[str, Any]


def create(mode: Mode) -> Noticeboard:
    """A board without clients; in the quirky mode it hands members back in another order, with defaults."""
    return Noticeboard(mode)


class Noticeboard(Sandbox):
    """The board. ``changes``: the ids of notes in the order of their last change."""

    name = "noticeboard"

    def __init__(self, mode: Mode = "strict") -> None:
        super().__init__(mode)
        self.clients: dict[str, str] = {}
        self.notes: dict[str, Note | None] = {}
        self.changes: list[str] = []
        self.closed: set[str] = set()
        self._routes()

    # What people do there.

    def acts(self) -> Mapping[str, Act]:
        return {"client": self.add_client, "edit": self.edit, "take_down": self.take_down}

    def add_client(self, id: str, name: str) -> None:
        self.clients[id] = name

    def edit(self, id: str, **members: Any) -> None:
        """Somebody changes a note at the board."""
        self._keep({**self._there(id), **members})

    def take_down(self, id: str) -> None:
        self.notes[id] = None
        self._changed(id)

    def close(self, client: str) -> None:
        """What is about this client is no longer for us."""
        self.closed.add(client)

    def readable(self, person: str) -> list[str]:
        """Everybody who comes by reads every note."""
        return [str(note) for note in self.notes.values() if note is not None]

    def live(self) -> Mapping[str, int]:
        marks = [str(note["marker"]) for note in self.notes.values() if note and note.get("marker")]
        return {mark: marks.count(mark) for mark in marks}

    # How it keeps notes.

    def _there(self, id: str) -> Note:
        note = self.notes.get(id)
        if note is None:
            abort(410 if id in self.notes else 404)
        if note["client"] in self.closed:
            abort(403)
        return copy.deepcopy(note)

    def _keep(self, note: Note) -> Note:
        note["version"] = note.get("version", 0) + 1
        self.notes[note["id"]] = copy.deepcopy(note)
        self._changed(note["id"])
        return note

    def _changed(self, id: str) -> None:
        self.changes = [*(one for one in self.changes if one != id), id]

    def _shown(self, note: Note) -> Note:
        if self.mode == "strict":
            return note
        return {"colour": "geel", **dict(reversed(note.items()))}

    def _signed_in(self) -> None:
        if request.headers.get("Authorization") != f"Bearer {ACCESS_KEY}":
            abort(401)

    # Its interface.

    def _routes(self) -> None:
        @self.app.get("/api/clients")
        def clients() -> Response:
            self._signed_in()
            return jsonify([{"id": id, "name": name} for id, name in self.clients.items()])

        @self.app.get("/api/notes")
        def listed() -> Response:
            self._signed_in()
            with self.lock:
                if "marker" in request.args:
                    found = [one for one in self.notes.values() if one and one.get("marker")]
                    return jsonify(
                        [self._shown(one) for one in found if one["marker"] == request.args["marker"]]
                    )
                start, limit = int(request.args.get("start", 0)), int(request.args.get("limit", 50))
                ids = self.changes[start : start + limit]
                shown = [(id, self.notes[id]) for id in ids]
                return jsonify(
                    {
                        "notes": [self._shown(note) for _, note in shown if note],
                        "gone": [id for id, note in shown if note is None],
                        "more": start + limit < len(self.changes),
                    }
                )

        @self.app.get("/api/notes/<id>")
        def one(id: str) -> Response:
            self._signed_in()
            with self.lock:
                return jsonify(self._shown(self._there(id)))

        @self.app.post("/api/notes")
        def pinned() -> Response:
            self._signed_in()
            with self.lock:
                note = {**request.get_json(), "id": f"n{len(self.notes) + 1}"}
                return jsonify(self._shown(self._keep(note)))

        @self.app.put("/api/notes/<id>")
        def changed(id: str) -> Response:
            self._signed_in()
            with self.lock:
                before = self._there(id)
                if request.headers.get("If-Match") != f'"{before["version"]}"':
                    abort(412)
                note = {**request.get_json(), "id": id, "version": before["version"]}
                return jsonify(self._shown(self._keep(note)))

        @self.app.delete("/api/notes/<id>")
        def taken_down(id: str) -> Response:
            self._signed_in()
            with self.lock:
                self._there(id)
                self.take_down(id)
                return jsonify({})
