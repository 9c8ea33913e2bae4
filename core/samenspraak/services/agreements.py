"""Looking at agreements: all of them in a line each, or one as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from samenspraak.domain.agreements import State
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import named, units_of
from samenspraak.policy.state import Reason
from samenspraak.policy.terms import terms_digest
from samenspraak.services.naming import names, party
from samenspraak.services.unit_values import Json, as_json
from samenspraak.store.records import AgreementRecord, LinkRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.hub import Hub

_GONE = (Reason.RETRACTED, Reason.CLOSED)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One agreement in a list. ``systems``: per connector the reason of its copy, of several the worst."""

    id: str
    client: PartyRef
    what: str
    state: State
    version: int
    systems: Mapping[str, Reason]
    questions: int


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a party said. ``stands``: an assent or refusal that is about the terms as they are now."""

    kind: StatementKind
    by: PartyRef
    at: datetime
    through: str
    moment: str
    text: str
    stands: bool | None

    @classmethod
    def of(cls, statement: Statement, *, stands: bool | None = None) -> Said:
        return cls(
            kind=statement.kind,
            by=statement.by,
            at=statement.at,
            through=statement.through,
            moment=str(statement.occurrence) if statement.occurrence else "",
            text=statement.text,
            stands=stands,
        )


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One agreement as it is now; ``units`` as JSON, ``names`` of the parties in it.

    ``same_as``: the other id it was asked for by, which leads to it since the two were joined.
    """

    id: str
    client: PartyRef
    version: int
    state: State
    units: Mapping[str, Json]
    said: tuple[Said, ...]
    names: Mapping[PartyRef, str]
    same_as: str | None = None


def listed(hub: Hub, organisation: str, *, client: str | None = None) -> tuple[Line, ...]:
    """All agreements, or those of one client.

    Raises:
        NotFoundError: there is no such client.
    """
    with hub.store.read(organisation) as uow:
        client_id = party(uow, client, PartyKind.CLIENT).id if client else None
        return tuple(_line(uow, record) for record in uow.agreements.list(client_id=client_id))


def show(hub: Hub, organisation: str, agreement_id: str) -> Shown:
    """One agreement with everything that was said about it.

    Raises:
        NotFoundError: there is no such agreement.
    """
    with hub.store.read(organisation) as uow:
        record = uow.agreements.current(agreement_id)
        agreement = record.agreement
        client = agreement.client
        said = said_of(uow, record)
        units = units_of(agreement)
        mentioned = {client, *named(units), *(one.by for one in said)}
        return Shown(
            id=agreement.id,
            client=client,
            version=record.version,
            state=agreement.status.state,
            units=as_json(units),
            said=said,
            names=names(uow, mentioned),
            same_as=None if agreement.id == agreement_id else agreement_id,
        )


def said_of(uow: UnitOfWork, record: AgreementRecord) -> tuple[Said, ...]:
    """Assents, reports and comments, by when they were said."""
    return tuple(
        Said.of(one, stands=one.terms == terms_digest(record.agreement, one.by) if one.terms else None)
        for one in uow.statements.of(record.agreement.id)
    )


def worst(links: list[LinkRecord]) -> Mapping[str, Reason]:
    """Per connector the reason that matters most of its copies; of one that is gone, if no other is there."""
    by_connector = groupby(sorted(links, key=lambda one: one.connector_id), key=lambda one: one.connector_id)
    found = {name: [link.reason for link in there] for name, there in by_connector}
    return {
        name: min([one for one in reasons if one not in _GONE] or reasons, key=lambda one: one.rank)
        for name, reasons in found.items()
    }


def _line(uow: UnitOfWork, record: AgreementRecord) -> Line:
    agreement = record.agreement
    return Line(
        id=agreement.id,
        client=agreement.client,
        what=agreement.what.text,
        state=agreement.status.state,
        version=record.version,
        systems=worst(uow.links.of_agreement(agreement.id)),
        questions=len(uow.questions.list(agreement_id=agreement.id)),
    )
