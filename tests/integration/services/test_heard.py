"""When each system was last heard: silence is only "nothing yet" where we could have heard it."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from samenspraak.policy.state import ConnectorState, LinkPhase, Reason
from samenspraak.sandbox import Fault
from samenspraak.services import connectors, feeds, matching
from samenspraak.services.heard import Hearing, Silence, System
from samenspraak.services.taking_part import pause
from samenspraak_webhook.sandbox import HOOK, SECRET, Receiver

ORGANISATION = "de-linde"


def known(town: Any) -> dict[str, System]:
    """The systems that hold the one agreement."""
    [agreement] = town.agreements()
    with town.app.store.read(ORGANISATION) as uow:
        return {one.id: one for one in Hearing(uow, town.app.hub).systems(agreement.id)}


def silent(town: Any) -> dict[str, Silence]:
    """The systems whose silence about the one agreement means nothing now."""
    [agreement] = town.agreements()
    with town.app.store.read(ORGANISATION) as uow:
        return {one.system: one for one in Hearing(uow, town.app.hub).silences(agreement.id)}


def connect(town: Any, name: str, plugin: str, **settings: Any) -> None:
    record = connectors.draft(town.app.registry, name, plugin, settings, state=ConnectorState.RUNNING)
    connectors.add(town.app.hub, town.app.connected, ORGANISATION, record)


def test_a_system_is_heard_at_each_look_and_stays_so_until_it_misses_two(family: Any) -> None:
    assert silent(family) == {}
    heard = known(family)["app-b"].heard_at
    assert heard is not None

    family.clock.pass_(days=1)
    assert silent(family).keys() == {"app-a", "app-b"}
    assert silent(family)["app-b"] == Silence(system="app-b", title="app-b", since=heard)
    assert known(family)["app-b"] == System(id="app-b", title="app-b", heard_at=heard, out_of_reach=True)

    family.settle()
    assert silent(family) == {}


def test_a_system_that_somebody_paused_is_silent_like_any_other(family: Any) -> None:
    pause(family.app.hub, ORGANISATION, "app-b")
    family.clock.pass_(days=1)
    family.settle()

    assert silent(family).keys() == {"app-b"}


def test_a_copy_that_cannot_be_read_is_not_heard_though_its_system_is(family: Any) -> None:
    app = family.systems["app-b"]
    app.inject(Fault(kind="status", method="GET", path="/api/records/.*", status=403))
    app.edit("daughter", family.agreements()[0].id, title="Lange kousen")
    family.settle()
    assert family.reasons()["app-b"] is Reason.ACCESS_LOST
    unread = Silence(system="app-b", title="app-b", since=None, unreadable=True)
    assert (silent(family), known(family)["app-b"].out_of_reach) == ({"app-b": unread}, False)

    app.clear_faults()
    app.edit("daughter", family.agreements()[0].id, title="Korte kousen")
    family.settle()
    assert silent(family) == {}


def test_a_calendar_tells_nothing_and_a_page_only_by_hand(family: Any) -> None:
    connect(family, "agenda", "calendar")
    connect(family, "blad", "sheet", place="home")
    for name in ("agenda", "blad"):
        feeds.add(family.app.hub, ORGANISATION, name, "relative:son")
    family.settle()
    assert {one.connector_id for one in family.links()} == {"agenda", "app-a", "app-b", "blad"}

    assert known(family).keys() == {"app-a", "app-b", "blad"}
    assert known(family)["blad"] == System(id="blad", title="blad", heard_at=None, by_hand=True)
    assert silent(family) == {}


def test_an_app_that_is_told_is_heard_as_long_as_it_takes_what_it_is_told(
    family: Any, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment["HOOK"] = SECRET
    app = Receiver()
    app.clock = lambda: family.clock.now().timestamp()
    url = family.stack.enter_context(app.running())
    connect(
        family,
        "naaste-app",
        "webhook",
        base_url=f"{url}{HOOK}",
        secret="secret://env/HOOK",
        open_origins=[url],
    )
    matching.accept(family.app.hub, ORGANISATION, "naaste-app", "u1", "relative:son")
    family.settle()
    assert silent(family) == {}
    taken_at = known(family)["naaste-app"].heard_at

    app.inject(Fault(kind="down"))
    family.clock.pass_(minutes=1)
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    family.settle()
    assert [one.since for one in silent(family).values()] == [taken_at]
    assert known(family)["naaste-app"].heard_at == taken_at

    app.clear_faults()
    family.clock.pass_(hours=1)
    family.settle()
    assert silent(family) == {}

    began, ticks = family.clock.now(), count()
    monkeypatch.setattr(family.clock, "now", lambda: began + timedelta(milliseconds=next(ticks)))
    assert silent(family) == {}


def test_one_unread_copy_of_several_makes_a_system_silent(family: Any) -> None:
    [agreement] = family.agreements()
    with family.app.store.write(ORGANISATION) as uow:
        for audience, reason in (("a", Reason.ACCESS_LOST), ("b", Reason.EQUAL)):
            thread = uow.links.ensure(agreement.id, "app-b", audience, family.people, 1)
            uow.links.set(thread.id, phase=LinkPhase.OPEN, reason=reason)
        uow.commit()

    assert silent(family).keys() == {"app-b"}
