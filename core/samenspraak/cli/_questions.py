"""A question as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator

from samenspraak.cli._texts import Texts
from samenspraak.cli._units import label, readable
from samenspraak.cli._words import WORDS
from samenspraak.domain.units import UnitKey
from samenspraak.services.questions import Question


def head(one: Question, texts: Texts) -> str:
    """One line: which question, and what kind of matter."""
    kind = texts.word("question", one.kind)
    if one.cause in WORDS["cause"]:
        kind = f"{kind}, {texts.word('cause', one.cause)}"
    line = texts("question.head", id=one.id, revision=one.revision, kind=kind)
    return f"{line} ({label(one.unit, texts)})" if one.unit else line


def owner(one: Question, texts: Texts) -> str:
    """Whom it is for: a role by its word, a party by its id."""
    kind, _, code = one.owner.partition(":")
    return texts.word("role", code) if kind == "role" else one.owner


def answers(one: Question, texts: Texts) -> str:
    """What can be answered, each with what it means."""
    meanings = ((code, texts.word("answer", code)) for code in one.answers)
    return ", ".join(code if code == meaning else f"{code} ({meaning})" for code, meaning in meanings)


def whole(one: Question, texts: Texts) -> Iterator[str]:
    """Everything that a person needs to answer it."""
    yield head(one, texts)
    if one.about:
        yield "  " + texts("question.about", about=one.about)
    for system, units in one.values.items():
        if units:
            yield "  " + texts("question.says", system=texts.word("answer", system))
        for text, value in units.items():
            key = UnitKey.parse(text)
            yield f"    {label(key, texts)}: {readable(key, value, texts, {})}"
    if one.deadline is not None:
        yield texts("question.deadline", at=texts.moment(one.deadline))
    yield texts("question.answers", answers=answers(one, texts))
