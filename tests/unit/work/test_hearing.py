"""When a system is heard: by its rhythm, sooner after a hint, later when it asked for rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from samenspraak.connectors import Rates
from samenspraak.policy.state import ConnectorState
from samenspraak.store.records import ConnectorRecord
from samenspraak.work.hearing import is_due, is_new_day

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(seconds=30), NOW + timedelta(seconds=30)
RHYTHM = Rates(poll_seconds=60)
HEARD = ConnectorRecord(
    id="app", plugin="memory", title="App", settings={}, state=ConnectorState.RUNNING, polled_at=BEFORE
)


@pytest.mark.parametrize(
    ("system", "due"),
    [
        (replace(HEARD, polled_at=None), True),
        (HEARD, False),
        (replace(HEARD, polled_at=NOW - timedelta(seconds=60)), True),
        (replace(HEARD, polled_at=AFTER), False),
        (replace(HEARD, polled_at=NOW + timedelta(hours=1)), True),
        (replace(HEARD, poll_due_at=NOW), True),
        (replace(HEARD, poll_due_at=AFTER), False),
        (replace(HEARD, poll_due_at=AFTER, polled_at=NOW - timedelta(seconds=60)), True),
        (replace(HEARD, poll_due_at=NOW, paused_until=AFTER), False),
        (replace(HEARD, poll_due_at=NOW, breaker_until=AFTER), False),
        (replace(HEARD, poll_due_at=NOW, paused_until=BEFORE, breaker_until=AFTER), False),
        (replace(HEARD, poll_due_at=NOW, breaker_until=BEFORE), True),
        (replace(HEARD, poll_due_at=NOW, state=ConnectorState.MATCHING), True),
        (replace(HEARD, poll_due_at=NOW, state=ConnectorState.PAUSED), False),
        (replace(HEARD, poll_due_at=NOW, state=ConnectorState.STOPPED), False),
    ],
)
def test_a_system_is_heard_when_its_time_has_come(system: ConnectorRecord, due: bool) -> None:
    assert is_due(system, RHYTHM, NOW) == due


@pytest.mark.parametrize(
    ("heard_at", "new"),
    [
        (None, False),
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), False),
    ],
    ids=["never heard", "the evening before", "after midnight here"],
)
def test_the_first_time_on_a_local_day_is_another_one(heard_at: datetime | None, new: bool) -> None:
    assert is_new_day(replace(HEARD, heard_at=heard_at), date(2026, 11, 23)) == new
