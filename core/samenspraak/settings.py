"""Every setting of the hub, once: its name, default and a sentence, in one frozen tree.

Defaults stand here; a TOML file goes over them, variables ``SAMENSPRAAK_…`` go over that. All problems
are listed together. The same rows make ``docs/reference/settings.md``. The time zone is no setting: the
hours of an agreement are those of Europe/Amsterdam.
"""

# ruff: noqa: RUF009 - a row *is* the field, with its default, its reader and its sentence

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, cast
from urllib.parse import unquote, urlsplit

from samenspraak.errors import ConfigurationError

PREFIX = "SAMENSPRAAK_"
FILE_VARIABLE = f"{PREFIX}CONFIG"
SECRET_PREFIX = f"{PREFIX}SECRET_"

Environment = Literal["production", "demo", "test"]
Language = Literal["nl", "en"]
Reader = Callable[[object], object]
"""From a TOML value or the text of a variable to the value; raises ValueError("must be …")."""

T = TypeVar("T")


# How a value is read.


def _text(given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise ValueError("must be a text that is not empty")
    return given


def _path(given: object) -> Path:
    return Path(_text(given)).expanduser()


def _database(given: object) -> str:
    text = _text(given)
    if "://" in text and not text.startswith("sqlite:///"):
        raise ValueError("must be the path of a SQLite file, or a URL that starts with sqlite:///")
    return text


def _one_of(*choices: str) -> Reader:
    def read(given: object) -> str:
        if given not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return str(given)

    return read


def _number(given: object, kind: type[T]) -> T | None:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return None
    try:
        return kind(given)  # type: ignore[call-arg]  # int and float both take what passed
    except ValueError:
        return None


def _whole(low: int, high: int) -> Reader:
    def read(given: object) -> int:
        number = None if isinstance(given, float) else _number(given, int)
        if number is None or not low <= number <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return number

    return read


def _positive(given: object) -> float:
    number = _number(given, float)
    if number is None or not 0 < number < float("inf"):
        raise ValueError("must be a number above 0")
    return number


def _each(read: Callable[[str], str]) -> Reader:
    """From a list, or a text with commas, of what this reads."""

    def read_all(given: object) -> tuple[str, ...]:
        entries = given.split(",") if isinstance(given, str) else given
        if not isinstance(entries, list):
            raise ValueError("must be a list of texts")
        return tuple(read(entry.strip()) for entry in entries if isinstance(entry, str) and entry.strip())

    return read_all


def _is_origin(entry: str) -> bool:
    parts = urlsplit(entry)
    return parts.scheme in ("https", "http") and bool(parts.netloc) and not (parts.path or parts.query)


def _internal_origin(entry: str) -> str:
    organisation, _, origin = entry.partition("=")
    if not organisation.strip() or not _is_origin(origin.strip()):
        raise ValueError("must be entries like de-linde=https://nuts.de-linde.lan:8443, without a path")
    return f"{organisation.strip()}={origin.strip()}"


def _origin(given: object) -> str:
    text = _text(given).rstrip("/")
    if not _is_origin(text) or "@" in text:
        raise ValueError("must be an address like https://hub.example, without a path")
    return text


# The tree.


def _row(default: T, read: Reader, sentence: str) -> T:
    return field(default=default, metadata={"read": read, "sentence": sentence})


@dataclass(frozen=True, kw_only=True)
class Web:
    """The built-in web server."""

    host: str = _row("127.0.0.1", _text, "The address the web server listens on.")
    port: int = _row(8080, _whole(1, 65535), "The port the web server listens on.")
    public_url: str = _row(
        "", _origin, "Where programs and people outside reach this hub, such as `https://hub.example`."
    )

    app_origins: tuple[str, ...] = _row(
        (),
        _each(_origin),
        "Where family apps come from that call the API from a browser, such as `https://app.example`; "
        "with commas between them in the variable.",
    )

    trusted_proxy: str = _row(
        "",
        _text,
        "The address of the proxy before this hub, such as `127.0.0.1`; it alone says, in `X-Forwarded-For`, "
        "where a request came from.",
    )

    @property
    def origin(self) -> str:
        """``public_url``; without one nobody outside is expected, and it is where the server listens."""
        return self.public_url or f"http://{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Work:
    """The runner, which keeps the systems equal."""

    threads: int = _row(8, _whole(1, 64), "How many links the runner works on at the same time.")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings. Relative paths of files lie in ``data_dir``."""

    environment: Environment = _row(
        "production",
        _one_of("production", "demo", "test"),
        "What this hub is for: `production`, `demo` or `test`. Production refuses plain http and loopback.",
    )
    language: Language = _row("nl", _one_of("nl", "en"), "The language of texts for people: `nl` or `en`.")
    data_dir: Path = _row(
        Path("samenspraak-data"),
        _path,
        "The folder of this hub's own files, seen from the settings file (without one: from where you are).",
    )
    database: str = _row(
        "samenspraak.sqlite3", _database, "The database: a SQLite file in `data_dir`, or a `sqlite:///` URL."
    )
    key_file: Path = _row(
        Path("samenspraak.key"),
        _path,
        "The key that encrypts what other systems said, a file in `data_dir`. Keep it apart from backups.",
    )
    clock_speed: float = _row(
        1.0, _positive, "How fast the hub's clock runs; other than 1 only in the `demo` environment."
    )
    internal_origins: tuple[str, ...] = _row(
        (),
        _each(_internal_origin),
        "Addresses in an organisation's own network that its connectors may reach, as "
        "`organisation=https://host:port`; with commas between them in the variable.",
    )
    web: Web = field(default_factory=Web)
    work: Work = field(default_factory=Work)

    @property
    def allows_loopback(self) -> bool:
        """Whether a connector's own allow-list may open loopback and plain http at all."""
        return self.environment != "production"

    @property
    def internal_origins_of(self) -> Mapping[str, frozenset[str]]:
        """``internal_origins`` by organisation."""
        entries = [entry.partition("=") for entry in self.internal_origins]
        organisations = {organisation for organisation, _, _ in entries}
        return {
            name: frozenset(origin for one, _, origin in entries if one == name) for name in organisations
        }

    @property
    def database_url(self) -> str:
        """``database`` as a URL, whichever way it was written."""
        return self.database if "://" in self.database else f"sqlite:///{self.data_dir / self.database}"

    @property
    def key_path(self) -> Path:
        return self.data_dir / self.key_file


# The rows.


@dataclass(frozen=True, kw_only=True)
class Row:
    """One setting as people see it: ``name`` in the TOML file, ``variable`` in the environment."""

    name: str
    default: object
    read: Reader
    sentence: str

    @property
    def variable(self) -> str:
        return PREFIX + self.name.replace(".", "_").upper()


def rows(tree: type[Any] = Settings, prefix: str = "") -> Iterator[Row]:
    """Every setting, in the order of the tree."""
    for entry in fields(tree):
        name = prefix + entry.name
        if "read" in entry.metadata:
            yield Row(name=name, default=entry.default, **entry.metadata)
        else:
            yield from rows(cast("type[Any]", entry.default_factory), f"{name}.")


# Loading.


def load(environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """The settings, from defaults, a TOML file and variables, the last one winning.

    Args:
        environment: the variables of the process.
        file: the TOML file; None means the one that ``SAMENSPRAAK_CONFIG`` names, if any.

    Raises:
        ConfigurationError: with every problem in the file, the variables and their combination.
    """
    if file is None and FILE_VARIABLE in environment:
        file = Path(environment[FILE_VARIABLE])
    problems: list[str] = []
    values = _from_file(file, problems) | _from_variables(environment, problems)
    if file is not None:
        values["data_dir"] = file.parent / cast(Path, values.get("data_dir", Settings.data_dir))
    settings = cast(Settings, _build(Settings, values))
    if settings.clock_speed != 1 and settings.environment != "demo":
        problems.append('clock_speed: anything but 1 needs environment = "demo"')
    if settings.environment == "production" and settings.web.public_url.startswith("http:"):
        problems.append("web.public_url: starts with https:// in production")
    if problems:
        raise ConfigurationError("The settings cannot be used:", problems=tuple(problems))
    return settings


def _from_file(file: Path | None, problems: list[str]) -> dict[str, object]:
    if file is None:
        return {}
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        problems.append(f"{file}: cannot be read ({error.strerror})")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{file}: is not a TOML file ({error})")
    else:
        return _read(dict(_flat(document)), {row.name: row for row in rows()}, f" in {file.name}", problems)
    return {}


def _from_variables(environment: Mapping[str, str], problems: list[str]) -> dict[str, object]:
    given = {
        name: value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name != FILE_VARIABLE and not name.startswith(SECRET_PREFIX)
    }
    return _read(given, {row.variable: row for row in rows()}, "", problems)


def _flat(document: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in document.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _read(
    given: Mapping[str, object], known: Mapping[str, Row], where: str, problems: list[str]
) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, value in given.items():
        if name not in known:
            problems.append(f"{name}{where}: there is no such setting; there are {', '.join(known)}")
            continue
        try:
            values[known[name].name] = known[name].read(value)
        except ValueError as error:
            problems.append(f"{name}{where}: {error}")
    return values


def _build(tree: type[Any], values: Mapping[str, object], prefix: str = "") -> object:
    members: dict[str, object] = {}
    for entry in fields(tree):
        name = prefix + entry.name
        if "read" not in entry.metadata:
            members[entry.name] = _build(cast("type[Any]", entry.default_factory), values, f"{name}.")
        elif name in values:
            members[entry.name] = values[name]
    return tree(**members)


# Secrets.


def read_secret(reference: str, environment: Mapping[str, str]) -> str:
    """What ``secret://env/NAME`` or ``secret://file/PATH`` points at, without the line end.

    Variables may be named freely; those that start with ``SAMENSPRAAK_SECRET_`` are never read as settings.

    Raises:
        ConfigurationError: no such reference, or nothing behind it. What was given instead is not repeated.
    """
    parts = urlsplit(reference)
    if parts.scheme != "secret" or parts.netloc not in ("env", "file") or len(parts.path) < 2:
        raise ConfigurationError(
            "A secret is given as secret://env/NAME or secret://file/PATH, never itself."
        )
    if parts.netloc == "env":
        secret = environment.get(parts.path[1:], "")
    else:
        secret = _file_secret(Path(unquote(parts.path)), reference)
    if not secret.strip():
        raise ConfigurationError(f"There is nothing behind {reference}.")
    return secret.rstrip("\r\n")


def _file_secret(path: Path, reference: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The file behind {reference} cannot be read as text.") from error
