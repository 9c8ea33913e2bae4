"""``samenspraak init``: the folder, the key, the database and an organisation."""

from __future__ import annotations

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import answer
from samenspraak.cli._desk import json_option, language_of, settings_of
from samenspraak.cli._help import Command
from samenspraak.cli._texts import Texts


@click.command(cls=Command)
@click.argument("organisation")
@click.option("--name", required=True, help="How people call the organisation.")
@json_option
@click.pass_obj
def command(asked: Asked, organisation: str, name: str) -> None:
    """Make what a hub needs, and the organisation ORGANISATION in it.

    ORGANISATION is a short id of small letters, digits and hyphens. What is there already stays as it is.
    """
    from samenspraak.bootstrap import build
    from samenspraak.services import installation, organisations

    settings = settings_of(asked)
    made = installation.make_key(settings)
    organisations.add(build(settings).hub, organisation, name)
    texts, key = Texts(language_of(asked)), settings.key_path.resolve()
    lines = [texts("init.done", organisation=organisation)]
    if made:
        lines.append(texts("init.key", path=key))
    open_to_others = installation.is_open_to_others(settings)
    if open_to_others:
        lines.append(texts("init.open", path=settings.data_dir.resolve()))
    document = {
        "organisation": organisation,
        "data_dir": str(settings.data_dir.resolve()),
        "data_dir_open": open_to_others,
        "key_file": str(key),
        "key_made": made,
    }
    answer(asked, document, [*lines, texts("init.next")])
