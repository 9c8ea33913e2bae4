"""Somebody who has nobody: the other systems do not apply, and nothing is wrong."""

from __future__ import annotations

from datetime import timedelta

from samenspraak.demo.agreements import WALK
from samenspraak.demo.checks import alone as checks
from samenspraak.demo.people import COR
from samenspraak.demo.stage import Situation, Stage
from samenspraak.demo.systems import DOSSIER, PACKAGES

A_QUARTER = timedelta(days=91)


def nobody_around(stage: Stage) -> None:
    there, what, office = stage.there, WALK.what, stage.office
    stage.tells(
        there.dossier,
        nl="Meneer Postma loopt op werkdagen zelf een blokje om. In het weekend loopt de zorg mee.",
        en="On working days Mr Postma walks round the block by himself. At weekends care goes along.",
    )
    stage.until(lambda: bool(stage.agreement_id(what)))
    stage.settle(what)
    elsewhere = set(PACKAGES) - {DOSSIER}
    stage.claims(
        lambda: office.does_not_apply(stage.agreement_id(what)) == elsewhere,
        nl="Voor het familieplatform, RegiCare en de apps geldt: niet van toepassing. Daar is niemand.",
        en="For the family platform, RegiCare and the apps it is: not applicable. Nobody is there.",
    )
    stage.turns()
    following = office.today() + A_QUARTER
    office.review(stage.agreement_id(what), following)
    stage.tells(
        None,
        nl="Meneer bespreekt het zelf met de verpleegkundige. Het blijft zo.",
        en="Mr Postma talks it over with the nurse himself. It stays as it is.",
    )
    stage.looks(lambda: checks.only_the_dossier_knows(there, what, COR, following))
    stage.settle(what)
    stage.claims(
        lambda: not office.asked(stage.agreement_id(what)),
        nl="Niemand krijgt een vraag: er ontbreekt niets.",
        en="Nobody is asked anything: nothing is missing.",
    )


SITUATIONS = (
    Situation(
        id=12,
        title={"nl": "Iemand die niemand heeft", "en": "Somebody who has nobody"},
        about={
            "nl": "Meneer Postma woont alleen. Hij heeft geen familie en geen vrijwilliger.",
            "en": "Mr Postma lives alone. He has no relatives and no volunteer.",
        },
        play=nobody_around,
    ),
)
