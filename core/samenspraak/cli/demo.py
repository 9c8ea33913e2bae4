"""``samenspraak demo``: see it work on this machine, or have it checked."""

from __future__ import annotations

import json as json_text
import tempfile
import threading
from pathlib import Path

import click

from samenspraak.cli import Asked
from samenspraak.cli._desk import json_option, language_of
from samenspraak.cli._help import Command


@click.command(cls=Command)
@click.option("--check", is_flag=True, help="Exit 0 only when everything came out right.")
@click.option("--keep", is_flag=True, help="Leave everything running until interrupted; print the addresses.")
@click.option("--clock-speed", type=click.FloatRange(min=1), help="How fast the hub's clock runs.")
@click.option(
    "--import",
    "import_from",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with FHIR files (JSON or XML) that the dossier holds from the start.",
)
@click.option(
    "--language", type=click.Choice(["nl", "en"]), help="Of what is told; by the settings unless given."
)
@json_option
@click.pass_obj
def command(
    asked: Asked,
    check: bool,
    keep: bool,
    clock_speed: float | None,
    import_from: Path | None,
    language: str | None,
) -> None:
    """Play an invented care home: a hub and five systems, and what happens to the agreements in them."""
    from samenspraak.demo import run, telling

    language = language or language_of(asked)
    wanted = run.Asked(clock_speed=clock_speed or run.SPEED, import_from=import_from)

    def write(line: str) -> None:
        if not asked.json:
            click.echo(line)

    with (
        tempfile.TemporaryDirectory(prefix="samenspraak-demo-") as folder,
        run.running(Path(folder), wanted) as running,
    ):
        result = run.play(running, wanted, telling.shower(language, write))
        for line in ("", *telling.table(result, language), "", *telling.closing(result, language)):
            write(line)
        if asked.json:
            click.echo(json_text.dumps(telling.document(result, language), ensure_ascii=False))
        if keep:
            addresses = {"hub": running.hub_url, **{one.name: one.url for one in running.there.all}}
            for name, address in addresses.items():
                click.echo(f"{telling.place(name, language):<18}{address}", err=asked.json)
            threading.Event().wait()
    if check and not result.ok:
        raise click.exceptions.Exit(1)
