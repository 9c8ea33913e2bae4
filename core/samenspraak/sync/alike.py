"""Whether an agreement that was met in a system is one we know: certain, or a question to a person.

Certain is only what is exact: our own marker (``adopt.py``), or a number that both systems keep for it. A
likeness joins nothing. Until a person has answered, the new one goes to no further system, so that nobody
reads the same agreement twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.identifiers import normals
from samenspraak.domain.parties import Identifier
from samenspraak.domain.units import STATUS, units_of
from samenspraak.errors import InvalidRecordError
from samenspraak.policy.likeness import resembles
from samenspraak.policy.state import LinkPhase, QuestionKind
from samenspraak.store.records import AgreementRecord, Likeness, LinkRecord, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.asking import HUB, open_about, owner_of, question
from samenspraak.sync.hub import Hub
from samenspraak.sync.people import plain_directory
from samenspraak.sync.similarity import similarity

SAME_AGREEMENT = "same-agreement"
JOIN, APART = "join", "apart"
TWO_COPIES = "two-copies"
"""The question which of two copies of one agreement in one system is one too many."""

Numbers = Collection[Identifier]


def certain(uow: UnitOfWork, new: Agreement, connector_id: str, numbers: Numbers) -> AgreementRecord | None:
    """The agreement that carries one of these numbers in another system, if there is exactly one.

    Where this system has a copy of it already, somebody may have copied that: then it is not certain.
    """
    found = _numbered(uow, new, numbers)
    if len(found) != 1:
        return None
    [record] = found
    here = uow.links.in_system(record.agreement.id, connector_id)
    return None if any(uow.remotes.of_link(one.id) for one in here) else record


def _numbered(uow: UnitOfWork, new: Agreement, numbers: Numbers) -> list[AgreementRecord]:
    """The live agreements of this client with one of these numbers, each once."""
    found: dict[str, AgreementRecord] = {}
    for remote in uow.remotes.known_by(normals(frozenset(numbers))):
        if remote.link_id is not None:
            record = uow.agreements.current(uow.links.get(remote.link_id).agreement_id)
            if record.agreement.client_id == new.client_id and record.agreement.status.is_live:
                found[record.agreement.id] = record
    return [one for one in found.values() if one.agreement.id != new.id]


def wonder(
    uow: WritingUnitOfWork, hub: Hub, new: Agreement, connector_id: str, numbers: Numbers = ()
) -> None:
    """Ask about the one that it resembles most, of those that nobody has said anything about."""
    if not new.status.is_live or Likeness.HELD in (known := uow.agreements.likenesses(new.id)).values():
        return
    numbered = {one.agreement.id for one in _numbered(uow, new, numbers)}
    alike = [
        (one.id in numbered, similarity(one.what.text, new.what.text), one.id)
        for one in (record.agreement for record in uow.agreements.met_elsewhere(new.client_id, connector_id))
        if one.id not in known
        and (one.id in numbered or resembles(new, one, similarity=similarity))
        and not _is_kept_beside(uow, hub, one, connector_id)
    ]
    if alike:
        ask_whether_same(uow, hub, newer=new.id, older=max(alike)[2])


def _is_kept_beside(uow: UnitOfWork, hub: Hub, one: Agreement, connector_id: str) -> bool:
    """Whether people in this very system wrote that one down, too: then they mean two."""
    return any(
        not is_made_by_us(uow, hub, remote)
        for link in uow.links.in_system(one.id, connector_id)
        for remote in uow.remotes.of_link(link.id)
        if remote.phase is LinkPhase.OPEN
    )


def is_made_by_us(uow: UnitOfWork, hub: Hub, remote: RemoteRecord) -> bool:
    """Whether it carries our marker, or was never seen there; what cannot be read any more does not."""
    if remote.seen is None:
        return True
    connector = hub.connected.connector(uow.organisation, remote.connector_id)
    try:
        reading = connector.get(dict(remote.seen), plain_directory(uow, remote.connector_id))
    except InvalidRecordError:
        return False
    return reading.marker is not None


def ask_whether_same(uow: WritingUnitOfWork, hub: Hub, *, newer: str, older: str, holds: bool = True) -> None:
    """Ask whether these two are one; ``holds``: until then the newer one goes to no further system."""
    new, known = uow.agreements.get(newer).agreement, uow.agreements.get(older).agreement
    through = uow.agreements.history(newer)[0].cause.connector_id or HUB
    uow.agreements.note_likeness(newer, older, Likeness.HELD if holds else Likeness.ASKED)
    uow.questions.ask(
        question(
            hub,
            kind=QuestionKind.IDENTITY,
            subject=subject(newer, older),
            agreement_id=newer,
            owner=owner_of(known, STATUS),
            values={HUB: units_of(known), **({} if through == HUB else {through: units_of(new)})},
            shows={},
            cause=SAME_AGREEMENT,
        )
    )


def subject(newer: str, older: str) -> str:
    """The subject of the question whether these two are one."""
    return f"agreement:{newer}:same:{older}"


def close_likeness(uow: WritingUnitOfWork, hub: Hub, one: str, other: str) -> None:
    """Nothing is known of these two any more, and nobody is asked."""
    uow.agreements.note_likeness(one, other, None)
    for newer, older in ((one, other), (other, one)):
        if standing := open_about(uow, newer, subject(newer, older)):
            uow.questions.close(standing.id, hub.now())


def keep_apart(uow: WritingUnitOfWork, hub: Hub, one: str, other: str) -> None:
    """They are two, and that is never asked again; both go on as they should."""
    close_likeness(uow, hub, one, other)
    uow.agreements.note_likeness(one, other, Likeness.APART)
    for agreement_id in (one, other):
        for link in uow.links.of_agreement(agreement_id):
            uow.look_at_link(link.id)


def no_longer_alike(uow: WritingUnitOfWork, hub: Hub, over: Agreement) -> None:
    """What is over needs no answer whether it is the same as something else, nor which copy should go."""
    for asked in uow.questions.list(agreement_id=over.id):
        if asked.cause == TWO_COPIES:
            uow.questions.close(asked.id, hub.now())
    for other, stands in uow.agreements.likenesses(over.id).items():
        if stands is not Likeness.APART:
            close_likeness(uow, hub, over.id, other)
            for link in uow.links.of_agreement(other):
                uow.look_at_link(link.id)


def may_be_there(uow: UnitOfWork, link: LinkRecord) -> bool:
    """Whether making a copy here might double what stands there under another agreement."""
    stands = uow.agreements.likenesses(link.agreement_id)
    return Likeness.HELD in stands.values() or any(
        remote.phase is LinkPhase.OPEN
        for other in _asked(stands)
        for theirs in uow.links.in_system(other, link.connector_id)
        for remote in uow.remotes.of_link(theirs.id)
    )


def _asked(stands: dict[str, Likeness]) -> Iterator[str]:
    return (other for other, how in stands.items() if how is Likeness.ASKED)
