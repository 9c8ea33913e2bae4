"""The whole demo: start everything, play the situations, look how it stands, and end everything."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from samenspraak import bootstrap
from samenspraak.demo import importing, opening, seeing
from samenspraak.demo.office import Office
from samenspraak.demo.people import ORGANISATION, ORGANISATION_NAME
from samenspraak.demo.processes import Processes, free_port, started
from samenspraak.demo.seeing import Seen
from samenspraak.demo.situations import SITUATIONS
from samenspraak.demo.stage import Played, Sabotage, Situation, Stage, Told
from samenspraak.demo.systems import PACKAGES, Systems
from samenspraak.domain.local_time import local_day
from samenspraak.errors import SamenspraakError
from samenspraak.policy.state import Reason
from samenspraak.services import agreements, explaining, installation, organisations
from samenspraak.services.status import status
from samenspraak.work.clock import SystemClock

NUMBERS = tuple(one.id for one in SITUATIONS)
LASTING = (0, *(one.id for one in SITUATIONS if not one.ends))
"""Those after which somebody can go on; 0 is the import."""
SPEED = 3600.0
PATIENCE_SECONDS = 60.0
_PATIENCE_AT_THE_HUB = timedelta(minutes=10)

_MISSING = (SamenspraakError, LookupError, StopIteration)
"""How it shows that something a situation builds on is not there."""

OVER = frozenset({str(Reason.RETRACTED), str(Reason.CLOSED)})
"""The reasons of a copy that is no longer there."""
NOT_APPLICABLE = "not_applicable"
"""What stands for the reason where nobody is there to tell."""

Show = Callable[[Told | Seen | Situation], None]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a demo was asked for.

    ``clock_speed``: how fast the hub's clock runs · ``patience``: seconds to wait for anything, beside what
    the hub itself may wait · ``import_from``: a folder with FHIR files for the dossier ·
    ``only``: the situations to play, by number; none: all · ``sabotage``: for tests, by number.
    """

    clock_speed: float = SPEED
    patience: float = PATIENCE_SECONDS
    import_from: Path | None = None
    only: Collection[int] = ()
    sabotage: Mapping[int, Sabotage] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SystemStands:
    """How the copies in one system stand: how many, how many are equal, and why the others are not."""

    links: int
    equal: int
    explained: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One agreement: per system its copies, each with the version it holds and why so; live ones first."""

    client: str
    what: str
    version: int
    systems: Mapping[str, Sequence[tuple[int, str]]]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of a demo.

    ``failed``: copies that gave up · ``doubles``: what is there twice, by system and marker ·
    ``quiet_cycle_writes``: requests that changed something although nothing had happened.
    """

    converged: bool
    situations: Sequence[Played]
    systems: Mapping[str, SystemStands]
    table: Sequence[Row]
    quiet_cycle_writes: int
    doubles: Mapping[str, int]
    started_seconds: float
    duration_seconds: float
    peak_rss_mb: float

    @property
    def ok(self) -> bool:
        """Whether everything is as it should be."""
        all_played = all(one.ok for one in self.situations)
        return self.converged and all_played and not self.quiet_cycle_writes and not self.doubles


@dataclass(kw_only=True)
class Running:
    """A demo that stands: everything is connected. ``readers``: somebody who reads there, by system."""

    processes: Processes
    there: Systems
    office: Office
    hub_url: str
    settings_file: Path
    readers: Mapping[str, str]
    started_seconds: float
    began: float
    situations: Sequence[Situation]


@contextlib.contextmanager
def running(folder: Path, asked: Asked) -> Iterator[Running]:
    """Start the hub and the systems in this folder, and bring them to rest.

    Raises:
        ConfigurationError: a process does not start.
        TransientError: a system cannot be connected.
    """
    began, port = time.monotonic(), free_port()
    file = _settings_file(folder, port, asked.clock_speed)
    with started(folder, bootstrap.child_environment(file)) as processes:
        urls = processes.sandboxes(PACKAGES)
        office = _office(file, asked)
        started_seconds = processes.hub(port)
        there, hub_url = Systems.at(urls), f"http://127.0.0.1:{port}"
        filled = opening.fill(there, local_day(datetime.now(UTC)))
        opening.connect_dossier(office, there)
        opening.record_consents(office)
        opening.connect_others(office, there, filled.sender, opening.keep_secrets(folder), hub_url)
        more = _import(asked.import_from, there) if asked.import_from else ()
        opening.settle_doubts(office)
        opening.release(office)
        yield Running(
            processes=processes,
            there=there,
            office=office,
            hub_url=hub_url,
            settings_file=file,
            readers=filled.readers,
            started_seconds=started_seconds,
            began=began,
            situations=(*SITUATIONS, *more),
        )


def play(running: Running, asked: Asked, show: Show, *, before_the_end: Callable[[], None]) -> Result:
    """Play the situations and look how everything stands afterwards."""
    played = list(situations(running, asked, show))
    before_the_end()
    return _result(running, played)


def situations(running: Running, asked: Asked, show: Show) -> Iterator[Played]:
    """Play the situations that were asked for, one after the other."""
    for situation in running.situations:
        if asked.only and situation.id not in asked.only:
            continue
        show(situation)
        stage = Stage(
            there=running.there,
            office=running.office,
            played=Played(id=situation.id, title=situation.title),
            show=show,
            sabotage=asked.sabotage.get(situation.id),
        )
        try:
            situation.play(stage)
        except _MISSING as error:
            stage.breaks_off(type(error).__name__)
        yield stage.played


def _result(running: Running, played: Sequence[Played]) -> Result:
    office, there = running.office, running.there
    at_rest = office.rest()
    before = there.writes()
    quiet = office.look_everywhere()
    written = there.writes() - before
    standing = status(office.hub, office.organisation)
    systems = {one.id: _stands(one.links) for one in standing.systems}
    failed = any(one.explained.get(Reason.FAILED) for one in systems.values())
    return Result(
        converged=at_rest and quiet and standing.converged and not failed,
        situations=played,
        systems=systems,
        table=_table(office),
        quiet_cycle_writes=written,
        doubles=seeing.doubles(there),
        started_seconds=running.started_seconds,
        duration_seconds=time.monotonic() - running.began,
        peak_rss_mb=running.processes.peak_rss_mb(),
    )


def _stands(links: Mapping[Reason, int]) -> SystemStands:
    explained = {str(reason): count for reason, count in links.items() if reason is not Reason.EQUAL}
    return SystemStands(
        links=sum(links.values()),
        equal=links.get(Reason.EQUAL, 0),
        explained=dict(sorted(explained.items())),
    )


def _table(office: Office) -> list[Row]:
    rows = []
    for line in agreements.listed(office.hub, office.organisation):
        explained = explaining.explain(office.hub, office.organisation, line.id)
        systems: dict[str, list[tuple[int, str]]] = {}
        for copy in sorted(explained.copies, key=lambda one: (str(one.reason) in OVER, -one.have)):
            reason = str(copy.reason) if copy.applies else NOT_APPLICABLE
            systems.setdefault(copy.connector_id, []).append((copy.have, reason))
        client = explained.names.get(line.client, "")
        rows.append(Row(client=client, what=line.what, version=line.version, systems=systems))
    return sorted(rows, key=lambda row: (row.client, row.what))


# Starting.


def _settings_file(folder: Path, port: int, clock_speed: float) -> Path:
    file = folder / "samenspraak.toml"
    lines = (
        'environment = "demo"',
        'data_dir = "."',
        f"clock_speed = {clock_speed}",
        "[web]",
        f"port = {port}",
    )
    file.write_text("\n".join((*lines, "")), encoding="utf-8")
    return file


def _office(file: Path, asked: Asked) -> Office:
    """The hub beside the process that does the work. Its clock is the usual one, which is never ahead."""
    patience = asked.patience + _PATIENCE_AT_THE_HUB.total_seconds() / asked.clock_speed
    settings = bootstrap.read_settings(file, {})
    installation.make_key(settings)
    application = bootstrap.build(settings, environment={}, clock=SystemClock())
    organisations.add(application.hub, ORGANISATION, ORGANISATION_NAME)
    return Office(application=application, organisation=ORGANISATION, patience=patience)


def _import(folder: Path, there: Systems) -> tuple[Situation, ...]:
    imported = importing.put(folder, there.dossier)
    return (importing.situation(imported, importing.invite(imported, there.platform)),)
