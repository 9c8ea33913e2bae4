"""An earlier version that was put back is written where no version numbers tell it from an old copy, too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from samenspraak.policy.capabilities import Token
from samenspraak.policy.state import Reason
from samenspraak.services.history import restore
from samenspraak_memory.plugin import FamilyAppConnector

ORGANISATION = "de-linde"


class WithoutTokens(FamilyAppConnector):
    manifest = replace(
        FamilyAppConnector.manifest,
        capabilities=replace(FamilyAppConnector.manifest.capabilities, token=Token.NONE, token_ordered=False),
    )


def test_what_was_put_back_is_no_conflict_with_itself(household: Any) -> None:
    for app in ("app-a", "app-b"):
        household.becomes(app, WithoutTokens)
    household.a.instruct("son", "r1", "Eerst de tenen.")
    household.settle()

    for number in (1, 2, 1):
        restore(household.hub, ORGANISATION, household.agreement.id, number)
        household.settle()

    assert household.questions == []
    assert set(household.reasons.values()) == {Reason.EQUAL}
    assert {household.record(one)["rules"]["how"] for one in (household.a, household.b)} == {"Eerst de hiel."}
