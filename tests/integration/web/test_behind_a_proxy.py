"""Where a request came from, only the proxy that the settings name can say; a key may be bound to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from samenspraak.policy.access import Role
from samenspraak.services import programs
from samenspraak.settings import Web
from samenspraak.web.app import create_app, listening
from samenspraak.web.serving import Serving

ORGANISATION = "de-linde"
INSIDE, OUTSIDE = "192.0.2.7", "198.51.100.7"


@contextmanager
def served(town: Any, trusted_proxy: str) -> Iterator[str]:
    """The hub as it is served behind that proxy."""
    app = create_app(town.app, is_working=lambda: True)
    with Serving(app, threads=4, **listening(Web(port=0, trusted_proxy=trusted_proxy))) as web:
        yield f"http://127.0.0.1:{web.port}/api/v1/agreements"


@pytest.fixture
def key(town: Any) -> str:
    """A key that may be used from inside."""
    programs.add(town.app.hub, ORGANISATION, "planning", Role.VIEWER)
    made = programs.add_key(town.app.hub, ORGANISATION, "planning", networks=["192.0.2.0/24"])
    return made.text


def status(address: str, key: str, forwarded: str = "") -> int:
    headers = {"Authorization": f"Bearer {key}", **({"X-Forwarded-For": forwarded} if forwarded else {})}
    return requests.get(address, headers=headers, timeout=10).status_code


def test_the_proxy_that_is_named_says_where_a_request_came_from(town: Any, key: str) -> None:
    with served(town, "127.0.0.1") as address:
        assert status(address, key, INSIDE) == 200
        assert status(address, key, OUTSIDE) == 401
        assert status(address, key, f"{INSIDE}, {OUTSIDE}") == 401
        assert status(address, key) == 401


@pytest.mark.parametrize("trusted", ["", "192.0.2.1"])
def test_nobody_else_is_believed(town: Any, key: str, trusted: str) -> None:
    with served(town, trusted) as address:
        assert status(address, key, INSIDE) == 401
