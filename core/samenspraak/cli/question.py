"""``samenspraak question …``: what only a person can settle."""

from __future__ import annotations

import json
from typing import IO, Any

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import answer as tell
from samenspraak.cli._answers import table
from samenspraak.cli._desk import by_option, desk, json_option, looker_option
from samenspraak.cli._help import Group
from samenspraak.cli._questions import answers, owner, whole
from samenspraak.cli._texts import Texts
from samenspraak.cli._units import label
from samenspraak.services import looking, questions
from samenspraak.services.questions import OTHER, Question


@click.group("question", cls=Group)
def command() -> None:
    """See questions and answer them."""


@command.command("list")
@click.option("--agreement", "agreement_id", metavar="ID", help="Only about this agreement.")
@click.option("--connector", "connector_id", metavar="ID", help="Only those in which this system has a say.")
@click.option("--all", "every", is_flag=True, help="Answered ones too.")
@looker_option
@json_option
@click.pass_obj
def list_(asked: Asked, agreement_id: str | None, connector_id: str | None, every: bool, by: str) -> None:
    """List the open questions, the oldest first."""
    at = desk(asked)
    found = looking.list_questions(
        at.hub,
        at.organisation,
        by,
        agreement_id=agreement_id,
        connector_id=connector_id,
        open_only=not every,
    )
    tell(asked, {"questions": found}, _listed(found, at.texts))


@command.command()
@click.argument("question_id", metavar="ID")
@looker_option
@json_option
@click.pass_obj
def show(asked: Asked, question_id: str, by: str) -> None:
    """Show the question ID: who says what, and what can be answered."""
    at = desk(asked)
    found = looking.show_question(at.hub, at.organisation, by, question_id)
    tell(asked, {"question": found}, whole(found, at.texts))


@command.command()
@click.argument("question_id", metavar="ID")
@click.argument("choice", metavar="ANSWER")
@click.option(
    "--revision", type=int, required=True, help="The revision you saw; a later one is not answered."
)
@click.option("--value", help="With the answer `other`: the value of the unit, as JSON.")
@click.option(
    "--value-file", type=click.File(encoding="utf-8"), help="The same from a file; - is standard input."
)
@by_option
@json_option
@click.pass_obj
def answer(
    asked: Asked,
    question_id: str,
    choice: str,
    revision: int,
    value: str | None,
    value_file: IO[str] | None,
    by: str,
) -> None:
    """Answer the question ID with ANSWER: one of the answers it lists."""
    at = desk(asked)
    found = questions.answer(
        at.hub,
        at.organisation,
        question_id,
        revision=revision,
        choice=choice,
        value=_value(choice, value, value_file),
        by=by,
    )
    tell(asked, {"question": found}, [at.texts("question.answered")])


def _value(choice: str, value: str | None, file: IO[str] | None) -> Any:
    """The JSON that goes with ``other``, from the command line or a file."""
    given = [one for one in (value, file.read() if file else None) if one is not None]
    if len(given) != (choice == OTHER):
        raise click.UsageError("The answer `other`, and only that, takes one of --value and --value-file.")
    if not given:
        return None
    try:
        return json.loads(given[0])
    except ValueError as error:
        raise click.UsageError(f"The value is not JSON: {error}.") from error


def _matter(one: Question, texts: Texts) -> str:
    return label(one.unit, texts) if one.unit else texts.word("cause", one.cause)


def _listed(found: tuple[Question, ...], texts: Texts) -> list[str]:
    headings = [texts(key) for key in ("id", "revision", "kind", "subject", "owner", "answers")]
    rows = (
        (
            one.id,
            str(one.revision),
            texts.word("question", one.kind),
            " ".join(filter(None, (one.agreement_id, _matter(one, texts), one.about))),
            owner(one, texts),
            answers(one, texts),
        )
        for one in found
    )
    return table(headings, rows) or [texts("question.none")]
