"""From nothing to a connected system, on the command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from samenspraak_fhir.sandbox import FhirSandbox, Quirks
from samenspraak_memory.sandbox import FamilyApp


def connect(town: Any, sandbox: FamilyApp) -> list[str]:
    """The options that connect this app, which begins to serve now."""
    url = town.stack.enter_context(sandbox.running())
    return [
        *("--type", "memory", "--open-origin", url),
        *("--set", f"base_url={url}", "--set", "access_key=secret://env/APP_KEY"),
    ]


# init


def test_init_makes_everything_a_hub_needs(line: Any, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    made = line.json("init", "de-linde", "--name", "De Linde")

    assert made == {
        "organisation": "de-linde",
        "data_dir": str(tmp_path),
        "data_dir_open": False,
        "key_file": str(tmp_path / "samenspraak.key"),
        "key_made": True,
    }
    assert (tmp_path / "samenspraak.key").stat().st_mode & 0o777 == 0o600
    assert line.json("status")["organisation"] == "de-linde"


@pytest.mark.parametrize(
    ("language", "said"), [("nl", "Anderen op deze computer"), ("en", "Others on this machine")]
)
def test_init_says_so_when_others_can_look_into_the_folder(
    line: Any, tmp_path: Path, language: str, said: str
) -> None:
    line.file.write_text(f'data_dir = "hub"\nlanguage = "{language}"\n', encoding="utf-8")
    assert said not in line.text("init", "de-linde", "--name", "De Linde")
    assert (tmp_path / "hub").stat().st_mode & 0o777 == 0o700

    (tmp_path / "hub").chmod(0o750)
    assert said in line.text("init", "de-eik", "--name", "De Eik")

    (tmp_path / "hub").chmod(0o700)
    assert said not in line.text("init", "de-beuk", "--name", "De Beuk")


def test_a_second_init_adds_an_organisation_and_keeps_the_key(line: Any, tmp_path: Path) -> None:
    line("init", "de-linde", "--name", "De Linde")
    key = (tmp_path / "samenspraak.key").read_bytes()

    assert line.json("init", "de-eik", "--name", "De Eik")["key_made"] is False
    assert (tmp_path / "samenspraak.key").read_bytes() == key
    assert "de-eik, de-linde" in line.fails("status", code=2)
    assert line.json("--organisation", "de-eik", "status")["organisation"] == "de-eik"


def test_init_refuses_what_is_there_or_cannot_be(line: Any) -> None:
    line("init", "de-linde", "--name", "De Linde")

    assert "already" in line.fails("init", "de-linde", "--name", "De Linde", code=11)
    assert "small letters" in line.fails("init", "De Linde", "--name", "De Linde", code=9)


def test_without_a_key_every_command_says_what_to_do(line: Any) -> None:
    said = line.fails("status", code=2)

    assert said.startswith("Een instelling klopt niet of ontbreekt.")
    assert "samenspraak init" in said


def test_an_unknown_organisation_is_not_found(line: Any) -> None:
    line("init", "de-linde", "--name", "De Linde")

    assert "no organisation de-eik" in line.fails("--organisation", "de-eik", "status", code=10)


def test_wrong_settings_are_listed_before_anything_happens(line: Any, tmp_path: Path) -> None:
    line.file.write_text('language = "fr"\nkleur = "rood"\n', encoding="utf-8")

    said = line.fails("init", "de-linde", "--name", "De Linde", code=2)

    assert "language" in said
    assert "kleur" in said
    assert not (tmp_path / "samenspraak-data").exists()


# connector


def test_a_system_is_tested_saved_and_released(line: Any, town: Any) -> None:
    added = line.json(
        "connector", "add", "app-a", "--title", "App van de familie", *connect(town, FamilyApp())
    )
    assert (added["saved"], added["state"]) == (True, "matching")
    assert [one["step"] for one in added["steps"] if one["ok"]][:2] == ["connect", "sign_in"]

    assert "--yes" in line.fails("connector", "resume", "app-a", code=2)
    assert line.json("connector", "resume", "app-a", "--yes")["state"] == "running"
    (listed,) = line.json("connector", "list")["connectors"]
    assert (listed["title"], listed["state"], listed["problem"]) == ("App van de familie", "running", "")


def test_what_fails_its_test_is_not_saved_and_says_what_to_do(line: Any, town: Any) -> None:
    options = connect(town, FamilyApp(access_key="een-andere-sleutel"))

    text = line.text("connector", "add", "app-a", *options, code=3)

    assert "goed  verbinding" in text
    assert "fout  inloggen" in text
    assert "Vraag de beheerder van de app om een geldige toegangssleutel." in text
    assert line.json("connector", "list")["connectors"] == []
    assert line.json("connector", "add", "app-a", *options, "--untested")["saved"] is True
    assert line.json("connector", "test", "app-a", code=3)["works"] is False


def test_trying_saves_nothing(line: Any, town: Any) -> None:
    tried = line.json("connector", "add", "app-a", *connect(town, FamilyApp()), "--try")

    assert (tried["saved"], [one["ok"] for one in tried["steps"]]) == (False, [True] * 6)
    assert line.json("connector", "list")["connectors"] == []


def test_a_secret_on_the_command_line_is_refused_and_not_repeated(line: Any, town: Any) -> None:
    options = [one.replace("secret://env/APP_KEY", "hunter2-hunter2") for one in connect(town, FamilyApp())]

    said = line.fails("connector", "add", "app-a", *options, code=2)

    assert "secret://env/NAME" in said
    assert "hunter2" not in said


def test_settings_may_come_from_a_file_and_lists_as_json(line: Any, town: Any, tmp_path: Path) -> None:
    url = town.stack.enter_context(FamilyApp().running())
    file = tmp_path / "app.toml"
    file.write_text('access_key = "secret://env/APP_KEY"\ntitle_length = 40\n', encoding="utf-8")
    origins = f'open_origins=["{url}"]'

    line.json(
        *("connector", "add", "app-a", "--type", "memory", "--settings", str(file)),
        *("--set", f"base_url={url}", "--set", origins),
    )

    (listed,) = line.json("connector", "list")["connectors"]
    assert listed["settings"]["title_length"] == 40
    assert listed["settings"]["access_key"] == "secret://env/APP_KEY"


def test_a_setting_may_be_the_text_of_a_file_and_what_is_wrong_in_it_is_told_under_its_name(
    line: Any, town: Any, tmp_path: Path
) -> None:
    url = town.stack.enter_context(FamilyApp().running())
    file = tmp_path / "adres.txt"
    add = (
        *("connector", "add", "app-a", "--type", "memory", "--set", f"base_url=@{file}"),
        *("--set", "access_key=secret://env/APP_KEY", "--set", f'open_origins=["{url}"]'),
    )
    assert f"{file} cannot be read as text" in line.fails(*add, code=2)
    file.write_text("nergens", encoding="utf-8")
    assert f"  - {file}: Not a valid URL." in line.fails(*add, code=2)

    file.write_text(url, encoding="utf-8")
    line.json(*add)

    (listed,) = line.json("connector", "list")["connectors"]
    assert listed["settings"]["base_url"] == url


def test_settings_that_cannot_be_read_are_a_usage_error(line: Any, town: Any, tmp_path: Path) -> None:
    file = tmp_path / "app.toml"
    file.write_text("= 3", encoding="utf-8")
    add = ("connector", "add", "app-a", "--type", "memory")

    assert "NAME=VALUE" in line.fails(*add, "--set", "base_url", code=2)
    assert "is not: " in line.fails(*add, "--set", "names={een", code=2)
    assert "as TOML" in line.fails(*add, "--settings", str(file), code=2)
    assert "known: " in line.fails("connector", "add", "app-a", "--type", "memroy", code=2)


def test_what_can_be_connected_is_listed_with_its_settings(line: Any, town: Any) -> None:
    kinds = {one["name"]: one for one in line.json("connector", "list", "--installed")["installed"]}
    (key,) = [one for one in kinds["memory"]["settings"] if one["name"] == "access_key"]

    assert (key["is_secret"], key["is_required"]) == (True, True)
    text = line.text("connector", "list", "--installed")
    assert re.search(r"access_key +Toegangssleutel \(verplicht; geheim, alleen als verwijzing\)\.", text)


def test_a_dossier_shows_what_it_can_and_cannot_line_by_line(line: Any, town: Any) -> None:
    url = town.stack.enter_context(FhirSandbox(quirks=Quirks(no_type_history=True)).running())
    options = ("--type", "fhir", "--open-origin", url, "--set", f"base_url={url}/fhir")

    text = line.text("connector", "add", "ecd", *options)
    assert "  + Zoeken op wijzigingsmoment: we lezen alleen wat er veranderde." in text.splitlines()
    assert "  - Geen geschiedenis van zorgplannen: wat weg is, zien we pas bij de dagelijkse ronde." in text
    shows = [one for step in line.json("connector", "test", "ecd")["steps"] for one in step["shows"]]
    assert [one["en"] for one in shows if one["en"].startswith("- No history")] != []


def test_the_public_keys_of_a_system_are_shown_and_the_keys_themselves_never(
    line: Any, family: Any, tmp_path: Path
) -> None:
    file = tmp_path / "ecd.pem"
    file.write_bytes(ECKey.generate_key("P-384").as_pem(private=True))
    settings = ("base_url=https://ecd.example/fhir", "sign_in=backend_services", "client_id=hub")
    given = [word for one in (*settings, f"signing_key=secret://file{file}") for word in ("--set", one)]
    line("connector", "add", "ecd", "--type", "fhir", "--untested", *given)

    shown = json.loads(line.text("connector", "keys", "ecd"))
    assert [sorted(one) for one in shown["keys"]] == [
        ["alg", "crv", "key_ops", "kid", "kty", "use", "x", "y"]
    ]
    assert line.json("connector", "keys", "ecd") == shown
    assert line.json("connector", "keys", "app-a") == {"keys": []}
    assert "heeft geen sleutels" in line.text("connector", "keys", "app-a")


def test_a_paused_system_is_resumed_without_a_question(line: Any, family: Any) -> None:
    assert line.json("connector", "pause", "app-b", "--why", "onderhoud")["state"] == "paused"
    text = line.text("connector", "list")
    assert "gepauzeerd" in text
    assert "gelijk: 1" in text

    assert line.json("connector", "resume", "app-b") == {
        "connector": "app-b",
        "state": "running",
        "copies": 1,
    }
    assert "running already" in line.fails("connector", "resume", "app-b", code=9)
    assert line.fails("connector", "pause", "app-z", code=10)


# The whole line.


def test_an_error_is_one_json_document_when_json_was_asked(line: Any, town: Any) -> None:
    result = line("agreement", "show", "a7", "--json")

    assert result.exit_code == 10
    assert json.loads(result.stdout)["error"]["code"] == "not_found"
    assert "There is no agreement a7" in result.stderr


def test_in_english_nothing_is_dutch(english: Any, town: Any) -> None:
    said = english.fails("agreement", "show", "a7", code=10)

    assert said == "Error: There is no agreement a7 in de-linde.\n"
    assert english.text("status").splitlines() == [
        "There are no connections yet.",
        "Everything is up to date.",
    ]


def test_it_works_as_a_process_of_its_own(line: Any, family: Any) -> None:
    command = [sys.executable, "-m", "samenspraak", "--config", str(line.file), "status", "--json"]

    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ})

    assert done.stderr == ""
    assert json.loads(done.stdout)["converged"] is True


# connector change, connector preview


def test_a_preview_shows_what_records_are_and_how_they_would_be_read_otherwise(
    line: Any, family: Any
) -> None:
    agreement = family.agreements()[0].id

    assert line.text("connector", "preview", "app-a").splitlines() == [
        f"r1: is hier de afspraak {agreement}",
        "  wat: Steunkousen aantrekken; soort: doet",
        "  wie en wanneer [a1]: wie: Jan de Wit; op vaste dagen; hoe vaak: elke dag; tijden: 08:00",
        "  voorwaarden: instructie: Eerst de hiel.",
        "  stand: actief",
        "",
    ]
    mentioned = line.text("connector", "preview", "app-a", "r1", "--set", "title_length=20")
    assert "Steunkousen aantrekken" in mentioned
    assert "toont nu geen gegevens" in line.text("connector", "preview", "app-a", "nergens")


def test_other_settings_are_tested_before_they_are_saved(line: Any, family: Any) -> None:
    tried = line.json("connector", "change", "app-b", "--set", "title_length=20", "--try")
    assert (tried["saved"], all(one["ok"] for one in tried["steps"])) == (False, True)

    line.fails("connector", "change", "app-b", "--set", "access_key=secret://env/NIETS", code=2)
    changed = line.json("connector", "change", "app-b", "--set", "title_length=20")
    assert (changed["saved"], changed["copies"]) == (True, 1)
    again = line.json("connector", "change", "app-b", "--unset", "title_length")

    assert again["saved"]
    [record] = [one for one in line.json("connector", "list")["connectors"] if one["id"] == "app-b"]
    assert "title_length" not in record["settings"]
    assert record["settings"]["access_key"] == "secret://env/APP_KEY"
