"""What whoever has an address gets to see there: what was published, and may still be seen (ADR 0030).

Consent is asked again at every look, whatever the hub has worked off by then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from samenspraak.connectors.published import Occasion, Published, Shown, Visible
from samenspraak.connectors.writes import Changes
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import UnitKey, units_of
from samenspraak.errors import InvalidRecordError, NotFoundError
from samenspraak.policy.capabilities import Readers, Write
from samenspraak.policy.shape import Shape
from samenspraak.services.naming import names
from samenspraak.store.records import AgreementRecord, FeedRecord, LinkRecord, RemoteRecord, ShownRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.audiences import sight_of
from samenspraak.sync.concerned import clients_of
from samenspraak.sync.hub import Hub
from samenspraak.sync.people import directory_for

_NOTED_EVERY = timedelta(hours=1)
_NO_ADDRESS = "There is no such address."


def fetch(hub: Hub, organisation: str, token: str, form: str) -> Shown:
    """What the reader of this address sees now, in this form.

    Raises:
        NotFoundError: there is no such address or form, or it was revoked; nothing says which.
    """
    if organisation not in hub.store.organisations():
        raise NotFoundError(_NO_ADDRESS)
    with hub.store.read(organisation) as uow:
        feed = uow.feeds.by_token(digest(token))
        if feed is None:
            raise NotFoundError(_NO_ADDRESS)
        shown = _shown(uow, hub, feed, form)
    _note(hub, organisation, feed)
    return shown


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What the reader of an address sees, asked for by its id. ``clients``: whom it is about."""

    feed_id: str
    shown: Shown
    clients: frozenset[str]


def save(hub: Hub, organisation: str, feed_id: str, form: str) -> Saved:
    """The same for whoever may ask for any address by its id, to print it or pass it on.

    Raises:
        NotFoundError: there is no such address or form, or it was revoked.
    """
    with hub.store.read(organisation) as uow:
        feed = uow.feeds.get(feed_id)
        if feed.revoked_at is not None:
            raise NotFoundError(
                f"The address {feed_id} was revoked. Make a new one with: samenspraak feed add"
            )
        clients = frozenset(_about(uow, hub, feed))
        return Saved(feed_id=feed_id, shown=_shown(uow, hub, feed, form), clients=clients)


def published(hub: Hub, organisation: str, connector_id: str) -> Published:
    """The connector, where it is one of those whose copies the hub itself shows.

    Raises:
        NotFoundError: it is none.
    """
    connector = hub.connected.connector(organisation, connector_id)
    if not isinstance(connector, Published):
        raise NotFoundError(f"Nothing is fetched from connector {connector_id}.")
    return connector


def digest(token: str) -> bytes:
    """What is kept of the secret in an address."""
    return hashlib.sha256(token.encode()).digest()


def reader_of(uow: UnitOfWork, feed: FeedRecord) -> PartyRef | None:
    """Who the reader of an address is today; nobody after their match was undone."""
    link = uow.parties.link_of(feed.connector_id, feed.reader)
    return link.ref if link else None


# What one reader sees.


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A copy on the shelf with what the hub knows of it; ``visible`` is what its reader may see of it."""

    copy: ShownRecord
    remote: RemoteRecord
    link: LinkRecord
    visible: Visible


def standing(uow: UnitOfWork, hub: Hub, connector: Published, ref: PartyRef | None) -> Iterator[Standing]:
    """The copies that this party may see now, each as far as it may be seen."""
    for copy in _on_shelf(uow, hub, connector, ref) if ref else ():
        one = _standing(uow, hub, connector, copy)
        if one is not None and ref in one.link.members:
            yield one


def standing_of(uow: UnitOfWork, hub: Hub, connector: Published, copy_id: str) -> Standing | None:
    """The copy with this id as far as its readers may see it; None: nothing of it may be seen."""
    copy = uow.shown.get(connector.connector_id, copy_id)
    return _standing(uow, hub, connector, copy) if copy else None


def sealed_by(uow: UnitOfWork, connector_id: str) -> partial[bytes]:
    """How what this connector shows is signed."""
    return partial(uow.shown.stamp, connector_id)


def _shown(uow: UnitOfWork, hub: Hub, feed: FeedRecord, form: str) -> Shown:
    connector = published(hub, uow.organisation, feed.connector_id)
    if form not in connector.forms:
        raise NotFoundError(_NO_ADDRESS)
    ref = reader_of(uow, feed)
    found = list(standing(uow, hub, connector, ref))
    occasion = Occasion(
        now=hub.now(),
        form=form,
        seal=sealed_by(uow, feed.connector_id),
        reader=names(uow, {ref}).get(ref, "") if ref else "",
        heard=_heard(uow, hub, {one.link.agreement_id for one in found}),
    )
    return connector.render([one.visible for one in found], occasion)


def _about(uow: UnitOfWork, hub: Hub, feed: FeedRecord) -> Iterator[str]:
    connector, ref = published(hub, uow.organisation, feed.connector_id), reader_of(uow, feed)
    if ref is not None and ref.kind is PartyKind.CLIENT:
        yield ref.id
    for one in standing(uow, hub, connector, ref):
        yield uow.agreements.get(one.link.agreement_id).agreement.client_id


def _on_shelf(uow: UnitOfWork, hub: Hub, connector: Published, ref: PartyRef) -> list[ShownRecord]:
    """What lies there for a party: for each reader alone, or, what all read together, for each client."""
    connector_id = connector.connector_id
    if connector.manifest.capabilities.readers is Readers.EVERYONE:
        clients = {PartyRef(kind=PartyKind.CLIENT, id=one) for one in clients_of(uow, [ref])}
        links = uow.parties.links(connector_id, clients) if clients else []
    else:
        links = uow.parties.links(connector_id, {ref})
    return uow.shown.of_readers(connector_id, {one.external_id for one in links}) if links else []


def _standing(uow: UnitOfWork, hub: Hub, connector: Published, copy: ShownRecord) -> Standing | None:
    """The copy as far as it may be seen today; None: nothing of it may."""
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
    hidden = frozenset(key for key in said if not _may_be_seen(link.aliases.key_here(key), today, record))
    directory = directory_for(uow, copy.connector_id, record.agreement, today)
    visible = Visible(
        raw=connector.put(dict(copy.raw), Changes(clear=hidden), directory),
        id=copy.id,
        version=max(remote.base.values(), default=0),
        names=directory.names,
        kinds=today.kinds,
        shape=today.digest,
    )
    return Standing(copy=copy, remote=remote, link=link, visible=visible)


def _may_be_seen(key: UnitKey, today: Shape, record: AgreementRecord) -> bool:
    """What was just taken out of the agreement stays a moment, if such a thing may be seen."""
    return key in today.units or (key not in units_of(record.agreement) and key.kind in today.kinds)


def _heard(uow: UnitOfWork, hub: Hub, agreements: Iterable[str]) -> Mapping[str, datetime | None]:
    """When each other system that holds these agreements was last heard."""
    there = {link.connector_id for one in agreements for link in uow.links.of_agreement(one)}
    return {
        one.title or one.id: one.heard_at
        for one in uow.connectors.list()
        if one.id in there and hub.capabilities(uow.organisation, one.id).mode is not Write.VIEW
    }


def _note(hub: Hub, organisation: str, feed: FeedRecord) -> None:
    if feed.fetched_at is None or feed.fetched_at + _NOTED_EVERY <= hub.now():
        with hub.store.write(organisation) as uow:
            uow.feeds.note_fetched(feed.id, hub.now())
            uow.commit()
