"""The demo in words, and as the one document that a machine reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from samenspraak.demo.run import Result, Running, Show
from samenspraak.demo.seeing import Seen
from samenspraak.demo.stage import Played, Situation, Told
from samenspraak.demo.standing import GAP, hanging, place
from samenspraak.demo.systems import APP, DOSSIER, HUB, OTHER_APP, PLATFORM, VOLUNTEERS, Text

_WORDS: Mapping[str, Text] = {
    "opening": {
        "nl": "Zorggroep De Kade is verzonnen, net als iedereen die u hier ziet. De vijf systemen zijn "
        "nagemaakt en draaien op deze computer. Samenspraak houdt de afspraken erin gelijk.",
        "en": "Zorggroep De Kade is invented, and so is everybody you meet here. The five systems are "
        "imitations and run on this computer. Samenspraak keeps the agreements in them equal.",
    },
    "marks": {
        "nl": "  ·  iemand doet iets\n"
        "  ✓  nagekeken in het systeem zelf: het klopt\n"
        "  ✗  nagekeken in het systeem zelf: het klopt niet",
        "en": "  ·  somebody does something\n"
        "  ✓  looked up in the system itself: it is right\n"
        "  ✗  looked up in the system itself: it is not right",
    },
    "starting": {"nl": "Alles wordt gestart …", "en": "Everything is being started …"},
    "quiet": {
        "nl": "Er gebeurt niets meer. Blijven alle systemen nu met rust? …",
        "en": "Nothing happens any more. Are all systems left in peace now? …",
    },
    "well": {
        "nl": "Alles klopt: {n} situaties zoals bedoeld, en daarna schreef niemand meer iets.",
        "en": "All is well: {n} situations as meant, and afterwards nobody wrote anything any more.",
    },
    "not_well": {"nl": "Niet alles klopt:", "en": "Not all is well:"},
    "not_converged": {"nl": "niet elke kopie kwam tot rust", "en": "not every copy came to rest"},
    "writes": {"nl": "er werd nog {n} keer geschreven zonder aanleiding", "en": "{n} writes without a cause"},
    "doubles": {"nl": "{n} dingen staan er dubbel", "en": "{n} things are there twice"},
    "situation": {"nl": "'{title}' kwam er niet goed uit", "en": "'{title}' did not come out right"},
    "spent": {
        "nl": "Het duurde {seconds:.0f} seconden. Samenspraak gebruikte hoogstens {mb:.0f} MB geheugen.",
        "en": "It took {seconds:.0f} seconds. Samenspraak used {mb:.0f} MB of memory at most.",
    },
    "seen": {"nl": "{n} van {n} gezien", "en": "{n} of {n} seen"},
    "missed": {"nl": "niet gezien: {what}", "en": "not seen: {what}"},
    "running": {
        "nl": "Alles draait nog. Open een adres in uw browser:",
        "en": "Everything is still running. Open an address in your browser:",
    },
    "commands": {
        "nl": "Of kijk mee in een ander venster, met de opdrachten van Samenspraak:",
        "en": "Or look along in another window, with the commands of Samenspraak:",
    },
    "stop": {"nl": "Stoppen: Ctrl-C.", "en": "To stop: Ctrl-C."},
}
_READERS: Mapping[str, Text] = {
    PLATFORM: {"nl": "wat zoon Rob leest", "en": "what Rob, the son, reads"},
    VOLUNTEERS: {"nl": "wat vrijwilliger Karim leest", "en": "what Karim, the volunteer, reads"},
    APP: {"nl": "wat dochter Ellen leest", "en": "what Ellen, the daughter, reads"},
    OTHER_APP: {"nl": "wat dochter Sanne leest", "en": "what Sanne, the daughter, reads"},
}
_PLANS: Text = {"nl": "de zorgplannen", "en": "the care plans"}
_IS_UP: Text = {"nl": "of het draait", "en": "whether it runs"}

_PLACE_WIDTH = 16


# As it happens.


def opening(language: str, width: int) -> Iterator[str]:
    """What this is, before anything happens."""
    yield hanging("", _WORDS["opening"][language], width)
    yield ""
    yield _WORDS["marks"][language]
    yield ""
    yield _WORDS["starting"][language]


def shower(language: str, width: int, write: Callable[[str], None]) -> Show:
    """Writes every line of a demo as it happens."""

    def show(line: Told | Seen | Situation) -> None:
        if isinstance(line, Situation):
            number = f"{line.id}. " if line.id else ""
            write(f"\n{number}{line.title[language]}")
            write(hanging("  ", line.about[language], width))
            return
        mark = "·" if isinstance(line, Told) else "✓" if line.holds else "✗"
        begins = f"  {mark} {place(line.system, language):<{_PLACE_WIDTH}} "
        write(hanging(begins, line.text[language], width))

    return show


def quiet(language: str) -> str:
    """What is looked at when all situations are played."""
    return _WORDS["quiet"][language]


def closing(result: Result, language: str) -> list[str]:
    """Whether all is well, and what not."""
    spent = _WORDS["spent"][language].format(seconds=result.duration_seconds, mb=result.peak_rss_mb)
    if result.ok:
        return [_WORDS["well"][language].format(n=len(result.situations)), spent]
    problems = [
        _WORDS["situation"][language].format(title=one.title[language])
        for one in result.situations
        if not one.ok
    ]
    if not result.converged:
        problems.append(_WORDS["not_converged"][language])
    if result.quiet_cycle_writes:
        problems.append(_WORDS["writes"][language].format(n=result.quiet_cycle_writes))
    if result.doubles:
        problems.append(_WORDS["doubles"][language].format(n=len(result.doubles)))
    return [_WORDS["not_well"][language], *(f"  - {one}" for one in problems), spent]


# While it is kept.


def kept(running: Running, language: str) -> Iterator[str]:
    """What can be looked at while everything goes on running."""
    doors = {HUB: (f"{running.hub_url}/healthz", _IS_UP), DOSSIER: (_plans_at(running), _PLANS)}
    for system in running.there.all:
        if reader := running.readers.get(system.name):
            doors[system.name] = (f"{system.url}/_sandbox/readable/{reader}", _READERS[system.name])
    size = max(len(what[language]) for _, what in doors.values()) + GAP
    yield _WORDS["running"][language]
    for name, (address, what) in doors.items():
        yield f"  {place(name, language):<{_PLACE_WIDTH}} {what[language]:<{size}}{address}"
    yield ""
    yield _WORDS["commands"][language]
    yield f"  export SAMENSPRAAK_CONFIG={running.settings_file}"
    yield "  .venv/bin/samenspraak agreement list"
    yield ""
    yield _WORDS["stop"][language]


def _plans_at(running: Running) -> str:
    return f"{running.there.dossier.url}/fhir/CarePlan"


# For machines.


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
