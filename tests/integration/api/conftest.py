"""The API of a hub with two family apps, and credentials for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from samenspraak.policy.access import Role, Scope
from samenspraak.services import programs
from samenspraak.web.app import create_app

API = "/api/v1"
Headers = dict[str, str]


@pytest.fixture
def web(family: Any) -> FlaskClient:
    return create_app(family.app, is_working=lambda: True).test_client()


@pytest.fixture
def key(family: Any) -> Callable[..., Headers]:
    """Headers with a key of a program with this role; for an app also for whom it asks."""
    made: dict[tuple[str, ...], str] = {}

    def headers(
        role: Role,
        *scopes: Scope,
        app: str = "",
        reader: str = "",
        organisation: str = "de-linde",
        **more: str,
    ) -> Headers:
        name = (role, app, organisation, *scopes)
        if name not in made:
            program_id, hub = f"p{len(made)}", family.app.hub
            if organisation not in family.app.store.organisations():
                family.app.store.add_organisation(organisation, organisation)
            programs.add(hub, organisation, program_id, role, connector_id=app)
            made[name] = programs.add_key(hub, organisation, program_id, scopes=scopes).text
        return {
            "Authorization": f"Bearer {made[name]}",
            **({"Samenspraak-Reader": reader} if reader else {}),
            **more,
        }

    return headers


@pytest.fixture
def staff(key: Callable[..., Headers]) -> Headers:
    return key(Role.COORDINATOR)


@pytest.fixture
def son(key: Callable[..., Headers]) -> Headers:
    """The app of the son asks for him."""
    return key(Role.APP, app="app-a", reader="son")


@pytest.fixture
def daughter(key: Callable[..., Headers]) -> Headers:
    return key(Role.APP, app="app-a", reader="daughter")


@pytest.fixture
def stockings(web: FlaskClient, staff: Headers) -> dict[str, Any]:
    """The agreement about the stockings, as staff sees it."""
    [found] = web.get(f"{API}/agreements", headers=staff).json["items"]
    return found
