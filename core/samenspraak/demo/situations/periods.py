"""How long it goes on: for a while, until the next talk, not during an absence, and to the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from samenspraak.demo import seeing
from samenspraak.demo.agreements import COFFEE, GARDEN, HAIR, LAUNDRY, LETTERS, MUSIC
from samenspraak.demo.checks import periods as checks
from samenspraak.demo.people import ELLEN, FATIMA, JO, SAMIRA
from samenspraak.demo.stage import Situation, Stage
from samenspraak.domain.local_time import local_day

A_QUARTER = timedelta(days=91)


def washing_hair(stage: Stage) -> None:
    there, review = stage.there, local_day(datetime.now(UTC)) + timedelta(days=HAIR.review_in_days)
    stage.tells(
        there.dossier,
        nl="De zorg wast tijdelijk het haar van mevrouw Amrani, tot het weer zelf gaat.",
        en="For the time being care washes Mrs Amrani's hair, until it works alone again.",
    )
    stage.looks(lambda: checks.hair_is_temporary(there, review, SAMIRA.platform))
    stage.turns()
    reason = "Mevrouw doet het weer zelf."
    there.dossier.act("end", id=f"CarePlan/{HAIR.id}", status="completed", reason=reason)
    stage.tells(
        there.dossier,
        nl="Het gaat weer zelf: de verpleegkundige stopt de afspraak.",
        en="It works alone again: the nurse ends the agreement.",
    )
    stage.looks(lambda: checks.hair_is_over(there))


def quarterly_review(stage: Stage) -> None:
    there, title = stage.there, MUSIC.what
    stage.asks(
        title,
        "review-due",
        nl="De afspraak had al besproken moeten zijn: de verantwoordelijke krijgt één keer een vraag.",
        en="The agreement should have been talked over already: the responsible person is asked, once.",
    )
    stage.until(lambda: bool(seeing.record(there.app, title)))
    stage.turns()
    following = stage.office.today() + A_QUARTER
    stage.office.review(stage.agreement_id(title), following)
    stage.tells(
        None,
        nl="Het gesprek is geweest. De muziek blijft zoals het is.",
        en="The talk was held. The music stays as it is.",
    )
    stage.looks(lambda: checks.review_is_shared(there, title, following, SAMIRA.platform))
    stage.claims(
        lambda: not any(one.cause == "review-due" for one in stage.office.asked(stage.agreement_id(title))),
        nl="De vraag is vanzelf verdwenen.",
        en="The question went away by itself.",
    )


def hospital(stage: Stage) -> None:
    there, titles = stage.there, (COFFEE.what, LAUNDRY.what)
    stage.until(lambda: all(seeing.record(there.app, one) for one in titles))
    stage.turns()
    until = stage.office.today() + timedelta(days=13)
    stage.office.away(JO.key, until, "ziekenhuis")
    stage.tells(
        None,
        nl="Mevrouw Bergsma ligt twee weken in het ziekenhuis. Al haar afspraken rusten.",
        en="Mrs Bergsma is in hospital for two weeks. All her agreements rest.",
    )
    stage.looks(lambda: checks.everything_rests(there, titles, until, ELLEN.platform))
    stage.office.back(JO.key)
    stage.tells(
        None,
        nl="Ze is eerder thuis: alles gaat weer door.",
        en="She is home sooner: everything goes on.",
    )
    stage.looks(lambda: checks.everything_goes_on(there, titles))


def death(stage: Stage) -> None:
    there, titles = stage.there, (MUSIC.what, GARDEN.what)
    stage.until(lambda: all(seeing.last_terms(there.platform, one) for one in titles))
    stage.settle(*titles)
    stage.turns()
    stage.office.stop(FATIMA.key)
    stage.tells(
        None,
        nl="Mevrouw Amrani overlijdt. Alles stopt: afspraken, vragen en herinneringen.",
        en="Mrs Amrani dies. Everything stops: agreements, questions and reminders.",
    )
    stage.looks(lambda: checks.everything_stopped(there, titles))
    stage.claims(
        lambda: not any(stage.office.asked(stage.agreement_id(one)) for one in (*titles, LETTERS.what)),
        nl="Over haar afspraken wordt niemand meer iets gevraagd.",
        en="Nobody is asked anything about her agreements any more.",
    )


SITUATIONS = (
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
