"""Connecting a system: tried first, heard before it is written to, paused and released by a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samenspraak.connectors import SystemKind, Write
from samenspraak.connectors.calls import Step
from samenspraak.connectors.registry import Registry
from samenspraak.domain.units import UnitKind
from samenspraak.errors import (
    ConfigurationError,
    NotFoundError,
    PermanentError,
    RuleError,
    StaleError,
)
from samenspraak.policy.state import ConnectorState, QuestionKind, Reason
from samenspraak.services import connectors, exchange, mapping, taking_part
from samenspraak.store.records import ConnectorRecord
from samenspraak.sync.configured import Configured
from samenspraak_memory.sandbox import FamilyApp
from samenspraak_rest.kit import DESCRIPTION
from samenspraak_rest.plugin import RestConnector

ORGANISATION = "de-linde"


def drafted(town: Any, sandbox: FamilyApp, connector_id: str = "app-c", **changed: Any) -> ConnectorRecord:
    """A connection to this app, which begins to serve now."""
    url = town.stack.enter_context(sandbox.running())
    settings = {"base_url": url, "access_key": "secret://env/APP_KEY", "open_origins": [url], **changed}
    return connectors.draft(town.app.registry, connector_id, "memory", settings)


def state_of(town: Any, connector_id: str) -> ConnectorState:
    return connectors.get(town.app.hub, ORGANISATION, connector_id).state


# Trying out and adding.


def test_a_connection_that_works_passes_every_step(town: Any) -> None:
    app = FamilyApp(clock=lambda: town.clock.now().timestamp())

    steps = list(connectors.try_out(town.app.connected, ORGANISATION, drafted(town, app)))

    assert [one.step for one in steps if one.ok] == [
        Step.CONNECT,
        Step.SIGN_IN,
        Step.VERSION,
        Step.READ,
        Step.WRITE,
        Step.CLOCK,
    ]


def test_a_test_ends_at_the_step_that_fails_and_says_what_to_do(town: Any) -> None:
    app = FamilyApp(access_key="een-andere-sleutel", clock=lambda: town.clock.now().timestamp())
    record = drafted(town, app)

    *_, last = connectors.try_out(town.app.connected, ORGANISATION, record)
    assert (last.step, last.ok) == (Step.SIGN_IN, False)
    assert last.cure["nl"]
    assert last.cure["en"]

    app.access_key = FamilyApp().access_key
    assert all(one.ok for one in connectors.try_out(town.app.connected, ORGANISATION, record))


def test_in_production_only_the_organisation_the_deployment_names_reaches_its_own_network(
    town: Any,
) -> None:
    app = FamilyApp(clock=lambda: town.clock.now().timestamp())
    record = drafted(town, app)
    connected = Configured(
        town.app.store,
        town.app.registry,
        secret=lambda _: app.access_key,
        clock=town.clock,
        allow_open=False,
        internal={ORGANISATION: {record.settings["base_url"]}},
    )

    assert all(one.ok for one in connectors.try_out(connected, ORGANISATION, record))
    with pytest.raises(ConfigurationError, match="does not start with https"):
        list(connectors.try_out(connected, "de-berk", record))


def test_a_plugin_that_breaks_off_does_not_bring_the_test_down(town: Any) -> None:
    record = drafted(town, FamilyApp())
    kind = town.app.registry.connectors["memory"]

    class Broken(kind):  # type: ignore[valid-type, misc]
        def check(self, call: Any) -> Any:
            raise KeyError("Mevrouw De Wit")

    town.app.connected._registry = Registry(connectors={"memory": Broken})
    with pytest.raises(PermanentError, match=r"app-c broke off \(KeyError\)\.$"):
        list(connectors.try_out(town.app.connected, ORGANISATION, record))


def test_a_secret_is_given_by_reference_and_never_repeated(town: Any) -> None:
    record = drafted(town, FamilyApp(), access_key="hunter2-hunter2")

    with pytest.raises(ConfigurationError) as raised:
        connectors.add(town.app.hub, town.app.connected, ORGANISATION, record)

    assert "access_key: A secret is given as secret://env/NAME" in str(raised.value)
    assert "hunter2" not in str(raised.value)
    assert connectors.listed(town.app.hub, town.app.registry, town.app.connected, ORGANISATION) == ()


def test_every_wrong_setting_is_named_at_once(town: Any) -> None:
    record = connectors.draft(town.app.registry, "app-c", "memory", {"base_url": "nergens", "kleur": "rood"})

    with pytest.raises(ConfigurationError) as raised:
        connectors.add(town.app.hub, town.app.connected, ORGANISATION, record)

    assert [problem.partition(":")[0] for problem in raised.value.problems] == [
        "access_key",
        "base_url",
        "kleur",
    ]


def test_what_a_described_system_can_do_follows_its_settings(town: Any) -> None:
    connected, settings = (
        town.app.connected,
        {"base_url": "https://plein.example", "description": DESCRIPTION},
    )
    connected._registry = Registry(connectors={"rest": RestConnector})
    only_read = DESCRIPTION[: DESCRIPTION.index("[find]")] + DESCRIPTION[DESCRIPTION.index("[units.what]") :]
    record = connectors.draft(connected._registry, "plein", "rest", settings)
    with town.app.store.write(ORGANISATION) as uow:
        uow.connectors.add(record)
        uow.commit()
    before = connected.manifest(ORGANISATION, "plein").capabilities

    with town.app.store.write(ORGANISATION) as uow:
        known = uow.connectors.get("plein")
        uow.connectors.save(replace(known, settings={**settings, "description": only_read}))
        uow.commit()
    after = connected.manifest(ORGANISATION, "plein").capabilities

    assert (before.mode, after.mode) == (Write.YES, Write.NO)
    (one,) = connectors.listed(town.app.hub, connected._registry, connected, ORGANISATION)
    assert (one.kind, "access_key" in one.problem) == (SystemKind.APP, True)


def test_an_unknown_kind_of_system_names_those_there_are(town: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"'memroy'; known: .*memory"):
        connectors.draft(town.app.registry, "app-c", "memroy", {})


@pytest.mark.parametrize("chosen", ["hub", "other", "App C", "app:c", "app/c"])
def test_a_connector_is_not_called_something_that_has_a_meaning(town: Any, chosen: str) -> None:
    with pytest.raises(RuleError):
        connectors.draft(town.app.registry, chosen, "memory", {})


def test_the_same_id_is_not_given_twice(town: Any) -> None:
    record = drafted(town, FamilyApp())
    connectors.add(town.app.hub, town.app.connected, ORGANISATION, record)

    with pytest.raises(StaleError, match="app-c already"):
        connectors.add(town.app.hub, town.app.connected, ORGANISATION, record)


def test_what_can_be_connected_says_what_to_fill_in(town: Any) -> None:
    kinds, _ = connectors.installed(town.app.registry)
    settings = {one.name: one for one in next(kind for kind in kinds if kind.name == "memory").settings}

    assert settings["access_key"].is_secret
    assert settings["access_key"].is_required
    assert settings["title_length"].default == 60
    assert settings["base_url"].title["nl"] == "Adres"


def test_a_system_whose_plugin_is_gone_is_shown_with_the_reason(family: Any) -> None:
    none = Registry(connectors={})
    family.app.connected._registry = none

    found = connectors.listed(family.app.hub, none, family.app.connected, ORGANISATION)

    assert [one.problem.partition(";")[0] for one in found] == ["There is no connector 'memory'"] * 2


# Matching, pausing and releasing.


def test_a_new_system_is_read_but_not_written_to_until_it_is_released(family: Any) -> None:
    app = FamilyApp()
    hub = family.app.hub
    family.joins(app, "wit", *family.people)
    connectors.add(hub, family.app.connected, ORGANISATION, drafted(family, app))
    family.systems["app-c"] = app
    family.settle()
    assert (family.reasons()["app-c"], app.writes()) == (Reason.CONNECTOR, [])
    assert taking_part.would_look(hub, ORGANISATION, "app-c") == 1

    assert taking_part.resume(hub, ORGANISATION, "app-c") == 1
    family.settle()

    assert family.reasons()["app-c"] is Reason.EQUAL
    assert "Steunkousen aantrekken" in app.readable("daughter")


def test_a_paused_system_is_left_alone_and_catches_up(family: Any) -> None:
    hub = family.app.hub
    taking_part.pause(hub, ORGANISATION, "app-b", why="onderhoud")
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    before = len(family.systems["app-b"].seen())
    family.settle()
    assert len(family.systems["app-b"].seen()) == before

    taking_part.resume(hub, ORGANISATION, "app-b")
    family.settle()

    assert "Eerst de tenen." in family.systems["app-b"].readable("daughter")


def test_a_system_that_refuses_our_key_goes_on_once_a_person_released_it(family: Any) -> None:
    app, hub = family.systems["app-b"], family.app.hub
    ours, app.access_key = app.access_key, "een-nieuwe-sleutel"
    exchange.exchange(hub, ORGANISATION, connector_id="app-b", full=True)
    assert state_of(family, "app-b") is ConnectorState.UNAUTHORISED
    assert [one.cause for one in family.questions()] == ["authentication"]
    with pytest.raises(RuleError, match="waits for a person"):
        taking_part.pause(hub, ORGANISATION, "app-b")

    app.access_key = ours
    taking_part.resume(hub, ORGANISATION, "app-b")
    family.settle()

    assert (state_of(family, "app-b"), family.questions()) == (ConnectorState.RUNNING, [])
    assert family.reasons()["app-b"] is Reason.EQUAL


def test_what_runs_is_not_resumed_and_what_is_not_there_not_paused(family: Any) -> None:
    with pytest.raises(RuleError, match="running already"):
        taking_part.resume(family.app.hub, ORGANISATION, "app-a")
    with pytest.raises(NotFoundError):
        taking_part.pause(family.app.hub, ORGANISATION, "app-z")


def test_every_change_of_a_connection_is_in_the_audit_trail(family: Any) -> None:
    hub = family.app.hub
    record = replace(drafted(family, FamilyApp()), state=ConnectorState.RUNNING)
    connectors.add(hub, family.app.connected, ORGANISATION, record)
    taking_part.pause(hub, ORGANISATION, "app-c", by="relative:son")
    taking_part.resume(hub, ORGANISATION, "app-c")

    with hub.store.read(ORGANISATION) as uow:
        lines = [(one.action, one.actor) for one in uow.log.audit_lines() if one.connector_id == "app-c"]
    assert lines == [
        ("connector.added", "admin"),
        ("connector.paused", "relative:son"),
        ("connector.resumed", "admin"),
    ]


def test_the_value_of_the_system_that_leads_holds_and_nobody_is_asked(family: Any) -> None:
    agreement = family.agreements()[0].id
    for connector_id in ("app-a", "app-b"):
        mapping.set_rule(family.app.hub, ORGANISATION, connector_id, UnitKind.PLACE, "app-a")
    family.systems["app-a"].edit("son", "r1", place="keuken")
    family.systems["app-b"].edit("daughter", agreement, place="badkamer")
    family.settle()

    assert family.agreements()[0].place == "keuken"
    assert [one.kind for one in family.questions() if one.kind is QuestionKind.CONFLICT] == []


def test_people_are_asked_again_once_the_rule_is_gone(family: Any) -> None:
    agreement, hub = family.agreements()[0].id, family.app.hub
    mapping.set_rule(hub, ORGANISATION, "app-b", UnitKind.PLACE, "app-a")
    assert mapping.set_rule(hub, ORGANISATION, "app-b", UnitKind.PLACE, None) == {}
    family.systems["app-a"].edit("son", "r1", place="keuken")
    family.systems["app-b"].edit("daughter", agreement, place="badkamer")
    family.settle()

    assert [one.kind for one in family.questions()] == [QuestionKind.CONFLICT]


def test_there_is_no_rule_about_what_can_harm_nor_with_an_unknown_leader(family: Any) -> None:
    with pytest.raises(RuleError, match="can harm"):
        mapping.set_rule(family.app.hub, ORGANISATION, "app-b", UnitKind.CONDITIONS, "app-a")
    with pytest.raises(NotFoundError):
        mapping.set_rule(family.app.hub, ORGANISATION, "app-b", UnitKind.PLACE, "nergens")

    assert connectors.get(family.app.hub, ORGANISATION, "app-b").rules == {}
