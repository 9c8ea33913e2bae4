"""Each error code of RegiCare says what to do about it, and the page for admins says the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import responses

from samenspraak.connectors.registry import load_settings
from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    InvalidRecordError,
    PermanentError,
    TransientError,
)
from samenspraak.http import HttpClient
from samenspraak_regicare.codes import CODES, MEANINGS, Code, ForbiddenError, UnknownIdError
from samenspraak_regicare.plugin import RegiCareConnector
from samenspraak_regicare.session import Session

PAGE = Path(__file__).parents[3] / "docs/connectors/regicare.md"
URL = "https://93.184.216.34/jsonrpc"  # an address, so that no name has to be looked up
BECOMES: dict[str, type[Exception]] = {
    "sign_in_again": AuthenticationError,
    "authentication": AuthenticationError,
    "configuration": ConfigurationError,
    "transient": TransientError,
    "conflict": ConflictError,
    "unknown": UnknownIdError,
    "forbidden": ForbiddenError,
    "record": InvalidRecordError,
    "permanent": PermanentError,
}


def asked_and_refused(code: str, **settings: Any) -> None:
    """One call that RegiCare refuses with this code."""
    given = {"base_url": URL, "api_key": "k", "username": "u", "password": "p", **settings}
    loaded = load_settings(RegiCareConnector.manifest, given, secret=lambda itself: itself)

    def reply(request: Any) -> tuple[int, dict[str, str], str]:
        body = json.loads(request.body)
        result = {"loginKey": "x"} if body["method"] == "login" else {"error": code}
        return 200, {}, json.dumps({"jsonrpc": "2.0", "id": body["id"], "result": result})

    with responses.RequestsMock() as wire:
        wire.add_callback("POST", URL, reply, content_type="application/json")
        Session(loaded).call(HttpClient(connector_id="regicare-1", base_url=URL), "activiteitInformatie")


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_a_code_becomes_the_error_that_says_what_to_do(code: Code) -> None:
    with pytest.raises(BECOMES[code.meaning], match=code.name):
        asked_and_refused(code.name)


def test_a_code_nobody_knows_is_permanent_and_shown_until_it_is_explained() -> None:
    with pytest.raises(PermanentError, match="LICENTIE_VERLOPEN"):
        asked_and_refused("LICENTIE_VERLOPEN")
    with pytest.raises(TransientError, match="LICENTIE_VERLOPEN"):
        asked_and_refused("LICENTIE_VERLOPEN", error_codes={"LICENTIE_VERLOPEN": "transient"})


def test_a_meaning_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match="sign_in_again"):
        asked_and_refused("X", error_codes={"X": "whatever"})
    assert BECOMES.keys() == MEANINGS.keys()


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_the_page_for_admins_lists_every_code_with_its_meaning_and_source(code: Code) -> None:
    assert f"| `{code.name}` | {code.meaning} | {code.source} |" in PAGE.read_text(encoding="utf-8")
