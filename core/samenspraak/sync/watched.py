"""Connectors whose writes are seen before they leave: imagined in a rehearsal, checked against a plan.

Everything that reads goes through to the real system. What a rehearsal imagines to be written is shown to
whoever reads it afterwards, so that the hub goes on as after a success.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, cast

from samenspraak.connectors.calls import Call
from samenspraak.connectors.connector import Connector
from samenspraak.connectors.looks import Absent, Found, Look, Marker, Raw
from samenspraak.connectors.manifest import Manifest
from samenspraak.connectors.notices import Delivery, Notice
from samenspraak.connectors.writes import End, Proposal, ProposalState, Subject, Written
from samenspraak.domain.canonical import digest
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKey
from samenspraak.policy.capabilities import Token
from samenspraak.policy.state import Intent, WriteKind
from samenspraak.store.records import ConnectorRecord, LinkRecord, RemoteRecord
from samenspraak.store.unit_of_work import Store, UnitOfWork
from samenspraak.sync.ports import Connected

REMOVE_DOUBLE = "remove_double"
WITHDRAW = "withdraw_proposal"


@dataclass(frozen=True, kw_only=True, order=True)
class Act:
    """One write to another system: ids and names of units, never content.

    ``kind``: create, update, end, retract, ``remove_double`` or ``withdraw_proposal`` · ``members``: who
    reads the copy (none: staff) · ``newly``: what its readers could not see there before · ``fingerprint``:
    of all that the write says.
    """

    connector_id: str
    kind: str
    agreement_id: str = ""
    part: str = ""
    members: tuple[PartyRef, ...] = ()
    units: tuple[UnitKey, ...] = ()
    newly: tuple[UnitKey, ...] = ()
    fingerprint: str = ""


Watcher = Callable[[Act], None]
"""Is told of each write before it leaves; raises what stops it."""


@dataclass(kw_only=True)
class Watching:
    """The connectors of a hub, with their writes put to a watcher first.

    Args:
        inner: the real connectors.
        store: of the hub that writes, where its intents are.
        watcher: is told of each write.
        imagines: nothing leaves; what would have been written is only remembered.
    """

    inner: Connected
    store: Store
    watcher: Watcher
    imagines: bool
    _built: dict[tuple[str, str], Connector] = field(default_factory=dict)

    def connector(
        self, organisation: str, connector_id: str, *, known: ConnectorRecord | None = None
    ) -> Connector:
        """The connector of the port ``Connected``, watched."""
        key = (organisation, connector_id)
        if key not in self._built:
            real = self.inner.connector(organisation, connector_id, known=known)
            kind = _Imagined if self.imagines else _Watched
            self._built[key] = cast("Connector", kind(real, self._told(organisation, connector_id)))
        return self._built[key]

    def manifest(self, organisation: str, connector_id: str) -> Manifest:
        return self.inner.manifest(organisation, connector_id)

    def call(
        self,
        organisation: str,
        connector_id: str,
        *,
        permit: Callable[[], None] | None = None,
        known: ConnectorRecord | None = None,
    ) -> Call:
        return self.inner.call(organisation, connector_id, permit=permit, known=known)

    def _told(self, organisation: str, connector_id: str) -> _Told:
        def told(subject: Marker | str, otherwise: str) -> None:
            with self.store.read(organisation) as uow:
                act = _act(uow, connector_id, subject, otherwise)
            self.watcher(act)

        return told


_Told = Callable[[Marker | str, str], None]


class _Watched:
    """A connector that tells of each write before it does it."""

    def __init__(self, inner: Connector, told: _Told) -> None:
        self._inner = inner
        self._told = told

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        self._told(subject.marker, WriteKind.CREATE)
        return self._create(call, subject, raw)

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        self._told(found.external_id, WriteKind.UPDATE)
        return self._update(call, found, raw)

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        self._told(found.external_id, REMOVE_DOUBLE)
        return self._end(call, found, raw, how)

    def withdraw(self, call: Call, waiting: str) -> None:
        self._told(waiting, WITHDRAW)
        self._withdraw(call, waiting)

    # What then happens.

    def _create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        return self._inner.create(call, subject, raw)

    def _update(self, call: Call, found: Found, raw: Raw) -> Written:
        return self._inner.update(call, found, raw)

    def _end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        return self._inner.end(call, found, raw, how)

    def _withdraw(self, call: Call, waiting: str) -> None:
        self._inner.withdraw(call, waiting)


class _Imagined(_Watched):
    """A connector that writes nothing and remembers what it would have written."""

    def __init__(self, inner: Connector, told: _Told) -> None:
        super().__init__(inner, told)
        self._there: dict[str, Look] = {}
        self._waiting: set[str] = set()
        self._names = (f"~{number}" for number in count(1))

    # Reading.

    def fetch(self, call: Call, external_id: str) -> Look:
        return self._there.get(external_id) or self._inner.fetch(call, external_id)

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        return [
            found if isinstance(found, Found) else one
            for one in self._inner.find(call, marker)
            if not isinstance(found := self._there.get(one.external_id), Absent)
        ]

    def proposal(self, call: Call, waiting: str) -> Proposal:
        if waiting in self._waiting:
            return Proposal(state=ProposalState.WAITING)
        return self._inner.proposal(call, waiting)

    # Writing.

    def _create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        return self._written("", raw, None)

    def _update(self, call: Call, found: Found, raw: Raw) -> Written:
        return self._written(found.external_id, raw, found.token)

    def _end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        if how is not End.RETRACTED or self._inner.manifest.capabilities.proposes:
            return self._written(found.external_id, raw, found.token)
        self._there[found.external_id] = Absent(external_id=found.external_id)
        return Written(external_id=found.external_id)

    def _withdraw(self, call: Call, waiting: str) -> None:
        self._waiting.discard(waiting)

    def deliver(self, call: Call, notice: Notice) -> Delivery:
        """Nothing leaves: what was waiting to be handed over before counts as taken."""
        return Delivery.TAKEN

    def _written(self, external_id: str, raw: Raw, before: str | None) -> Written:
        if self._inner.manifest.capabilities.proposes:
            waiting = next(self._names)
            self._waiting.add(waiting)
            return Written(external_id=external_id, waiting=waiting)
        found = Found(external_id=external_id or next(self._names), raw=raw, token=self._token(before))
        self._there[found.external_id] = found
        return Written(external_id=found.external_id, found=found)

    def _token(self, before: str | None) -> str | None:
        """The next one; ordered ones are numbers, also of what is only imagined to have been made."""
        capabilities = self._inner.manifest.capabilities
        if capabilities.token is Token.NONE:
            return None
        before = before or ("0" if capabilities.token_ordered else "")
        return str(int(before) + 1) if before.isdecimal() else f"{before}~"


# What a write is, from the intent that was committed before it.


def _act(uow: UnitOfWork, connector_id: str, subject: Marker | str, otherwise: str) -> Act:
    found = _intended(uow, connector_id, subject)
    if found is None:
        # No intent is committed for an object that goes because another one stands for the same.
        return Act(connector_id=connector_id, kind=otherwise, fingerprint=str(subject))
    link, remote, intent = found
    act = Act(
        connector_id=connector_id,
        kind=otherwise if otherwise == WITHDRAW else intent.kind,
        agreement_id=link.agreement_id,
        part=remote.part,
        members=tuple(sorted(link.members)),
    )
    if otherwise == WITHDRAW:
        return act
    seen = remote.shape.units if remote.shape else frozenset[UnitKey]()
    shown = {key for key, value in intent.sent.items() if value is not None}
    return replace(
        act,
        units=tuple(sorted(intent.sent)),
        newly=tuple(sorted(shown - seen)),
        fingerprint=_fingerprint(intent),
    )


def _intended(
    uow: UnitOfWork, connector_id: str, subject: Marker | str
) -> tuple[LinkRecord, RemoteRecord, Intent] | None:
    for remote in _remotes(uow, connector_id, subject):
        if remote.intent is not None and remote.link_id is not None:
            return uow.links.get(remote.link_id), remote, remote.intent
    return None


def _remotes(uow: UnitOfWork, connector_id: str, subject: Marker | str) -> list[RemoteRecord]:
    if isinstance(subject, Marker):
        link = uow.links.find(subject.agreement_id, connector_id, subject.copy)
        part = link.aliases.id_here(subject.part) if link else ""
        return [one for one in uow.remotes.of_link(link.id) if one.part == part] if link else []
    if known := uow.remotes.by_external(connector_id, subject):
        return [known]
    intended = uow.remotes.intended(connector_id)
    return [one for one in intended if one.intent is not None and one.intent.waiting == subject]


def _fingerprint(intent: Intent) -> str:
    said = {"sent": intent.sent, "mark": intent.mark, "told": intent.told}
    return digest("a1", {"kind": intent.kind, "how": intent.how, **said})
