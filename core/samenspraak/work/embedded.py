"""The embedded runner: one process, a dispatcher and a pool of threads; APScheduler only ticks.

The rows of the store are the truth. A wake-up makes the dispatcher look at once; it also looks twice a
second, so that what another process wrote beside it is seen. Losing every wake-up delays and loses nothing.
"""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Self, TypeVar

import structlog
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from samenspraak.connectors.manifest import Rates
from samenspraak.errors import ConfigurationError, SamenspraakError
from samenspraak.store.records import ConnectorRecord
from samenspraak.store.unit_of_work import Woken
from samenspraak.sync.adopt import reconcile_remote
from samenspraak.sync.daily import new_day
from samenspraak.sync.delivering import deliver_all
from samenspraak.sync.heartbeats import beat, silent
from samenspraak.sync.hub import Hub
from samenspraak.sync.reconcile import reconcile_all
from samenspraak.sync.telling_refusals import tell_refusals
from samenspraak.sync.together import Company
from samenspraak.sync.trouble import is_broken_off
from samenspraak.work.budget import Budgets, Granted
from samenspraak.work.hearing import hear, is_due, rates
from samenspraak.work.inline import by_system
from samenspraak.work.standstill import Standstill

T = TypeVar("T")
Act = Callable[[Hub, str, Sequence[str], int], None]
"""Works on these of an organisation, so many at a time."""

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 0.5
_TICK_SECONDS = 0.5
_PACE_SECONDS = 0.05
_DAY_SECONDS = 5
_DAY_AGAIN_SECONDS = 900
_APART_SECONDS = 1.0
_BATCH = 100
_TOGETHER = 32
_PULL, _BEAT = "pull:", "beat:"
_BEAT_SECONDS = 5
_REFUSED_SECONDS = 5
_STOP_SECONDS = 20
_STILL_SECONDS = 20
_LATE_IS_ONCE = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
"""A tick that a busy machine kept waiting still comes, and only once; by itself APScheduler leaves it out."""


class OneRunner:
    """A lock on the data folder: a second runner would claim beside the first.

    Raises:
        ConfigurationError: another process runs already.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "runner.lock"
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        self._file = self._path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise ConfigurationError(
                f"Another process already keeps the systems of {self._path.parent} equal. "
                "Stop it first, or let it do the work."
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


class EmbeddedRunner:
    """Works off what is due for every organisation, and hears from every system in its own rhythm.

    Args:
        hub: what sync needs.
        threads: how many pieces of work at the same time.
    """

    def __init__(self, hub: Hub, *, threads: int) -> None:
        self._hub = hub
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="work")
        self._carriers = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="carrier")
        self._free = threading.Semaphore(threads)
        self._budgets = Budgets(time.monotonic)
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._standstill = Standstill()
        self._running: set[str] = set()
        self._heard_at: dict[tuple[str, str], float] = {}
        self._unheard: set[tuple[str, str]] = set()
        self._unserved: set[tuple[str, str]] = set()
        self._day_again: dict[str, float] = {}
        self._lock = threading.Lock()
        self._ticks = BackgroundScheduler(job_defaults=_LATE_IS_ONCE)
        self._dispatcher = threading.Thread(target=self._dispatch, name="dispatcher", daemon=True)
        self._beat = time.monotonic()

    # Life.

    def start(self) -> None:
        """Free what a predecessor that died had leased, then begin."""
        for organisation in self._hub.store.organisations():
            with self._hub.store.write(organisation) as uow:
                uow.links.release_all()
                uow.remotes.release_all()
                uow.events.release_all()
                uow.commit()
        self._hub.store.woken = self._woken
        self._ticks.add_job(self._tick, "interval", seconds=_TICK_SECONDS, id="pull")
        self._ticks.add_job(self._new_day, "interval", seconds=_DAY_SECONDS, id="day")
        self._ticks.add_job(self._beat_all, "interval", seconds=_BEAT_SECONDS, id="beat")
        self._ticks.add_job(self._tell_all, "interval", seconds=_REFUSED_SECONDS, id="refused")
        self._ticks.start()
        self._dispatcher.start()

    def stop(self) -> None:
        """Begin nothing more, and let what runs come to its end; an act beside it within 20 seconds."""
        self._stopping.set()
        self._awake.set()
        self._ticks.shutdown(wait=False)
        self._dispatcher.join(_STOP_SECONDS)
        self._standstill.close(within=_STOP_SECONDS)
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._carriers.shutdown(wait=True)

    @property
    def is_alive(self) -> bool:
        """Whether the dispatcher looked for work lately."""
        return time.monotonic() - self._beat < 10 * _LOOK_SECONDS + 5

    @contextmanager
    def still(self, organisation: str) -> Iterator[None]:
        """Stand still for one organisation while something is done that must be alone at work for it.

        What is hinted or becomes due meanwhile stays in the store, and is taken up at once afterwards, also
        when the act failed.

        Raises:
            TransientError: another act is being done, or what runs did not come to its end in 20 seconds.
        """
        try:
            with self._standstill.of(organisation, within=_STILL_SECONDS):
                yield
        finally:
            self._awake.set()

    def _woken(self, _: Woken) -> None:
        self._awake.set()

    # Dispatching.

    def _dispatch(self) -> None:
        while not self._stopping.is_set():
            self._beat = time.monotonic()
            self._awake.clear()
            self._tick_on()
            waits = self._for_each(self._begin)
            self._awake.wait(min(waits, default=_LOOK_SECONDS))

    def _for_each(self, act: Callable[[str], T]) -> list[T]:
        """Do this for every organisation; what is wrong with one stops no other. Told once."""
        results = []
        for organisation in self._organisations():
            about = (act.__name__, organisation)
            try:
                results.append(act(organisation))
                self._unserved.discard(about)
            except Exception as error:  # whatever it is, the others go on
                if about not in self._unserved:
                    what = type(error).__name__
                    log.exception("organisation not served", organisation=organisation, error=what)
                self._unserved.add(about)
        return results

    def _organisations(self) -> list[str]:
        try:
            return self._hub.store.organisations()
        except SamenspraakError as error:
            log.error("organisations not read", code=error.code)
            return []

    def _begin(self, organisation: str) -> float:
        """Start what is due for one organisation, as far as threads and budgets go.

        A connector that can take no more is left out of the next look, so that its backlog, however
        long, hides nobody else's work. So is one that is to be heard first, or that does not answer.

        Returns:
            Seconds after which to look again if nothing wakes us.
        """
        if self._standstill.holds(organisation):
            return _LOOK_SECONDS
        now = self._hub.now()
        with self._hub.store.read(organisation) as uow:
            systems = uow.connectors.list()
        limits = {one.id: rates(self._hub, organisation, one.id) for one in systems}
        waits = full = {one.id for one in systems if self._waits(organisation, one, limits[one.id], now)}
        while True:
            with self._hub.store.read(organisation) as uow:
                remotes = uow.remotes.waiting(now, _BATCH, full)
                links = uow.links.waiting(now, _BATCH, full)
                events = uow.events.waiting(now, _BATCH, full | uow.events.quiet(now))
            refused = {
                connector_id
                for act, one_system in (
                    (_look_at, remotes),
                    (self._reconcile, links),
                    (self._deliver, events),
                )
                for connector_id, row_ids in by_system(one_system).items()
                if not self._submit(organisation, connector_id, limits[connector_id], row_ids, act)
            }
            if len(remotes) + len(links) + len(events) < _BATCH or not refused - full:
                return _PACE_SECONDS if full - waits or refused else _LOOK_SECONDS
            full = full | refused

    def _waits(self, organisation: str, system: ConnectorRecord, limits: Rates, now: datetime) -> bool:
        """Whether its links wait: it is to be heard first, or its breaker is open.

        It may have been heard while we stood still, by who was at work then.
        """
        is_unheard = (organisation, system.id) in self._unheard and is_due(system, limits, now)
        return is_unheard or is_broken_off(self._hub, system)

    def _submit(
        self, organisation: str, connector_id: str, limits: Rates, names: Sequence[str], act: Act
    ) -> bool:
        """Hand pieces of work to the pool, together; False when some run already or cannot be taken now."""
        free = [one for one in names if one not in self._running]
        begun = len(free) == len(names)
        while free:
            taken = self._begin_some(organisation, connector_id, limits, free, act)
            if not taken:
                return False
            free = free[taken:]
        return begun

    def _begin_some(
        self, organisation: str, connector_id: str, limits: Rates, names: Sequence[str], act: Act
    ) -> int:
        """How many of these began, the first ones first."""
        key = (organisation, connector_id)
        if self._stopping.is_set() or not self._standstill.begin(organisation):
            return 0
        granted = self._granted(key, limits, min(len(names), _TOGETHER))
        if granted is None:
            self._standstill.end(organisation)
            return 0
        mine = names[: granted.pieces]
        with self._lock:
            self._running.update(mine)

        def work() -> None:
            try:
                act(self._hub, organisation, mine, granted.places)
            except Exception as error:  # whatever it is, the next piece of work goes on
                log.exception("work failed", organisation=organisation, error=type(error).__name__)
            finally:
                self._budgets.finish(key, granted.places)
                self._free.release()
                with self._lock:
                    self._running.difference_update(mine)
                self._standstill.end(organisation)
                self._awake.set()

        self._pool.submit(work)
        return len(mine)

    def _granted(self, key: tuple[str, str], limits: Rates, wanted: int) -> Granted | None:
        """A thread, and room at the system for so many pieces of work or for some; None: not now."""
        if not self._free.acquire(blocking=False):
            return None
        granted = self._budgets.start(key, limits, wanted)
        if granted is None:
            self._free.release()
        return granted

    def _reconcile(self, hub: Hub, organisation: str, link_ids: Sequence[str], places: int) -> None:
        reconcile_all(hub, organisation, link_ids, self._company(places))

    def _deliver(self, hub: Hub, organisation: str, event_ids: Sequence[str], places: int) -> None:
        deliver_all(hub, organisation, event_ids, self._company(places))

    def _company(self, places: int) -> Company:
        return Company(carriers=self._carriers, at_once=places, gives_up=self._stopping.is_set)

    # Ticks.

    def _tick_on(self) -> None:
        """A tick further off than its own rhythm is of a clock that was set back, and would be waited for."""
        now = datetime.now(UTC)
        late = [one for one in self._ticks.get_jobs() if one.next_run_time > now + one.trigger.interval]
        if late:
            log.warning("clock set back")
        with suppress(JobLookupError):  # we stop meanwhile
            for job in late:
                job.modify(next_run_time=now)

    def _tick(self) -> None:
        """Hear from every system whose time has come."""
        self._for_each(self._hear_all)

    def _hear_all(self, organisation: str) -> None:
        now = self._hub.now()
        with self._hub.store.read(organisation) as uow:
            systems = uow.connectors.list()
        for system in systems:
            limits = rates(self._hub, organisation, system.id)
            if is_due(system, limits, now):
                self._hear(organisation, system, limits)

    def _hear(self, organisation: str, system: ConnectorRecord, limits: Rates) -> None:
        """Hear it now, or before anything else is done there: a backlog of links must not outrun it.

        Nor the other way round: however many hints come, there is time for links in between.
        """
        name, key = f"{_PULL}{organisation}:{system.id}", (organisation, system.id)
        if name in self._running or time.monotonic() - self._heard_at.get(key, 0.0) < _APART_SECONDS:
            return
        if self._submit(organisation, system.id, limits, [name], _hear):
            self._heard_at[key] = time.monotonic()
            self._unheard.discard(key)
        else:
            self._unheard.add(key)

    def _beat_all(self) -> None:
        self._for_each(self._beats)

    def _beats(self, organisation: str) -> None:
        """A sign of life for every subscriber that has heard nothing for as long as it said."""
        with self._hub.store.read(organisation) as uow:
            waiting = silent(uow, self._hub)
        for connector_id in waiting:
            name = f"{_BEAT}{organisation}:{connector_id}"
            if name not in self._running:
                limits = rates(self._hub, organisation, connector_id)
                self._submit(organisation, connector_id, limits, [name], _beat)

    def _tell_all(self) -> None:
        self._for_each(self._tell)

    def _tell(self, organisation: str) -> None:
        tell_refusals(self._hub, organisation)

    def _new_day(self) -> None:
        self._for_each(self._do_day)

    def _do_day(self, organisation: str) -> None:
        """Once a day; one that failed has done some of it and is not begun again at once."""
        is_too_soon = time.monotonic() < self._day_again.get(organisation, 0.0)
        if is_too_soon or not self._standstill.begin(organisation):
            return
        self._day_again[organisation] = time.monotonic() + _DAY_AGAIN_SECONDS
        try:
            new_day(self._hub, organisation)
        finally:
            self._standstill.end(organisation)
        del self._day_again[organisation]


def _look_at(hub: Hub, organisation: str, remote_ids: Sequence[str], _: int) -> None:
    for remote_id in remote_ids:
        reconcile_remote(hub, organisation, remote_id)


def _beat(hub: Hub, organisation: str, names: Sequence[str], _: int) -> None:
    for name in names:
        beat(hub, organisation, name.removeprefix(f"{_BEAT}{organisation}:"))


def _hear(hub: Hub, organisation: str, names: Sequence[str], _: int) -> None:
    for name in names:
        hear(hub, organisation, name.removeprefix(f"{_PULL}{organisation}:"))
