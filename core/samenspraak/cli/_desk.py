"""What a command has at hand: the wired application, the organisation, and its texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from samenspraak.bootstrap import Application, build, read_settings
from samenspraak.cli import Asked
from samenspraak.cli._texts import Texts
from samenspraak.services import organisations
from samenspraak.settings import Settings
from samenspraak.sync.hub import Hub

F = TypeVar("F", bound=Callable[..., Any])

DAY = click.DateTime(["%Y-%m-%d"])
"""A day, as 2026-11-30."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One command at work for one organisation."""

    app: Application
    organisation: str
    texts: Texts

    @property
    def hub(self) -> Hub:
        return self.app.hub


def settings_of(asked: Asked) -> Settings:
    """The settings; from now on texts for people are in their language, unless another one was asked for.

    Raises:
        ConfigurationError: they cannot be used.
    """
    settings = read_settings(asked.config)
    asked.language = asked.language or settings.language
    return settings


def language_of(asked: Asked) -> str:
    """The language that was asked for, else that of the settings.

    Raises:
        ConfigurationError: they cannot be used.
    """
    return asked.language or settings_of(asked).language


def desk(asked: Asked) -> Desk:
    """Wire the application for the organisation that is meant.

    Raises:
        ConfigurationError: the settings or the key cannot be used, or several organisations and none named.
        NotFoundError: there is no such organisation.
    """
    settings = settings_of(asked)
    app = build(settings)
    organisation = organisations.the_one(app.hub, asked.organisation)
    return Desk(app=app, organisation=organisation, texts=Texts(language_of(asked)))


# Options that several commands have.


def _remember_json(ctx: click.Context, _parameter: click.Parameter, given: bool) -> None:
    asked = ctx.find_object(Asked)
    if asked is not None:
        asked.json = given


def json_option(command: F) -> F:
    """One JSON document on standard output, and nothing else there."""
    return click.option(
        "--json",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_remember_json,
        help="Answer with one JSON document.",
    )(command)


def _by(sentence: str, command: F) -> F:
    option = click.option("--by", default="admin", show_default=True, metavar="PARTY", help=sentence)
    return option(command)


def by_option(command: F) -> F:
    """Who decides; it goes into the history and the audit trail."""
    return _by("Who decides: kind:id, connector/id or admin.", command)


def looker_option(command: F) -> F:
    """Who looks; it goes into the audit trail."""
    return _by("Who looks: kind:id, connector/id or admin.", command)


def yes_option(command: F) -> F:
    """Without it nothing wide or final happens."""
    return click.option("--yes", is_flag=True, help="Do it without asking.")(command)


def dry_run_option(command: F) -> F:
    """Only what would happen."""
    return click.option("--dry-run", is_flag=True, help="Only show what would happen.")(command)
