"""What the hub itself shows: the addresses at which people fetch it, and what they get there (ADR 0030).

An address holds a secret of 256 bits, of which only the digest is kept. Whoever has the address reads what
its person may read, so it can be revoked, and consent is asked again at every fetch.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from samenspraak.connectors.connector import Changes, Directory, Raw
from samenspraak.connectors.published import Published, Shown
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKey, units_of
from samenspraak.errors import InvalidRecordError, NotFoundError, RuleError
from samenspraak.policy.capabilities import Write
from samenspraak.policy.shape import Shape
from samenspraak.services import ADMIN
from samenspraak.services.naming import actor, names, party
from samenspraak.store.records import AgreementRecord, AuditLine, FeedRecord, PartyLink, ShownRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.audiences import ensure_client, sight_of
from samenspraak.sync.hub import Hub
from samenspraak.sync.matching import clients_of, link_party

SECRET_BYTES = 32
_NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address, as it is shown once. ``path``: below the address of this hub; it holds the secret."""

    id: str
    connector_id: str
    party: PartyRef
    path: str


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
                id=feed_id, connector_id=connector_id, reader=reader, token=_digest(token), at=hub.now()
            )
        )
        _look_again(uow, hub, ref)
        _audit(uow, hub, connector_id, feed_id, "added", decided)
        uow.commit()
    return Address(id=feed_id, connector_id=connector_id, party=ref, path=f"/feed/{organisation}/{token}.ics")


def revoke(hub: Hub, organisation: str, feed_id: str, *, by: str = ADMIN) -> Feed:
    """The address does not work any more; without another one, what its reader saw is taken back.

    Raises:
        NotFoundError: there is no such address.
    """
    with hub.store.write(organisation) as uow:
        record, decided = uow.feeds.get(feed_id), actor(uow, by)
        if uow.feeds.revoke(feed_id, hub.now()):
            for ref in _readers(uow, record):
                _look_again(uow, hub, ref)
            _audit(uow, hub, record.connector_id, feed_id, "revoked", decided)
        listed = _listed(uow, uow.feeds.get(feed_id))
        uow.commit()
    return listed


def listed(hub: Hub, organisation: str, *, connector_id: str | None = None) -> tuple[Feed, ...]:
    """All addresses, revoked ones as well, the oldest first; never the secrets in them."""
    with hub.store.read(organisation) as uow:
        return tuple(_listed(uow, one) for one in uow.feeds.list(connector_id))


def fetch(hub: Hub, organisation: str, token: str) -> Shown:
    """What the reader of this address sees now: what was published, and may still be seen.

    Raises:
        NotFoundError: there is no such address, or it was revoked; nothing says which.
    """
    digest = _digest(token)
    if organisation not in hub.store.organisations():
        raise NotFoundError("There is no such address.")
    with hub.store.read(organisation) as uow:
        feed = uow.feeds.by_token(digest)
        if feed is None:
            raise NotFoundError("There is no such address.")
        connector = hub.connected.connector(organisation, feed.connector_id)
        if not isinstance(connector, Published):
            raise NotFoundError("There is no such address.")
        copies = list(_copies(uow, hub, feed, connector))
    _note(hub, organisation, feed)
    return connector.render(copies, hub.now())


def _copies(uow: UnitOfWork, hub: Hub, feed: FeedRecord, connector: Published) -> Iterator[Raw]:
    readers = _readers(uow, feed)
    links = uow.parties.links(feed.connector_id, readers) if readers else []
    directory = Directory(connector_id=feed.connector_id)
    for copy in uow.shown.of_readers(feed.connector_id, {one.external_id for one in links}):
        hidden = _hidden(uow, hub, copy, connector)
        if hidden is not None:
            yield connector.put(dict(copy.raw), Changes(clear=hidden), directory)


def _hidden(uow: UnitOfWork, hub: Hub, copy: ShownRecord, connector: Published) -> frozenset[UnitKey] | None:
    """What of this copy may not be seen (any more) today; None: nothing may."""
    remote = uow.remotes.by_external(copy.connector_id, copy.id)
    if remote is None or remote.link_id is None:  # made a moment ago, or left over: nobody answers for it
        return None
    link = uow.links.get(remote.link_id)
    record = uow.agreements.get(link.agreement_id)
    today = sight_of(uow, hub, record.agreement, copy.connector_id, link.members).shape()
    if record.erased or not today:
        return None
    try:
        said = connector.units(dict(copy.raw))
    except InvalidRecordError:
        return None
    return frozenset(key for key in said if not _may_be_seen(link.aliases.key_here(key), today, record))


def _may_be_seen(key: UnitKey, today: Shape, record: AgreementRecord) -> bool:
    """What was just taken out of the agreement stays a moment, if such a thing may be seen."""
    return key in today.units or (key not in units_of(record.agreement) and key.kind in today.kinds)


def _note(hub: Hub, organisation: str, feed: FeedRecord) -> None:
    if feed.fetched_at is None or feed.fetched_at + _NOTED_EVERY <= hub.now():
        with hub.store.write(organisation) as uow:
            uow.feeds.note_fetched(feed.id, hub.now())
            uow.commit()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _readers(uow: UnitOfWork, feed: FeedRecord) -> frozenset[PartyRef]:
    """Who the reader of an address is today; nobody after their match was undone."""
    link = uow.parties.link_of(feed.connector_id, feed.reader)
    return frozenset({link.ref}) if link else frozenset()


def _look_again(uow: WritingUnitOfWork, hub: Hub, ref: PartyRef) -> None:
    """Every agreement this party may have to do with: another copy may be due, or one less."""
    takes_part = {one.agreement.client_id for one in uow.agreements.list() if ref in one.agreement.parties}
    for client_id in sorted(takes_part | clients_of(uow, ref)):
        uow.consents.raise_epoch(client_id)  # what is about to be published is judged anew
        ensure_client(uow, hub, client_id)


def _listed(uow: UnitOfWork, record: FeedRecord) -> Feed:
    ref = next(iter(_readers(uow, record)), None)
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
