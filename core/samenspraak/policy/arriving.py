"""What a plan comes to while what was last written is still on its way to whoever reads it.

The hub has done what it can: it is not equal before they took it, nor taken back; nothing is written anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from samenspraak.policy.capabilities import Arrival
from samenspraak.policy.case import Case
from samenspraak.policy.obstacles import CANNOT_TAKE_BACK
from samenspraak.policy.state import Asked, Do, Plan, QuestionKind, Reason

_UNTIL_IT_ARRIVES: Mapping[Reason, Reason] = {
    Reason.EQUAL: Reason.WAITING_THERE,
    Reason.CLOSED: Reason.WAITING_THERE,
    Reason.RETRACTED: Reason.RETRACTING,
}
"""What a copy rests as meanwhile; every other reason already says what it waits for."""


def until_it_arrives(case: Case, decided: Plan) -> Plan:
    """The plan, or what becomes of it as long as they have not taken what was written."""
    there = case.there
    if there is None or there.arrival is Arrival.THERE or decided.reason not in _UNTIL_IT_ARRIVES:
        return decided
    reason = _UNTIL_IT_ARRIVES[decided.reason]
    waits = replace(decided, row=there.arrival, reason=reason, do=Do.NOTHING)
    if reason is Reason.RETRACTING and there.arrival is Arrival.GIVEN_UP:
        asked = Asked(kind=QuestionKind.TO_DO, cause=CANNOT_TAKE_BACK)
        return replace(waits, questions=(*decided.questions, asked))
    return waits
