"""Hearing from a system: pages of changes become looks and unlinked objects. Never data.

A page only says that something may have changed; what is there is read again under the lease. Each page's
marks and its cursor are committed together, so that a crash repeats a page and skips none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from samenspraak.connectors.connector import Absent, Connector, Found, Page, SetApart
from samenspraak.errors import SamenspraakError, StaleError
from samenspraak.policy.state import LinkPhase
from samenspraak.store.records import ConnectorRecord, CursorRecord, RemoteMark, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.hub import Hub
from samenspraak.sync.matching import is_known, meet
from samenspraak.sync.sides import page_mark
from samenspraak.sync.trouble import answered, trouble

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """What a pull met: objects seen, new ones among them, changed ones, set apart."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    apart: int = 0

    def __add__(self, other: Pulled) -> Pulled:
        return Pulled(
            seen=self.seen + other.seen,
            new=self.new + other.new,
            changed=self.changed + other.changed,
            apart=self.apart + other.apart,
        )


def pull(hub: Hub, organisation: str, connector_id: str, *, full: bool = False) -> Pulled:
    """Read what changed there since the cursor (``full``: everything), and mark what must be looked at.

    Raises:
        The errors of ``samenspraak.errors`` that the connector raises; what was read before is kept.
    """
    with hub.store.read(organisation) as uow:
        system = uow.connectors.get(connector_id)
        cursor = uow.connectors.cursor(connector_id)
    if not system.state.listens:
        return Pulled()
    connector = hub.connected.connector(organisation, connector_id)
    since = None if full or cursor is None else cursor
    try:
        return _read(hub, organisation, connector, system, since, reset=full)
    except StaleError:
        log.info("cursor not known there, reading everything", connector=connector_id)
        return _read(hub, organisation, connector, system, None, reset=True)


def pull_failed(hub: Hub, organisation: str, connector_id: str, error: SamenspraakError) -> None:
    """Note that a pull failed: later again, or a person is asked; nothing that was read is lost."""
    log.debug("pull failed", organisation=organisation, connector=connector_id, code=error.code)
    with hub.store.write(organisation) as uow:
        trouble(uow, hub, connector_id, error)
        wait = hub.backoff(uow.connectors.get(connector_id).failures, getattr(error, "retry_after", None))
        uow.connectors.note(connector_id, polled_at=hub.now(), poll_due_at=hub.now() + wait)
        uow.commit()


def _read(
    hub: Hub,
    organisation: str,
    connector: Connector,
    asked: ConnectorRecord,
    since: CursorRecord | None,
    *,
    reset: bool,
) -> Pulled:
    call, began = hub.connected.call(organisation, connector.connector_id), hub.now()
    met, cursor = Pulled(), since.value if since else None
    listed: set[str] = set()
    for page in connector.changes(call, since.value if since else None):
        if since is not None and page.server != since.server:
            raise StaleError(f"Connector {connector.connector_id}: the server is not the one we knew.")
        listed |= {one.external_id for one in page.records}
        if page.cursor in (None, cursor) and not _brings_news(hub, organisation, connector, page, listed):
            met += Pulled(seen=len(page.records))
            continue
        with hub.store.write(organisation) as uow:
            met += _note_page(uow, hub, connector, page)
            if page.complete:
                met += _note_missing(uow, connector.connector_id, listed)
            if page.cursor is not None:
                _check_not_reset(uow, connector.connector_id, cursor)
                record = CursorRecord(value=page.cursor, server=page.server, at=hub.now())
                uow.connectors.move_cursor(connector.connector_id, record, reset=reset)
                cursor = page.cursor
            uow.connectors.note(connector.connector_id, heard_at=hub.now())
            uow.commit()
    with hub.store.write(organisation) as uow:
        if connector.manifest.capabilities.proposes:
            _look_at_proposals(uow, connector.connector_id)
        answered(uow, hub, asked)
        # A hint that came in while we read may be about what we had read already: it stays to be done.
        due = uow.connectors.get(connector.connector_id).poll_due_at
        now, still_due = hub.now(), due if due is not None and due > began else None
        uow.connectors.note(connector.connector_id, heard_at=now, polled_at=now, poll_due_at=still_due)
        uow.commit()
    return met


def _check_not_reset(uow: UnitOfWork, connector_id: str, ours: str | None) -> None:
    """Somebody asked for everything while we read what changed; our cursor would take that away."""
    stored = uow.connectors.cursor(connector_id)
    if ours is not None and stored is not None and stored.value is None:
        raise StaleError(f"Connector {connector_id} is to be read as a whole.")


def _brings_news(hub: Hub, organisation: str, connector: Connector, page: Page, listed: set[str]) -> bool:
    """Whether a page says anything that is not known: most do not, and need no turn among the writers."""
    connector_id = connector.connector_id
    with hub.store.read(organisation) as uow:
        known = _known(uow, connector_id, page)
        return (
            any(not _is_known(connector, record, known) for record in page.records)
            or any(not is_known(uow, hub, connector_id, party) for party in page.parties)
            or (page.complete and bool(_missing(uow, connector_id, listed)))
        )


def _known(uow: UnitOfWork, connector_id: str, page: Page) -> dict[str, RemoteMark]:
    return uow.remotes.marks(connector_id, (one.external_id for one in page.records))


def _is_known(
    connector: Connector, record: Found | Absent | SetApart, known: Mapping[str, RemoteMark]
) -> bool:
    mark = known.get(record.external_id)
    if mark is None:
        return isinstance(record, Absent)
    return isinstance(record, Found) and page_mark(connector, record) == mark.page_mark


def _note_page(uow: WritingUnitOfWork, hub: Hub, connector: Connector, page: Page) -> Pulled:
    for party in page.parties:
        meet(uow, hub, connector.connector_id, party)
    met, known = Pulled(), _known(uow, connector.connector_id, page)
    for record in page.records:
        mark = known.get(record.external_id)
        if _is_known(connector, record, known):
            met += Pulled(seen=1)
        elif mark is not None:
            look(uow, mark)
            met += Pulled(seen=1, changed=1)
        else:
            known[record.external_id] = _note_new(uow, hub, connector.connector_id, record)
            met += Pulled(seen=1, apart=1) if isinstance(record, SetApart) else Pulled(seen=1, new=1)
    return met


def _note_new(
    uow: WritingUnitOfWork, hub: Hub, connector_id: str, record: Found | Absent | SetApart
) -> RemoteMark:
    apart = isinstance(record, SetApart)
    remote = uow.remotes.add(
        RemoteRecord(
            id=hub.new_id(),
            connector_id=connector_id,
            external_id=record.external_id,
            phase=LinkPhase.NONE,
            why="apart" if apart else "new",
            why_field=record.field if isinstance(record, SetApart) else "",
            look=0 if apart else 1,
        )
    )
    uow.wake(remotes=[remote.id])
    return RemoteMark(id=remote.id)


def _note_missing(uow: WritingUnitOfWork, connector_id: str, listed: set[str]) -> Pulled:
    """A complete list without something we know: look at it; only a look can prove that it is gone."""
    missing = _missing(uow, connector_id, listed)
    for remote in missing:
        look(uow, remote)
    return Pulled(changed=len(missing))


def _missing(uow: UnitOfWork, connector_id: str, listed: set[str]) -> list[RemoteMark]:
    return [
        remote for external_id, remote in uow.remotes.live(connector_id).items() if external_id not in listed
    ]


def _look_at_proposals(uow: WritingUnitOfWork, connector_id: str) -> None:
    """A proposal is answered without any change to a record: ask again with every pull."""
    intended = uow.remotes.intended(connector_id)
    for link_id in sorted(
        {one.link_id for one in intended if one.link_id and one.intent and one.intent.waiting}
    ):
        uow.look_at_link(link_id)


def look(uow: WritingUnitOfWork, remote: RemoteRecord | RemoteMark) -> None:
    """Something may have changed with this object."""
    if remote.link_id is None:
        uow.look_at_remote(remote.id)
    else:
        uow.look_at_link(remote.link_id)
