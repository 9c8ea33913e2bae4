"""A hint is never lost, also when it comes in while the system is being read."""

from __future__ import annotations

from typing import Any

from samenspraak.sync.pull import pull

from .conftest import Household


def test_a_hint_that_comes_in_during_a_pull_is_still_to_be_done(town: Any) -> None:
    app = town.family_app("app-a")
    reads = Household(town).held(app, "GET", "/api/changes", lambda: pull(town.app.hub, "de-linde", "app-a"))
    with reads:
        town.clock.pass_(seconds=1)
        hinted = town.clock.now()
        with town.app.store.write("de-linde") as uow:
            uow.connectors.note("app-a", poll_due_at=hinted)
            uow.commit()
    with town.app.store.read("de-linde") as uow:
        assert uow.connectors.get("app-a").poll_due_at == hinted

    town.clock.pass_(seconds=1)
    pull(town.app.hub, "de-linde", "app-a")
    with town.app.store.read("de-linde") as uow:
        assert uow.connectors.get("app-a").poll_due_at is None
