"""A system whose versions count changes and stop nobody: a write may go over what was typed just before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from samenspraak.connectors import Call, Found, Raw, Written
from samenspraak.domain.agreements import What
from samenspraak.domain.units import WHAT
from samenspraak.policy.capabilities import Token
from samenspraak.policy.state import Reason
from samenspraak_memory.plugin import FamilyAppConnector

BOTH_EQUAL = {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}


class Unguarded(FamilyAppConnector):
    """An app that counts its versions and takes every write; ``meanwhile`` happens just before one."""

    meanwhile: Callable[[], object] | None = None
    manifest = replace(
        FamilyAppConnector.manifest,
        capabilities=replace(FamilyAppConnector.manifest.capabilities, token=Token.COMPARED),
    )

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        act, type(self).meanwhile = type(self).meanwhile, None
        if act is not None:
            act()
        now = self.fetch(call, found.external_id)
        assert isinstance(now, Found)
        return super().update(call, replace(found, token=now.token), raw)


@pytest.fixture
def unguarded(household: Any) -> Any:
    class Fresh(Unguarded):
        pass

    household.becomes("app-b", Fresh)
    household.kind = Fresh
    return household


def renames_while(household: Any, act: Callable[[], object]) -> None:
    """A nurse renames it, and just before that arrives in app-b somebody there acts."""
    household.kind.meanwhile = staticmethod(act)
    household.nurse({WHAT: What(text="Kousen aan")})
    household.settle()


def test_what_may_have_been_overwritten_is_told_with_what_is_known(unguarded: Any) -> None:
    copy = unguarded.agreement.id
    renames_while(unguarded, lambda: unguarded.b.edit("daughter", copy, title="Lange kousen"))

    [question] = unguarded.town.questions()
    assert (str(question.kind), question.cause) == ("to_do", "possibly-overwritten")
    assert question.values["hub"][WHAT] == What(text="Kousen aan")
    assert question.values["app-b"][WHAT] == What(text="Steunkousen aantrekken")

    unguarded.answer(question, "done")
    unguarded.settle()
    assert (unguarded.reasons, unguarded.questions) == (BOTH_EQUAL, [])


def test_an_edit_of_something_else_is_seen_and_nothing_is_told(unguarded: Any) -> None:
    copy = unguarded.agreement.id
    renames_while(unguarded, lambda: unguarded.b.edit("daughter", copy, place="slaapkamer"))

    assert unguarded.record(unguarded.a)["place"] == "slaapkamer"
    assert (unguarded.reasons, unguarded.questions) == (BOTH_EQUAL, [])


def test_an_answer_given_there_meanwhile_is_no_text_that_was_lost(unguarded: Any) -> None:
    copy = unguarded.agreement.id
    renames_while(unguarded, lambda: unguarded.b.comment("daughter", copy, "Dat is fijn."))

    assert (unguarded.reasons, unguarded.questions) == (BOTH_EQUAL, [])


def test_a_write_that_nobody_crossed_tells_nothing(unguarded: Any) -> None:
    renames_while(unguarded, lambda: None)

    assert (unguarded.reasons, unguarded.questions) == (BOTH_EQUAL, [])
