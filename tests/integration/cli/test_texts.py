"""Everything the command line says: in both languages, with the same placeholders, in plain Dutch."""

from __future__ import annotations

import ast
import inspect
import re
import string
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

import samenspraak
from samenspraak import errors
from samenspraak.cli._texts import SENTENCES, Texts
from samenspraak.cli._units import label, readable
from samenspraak.cli._words import CURES_NL, WORDS, Pair
from samenspraak.connectors.calls import Step
from samenspraak.domain.agreements import ExceptionKind, LifeDomain, Modality, ReviewOutcome, State
from samenspraak.domain.consent import RecipientKind
from samenspraak.domain.days import Involvement, Undated
from samenspraak.domain.occurrences import MomentState
from samenspraak.domain.outcomes import Result
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import DayPart, Frequency, Period
from samenspraak.domain.statements import StatementKind
from samenspraak.domain.units import UNITS, MatrixRow, UnitKey, UnitKind
from samenspraak.policy.capabilities import SystemKind
from samenspraak.policy.existence import EXISTENCE, _both_over, _ended_there
from samenspraak.policy.matching import Because
from samenspraak.policy.merge import ROWS, Verdict, _differ, _their_edit
from samenspraak.policy.state import ConnectorState, QuestionKind, Reason
from samenspraak.services.consents import Validity
from samenspraak.services.explaining import Standing
from samenspraak.services.questions import ANSWERS, ANSWERS_BY_CAUSE, OTHER
from samenspraak.services.runs import RunOutcome
from samenspraak.store.log import RunKind
from samenspraak.sync.asking import HUB, PROPOSED
from samenspraak.testing.tiers import Tier

CORE = Path(samenspraak.__file__).parent
PAIRS: dict[str, Pair] = SENTENCES | {
    f"{kind}.{code}": pair for kind, words in WORDS.items() for code, pair in words.items()
}

CLOSED_LISTS = {
    "reason": Reason,
    "undated": Undated,
    "involved": Involvement,
    "connector": ConnectorState,
    "standing": Standing,
    "state": State,
    "question": QuestionKind,
    "party": PartyKind,
    "said": StatementKind,
    "validity": Validity,
    "recipient": RecipientKind,
    "category": MatrixRow,
    "step": Step,
    "system": SystemKind,
    "because": Because,
    "unit": UnitKind,
    "moment": MomentState,
    "result": Result,
    "tier": Tier,
    "read": RunKind,
    "run": RunOutcome,
}

# Jargon that a coordinator need not know; the Dutch texts have another word for it, or name a command.
JARGON = re.compile(
    r"\b(sync\w*|token|retry|payload|connector(?! )|tenant|hub|outbox|conflict|consent|webhook|polling)\b",
    re.I,
)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", PAIRS)
def test_a_text_says_the_same_in_both_languages(key: str) -> None:
    dutch, english = PAIRS[key]

    assert dutch.strip()
    assert english.strip()
    assert placeholders(dutch) == placeholders(english)


def test_dutch_is_plain() -> None:
    dutch = {key: pair[0] for key, pair in PAIRS.items()} | CURES_NL
    jargon = {key: text for key, text in dutch.items() if JARGON.search(text)}
    long = [
        sentence
        for text in dutch.values()
        for sentence in re.split(r"[.?!:] ", text)
        if len(sentence.split()) > 15
    ]

    assert jargon == {}
    assert long == []


@pytest.mark.parametrize("kind", CLOSED_LISTS)
def test_every_code_of_a_closed_list_has_a_word_and_every_word_a_code(kind: str) -> None:
    assert WORDS[kind].keys() == {one.value for one in CLOSED_LISTS[kind]}


def test_every_error_says_in_dutch_what_to_do() -> None:
    codes = {one.code for _, one in inspect.getmembers(errors, inspect.isclass) if hasattr(one, "code")}

    assert CURES_NL.keys() == codes


def test_every_answer_to_a_question_has_a_word() -> None:
    tables = (*ANSWERS.values(), *ANSWERS_BY_CAUSE.values())

    values = {HUB, PROPOSED, OTHER}

    assert {one for answers in tables for one in answers} | values == WORDS["answer"].keys()


def test_every_rule_by_which_something_is_taken_over_has_a_word() -> None:
    adopts = {Verdict.ADOPT, _differ, _their_edit}
    units = {name for name, _, verdict in ROWS if verdict in adopts}
    copies = {name for name, _, act in EXISTENCE if act in {_ended_there, _both_over}}

    assert units | copies == WORDS["rule"].keys()


def test_every_cause_of_a_version_has_a_word() -> None:
    """``Cause(…, why="…")`` anywhere in the core."""
    causes = {
        keyword.value.value
        for file in CORE.glob("*/*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Cause"
        for keyword in node.keywords
        if keyword.arg == "why" and isinstance(keyword.value, ast.Constant)
    }

    assert causes <= WORDS["why"].keys()


def test_every_sentence_is_used_and_every_used_one_exists() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in CORE.glob("cli/*.py"))
    texts = (CORE / "cli" / "_texts.py").read_text(encoding="utf-8")
    outside = source.replace(texts, "") + texts.partition("class Texts")[2]
    used = set(re.findall(r"[\"']([a-z_]+(?:\.[a-z_]+\??)?)[\"']", outside))

    assert sorted(SENTENCES.keys() - used) == []
    asked = set(re.findall(r"texts\(\s*[\"']([^\"']+)[\"']", outside))
    assert sorted(asked - SENTENCES.keys()) == []


# Units.


def members(form: Any) -> Iterator[type]:
    """Every dataclass and every closed list in a type, through unions and collections."""
    for part in get_args(form):
        yield from members(part)
    if isinstance(form, type) and (is_dataclass(form) or issubclass(form, Enum)):
        yield form
        hints = get_type_hints(form) if is_dataclass(form) and form is not PartyRef else {}
        for hint in hints.values():
            yield from members(hint)


def test_every_member_and_code_of_a_unit_has_a_word() -> None:
    found = {form for row in UNITS.values() for form in members(row.type)}
    named = {
        one.name for form in found if is_dataclass(form) and form is not PartyRef for one in fields(form)
    }
    coded = (Modality, LifeDomain, Frequency, DayPart, Period, ExceptionKind, ReviewOutcome)

    assert named <= WORDS["member"].keys()
    assert set(coded) <= found
    assert {one.value for form in coded for one in form} <= WORDS["value"].keys()


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (
            "status",
            {"state": "paused", "paused_until": "2026-12-01", "reason": ""},
            "gepauzeerd; pauze tot en met: 2026-12-01",
        ),
        ("life_domain", "meals", "eten en drinken"),
        ("backup[a1]", "relative:son", "Jan de Wit"),
        ("backup[a1]", "relative:daughter", "relative:daughter"),
        ("place", None, "–"),
        ("what", {"text": "Wandelen", "modality": "may", "code": None}, "Wandelen; soort: mag"),
        (
            "assignment[a1]",
            {
                "performer": "relative:son",
                "schedule": {"timing": {"form": "times_per_period", "times": 2, "period": "week"}},
            },
            "wie: Jan de Wit; aantal keer; aantal: 2; per: week",
        ),
        (
            "assignment[a1]",
            {
                "performer": "group:team",
                "schedule": {"timing": {"form": "part_of_day", "parts": ["morning"], "weekdays": [0, 6]}},
            },
            "wie: group:team; dagdeel; dagdelen: ochtend; dagen: ma, zo",
        ),
    ],
)
def test_a_unit_reads_as_people_say_it(unit: str, value: Any, text: str) -> None:
    names = {PartyRef(kind=PartyKind.RELATIVE, id="son"): "Jan de Wit"}

    assert readable(UnitKey.parse(unit), value, Texts("nl"), names) == text


def test_a_unit_in_a_set_is_called_by_its_id() -> None:
    assert label(UnitKey.parse("backup[a1]"), Texts("en")) == "backup [a1]"
    assert label(UnitKey.parse("what"), Texts("nl")) == "wat"


def test_a_moment_is_that_on_the_clocks_here() -> None:
    evening = datetime(2026, 11, 21, 23, 5, tzinfo=UTC)

    assert Texts("nl").moment(evening) == "zo 22 nov 2026, 00:05"
    assert Texts("en").moment(evening) == "Sun 22 Nov 2026, 00:05"
    assert Texts("nl").moment(None) == "nog nooit"


def test_the_second_thing_that_was_proposed_is_called_so_with_its_number() -> None:
    said = [Texts("nl").word("answer", one) for one in ("proposed", "proposed/2", "plein/2")]
    assert said == ["wat is voorgesteld", "wat is voorgesteld (2)", "plein/2"]
