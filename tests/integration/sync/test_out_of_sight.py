"""What we do not see is not gone: a record we may not read, a page without it, one that is as it once was."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from samenspraak.domain.agreements import State, What
from samenspraak.domain.units import WHAT, MatrixRow
from samenspraak.policy.capabilities import Token
from samenspraak.policy.state import LinkPhase, Reason
from samenspraak.sandbox import Fault
from samenspraak_memory.plugin import FamilyAppConnector

BOTH_EQUAL = {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}


class WithoutTokens(FamilyAppConnector):
    """The family app of a maker who never heard of versions."""

    manifest = replace(
        FamilyAppConnector.manifest,
        capabilities=replace(FamilyAppConnector.manifest.capabilities, token=Token.NONE, token_ordered=False),
    )


def test_a_record_we_may_not_see_any_more_is_not_gone(household: Any) -> None:
    household.b.inject(Fault(kind="status", method="GET", path="/api/records/.*", status=403))
    household.nurse({WHAT: What(text="Kousen aan")})
    household.settle()
    assert household.agreement.status.state is State.ACTIVE
    assert household.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.ACCESS_LOST}

    household.b.clear_faults()
    household.hint("app-b")
    household.settle()
    assert household.record(household.b)["title"] == "Kousen aan"
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


def test_a_retraction_that_got_lost_is_not_confirmed_by_what_is_kept_from_us(household: Any) -> None:
    household.b.inject(Fault(kind="down", method="DELETE", times=1))
    household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.works()
    household.b.share("wit", shared=False)
    for _ in range(3):
        household.town.clock.pass_(minutes=5)
        household.settle()
    assert household.b.readable("daughter") != []
    assert household.reasons["app-b"] is Reason.RETRACTING

    household.b.share("wit")
    household.hint("app-b")
    for _ in range(2):
        household.settle()
        household.town.clock.pass_(minutes=5)
    household.settle()
    assert household.b.readable("daughter") == []
    assert household.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.RETRACTED}
    assert household.questions == []


def test_what_must_be_gone_goes_as_soon_as_it_is_in_sight_again(household: Any) -> None:
    household.b.share("wit", shared=False)
    household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.settle()
    assert household.reasons["app-b"] is Reason.RETRACTING

    household.b.share("wit")
    household.hint("app-b")
    household.settle(1)
    assert household.b.readable("daughter") == []


def test_a_page_that_tells_of_something_else_ends_nothing(household: Any) -> None:
    household.b.add_user("neighbour", "Bea", "relative", ["wit"], identifiers=[])
    household.hears("app-b")

    assert household.remote("app-b").phase is LinkPhase.OPEN
    household.nurse({WHAT: What(text="Kousen aan")})
    household.settle()
    assert household.record(household.b)["title"] == "Kousen aan"
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


def test_h14_a_whole_record_that_is_as_it_once_was_is_asked_about_where_there_are_no_tokens(
    household: Any,
) -> None:
    household.b.tokens = False
    household.becomes("app-b", WithoutTokens)
    before = copy.deepcopy(household.b.shelf._objects)
    household.b.edit("daughter", household.agreement.id, title="Lange kousen")
    household.settle()
    household.b.shelf._objects = before
    household.hint("app-b")
    household.settle()

    assert household.questions == [("conflict", "both-changed")]
    assert household.agreement.what.text == household.record(household.a)["title"] == "Lange kousen"


def test_what_may_be_seen_again_before_it_is_certain_that_it_was_gone_is_there_again(household: Any) -> None:
    son = household.town.people[0]
    hidden = household.town.consent("wit", son, allows=False)
    household.town.cycle()
    assert "Steunkousen aantrekken" not in household.b.readable("son")

    household.town.withdraw("wit", hidden)
    household.settle()
    household.town.clock.pass_(minutes=5)
    household.settle()

    assert "Steunkousen aantrekken" in household.b.readable("son")
    assert household.questions == []
