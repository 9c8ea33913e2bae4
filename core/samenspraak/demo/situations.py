"""The situations that must come out right, as people live them. The numbers are those of the domain."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from samenspraak.demo import checker
from samenspraak.demo.agreements import (
    COFFEE,
    DINNER,
    EVERY_DAY,
    GARDEN,
    GROCERIES,
    HAIR,
    LAUNDRY,
    LETTERS,
    MEDICATION,
    MUSIC,
    STOCKINGS,
    WASHING,
    Plan,
)
from samenspraak.demo.people import ELLEN, FATIMA, GERDA, JO, NURSE, PIET, ROB, SAMIRA, SANNE, Person
from samenspraak.demo.stage import Situation, Stage
from samenspraak.demo.systems import APP, PLATFORM, Dossier, Volunteers
from samenspraak.domain.local_time import local_day
from samenspraak.errors import ConflictError

COOKING, MARKET = "Samen koken", "Samen naar de markt"
BACKUP = "urn:samenspraak:backup"
THURSDAY, FRIDAY, SUNDAY = 3, 4, 6
A_MINUTE = timedelta(minutes=1)
OUTAGE = timedelta(hours=6)
A_QUARTER = timedelta(days=91)


def support_stockings(stage: Stage) -> None:
    there, what = stage.there, STOCKINGS.what
    stage.tells(
        there.dossier,
        nl="De verpleegkundige legt vast: Rob trekt zijn moeder op werkdagen de steunkousen aan, na uitleg. "
        "In het weekend doet de zorg het.",
        en="The nurse records: Rob puts on his mother's support stockings on working days, after being "
        "shown. At weekends care does it.",
    )
    stage.looks(lambda: checker.stockings_are_shared(there, ROB.platform, ELLEN.platform))
    stage.turns()
    code = checker.code_in(checker.last_terms(there.platform, what))
    there.platform.act("reply", person=ROB.platform, text=f"AKKOORD {code}", about=what)
    stage.tells(there.platform, nl=f"Rob antwoordt: AKKOORD {code}", en=f"Rob answers: AKKOORD {code}")
    stage.looks(lambda: checker.stockings_are_agreed(there, ROB.platform))


def thursday_cooking(stage: Stage) -> None:
    there, today = stage.there, local_day(datetime.now(UTC))
    thursday, friday = next_day(today, THURSDAY), next_day(today, FRIDAY)
    stage.until(lambda: all(checker.plans(there.dossier, title) for title in (COOKING, MARKET)))
    stage.until(lambda: _set_backup(there.dossier, COOKING, SANNE))
    stage.until(lambda: _set_backup(there.dossier, MARKET, PIET))
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
    stage.looks(lambda: checker.cooking_is_shared(there, SANNE.platform))
    stage.turns()
    _cancel(there.volunteers, COOKING, thursday)
    stage.tells(
        there.volunteers,
        nl=f"Karim zegt af voor {checker.spoken(thursday)}.",
        en=f"Karim cancels Thursday {thursday.isoformat()}.",
    )
    later = [thursday + timedelta(weeks=one) for one in (1, 2)]
    took = stage.looks(lambda: checker.cooking_is_cancelled(there, thursday, later, SANNE.platform))
    stage.took(took, there.volunteers, at_most=A_MINUTE)
    _cancel(there.volunteers, MARKET, friday)
    stage.tells(
        there.volunteers,
        nl=f"Hij zegt ook de markt van {checker.spoken(friday)} af. Piet staat in geen enkel systeem.",
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
    stage.until(lambda: bool(checker.record(there.app, title)))
    stage.turns()
    record = checker.record(there.app, title)["id"]
    task = {"task": MEDICATION.id, "day": sunday.isoformat()}
    there.app.act("report", user=ELLEN.id, record=record, **task)
    stage.tells(
        there.app,
        nl=f"Ellen meldt in haar app: de medicijnen van {checker.spoken(sunday)} zijn gegeven.",
        en=f"Ellen reports in her app: the medication of {sunday.isoformat()} was given.",
    )
    stage.looks(lambda: checker.medication_is_reported(there, sunday, NURSE))


def two_edits_at_once(stage: Stage) -> None:
    there, title = stage.there, DINNER.what
    how = "Zet het eten op het blauwe bord en snijd het klein."
    stage.until(lambda: bool(checker.record(there.app, title)))
    record = checker.record(there.app, title)["id"]
    stage.turns()
    with stage.unseen(there.dossier, there.app):
        _change(there.dossier, DINNER, "instruction", how)
        _move_dinner(stage, record, "18:00")
    stage.tells(there.app, nl="Ellen verzet het avondeten naar 18:00 uur.", en="Ellen moves dinner to 18:00.")
    stage.tells(
        there.dossier,
        nl="Op hetzelfde moment verandert de verpleegkundige de uitleg.",
        en="At the same moment the nurse changes the instruction.",
    )
    stage.looks(lambda: checker.dinner_has_both_edits(there, "18:00", how, ROB.platform))
    stage.settle(title)
    days = {"days": list(EVERY_DAY), "times": ["17:00"], "text": "om 17:00"}
    with stage.unseen(there.dossier, there.app):
        _change(there.dossier, DINNER, "days", days)
        _move_dinner(stage, record, "18:30")
    stage.tells(
        there.dossier,
        nl="Nu veranderen beiden de tijd: de verpleegkundige in 17:00 uur, Ellen in 18:30 uur.",
        en="Now both change the time: the nurse to 17:00, Ellen to 18:30.",
    )
    stage.asks(
        title,
        "both-changed",
        nl="Eén iemand krijgt de vraag welke tijd het wordt.",
        en="One person is asked which time it will be.",
    )
    stage.rest()
    stage.looks(lambda: checker.dinner_is_asked(there, "18:00", "17:00", "18:30"))
    for question in stage.office.asked(stage.agreement_id(title))[:1]:
        stage.office.answer(question, APP)
    stage.tells(None, nl="Het antwoord: de tijd van Ellen.", en="The answer: Ellen's time.")
    stage.looks(lambda: checker.dinner_is_answered(there, "18:30"))


def washing_hair(stage: Stage) -> None:
    there, review = stage.there, local_day(datetime.now(UTC)) + timedelta(days=HAIR.review_in_days)
    stage.tells(
        there.dossier,
        nl="De zorg wast tijdelijk het haar van mevrouw Amrani, tot het weer zelf gaat.",
        en="For the time being care washes Mrs Amrani's hair, until it works alone again.",
    )
    stage.looks(lambda: checker.hair_is_temporary(there, review, SAMIRA.platform))
    stage.turns()
    reason = "Mevrouw doet het weer zelf."
    there.dossier.act("end", id=f"CarePlan/{HAIR.id}", status="completed", reason=reason)
    stage.tells(
        there.dossier,
        nl="Het gaat weer zelf: de verpleegkundige stopt de afspraak.",
        en="It works alone again: the nurse ends the agreement.",
    )
    stage.looks(lambda: checker.hair_is_over(there))


def consent_withdrawn(stage: Stage) -> None:
    there, title = stage.there, LETTERS.what
    subjects, waiting = (title, GARDEN.what), "Bewaar brieven van de bank apart."
    stage.looks(lambda: checker.neighbour_reads(there, GERDA.platform, subjects))
    stage.office.pause(PLATFORM)
    _change(there.dossier, LETTERS, "instruction", waiting)
    stage.tells(
        there.dossier,
        nl="De verpleegkundige verandert de uitleg bij de post. Het platform staat even stil; dit wacht.",
        en="The nurse changes how the letters are done. The platform stands still; this waits.",
    )
    stage.until(lambda: waiting in there.app.readable(SAMIRA.id))
    stage.office.withdraw(FATIMA.key, GERDA.key)
    stage.tells(
        None,
        nl="Mevrouw Amrani wil niet meer dat buurvrouw Gerda meeleest. De toestemming is ingetrokken.",
        en="Mrs Amrani no longer wants neighbour Gerda to read along. The consent is withdrawn.",
    )
    stage.turns()
    stage.office.release(PLATFORM)
    secrets = (*subjects, LETTERS.instruction, GARDEN.instruction, waiting, MUSIC.what)
    kept = (GARDEN.what, MUSIC.what)
    stage.looks(
        lambda: checker.neighbour_reads_nothing(there, GERDA.platform, SAMIRA.platform, secrets, kept)
    )
    stage.asks(
        title,
        "performer-lost-consent",
        nl="Gerda deed de post: de verantwoordelijke krijgt de vraag wie het nu doet.",
        en="Gerda did the letters: the responsible person is asked who does it now.",
    )


def outage(stage: Stage) -> None:
    there, plans = stage.there, (LAUNDRY, COFFEE, MUSIC, GARDEN, GROCERIES, WASHING)
    stage.settle(DINNER.what, *(one.what for one in plans))
    began = stage.office.now()
    there.platform.fail("down")
    stage.tells(
        there.platform,
        nl="Het familieplatform valt zes uur uit, op een drukke dag. Hier gaat de klok sneller.",
        en="The family platform is down for six hours, on a busy day. Here the clock goes faster.",
    )
    changed = {}
    for number, plan in enumerate(plans, start=1):
        changed[plan.what] = f"{plan.instruction} Sinds vandaag anders."
        _change(there.dossier, plan, "instruction", changed[plan.what])
        stage.lasts(began, OUTAGE / 12 * number)
    stage.tells(
        there.dossier,
        nl="Bij zes afspraken verandert de uitleg.",
        en="Six agreements get another instruction.",
    )
    stage.looks(lambda: checker.apps_have_heard(there, changed))
    record, day = checker.record(there.app, DINNER.what)["id"], stage.office.today() + timedelta(days=1)
    there.app.act("cancel", user=ELLEN.id, record=record, task=DINNER.id, day=day.isoformat())
    stage.tells(
        there.app,
        nl="Als laatste zegt Ellen het avondeten van morgen af.",
        en="Last of all Ellen cancels tomorrow's dinner.",
    )
    stage.looks(lambda: checker.dinner_is_off(there, day))
    stage.lasts(began, OUTAGE)
    there.platform.heal()
    stage.turns()
    stage.tells(there.platform, nl="Het platform is er weer.", en="The platform is back.")
    waited = {**changed, DINNER.what: f"Gaat niet door: {checker.spoken(day)}"}
    stage.looks(lambda: checker.nothing_is_lost(there, waited, DINNER.what))


def quarterly_review(stage: Stage) -> None:
    there, title = stage.there, MUSIC.what
    stage.asks(
        title,
        "review-due",
        nl="De afspraak had al besproken moeten zijn: de verantwoordelijke krijgt één keer een vraag.",
        en="The agreement should have been talked over already: the responsible person is asked, once.",
    )
    stage.until(lambda: bool(checker.record(there.app, title)))
    stage.turns()
    following = stage.office.today() + A_QUARTER
    stage.office.review(stage.agreement_id(title), following)
    stage.tells(
        None,
        nl="Het gesprek is geweest. De muziek blijft zoals het is.",
        en="The talk was held. The music stays as it is.",
    )
    stage.looks(lambda: checker.review_is_shared(there, title, following, SAMIRA.platform))
    stage.claims(
        lambda: not any(one.cause == "review-due" for one in stage.office.asked(stage.agreement_id(title))),
        nl="De vraag is vanzelf verdwenen.",
        en="The question went away by itself.",
    )


def hospital(stage: Stage) -> None:
    there, titles = stage.there, (COFFEE.what, LAUNDRY.what)
    stage.until(lambda: all(checker.record(there.app, one) for one in titles))
    stage.turns()
    until = stage.office.today() + timedelta(days=13)
    stage.office.away(JO.key, until, "ziekenhuis")
    stage.tells(
        None,
        nl="Mevrouw Bergsma ligt twee weken in het ziekenhuis. Al haar afspraken rusten.",
        en="Mrs Bergsma is in hospital for two weeks. All her agreements rest.",
    )
    stage.looks(lambda: checker.everything_rests(there, titles, until, ELLEN.platform))
    stage.office.back(JO.key)
    stage.tells(
        None,
        nl="Ze is eerder thuis: alles gaat weer door.",
        en="She is home sooner: everything goes on.",
    )
    stage.looks(lambda: checker.everything_goes_on(there, titles))


def death(stage: Stage) -> None:
    there, titles = stage.there, (MUSIC.what, GARDEN.what)
    stage.until(lambda: all(checker.last_terms(there.platform, one) for one in titles))
    stage.settle(*titles)
    stage.turns()
    stage.office.stop(FATIMA.key)
    stage.tells(
        None,
        nl="Mevrouw Amrani overlijdt. Alles stopt: afspraken, vragen en herinneringen.",
        en="Mrs Amrani dies. Everything stops: agreements, questions and reminders.",
    )
    stage.looks(lambda: checker.everything_stopped(there, titles))
    stage.claims(
        lambda: not any(stage.office.asked(stage.agreement_id(one)) for one in (*titles, LETTERS.what)),
        nl="Over haar afspraken wordt niemand meer iets gevraagd.",
        en="Nobody is asked anything about her agreements any more.",
    )


# What people do, in more than one situation.


def next_day(today: date, weekday: int) -> date:
    """The first of these weekdays after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def last_day(today: date, weekday: int) -> date:
    """The last of these weekdays, today included."""
    return today - timedelta(days=(today.weekday() - weekday) % 7)


def _change(dossier: Dossier, plan: Plan, field: str, value: Any) -> None:
    dossier.act("change", id=f"CarePlan/{plan.id}", field=field, value=value)


def _move_dinner(stage: Stage, record: str, at: str) -> None:
    stage.there.app.act(
        "move", user=ELLEN.id, record=record, task=DINNER.id, times=[at], text=f"elke dag om {at}"
    )


def _set_backup(dossier: Dossier, title: str, backup: Person) -> bool:
    """A nurse fills in who steps in; False when the plan changed meanwhile."""
    plan = checker.plans(dossier, title)[0]
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


SITUATIONS: tuple[Situation, ...] = (
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
    Situation(
        id=4,
        title={"nl": "Twee wijzigingen tegelijk", "en": "Two edits at once"},
        about={
            "nl": "Ellen eet samen met haar moeder. Zij en een verpleegkundige veranderen de afspraak.",
            "en": "Ellen has dinner with her mother. A nurse and she both change the agreement.",
        },
        play=two_edits_at_once,
    ),
    Situation(
        id=5,
        title={
            "nl": "Haren wassen, tot het weer zelf gaat",
            "en": "Washing hair, until it works alone again",
        },
        about={
            "nl": "Mevrouw Amrani woont in De Wilg. Zij kan haar haren even niet zelf wassen.",
            "en": "Mrs Amrani lives in De Wilg. For now she cannot wash her hair herself.",
        },
        play=washing_hair,
    ),
    Situation(
        id=8,
        title={"nl": "Toestemming ingetrokken", "en": "Consent withdrawn"},
        about={
            "nl": "Buurvrouw Gerda opent elke week de post met mevrouw Amrani, en leest mee op het platform.",
            "en": "Gerda, a neighbour, opens the post with Mrs Amrani, and reads along on the platform.",
        },
        play=consent_withdrawn,
    ),
    Situation(
        id=13,
        title={"nl": "Storing", "en": "Outage"},
        about={
            "nl": "Een systeem valt uit. De andere gaan door, en daarna mag er niets weg of dubbel zijn.",
            "en": "A system fails. The others go on, and afterwards nothing may be lost or there twice.",
        },
        play=outage,
    ),
    Situation(
        id=9,
        title={"nl": "Het gesprek elk kwartaal", "en": "Quarterly review"},
        about={
            "nl": "Mevrouw Amrani luistert elke dag muziek. Dat moest drie dagen geleden besproken worden.",
            "en": "Every day Mrs Amrani listens to music. That should have been talked over three days ago.",
        },
        play=quarterly_review,
    ),
    Situation(
        id=16,
        title={"nl": "Naar het ziekenhuis", "en": "To hospital"},
        about={
            "nl": "Mevrouw Bergsma is er even niet. Niemand mag voor niets komen.",
            "en": "Mrs Bergsma is away for a while. Nobody should come for nothing.",
        },
        play=hospital,
    ),
    Situation(
        id=15,
        title={"nl": "Overlijden", "en": "Death"},
        about={
            "nl": "Als iemand overlijdt, moet alles in één keer stil zijn.",
            "en": "When somebody dies, everything has to be silent at once.",
        },
        play=death,
        ends=True,
    ),
)
