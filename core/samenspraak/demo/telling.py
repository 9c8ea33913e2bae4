"""The demo in words, and as the one document that a machine reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samenspraak.demo.checker import Seen, Text
from samenspraak.demo.run import Result, Row
from samenspraak.demo.stage import Played, Situation, Told

_PLACES: dict[str, Text] = {
    "hub": {"nl": "Samenspraak", "en": "Samenspraak"},
    "dossier": {"nl": "dossier", "en": "dossier"},
    "platform": {"nl": "familieplatform", "en": "family platform"},
    "volunteers": {"nl": "RegiCare", "en": "RegiCare"},
    "app-bloem": {"nl": "app Bloem", "en": "app Bloem"},
    "app-thuis": {"nl": "app Thuis", "en": "app Thuis"},
}
_REASONS: dict[str, Text] = {
    "equal": {"nl": "gelijk", "en": "equal"},
    "due": {"nl": "wordt bijgewerkt", "en": "being updated"},
    "failed": {"nl": "mislukt", "en": "failed"},
    "question": {"nl": "vraag open", "en": "question open"},
    "retracting": {"nl": "wordt teruggehaald", "en": "being retracted"},
    "retracted": {"nl": "teruggehaald", "en": "retracted"},
    "connector": {"nl": "systeem doet niet mee", "en": "system not running"},
    "access_lost": {"nl": "niet meer te zien", "en": "access lost"},
    "set_apart": {"nl": "apart gezet", "en": "set apart"},
    "waiting_there": {"nl": "wacht daar", "en": "waiting there"},
    "outside_selection": {"nl": "buiten de keuze", "en": "outside selection"},
    "cannot_carry": {"nl": "past daar niet", "en": "cannot be carried"},
    "withheld": {"nl": "niet voor daar", "en": "withheld"},
    "closed": {"nl": "gestopt", "en": "closed"},
}
_WORDS: dict[str, Text] = {
    "agreement": {"nl": "afspraak", "en": "agreement"},
    "table": {
        "nl": "Hoe staat elke afspraak er in elk systeem voor? (versie daar / versie van de afspraak)",
        "en": "How does each agreement stand in each system? (version there / version of the agreement)",
    },
    "well": {
        "nl": "Alles klopt: {n} situaties zoals bedoeld, en daarna schreef niemand meer iets.",
        "en": "All is well: {n} situations as meant, and afterwards nobody wrote anything any more.",
    },
    "not_well": {"nl": "Niet alles klopt:", "en": "Not all is well:"},
    "not_converged": {"nl": "niet elke kopie kwam tot rust", "en": "not every copy came to rest"},
    "writes": {"nl": "er werd nog {n} keer geschreven zonder aanleiding", "en": "{n} writes without a cause"},
    "doubles": {"nl": "{n} dingen staan er dubbel", "en": "{n} things are there twice"},
    "situation": {"nl": "situatie {n} kwam er niet uit", "en": "situation {n} did not come out right"},
    "spent": {
        "nl": "{seconds:.0f} seconden; de hub gebruikte hoogstens {mb:.0f} MB.",
        "en": "{seconds:.0f} seconds; the hub used {mb:.0f} MB at most.",
    },
    "seen": {"nl": "{n} van {n} gezien", "en": "{n} of {n} seen"},
    "missed": {"nl": "niet gezien: {what}", "en": "not seen: {what}"},
}

_PLACE_WIDTH = 16
_GONE = frozenset({"retracted", "closed"})


def place(system: str, language: str) -> str:
    """What people call a system."""
    return _PLACES.get(system, {}).get(language, system)


def shower(language: str, write: Callable[[str], None]) -> Callable[[Told | Seen | Situation], None]:
    """Writes every line of a demo as it happens."""

    def show(line: Told | Seen | Situation) -> None:
        if isinstance(line, Situation):
            write(f"\n{line.id}. {line.title[language]}")
            return
        mark = "·" if isinstance(line, Told) else "✓" if line.holds else "✗"
        write(f"  {mark} {place(line.system, language):<{_PLACE_WIDTH}} {line.text[language]}")

    return show


def table(result: Result, language: str) -> list[str]:
    """Agreement × system: which version, equal or not, why."""
    systems = list(result.systems)
    first = _WORDS["agreement"][language]
    width = max(len(first), *(len(row.what) for row in result.table)) + 2
    cells = {one: [_cell(row, one, language) for row in result.table] for one in systems}
    columns = [max(map(len, (place(one, language), *cells[one]))) + 2 for one in systems]
    head = "".join(f"{place(one, language):<{size}}" for one, size in zip(systems, columns, strict=True))
    lines = [_WORDS["table"][language], "", f"{first:<{width}}{head}".rstrip()]
    for number, row in enumerate(result.table):
        said = "".join(f"{cells[one][number]:<{size}}" for one, size in zip(systems, columns, strict=True))
        lines.append(f"{row.what:<{width}}{said}".rstrip())
    return lines


def _cell(row: Row, system: str, language: str) -> str:
    """How the copies in one system stand; several are those for several groups of readers."""
    said = [_one(have, row.version, reason, language) for have, reason in row.systems.get(system, ())]
    return ", ".join(dict.fromkeys(said)) or "–"


def _one(have: int, version: int, reason: str, language: str) -> str:
    word = _REASONS[reason][language]
    return f"{have}/{version} {word}" if have and reason not in _GONE else word


def closing(result: Result, language: str) -> list[str]:
    """Whether all is well, and what not."""
    spent = _WORDS["spent"][language].format(seconds=result.duration_seconds, mb=result.peak_rss_mb)
    if result.ok:
        return [_WORDS["well"][language].format(n=len(result.situations)), spent]
    problems = [_WORDS["situation"][language].format(n=one.id) for one in result.situations if not one.ok]
    if not result.converged:
        problems.append(_WORDS["not_converged"][language])
    if result.quiet_cycle_writes:
        problems.append(_WORDS["writes"][language].format(n=result.quiet_cycle_writes))
    if result.doubles:
        problems.append(_WORDS["doubles"][language].format(n=len(result.doubles)))
    return [_WORDS["not_well"][language], *(f"  - {one}" for one in problems), spent]


def document(result: Result, language: str) -> dict[str, Any]:
    """The result for machines."""
    return {
        "converged": result.converged,
        "situations": [
            {
                "id": one.id,
                "title": one.title[language],
                "ok": one.ok,
                "detail": _detail(one, language),
            }
            for one in result.situations
        ],
        "systems": {
            name: {"links": one.links, "equal": one.equal, "explained": dict(one.explained)}
            for name, one in result.systems.items()
        },
        "agreements": len(result.table),
        "quiet_cycle_writes": result.quiet_cycle_writes,
        "duration_s": round(result.duration_seconds, 1),
        "peak_rss_mb": round(result.peak_rss_mb, 1),
    }


def _detail(played: Played, language: str) -> str:
    missed = [f"{place(one.system, language)}: {one.text[language]}" for one in played.seen if not one.holds]
    if missed:
        return _WORDS["missed"][language].format(what=" ".join(missed))
    return _WORDS["seen"][language].format(n=len(played.seen))
