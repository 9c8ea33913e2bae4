"""Trying the family app out: one command, a fixed sign-in, and an invented household."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from browser.conftest import PHONE
from browser.house import EXAMPLE
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the app is; when it was stopped nothing is left."""
    folder = tmp_path_factory.mktemp("try-it")
    with subprocess.Popen(
        [sys.executable, str(EXAMPLE / "try_it.py")],
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as program:
        assert program.stdout is not None
        yield program.stdout.readline().split()[0]
        assert list(folder.iterdir())
        program.terminate()
        assert program.wait(20) == 0
    assert list(folder.iterdir()) == []


def test_somebody_chooses_who_they_are_and_sees_their_day(app_url: str, browser: Browser) -> None:
    with browser.new_context(viewport=PHONE, locale="nl-NL") as context:
        page = context.new_page()
        page.goto(app_url)
        page.get_by_role("button", name="Aanmelden").click()
        page.get_by_role("link", name="Els de Wit, dochter").click()
        card = page.locator("li.card").filter(has_text="Steunkousen aantrekken")
        expect(card).to_contain_text("U doet dit.")
        card.get_by_role("button", name="Gedaan", exact=True).click()
        page.get_by_role("button", name="Meld: gedaan").click()
        expect(card.locator(".result")).to_have_text("Gedaan.")

        page.get_by_role("button", name="Afmelden").click()
        expect(page.locator("body")).to_contain_text("Welkom")


def asked(app_url: str, **other: str) -> dict[str, str]:
    config = requests.get(f"{app_url}/config.json", timeout=10).json()
    return {
        "issuer": config["issuer"],
        "client_id": config["client_id"],
        "redirect_uri": f"{app_url}/",
        "response_type": "code",
        "code_challenge_method": "S256",
        "resource": f"urn:samenspraak:{config['organisation']}",
        "as": "els",
        **other,
    }


def come_back(app_url: str, verifier: str, **other: str) -> Any:
    """Where the sign-in sends somebody who proves to be who asked with this verifier."""
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    said = asked(app_url, code_challenge=challenge, **other)
    return requests.get(f"{said.pop('issuer')}/authorize", params=said, allow_redirects=False, timeout=10)


def test_a_code_counts_once_and_only_for_who_asked_for_it(app_url: str) -> None:
    verifier = secrets.token_urlsafe(32)

    def exchanged(code: str, shown: str) -> int:
        said = asked(app_url, code=code, code_verifier=shown)
        return requests.post(f"{said['issuer']}/token", data=said, timeout=10).status_code

    def code() -> str:
        return parse_qs(urlsplit(come_back(app_url, verifier).headers["Location"]).query)["code"][0]

    assert exchanged(code(), "somebody else") == 400
    mine = code()
    assert [exchanged(mine, verifier) for _ in range(2)] == [200, 400]


@pytest.mark.parametrize(
    "other",
    [{"redirect_uri": "https://other.example/"}, {"client_id": "x"}, {"resource": "urn:samenspraak:x"}],
)
def test_nobody_is_sent_elsewhere_or_for_somebody_else(app_url: str, other: dict[str, str]) -> None:
    assert come_back(app_url, "x" * 43, **other).status_code == 400
