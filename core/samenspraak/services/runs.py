"""When a connected system was heard, how long that took, what it met, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from samenspraak.services.paging import paged
from samenspraak.store.log import RunKind, RunRecord
from samenspraak.sync.hub import Hub

_AFTER_ALL = 10**12
"""More than there are ever numbers; so the newest comes first."""


class RunOutcome(StrEnum):
    """How it ended. Unfinished: it goes on, or it was broken off; a later one follows on from there."""

    HEARD = "heard"
    FAILED = "failed"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, kw_only=True)
class Run:
    """A time that a system was heard, or ``times`` in a row on one day that came to the same.

    ``error``: the code of what went wrong · ``ms``: how long the last one took · ``seen``: how many records
    each of them read; of those ``new`` for the first time, ``changed`` to be looked at again, ``apart`` of
    no use.
    """

    number: int
    connector_id: str
    kind: RunKind
    outcome: RunOutcome
    error: str
    started_at: datetime
    ended_at: datetime | None
    ms: int
    times: int
    seen: int
    new: int
    changed: int
    apart: int


def listed(hub: Hub, organisation: str, connector_id: str) -> tuple[Run, ...]:
    """The times that this system was heard, as far as they are kept; the newest first.

    Raises:
        NotFoundError: there is no such connector.
    """
    with hub.store.read(organisation) as uow:
        uow.connectors.get(connector_id)
        return tuple(_run(one) for one in uow.log.runs(connector_id))


page = paged(listed, tuple, lambda one: str(_AFTER_ALL - one.number))
"""Some of them, likewise."""


def _run(one: RunRecord) -> Run:
    return Run(
        number=one.number,
        connector_id=one.connector_id,
        kind=one.kind,
        outcome=_outcome(one),
        error=one.error,
        started_at=one.started_at,
        ended_at=one.ended_at,
        ms=one.ms,
        times=one.times,
        seen=one.met.seen,
        new=one.met.new,
        changed=one.met.changed,
        apart=one.met.apart,
    )


def _outcome(one: RunRecord) -> RunOutcome:
    if one.ended_at is None:
        return RunOutcome.UNFINISHED
    return RunOutcome.FAILED if one.error else RunOutcome.HEARD
