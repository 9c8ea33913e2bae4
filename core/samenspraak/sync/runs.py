"""What is noted of hearing a system: when, how long, what it met, and with which error (ADR 0050).

Counts are kept in the transaction of what they count, so that a crash leaves what was read until then, as a
run that never ended. A time that came to the same as the one before is counted with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from samenspraak.domain.local_time import local_day
from samenspraak.errors import SamenspraakError, TransientError
from samenspraak.store.log import Pulled, RunKind, RunRecord
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync.hub import Hub

KEPT_FOR = timedelta(days=90)
KEPT_MOST = 1000
"""So many of each system at most; a few more until the day is over."""


class Run:
    """One time that a system is heard, as far as it has come. ``noted``: what of it is certain by now."""

    def __init__(self, hub: Hub, connector_id: str) -> None:
        self.noted = RunRecord(connector_id=connector_id, kind=RunKind.CHANGES, started_at=hub.now())
        self._hub = hub

    def reads_everything(self) -> None:
        self.noted = replace(self.noted, kind=RunKind.FULL)

    def adding(self, met: Pulled) -> RunRecord:
        """What will be certain once this is, too."""
        return replace(self.noted, met=self.noted.met + met)

    def end(self, uow: WritingUnitOfWork, error: str = "") -> None:
        """Part of a transaction: it is over, well or with an error."""
        now = self._hub.now()
        ms = max(0, round((now - self.noted.started_at) / timedelta(milliseconds=1)))
        ended = replace(self.noted, ended_at=now, ms=ms, error=error)
        before = uow.log.run_before(ended)
        if before is not None and _comes_to_the_same(before, ended):
            if ended.number:
                uow.log.drop_run(ended.number)
            ended = replace(before, ended_at=now, ms=ms, times=before.times + 1)
        uow.log.keep_run(ended)


@contextmanager
def running(hub: Hub, organisation: str, connector_id: str) -> Iterator[Run]:
    """A system is heard; whoever does so ends it when all went well. An error is noted by its code."""
    run = Run(hub, connector_id)
    try:
        yield run
    except Exception as error:  # a plugin may raise anything
        code = error.code if isinstance(error, SamenspraakError) else TransientError.code
        with hub.store.write(organisation) as uow:
            run.end(uow, code)
            uow.commit()
        raise


def forget_runs(uow: WritingUnitOfWork, hub: Hub) -> None:
    """Let go of what nobody will ask for any more."""
    for system in uow.connectors.list():
        uow.log.forget_runs(system.id, before=hub.now() - KEPT_FOR, most=KEPT_MOST)


def _comes_to_the_same(before: RunRecord, now: RunRecord) -> bool:
    """Whether it can be counted with the one before: on the same day, and nothing came in that is new."""
    return (
        before.ended_at is not None
        and local_day(before.started_at) == local_day(now.started_at)
        and (before.kind, before.error, before.met) == (now.kind, now.error, now.met)
        and not (now.met.new or now.met.apart)
    )
