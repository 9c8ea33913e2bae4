"""The versions of an agreement for whoever is signed in: what each changed, as far as they may see it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from samenspraak.domain.parties import PartyRef, party_of
from samenspraak.domain.units import Units
from samenspraak.policy.access import Principal
from samenspraak.services.eyes import Eyes
from samenspraak.services.history import Difference, differences
from samenspraak.store.records import AgreementRecord, VersionRecord
from samenspraak.sync.hub import Hub


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version.

    ``by``: '' where that may not be known · ``through``: a connector, '' for the hub, or likewise.
    """

    version: int
    at: datetime
    by: str
    through: str
    why: str
    changed: tuple[Difference, ...]


@dataclass(frozen=True, kw_only=True)
class Past:
    """Some versions of an agreement, the oldest first. ``more``: whether there are later ones."""

    id: str
    client: PartyRef
    version: int
    items: tuple[Version, ...]
    more: bool


def of_agreement(
    hub: Hub, organisation: str, who: Principal, agreement_id: str, *, after: int = 0, limit: int = 50
) -> Past:
    """What happened to it after this version.

    A version in which nothing changed that they may see is told without saying who made it, or why: it may be
    that somebody said something that is not for them.

    Raises:
        NotFoundError: there is no such agreement, or they may not see it.
    """
    with hub.store.read(organisation) as uow:
        eyes = Eyes(uow, hub, who)
        record = eyes.record(agreement_id)
        history = uow.agreements.history(record.agreement.id)
        found = history[after : after + limit]
        before = [_as_was(one) for one in history[max(after - 1, 0) : after]]
        states = [eyes.units(one) for one in (*before, *map(_as_was, found))]
        steps = pairwise(states if before else [{}, *states])
        return Past(
            id=record.agreement.id,
            client=record.agreement.client,
            version=record.version,
            items=tuple(
                _version(eyes, version, was, then) for version, (was, then) in zip(found, steps, strict=True)
            ),
            more=after + limit < len(history),
        )


def _as_was(version: VersionRecord) -> AgreementRecord:
    return AgreementRecord(agreement=version.agreement, version=version.version)


def _version(eyes: Eyes, version: VersionRecord, before: Units, after: Units) -> Version:
    cause = version.cause
    changed = differences(before, after)
    is_known = _is_known(eyes, version, changed)
    return Version(
        version=version.version,
        at=version.at,
        by=cause.actor if is_known else "",
        through=cause.connector_id if is_known and eyes.knows(cause.connector_id) else "",
        why=cause.why if is_known else "",
        changed=changed,
    )


def _is_known(eyes: Eyes, version: VersionRecord, changed: Collection[Difference]) -> bool:
    """Whether they may know who made it, and why."""
    actor = party_of(version.cause.actor)
    if eyes.sees_everything or (actor is not None and actor == eyes.party):
        return True
    return bool(changed) and (actor is None or eyes.may_name(_as_was(version), actor))
