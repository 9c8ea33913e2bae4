"""The OpenAPI document of the API, and the page of the reference that tells of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from samenspraak.errors import SamenspraakError
from samenspraak.policy.access import ROLES, Scope
from samenspraak.protocols import documents
from samenspraak.web.api.problems import CODES

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def document(web: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = web.get("/api/v1/openapi.json").json
    return found


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def scopes(operation: dict[str, Any]) -> list[str]:
    """Which scopes a call asks for: one, or none of who is nobody here yet."""
    found: list[str] = operation["security"][0]["credential"]
    return found


def test_every_call_is_in_the_reference_with_its_scope_and_what_it_does(document: dict[str, Any]) -> None:
    told = {
        f"| `{name}` | {', '.join(f'`{each}`' for each in scopes(one)) or '–'} | {one['summary']} |"
        for name, one in operations(document).items()
    }

    assert sorted(told - set(PAGE.splitlines())) == []


def test_the_reference_tells_of_no_call_that_there_is_not(document: dict[str, Any]) -> None:
    assert set(re.findall(r"^\| `([A-Z]+ /\S+)`", PAGE, re.M)) == set(operations(document))


def test_every_call_asks_for_a_scope_that_there_is_but_those_about_who_asks(
    document: dict[str, Any],
) -> None:
    asked = {name: scopes(one) for name, one in operations(document).items()}

    assert {each for found in asked.values() for each in found} <= set(Scope)
    assert [name for name, found in asked.items() if len(found) != 1] == ["GET /me", "POST /me/invitation"]


def test_every_call_has_a_name_of_its_own_for_programs_that_are_written_from_the_document(
    document: dict[str, Any],
) -> None:
    names = [one["operationId"] for one in operations(document).values()]

    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)] == []


def test_everything_that_goes_in_or_out_is_described(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    assert [name for name, one in schemas.items() if not re.search(r"\w.*\.$", one["description"])] == []


def test_every_code_of_a_problem_is_in_the_reference() -> None:
    ours = {one.code for one in [SamenspraakError, *_below(SamenspraakError)]}

    assert [code for code in sorted({*CODES.values(), *ours}) if f"`{code}`" not in PAGE] == []


def test_every_role_is_in_the_reference() -> None:
    assert [role for role in ROLES if f"| `{role}` |" not in PAGE] == []


def test_the_form_of_every_unit_is_in_the_document(document: dict[str, Any]) -> None:
    units = document["components"]["schemas"]["NewAgreement"]["properties"]["units"]["patternProperties"]
    timings = units[r"^assignment\[[^\[\]:]+\]$"]["anyOf"][0]["properties"]["schedule"]["properties"][
        "timing"
    ]
    forms = {one["properties"]["form"]["const"] for one in timings["anyOf"] if "properties" in one}

    assert units["^what$"]["anyOf"][0]["required"] == ["text"]
    assert forms == set(documents.TIMINGS)


@pytest.mark.parametrize(
    "file", ["docs", "docs/swagger-ui.css", "docs/swagger-ui-bundle.js", "docs/start.js"]
)
def test_the_documentation_needs_no_other_site(web: FlaskClient, file: str) -> None:
    served = web.get(f"/api/v1/{file}")

    assert served.status_code == 200
    assert "default-src 'none'" in served.headers["Content-Security-Policy"]
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", served.text[:2000])
    served.close()


def _below(kind: type[SamenspraakError]) -> list[type[SamenspraakError]]:
    return [one for below in kind.__subclasses__() for one in (below, *_below(below))]
