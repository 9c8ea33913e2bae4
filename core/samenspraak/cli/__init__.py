"""The command line. Each module of this package whose name has no underscore is a command.

``samenspraak sync …`` is ``command`` in ``cli/sync.py``: adding a file adds a command. A module is imported
when its command is asked for, so it imports web, demo and testing inside its functions only.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from samenspraak.cli._help import Group
from samenspraak.errors import SamenspraakError


@dataclass(kw_only=True)
class Asked:
    """What stands before the command, for the command; every command has it as its click object.

    ``language``: of texts for people; unless asked for, known once the settings are read · ``json``: the
    command was asked for one JSON document on standard output.
    """

    config: Path | None = None
    organisation: str | None = None
    language: str | None = None
    json: bool = False


class _Commands(Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(module.name for module in pkgutil.iter_modules(__path__) if "_" not in module.name)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"{__name__}.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SamenspraakError as error:
            _show(error, ctx.find_object(Asked) or Asked())
            ctx.exit(error.exit_code)


def _show(error: SamenspraakError, asked: Asked) -> None:
    """The message in English, as in the logs; in Dutch first a sentence that says what to do."""
    if asked.json:
        click.echo(json.dumps({"error": {"code": error.code, "message": str(error)}}, ensure_ascii=False))
    if asked.language == "nl":
        from samenspraak.cli._words import CURES_NL

        click.echo(CURES_NL[error.code], err=True)
    click.echo(f"Error: {error}", err=True)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    is_eager=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The settings file; else the one that SAMENSPRAAK_CONFIG names.",
)
@click.option("--organisation", help="The id of the organisation; not needed when there is only one.")
@click.option(
    "--language",
    is_eager=True,
    type=click.Choice(["nl", "en"]),
    help="The language of texts for people; by the settings unless given.",
)
@click.version_option(package_name="samenspraak", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context, config: Path | None, organisation: str | None, language: str | None) -> None:
    """Keep care agreements equal in every system that holds them."""
    from samenspraak.work.lines import to_stderr

    to_stderr(sys.stderr)
    ctx.obj = Asked(config=config, organisation=organisation, language=language)
