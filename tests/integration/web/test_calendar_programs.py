"""Programs that nobody here wrote follow a feed over a socket: vdirsyncer fetches it, khal lists it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from samenspraak.domain.agreements import (
    Duty,
    ExceptionKind,
    OccurrenceException,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule
from samenspraak.domain.units import UnitKey, UnitKind, apply
from samenspraak.policy.state import ConnectorState
from samenspraak.services import connectors, feeds
from samenspraak.store.records import Cause
from samenspraak.sync.versions import record_version
from samenspraak.web.app import create_app

ORGANISATION = "de-linde"
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
"""The nights in which the clock changes."""
A_DAY = timedelta(days=1)
CANCELLED = OccurrenceException(kind=ExceptionKind.CANCELLED)


@pytest.fixture
def agenda(family: Any) -> Iterator[Any]:
    """The family with calendars, served over a socket; ``family.url`` is where."""
    record = connectors.draft(family.app.registry, "agenda", "calendar", {}, state=ConnectorState.RUNNING)
    connectors.add(family.app.hub, family.app.connected, ORGANISATION, record)
    server = make_server("127.0.0.1", 0, create_app(family.app, is_working=lambda: True), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    family.url = f"http://127.0.0.1:{server.server_port}"
    yield family
    server.shutdown()
    thread.join(5)
    server.server_close()


def change(family: Any, changes: dict[UnitKey, Any]) -> None:
    with family.app.store.write(ORGANISATION) as uow:
        (record,) = uow.agreements.list()
        record_version(
            uow,
            family.app.hub,
            record,
            apply(record.agreement, changes),
            cause=Cause(actor="test", why="typed"),
        )
        uow.commit()
    family.settle(2)


def every_day_at(family: Any, at: time) -> feeds.Address:
    """The son does it every day at this time, and follows his calendar."""
    timing = Recurrence(frequency=Frequency.DAILY, times=(at,))
    duty = Duty(performer=SON, schedule=Schedule(text="elke dag", timing=timing))
    change(family, {UnitKey(UnitKind.ASSIGNMENT, "a1"): duty})
    made = feeds.add(family.app.hub, ORGANISATION, "agenda", str(SON))
    family.settle(2)
    return made


def exception(day: date) -> UnitKey:
    return UnitKey(UnitKind.EXCEPTION, f"a1:{day}:1")


class Programs:
    """vdirsyncer that fetches a feed into a folder, and khal that lists what is there."""

    def __init__(self, folder: Path, feed: str) -> None:
        self.events = folder / "events"
        self.folder = folder
        self.events.mkdir()
        (folder / "vdirsyncer.conf").write_text(
            f"""
[general]
status_path = "{folder}/status/"
[pair son]
a = "feed"
b = "here"
collections = null
conflict_resolution = "a wins"
[storage feed]
type = "http"
url = "{feed}"
[storage here]
type = "filesystem"
path = "{self.events}"
fileext = ".ics"
"""
        )
        (folder / "khal.conf").write_text(
            f"""
[calendars]
[[son]]
path = {self.events}
readonly = True
[sqlite]
path = {folder}/khal.db
[locale]
local_timezone = Europe/Amsterdam
default_timezone = Europe/Amsterdam
timeformat = %H:%M
dateformat = %d-%m-%Y
longdateformat = %d-%m-%Y
datetimeformat = %d-%m-%Y %H:%M
longdatetimeformat = %d-%m-%Y %H:%M
"""
        )
        self._run("vdirsyncer", "discover", said="y\n")

    def sync(self) -> str:
        return self._run("vdirsyncer", "sync")

    def listed(self, first: date, days: int) -> list[str]:
        """The moments from this day on, as ``day time``."""
        shown = ("--format", "{start-date} {start-time}", "--day-format", "")
        lines = self._run("khal", "list", *shown, f"{first:%d-%m-%Y}", f"{days}d")
        return [line for line in lines.splitlines() if line.strip()]

    def _run(self, program: str, *words: str, said: str = "") -> str:
        done = subprocess.run(
            [Path(sys.executable).with_name(program), "-c", self.folder / f"{program}.conf", *words],
            input=said,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
            env={**os.environ, "HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder)},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


def test_a_program_lists_what_is_agreed_in_the_nights_of_the_clock_change(
    agenda: Any, tmp_path: Path
) -> None:
    programs = Programs(tmp_path, agenda.url + every_day_at(agenda, time(2, 30)).path)
    programs.sync()

    in_spring, in_autumn = (programs.listed(night - A_DAY, 3) for night in (SPRING, AUTUMN))

    assert in_spring == ["27-03-2027 02:30", "28-03-2027 03:30", "29-03-2027 02:30"]
    assert in_autumn == ["30-10-2027 02:30", "31-10-2027 02:30", "01-11-2027 02:30"]


def test_a_program_follows_what_changes_and_copies_nothing_else(agenda: Any, tmp_path: Path) -> None:
    programs = Programs(tmp_path, agenda.url + every_day_at(agenda, time(8)).path)
    at_first, again = programs.sync(), programs.sync()
    thursday = date(2026, 11, 26)
    later = OccurrenceException(kind=ExceptionKind.MOVED, moved_to=thursday, moved_time=time(19, 30))

    change(agenda, {exception(thursday): later, exception(thursday + A_DAY): CANCELLED})
    programs.sync()

    assert ("Copying" in at_first, "Copying" in again) == (True, False)
    assert programs.listed(thursday, 3) == ["26-11-2026 19:30", "28-11-2026 08:00"]
