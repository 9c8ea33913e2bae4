"""What to do about one copy: gates, then existence, then units. The first line that fits ends it.

Source: design.md §4. ``plan`` is pure and total: it never raises, reads no clock and does no I/O. Each
table is a tuple of lines ``(name, fits, outcome)``; the name goes into the plan, for tests and ``explain``.
The unit table is in ``merge.py``, what a system lets us write of it in ``modes.py``.
"""

from __future__ import annotations

from dataclasses import replace

from samenspraak.policy.arriving import until_it_arrives
from samenspraak.policy.case import Case, first
from samenspraak.policy.comparing import hide
from samenspraak.policy.existence import EXISTENCE
from samenspraak.policy.gates import GATES
from samenspraak.policy.state import ConnectorState, CopyState, Do, Ours, Plan, Reason, Theirs, Today

__all__ = ["EXISTENCE", "GATES", "MATCHING", "plan"]

MATCHING = "G1 matching: nothing is written"
_COMPARED = (Do.NOTHING, Do.CLOSE)


def plan(link: CopyState, current: Ours, theirs: Theirs, today: Today) -> Plan:
    """What to do about one copy, and why.

    Args:
        link: what we know of the object there, or of the one that should be.
        current: what the hub holds for it.
        theirs: what was just seen there.
        today: everything else it depends on.
    """
    case = Case(link, current, theirs, today)
    decided = until_it_arrives(case, first(GATES, case) or _exists(case))
    if today.connector is ConnectorState.MATCHING and decided.writes:
        retracts = decided.reason is Reason.RETRACTING
        reason = Reason.RETRACTING if retracts else Reason.CONNECTOR
        return replace(decided, row=MATCHING, do=Do.WAIT, reason=reason, keep={})
    return decided


def _exists(case: Case) -> Plan:
    decided = first(EXISTENCE, case)
    if decided is None:
        raise AssertionError("the last line of the table fits every case")
    compared = bool(decided.rows) or decided.do not in _COMPARED
    return decided if compared or case.unknown or case.outside else hide(case, decided)
