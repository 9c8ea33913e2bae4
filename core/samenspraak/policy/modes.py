"""What the system lets us write of what was decided, by how its units are written.

Source: design.md §4, the table on ``write``. What cannot be written becomes a visible reason, never success.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from samenspraak.domain.units import UnitKey, UnitValue
from samenspraak.policy.capabilities import IN_PLACE, Write
from samenspraak.policy.case import Case
from samenspraak.policy.state import Do, Plan, Reason, SentUnits, There, mark_name, told_name

_NOTHING: frozenset[UnitKey] = frozenset()


def _unwritten(decided: Plan) -> Plan:
    """Nothing is written; where that leaves a difference, the copy says so."""
    differs = bool(decided.set or decided.clear)
    reason = Reason.CANNOT_CARRY if differs and decided.reason is Reason.EQUAL else decided.reason
    return replace(decided, set={}, clear=_NOTHING, reason=reason)


def _write_record(case: Case, there: There, decided: Plan) -> Plan:
    """``yes``, ``render`` and ``view``: patch what stands there, the units that differ and nothing else."""
    today = case.today
    writable = {
        key: value for key, value in decided.set.items() if _takes(case, key, today.normal(key, value))
    }
    clear = frozenset(key for key in decided.clear if _takes(case, key, None))
    # A mark stands for terms that can be read there: not for what is under a question, nor what was refused.
    shows_all = not decided.hold and writable.keys() | clear >= decided.set.keys() | decided.clear
    mark = today.mark if _is_news(case, there) and shows_all else None
    tell = _tells(case, there)
    if not (writable or clear or tell or mark):
        return _unwritten(decided)
    return replace(decided, do=Do.UPDATE, reason=Reason.DUE, set=writable, clear=clear, tell=tell, mark=mark)


def _takes(case: Case, key: UnitKey, value: UnitValue | None) -> bool:
    """Whether the system takes this value, as far as we know; what is hidden is cleared all the same."""
    hidden = key not in case.today.shape.units and value is None
    ignored = case.refuses(key, value) and not hidden
    return case.today.capabilities.write(key) in IN_PLACE and _goes(case, key) and not ignored


def _goes(case: Case, key: UnitKey) -> bool:
    """Whether it goes there, as its admin said; what may not stand there is taken out in any case."""
    return key not in case.today.shape.units or case.today.direction(key.kind).goes


def _write_message(case: Case, there: There, decided: Plan) -> Plan:
    """``append``: one message that says it all when it differs from the last one; ``push``: one notice of it.

    What people said there and what was said elsewhere is noted beside it, without a new message. The mark is
    of what these readers may see, so that a reveal or a withdrawal is news too (simulation H17).
    """
    today, fresh, tell = case.today, _is_news(case, there), _tells(case, there)
    if not (fresh or tell or there.unanswered):
        return replace(decided, set={}, clear=_NOTHING)
    hidden = (key for key in decided.clear if key in case.ours.units and key not in today.shape.units)
    return replace(
        decided,
        do=Do.UPDATE,
        reason=Reason.DUE,
        set=case.to_write(case.ours.units),
        clear=frozenset(hidden),
        mark=today.mark if fresh else None,
        tell=tell or there.unanswered,
    )


def _is_news(case: Case, there: There) -> bool:
    """Whether another mark stands there than should; not one that the system drops."""
    if case.today.mark is None:
        return False
    name = mark_name(case.today.mark)
    return name not in case.copy.unkept and (there.mark is None or name != mark_name(there.mark))


def _tells(case: Case, there: There) -> bool:
    """Whether something else was said elsewhere than can be read there; not what the system drops."""
    statements = case.today.statements
    if statements is None or not case.today.capabilities.tells_statements:
        return False
    return statements != there.told and told_name(statements) not in case.copy.unkept


def _write_proposal(case: Case, there: There, decided: Plan) -> Plan:
    """``propose``: only the difference from the record, and not what was refused."""
    today = case.today
    wanted: dict[UnitKey, UnitValue | None] = {
        **{key: today.normal(key, value) for key, value in decided.set.items()},
        **dict.fromkeys(decided.clear),
    }
    wanted = {
        key: value
        for key, value in wanted.items()
        if today.capabilities.write(key) is Write.PROPOSE
        and _goes(case, key)
        and not case.refuses(key, value)
        and not case.is_read_by_nobody_known
    }
    if case.waits():
        return _as_waiting(case, decided, wanted)
    if not wanted:
        return _unproposed(case, decided)
    return replace(
        decided,
        do=Do.UPDATE,
        reason=Reason.DUE,
        set={key: value for key, value in decided.set.items() if key in wanted},
        clear=decided.clear & wanted.keys(),
    )


def _unproposed(case: Case, decided: Plan) -> Plan:
    """Nothing is proposed; where that is because nobody knows who would read it, the copy says so."""
    left = _unwritten(decided)
    withheld = case.is_read_by_nobody_known and left.reason is Reason.CANNOT_CARRY
    return replace(left, reason=Reason.WITHHELD) if withheld else left


def _as_waiting(case: Case, decided: Plan, wanted: SentUnits) -> Plan:
    """What waits there is what we want, or it is taken back."""
    intent = case.copy.intent
    same = intent is not None and bool(wanted) and dict(intent.sent) == dict(wanted)
    return replace(
        decided,
        do=decided.do if same else Do.WITHDRAW,
        reason=Reason.WAITING_THERE if same else Reason.DUE,
        set={},
        clear=_NOTHING,
    )


def waits_or_is_replaced(case: Case) -> Plan:
    """A proposal to make the record waits; changed terms replace it."""
    wanted = {key: case.kept(key, case.ours.units) for key in case.to_write(case.ours.units)}
    return _as_waiting(case, Plan(row="", reason=Reason.DUE), wanted)


def _write_nothing(case: Case, there: There, decided: Plan) -> Plan:
    """``no``: the difference is listed."""
    return _unwritten(decided)


MODES: Mapping[Write, Callable[[Case, There, Plan], Plan]] = {
    Write.YES: _write_record,
    Write.RENDER: _write_record,
    Write.APPEND: _write_message,
    Write.PROPOSE: _write_proposal,
    Write.NO: _write_nothing,
    Write.PUSH: _write_message,
    Write.VIEW: _write_record,
}
