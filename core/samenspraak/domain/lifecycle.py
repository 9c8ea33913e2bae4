"""How an agreement goes from one state to another: only along the table ``TRANSITIONS``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from samenspraak.domain.agreements import OVER, TRANSITIONS, Agreement, State, Status
from samenspraak.errors import RuleError


def transition(agreement: Agreement, to: State, *, reason: str = "", on: date | None = None) -> Agreement:
    """The agreement in this state; use :func:`pause` to pause it.

    Staying in the same state is no step and only changes what goes with it. ``on``: for a state that is
    over, the day from which nothing is expected any more.

    Raises:
        RuleError: ``transition`` when the table has no such step, ``end`` for a day where none belongs.
    """
    return move_to(agreement, Status(state=to, reason=reason, ended_on=on))


def pause(
    agreement: Agreement, *, start: date | None = None, until: date | None = None, reason: str = ""
) -> Agreement:
    """The agreement resting from ``start`` to ``until``, both days included; it goes on by itself after.

    Raises:
        RuleError: ``transition`` when it is over, ``pause-period`` when it would stop before it starts.
    """
    return move_to(
        agreement, Status(state=State.PAUSED, reason=reason, paused_from=start, paused_until=until)
    )


def resume(agreement: Agreement) -> Agreement:
    """The paused agreement, active again.

    Raises:
        RuleError: ``resume`` when it is not paused.
    """
    if agreement.status.state is not State.PAUSED:
        raise RuleError("resume", f"Agreement {agreement.id} is not paused.")
    return transition(agreement, State.ACTIVE)


def end(agreement: Agreement, on: date, *, how: State = State.ENDED, reason: str = "") -> Agreement:
    """The agreement over: ended, withdrawn or a mistake.

    Raises:
        RuleError: ``end`` when ``how`` is no way to be over, ``transition`` when the table forbids it.
    """
    if how not in OVER:
        raise RuleError("end", f"Agreement {agreement.id} ends as one of: {', '.join(sorted(OVER))}.")
    return transition(agreement, how, on=on, reason=reason)


def due_to_resume(agreements: Iterable[Agreement], today: date) -> tuple[Agreement, ...]:
    """Those whose pause is behind us but who still say paused; :func:`resume` makes the version."""
    return tuple(
        one
        for one in agreements
        if one.status.state is State.PAUSED and one.status.paused_until and one.status.paused_until < today
    )


def move_to(agreement: Agreement, status: Status) -> Agreement:
    """The agreement with this status, if the table has that step.

    Raises:
        RuleError: ``transition`` when it has not.
    """
    before = agreement.status.state
    if status.state is not before and status.state not in TRANSITIONS[before]:
        known = ", ".join(sorted(TRANSITIONS[before]))
        raise RuleError(
            "transition",
            f"Agreement {agreement.id} is {before} and cannot become {status.state}; it can become: {known}.",
        )
    return replace(agreement, status=status)
