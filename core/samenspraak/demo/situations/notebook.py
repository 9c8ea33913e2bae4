"""A location without any system takes part: with a page to print, and a spreadsheet to work in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from samenspraak.demo.agreements import FLOWERS
from samenspraak.demo.checks import notebook as checks
from samenspraak.demo.people import LIVING_ROOM, SAMIRA
from samenspraak.demo.stage import Situation, Stage
from samenspraak.demo.systems import DOSSIER, SHEET, Sheet
from samenspraak.domain.local_time import local_day

_FRIDAY = 4
AT, PLACE = "15:00", "De serre"
TWIGS = "Neem ook takken uit de tuin mee."


def notebook(stage: Stage) -> None:
    there, what = stage.there, FLOWERS.what
    there.dossier.store(FLOWERS.resource(local_day(datetime.now(UTC))))
    stage.tells(
        there.dossier,
        nl="In het dossier staat: de huiskamer schikt op vrijdag bloemen met mevrouw Amrani.",
        en="The dossier says: on Fridays the living room arranges flowers with Mrs Amrani.",
    )
    stage.until(lambda: bool(stage.agreement_id(what)))
    sheet = _sheet(stage)
    stage.tells(
        None,
        nl="De huiskamer heeft geen systeem. Zij krijgt een blad om te printen, en een spreadsheet.",
        en="The living room has no system. It gets a page to print, and a spreadsheet.",
    )
    stage.looks(lambda: checks.the_sheet_shows_what_they_do(sheet, what))
    rows = sheet.rows()
    there.dossier.change(FLOWERS.id, "instruction", TWIGS)
    stage.tells(
        there.dossier,
        nl="Daarna verandert de verpleegkundige de uitleg. De huiskamer heeft het bestand dan al.",
        en="After that the nurse changes the instruction. By then the living room has the file.",
    )
    stage.looks(lambda: checks.the_page_follows(sheet, TWIGS))
    stage.turns()
    friday = _last_friday(stage.office.today())
    taken = stage.office.hand_in(SHEET, [_typed(row, friday) for row in rows])
    stage.tells(
        sheet,
        nl=f"Zij typen in hun bestand: om {AT}, in de serre, en: gedaan. Eén datum is niet te lezen.",
        en=f"They type in their file: at {AT}, in the sun room, and: done. One date is unreadable.",
    )
    stage.claims(
        lambda: [one["nl"][:26] for one in taken.troubles] == ["Rij 2, kolom Bespreken op:"],
        nl="Samenspraak noemt de rij en de kolom van die datum. De andere vakken gaan door.",
        en="Samenspraak names the row and column of that date. The other cells go on.",
    )
    stage.looks(lambda: checks.the_others_follow(there, what, AT, PLACE, TWIGS, friday, SAMIRA.platform))
    stage.looks(lambda: checks.the_sheet_is_equal_again(sheet, AT, PLACE, TWIGS))


def _sheet(stage: Stage) -> Sheet:
    paths = stage.office.show(SHEET, "sheet", f"{DOSSIER}/{LIVING_ROOM}")
    return Sheet(name=SHEET, url=stage.office.url, paths=paths)


def _typed(row: dict[str, str], friday: date) -> dict[str, str]:
    """What the people of the living room type: one date may be the fifth of June or the sixth of May."""
    words = {"Wanneer": f"elke vrijdag om {AT}", "Waar": PLACE, "Bespreken op": "05/06/2027"}
    return {**row, **words, "Melding": "gedaan", "Dag": f"{friday:%d-%m-%Y}"}


def _last_friday(today: date) -> date:
    return today - timedelta(days=(today.weekday() - _FRIDAY) % 7)


SITUATIONS = (
    Situation(
        id=14,
        title={"nl": "Het schrift", "en": "Notebook"},
        about={
            "nl": "Mevrouw Amrani schikt bloemen in de huiskamer. Daar is geen systeem, maar een schrift.",
            "en": "Mrs Amrani arranges flowers in the living room, which has a notebook and no system.",
        },
        play=notebook,
    ),
)
