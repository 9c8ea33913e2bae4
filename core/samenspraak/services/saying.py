"""What somebody says of an agreement: that they agree or not, what became of a moment, or a comment.

It is said here as it is in any other system: kept for good, told to everybody who may know, and where it
needs somebody (a refusal, two reports that differ) that person is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from samenspraak.domain.agreements import OccurrenceKey
from samenspraak.domain.occurrences import moment_of
from samenspraak.domain.parties import PartyRef, party_of
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import UnitKey, UnitKind
from samenspraak.errors import NotFoundError, RuleError
from samenspraak.policy.access import Principal
from samenspraak.policy.terms import speaks_for, terms_digest
from samenspraak.services.eyes import Eyes, Told
from samenspraak.services.naming import actor
from samenspraak.services.repeating import Asked, at_most_once
from samenspraak.store.records import AgreementRecord
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync import said
from samenspraak.sync.asking import HUB
from samenspraak.sync.hub import Hub

_MEANT = {True: StatementKind.ASSENT, False: StatementKind.DECLINE}
_CAME = {True: StatementKind.DONE, False: StatementKind.NOT_DONE}


def agree(
    hub: Hub,
    organisation: str,
    who: Principal,
    agreement_id: str,
    *,
    agrees: bool,
    version: int,
    text: str = "",
    asked: Asked,
) -> Told:
    """Agree to the terms as they were in the version that was read, or not.

    A later version with the same terms for this party counts as agreed to as well; one with others does not.

    Raises:
        NotFoundError: there is no such agreement or version, or they may not see it.
        RuleError: whoever says it is not asked to agree.
    """

    def statement(record: AgreementRecord, by: PartyRef, uow: WritingUnitOfWork, new_id: str) -> Statement:
        meant = uow.agreements.version(record.agreement.id, version).agreement
        party = speaks_for(meant, by, uow.parties.groups())
        if party not in meant.parties | {meant.client}:
            raise RuleError(
                "not-asked", f"Agreement {meant.id} does not ask you to agree. A comment is welcome."
            )
        terms = terms_digest(meant, party)
        return Statement(
            id=new_id, kind=_MEANT[agrees], by=by, at=hub.now(), through=_through(who), terms=terms, text=text
        )

    return _say(hub, organisation, who, agreement_id, statement, asked)


def report(
    hub: Hub,
    organisation: str,
    who: Principal,
    agreement_id: str,
    moment: str,
    *,
    done: bool,
    text: str = "",
    asked: Asked,
) -> Told:
    """Tell what became of one moment, ``assignment:day:nth``.

    Raises:
        NotFoundError: there is no such agreement or moment, or they may not see it.
        RuleError: it is still to come.
    """

    def statement(record: AgreementRecord, by: PartyRef, uow: WritingUnitOfWork, new_id: str) -> Statement:
        key = _moment(Eyes(uow, hub, who), record, moment)
        if key.day > hub.today():
            raise RuleError(
                "to-come", f"The moment {key} is still to come. To call it off, change the moment."
            )
        return Statement(
            id=new_id, kind=_CAME[done], by=by, at=hub.now(), through=_through(who), occurrence=key, text=text
        )

    return _say(hub, organisation, who, agreement_id, statement, asked)


def comment(
    hub: Hub, organisation: str, who: Principal, agreement_id: str, text: str, *, asked: Asked
) -> Told:
    """Say something about an agreement.

    Raises:
        NotFoundError: there is no such agreement, or they may not see it.
        RuleError: there is no text.
    """

    def statement(record: AgreementRecord, by: PartyRef, uow: WritingUnitOfWork, new_id: str) -> Statement:
        return Statement(
            id=new_id, kind=StatementKind.COMMENT, by=by, at=hub.now(), through=_through(who), text=text
        )

    return _say(hub, organisation, who, agreement_id, statement, asked)


_Making = Callable[[AgreementRecord, PartyRef, WritingUnitOfWork, str], Statement]


def _say(
    hub: Hub, organisation: str, who: Principal, agreement_id: str, statement: _Making, asked: Asked
) -> Told:
    with hub.store.write(organisation) as uow:
        record = Eyes(uow, hub, who).record(agreement_id)
        by = party_of(actor(uow, who.id))
        if by is None:
            raise RuleError("nobody", "Only a person says this: sign in as somebody the hub knows.")

        def make() -> str:
            new = statement(record, by, uow, hub.new_id())
            said.keep(uow, hub, record, [new], through=who.connector_id)
            return new.id

        said_id = at_most_once(uow, hub, who.id, asked, make)
        told = Eyes(uow, hub, who).heard(record.agreement.id, said_id)
        uow.commit()
    return told


def _through(who: Principal) -> str:
    return who.connector_id or HUB


def _moment(eyes: Eyes, record: AgreementRecord, text: str) -> OccurrenceKey:
    """A moment that they see.

    Raises:
        NotFoundError: there is none, or they may not see it; nothing says which.
    """
    with suppress(RuleError):
        key = OccurrenceKey.parse(text)
        shape = eyes.shape(record)
        part = UnitKey(UnitKind.ASSIGNMENT, key.assignment_id)
        if (shape is None or part in shape.units) and moment_of(record.agreement, key):
            return key
    raise NotFoundError(f"Agreement {record.agreement.id} has no such moment.")
