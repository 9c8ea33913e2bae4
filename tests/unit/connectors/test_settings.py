"""Settings of a connector are a mapping that prints no secret."""

from __future__ import annotations

from samenspraak.connectors.settings import Settings

GIVEN = {"base_url": "https://bord.example", "key": "geheim-42", "other_key": None}
SETTINGS = Settings(GIVEN, {"key", "other_key"})


def test_settings_hold_what_they_were_given() -> None:
    assert dict(SETTINGS) == GIVEN


def test_who_prints_settings_sees_that_there_is_a_secret_and_not_which() -> None:
    shown = f"{SETTINGS} {SETTINGS!r} {[SETTINGS]}"

    assert "geheim-42" not in shown
    assert "'key': '[secret]', 'other_key': None" in shown
