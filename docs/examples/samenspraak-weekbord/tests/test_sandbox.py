"""The sandbox does what the documentation says; asked by hand, so that no misreading is shared."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from samenspraak_weekbord.sandbox import BOARD_KEY, WeekBoard

SIGNED_IN = {"X-Board-Key": BOARD_KEY}
CARD = {"resident": "k1", "task": {"text": "Samen koken"}}


@pytest.fixture
def board() -> WeekBoard:
    board = WeekBoard()
    board.move_in("k1", "Mevrouw Van Dijk")
    return board


@pytest.fixture
def client(board: WeekBoard) -> FlaskClient:
    return board.app.test_client()


def test_a_card_is_made_once(client: FlaskClient) -> None:
    """Page "Cards": "If-None-Match: * makes a card, unless it is there"."""
    headers = {**SIGNED_IN, "If-None-Match": "*"}

    assert client.put("/api/cards/b-1", json=CARD, headers=headers).status_code == 201
    assert client.put("/api/cards/b-1", json=CARD, headers=headers).status_code == 412


def test_a_change_needs_the_revision_that_was_read(board: WeekBoard, client: FlaskClient) -> None:
    """Page "Cards": "a change says in If-Match which revision it changes"."""
    board.write("b-1", "k1", task={"text": "Samen koken"})
    revision = client.get("/api/cards/b-1", headers=SIGNED_IN).headers["ETag"]
    board.edit("b-1", where="In de keuken")

    changed = client.put("/api/cards/b-1", json=CARD, headers={**SIGNED_IN, "If-Match": revision})

    assert changed.status_code == 412


def test_a_card_that_was_taken_away_is_told_and_answers_gone(board: WeekBoard, client: FlaskClient) -> None:
    """Page "Cards": "410, as long as we remember it"."""
    board.write("b-1", "k1", task={"text": "Samen koken"})
    board.take_away("b-1")

    assert client.get("/api/cards/b-1", headers=SIGNED_IN).status_code == 410
    listed = client.get("/api/cards?after=0&limit=10", headers=SIGNED_IN).get_json()
    assert [card.get("removed") for card in listed["cards"]] == [True]


def test_who_has_no_key_sees_nothing(client: FlaskClient) -> None:
    """Page "Signing in"."""
    assert client.get("/api/residents").status_code == 401
