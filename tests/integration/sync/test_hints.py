"""A hint is never lost, also when it comes in while the system is being read."""

from __future__ import annotations

import threading
import time
from typing import Any

from samenspraak.sandbox import Fault
from samenspraak.sync.pull import pull


def test_a_hint_that_comes_in_during_a_pull_is_still_to_be_done(town: Any) -> None:
    app = town.family_app("app-a")
    app.inject(Fault(kind="stall", path="/api/changes", seconds=0.5, times=1))
    reading = threading.Thread(target=pull, args=(town.app.hub, "de-linde", "app-a"))
    reading.start()
    time.sleep(0.2)
    town.clock.pass_(seconds=1)
    hinted = town.clock.now()
    with town.app.store.write("de-linde") as uow:
        uow.connectors.note("app-a", poll_due_at=hinted)
        uow.commit()
    reading.join()
    with town.app.store.read("de-linde") as uow:
        assert uow.connectors.get("app-a").poll_due_at == hinted

    town.clock.pass_(seconds=1)
    pull(town.app.hub, "de-linde", "app-a")
    with town.app.store.read("de-linde") as uow:
        assert uow.connectors.get("app-a").poll_due_at is None
