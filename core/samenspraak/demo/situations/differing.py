"""Systems that differ: two edits at once, and one that was away."""

from __future__ import annotations

from datetime import timedelta

from samenspraak.demo import seeing
from samenspraak.demo.agreements import COFFEE, DINNER, EVERY_DAY, GARDEN, GROCERIES, LAUNDRY, MUSIC, WASHING
from samenspraak.demo.checks import differing as checks
from samenspraak.demo.people import ELLEN, ROB
from samenspraak.demo.stage import Situation, Stage
from samenspraak.demo.systems import APP

OUTAGE = timedelta(hours=6)


def two_edits_at_once(stage: Stage) -> None:
    there, title = stage.there, DINNER.what
    how = "Zet het eten op het blauwe bord en snijd het klein."
    stage.until(lambda: bool(seeing.record(there.app, title)))
    record = seeing.record(there.app, title)["id"]
    stage.turns()
    with stage.unseen(there.dossier, there.app):
        there.dossier.change(DINNER.id, "instruction", how)
        _move_dinner(stage, record, "18:00")
    stage.tells(there.app, nl="Ellen verzet het avondeten naar 18:00 uur.", en="Ellen moves dinner to 18:00.")
    stage.tells(
        there.dossier,
        nl="Op hetzelfde moment verandert de verpleegkundige de uitleg.",
        en="At the same moment the nurse changes the instruction.",
    )
    stage.looks(lambda: checks.dinner_has_both_edits(there, "18:00", how, ROB.platform))
    stage.settle(title)
    days = {"days": list(EVERY_DAY), "times": ["17:00"], "text": "om 17:00"}
    with stage.unseen(there.dossier, there.app):
        there.dossier.change(DINNER.id, "days", days)
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
    stage.looks(lambda: checks.dinner_is_asked(there, "18:00", "17:00", "18:30"))
    for question in stage.office.asked(stage.agreement_id(title))[:1]:
        stage.office.answer(question, APP)
    stage.tells(None, nl="Het antwoord: de tijd van Ellen.", en="The answer: Ellen's time.")
    stage.looks(lambda: checks.dinner_is_answered(there, "18:30"))


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
        there.dossier.change(plan.id, "instruction", changed[plan.what])
        stage.lasts(began, OUTAGE / 12 * number)
    stage.tells(
        there.dossier,
        nl="Bij zes afspraken verandert de uitleg.",
        en="Six agreements get another instruction.",
    )
    stage.looks(lambda: checks.apps_have_heard(there, changed))
    record, day = seeing.record(there.app, DINNER.what)["id"], stage.office.today() + timedelta(days=1)
    there.app.act("cancel", user=ELLEN.id, record=record, task=DINNER.id, day=day.isoformat())
    stage.tells(
        there.app,
        nl="Als laatste zegt Ellen het avondeten van morgen af.",
        en="Last of all Ellen cancels tomorrow's dinner.",
    )
    stage.looks(lambda: checks.dinner_is_off(there, day))
    stage.lasts(began, OUTAGE)
    there.platform.heal()
    stage.turns()
    stage.tells(there.platform, nl="Het platform is er weer.", en="The platform is back.")
    waited = {**changed, DINNER.what: f"Gaat niet door: {seeing.spoken(day)}"}
    stage.looks(lambda: checks.nothing_is_lost(there, waited, DINNER.what))


def _move_dinner(stage: Stage, record: str, at: str) -> None:
    stage.there.app.act(
        "move", user=ELLEN.id, record=record, task=DINNER.id, times=[at], text=f"elke dag om {at}"
    )


SITUATIONS = (
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
        id=13,
        title={"nl": "Storing", "en": "Outage"},
        about={
            "nl": "Een systeem valt uit. De andere gaan door, en daarna mag er niets weg of dubbel zijn.",
            "en": "A system fails. The others go on, and afterwards nothing may be lost or there twice.",
        },
        play=outage,
    ),
)
