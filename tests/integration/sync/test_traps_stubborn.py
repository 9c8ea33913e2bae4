"""A system that answers a write and keeps something else: one question for the admin, and no loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from samenspraak.connectors import Call, End, Found, Raw, Written
from samenspraak.domain.agreements import What
from samenspraak.domain.units import WHAT, MatrixRow
from samenspraak.policy.state import Reason
from samenspraak_memory.plugin import FamilyAppConnector


class Deaf(FamilyAppConnector):
    """An app that answers that all is well, and does nothing with titles, ends or removals."""

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        return super().update(call, found, {**raw, "title": found.raw["title"], "state": found.raw["state"]})

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        return self.update(call, found, found.raw)


class Shouting(FamilyAppConnector):
    """An app that writes every title in capitals."""

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        return super().update(call, found, {**raw, "title": raw["title"].upper()})


class Forgetful(FamilyAppConnector):
    """An app that drops what it does not know: our mark, and what was said elsewhere."""

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        return super().update(call, found, {name: raw[name] for name in raw if name not in ("terms", "news")})


def settled(household: Any) -> int:
    """How many writes there were once a day has passed, with nobody doing anything."""
    for _ in range(4):
        household.town.clock.pass_(hours=6)
        household.settle(2)
    sent: int = household.town.writes()
    return sent


@pytest.mark.parametrize(
    "change",
    [
        lambda household: household.nurse({WHAT: What(text="Kousen aan")}),
        lambda household: household.a.end("son", "r1"),
    ],
    ids=["a title", "an end"],
)
def test_what_a_system_never_takes_is_asked_once_and_not_sent_for_ever(
    household: Any, change: Callable[[Any], object]
) -> None:
    household.becomes("app-b", Deaf)
    change(household)
    sent = settled(household)

    assert household.questions == [("connector", "rewriting-server")]
    assert household.reasons["app-b"] is Reason.CANNOT_CARRY
    assert settled(household) == sent


def test_another_value_is_tried_again_and_lands(household: Any) -> None:
    household.becomes("app-b", Deaf)
    household.nurse({WHAT: What(text="Kousen aan")})
    settled(household)
    household.becomes("app-b", FamilyAppConnector)
    household.nurse({WHAT: What(text="Lange kousen aan")})
    household.settle()

    assert household.record(household.b)["title"] == "Lange kousen aan"
    assert household.reasons["app-b"] is Reason.EQUAL


def test_a_retraction_that_is_not_carried_out_is_tried_on_and_never_called_done(household: Any) -> None:
    household.becomes("app-b", Deaf)
    household.hide(MatrixRow.WHAT_WHEN_WHO)
    sent = settled(household)
    again = settled(household) - sent

    assert household.reasons["app-b"] in (Reason.DUE, Reason.RETRACTING)
    assert household.questions == [("connector", "rewriting-server")]
    assert 1 <= again < 40


def test_a_system_that_rewrites_what_we_send_makes_no_loop(household: Any) -> None:
    household.becomes("app-b", Shouting)
    household.nurse({WHAT: What(text="Kousen aan")})
    sent = settled(household)

    assert household.record(household.b)["title"] == "KOUSEN AAN"
    assert household.agreement.what.text == "KOUSEN AAN"
    assert settled(household) == sent


def test_a_mark_that_a_system_does_not_keep_is_asked_once_and_not_sent_for_ever(household: Any) -> None:
    household.becomes("app-b", Forgetful)
    household.nurse({WHAT: What(text="Kousen aan")})
    sent = settled(household)

    assert household.questions == [("connector", "rewriting-server")]
    assert household.reasons["app-b"] is Reason.EQUAL
    assert settled(household) == sent


def test_the_mark_of_a_later_version_is_tried_again_and_lands(household: Any) -> None:
    household.becomes("app-b", Forgetful)
    household.nurse({WHAT: What(text="Kousen aan")})
    settled(household)
    household.becomes("app-b", FamilyAppConnector)
    household.nurse({WHAT: What(text="Lange kousen aan")})
    household.settle()

    assert household.record(household.b)["terms"] == household.record(household.a)["terms"]


def test_what_was_said_elsewhere_is_not_told_for_ever_where_it_is_not_kept(household: Any) -> None:
    household.becomes("app-b", Forgetful)
    record = household.record(household.a)
    household.a.report("son", record["id"], record["tasks"][0]["id"], "2026-11-23")
    sent = settled(household)

    assert household.questions == [("connector", "rewriting-server")]
    assert settled(household) == sent
