"""A system whose records are read in another way than before, because its settings say so.

A changed mapping is nobody's edit. A unit that is read otherwise from what we knew of a record has no base
any more: where the record is empty now it is written, where it says what we hold it agrees, and another value
is two values against each other, by the unit's rule. Source: design §3, "three kinds of change, never mixed".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from samenspraak.connectors.connector import Connector
from samenspraak.connectors.looks import Directory, Marker
from samenspraak.connectors.writes import Subject
from samenspraak.domain.units import UnitKey, UnitKind, Units
from samenspraak.errors import InvalidRecordError
from samenspraak.policy.state import SentUnits
from samenspraak.store.records import LinkRecord, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.aliased import aliased
from samenspraak.sync.authors import said_through
from samenspraak.sync.hub import Hub
from samenspraak.sync.keeping import as_changes
from samenspraak.sync.people import plain_directory
from samenspraak.sync.sides import may_arrive


@dataclass(frozen=True, kw_only=True)
class Reread:
    """What is known of one record, by the lens as it was (``stood``) and as it is (``stands``).

    ``sent_beyond``: what a write of ours may have put, or still put, where the lens as it is does not read.
    """

    link: LinkRecord
    remote: RemoteRecord
    stood: Units
    stands: Units
    sent_beyond: frozenset[UnitKey]


def reread(uow: UnitOfWork, hub: Hub, before: Connector, now: Connector) -> list[Reread]:
    """Every record of the system, read once with either lens."""
    directory, found = plain_directory(uow, now.connector_id), []
    for link in uow.links.of_connector(now.connector_id):
        was, reads = aliased(before, link.aliases), aliased(now, link.aliases)
        found += [
            Reread(
                link=link,
                remote=remote,
                stood=_units(was, remote.seen, directory),
                stands=_units(reads, remote.seen, directory),
                sent_beyond=frozenset().union(
                    *(
                        _sent_beyond(uow, was, reads, link, remote, directory, sent)
                        for sent in _on_their_way(hub, remote)
                    )
                ),
            )
            for remote in uow.remotes.of_link(link.id)
        ]
    return found


def left_behind(uow: UnitOfWork, records: Iterable[Reread]) -> Counter[UnitKind]:
    """In how many records what the hub wrote would stay in a place that is read no more, by kind of unit.

    What people there wrote themselves is theirs, wherever it stands. A record that cannot be read any more is
    not counted: nobody can say what would become of it.
    """
    found = Counter[UnitKind]()
    for one in records:
        stays = _beyond(one.stood, one.stands) & one.remote.base.keys()
        based = {key: one.remote.base[key] for key in stays}
        link = one.link
        theirs = said_through(uow, link.agreement_id, link.connector_id, upto=based) if stays else frozenset()
        ours = (stays - theirs) | one.sent_beyond
        found.update({key.kind for key in ours})
    return found


def read_otherwise(uow: WritingUnitOfWork, records: Iterable[Reread]) -> None:
    """In the transaction that saves the settings: what is known of each record, as it is read from now on.

    What stood there before under one version of the system cannot be compared either, so that another reading
    is not taken for a restored system.
    """
    for one in records:
        agreed = {
            key: version
            for key, version in one.remote.base.items()
            if one.stood.get(key) == one.stands.get(key)
        }
        uow.remotes.save(replace(one.remote, base=agreed, earlier=(), page_mark=None))


def _units(connector: Connector, raw: Mapping[str, Any] | None, directory: Directory) -> Units:
    """What is known of a record, read by this lens; nothing where that cannot read it."""
    try:
        return connector.get(dict(raw), directory).units if raw is not None else {}
    except InvalidRecordError:
        return {}


def _beyond(stood: Units, stands: Units) -> frozenset[UnitKey]:
    return frozenset(stood.keys() - stands.keys()) if stands else frozenset()


def _subject(uow: UnitOfWork, link: LinkRecord, remote: RemoteRecord, directory: Directory) -> Subject:
    """What a record is about that we may just have made there, and that nobody has seen yet."""
    client = directory.id_of(uow.agreements.get(link.agreement_id).agreement.client)
    marker = Marker(agreement_id=link.agreement_id, copy=link.audience, part=remote.part)
    return Subject(client=client or "", marker=marker)


def _on_their_way(hub: Hub, remote: RemoteRecord) -> list[SentUnits]:
    """What the writes sent whose outcome nobody knows, also of those that were given up on."""
    late = [one.sent for one in may_arrive(remote, hub.now())]
    return late if remote.intent is None else [remote.intent.sent, *late]


def _sent_beyond(
    uow: UnitOfWork,
    was: Connector,
    reads: Connector,
    link: LinkRecord,
    remote: RemoteRecord,
    directory: Directory,
    sent: SentUnits,
) -> frozenset[UnitKey]:
    """Of a write whose outcome nobody knows nothing is agreed, and it may stand there all the same."""
    try:
        before = remote.seen or was.new(_subject(uow, link, remote, directory))
        landed = was.put(dict(before), as_changes(sent), directory)
    except InvalidRecordError:
        return frozenset()
    stays = _beyond(_units(was, landed, directory), _units(reads, landed, directory))
    return stays & sent.keys()
