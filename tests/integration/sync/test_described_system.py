"""A system that nobody wrote code for is kept equal like any other."""

from __future__ import annotations

from typing import Any

from samenspraak.domain.agreements import State
from samenspraak.policy.state import Reason
from samenspraak_rest.sandbox import Buurtplein

ORGANISATION = "de-linde"


def test_an_agreement_goes_there_and_what_people_change_there_comes_back(
    family: Any, plein: Buurtplein
) -> None:
    family.settle(3)
    (there,) = plein.kept
    said = plein.states(there)[-1]
    assert (said["titel"], said["taken"][0]["wie"]["mens"]) == ("Steunkousen aantrekken", "m1")

    plein.edit("m1", there, titel="Steunkousen aan en uit", taal="nl")
    family.settle(3)

    (agreement,) = family.agreements()
    assert agreement.what.text == "Steunkousen aan en uit"
    assert family.systems["app-b"].record_of("r1")["title"] == "Steunkousen aan en uit"
    assert set(family.reasons().values()) == {Reason.EQUAL}


def test_an_end_there_is_an_end_everywhere_and_nothing_is_written_once_all_is_equal(
    family: Any, plein: Buurtplein
) -> None:
    family.settle(3)
    (there,) = plein.kept
    plein.edit("m1", there, toestand={"waarde": "gestopt", "op": "05-03-2026"})
    family.settle(4)
    (agreement,) = family.agreements()
    assert agreement.status.state is State.ENDED
    wrote = family.writes()

    family.settle(3)

    assert family.writes() == wrote
