"""How one member of a description is read, and what is said when something else stands there.

A reader takes the value that TOML gave and returns what it stands for, or raises :class:`WrongError` with
what is allowed there, in Dutch and English. A description holds no code: names, paths, words and numbers.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from enum import Enum, StrEnum
from typing import Any

Reader = Callable[[Any], Any]
Scalar = str | int | bool

_PATH = re.compile(r"(?!=)[^\s.\[\]{}*$()/|'\"]+(\.[^\s.\[\]{}*$()/|'\"]+)*")
_ADDRESS = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9_~.-]*(/[A-Za-z0-9_~-][A-Za-z0-9_~.-]*)*/?")
_NAME = re.compile(r"[A-Za-z0-9_.~\[\]$:-]{1,80}")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_DAY_PARTS = ("%Y", "%m", "%d")


class WrongError(Exception):
    """What stands there does not belong there. ``nl``, ``en``: what is allowed; ``member``: deeper in it."""

    def __init__(self, *, nl: str, en: str, member: str = "") -> None:
        super().__init__(en)
        self.nl, self.en, self.member = nl, en, member


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing to mend in a description. ``line``: from 1; 0: not known."""

    line: int
    member: str
    nl: str
    en: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.member}: {self.en} (regel {self.line}: {self.nl})"


def described(read: Any, default: Any = MISSING) -> Any:
    """A member of a section: how it is read, and what holds without it; required if that is left out.

    ``read``: a reader, or the dataclass of a section inside.
    """
    if default is MISSING:
        return field(metadata={"read": read})
    return field(metadata={"read": read}, default_factory=lambda: default)


def name_of(one: Field[Any]) -> str:
    """The member's name in the file; Python keeps some words to itself."""
    return one.name.rstrip("_")


def is_required(one: Field[Any]) -> bool:
    return one.default_factory is MISSING


def known(section: type) -> Mapping[str, Field[Any]]:
    return {name_of(one): one for one in fields(section)}


@contextlib.contextmanager
def inside(name: str) -> Iterator[None]:
    """What is wrong in here is wrong in the member of this name."""
    try:
        yield
    except WrongError as error:
        deeper = f"{name}.{error.member}" if error.member else name
        raise WrongError(nl=error.nl, en=error.en, member=deeper) from None


def unknown(names: Iterable[str], *, member: str = "") -> WrongError:
    """A name that is none of these."""
    allowed = ", ".join(sorted(names)) or "-"
    return WrongError(
        nl=f"dit kennen we hier niet; wel: {allowed}", en=f"not known here; known: {allowed}", member=member
    )


# The readers.


def text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise WrongError(nl="hier hoort een tekst", en="a text belongs here")
    return value


def member_path(value: Any) -> str:
    """A member of the record or the page, ``when.text`` for one inside another."""
    if not isinstance(value, str) or not _PATH.fullmatch(value):
        raise WrongError(
            nl="hier hoort een plaats: namen van leden met een punt ertussen, zoals wanneer.tekst",
            en="a place belongs here: names of members with a dot in between, such as when.text",
        )
    return value


def member_name(value: Any) -> str:
    """A member by itself, not inside another."""
    if not isinstance(value, str) or not _PATH.fullmatch(value) or "." in value:
        raise WrongError(
            nl="hier hoort de naam van één lid, zonder punt",
            en="the name of one member belongs here, without a dot",
        )
    return value


def place(value: Any) -> str:
    """A path, or nothing for the whole."""
    return "" if value == "" else member_path(value)


def query_name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise WrongError(
            nl="hier hoort de naam van een queryparameter of kop",
            en="the name of a query parameter or header belongs here",
        )
    return value


def address(*placeholders: str) -> Reader:
    """A path below the base address, with exactly these placeholders."""
    wanted = ", ".join(f"{{{one}}}" for one in placeholders)

    def read(value: Any) -> str:
        found = _PLACEHOLDER.findall(value) if isinstance(value, str) else []
        plain = _PLACEHOLDER.sub("x", value) if isinstance(value, str) else ""
        if sorted(found) != sorted(placeholders) or not _ADDRESS.fullmatch(plain) or ".." in plain:
            raise WrongError(
                nl="hier hoort een pad onder het adres, zonder https://, '?' of '..'"
                + (f", met {wanted}" if wanted else ", zonder accolades"),
                en="a path below the address belongs here, without https://, '?' or '..'"
                + (f", with {wanted}" if wanted else ", without braces"),
            )
        return str(value)

    return read


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongError(nl="hier hoort true of false", en="true or false belongs here")
    return value


def between(least: float, most: float, kind: type = int) -> Reader:
    """A number from ``least`` to ``most``; whole unless ``kind`` is float."""

    def read(value: Any) -> Any:
        is_number = isinstance(value, int | kind) and not isinstance(value, bool)
        if not is_number or not least <= value <= most:
            whole = ("geheel ", "whole ") if kind is int else ("", "")
            raise WrongError(
                nl=f"hier hoort een {whole[0]}getal van {least:g} tot en met {most:g}",
                en=f"a {whole[1]}number from {least:g} to {most:g} belongs here",
            )
        return kind(value)

    return read


def one_of(*choices: Any) -> Reader:
    """One of these words; an enumeration's members are given back as such."""

    def read(value: Any) -> Any:
        found = next((one for one in choices if str(one) == value), None)
        if found is None:
            allowed = ", ".join(map(str, choices))
            raise WrongError(nl=f"hier mag: {allowed}", en=f"allowed here: {allowed}")
        return found

    return read


def several(*choices: Any) -> Reader:
    """A list of such words."""
    read_one = one_of(*choices)

    def read(value: Any) -> Any:
        if not isinstance(value, list) or not value:
            allowed = ", ".join(map(str, choices))
            raise WrongError(
                nl=f"hier hoort een lijst van: {allowed}", en=f"a list of these belongs here: {allowed}"
            )
        return tuple(read_one(one) for one in value)

    return read


def paths(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise WrongError(nl="hier hoort een lijst van plaatsen", en="a list of places belongs here")
    return tuple(member_path(one) for one in value)


def scalar(value: Any) -> Scalar:
    if not isinstance(value, str | int | bool):
        raise WrongError(
            nl="hier hoort een tekst, een geheel getal, true of false",
            en="a text, a whole number, true or false belongs here",
        )
    return value


def scalars(value: Any) -> tuple[Scalar, ...]:
    """One value, or a list of them."""
    found = value if isinstance(value, list) else [value]
    if not found:
        raise WrongError(nl="hier hoort ten minste één waarde", en="at least one value belongs here")
    return tuple(scalar(one) for one in found)


def table_of(read: Reader, of_names: Reader = member_path) -> Reader:
    """A table from places (or what ``of_names`` says) to what ``read`` reads."""

    def read_all(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise WrongError(nl="hier hoort een tabel", en="a table belongs here")
        found = {}
        for name, one in value.items():
            with inside(name):
                found[of_names(name)] = read(one)
        return found

    return read_all


def words_for(kind: type[Enum], *, without: Collection[Enum] = ()) -> Reader:
    """Their words for ours: ``{does = "task", may = ["permission", "allowed"]}``; the first is written."""
    names = {our_word(one): one for one in kind if one not in without}

    def read(value: Any) -> dict[Any, tuple[Scalar, ...]]:
        if not isinstance(value, dict) or not value:
            allowed = ", ".join(names)
            raise WrongError(
                nl=f"hier hoort een tabel van onze woorden naar die van het systeem; onze woorden: {allowed}",
                en=f"a table from our words to the system's belongs here; our words: {allowed}",
            )
        found = {}
        for name, theirs in value.items():
            if name not in names:
                allowed = ", ".join(names)
                raise WrongError(
                    nl=f"onze woorden zijn: {allowed}", en=f"our words are: {allowed}", member=name
                )
            try:
                found[names[name]] = scalars(theirs)
            except WrongError as error:
                raise WrongError(nl=error.nl, en=error.en, member=name) from None
        return found

    return read


def our_word(one: Any) -> str:
    """What we call a member of an enumeration, in a description."""
    return one.value if isinstance(one, StrEnum) else one.name.lower()


def day_format(value: Any) -> str:
    """How a day is written: the year, the month and the day once each, such as ``%d-%m-%Y``."""
    left = value if isinstance(value, str) else ""
    for part in _DAY_PARTS:
        left = left.replace(part, "", 1)
    if (
        not isinstance(value, str)
        or not all(part in value for part in _DAY_PARTS)
        or not re.fullmatch(r"[-/. ]*", left)
    ):
        raise WrongError(
            nl="hier hoort %Y, %m en %d, elk één keer, met - / . of een spatie ertussen",
            en="%Y, %m and %d belong here, each once, with - / . or a space in between",
        )
    return value
