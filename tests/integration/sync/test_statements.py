"""What people say in a copy is heard once, whatever becomes of the copy and however it is numbered."""

from __future__ import annotations

from typing import Any

from samenspraak.domain.statements import StatementKind
from samenspraak.domain.units import MatrixRow
from samenspraak.policy.state import Reason

COOKING = [{"id": "k1", "who": {"user": "son", "role": "relative"}}]


def said(household: Any) -> list[list[StatementKind]]:
    """The kinds of what was said, per agreement."""
    with household.town.app.store.read("de-linde") as uow:
        return [
            [one.kind for one in uow.statements.of(record.agreement.id)] for record in uow.agreements.list()
        ]


def test_a_report_made_just_before_consent_was_withdrawn_is_known(household: Any) -> None:
    household.b.report("daughter", household.agreement.id, "a1", "2026-11-23")
    household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.settle()
    household.town.clock.pass_(minutes=10)
    household.settle()

    assert said(household) == [[StatementKind.DONE]]
    assert household.b.readable("daughter") == []
    assert household.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.RETRACTED}


def test_what_is_said_under_a_number_of_another_agreement_is_heard_too(household: Any) -> None:
    record = household.a.add_record("son", "wit", "Samen koken", tasks=COOKING)
    household.settle()
    household.a.comment("son", household.record_titled(household.a, "Steunkousen aantrekken")["id"], "Fijn.")
    reactions = household.record_titled(household.a, "Steunkousen aantrekken")["reactions"]
    copied = {**household.record_titled(household.a, "Samen koken"), "reactions": reactions}
    household.a._keep(household.a.record_of(record), copied, "son")
    household.settle()

    assert said(household) == [[StatementKind.COMMENT], [StatementKind.COMMENT]]
    assert Reason.DUE not in {link.reason for link in household.town.links()}
