"""How every agreement stands in every system, as a table for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from samenspraak.demo.run import NOT_APPLICABLE, OVER, Result, Row
from samenspraak.demo.systems import PLACES, Text

_REASONS: Mapping[str, Text] = {
    "equal": {"nl": "gelijk", "en": "equal"},
    "due": {"nl": "bezig", "en": "busy"},
    "failed": {"nl": "mislukt", "en": "failed"},
    "question": {"nl": "vraag", "en": "question"},
    "retracting": {"nl": "gaat weg", "en": "leaving"},
    "retracted": {"nl": "weg", "en": "gone"},
    "connector": {"nl": "stil", "en": "paused"},
    "access_lost": {"nl": "kwijt", "en": "lost"},
    "set_apart": {"nl": "apart", "en": "apart"},
    "waiting_there": {"nl": "wacht", "en": "waits"},
    "outside_selection": {"nl": "erbuiten", "en": "outside"},
    "cannot_carry": {"nl": "past niet", "en": "no room"},
    "withheld": {"nl": "mag niet", "en": "may not"},
    "closed": {"nl": "gestopt", "en": "ended"},
    NOT_APPLICABLE: {"nl": "n.v.t.", "en": "n/a"},
}
"""How a copy stands, in a word that fits a column."""

_MEANINGS: Mapping[str, Text] = {
    "equal": {
        "nl": "hier staat deze versie van de afspraak, gelijk aan die in de andere systemen",
        "en": "this version of the agreement is here, equal to that in the other systems",
    },
    "due": {"nl": "Samenspraak is dit systeem nog aan het bijwerken", "en": "still being brought in step"},
    "failed": {"nl": "bijwerken lukt niet meer vanzelf", "en": "bringing it in step failed for good"},
    "question": {"nl": "een mens moet eerst iets beslissen", "en": "a person has to decide something first"},
    "retracting": {"nl": "wordt hier weggehaald", "en": "is being taken back here"},
    "retracted": {"nl": "hier weggehaald: de lezer mag het niet meer zien", "en": "taken back from here"},
    "connector": {"nl": "dit systeem doet nu niet mee", "en": "this system does not take part now"},
    "access_lost": {"nl": "Samenspraak kan het hier niet meer zien", "en": "cannot be seen here any more"},
    "set_apart": {"nl": "wat hier staat is niet te lezen", "en": "what is here cannot be read"},
    "waiting_there": {"nl": "wacht hier op akkoord", "en": "waits here until somebody approves it"},
    "outside_selection": {"nl": "telt hier niet meer als afspraak", "en": "counts as no agreement here"},
    "cannot_carry": {"nl": "dit systeem heeft er geen plek voor", "en": "this system has no place for it"},
    "withheld": {
        "nl": "niemand die hier leest, mag deze afspraak zien",
        "en": "nobody who reads here may see this agreement",
    },
    "closed": {"nl": "de afspraak is voorbij", "en": "the agreement is over"},
    NOT_APPLICABLE: {
        "nl": "niet van toepassing: hier is niemand bekend om het te vertellen",
        "en": "not applicable: nobody is known here to tell",
    },
}

_WORDS: Mapping[str, Text] = {
    "agreement": {"nl": "afspraak", "en": "agreement"},
    "table": {
        "nl": "Zo staat elke afspraak nu in elk systeem (het cijfer is de versie):",
        "en": "This is how each agreement stands in each system (the number is the version):",
    },
    "of": {"nl": "van", "en": "of"},
    "gone": {
        "nl": "In het {place} zijn {n} kopieën weggehaald bij wie ze niet meer mag zien.",
        "en": "In the {place} {n} copies were taken back from people who may no longer see them.",
    },
    "one_gone": {
        "nl": "In het {place} is 1 kopie weggehaald bij wie die niet meer mag zien.",
        "en": "In the {place} 1 copy was taken back from people who may no longer see it.",
    },
}
_COLUMNS, _NARROWEST, _INDENT, GAP = 110, 18, "  ", 2


def place(system: str, language: str) -> str:
    """What people call a system."""
    return PLACES[system][language]


def hanging(begins: str, text: str, width: int) -> str:
    """A text that goes on under its own beginning."""
    columns, indent = min(width, _COLUMNS), " " * len(begins)
    return textwrap.fill(text, columns, initial_indent=begins, subsequent_indent=indent)


def table(result: Result, language: str, width: int) -> Iterator[str]:
    """Agreement × system, client by client: which version, equal or not, why; then what the words mean."""
    systems = [one for one in PLACES if one in result.systems]
    cells = {one: [_cell(row, one, language) for row in result.table] for one in systems}
    columns = [max(map(len, (place(one, language), *cells[one]))) + GAP for one in systems]
    first = _WORDS["agreement"][language]
    names = max(map(len, (first, *(f"{_INDENT}{row.what}" for row in result.table)))) + GAP
    names = min(names, max(width - sum(columns) + GAP, _NARROWEST))
    yield _WORDS["table"][language]
    yield ""
    yield _line(first, [place(one, language) for one in systems], names, columns)
    client = None
    for number, row in enumerate(result.table):
        if row.client != client:
            client = row.client
            yield client
        what, *more = textwrap.wrap(row.what, names - GAP - len(_INDENT))
        yield _line(f"{_INDENT}{what}", [cells[one][number] for one in systems], names, columns)
        yield from (f"{_INDENT}{one}" for one in more)
    yield ""
    yield from _legend(result, language, width)


def _line(first: str, cells: Sequence[str], names: int, columns: Sequence[int]) -> str:
    said = "".join(f"{cell:<{size}}" for cell, size in zip(cells, columns, strict=True))
    return f"{first:<{names}}{said}".rstrip()


def _cell(row: Row, system: str, language: str) -> str:
    """How the copies in one system stand; one that is gone counts only when there is no other."""
    copies = row.systems.get(system, ())
    live = [one for one in copies if one[1] not in OVER]
    said = [_one(have, row.version, reason, language) for have, reason in live or copies]
    return ", ".join(dict.fromkeys(said)) or "–"


def _one(have: int, version: int, reason: str, language: str) -> str:
    word = _REASONS[reason][language]
    if not have or reason in OVER:
        return word
    return f"{have} {word}" if have == version else f"{have} {_WORDS['of'][language]} {version} {word}"


def _legend(result: Result, language: str, width: int) -> Iterator[str]:
    """What the words in the table mean, and which copies are gone without being seen in it."""
    shown = {
        reason
        for row in result.table
        for copies in row.systems.values()
        for _, reason in copies
        if reason not in OVER or all(one in OVER for _, one in copies)
    }
    words = {word: _MEANINGS[reason][language] for reason, word in _in_words(language) if reason in shown}
    column = max(map(len, words), default=0) + GAP
    for word, meaning in words.items():
        yield hanging(f"  {word:<{column}}", meaning, width)
    for system, one in result.systems.items():
        if gone := one.explained.get("retracted", 0):
            key = "one_gone" if gone == 1 else "gone"
            yield hanging("  ", _WORDS[key][language].format(n=gone, place=place(system, language)), width)


def _in_words(language: str) -> list[tuple[str, str]]:
    return [(reason, word[language]) for reason, word in _REASONS.items()]
