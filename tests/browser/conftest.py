"""The household, and people with a phone each."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from browser.chromium import found
from browser.house import House, household
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from samenspraak.domain.parties import PartyRef

PATIENCE = 20_000
"""So many milliseconds a page may take, on a machine that runs other tests beside."""
PHONE = {"width": 390, "height": 844}
SHOTS = os.environ.get("SHOTS", "")


@dataclass
class Phone:
    """Somebody's phone with the app on it.

    ``complaints``: of the browser about the app · ``elsewhere``: from which page another site was asked.
    """

    page: Page
    context: BrowserContext
    house: House
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def open(self, hash_: str = "") -> None:
        self.page.goto(f"{self.house.app_url}/{hash_}")

    def signs_in(self, login: str) -> None:
        """As who calls themselves so at the provider."""
        self.open()
        self.press("Aanmelden")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", "x")
        self.page.click("button[type=submit]")
        self.page.click("button[type=submit]")
        self.page.wait_for_url(f"{self.house.app_url}/**")
        expect(self.page.locator("#afmelden")).to_be_visible()

    def is_let_in(self, who: PartyRef) -> None:
        """They sign in for the first time and show their invitation."""
        self.signs_in(f"{who.id}@example.nl")
        self.press("Vul de code in")
        self.page.get_by_label("Code van uw uitnodiging").fill(self.house.invited(who))
        self.press("Verder")
        expect(self.page.locator("#bijgewerkt")).to_contain_text("Laatst bijgewerkt om")

    def press(self, text: str, within: str = "body") -> None:
        self.page.locator(within).get_by_role("button", name=text, exact=True).first.click()

    def goes(self, text: str) -> None:
        self.page.get_by_role("link", name=text).first.click()

    def card(self, what: str) -> Any:
        """The moment of this agreement on the day that is shown."""
        return self.page.locator("li.card").filter(has_text=what)

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("body")).to_contain_text(text)

    def sees_not(self, text: str) -> None:
        expect(self.page.locator("body")).not_to_contain_text(text)

    def asked(self) -> list[str]:
        """What the app asks of the hub from now on, as paths below the API."""
        paths: list[str] = []
        api = f"{self.house.hub_url}/api/v1"
        self.page.on("request", lambda one: one.url.startswith(api) and paths.append(one.url[len(api) :]))
        return paths

    def shot(self, name: str) -> None:
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)

    def kept(self) -> str:
        """All that lies on the device, as text."""
        return str(
            self.page.evaluate(
                """async () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie,
                await caches.keys(), (await indexedDB.databases()).length,
                (await navigator.serviceWorker.getRegistrations()).length])"""
            )
        )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found(), args=["--no-sandbox", "--lang=nl-NL"])
        yield started
        started.close()


@pytest.fixture
def house(tmp_path: Path, npm: Any) -> Iterator[House]:
    with household(tmp_path, npm) as made:
        yield made


@pytest.fixture
def phone(browser: Browser, house: House) -> Iterator[Callable[[], Phone]]:
    """A new phone, of which nothing may go to another site and nothing may be complained of."""
    made: list[Phone] = []

    def new() -> Phone:
        context = browser.new_context(viewport=PHONE, locale="nl-NL", timezone_id="Europe/Amsterdam")
        one = Phone(page=context.new_page(), context=context, house=house)
        one.page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.on("console", lambda said: _note(one, said.text))
        context.route(lambda url: urlsplit(url).hostname != "127.0.0.1", lambda route: _elsewhere(one, route))
        made.append(one)
        return one

    yield new
    for one in made:
        assert one.complaints == []
        assert [url for url in one.elsewhere if house.app_url in url] == []
        one.context.close()


def _note(phone: Phone, text: str) -> None:
    if "Content Security Policy" in text and phone.page.url.startswith(phone.house.app_url):
        phone.complaints.append(text)


def _elsewhere(phone: Phone, route: Route) -> None:
    phone.elsewhere.append(f"{phone.page.url} {route.request.url}")
    route.abort()
