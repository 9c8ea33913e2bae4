"""An app that is told, from the command line: tried, connected, who uses it, and what it did not take."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.sandbox import Fault
from samenspraak_webhook.sandbox import HOOK, SECRET, Receiver

ORGANISATION = "de-linde"


@pytest.fixture
def app(family: Any, line: Any, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """An app, connected, that the son uses as user 7; it was told of the stockings."""
    monkeypatch.setenv("HOOK", SECRET)
    app = Receiver()
    url = family.stack.enter_context(app.running())
    words = ("--type", "webhook", "--set", f"base_url={url}{HOOK}", "--set", "secret=secret://env/HOOK")
    line.text("connector", "add", "naaste-app", *words, "--set", f'open_origins=["{url}"]')
    line.text("connector", "resume", "naaste-app", "--yes")
    line.text("match", "accept", "naaste-app", "7", "--party", "relative:son")
    line.json("sync", "run")
    return app


def test_who_uses_the_app_is_told_and_who_does_not_any_more_is_told_that(app: Receiver, line: Any) -> None:
    readable = app.readable("7")
    line.text("match", "separate", "naaste-app", "7")
    line.json("sync", "run")

    assert len(readable) == 1
    assert app.readable("7") == []
    assert app.missing() == []


def test_what_an_app_does_not_take_is_listed_and_tried_again(app: Receiver, line: Any, family: Any) -> None:
    family.systems["app-a"].edit("son", "r1", title="Kousen aan")
    app.inject(Fault(kind="status", status=500))
    line.json("sync", "run")
    with family.app.store.write(ORGANISATION) as uow:  # three days later
        [waiting] = [one for one in uow.events.after("naaste-app", 0, 10) if one.taken_at is None]
        uow.events.hasten("naaste-app", family.clock.now())
        uow.commit()
    with family.app.store.write(ORGANISATION) as uow:
        claimed = uow.events.claim(waiting.id, family.clock.now(), family.clock.now())
        assert claimed is not None
        uow.events.finish(claimed, given_up_at=family.clock.now(), attempts=10, detail="transient")
        uow.commit()
    [listed] = line.json("failure", "list")["notices"]
    told = line.text("failure", "list")
    app.clear_faults()
    assert line.json("failure", "retry", "--connector", "naaste-app")["tried"] == [listed["id"]]
    line.json("sync", "run")

    assert (listed["number"], listed["attempts"], listed["kind"]) == (2, 10, "updated")
    assert listed["id"] in told
    assert [one.kind for one in app.taken] == ["test", "agreement.available", "agreement.updated"]
    assert line.json("failure", "list")["notices"] == []


def test_what_an_app_is_told_is_listed_with_each_attempt_and_told_again(app: Receiver, line: Any) -> None:
    [listed] = line.json("event", "list", "naaste-app")["events"]
    shown = line.json("event", "show", "naaste-app", "1")["delivered"]
    before = len(app.seen())
    line.text("event", "resend", "naaste-app", "1")
    line.json("sync", "run")

    assert (listed["number"], listed["state"], listed["kind"]) == (1, "taken", "available")
    assert [one["outcome"] for one in shown["tries"]] == ["taken"]
    assert len(app.seen()) == before + 1
    assert "1" in line.text("event", "list", "naaste-app")
    assert "taken" in line.text("event", "show", "naaste-app", "1")
    assert line.json("event", "recover", "naaste-app", "--since", "2026-01-01T00:00:00")["events"] == []
    assert line.json("event", "replay", "naaste-app", "--after", "0")["events"] == []
    line.fails("event", "show", "naaste-app", "9", code=10)
    line.fails("event", "list", "app-a", code=9)
