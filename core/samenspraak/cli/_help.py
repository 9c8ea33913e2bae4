"""Help in the language of the settings: English beside each command and option, Dutch in one table.

Click asks a formatter to write help; ours puts every text it is given into Dutch where that is the language.
Commands are made with :class:`Group` and :class:`Command` of this module, so that all have it.
"""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Iterable

import click

from samenspraak.cli._help_nl import HELP_NL, WORDS_NL
from samenspraak.errors import ConfigurationError
from samenspraak.settings import Settings

_EXTRAS = re.compile(r"(.*?)(?:  \[([^\[\]]+)\])?", re.DOTALL)
"""A text of an option, and what Click says in brackets behind it."""


class _Formatter(click.HelpFormatter):
    """Writes what it is given in the language of the reader."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _word(args), prefix or f"{_word('Usage:')} ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_word(heading))

    def write_text(self, text: str) -> None:
        super().write_text(told(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(name, _row(text)) for name, text in rows], col_max, col_spacing)


class _Context(click.Context):
    formatter_class = _Formatter


class Command(click.Command):
    """A command whose help is in the language of the reader."""

    context_class = _Context

    def get_short_help_str(self, limit: int = 45) -> str:
        shown = copy.copy(self)
        shown.help = told(inspect.cleandoc(self.help or ""))
        return super(Command, shown).get_short_help_str(limit)


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type


def told(text: str) -> str:
    """A text of the help in the language of the reader."""
    return HELP_NL.get(text, text) if _language() == "nl" else text


def _row(text: str) -> str:
    match = _EXTRAS.fullmatch(text)
    about, extras = match.groups() if match else (text, None)
    return told(about) + (f"  [{_word(extras)}]" if extras else "")


def _word(text: str) -> str:
    """The same with the words that Click itself uses."""
    if _language() == "nl":
        for english, dutch in WORDS_NL.items():
            text = text.replace(english, dutch)
    return text


def _language() -> str:
    """What was asked for with ``--language``, else that of the settings, however wrong they are."""
    context = click.get_current_context(silent=True)
    asked = context.find_root().params if context else {}
    known = context.find_root().meta if context else {}
    if asked.get("language"):
        return str(asked["language"])
    if __name__ not in known:
        known[__name__] = _language_of_settings(asked)
    return str(known[__name__])


def _language_of_settings(asked: dict[str, object]) -> str:
    from samenspraak.bootstrap import read_settings

    try:
        return read_settings(asked.get("config")).language  # type: ignore[arg-type]  # a path, or None
    except ConfigurationError:
        return Settings.language
