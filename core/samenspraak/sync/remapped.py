"""A system whose records are read in another way than before, because its settings say so.

A changed mapping is nobody's edit. A unit that is read otherwise from what we knew of a record has no base
any more: where the record is empty now it is written, where it says what we hold it agrees, and another value
is two values against each other, by the unit's rule. Source: design §3, "three kinds of change, never mixed".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import replace

from samenspraak.connectors.connector import Connector, Directory
from samenspraak.domain.units import UnitKey, UnitKind, Units
from samenspraak.errors import InvalidRecordError
from samenspraak.store.records import LinkRecord, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
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


def left_behind(uow: UnitOfWork, before: Connector, now: Connector) -> Counter[UnitKind]:
    """In how many records what the hub wrote would stay in a place that is read no more, by kind of unit.

    What people there wrote themselves is theirs, wherever it stands. A record that cannot be read any more is
    not counted: nobody can say what would become of it.
    """
    directory, found = plain_directory(uow, now.connector_id), Counter[UnitKind]()
    for link in uow.links.of_connector(now.connector_id):
        was, reads = aliased(before, link.aliases), aliased(now, link.aliases)
        for remote in uow.remotes.of_link(link.id):
            stood, stands = _units(was, remote, directory), _units(reads, remote, directory)
            if stands:
                stays = (stood.keys() - stands.keys()) & remote.base.keys()
                found.update({key.kind for key in stays - _typed_there(uow, link, remote, stays)})
    return found


def _typed_there(
    uow: UnitOfWork, link: LinkRecord, remote: RemoteRecord, keys: Set[UnitKey]
) -> frozenset[UnitKey]:
    """Those of these units whose value came from this system itself."""
    history = uow.agreements.history(link.agreement_id) if keys else ()
    author: dict[UnitKey, str] = {}
    for version in history:
        author |= {
            key: version.cause.connector_id or ""
            for key in keys & version.units
            if version.version <= remote.base[key]
        }
    return frozenset(key for key, connector_id in author.items() if connector_id == link.connector_id)


def _read(remote: RemoteRecord, before: Connector, now: Connector, directory: Directory) -> RemoteRecord:
    was, read = (_units(one, remote, directory) for one in (before, now))
    agreed = {key: version for key, version in remote.base.items() if was.get(key) == read.get(key)}
    return replace(remote, base=agreed, earlier=(), page_mark=None)


def _units(connector: Connector, remote: RemoteRecord, directory: Directory) -> Units:
    """What is known of a record, read by this lens; nothing where that cannot read it."""
    try:
        return connector.get(dict(remote.seen), directory).units if remote.seen is not None else {}
    except InvalidRecordError:
        return {}
