"""Every command that a how-to, the handbook or the reference shows can be given like that."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from samenspraak.cli import main
from samenspraak.cli._texts import SENTENCES
from samenspraak.cli._words import WORDS
from samenspraak.policy.state import Reason

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = sorted([*DOCS.glob("how-to/*.md"), *DOCS.glob("handbook/*.md"), DOCS / "reference" / "commands.md"])
SHOWN = [
    (page.relative_to(DOCS), " ".join(line.split()))
    for page in PAGES
    for line in re.findall(
        r"(?:^ {4,}|`)(samenspraak [a-z][^`]*?)(?:`|$)", page.read_text(encoding="utf-8"), re.M
    )
]


def parsed(words: list[str]) -> tuple[str, list[str]]:
    """The command that these words name, and those that are neither it nor what it takes."""
    command: click.Command = main
    path = []
    while isinstance(command, click.Group) and words:
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            break
        path.append(words.pop(0))
        command = found
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    return " ".join(path), [word for word in words if word.startswith("--") and word not in known]


@pytest.mark.parametrize(("page", "line"), SHOWN, ids=[f"{page}: {line[:60]}" for page, line in SHOWN])
def test_a_command_in_the_documentation_exists_with_its_options(page: Path, line: str) -> None:
    path, unknown = parsed(shlex.split(line)[1:])

    assert path or "COMMAND" in line
    assert unknown == []


@pytest.mark.parametrize("reason", Reason)
def test_the_reference_and_the_handbook_call_a_reason_as_the_command_line_does(reason: Reason) -> None:
    dutch = WORDS["reason"][reason][0]

    assert f"| `{reason}` | {dutch} |" in (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")


def test_the_handbook_uses_the_words_of_the_command_line() -> None:
    reasons = {dutch for dutch, _ in WORDS["reason"].values()}
    text = (DOCS / "handbook" / "coordinator.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \|$", text, re.M)

    assert set(table) - {"er staat", "---"} <= reasons
    admin = (DOCS / "handbook" / "beheerder.md").read_text(encoding="utf-8")
    assert SENTENCES["status.equal"][0] in admin
    assert SENTENCES["status.attention"][0] in admin


@pytest.mark.parametrize("page", sorted(DOCS.glob("handbook/*.md")), ids=lambda page: page.name)
def test_the_handbook_is_plain(page: Path) -> None:
    text = re.sub(r"`[^`]*`|^ {4,}.*$|^\|.*$|\]\([^)]*\)", "", page.read_text(encoding="utf-8"), flags=re.M)
    sentences = [" ".join(one.split()) for one in re.split(r"(?<=[.?!:])\s|\n\n|\n- |\n\d\. ", text)]

    assert [one for one in sentences if len(one.split()) > 18] == []
    assert not re.search(r"\b(sync|token|retry|tenant|consent|conflict|je|jij|jouw)\b", text)
