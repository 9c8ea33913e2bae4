"""Somebody takes part whom nobody has matched yet: what people wrote stays, and no other system is told."""

from __future__ import annotations

from typing import Any

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.policy.state import Reason
from samenspraak.services import matching

from .conftest import ORGANISATION, Household

SUNDAY = {"id": "a2", "who": {"user": "u9", "role": "relative"}, "when": {"text": "zondag"}}
PIET = PartyRef.unresolved(PartyKind.RELATIVE, "app-a", "u9")


def shares_out(household: Household) -> None:
    """The son gives a task to somebody whom the app knows and the hub does not."""
    household.a.add_user("u9", "Piet Jansen", "relative", ["wit"])
    household.a.edit("son", "r1", tasks=[*household.record(household.a)["tasks"], SUNDAY])
    household.settle()


def tasks(app: Any, household: Household) -> list[str]:
    return [one["id"] for one in household.record(app)["tasks"]]


def test_a_task_of_somebody_nobody_has_matched_stays_where_it_was_typed(household: Household) -> None:
    shares_out(household)

    assert tasks(household.a, household) == ["a1", "a2"]
    assert household.record(household.a)["tasks"][1] == SUNDAY
    assert [one.duty.performer for one in household.agreement.assignments][1] == PIET
    assert set(household.reasons.values()) == {Reason.EQUAL}


def test_no_other_system_is_told_of_it_until_somebody_says_who_it_is(household: Household) -> None:
    shares_out(household)
    assert tasks(household.b, household) == ["a1"]

    matching.accept(household.hub, ORGANISATION, "app-a", "u9", "relative:daughter")
    household.settle()

    assert tasks(household.a, household) == tasks(household.b, household) == ["a1", "a2"]
    assert set(household.reasons.values()) == {Reason.EQUAL}


def test_what_changes_elsewhere_meanwhile_is_written_beside_it(household: Household) -> None:
    shares_out(household)

    household.b.instruct("daughter", household.record(household.b)["id"], "Eerst de tenen.")
    household.settle()

    assert household.record(household.a)["rules"]["how"] == "Eerst de tenen."
    assert tasks(household.a, household) == ["a1", "a2"]
