"""Showering with mother: what relatives may do, and what they agree to do beside care."""

from __future__ import annotations

from datetime import UTC, datetime

from samenspraak.demo import seeing
from samenspraak.demo.agreements import SHOWER, SHOWER_DAUGHTER, SHOWER_MAY
from samenspraak.demo.checks import showering as checks
from samenspraak.demo.people import ELLEN, ROB
from samenspraak.demo.stage import Situation, Stage
from samenspraak.demo.systems import PLATFORM
from samenspraak.domain.local_time import local_day


def showering(stage: Stage) -> None:
    there, what = stage.there, SHOWER.what
    stage.tells(
        there.dossier,
        nl="In het dossier staat: de zorg doucht mevrouw op maandag. Familie mag meehelpen als dat uitkomt.",
        en="The dossier says: care showers Mrs Bergsma on Mondays. Relatives may help when it suits them.",
    )
    stage.looks(lambda: checks.what_they_may_do_is_shown(there, SHOWER_MAY.what, (ROB, ELLEN)))
    there.dossier.store(SHOWER_DAUGHTER.resource(local_day(datetime.now(UTC))))
    stage.tells(
        there.dossier,
        nl="Ellen wil twee keer per week met haar moeder douchen. De verpleegkundige legt dat erbij.",
        en="Ellen wants to shower with her mother twice a week. The nurse records that beside it.",
    )
    stage.looks(lambda: checks.two_are_added_to_one(there, what, ROB, ELLEN))
    there.platform.act("read", person=ELLEN.platform, about=what)
    stage.tells(there.platform, nl="Ellen opent het gesprek.", en="Ellen opens the thread.")
    stage.claims(
        lambda: stage.office.readers(stage.agreement_id(what), PLATFORM) == {ELLEN.name},
        nl="Bij Samenspraak staat dat Ellen deze afspraak las. Van Rob is dat niet bekend.",
        en="Samenspraak knows that Ellen read this agreement. Of Rob that is not known.",
    )
    stage.turns()
    code = seeing.code_in(seeing.last_terms(there.platform, what, ELLEN.platform))
    there.platform.act("reply", person=ELLEN.platform, text=f"AKKOORD {code}", about=what)
    stage.tells(there.platform, nl=f"Ellen antwoordt: AKKOORD {code}", en=f"Ellen answers: AKKOORD {code}")
    stage.looks(lambda: checks.the_daughter_agrees(there, what, ELLEN))


SITUATIONS = (
    Situation(
        id=6,
        title={"nl": "Douchen met moeder", "en": "Showering with mother"},
        about={
            "nl": "Wat familie mág doen is te zien. Dochter Ellen wil meer: zij doucht er twee keer bij.",
            "en": "What relatives may do can be seen. Ellen, the daughter, wants more: two showers a week.",
        },
        play=showering,
    ),
)
