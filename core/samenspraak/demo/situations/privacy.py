"""Who may read along, and who may not any more."""

from __future__ import annotations

from samenspraak.demo.agreements import GARDEN, LETTERS, MUSIC
from samenspraak.demo.checks import privacy as checks
from samenspraak.demo.people import FATIMA, GERDA, SAMIRA
from samenspraak.demo.stage import Situation, Stage
from samenspraak.demo.systems import PLATFORM


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
)
