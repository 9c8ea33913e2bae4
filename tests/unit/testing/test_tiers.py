"""A tier is computed from what came of the checks, and from nothing else."""

from __future__ import annotations

import pytest

from samenspraak.testing import ConnectorContract, LensLaws
from samenspraak.testing.declared import Declared
from samenspraak.testing.tiers import CHECKS, GOLD_NEEDS, Tier, tier_of

ALL = {check: True for checks in CHECKS.values() for check in checks}


def without(*tiers: Tier) -> dict[str, bool | None]:
    """Everything passes but one check of each of these tiers."""
    return {**ALL, **{CHECKS[tier][0]: False for tier in tiers}}


def test_every_check_of_the_kit_belongs_to_exactly_one_tier() -> None:
    kit = (Declared, ConnectorContract, LensLaws)
    there = [name.removeprefix("test_") for one in kit for name in dir(one) if name.startswith("test_")]

    assert sorted(check for checks in CHECKS.values() for check in checks) == sorted(there)
    assert len(there) >= 60


@pytest.mark.parametrize(
    ("failing", "reached"),
    [
        ((), Tier.PLATINUM),
        ((Tier.PLATINUM,), Tier.GOLD),
        ((Tier.GOLD,), Tier.SILVER),
        ((Tier.SILVER,), Tier.BRONZE),
        ((Tier.BRONZE,), Tier.NONE),
        ((Tier.BRONZE, Tier.GOLD), Tier.NONE),
    ],
)
def test_a_tier_is_reached_when_nothing_of_it_and_of_those_below_it_fails(
    failing: tuple[Tier, ...], reached: Tier
) -> None:
    assert tier_of(without(*failing)) is reached


def test_what_has_nothing_to_be_tried_on_does_no_harm() -> None:
    assert tier_of({**ALL, CHECKS[Tier.GOLD][0]: None}) is Tier.PLATINUM


def test_what_was_not_tried_is_no_better_than_failed() -> None:
    left_out = CHECKS[Tier.SILVER][0]

    assert tier_of({check: ok for check, ok in ALL.items() if check != left_out}) is Tier.BRONZE


def test_who_claims_next_to_nothing_is_not_gold() -> None:
    few = dict.fromkeys(ALL, None) | dict.fromkeys(list(ALL)[: GOLD_NEEDS - 1], True)

    assert tier_of(few) is Tier.SILVER
    assert tier_of({**few, list(ALL)[GOLD_NEEDS]: True}) is Tier.PLATINUM
