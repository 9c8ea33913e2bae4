"""When each system was last heard, and so whether silence there means anything.

An empty field is no "not done" while a system in which it may have been reported is out of reach, or while
what stands there cannot be read. A system that only shows what the hub has is never heard: what people wrote
on a page is known once somebody brings it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from samenspraak.errors import ConfigurationError
from samenspraak.policy.capabilities import SystemKind, Write
from samenspraak.policy.state import ConnectorState, LinkPhase, Reason
from samenspraak.store.records import ConnectorRecord, LinkRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.hub import Hub

_MISSED_LOOKS = 2
"""A system that was not heard from for so many times as long as we wait between looks is out of reach."""
_UNREAD = frozenset({Reason.ACCESS_LOST, Reason.SET_APART, Reason.FAILED})


@dataclass(frozen=True, kw_only=True)
class System:
    """One system that holds a copy.

    ``heard_at``: when we last heard from it, None: never · ``out_of_reach``: silence there means nothing now
    · ``by_hand``: it is not asked; what people say there is known once somebody brings it.
    """

    id: str
    title: str
    heard_at: datetime | None
    out_of_reach: bool = False
    by_hand: bool = False


@dataclass(frozen=True, kw_only=True)
class Silence:
    """A system in which something may be reported that we have not heard.

    ``since``: we know what stood there until then; None: nobody can say until when · ``unreadable``: it
    answers, but this copy cannot be read.
    """

    system: str
    title: str
    since: datetime | None
    unreadable: bool = False


class Hearing:
    """When the systems of one organisation were heard, as of one moment: ``as_of``.

    Whoever compares with it uses that same moment: a clock goes on between two looks at it, and then a system
    that is heard up to now would be one that was heard before now.
    """

    def __init__(self, uow: UnitOfWork, hub: Hub) -> None:
        self._uow = uow
        self._hub = hub
        self.as_of = hub.now()
        self._known: dict[str, System | None] = {}

    def until(self, agreement_id: str) -> Mapping[str, datetime | None]:
        """Until when each system in which it may be reported counts as heard; None: it cannot be told."""
        silent = {one.system for one in self.silences(agreement_id)}
        asked = {system.id for _, system in self._copies(agreement_id) if not system.by_hand}
        return {one: None if one in silent else self.as_of for one in sorted(asked)}

    def silences(self, agreement_id: str) -> tuple[Silence, ...]:
        """The systems whose silence about this agreement means nothing now, by id."""
        found: dict[str, Silence] = {}
        for link, system in self._copies(agreement_id):
            if system.out_of_reach or (_is_unread(link) and not system.by_hand):
                found[system.id] = Silence(
                    system=system.id,
                    title=system.title,
                    since=system.heard_at if system.out_of_reach else None,
                    unreadable=not system.out_of_reach,
                )
        return tuple(found[one] for one in sorted(found))

    def systems(self, agreement_id: str) -> frozenset[System]:
        """Every system that holds a copy and tells of it, or has it brought."""
        return frozenset(system for _, system in self._copies(agreement_id))

    def system(self, connector_id: str) -> System | None:
        """How one system is heard; None: nothing ever comes from there."""
        if connector_id not in self._known:
            self._known[connector_id] = self._look(self._uow.connectors.get(connector_id))
        return self._known[connector_id]

    def _copies(self, agreement_id: str) -> Iterator[tuple[LinkRecord, System]]:
        for link in self._uow.links.of_agreement(agreement_id):
            system = self.system(link.connector_id) if link.phase is LinkPhase.OPEN else None
            if system is not None:
                yield link, system

    def _look(self, record: ConnectorRecord) -> System | None:
        try:
            manifest = self._hub.connected.manifest(self._uow.organisation, record.id)
        except ConfigurationError:  # its plugin is gone, so that nothing is heard there any more
            return self._heard(record, record.heard_at, record.heard_at)
        can = manifest.capabilities
        if can.kind is SystemKind.FEED:
            return None
        if can.mode is Write.VIEW:
            return System(id=record.id, title=record.title, heard_at=None, by_hand=True)
        if can.stays_here:
            return self._told(record)
        wait = timedelta(seconds=_MISSED_LOOKS * manifest.rates.poll_seconds)
        return self._heard(record, record.heard_at, record.heard_at + wait if record.heard_at else None)

    def _told(self, record: ConnectorRecord) -> System:
        """One that we tell and that says things by itself: heard as long as it takes what it is told."""
        subscriber = self._uow.events.subscriber(record.id)
        takes = record.state is ConnectorState.RUNNING and not subscriber.failures
        taken_at = subscriber.taken_at
        return self._heard(record, taken_at, self.as_of if takes and taken_at else taken_at)

    def _heard(self, record: ConnectorRecord, at: datetime | None, until: datetime | None) -> System:
        """``until``: until when it counts as heard: silence between two looks is no silence."""
        gone = until is None or until < self.as_of
        return System(id=record.id, title=record.title, heard_at=at, out_of_reach=gone)


def _is_unread(link: LinkRecord) -> bool:
    """Whether something may stand in this copy that we cannot read, however often the system answers."""
    return link.reason in _UNREAD or (link.attempts > 0 and link.look != link.looked)
