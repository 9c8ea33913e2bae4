"""The addresses at which people fetch what the hub itself shows them (ADR 0030).

An address holds a secret of 256 bits, of which only the digest is kept. Whoever has the address reads what
its person may read, so it can be revoked. What they get there: ``services/showing.py``.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from samenspraak.domain.parties import PartyRef
from samenspraak.errors import RuleError
from samenspraak.policy.capabilities import Write
from samenspraak.services import ADMIN
from samenspraak.services.naming import actor, names, party
from samenspraak.services.showing import digest, published, reader_of
from samenspraak.store.records import AuditLine, FeedRecord, PartyLink
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.concerned import clients_of, concerning, look_again
from samenspraak.sync.hub import Hub
from samenspraak.sync.matching import link_party

SECRET_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address, as it is shown once.

    ``path``: below the address of this hub; it holds the secret · ``paths``: the same for every form in which
    it can be fetched.
    """

    id: str
    connector_id: str
    party: PartyRef
    path: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Feed:
    """An address as it is listed. ``party``: None when nobody says any more who its reader is."""

    id: str
    connector_id: str
    party: PartyRef | None
    name: str
    at: datetime
    revoked_at: datetime | None
    fetched_at: datetime | None


def add(hub: Hub, organisation: str, connector_id: str, who: str, *, by: str = ADMIN) -> Address:
    """A new address for somebody; what they may see is published from now on.

    Raises:
        NotFoundError: there is no such connector or party.
        RuleError: nothing is fetched from this connector, or not by such a party.
    """
    can = hub.capabilities(organisation, connector_id)
    if can.mode is not Write.VIEW:
        raise RuleError("feed", f"Nothing is fetched from connector {connector_id}.")
    token, feed_id = secrets.token_urlsafe(SECRET_BYTES), hub.new_id()
    with hub.store.write(organisation) as uow:
        ref, decided = party(uow, who), actor(uow, by)
        if ref.kind not in can.addresses:
            raise RuleError("feed", f"Connector {connector_id} has no address for a {ref.kind}.")
        reader = str(ref)
        if not any(one.external_id == reader for one in uow.parties.links(connector_id, {ref})):
            link_party(
                uow, hub, PartyLink(connector_id=connector_id, external_id=reader, ref=ref, manual=True)
            )
        uow.feeds.add(
            FeedRecord(
                id=feed_id, connector_id=connector_id, reader=reader, token=digest(token), at=hub.now()
            )
        )
        _look_again(uow, hub, ref)
        _audit(uow, hub, connector_id, feed_id, "added", decided)
        uow.commit()
    forms = published(hub, organisation, connector_id).forms
    paths = tuple(f"/feed/{organisation}/{token}.{form}" for form in forms)
    return Address(id=feed_id, connector_id=connector_id, party=ref, path=paths[0], paths=paths)


def revoke(hub: Hub, organisation: str, feed_id: str, *, by: str = ADMIN) -> Feed:
    """The address does not work any more; without another one, what its reader saw is taken back.

    Raises:
        NotFoundError: there is no such address.
    """
    with hub.store.write(organisation) as uow:
        record, decided = uow.feeds.get(feed_id), actor(uow, by)
        if uow.feeds.revoke(feed_id, hub.now()):
            if ref := reader_of(uow, record):
                _look_again(uow, hub, ref)
            _audit(uow, hub, record.connector_id, feed_id, "revoked", decided)
        listed = _listed(uow, uow.feeds.get(feed_id))
        uow.commit()
    return listed


def listed(hub: Hub, organisation: str, *, connector_id: str | None = None) -> tuple[Feed, ...]:
    """All addresses, revoked ones as well, the oldest first; never the secrets in them."""
    with hub.store.read(organisation) as uow:
        return tuple(_listed(uow, one) for one in uow.feeds.list(connector_id))


def _look_again(uow: WritingUnitOfWork, hub: Hub, ref: PartyRef) -> None:
    """Every agreement this party may have to do with: another copy may be due, or one less."""
    for client_id in sorted(clients_of(uow, [ref])):
        uow.consents.raise_epoch(client_id)  # what is about to be published is judged anew
    look_again(uow, hub, concerning(uow, [ref]))


def _listed(uow: UnitOfWork, record: FeedRecord) -> Feed:
    ref = reader_of(uow, record)
    return Feed(
        id=record.id,
        connector_id=record.connector_id,
        party=ref,
        name=names(uow, {ref}).get(ref, "") if ref else "",
        at=record.at,
        revoked_at=record.revoked_at,
        fetched_at=record.fetched_at,
    )


def _audit(uow: WritingUnitOfWork, hub: Hub, connector_id: str, feed_id: str, what: str, by: str) -> None:
    uow.log.audit(
        AuditLine(
            at=hub.now(), actor=by, action=f"feed.{what}", object=f"feed:{feed_id}", connector_id=connector_id
        )
    )
