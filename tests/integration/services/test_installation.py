"""What a hub needs before it can start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from samenspraak.bootstrap import build
from samenspraak.errors import ConfigurationError, NotFoundError, RuleError, StaleError
from samenspraak.services import organisations
from samenspraak.services.installation import make_key
from samenspraak.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(environment="test", data_dir=tmp_path / "hub")


def test_the_key_is_for_its_owner_only(settings: Settings) -> None:
    assert make_key(settings, random=lambda size: bytes(range(size)))
    assert settings.key_path.read_text(encoding="ascii").strip() == bytes(range(32)).hex()
    assert settings.key_path.stat().st_mode & 0o777 == 0o600
    assert settings.data_dir.stat().st_mode & 0o077 == 0


def test_a_key_that_is_there_is_never_replaced(settings: Settings) -> None:
    make_key(settings)
    kept = settings.key_path.read_bytes()

    assert not make_key(settings)
    assert settings.key_path.read_bytes() == kept


def test_a_database_whose_key_is_lost_gets_no_other_one(settings: Settings) -> None:
    make_key(settings)
    build(settings, environment={})
    key = settings.key_path.read_bytes()
    settings.key_path.unlink()

    with pytest.raises(ConfigurationError, match="Put its key back"):
        make_key(settings)

    settings.key_path.write_bytes(key)
    settings.key_path.chmod(0o600)
    assert not make_key(settings)


def test_a_folder_that_cannot_be_made_is_a_wrong_setting(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    with pytest.raises(ConfigurationError, match="cannot be written"):
        make_key(replace(settings, data_dir=tmp_path / "taken" / "hub"))


def test_an_organisation_is_named_only_when_there_are_several(settings: Settings) -> None:
    make_key(settings)
    hub = build(settings, environment={}).hub
    with pytest.raises(NotFoundError, match="samenspraak init"):
        organisations.the_one(hub, None)

    organisations.add(hub, "de-linde", "De Linde")
    assert organisations.the_one(hub, None) == "de-linde"

    organisations.add(hub, "de-eik", "De Eik")
    with pytest.raises(ConfigurationError, match="de-eik, de-linde"):
        organisations.the_one(hub, None)
    assert organisations.the_one(hub, "de-eik") == "de-eik"


@pytest.mark.parametrize("chosen", ["De Linde", "linde-", "", "a" * 41, "hub", "other", "li:nde"])
def test_an_id_that_would_be_misread_is_refused(settings: Settings, chosen: str) -> None:
    make_key(settings)
    hub = build(settings, environment={}).hub

    with pytest.raises(RuleError):
        organisations.add(hub, chosen, "De Linde")

    assert hub.store.organisations() == []


def test_the_same_organisation_is_not_made_twice(settings: Settings) -> None:
    make_key(settings)
    hub = build(settings, environment={}).hub
    organisations.add(hub, "de-linde", "De Linde")

    with pytest.raises(StaleError):
        organisations.add(hub, "de-linde", "Iets anders")

    with hub.store.read("de-linde") as uow:
        assert [line.action for line in uow.log.audit_lines()] == ["organisation.added"]
