"""Finding connectors and building configured ones: what is broken is shown, and stops nobody else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import EntryPoint
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from samenspraak.connectors import Connector, hookimpl
from samenspraak.connectors.registry import Registry
from samenspraak.errors import ConfigurationError
from samenspraak_memory.plugin import MANIFEST, FamilyAppConnector

SECRETS = {"secret://env/APP_KEY": "een-lange-sleutel"}
SETTINGS = {"base_url": "https://familie.example", "access_key": "secret://env/APP_KEY"}
FAMILY_APP = "samenspraak_memory.plugin"


def secret(reference: str) -> str:
    if reference not in SECRETS:
        raise ConfigurationError("There is nothing behind it.")
    return SECRETS[reference]


def offered(name: str, module: str, distribution: str = "samenspraak-elders") -> EntryPoint:
    entry_point = EntryPoint(name=name, value=module, group="samenspraak.connectors")
    return entry_point._for(SimpleNamespace(name=distribution, version="2.1"))  # type: ignore[attr-defined]


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Makes a plugin module with these members; gives its name."""

    def make(name: str, **members: Any) -> str:
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
        return name

    return make


def named(name: str) -> type[Connector]:
    return type("Other", (FamilyAppConnector,), {"manifest": replace(MANIFEST, name=name)})


def offering(*connectors: Any) -> Any:
    @hookimpl
    def samenspraak_connectors() -> Any:
        return connectors

    return samenspraak_connectors


def raising(*_: Any) -> Any:
    raise ZeroDivisionError("halfway")


def test_the_installed_connectors_are_found() -> None:
    registry = Registry.load()

    assert registry.connectors["memory"] is FamilyAppConnector
    assert registry.failures == ()


def test_a_connector_of_another_distribution_is_found_beside_ours(plugin: Callable[..., str]) -> None:
    acme = plugin("acme_plugin", samenspraak_connectors=offering(named("acme")))

    registry = Registry.load([offered("acme", acme), offered("memory", FAMILY_APP, "samenspraak")])

    assert sorted(registry.connectors) == ["acme", "memory"]


def test_a_plugin_that_cannot_be_imported_is_shown_with_its_distribution() -> None:
    registry = Registry.load([offered("lost", "not_installed_anywhere"), offered("memory", FAMILY_APP)])

    assert list(registry.connectors) == ["memory"]
    [failure] = registry.failures
    assert (failure.plugin, failure.distribution, failure.version) == ("lost", "samenspraak-elders", "2.1")
    assert "not_installed_anywhere" in failure.why


@pytest.mark.parametrize("end", [ZeroDivisionError, SystemExit])
def test_a_plugin_that_breaks_off_while_loading_stops_no_other(
    end: type[BaseException], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "breaks_off.py").write_text(f"raise {end.__name__}('at import')")
    monkeypatch.syspath_prepend(tmp_path)

    registry = Registry.load([offered("breaks", "breaks_off"), offered("memory", FAMILY_APP)])

    assert list(registry.connectors) == ["memory"]
    assert [failure.why for failure in registry.failures] == [f"{end.__name__}: at import"]


def test_a_plugin_whose_hook_raises_stops_no_other(plugin: Callable[..., str]) -> None:
    broken = plugin(
        "broken_plugin", samenspraak_connectors=hookimpl(raising, specname="samenspraak_connectors")
    )

    registry = Registry.load([offered("broken", broken), offered("memory", FAMILY_APP)])

    assert list(registry.connectors) == ["memory"]
    assert [failure.why for failure in registry.failures] == ["ZeroDivisionError: halfway"]


def test_a_misspelt_hook_is_shown_and_stops_no_other(plugin: Callable[..., str]) -> None:
    @hookimpl
    def samenspraak_conectors() -> Any:
        return ()

    misspelt = plugin("misspelt_plugin", samenspraak_conectors=samenspraak_conectors)
    another = plugin("another_misspelt", samenspraak_conectors=samenspraak_conectors)

    registry = Registry.load(
        [offered("misspelt", misspelt), offered("another", another), offered("memory", FAMILY_APP)]
    )

    assert list(registry.connectors) == ["memory"]
    assert sorted(failure.plugin for failure in registry.failures) == ["another", "misspelt"]
    assert "samenspraak_conectors" in registry.failures[0].why


def test_a_hook_with_an_argument_we_do_not_give_is_shown(plugin: Callable[..., str]) -> None:
    @hookimpl
    def samenspraak_connectors(settings: Any) -> Any:
        return ()

    asking = plugin("asking_plugin", samenspraak_connectors=samenspraak_connectors)

    registry = Registry.load([offered("asking", asking), offered("memory", FAMILY_APP)])

    assert list(registry.connectors) == ["memory"]
    assert "settings" in registry.failures[0].why


def test_a_name_that_is_taken_is_refused_and_ours_stays(plugin: Callable[..., str]) -> None:
    impostor = plugin("impostor_plugin", samenspraak_connectors=offering(named("memory"), named("acme")))

    registry = Registry.load([offered("a", impostor), offered("memory", FAMILY_APP, "samenspraak")])

    assert registry.connectors["memory"] is FamilyAppConnector
    assert "acme" in registry.connectors
    assert "'memory'" in registry.failures[0].why


@pytest.mark.parametrize(
    ("connector", "why"),
    [
        ("memory", "not a Connector class"),
        (type("Half", (Connector,), {"manifest": MANIFEST}), "does not implement: changes, check, create"),
        (type("Nameless", (FamilyAppConnector,), {"manifest": None}), "has no manifest"),
    ],
)
def test_what_is_no_whole_connector_is_shown(plugin: Callable[..., str], connector: Any, why: str) -> None:
    module = plugin("odd_plugin", samenspraak_connectors=offering(connector))

    registry = Registry.load([offered("odd", module)])

    assert not registry.connectors
    assert why in registry.failures[0].why


def test_a_built_connector_has_its_settings_with_the_secret_itself() -> None:
    connector = Registry.load().build("memory", "app-1", SETTINGS, secret=secret, open_origins=["http://x"])

    assert (connector.connector_id, type(connector)) == ("app-1", FamilyAppConnector)
    assert connector.settings["access_key"] == "een-lange-sleutel"
    assert connector.settings["title_length"] == 60
    assert connector.settings["open_origins"] == frozenset({"http://x"})


def test_every_problem_of_the_settings_is_named_at_once() -> None:
    settings = {"base_url": "familie", "access_key": "secret://env/GONE", "title_length": 3, "colour": "blue"}

    with pytest.raises(ConfigurationError) as refused:
        Registry.load().build("memory", "app-1", settings, secret=secret)

    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "access_key",
        "base_url",
        "colour",
        "title_length",
    ]
    assert "known settings: access_key, base_url, earlier_notify_secret, notify_secret, title_length" in str(
        refused.value
    )


def test_a_secret_given_as_itself_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as refused:
        Registry.load().build("memory", "app-1", {**SETTINGS, "access_key": "hunter22"}, secret=secret)

    assert "hunter22" not in str(refused.value)


def test_a_connector_that_is_not_there_is_said_with_those_that_are_and_those_that_failed() -> None:
    registry = Registry.load([offered("lost", "not_installed_anywhere"), offered("memory", FAMILY_APP)])

    with pytest.raises(ConfigurationError, match="known: memory") as refused:
        registry.build("lost", "lost-1", {}, secret=secret)

    assert "not_installed_anywhere" in str(refused.value)
