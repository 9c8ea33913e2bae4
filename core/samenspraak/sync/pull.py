"""Hearing from a system: pages of changes become looks and unlinked objects.

A page only says that something may have changed; what is there is read again under the lease. Only of what it
shows for the first time is it data (ADR 0028). Each page's marks and its cursor are committed together, so
that a crash repeats a page and skips none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import structlog

from samenspraak.connectors.connector import Connector
from samenspraak.connectors.looks import Absent, Found, Page, SetApart
from samenspraak.errors import SamenspraakError, StaleError
from samenspraak.policy.state import LinkPhase
from samenspraak.store.log import Pulled
from samenspraak.store.records import REPLACED, ConnectorRecord, CursorRecord, RemoteMark, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.adopt import take_in
from samenspraak.sync.consenting import forget, has_news, hear, missing
from samenspraak.sync.hub import Hub
from samenspraak.sync.matching import is_known, meet
from samenspraak.sync.people import plain_directory
from samenspraak.sync.runs import Run, running
from samenspraak.sync.sides import page_mark
from samenspraak.sync.trouble import answered, trouble

log = structlog.get_logger(__name__)

_NEW_TOGETHER = 10
"""So many new agreements in one transaction."""


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
    since = None if full or cursor is None else cursor
    with running(hub, organisation, connector_id) as run:
        connector = hub.connected.connector(organisation, connector_id)
        try:
            _read(hub, organisation, connector, system, since, run, reset=full)
        except StaleError:
            log.info("cursor not known there, reading everything", connector=connector_id)
            _read(hub, organisation, connector, system, None, run, reset=True)
    return run.noted.met


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
    run: Run,
    *,
    reset: bool,
) -> None:
    call, began = hub.connected.call(organisation, connector.connector_id), hub.now()
    cursor, quiet = since.value if since else None, None
    if cursor is None:
        run.reads_everything()
    listed: set[str] = set()
    allowed: set[str] = set()
    for page in connector.changes(call, since.value if since else None):
        if since is not None and page.server != since.server:
            raise StaleError(f"Connector {connector.connector_id}: the server is not the one we knew.")
        listed |= {one.external_id for one in page.records}
        allowed |= {one.external_id for one in page.consents if one.holds}
        if not _brings_news(hub, organisation, connector, page, listed, allowed):
            run.noted = run.adding(Pulled(seen=len(page.records)))
            quiet = page if page.cursor not in (None, cursor) else quiet
            continue
        for part in _parts(hub, organisation, connector, page):
            with hub.store.write(organisation) as uow:
                met = _note_page(uow, hub, connector, part)
                if part.complete:
                    met += _note_missing(uow, connector.connector_id, listed)
                if part.consents_whole:
                    forget(uow, hub, connector.connector_id, allowed)
                if part.cursor is not None:
                    _go_on_after(uow, hub, connector.connector_id, part, cursor, reset=reset)
                    cursor, quiet = part.cursor, None
                uow.connectors.note(connector.connector_id, heard_at=hub.now())
                noted = uow.log.keep_run(run.adding(met))
                uow.commit()
            run.noted = noted
    with hub.store.write(organisation) as uow:
        if connector.manifest.capabilities.proposes:
            _look_at_proposals(uow, connector.connector_id)
        answered(uow, hub, asked)
        if quiet is not None:  # a page without news is not worth a transaction
            _go_on_after(uow, hub, connector.connector_id, quiet, cursor, reset=reset)
        # A hint that came in while we read may be about what we had read already: it stays to be done.
        due = uow.connectors.get(connector.connector_id).poll_due_at
        now, still_due = hub.now(), due if due is not None and due > began else None
        uow.connectors.note(connector.connector_id, heard_at=now, polled_at=now, poll_due_at=still_due)
        run.end(uow)
        uow.commit()


def _go_on_after(
    uow: WritingUnitOfWork, hub: Hub, connector_id: str, page: Page, ours: str | None, *, reset: bool
) -> None:
    """Everything up to this page was read. ``ours``: the cursor that was kept last.

    Raises:
        StaleError: somebody asked for everything while we read what changed; our cursor would take that away.
    """
    stored = uow.connectors.cursor(connector_id)
    if ours is not None and stored is not None and stored.value is None:
        raise StaleError(f"Connector {connector_id} is to be read as a whole.")
    record = CursorRecord(value=page.cursor, server=page.server, at=hub.now())
    uow.connectors.move_cursor(connector_id, record, reset=reset)


def _brings_news(
    hub: Hub, organisation: str, connector: Connector, page: Page, listed: set[str], allowed: set[str]
) -> bool:
    """Whether a page says anything that is not known: most do not, and need no turn among the writers."""
    connector_id = connector.connector_id
    with hub.store.read(organisation) as uow:
        known = _known(uow, connector_id, page)
        return (
            any(not _is_known(connector, record, known) for record in page.records)
            or any(not is_known(uow, hub, connector_id, party) for party in page.parties)
            or (page.complete and bool(_missing(uow, connector_id, listed)))
            or bool(uow.remotes.marks(connector_id, page.touched))
            or has_news(uow, hub, connector_id, page.consents)
            or (page.consents_whole and bool(missing(uow, connector_id, allowed)))
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


def _parts(hub: Hub, organisation: str, connector: Connector, page: Page) -> Iterator[Page]:
    """The page, in parts that show little that is new: each holds up other writers for a moment only.

    The last part says where to go on, so that a crash in between repeats the page.
    """
    with hub.store.read(organisation) as uow:
        known = _known(uow, connector.connector_id, page)
    new = sum(one.external_id not in known for one in page.records)
    size = _NEW_TOGETHER if new > _NEW_TOGETHER else max(1, len(page.records))
    first, *rest = range(0, max(1, len(page.records)), size)
    for start in (first, *rest):
        is_last = start + size >= len(page.records)
        yield replace(
            page,
            records=page.records[start : start + size],
            parties=page.parties if start == first else (),
            touched=page.touched if start == first else (),
            consents=page.consents if start == first else (),
            consents_whole=page.consents_whole and is_last,
            complete=page.complete and is_last,
            cursor=page.cursor if is_last else None,
        )


def _note_page(uow: WritingUnitOfWork, hub: Hub, connector: Connector, page: Page) -> Pulled:
    for party in page.parties:
        meet(uow, hub, connector.connector_id, party)
    hear(uow, hub, connector.connector_id, page.consents)
    touched = uow.remotes.marks(connector.connector_id, page.touched)
    for one in touched.values():
        look(uow, one)
    met, fresh = Pulled(changed=len(touched)), set[str]()
    known = _known(uow, connector.connector_id, page)
    directory = plain_directory(uow, connector.connector_id)
    for record in page.records:
        if record.external_id in fresh:  # twice on one page
            known |= uow.remotes.marks(connector.connector_id, [record.external_id])
        mark = known.get(record.external_id)
        if _is_known(connector, record, known):
            met += Pulled(seen=1)
        elif mark is not None:
            look(uow, mark)
            met += Pulled(seen=1, changed=1)
        elif isinstance(record, Found):
            take_in(uow, hub, connector, directory, record)
            fresh.add(record.external_id)
            met += Pulled(seen=1, new=1)
        elif isinstance(record, SetApart):
            known[record.external_id] = _set_apart(uow, hub, connector.connector_id, record)
            met += Pulled(seen=1, apart=1)
    return met


def _set_apart(uow: WritingUnitOfWork, hub: Hub, connector_id: str, record: SetApart) -> RemoteMark:
    """A record that cannot be used is listed, and looked at again when it shows something else."""
    remote = uow.remotes.add(
        RemoteRecord(
            id=hub.new_id(),
            connector_id=connector_id,
            external_id=record.external_id,
            phase=LinkPhase.NONE,
            why="apart",
            why_field=record.field,
            why_since=hub.now(),
        )
    )
    uow.wake(remotes=[remote.id])
    return RemoteMark(id=remote.id)


def _note_missing(uow: WritingUnitOfWork, connector_id: str, listed: set[str]) -> Pulled:
    """A complete list without something we know: look at it; only a look can prove that it is gone."""
    missing = _missing(uow, connector_id, listed)
    for remote in uow.remotes.marks(connector_id, missing).values():
        look(uow, remote)
    return Pulled(changed=len(missing))


def _missing(uow: UnitOfWork, connector_id: str, listed: set[str]) -> set[str]:
    return uow.remotes.live(connector_id) - listed


def _look_at_proposals(uow: WritingUnitOfWork, connector_id: str) -> None:
    """A proposal is answered without any change to a record: ask again with every pull."""
    intended = uow.remotes.intended(connector_id)
    for link_id in sorted(
        {one.link_id for one in intended if one.link_id and one.intent and one.intent.waiting}
    ):
        uow.look_at_link(link_id)


def look(uow: WritingUnitOfWork, remote: RemoteRecord | RemoteMark) -> None:
    """Something may have changed with this object; one that was replaced may have come to life."""
    if remote.link_id is None or remote.why == REPLACED:
        uow.look_at_remote(remote.id)
    else:
        uow.look_at_link(remote.link_id)
