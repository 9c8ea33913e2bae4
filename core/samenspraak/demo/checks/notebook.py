"""A location without any system: its page and spreadsheet as a browser gets them, and the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

from samenspraak.demo import seeing
from samenspraak.demo.people import CLIENTS, FATIMA, HENK, JO
from samenspraak.demo.seeing import Seen
from samenspraak.demo.systems import Sheet, Systems


def the_sheet_shows_what_they_do(sheet: Sheet, what: str) -> Iterator[Seen]:
    rows, page = sheet.rows(), sheet.page()
    yield seeing.seen(
        sheet,
        [(one["Wat"], one["Wie"], one["Wanneer"]) for one in rows]
        == [(what, "Huiskamer De Wilg", "elke vrijdag om 14:00")],
        nl="In de spreadsheet staat één rij: wat zij doen, en wanneer.",
        en="The spreadsheet has one row: what they do, and when.",
    )
    yield seeing.seen(
        sheet,
        f"Afspraken van {FATIMA.name}" in page and "Huiskamer De Wilg: elke vrijdag om 14:00." in page,
        nl="Op het blad staat hetzelfde, met de dag en tijd waarop het is gemaakt.",
        en="The page says the same, with the day and time at which it was made.",
    )
    text = page + json.dumps(rows)
    hidden = [one.bsn for one in CLIENTS] + [one.name for one in (JO, HENK)]
    yield seeing.seen(
        sheet,
        "Stand van" in page and not any(one in text for one in hidden),
        nl="Er staat geen BSN op, en niets over anderen.",
        en="There is no citizen number on it, and nothing about others.",
    )


def the_page_follows(sheet: Sheet, instruction: str) -> Iterator[Seen]:
    yield seeing.seen(
        sheet,
        instruction in sheet.page(),
        nl="Op het adres staat de nieuwe uitleg meteen; in hun bestand nog de oude.",
        en="At the address the new instruction stands at once; in their file still the old one.",
    )


def the_others_follow(
    there: Systems, what: str, at: str, where: str, instruction: str, day: date, daughter: str
) -> Iterator[Seen]:
    plan = next(iter(seeing.plans(there.dossier, what)), {})
    yield seeing.seen(
        there.dossier,
        seeing.times(plan) == [at]
        and where in json.dumps(plan)
        and instruction in str(plan.get("description")),
        nl=f"In het dossier staat {at} en de serre, met de uitleg van de verpleegkundige: die bleef.",
        en=f"The dossier says {at} and the sun room, with the nurse's instruction, which stayed.",
    )
    yield seeing.seen(
        there.dossier,
        f"{seeing.written(day)}: gedaan door Huiskamer De Wilg." in seeing.notes(plan),
        nl="Daar staat ook dat het is gedaan.",
        en="It also says there that it was done.",
    )
    last = seeing.last_terms(there.platform, what, daughter)
    yield seeing.seen(
        there.platform,
        f"elke vrijdag om {at}" in last,
        nl=f"Samira leest op het platform: elke vrijdag om {at}.",
        en=f"Samira reads on the platform: every Friday at {at}.",
    )
    yield seeing.seen(
        there.app,
        seeing.record_times(there.app, what) == [at],
        nl="In haar app staat dezelfde tijd.",
        en="Her app shows the same time.",
    )


def the_sheet_is_equal_again(sheet: Sheet, at: str, where: str, instruction: str) -> Iterator[Seen]:
    (row,) = sheet.rows()
    yield seeing.seen(
        sheet,
        (row["Wanneer"], row["Waar"], row["Instructie"]) == (f"elke vrijdag om {at}", where, instruction),
        nl="Een nieuw bestand zegt wat iedereen nu heeft: hun tijd en plaats, en de nieuwe uitleg.",
        en="A new file says what everybody has now: their time and place, and the new instruction.",
    )
