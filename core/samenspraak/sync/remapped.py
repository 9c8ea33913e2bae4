"""A system whose records are read in another way than before, because its settings say so.

A changed mapping is nobody's edit. A unit that is read otherwise from what we knew of a record has no base
any more: where the record is empty now it is written, where it says what we hold it agrees, and another value
is two values against each other, by the unit's rule. Source: design §3, "three kinds of change, never mixed".
"""

from __future__ import annotations

from dataclasses import replace

from samenspraak.connectors.connector import Connector, Directory
from samenspraak.domain.units import Units
from samenspraak.errors import InvalidRecordError
from samenspraak.store.records import RemoteRecord
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync.aliased import aliased
from samenspraak.sync.people import plain_directory


def read_otherwise(uow: WritingUnitOfWork, before: Connector, now: Connector) -> None:
    """In the transaction that saves the settings: what is known of each record, as it is read from now on.

    What stood there before under one version of the system cannot be compared either, so that another reading
    is not taken for a restored system.
    """
    directory = plain_directory(uow, now.connector_id)
    for link in uow.links.of_connector(now.connector_id):
        was, reads = aliased(before, link.aliases), aliased(now, link.aliases)
        for remote in uow.remotes.of_link(link.id):
            uow.remotes.save(_read(remote, was, reads, directory))


def _read(remote: RemoteRecord, before: Connector, now: Connector, directory: Directory) -> RemoteRecord:
    was, read = (_units(one, remote, directory) for one in (before, now))
    agreed = {key: version for key, version in remote.base.items() if was.get(key) == read.get(key)}
    return replace(remote, base=agreed, earlier=(), page_mark=None)


def _units(connector: Connector, remote: RemoteRecord, directory: Directory) -> Units:
    try:
        return connector.get(dict(remote.seen), directory).units if remote.seen is not None else {}
    except InvalidRecordError:
        return {}
