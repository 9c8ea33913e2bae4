"""The printable page: what a reader in the living room sees, and does not see."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from connectors.sheet.conftest import CLIENT, NAMES, NOW, SON, rendered, stockings, visible

from samenspraak.domain.agreements import Modality, State, Status, What
from samenspraak.domain.units import STATUS, WHAT, apply
from samenspraak_sheet.sandbox import read_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def texts(page: bytes) -> str:
    return "\n".join(read_page(page, strict=True))


def test_it_says_whose_it_is_and_as_of_when() -> None:
    page = texts(rendered([visible(stockings())], "html"))

    assert page.startswith(
        "Afspraken\nAfspraken van Mevrouw De Wit\nVoor: Woning De Linde. Stand van zondag 22"
    )
    assert "22 november 2026, 10:05 uur." in page
    assert "Jan de Wit: op werkdagen om 08:00. Kan dat niet? Dan Woning De Linde." in page
    assert "Zo doet u het\nEerst de hiel." in page


def test_a_system_that_was_not_heard_is_said_so_that_nobody_relies_on_silence() -> None:
    heard = {"Dossier": NOW - timedelta(hours=1), "RegiCare": NOW - timedelta(days=3), "App": None}

    staff = texts(rendered([visible(stockings())], "html", heard))
    home = texts(rendered([visible(stockings())], "html", heard, place="home"))
    well = texts(rendered([visible(stockings())], "html", {"Dossier": NOW}))

    assert "van RegiCare hebben we sinds donderdag 19 november 2026, 10:05 uur niets gehoord" in staff
    assert "van App hebben we nog niets gehoord" in staff
    assert "Dossier" not in staff
    assert "van een ander systeem hebben we een tijd niets gehoord" in home
    assert "RegiCare" not in home
    assert "vandaag nog gehoord" in well


def test_who_may_not_be_named_is_a_neutral_word_and_the_client_is_not_in_the_heading() -> None:
    names = {ref: name for ref, name in NAMES.items() if ref not in (SON, CLIENT)}
    page = texts(rendered([visible(stockings(), names=names)], "html"))

    assert "Een naaste: op werkdagen" in page
    assert not re.search("Jan|De Wit", page)


def test_what_is_allowed_or_never_done_says_so() -> None:
    may, never = (
        apply(stockings(), {WHAT: What(text="Naar buiten", modality=one)})
        for one in (Modality.MAY, Modality.NEVER)
    )

    assert "Mag, hoeft niet" in texts(rendered([visible(may)], "html"))
    assert "Niet doen" in texts(rendered([visible(never)], "html"))


def test_each_client_begins_on_a_page_of_their_own_and_no_agreement_is_cut_in_two() -> None:
    other = visible(replace(stockings(), id="anders"))
    raw = {**other.raw, "client": "client:bos", "marker": "anders"}
    page = rendered([visible(stockings()), replace(other, raw=raw, names={})], "html").decode()

    assert page.count("<section>") == 2
    assert "section + section { break-before: page; }" in page
    assert re.search(r"article \{[^}]*break-inside: avoid", page)


def test_nothing_agreed_is_said_and_not_left_blank() -> None:
    assert "Er staan nu geen afspraken op dit blad." in texts(rendered([], "html"))


def test_what_people_typed_is_never_markup() -> None:
    odd = apply(stockings(), {WHAT: What(text='<script>alert("x")</script>')})
    page = rendered([visible(odd)], "html", name="<b>Afspraken</b>", contact="<i>team</i>")

    assert b"<script" not in page
    assert '<script>alert("x")</script>' in texts(page)


def test_a_pause_says_from_when_to_when_and_what_is_over_is_not_there() -> None:
    rests = Status(state=State.PAUSED, reason="ziekenhuis", paused_until=NOW.date())
    page = texts(rendered([visible(apply(stockings(), {STATUS: rests}))], "html"))
    over = texts(rendered([visible(apply(stockings(), {STATUS: Status(state=State.ENDED)}))], "html"))

    assert "rust tot en met 22-11-2026 (ziekenhuis)" in page
    assert "Steunkousen" not in over


@pytest.mark.skipif(CHROMIUM is None, reason="no browser here to print with")
def test_a_browser_prints_it_on_a4(tmp_path: Path) -> None:
    copies = [visible(replace(stockings(), id=f"k{number}")) for number in range(4)]
    file, pdf = tmp_path / "blad.html", tmp_path / "blad.pdf"
    file.write_bytes(rendered(copies, "html"))
    options = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}")

    subprocess.run(
        [str(CHROMIUM), *options, f"--print-to-pdf={pdf}", file.as_uri()],
        capture_output=True,
        timeout=120,
        check=True,
    )

    sizes = {
        tuple(map(float, one.split()))
        for one in re.findall(r"/MediaBox \[([\d. ]+)\]", pdf.read_bytes().decode("latin-1"))
    }
    assert {(round(right), round(top)) for _, _, right, top in sizes} <= {(595, 842), (596, 842), (595, 841)}
    assert sizes
