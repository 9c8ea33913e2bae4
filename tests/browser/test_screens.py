"""Every screen of the family app for who sees, hears or moves less well: axe-core, keyboard, large text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.conftest import Phone
from browser.house import ELS, KARIM, NOOR, TEAM, House, duty
from playwright.sync_api import Route, expect

pytestmark = pytest.mark.browser
NewPhone = Callable[[], Phone]
COOKING = "Samen koken en daarna de afwas in de gemeenschappelijke keuken"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TOUCH = 44
"""So many pixels a finger needs, each way."""


@pytest.fixture
def axe(npm: Any) -> str:
    return (Path(npm.folder) / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def everything(house: House) -> None:
    """Something of each kind: a task, a permission, what is never done, and a team's."""
    every = {"assignment[a1]": duty(ELS, "elke dag om 0:05", "00:05:00"), "backup[a1]": str(KARIM)}
    house.agrees("Medicijnen geven", **every, place="Slaapkamer", conditions={"text": "Alleen na uitleg."})
    house.agrees(COOKING, **{"assignment[a1]": duty(KARIM, "elke dag", "23:55:00"), "backup[a1]": str(ELS)})
    as_needed = {"performer": str(ELS), "schedule": {"text": "", "timing": {"form": "as_needed"}}}
    house.agrees("Helpen met douchen", modality="may", **{"assignment[a1]": as_needed})
    house.agrees("Alleen de trap op", modality="never", **{"assignment[a1]": as_needed})
    house.agrees("Samen lunchen", **{"assignment[a1]": duty(TEAM.ref, "elke dag om 12:00", "12:00:00")})


def screens(house: House, els: Phone, noor: Phone) -> Iterator[tuple[str, Phone]]:
    """Each screen in turn, with its name."""
    els.open()
    expect(els.page.locator("#aanmelden")).to_be_visible()
    yield "welkom", els
    els.signs_in("els@example.nl")
    expect(els.page.locator("#code")).to_be_visible()
    yield "uitnodiging", els
    els.press("Vul de code in")
    yield "code", els
    els.press("Verder")
    els.sees("Vul dit in: Code van uw uitnodiging.")
    yield "code-leeg", els
    els.press("Terug")
    els.context.clear_cookies()
    els.is_let_in(ELS)
    els.open(f"#/dag/{house.day}")
    els.sees("Medicijnen geven")
    yield "dag", els
    for button, name in (("Gedaan", "melden"), ("Afzeggen", "afzeggen"), ("Andere tijd", "verzetten")):
        els.press(button, "li.card")
        yield name, els
        els.press("Terug")
    els.open("#/dag/2030-01-07")
    expect(els.card("Medicijnen geven")).to_be_visible()
    yield "dag-later", els
    els.open("#/afspraken")
    expect(els.page.locator("main h2")).to_have_text("Afspraken")
    yield "afspraken", els
    els.goes("Medicijnen geven")
    els.sees("Wie doet wat")
    yield "afspraak", els
    for button, name in (
        ("Niet akkoord", "niet-akkoord"),
        ("Stel een andere tijd voor (u)", "voorstel"),
        ("Schrijf een opmerking", "opmerking"),
    ):
        els.press(button)
        yield name, els
        els.press("Terug")
    els.open("#/afspraak/weg")
    els.sees("Deze afspraak is niet (meer) beschikbaar voor u.")
    yield "afspraak-weg", els
    els.open(f"#/dag/{house.day}")
    els.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    els.context.set_offline(True)
    els.sees("U heeft geen verbinding.")
    els.press("Gedaan", "li.card")
    els.press("Meld: gedaan")
    els.sees("Dit is nog niet verstuurd.")
    yield "zonder-verbinding", els
    els.open("#/dag/2031-01-07")
    els.sees("Wij hebben deze dag nog niet opgehaald.")
    yield "dag-niet-opgehaald", els
    noor.is_let_in(NOOR)
    noor.open(f"#/dag/{house.day}/{TEAM.ref}")
    noor.sees("In deze groep: u.")
    yield "groep", noor


@pytest.mark.parametrize("percent", [100, 200])
def test_every_screen_is_accessible_and_fits_a_phone(
    house: House, phone: NewPhone, axe: str, percent: int
) -> None:
    everything(house)
    wrong: dict[str, Any] = {}
    seen = 0
    for name, one in screens(house, phone(), phone()):
        one.page.evaluate(f"document.documentElement.style.fontSize = '{percent}%'")
        one.page.evaluate(axe)
        found = [
            f"{rule['id']}: {node['html'][:120]}"
            for rule in one.page.evaluate("levels => axe.run({runOnly: levels})", LEVELS)["violations"]
            for node in rule["nodes"]
        ]
        found += [f"too small for a finger: {it}" for it in one.page.evaluate(SMALL, TOUCH)]
        found += [f"sticks out: {it}" for it in one.page.evaluate(STICKS_OUT)]
        wrong |= {name: found} if found else {}
        seen += 1
        one.shot(f"{percent}-{name}")
    assert wrong == {}
    assert seen == 18


SMALL = """least => {
  const shown = one => one.checkVisibility() && !one.closest('[inert]') && !one.matches('.skip');
  const within = document.querySelector('dialog[open]') ?? document;
  return [...within.querySelectorAll('a, button, input, textarea')].filter(shown).filter(one => {
    const { width, height } = one.getBoundingClientRect();
    return width < least || height < least;
  }).map(one => `${one.outerHTML.slice(0, 80)} ${one.getBoundingClientRect().height}`);
}"""
STICKS_OUT = """() => {
  const place = document.querySelector('dialog[open]') ?? document.body;
  const edge = place.getBoundingClientRect().right + 1;
  return [...place.querySelectorAll('*')]
    .filter(one => !one.closest('.skip') && one.checkVisibility() && one.getBoundingClientRect().right > edge)
    .map(one => one.outerHTML.slice(0, 80));
}"""


def test_with_the_keyboard_alone_somebody_reports_and_stays_where_they_were(
    house: House, phone: NewPhone
) -> None:
    everything(house)
    els = phone()
    els.is_let_in(ELS)
    els.open(f"#/dag/{house.day}")
    card = els.card("Medicijnen geven")
    done = card.get_by_role("button", name="Gedaan", exact=True)
    expect(done).to_be_visible()

    els.page.reload()
    keys = els.page.keyboard
    expect(els.page.locator("#aanmelden")).to_be_visible()
    keys.press("Tab")
    assert els.page.evaluate("document.activeElement.textContent") == "Naar de inhoud"
    assert els.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    els.press("Aanmelden")
    els.press("Continue")
    expect(els.page.locator("#vernieuwen")).to_be_visible()
    els.open(f"#/dag/{house.day}")
    expect(done).to_be_visible()

    passed = tabs_to(els, done)
    assert passed == sorted(passed)  # from top to bottom
    assert els.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    keys.press("Enter")
    expect(els.page.get_by_role("dialog")).to_be_visible()
    for _ in range(6):
        keys.press("Tab")
        inside = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        assert els.page.evaluate(inside)
    keys.press("Escape")
    expect(done).to_be_focused()

    keys.press("Enter")
    keys.press("Tab")
    keys.press("Enter")
    expect(card).to_contain_text("Gedaan.")
    expect(card).to_be_focused()  # the button is gone, and this is the nearest that is left
    expect(els.page.get_by_role("status")).to_contain_text("Verstuurd: Gedaan: Medicijnen geven")


def tabs_to(phone: Phone, wanted: Any) -> list[float]:
    """Go there with the tab key; gives how far down the page each stop was."""
    passed = []
    for _ in range(40):
        phone.page.keyboard.press("Tab")
        passed.append(phone.page.evaluate("scrollY + document.activeElement.getBoundingClientRect().bottom"))
        if wanted.evaluate("one => one === document.activeElement"):
            return passed
    raise AssertionError("It cannot be reached with the keyboard.")


def test_who_is_in_a_dialog_comes_back_also_when_the_page_was_made_anew(
    house: House, phone: NewPhone
) -> None:
    everything(house)
    els = phone()
    els.is_let_in(ELS)
    els.goes("Medicijnen geven")
    comment = els.page.locator("#opmerking")
    comment.focus()
    els.page.keyboard.press("Enter")
    [agreement] = [
        one["id"]
        for one in house.ask("GET", "/agreements?limit=100")["items"]
        if one["units"]["what"]["text"] == "Medicijnen geven"
    ]
    house.changes(agreement, place="Woonkamer")
    els.sees("Woonkamer")
    els.page.keyboard.press("Escape")

    expect(comment).to_be_focused()


def test_what_is_wrong_in_a_form_is_said_beside_the_field(house: House, phone: NewPhone) -> None:
    everything(house)
    els = phone()
    els.is_let_in(ELS)
    els.goes("Medicijnen geven")
    els.press("Schrijf een opmerking")
    els.press("Verstuur")

    field = els.page.get_by_label("Uw opmerking")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("Vul dit in: Uw opmerking.")


def test_while_a_day_is_fetched_the_app_says_so(house: House, phone: NewPhone) -> None:
    els = phone()
    els.is_let_in(ELS)
    waiting: list[Route] = []
    els.page.route("**/today?day=2030-01-07*", lambda route: waiting.append(route), times=1)
    els.open("#/dag/2030-01-07")
    els.sees("Maandag 7 januari 2030")
    els.sees("Een ogenblik. Wij halen deze dag op.")

    while not waiting:
        els.page.wait_for_timeout(20)
    waiting[0].continue_()
    els.sees("Voor deze dag zijn er geen afspraken waar u aan meedoet.")


def test_an_app_that_cannot_open_says_what_to_do(house: House, phone: NewPhone) -> None:
    els = phone()
    els.page.route("**/config.json", lambda route: route.abort(), times=1)
    els.open()
    els.sees("Kijk of u verbinding heeft, en probeer het dan opnieuw.")
    els.press("Probeer het opnieuw")
    els.sees("Welkom")
