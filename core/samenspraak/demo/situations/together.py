"""Care that is shared: who does what, who steps in, and what was done."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from samenspraak.demo import seeing
from samenspraak.demo.agreements import MEDICATION, STOCKINGS
from samenspraak.demo.checks import together as checks
from samenspraak.demo.people import ELLEN, NURSE, PIET, ROB, SANNE, Person
from samenspraak.demo.stage import Situation, Stage
from samenspraak.demo.systems import Dossier, Volunteers
from samenspraak.domain.local_time import local_day
from samenspraak.errors import ConflictError

COOKING, MARKET = "Samen koken", "Samen naar de markt"
BACKUP = "urn:samenspraak:backup"
THURSDAY, FRIDAY, SUNDAY = 3, 4, 6
A_MINUTE = timedelta(minutes=1)


def support_stockings(stage: Stage) -> None:
    there, what = stage.there, STOCKINGS.what
    stage.tells(
        there.dossier,
        nl="De verpleegkundige legt vast: Rob trekt zijn moeder op werkdagen de steunkousen aan, na uitleg. "
        "In het weekend doet de zorg het.",
        en="The nurse records: Rob puts on his mother's support stockings on working days, after being "
        "shown. At weekends care does it.",
    )
    stage.looks(lambda: checks.stockings_are_shared(there, ROB.platform, ELLEN.platform))
    stage.turns()
    code = seeing.code_in(seeing.last_terms(there.platform, what, ROB.platform))
    there.platform.act("reply", person=ROB.platform, text=f"AKKOORD {code}", about=what)
    stage.tells(there.platform, nl=f"Rob antwoordt: AKKOORD {code}", en=f"Rob answers: AKKOORD {code}")
    stage.looks(lambda: checks.stockings_are_agreed(there, ROB.platform))


def thursday_cooking(stage: Stage) -> None:
    there, today = stage.there, local_day(datetime.now(UTC))
    thursday, friday = next_day(today, THURSDAY), next_day(today, FRIDAY)
    stage.until(lambda: all(seeing.plans(there.dossier, title) for title in (COOKING, MARKET)))
    stage.until(lambda: set_backup(there.dossier, COOKING, SANNE))
    stage.until(lambda: set_backup(there.dossier, MARKET, PIET))
    stage.tells(
        there.volunteers,
        nl="Karim kookt op donderdag met meneer Dijkman, en gaat op vrijdag met hem naar de markt.",
        en="Karim cooks with Mr Dijkman on Thursdays, and goes to the market with him on Fridays.",
    )
    stage.tells(
        there.dossier,
        nl="De verpleegkundige vult aan wie inspringt: dochter Sanne bij het koken, buurman Piet bij de "
        "markt.",
        en="The nurse adds who steps in: daughter Sanne for the cooking, neighbour Piet for the market.",
    )
    stage.looks(lambda: checks.cooking_is_shared(there, SANNE.platform))
    stage.turns()
    _cancel(there.volunteers, COOKING, thursday)
    stage.tells(
        there.volunteers,
        nl=f"Karim zegt af voor {seeing.spoken(thursday)}.",
        en=f"Karim cancels Thursday {thursday.isoformat()}.",
    )
    later = [thursday + timedelta(weeks=one) for one in (1, 2)]
    took = stage.looks(lambda: checks.cooking_is_cancelled(there, thursday, later, SANNE.platform))
    stage.took(took, there.volunteers, at_most=A_MINUTE)
    _cancel(there.volunteers, MARKET, friday)
    stage.tells(
        there.volunteers,
        nl=f"Hij zegt ook de markt van {seeing.spoken(friday)} af. Piet staat in geen enkel systeem.",
        en=f"He also cancels the market of {friday.isoformat()}. Piet is in no system at all.",
    )
    stage.asks(
        MARKET,
        "not-reached",
        nl="De verantwoordelijke krijgt de vraag: niet bereikt, wilt u Piet bellen?",
        en="The responsible person is asked: not reached, will you call Piet?",
    )


def medication_given_or_not(stage: Stage) -> None:
    there, title = stage.there, MEDICATION.what
    sunday = last_day(local_day(datetime.now(UTC)), SUNDAY)
    stage.until(lambda: bool(seeing.record(there.app, title)))
    stage.turns()
    record = seeing.record(there.app, title)["id"]
    task = {"task": MEDICATION.id, "day": sunday.isoformat()}
    there.app.act("report", user=ELLEN.id, record=record, **task)
    stage.tells(
        there.app,
        nl=f"Ellen meldt in haar app: de medicijnen van {seeing.spoken(sunday)} zijn gegeven.",
        en=f"Ellen reports in her app: the medication of {sunday.isoformat()} was given.",
    )
    stage.looks(lambda: checks.medication_is_reported(there, sunday, NURSE))


def last_day(today: date, weekday: int) -> date:
    """The last of these weekdays, today included."""
    return today - timedelta(days=(today.weekday() - weekday) % 7)


def next_day(today: date, weekday: int) -> date:
    """The first of these weekdays after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def set_backup(dossier: Dossier, title: str, backup: Person) -> bool:
    """A nurse fills in who steps in; False when the plan changed meanwhile."""
    plan = seeing.plans(dossier, title)[0]
    detail = plan["activity"][0]["detail"]
    kept = [one for one in detail.get("extension", ()) if one["url"] != BACKUP]
    detail["extension"] = [*kept, {"url": BACKUP, "valueReference": {"reference": backup.key}}]
    try:
        dossier.store(plan)
    except ConflictError:
        return False
    return True


def _cancel(volunteers: Volunteers, title: str, day: date) -> None:
    listed = volunteers.call("activiteitOverzicht", filter={})
    task = next(one["activiteitID"] for one in listed if one["omschrijving"] == title)
    volunteers.act("cancel_meeting", activiteitID=task, day=day.isoformat(), reason="Ziek")


SITUATIONS = (
    Situation(
        id=1,
        title={"nl": "Steunkousen", "en": "Support stockings"},
        about={
            "nl": "Mevrouw Bergsma woont in verpleeghuis Elzenhof. Zoon Rob en dochter Ellen helpen mee.",
            "en": "Mrs Bergsma lives in nursing home Elzenhof. Rob, her son, and Ellen, her daughter, help.",
        },
        play=support_stockings,
    ),
    Situation(
        id=2,
        title={"nl": "Koken op donderdag", "en": "Thursday cooking"},
        about={
            "nl": "Meneer Dijkman woont thuis. Vrijwilliger Karim komt elke week bij hem.",
            "en": "Mr Dijkman lives at home. Karim, a volunteer, visits him every week.",
        },
        play=thursday_cooking,
    ),
    Situation(
        id=3,
        title={"nl": "Medicijnen gegeven of niet", "en": "Medication given or not"},
        about={
            "nl": "Op zondag geeft Ellen haar moeder de medicijnen. De zorg moet dat weten.",
            "en": "On Sundays Ellen gives her mother the medication. The team has to know.",
        },
        play=medication_given_or_not,
    ),
)
