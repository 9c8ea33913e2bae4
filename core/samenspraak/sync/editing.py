"""An edit that somebody makes at the hub itself: a version at once, or first a question to others.

What only holds once others agree (medication, and what needs instruction) waits for them here as it does
when it is typed in another system; the old terms stay in force.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.parties import PartyRef, party_of
from samenspraak.domain.units import UnitKey, UnitValue, apply, differing, units_of
from samenspraak.policy.comparing import FIRST_AGREE
from samenspraak.policy.state import QuestionKind, SentUnits
from samenspraak.policy.terms import waits_for_others
from samenspraak.store.records import AgreementRecord, Cause, QuestionRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync import said
from samenspraak.sync.asking import (
    DIFFERENTLY,
    HUB,
    PROPOSED,
    beside,
    open_about,
    owner_of,
    question,
    unit_subject,
)
from samenspraak.sync.hub import Hub
from samenspraak.sync.versions import record_version

Parties = frozenset[PartyRef]


def waiting_in(uow: UnitOfWork, before: Agreement, after: Agreement, *, by: str) -> Mapping[UnitKey, Parties]:
    """The units of this edit that wait until others agree, and who these are."""
    return waits_for_others(
        units_of(before), _edits(before, after), author=party_of(by), groups=uow.parties.groups()
    )


def record_edit(
    uow: WritingUnitOfWork, hub: Hub, record: AgreementRecord, after: Agreement, *, cause: Cause
) -> Collection[UnitKey]:
    """Make ``after`` the next version, but for what others must agree to first: that is asked.

    Returns:
        The units that wait for others.

    Raises:
        StaleError: somebody recorded a version in between.
        RuleError: what does not wait makes no lawful agreement by itself.
    """
    before = record.agreement
    waiting = waiting_in(uow, before, after, by=cause.actor)
    ours = units_of(before)
    at_once = apply(after, {key: ours.get(key) for key in waiting})
    if waits_for_others(ours, _edits(before, at_once)):
        said.agrees(uow, hub, at_once, cause.actor)
    if at_once != before:
        record_version(uow, hub, record, at_once, cause=cause)
    for key, parties in waiting.items():
        _propose(uow, hub, before, key, units_of(after).get(key), parties)
    return sorted(waiting)


def _propose(
    uow: WritingUnitOfWork,
    hub: Hub,
    agreement: Agreement,
    key: UnitKey,
    value: UnitValue | None,
    parties: Parties,
) -> None:
    """Ask those whose terms it is; beside what a question about this unit shows already."""
    subject = unit_subject(agreement.id, key)
    standing = open_about(uow, agreement.id, subject)
    ours: SentUnits = {key: units_of(agreement).get(key)}
    uow.questions.ask(
        question(
            hub,
            kind=standing.kind if standing else QuestionKind.PROPOSAL,
            subject=subject,
            agreement_id=agreement.id,
            owner=" ".join(sorted(map(str, parties))) or owner_of(agreement, key),
            values=_shown(standing, ours, {key: value}),
            shows=standing.shows if standing else {},
            cause=FIRST_AGREE,
        )
    )


def _shown(standing: QuestionRecord | None, ours: SentUnits, proposed: SentUnits) -> dict[str, SentUnits]:
    """A newer proposal takes the place of an older one, not of what an agreement said that was joined."""
    values = dict(standing.values) if standing else {}
    before = values.pop(PROPOSED, None)
    values = {**values, HUB: ours, PROPOSED: proposed}
    is_joined = standing is not None and standing.cause == DIFFERENTLY
    return beside(values, [(PROPOSED, before)]) if is_joined and before is not None else values


def _edits(before: Agreement, after: Agreement) -> SentUnits:
    now, then = units_of(before), units_of(after)
    return {key: then.get(key) for key in differing(now, then)}
