"""``samenspraak connector …``: connecting systems."""

from __future__ import annotations

import contextlib
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import NEEDS_A_PERSON, answer, confirm, table
from samenspraak.cli._desk import Desk, by_option, desk, json_option, looker_option, yes_option
from samenspraak.cli._help import Group
from samenspraak.cli._previews import previewed
from samenspraak.cli._texts import Texts
from samenspraak.connectors.calls import Checked
from samenspraak.domain.units import UnitKind
from samenspraak.errors import ConfigurationError
from samenspraak.policy.capabilities import Direction
from samenspraak.policy.state import ConnectorState
from samenspraak.services import connectors, looking, mapping, taking_part
from samenspraak.services import runs as heard
from samenspraak.services.connectors import Connection, Installed, Setting
from samenspraak.services.runs import Run
from samenspraak.store.records import ConnectorRecord
from samenspraak.sync.configured import OPEN_ORIGINS

_GOES = {
    Direction.BOTH: "connector.goes_both",
    Direction.IN: "connector.goes_in",
    Direction.OUT: "connector.goes_out",
    Direction.NONE: "connector.goes_none",
}
_SHORT = 60
"""A longer default is left to the connector's own page."""


@click.group("connector", cls=Group)
def command() -> None:
    """Connect systems, and see how they do."""


# Listing.


@command.command("list")
@click.option("--installed", is_flag=True, help="What can be connected, and what each kind needs.")
@json_option
@click.pass_obj
def list_(asked: Asked, installed: bool) -> None:
    """List the connected systems."""
    at = desk(asked)
    if installed:
        kinds, failures = connectors.installed(at.app.registry)
        document = {"installed": kinds, "broken": [str(failure) for failure in failures]}
        broken = [at.texts("connector.broken", failure=failure) for failure in failures]
        answer(asked, document, [*_kinds(kinds, at.texts), *broken])
        return
    found = connectors.listed(at.hub, at.app.registry, at.app.connected, at.organisation)
    answer(asked, {"connectors": found}, _connections(found, at.texts))


def _connections(found: tuple[Connection, ...], texts: Texts) -> list[str]:
    headings = [texts(key) for key in ("id", "title", "kind", "standing", "systems", "heard")]
    rows = (
        (
            one.id,
            one.title,
            texts.word("system", one.kind) if one.kind else one.plugin,
            texts.word("connector", one.state),
            ", ".join(f"{texts.word('reason', reason)}: {count}" for reason, count in one.links.items()),
            texts.moment(one.heard_at),
        )
        for one in found
    )
    problems = [texts("connector.problem", id=one.id, problem=one.problem) for one in found if one.problem]
    return [*table(headings, rows), *problems] or [texts("connector.none")]


def _kinds(kinds: tuple[Installed, ...], texts: Texts) -> Iterator[str]:
    for kind in kinds:
        yield f"{kind.name}: {kind.title[texts.language]}. {kind.summary[texts.language]}"
        rows = ((one.name, _setting(one, texts)) for one in kind.settings)
        yield from (f"  {line}" for line in table([texts("setting"), ""], rows))
        yield ""


def _setting(one: Setting, texts: Texts) -> str:
    """What it is, what must be said of it, and its help."""
    remarks = [texts("connector.required")] if one.is_required else []
    remarks += [texts("connector.secret")] if one.is_secret else []
    if one.default and len(default := _as_given(one.default)) <= _SHORT:
        remarks.append(texts("connector.default", default=default))
    title = one.title.get(texts.language, one.name)
    said = f" ({'; '.join(remarks)})" if remarks else ""
    return f"{title}{said}. {one.help.get(texts.language, '')}"


def _as_given(default: Any) -> str:
    """A default as it could be given on the command line."""
    return default if isinstance(default, str) else json.dumps(default, ensure_ascii=False)


@command.command()
@click.argument("connector_id", metavar="ID")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="So many at most.")
@json_option
@click.pass_obj
def runs(asked: Asked, connector_id: str, limit: int) -> None:
    """Show when ID was heard, how long that took, what it met and what went wrong; the newest first.

    Times in a row that came to the same are one line.
    """
    at = desk(asked)
    found = heard.listed(at.hub, at.organisation, connector_id)[:limit]
    answer(asked, {"runs": found}, _runs(found, at.texts))


def _runs(found: tuple[Run, ...], texts: Texts) -> list[str]:
    met = ("seen", "new", "changed", "apart")
    headings = ("began", "ended", "took", "times", "asked", *met, "outcome")
    rows = (
        (
            texts.moment(one.started_at),
            texts.moment(one.ended_at) if one.ended_at else "",
            f"{one.ms / 1000:.1f} s" if one.ended_at else "",
            str(one.times),
            texts.word("read", one.kind),
            *(str(getattr(one, name)) for name in met),
            f"{texts.word('run', one.outcome)}{f' ({one.error})' if one.error else ''}",
        )
        for one in found
    )
    return table([texts(key) for key in headings], rows) or [texts("connector.never_heard")]


# Adding, changing and testing.

F = TypeVar("F", bound=Callable[..., Any])


def settings_options(command: F) -> F:
    """Settings by name, and from a file."""
    given = click.option(
        "--set",
        "given",
        multiple=True,
        metavar="NAME=VALUE",
        help="One setting; a list as JSON, a file as NAME=@FILE.",
    )
    file = click.option(
        "--settings",
        "file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A TOML file with settings.",
    )
    return given(file(command))


def _told(given: tuple[str, ...], file: Path | None) -> dict[str, Any]:
    return {**_from_file(file), **dict(_pair(one) for one in given)}


@command.command()
@click.argument("connector_id", metavar="ID")
@click.option("--type", "plugin", required=True, help="The kind of system; see: connector list --installed.")
@click.option("--title", default="", help="How people know it.")
@settings_options
@click.option("--open-origin", multiple=True, help="A plain or loopback address it may use (demo and test).")
@click.option("--running", is_flag=True, help="Write at once, instead of only reading along first.")
@click.option("--try", "only_try", is_flag=True, help="Test it and save nothing.")
@click.option("--untested", is_flag=True, help="Save it without a test.")
@by_option
@json_option
@click.pass_obj
def add(
    asked: Asked,
    connector_id: str,
    plugin: str,
    title: str,
    given: tuple[str, ...],
    file: Path | None,
    open_origin: tuple[str, ...],
    running: bool,
    only_try: bool,
    untested: bool,
    by: str,
) -> None:
    """Connect a system under the id ID: test it step by step, then save it.

    A secret is given as a reference, secret://env/NAME or secret://file/PATH. A new system only reads
    along; after a look at what it found, release it with: connector resume.
    """
    at = desk(asked)
    settings = _told(given, file)
    if open_origin:
        settings[OPEN_ORIGINS] = list(open_origin)
    record = connectors.draft(
        at.app.registry,
        connector_id,
        plugin,
        settings,
        title=title,
        state=ConnectorState.RUNNING if running else ConnectorState.MATCHING,
    )
    with _naming_files(given):
        steps = [] if untested else _test(at, asked, record)
        works = all(step.ok for step in steps)
        saved = works and not only_try
        if saved:
            connectors.add(at.hub, at.app.connected, at.organisation, record, by=by)
    _tell_added(asked, at.texts, record, steps, saved=saved, only_try=only_try)
    if not works:
        raise click.exceptions.Exit(NEEDS_A_PERSON)


@command.command()
@click.argument("connector_id", metavar="ID")
@settings_options
@click.option("--unset", multiple=True, metavar="NAME", help="One setting that is as if it was never given.")
@click.option("--title", default="", help="How people know it.")
@click.option("--try", "only_try", is_flag=True, help="Test it and save nothing.")
@click.option("--untested", is_flag=True, help="Save it without a test.")
@click.option("--leave", is_flag=True, help="What the hub wrote in places that are read no more stays there.")
@by_option
@json_option
@click.pass_obj
def change(
    asked: Asked,
    connector_id: str,
    given: tuple[str, ...],
    file: Path | None,
    unset: tuple[str, ...],
    title: str,
    only_try: bool,
    untested: bool,
    leave: bool,
    by: str,
) -> None:
    """Give ID other settings: test them step by step, then save them.

    See first what would be read otherwise: connector preview. Afterwards everything there is read again.
    """
    at = desk(asked)
    settings = {**_told(given, file), **dict.fromkeys(unset)}
    record = connectors.changed(connectors.get(at.hub, at.organisation, connector_id), settings, title=title)
    with _naming_files(given):
        steps = [] if untested else _test(at, asked, record)
        works = all(step.ok for step in steps)
        saved = works and not only_try
        looked = (
            connectors.change(at.hub, at.app.connected, at.organisation, record, leave=leave, by=by)
            if saved
            else 0
        )
    sentence = "connector.changed" if saved else "connector.tried" if works else "connector.not_saved"
    document = {"connector": connector_id, "saved": saved, "copies": looked, "steps": steps}
    answer(asked, document, [at.texts(sentence, id=connector_id, copies=looked)])
    if not works:
        raise click.exceptions.Exit(NEEDS_A_PERSON)


@command.command()
@click.argument("connector_id", metavar="ID")
@click.argument("records", nargs=-1, metavar="[RECORD]...")
@click.option("--type", "plugin", default="", help="The kind of system, where it is not saved yet.")
@settings_options
@click.option("--limit", default=5, show_default=True, help="So many records at most.")
@click.option("--open-origin", multiple=True, help="A plain or loopback address it may use (demo and test).")
@looker_option
@json_option
@click.pass_obj
def preview(
    asked: Asked,
    connector_id: str,
    records: tuple[str, ...],
    plugin: str,
    given: tuple[str, ...],
    file: Path | None,
    limit: int,
    open_origin: tuple[str, ...],
    by: str,
) -> None:
    """Show what real records of ID would become; reads them there, keeps nothing and writes nothing.

    With settings: as they would be read with those, beside how they are read now.
    """
    at = desk(asked)
    settings = _told(given, file)
    if open_origin:
        settings[OPEN_ORIGINS] = list(open_origin)
    record = (
        connectors.draft(at.app.registry, connector_id, plugin, settings)
        if plugin
        else connectors.changed(connectors.get(at.hub, at.organisation, connector_id), settings)
    )
    with _naming_files(given):
        found = looking.preview_records(
            at.hub, at.organisation, by, at.app.connected, record, limit=limit, only=records
        )
    answer(asked, {"preview": found}, previewed(found, at.texts))


@command.command()
@click.argument("connector_id", metavar="ID")
@json_option
@click.pass_obj
def test(asked: Asked, connector_id: str) -> None:
    """Test the connection to ID step by step; writes nothing."""
    at = desk(asked)
    steps = _test(at, asked, connectors.get(at.hub, at.organisation, connector_id))
    works = all(step.ok for step in steps)
    answer(
        asked,
        {"connector": connector_id, "works": works, "steps": steps},
        [at.texts("connector.works")] if works else [],
    )
    if not works:
        raise click.exceptions.Exit(NEEDS_A_PERSON)


@command.command()
@click.argument("connector_id", metavar="ID")
@json_option
@click.pass_obj
def keys(asked: Asked, connector_id: str) -> None:
    """Show the public keys of ID as a JSON Web Key Set, to register with the vendor.

    Only for a system that checks us by them. Systems can also fetch them at /keys/ORGANISATION/ID.
    """
    at = desk(asked)
    found = connectors.public_keys(at.hub, at.organisation, connector_id)
    shown = json.dumps(found, indent=2) if found["keys"] else at.texts("connector.no_keys", id=connector_id)
    answer(asked, found, [shown])


def _test(at: Desk, asked: Asked, record: ConnectorRecord) -> list[Checked]:
    """The steps, each shown as soon as it is known."""
    steps = []
    for step in connectors.try_out(at.app.connected, at.organisation, record):
        steps.append(step)
        if not asked.json:
            click.echo(_step(step, at.texts))
    return steps


def _step(step: Checked, texts: Texts) -> str:
    outcome = texts("connector.passed" if step.ok else "connector.failed")
    cure = "" if step.ok else step.cure.get(texts.language, "")
    line = f"{outcome}  {texts.word('step', step.step)}  {step.detail}".rstrip()
    below = [*(one[texts.language] for one in step.shows), *([cure] if cure else [])]
    return "\n  ".join([line, *below])


def _tell_added(
    asked: Asked, texts: Texts, record: ConnectorRecord, steps: list[Checked], *, saved: bool, only_try: bool
) -> None:
    document = {"connector": record.id, "saved": saved, "state": record.state, "steps": steps}
    if saved and record.state is ConnectorState.MATCHING:
        lines = [texts("connector.added", id=record.id), texts("connector.release", id=record.id)]
    elif saved:
        lines = [texts("connector.running", id=record.id)]
    else:
        lines = [
            texts("connector.tried" if only_try and all(one.ok for one in steps) else "connector.not_saved")
        ]
    answer(asked, document, lines)


def _pair(given: str) -> tuple[str, Any]:
    """``name=value``: what begins as a JSON list or object is read as one, and ``@file`` is its text."""
    name, equals, text = given.partition("=")
    if not (name and equals):
        raise click.UsageError("Give a setting as --set NAME=VALUE.")
    if text.startswith("@"):
        return name, _text_of(Path(text[1:]))
    if text[:1] not in ("[", "{"):
        return name, text
    try:
        return name, json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"The setting {name} begins like JSON and is not: {error}.") from error


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file} cannot be read as text: {error}.") from error


@contextlib.contextmanager
def _naming_files(given: tuple[str, ...]) -> Iterator[None]:
    """What is wrong in a setting that came from a file is told under the name of that file."""
    try:
        yield
    except ConfigurationError as error:
        files = dict(one.split("=@", 1) for one in given if "=@" in one)
        problems = tuple(_in_file(problem, files) for problem in error.problems)
        raise ConfigurationError(str(error).partition("\n")[0], problems=problems) from None


def _in_file(problem: str, files: Mapping[str, str]) -> str:
    name, colon, rest = problem.partition(": ")
    return f"{files[name]}: {rest}" if colon and name in files else problem


def _from_file(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise click.UsageError(f"{file} cannot be read as TOML: {error}.") from error


# Pausing and releasing.


@command.command()
@click.argument("connector_id", metavar="ID")
@click.option("--why", default="", help="For whoever meets the pause; no names.")
@by_option
@json_option
@click.pass_obj
def pause(asked: Asked, connector_id: str, why: str, by: str) -> None:
    """Leave the system ID alone until it is resumed; nothing is lost."""
    at = desk(asked)
    taking_part.pause(at.hub, at.organisation, connector_id, why=why, by=by)
    document = {"connector": connector_id, "state": ConnectorState.PAUSED}
    answer(asked, document, [at.texts("connector.paused", id=connector_id)])


@command.command()
@click.argument("connector_id", metavar="ID")
@yes_option
@by_option
@json_option
@click.pass_obj
def resume(asked: Asked, connector_id: str, yes: bool, by: str) -> None:
    """Let the system ID take part: after matching, a pause, a renewed sign-in or a stop."""
    at = desk(asked)
    state = connectors.get(at.hub, at.organisation, connector_id).state
    if state in (ConnectorState.MATCHING, ConnectorState.STOPPED):
        copies = taking_part.would_look(at.hub, at.organisation, connector_id)
        confirm(asked, at.texts, at.texts("connector.resume?", id=connector_id, copies=copies), yes=yes)
    looked = taking_part.resume(at.hub, at.organisation, connector_id, by=by)
    document = {"connector": connector_id, "state": ConnectorState.RUNNING, "copies": looked}
    answer(asked, document, [at.texts("connector.resumed", id=connector_id, copies=looked)])


@command.command()
@click.argument("connector_id", metavar="ID")
@click.argument("unit", type=click.Choice([one.value for one in UnitKind]))
@click.option("--leader", metavar="ID", help="The system whose value holds; without it people are asked.")
@by_option
@json_option
@click.pass_obj
def rule(asked: Asked, connector_id: str, unit: str, leader: str | None, by: str) -> None:
    """Say whose value holds when ID and others changed a unit at the same time.

    Without a rule people are asked; where a wrong value can harm, they always are.
    """
    at = desk(asked)
    rules = mapping.set_rule(at.hub, at.organisation, connector_id, UnitKind(unit), leader, by=by)
    sentence = "connector.led" if leader else "connector.asked"
    line = at.texts(sentence, id=connector_id, unit=at.texts.word("unit", unit), leader=leader)
    answer(asked, {"connector": connector_id, "rules": rules}, [line])


@command.command()
@click.argument("connector_id", metavar="ID")
@click.argument("unit", type=click.Choice([one.value for one in UnitKind]))
@click.argument("way", type=click.Choice([one.value for one in Direction]))
@by_option
@json_option
@click.pass_obj
def direction(asked: Asked, connector_id: str, unit: str, way: str, by: str) -> None:
    """Say which way a unit goes between the hub and ID.

    both: as the system can. in: it comes here and does not go there. out: it goes there, and a change
    there is a proposal. none: it is not kept there; what we wrote is taken out, and what people wrote
    stays theirs.
    """
    at = desk(asked)
    directions = mapping.set_direction(
        at.hub, at.organisation, connector_id, UnitKind(unit), Direction(way), by=by
    )
    line = at.texts(_GOES[Direction(way)], id=connector_id, unit=at.texts.word("unit", unit))
    answer(asked, {"connector": connector_id, "directions": directions}, [line])
