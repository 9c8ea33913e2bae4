"""``samenspraak demo``: see it work on this machine, or have it checked."""

from __future__ import annotations

import contextlib
import json as json_text
import shutil
import tempfile
import threading
from collections.abc import Iterable
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
    help="A folder with FHIR files (JSON or XML) that are put into the dossier first.",
)
@click.option(
    "--only", type=int, multiple=True, metavar="NUMBER", help="Play only this situation; repeatable."
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
    only: tuple[int, ...],
    language: str | None,
) -> None:
    """Play an invented care home: a hub and five systems, and what happens to the agreements in them."""
    from samenspraak.demo import run, standing, telling

    if unknown := set(only) - {*run.NUMBERS, 0}:
        raise click.BadParameter(f"no situation {min(unknown)}; there are {run.NUMBERS}", param_hint="--only")
    language = language or language_of(asked)
    played = only or (run.LASTING if keep else ())
    wanted = run.Asked(clock_speed=clock_speed or run.SPEED, import_from=import_from, only=played)
    width = shutil.get_terminal_size().columns

    def write(*lines: str) -> None:
        if not asked.json:
            for line in lines:
                click.echo(line)

    write(*telling.opening(language, width))
    with (
        tempfile.TemporaryDirectory(prefix="samenspraak-demo-") as folder,
        run.running(Path(folder), wanted) as running,
    ):
        result = run.play(
            running,
            wanted,
            telling.shower(language, width, write),
            before_the_end=lambda: write("", telling.quiet(language)),
        )
        write("", *standing.table(result, language, width), "", *telling.closing(result, language))
        if asked.json:
            click.echo(json_text.dumps(telling.document(result, language), ensure_ascii=False))
        if keep:
            _keep(telling.kept(running, language), quietly=asked.json)
    if check and not result.ok:
        raise click.exceptions.Exit(1)


def _keep(lines: Iterable[str], *, quietly: bool) -> None:
    """Say what there is to see, and wait until somebody interrupts or terminates us."""
    for line in ("", *lines):
        click.echo(line, err=quietly)
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
    click.echo("", err=quietly)
