"""The kit refuses each connector with a mistake for that mistake, and for nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from samenspraak.connectors import Connector
from samenspraak.testing.tiers import CHECKS, Tier, tier_of

from .refusals import broken_laws, refusals
from .samples import (
    Contract,
    FamilyContract,
    FamilyLaws,
    FollowsEveryLink,
    ForgetsTheMarker,
    HidesTheLabelOnly,
    TakesForbiddenForGone,
    TakesForbiddenForMissing,
)

ALL: Mapping[str, bool | None] = {check: True for checks in CHECKS.values() for check in checks}
REFUSED: Mapping[type[Connector], tuple[Tier, set[str]]] = {
    ForgetsTheMarker: (
        Tier.NONE,
        {
            "a_created_record_says_what_was_put",
            "an_update_says_what_was_put",
            "a_record_is_found_by_its_marker",
            "a_create_whose_answer_was_lost_makes_no_double",
            "a_create_that_arrived_twice_is_made_once_or_found_each_time",
        },
    ),
    TakesForbiddenForGone: (
        Tier.BRONZE,
        {"a_record_withheld_from_us_is_not_taken_for_a_removed_one"},
    ),
    TakesForbiddenForMissing: (
        Tier.BRONZE,
        {"a_record_withheld_from_us_is_not_taken_for_a_removed_one"},
    ),
    FollowsEveryLink: (
        Tier.BRONZE,
        {
            "another_system_that_an_answer_leads_to_is_never_asked",
            "whatever_is_logged_holds_no_secret_and_no_words_of_a_record",
        },
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_connector_is_refused_for_its_mistake(
    kind: type[Connector], caplog: pytest.LogCaptureFixture
) -> None:
    tier, expected = REFUSED[kind]

    refused = refusals(Contract(kind), caplog=caplog)

    assert refused == expected
    assert tier_of({**ALL, **dict.fromkeys(refused, False)}) is tier


def test_a_connector_that_hides_the_label_only_is_refused_for_it(caplog: pytest.LogCaptureFixture) -> None:
    assert refusals(FamilyContract(HidesTheLabelOnly), caplog=caplog) == {
        "a_text_that_was_cleared_can_no_longer_be_read_there"
    }
    assert broken_laws(FamilyLaws()) == {"a_cleared_unit_is_nowhere_in_the_record"}
