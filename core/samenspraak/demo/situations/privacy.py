"""Who may read along, and who may not any more."""

from __future__ import annotations

from samenspraak.demo import seeing
from samenspraak.demo.agreements import GARDEN, LETTERS, MUSIC
from samenspraak.demo.checks import privacy as checks
from samenspraak.demo.people import FATIMA, GERDA, HENK, PIET, SAMIRA, SANNE
from samenspraak.demo.situations.together import MARKET, set_backup
from samenspraak.demo.stage import Situation, Stage
from samenspraak.demo.systems import PLATFORM

NAMESAKE, NEIGHBOUR = "81008", "81004"
"""Two people on the platform who are both called Piet Vos."""


def consent_withdrawn(stage: Stage) -> None:
    there, title = stage.there, LETTERS.what
    subjects, waiting = (title, GARDEN.what), "Bewaar brieven van de bank apart."
    stage.looks(lambda: checks.neighbour_reads(there, GERDA.platform, subjects))
    stage.office.pause(PLATFORM)
    there.dossier.change(LETTERS.id, "instruction", waiting)
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
    stage.looks(lambda: checks.neighbour_reads_nothing(there, GERDA.platform, SAMIRA.platform, secrets, kept))
    stage.asks(
        title,
        "performer-lost-consent",
        nl="Gerda deed de post: de verantwoordelijke krijgt de vraag wie het nu doet.",
        en="Gerda did the letters: the responsible person is asked who does it now.",
    )


def two_of_one_name(stage: Stage) -> None:
    there, office, piet = stage.there, stage.office, f"dossier/{PIET.key}"
    stage.until(lambda: bool(seeing.plans(there.dossier, MARKET)))
    stage.until(lambda: set_backup(there.dossier, MARKET, PIET))
    office.allow(HENK.key, PIET.key)
    network = seeing.network_of(there.platform, SANNE.platform)
    namesake, neighbour = (
        there.platform.act("join", patient=network, kind="RelatedPerson", identifier=one, name=PIET.name)
        for one in (NAMESAKE, NEIGHBOUR)
    )
    stage.tells(
        there.platform,
        nl="Op het platform komen twee mensen in de kring die allebei Piet Vos heten.",
        en="On the platform two people who are both called Piet Vos join the circle.",
    )
    stage.until(lambda: {namesake, neighbour} <= {one.external_id for one in office.waiting()})
    office.accept(PLATFORM, namesake, piet)
    stage.tells(
        None,
        nl="De coördinator kiest de eerste: dat is de buurman die op de markt inspringt.",
        en="The coordinator picks the first: that is the neighbour who steps in for the market.",
    )
    stage.looks(lambda: checks.reads(there, NAMESAKE, MARKET))
    stage.turns()
    office.refuse(PLATFORM, namesake, piet)
    stage.tells(
        None,
        nl="Het was een naamgenoot. De coördinator haalt de twee weer uit elkaar.",
        en="It was a namesake. The coordinator separates the two again.",
    )
    stage.looks(lambda: checks.namesake_reads_nothing(there, NAMESAKE, MARKET))
    office.accept(PLATFORM, neighbour, piet)
    stage.tells(None, nl="De tweede is het wel.", en="The second one is the neighbour.")
    stage.looks(lambda: checks.reads(there, NEIGHBOUR, MARKET))
    stage.looks(lambda: checks.namesake_reads_nothing(there, NAMESAKE, MARKET))


SITUATIONS = (
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
        id=17,
        title={"nl": "Eén naam, twee mensen", "en": "One name, two people"},
        about={
            "nl": "Buurman Piet springt in op de markt, en gaat nu ook het platform gebruiken.",
            "en": "Piet, the neighbour, steps in for the market, and now begins to use the platform.",
        },
        play=two_of_one_name,
    ),
)
