"""The reference pages name everything that people can meet, and every link and test they name exists."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import samenspraak.cli
from samenspraak import errors
from samenspraak.settings import Row, rows
from samenspraak.testing.tiers import CHECKS

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
HOOKSPECS = ROOT / "core" / "samenspraak" / "connectors" / "hookspecs.py"
WEB = ROOT / "core" / "samenspraak" / "web"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")])
ROUTE_METHODS = {"route", "get", "post", "put", "patch", "delete", "add_url_rule"}


def page(name: str) -> str:
    file = REFERENCE / name
    return file.read_text(encoding="utf-8") if file.exists() else ""


def error_line(error: type[errors.SamenspraakError]) -> str:
    return f"| `{error.__name__}` | `{error.code}` | {error.exit_code} |"


def setting_line(row: Row) -> str:
    return f"| `{row.name}` | `{row.variable}` | `{row.default}` | {row.sentence} |"


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command under this one that does something, by its full name."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from commands(found, f"{path} {name}")


def section(text: str, heading: str) -> str:
    """What stands under this heading, up to the next one."""
    match = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.M | re.S)
    return match.group(1) if match else ""


def test_every_error_is_in_the_reference_with_its_code_and_exit_code() -> None:
    public = [
        entry
        for _, entry in inspect.getmembers(errors, inspect.isclass)
        if entry.__module__ == errors.__name__
    ]

    assert [line for line in map(error_line, public) if line not in page("errors.md")] == []


def test_every_setting_is_in_the_reference_as_the_code_describes_it() -> None:
    assert [line for line in map(setting_line, rows()) if line not in page("settings.md").splitlines()] == []


def test_the_reference_has_no_setting_that_is_gone() -> None:
    named = re.findall(r"^\| `([a-z_.]+)` \| `SAMENSPRAAK_", page("settings.md"), re.M)

    assert named == [row.name for row in rows()]


def test_every_command_and_option_is_in_the_reference() -> None:
    text = page("commands.md")
    missing = []
    for name, command in commands(samenspraak.cli.main, "samenspraak"):
        about = section(text, f"`{name}`")
        options = [
            option for parameter in command.params for option in parameter.opts if option.startswith("--")
        ]
        missing += (
            [name] if not about else [f"{name} {option}" for option in options if f"`{option}" not in about]
        )

    assert missing == []


def test_every_check_of_the_kit_is_in_the_reference_under_its_tier_with_a_line() -> None:
    parts = re.split(r"^## (\w+): ", page("checks.md"), flags=re.M)[1:]
    named = {
        tier.lower(): re.findall(r"^\| `(\w+)` \| ", text, re.M)
        for tier, text in zip(parts[::2], parts[1::2], strict=True)
    }

    assert named == {str(tier): list(checks) for tier, checks in CHECKS.items()}


def test_the_reference_has_no_command_that_is_gone() -> None:
    named = re.findall(r"^#+ `(samenspraak .+)`$", page("commands.md"), re.M)

    assert set(named) <= {name for name, _ in commands(samenspraak.cli.main, "samenspraak")}


def test_every_command_and_option_of_the_tutorial_exists() -> None:
    text = (ROOT / "docs" / "tutorial" / "first-hour.md").read_text(encoding="utf-8")
    known = dict(commands(samenspraak.cli.main, "samenspraak"))
    lines = re.findall(r"^    \.venv/bin/(samenspraak .+)$", text, re.M)
    named = [(line, next((one for one in known if f"{line} ".startswith(f"{one} ")), "")) for line in lines]

    assert named
    assert [line for line, command in named if not command] == []
    assert [
        (line, option)
        for line, command in named
        for option in re.findall(r"(?<= )--[a-z-]+", line)
        if option not in {each for one in known[command].params for each in one.opts}
    ] == []


def hooks() -> list[str]:
    """The signature of every hook: the functions that ``hookspecs.py`` marks with ``hookspec``."""
    if not HOOKSPECS.exists():
        return []
    tree = ast.parse(HOOKSPECS.read_text(encoding="utf-8"))
    return [
        f"{node.name}({', '.join(argument.arg for argument in node.args.args)})"
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        if any("hookspec" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]


def test_every_hook_is_in_the_reference_with_its_signature() -> None:
    assert [hook for hook in hooks() if f"`{hook}`" not in page("hooks.md")] == []


def routes() -> set[str]:
    """Every path that ``web/`` gives to Flask, but for the API, which has a page of its own."""
    return {
        node.args[0].value
        for file in set(WEB.glob("**/*.py")) - set(WEB.glob("api/*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ROUTE_METHODS
        if node.args and isinstance(node.args[0], ast.Constant) and str(node.args[0].value).startswith("/")
    }


def test_every_route_is_in_the_reference() -> None:
    assert [route for route in sorted(routes()) if f"`{route}`" not in page("routes.md")] == []


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(file: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", file.read_text(encoding="utf-8"))

    assert [target for target in targets if not (file.parent / target).exists()] == []


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_test_that_is_named_exists(file: Path) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", file.read_text(encoding="utf-8"))

    assert [pair for pair in named if not holds(ROOT / pair[0], pair[1])] == []


def holds(file: Path, test: str) -> bool:
    return file.exists() and (
        not test or re.search(rf"\bdef {test}\(", file.read_text(encoding="utf-8")) is not None
    )


def test_every_decision_has_a_number_of_its_own_and_says_its_status() -> None:
    decisions = sorted(ROOT.glob("docs/adr/[0-9]*.md"))

    assert len({file.name[:4] for file in decisions}) == len(decisions) > 0
    assert [file.name for file in decisions if "\nStatus: " not in file.read_text(encoding="utf-8")] == []
    assert [file.name for file in decisions if file.name not in page("../adr/README.md")] == []
