"""What else a plan about one object depends on today, beside what either side holds."""

from __future__ import annotations

from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKind, Units
from samenspraak.policy.plan import plan
from samenspraak.policy.state import Leader, Plan, SentUnits, Today
from samenspraak.policy.terms import fetched_digest, waits_for_others
from samenspraak.sync.looking import View
from samenspraak.sync.outcome import changes_between
from samenspraak.sync.sides import copy_state, ours_of
from samenspraak.sync.snapshot import Snapshot


def today_of(view: View, then: Units) -> Today:
    """Everything else a plan depends on.

    Args:
        view: the object as it was looked at.
        then: what it said when each unit was last decided on.
    """
    snapshot, capabilities, author = view.snapshot, view.snapshot.capabilities, author_of(view)
    return Today(
        connector_id=snapshot.system.id,
        capabilities=capabilities,
        connector=snapshot.system.state,
        shape=snapshot.shape,
        normal=snapshot.connector.normal,
        rules={
            UnitKind(kind): Leader(connector_id=leader)
            for kind, leader in snapshot.system.rules.items()
            if leader != "ask"
        },
        directions=snapshot.system.directions,
        first_agree=waits_for_others(
            snapshot.units, _edits(view, then), author=author, groups=snapshot.groups
        ),
        author=author,
        mark=_mark(snapshot),
        statements=frozenset(one.id for one in snapshot.told) if capabilities.tells_statements else None,
        candidate=snapshot.may_double,
    )


def plan_of(view: View) -> Plan:
    """What to do about the object, as it was looked at and as everything is now."""
    known = copy_state(view.snapshot, view.remote, view.then)
    return plan(known, ours_of(view.snapshot, view.part), view.theirs, today_of(view, known.then))


def author_of(view: View) -> PartyRef | None:
    """Whose edits these are: of whoever changed the object last, if nobody else did since we looked.

    Only versions that count tell how many changes there were.
    """
    remote, found, reading = view.remote, view.found, view.reading
    if remote is None or found is None or reading is None or not view.snapshot.capabilities.token_counts:
        return None
    return reading.author if changes_between(remote.token, found.token) == 1 else None


def _edits(view: View, then: Units) -> SentUnits:
    """What people made of some units there since those were last decided on."""
    remote, reading = view.remote, view.reading
    if remote is None or reading is None:
        return {}
    return {
        key: reading.units.get(key)
        for key in reading.units.keys() | then.keys()
        if view.snapshot.capabilities.reads(key)
        and view.snapshot.belongs(key, remote.part)
        and reading.units.get(key) != then.get(key)
    }


def _mark(snapshot: Snapshot) -> str | None:
    if not (snapshot.capabilities.keeps_marks or snapshot.capabilities.tells):
        return None
    units = snapshot.shape.project(snapshot.units)
    fetched = snapshot.told if snapshot.capabilities.fetches_here else ()
    return fetched_digest(units, fetched)
