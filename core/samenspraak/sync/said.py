"""Taking over what people said in a system: assents, reports and comments, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from samenspraak.connectors.looks import Opened
from samenspraak.domain.agreements import Agreement
from samenspraak.domain.parties import party_of
from samenspraak.domain.statements import ASSENTS, Statement, StatementKind
from samenspraak.domain.units import units_of
from samenspraak.policy.terms import content_digest, parties_asked, speaks_for, terms_digest
from samenspraak.store.records import AgreementRecord, Cause, VersionRecord
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync import questions, reports
from samenspraak.sync.asking import HUB
from samenspraak.sync.hub import Hub
from samenspraak.sync.snapshot import Snapshot
from samenspraak.sync.versions import record_version


def take_over(uow: WritingUnitOfWork, hub: Hub, snapshot: Snapshot, fresh: Sequence[Statement]) -> None:
    """Keep what is new, tell the other systems (a version without changed units), ask what must be asked."""
    understood = [_understood(uow, snapshot, one) for one in fresh]
    keep(uow, hub, snapshot.record, understood, through=snapshot.system.id)


def keep(
    uow: WritingUnitOfWork, hub: Hub, record: AgreementRecord, said: Sequence[Statement], *, through: str
) -> None:
    """The same for what was understood already; ``through``: the system it came in by, '' for the hub."""
    agreement = record.agreement
    new = [one for one in said if uow.statements.add(agreement.id, one, hub.now())]
    if not new:
        return
    cause = Cause(actor=str(new[-1].by), why="said", connector_id=through)
    days = {one.occurrence.day for one in new if one.occurrence is not None}
    record_version(uow, hub, record, agreement, cause=cause, days=days)
    for one in new:
        if one.kind is StatementKind.DECLINE:
            questions.ask_declined(uow, hub, agreement, one)
        if one.occurrence is not None:
            reports.ask_report(uow, hub, agreement, one.occurrence)


def note_opened(uow: WritingUnitOfWork, snapshot: Snapshot, opened: Sequence[Opened]) -> None:
    """Keep who read which version there; of somebody who reads no copy of ours there nothing is kept."""
    for one in opened:
        version = _version_with_mark(uow, snapshot, one.mark)
        if version is not None:
            uow.receipts.read(snapshot.link.id, one.by, version.version, one.at)


def agrees(uow: WritingUnitOfWork, hub: Hub, agreement: Agreement, by: str) -> None:
    """Note that somebody agrees to the terms as they are in this agreement, if they are asked to at all."""
    who = party_of(by)
    if who is None:  # an admin, who agrees to nothing
        return
    party = speaks_for(agreement, who, uow.parties.groups())
    if party in parties_asked(agreement):
        statement = Statement(
            id=hub.new_id(),
            kind=StatementKind.ASSENT,
            by=who,
            at=hub.now(),
            through=HUB,
            terms=terms_digest(agreement, party),
        )
        uow.statements.add(agreement.id, statement, hub.now())


def _understood(uow: WritingUnitOfWork, snapshot: Snapshot, said: Statement) -> Statement:
    """An assent says under which mark it was given; the terms are those of the version with that mark.

    Whoever gave it has read that version. A mark nobody knows any more cannot bind anybody: the words are
    kept as a comment.
    """
    if said.kind not in ASSENTS:
        return said
    meant = _version_with_mark(uow, snapshot, said.terms)
    if meant is None:
        text = said.text or f"({said.kind})"
        return replace(said, kind=StatementKind.COMMENT, terms="", text=text)
    uow.receipts.read(snapshot.link.id, said.by, meant.version, said.at)
    party = speaks_for(meant.agreement, said.by, uow.parties.groups())
    return replace(said, terms=terms_digest(meant.agreement, party))


def _version_with_mark(uow: WritingUnitOfWork, snapshot: Snapshot, mark: str) -> VersionRecord | None:
    wanted = mark.partition("#")[0]
    for version in reversed(uow.agreements.history(snapshot.record.agreement.id)):
        # The mark was made of what the readers saw: the same shape as today, or one before a reveal.
        shapes = [snapshot.shape, *(one.shape for one in snapshot.remotes if one.shape)]
        units = units_of(version.agreement)
        if wanted in {content_digest(shape.project(units)) for shape in shapes}:
            return version
    return None
