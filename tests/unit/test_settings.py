from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from samenspraak.errors import ConfigurationError
from samenspraak.settings import Settings, load, read_secret, rows

EXAMPLE = Path(__file__).parents[2] / "config" / "samenspraak.example.toml"


def written(folder: Path, text: str) -> Path:
    file = folder / "samenspraak.toml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(environment: dict[str, str], file: Path | None = None) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        load(environment, file)
    return caught.value.problems


def test_without_file_and_variables_the_defaults_hold() -> None:
    assert load({"PATH": "/usr/bin"}) == Settings()
    assert Settings().database_url == "sqlite:///samenspraak-data/samenspraak.sqlite3"
    assert not Settings().allows_loopback


def test_a_variable_wins_from_the_file_and_the_file_from_the_default(tmp_path: Path) -> None:
    file = written(tmp_path, 'language = "en"\n[web]\nport = 9000\nhost = "10.0.0.5"\n')

    settings = load({"SAMENSPRAAK_WEB_PORT": "9001"}, file)

    assert (settings.language, settings.web.host, settings.web.port) == ("en", "10.0.0.5", 9001)
    assert settings.work == Settings().work


def test_the_file_can_be_named_by_a_variable(tmp_path: Path) -> None:
    file = written(tmp_path, 'language = "en"')

    assert load({"SAMENSPRAAK_CONFIG": str(file)}).language == "en"


def test_files_lie_in_the_data_folder_and_that_lies_beside_the_settings_file(tmp_path: Path) -> None:
    settings = load({}, written(tmp_path, 'data_dir = "hub"\ndatabase = "care.sqlite3"'))

    assert settings.key_path == tmp_path / "hub" / "samenspraak.key"
    assert settings.database_url == f"sqlite:///{tmp_path}/hub/care.sqlite3"


def test_a_full_path_or_url_is_left_as_it_is(tmp_path: Path) -> None:
    file = written(tmp_path, 'data_dir = "/var/lib/samenspraak"\nkey_file = "/etc/samenspraak/key"')

    settings = load({"SAMENSPRAAK_DATABASE": "sqlite:////srv/care.sqlite3"}, file)

    assert settings.data_dir == Path("/var/lib/samenspraak")
    assert settings.key_path == Path("/etc/samenspraak/key")
    assert settings.database_url == "sqlite:////srv/care.sqlite3"


def test_all_problems_are_listed_at_once_and_mended_the_settings_load(tmp_path: Path) -> None:
    file = written(tmp_path, 'language = "de"\n[web]\nport = 70000\n')
    environment = {"SAMENSPRAAK_WORK_THREADS": "many"}

    assert problems(environment, file) == (
        "language in samenspraak.toml: must be one of nl, en",
        "web.port in samenspraak.toml: must be a whole number from 1 to 65535",
        "SAMENSPRAAK_WORK_THREADS: must be a whole number from 1 to 64",
    )
    file.write_text('language = "nl"\n[web]\nport = 7000\n', encoding="utf-8")
    assert load({"SAMENSPRAAK_WORK_THREADS": "4"}, file).work.threads == 4


def test_an_unknown_key_names_the_valid_ones(tmp_path: Path) -> None:
    (problem,) = problems({}, written(tmp_path, '[web]\nadres = "127.0.0.1"'))

    assert problem.startswith(
        "web.adres in samenspraak.toml: there is no such setting; there are environment,"
    )
    assert "web.host" in problem


def test_an_unknown_variable_names_the_valid_ones() -> None:
    (problem,) = problems({"SAMENSPRAAK_PORT": "80"})

    assert problem.startswith("SAMENSPRAAK_PORT: there is no such setting")
    assert "SAMENSPRAAK_WEB_PORT" in problem


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SAMENSPRAAK_WEB_HOST", "  "),
        ("SAMENSPRAAK_WEB_PORT", "0"),
        ("SAMENSPRAAK_WEB_PORT", "80.5"),
        ("SAMENSPRAAK_CLOCK_SPEED", "0"),
        ("SAMENSPRAAK_CLOCK_SPEED", "nan"),
        ("SAMENSPRAAK_CLOCK_SPEED", "inf"),
        ("SAMENSPRAAK_DATABASE", "mysql://localhost/care"),
        ("SAMENSPRAAK_ENVIRONMENT", "Production"),
    ],
)
def test_a_value_out_of_range_is_refused_without_being_repeated(variable: str, value: str) -> None:
    (problem,) = problems({variable: value})

    assert problem.startswith(f"{variable}: must be ")
    assert "mysql" not in problem


@pytest.mark.parametrize("value", ["true", '"x"', "8.5", "[8]", "1979-05-27"])
def test_another_toml_type_is_refused(tmp_path: Path, value: str) -> None:
    (problem,) = problems({}, written(tmp_path, f"[work]\nthreads = {value}"))

    assert problem == "work.threads in samenspraak.toml: must be a whole number from 1 to 64"


@pytest.mark.parametrize("environment", ["production", "test"])
def test_the_clock_runs_faster_in_the_demo_only(environment: str) -> None:
    faster = {"SAMENSPRAAK_CLOCK_SPEED": "600", "SAMENSPRAAK_ENVIRONMENT": environment}

    assert problems(faster) == ('clock_speed: anything but 1 needs environment = "demo"',)
    assert load(faster | {"SAMENSPRAAK_ENVIRONMENT": "demo"}).clock_speed == 600


def test_loopback_can_be_allowed_outside_production_only() -> None:
    allowed = {name: load({"SAMENSPRAAK_ENVIRONMENT": name}).allows_loopback for name in ("demo", "test")}

    assert allowed == {"demo": True, "test": True}
    assert not load({"SAMENSPRAAK_ENVIRONMENT": "production"}).allows_loopback


def test_a_file_that_is_missing_or_is_no_toml_is_a_problem_among_the_others(tmp_path: Path) -> None:
    port = {"SAMENSPRAAK_WEB_PORT": "none"}

    missing, _ = problems(port, tmp_path / "absent.toml")
    broken, _ = problems(port, written(tmp_path, "web = [1,"))

    assert missing == f"{tmp_path / 'absent.toml'}: cannot be read (No such file or directory)"
    assert broken.startswith(f"{tmp_path / 'samenspraak.toml'}: is not a TOML file")


def in_toml(value: object) -> object:
    return str(value) if isinstance(value, Path) else list(value) if isinstance(value, tuple) else value


def test_the_example_file_shows_every_setting_with_its_default() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    document = tomllib.loads("\n".join(line.removeprefix("#") for line in lines if not line.startswith("# ")))

    shown = {name: value for name, value in document.items() if not isinstance(value, dict)}
    for section in ("web", "work"):
        shown |= {f"{section}.{name}": value for name, value in document[section].items()}

    assert shown == {row.name: in_toml(row.default) for row in rows()}


def test_the_example_file_loads_as_it_is() -> None:
    assert load({}, EXAMPLE).web == Settings().web


def test_a_secret_is_read_from_a_variable_that_is_no_setting() -> None:
    environment = {"SAMENSPRAAK_SECRET_DOSSIER": "kastanje-7"}

    assert load(environment) == Settings()
    assert read_secret("secret://env/SAMENSPRAAK_SECRET_DOSSIER", environment) == "kastanje-7"


def test_a_secret_is_read_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("kastanje-7\n", encoding="utf-8")

    assert read_secret(f"secret://file{file}", {}) == "kastanje-7"


@pytest.mark.parametrize("reference", ["secret://env/ABSENT", "secret://file/no/such/file"])
def test_a_reference_with_nothing_behind_it_says_so(reference: str) -> None:
    with pytest.raises(ConfigurationError, match=reference):
        read_secret(reference, {"PRESENT": "kastanje-7"})


@pytest.mark.parametrize(
    "pasted", ["kastanje-7", "https://u:kastanje-7@care.example", "secret://kastanje-7/x"]
)
def test_a_secret_given_as_itself_is_refused_and_not_repeated(pasted: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_secret(pasted, {})

    assert "kastanje" not in str(caught.value)


# Addresses in an organisation's own network.


def test_internal_addresses_are_kept_by_organisation(tmp_path: Path) -> None:
    entries = [
        "de-linde=https://nuts.lan:8443",
        "de-linde = http://127.0.0.1:8081",
        "de-berk=https://ecd.lan",
    ]
    of_file = load({}, written(tmp_path, f"internal_origins = {entries}"))
    of_variable = load({"SAMENSPRAAK_INTERNAL_ORIGINS": ", ".join(entries)})

    assert of_file.internal_origins_of == {
        "de-linde": {"https://nuts.lan:8443", "http://127.0.0.1:8081"},
        "de-berk": {"https://ecd.lan"},
    }
    assert of_variable.internal_origins == of_file.internal_origins


@pytest.mark.parametrize(
    "entry", ["https://nuts.lan", "de-linde=nuts.lan", "de-linde=https://nuts.lan/internal", "=https://x"]
)
def test_an_internal_address_without_organisation_or_that_is_none_is_a_problem(entry: str) -> None:
    (problem,) = problems({"SAMENSPRAAK_INTERNAL_ORIGINS": entry})
    assert "must be entries like" in problem
