"""We sign in the way the description says, with what the settings hold."""

from __future__ import annotations

from typing import Any

import pytest
from connectors.rest.descriptions import changed
from flask import Response, jsonify, request

from samenspraak.connectors import Step
from samenspraak.errors import ConfigurationError
from samenspraak.sandbox import Sandbox

KEY = "sleutel-van-het-plein"
METHOD = 'method = "bearer"        # with the setting access_key'
WAYS = {
    "none": ('method = "none"', None),
    "bearer": ('method = "bearer"', f"Bearer {KEY}"),
    "basic": ('method = "basic"', "Basic c2FtZW5zcHJhYWs6c2xldXRlbC12YW4taGV0LXBsZWlu"),
    "header": ('method = "header"\nheader = "X-Sleutel"', KEY),
    "client_credentials": (
        'method = "client_credentials"\ntoken = "oauth/token"\nscope = "afspraken"',
        "Bearer munt-1",
    ),
}


class Door(Sandbox):
    """Lets in who signs in one way; hands out tokens to who shows its secret."""

    name = "door"

    def __init__(self, wanted: str | None) -> None:
        super().__init__()
        self.wanted = wanted
        self.asked: list[dict[str, str]] = []
        empty = {"resultaten": [], "stand": 1, "bron": "x", "meer": False}

        @self.app.post("/oauth/token")
        def token() -> Response | tuple[str, int]:
            self.asked.append(request.form.to_dict())
            if request.headers.get("Authorization") != WAYS["basic"][1]:
                return "", 401
            return jsonify(access_token="munt-1", token_type="Bearer", expires_in=900)

        @self.app.get("/v1/<path:name>")
        def listed(name: str) -> Response | tuple[str, int]:
            given = {request.headers.get("Authorization"), request.headers.get("X-Sleutel")}
            return jsonify(empty) if self.wanted is None or self.wanted in given else ("", 401)


@pytest.mark.parametrize("way", WAYS)
def test_the_system_lets_us_in(run: Any, way: str) -> None:
    said, wanted = WAYS[way]
    door = Door(wanted)
    with run(door) as there:
        connector = there.connector(changed((METHOD, said)), access_key=KEY, user="samenspraak")

        steps = list(connector.check(there.calls[connector]))

    assert [one for one in steps if not one.ok] == []
    tokens = (
        [{"grant_type": "client_credentials", "scope": "afspraken"}] if way == "client_credentials" else []
    )
    assert door.asked == tokens


def test_a_secret_that_is_refused_stops_at_signing_in_and_the_right_one_goes_on(run: Any) -> None:
    said, wanted = WAYS["client_credentials"]
    with run(Door(wanted)) as there:
        description = changed((METHOD, said))
        wrong = there.connector(description, access_key="een-andere-sleutel", user="samenspraak")
        *_, last = wrong.check(there.calls[wrong])
        right = there.connector(description, access_key=KEY, user="samenspraak")

        assert (last.step, last.ok) == (Step.SIGN_IN, False)
        assert all(one.ok for one in right.check(there.calls[right]))


def test_a_missing_secret_is_told_by_the_name_of_its_setting(run: Any) -> None:
    with run(Door(None)) as there, pytest.raises(ConfigurationError, match="needs the setting access_key"):
        there.connector(access_key=None)
