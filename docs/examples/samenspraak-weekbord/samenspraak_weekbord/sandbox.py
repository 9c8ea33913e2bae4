"""A week board that behaves as its documentation says: written from that, and from nothing else here.

=================================  ======================================================================
``GET /api/residents``             who lives here
``GET /api/cards?after=&limit=``   cards by the number of their last change; 410 for one not reached yet
``GET /api/cards/ID``              a card; 410 when it was taken away, 403 when its resident is not shared
``PUT /api/cards/ID``              ``If-None-Match: *`` makes it, ``If-Match`` changes it; 412 otherwise
``DELETE /api/cards/ID``           takes it away
=================================  ======================================================================

Quirks, by the mode: members come back in another order, and a colour that nobody asked for.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping
from typing import Any

from flask import Response, abort, jsonify, request

from samenspraak.sandbox import Act, Mode, Sandbox, texts

BOARD_KEY = "sleutel-van-het-weekbord"
TITLE_LENGTH = 60

Card = dict[str, Any]


def create(mode: Mode) -> WeekBoard:
    """A board in a home where nobody lives yet."""
    return WeekBoard(mode)


class WeekBoard(Sandbox):
    """The board. A card that was taken away stays as its number, so that it can be told."""

    name = "weekbord"

    def __init__(self, mode: Mode = "strict") -> None:
        super().__init__(mode)
        self.residents: dict[str, str] = {}
        self.cards: dict[str, Card] = {}
        self.private: set[str] = set()
        self._numbers = itertools.count(1)
        self._last = 0
        self._routes()

    # What people do there.

    def acts(self) -> Mapping[str, Act]:
        return {
            "resident": self.move_in,
            "write": self.write,
            "edit": self.edit,
            "take_away": self.take_away,
            "share": self.share,
        }

    def move_in(self, id: str, name: str) -> None:
        self.residents[id] = name

    def write(self, id: str, resident: str, **members: Any) -> None:
        """Somebody writes a card at the board itself."""
        self._keep({"id": id, "resident": resident, **members})

    def edit(self, id: str, **members: Any) -> None:
        self._keep({**self.cards[id], **members})

    def take_away(self, id: str) -> None:
        self._keep({"id": id, "resident": self.cards[id]["resident"], "removed": True})

    def share(self, resident: str, *, shared: bool) -> None:
        """Whether cards about this resident are for other systems."""
        (self.private.discard if shared else self.private.add)(resident)

    def readable(self, person: str) -> list[str]:
        """Everybody who comes by reads every card."""
        return [text for card in self._hanging() for text in texts(card)]

    def live(self) -> Mapping[str, int]:
        ours = [card["id"].removeprefix("samenspraak-") for card in self._hanging()]
        return {marker: ours.count(marker) for marker in ours}

    # How it keeps cards.

    def _hanging(self) -> list[Card]:
        return [card for card in self.cards.values() if not card.get("removed")]

    def _keep(self, card: Card) -> Card:
        before = self.cards.get(card["id"], {})
        self._last = next(self._numbers)
        kept = {**copy.deepcopy(card), "rev": before.get("rev", 0) + 1, "number": self._last}
        if isinstance(kept.get("task"), dict):
            kept["task"]["text"] = kept["task"]["text"][:TITLE_LENGTH]
        self.cards[card["id"]] = kept
        return kept

    def _there(self, id: str) -> Card:
        card = self.cards.get(id) or abort(404)
        if card["resident"] in self.private:
            abort(403)
        return card if not card.get("removed") else abort(410)

    def _shown(self, card: Card) -> Card:
        public = {name: value for name, value in card.items() if name != "number"}
        return public if self.mode == "strict" else {"colour": "geel", **dict(reversed(public.items()))}

    def _answer(self, card: Card, status: int = 200) -> Response:
        response = jsonify(self._shown(card))
        response.status_code = status
        response.headers["ETag"] = f'"{card["rev"]}"'
        return response

    def _signed_in(self) -> None:
        if request.headers.get("X-Board-Key") != BOARD_KEY:
            abort(401)

    # Its interface.

    def _routes(self) -> None:
        @self.app.before_request
        def guarded() -> None:
            if request.path.startswith("/api/"):
                self._signed_in()

        @self.app.get("/api/residents")
        def residents() -> Response:
            found = [{"id": id, "name": name} for id, name in self.residents.items()]
            return jsonify({"board": "hal", "residents": found})

        @self.app.get("/api/cards")
        def listed() -> Response:
            after, limit = int(request.args["after"]), int(request.args["limit"])
            with self.lock:
                if after > self._last:
                    abort(410)
                later = sorted(
                    (card for card in self.cards.values() if card["number"] > after),
                    key=lambda card: card["number"],
                )
                page = later[:limit]
                shown = [self._shown(card) for card in page if card["resident"] not in self.private]
                after = page[-1]["number"] if page else after
            return jsonify({"board": "hal", "cards": shown, "after": after, "more": len(later) > limit})

        @self.app.get("/api/cards/<id>")
        def one(id: str) -> Response:
            with self.lock:
                return self._answer(self._there(id))

        @self.app.put("/api/cards/<id>")
        def put(id: str) -> Response:
            card = {**request.get_json(), "id": id}
            with self.lock:
                if request.headers.get("If-None-Match") == "*":
                    hangs = id in self.cards and "removed" not in self.cards[id]
                    return abort(412) if hangs else self._answer(self._keep(card), 201)
                if request.headers.get("If-Match") != f'"{self._there(id)["rev"]}"':
                    abort(412)
                return self._answer(self._keep(card))

        @self.app.delete("/api/cards/<id>")
        def taken_away(id: str) -> Response:
            with self.lock:
                if request.headers.get("If-Match") != f'"{self._there(id)["rev"]}"':
                    abort(412)
                self.take_away(id)
            return jsonify({})
