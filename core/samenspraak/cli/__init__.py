"""The command line. Each module of this package whose name has no underscore is a command.

``samenspraak sync …`` is ``command`` in ``cli/sync.py``: adding a file adds a command. A module is imported
when its command is asked for, so it imports web, demo and testing inside its functions only.
"""

from __future__ import annotations

import importlib
import pkgutil

import click

from samenspraak.errors import SamenspraakError


class _Commands(click.Group):
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
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="samenspraak", message="%(prog)s %(version)s")
def main() -> None:
    """Keep care agreements equal in every system that holds them."""
