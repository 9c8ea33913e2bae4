"""What we say in a thread: the terms, what was noted elsewhere, and what became of each answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from samenspraak.connectors import Directory, Raw
from samenspraak.domain import units as domain_units
from samenspraak.domain.agreements import Duty, What
from samenspraak.domain.canonical import digest
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import WHAT, Terms, UnitKey, UnitKind, UnitValue
from samenspraak.protocols import fhir
from samenspraak_ozo import kept, texts
from samenspraak_ozo.answers import code_of
from samenspraak_ozo.hearing import Heard
from samenspraak_ozo.marks import (
    ANSWERED,
    HOLDS,
    MARK,
    NAMES,
    NOTE,
    RETIRED_NOTE,
    TASK,
    TERMS,
    UNITS,
    identifier,
    named,
)
from samenspraak_ozo.taking_back import rename, take_back
from samenspraak_ozo.tasks import Task
from samenspraak_ozo.terms import terms_in
from samenspraak_ozo.threads import Resource, ours_by, thread_of


def tell(raw: Raw, mark: str, units: Mapping[UnitKey, UnitValue], directory: Directory) -> None:
    """Append one message that says all of these units; the first one is the thread's own."""
    thread = thread_of(raw)
    first = not terms_in(raw)
    text = texts.message(
        units,
        directory,
        client=fhir.text(fhir.element(thread, "subject"), "display") or None,
        code=code_of(mark),
        first=first,
    )
    held = " ".join(str(key) for key in sorted(units) if key.kind in texts.TOLD)
    terms = {
        str(key): value for key, value in units.items() if domain_units.UNITS[key.kind].terms is not Terms.NO
    }
    names = [
        identifier(MARK, named(thread, mark)),
        identifier(TERMS, digest("t1", terms)),
        identifier(HOLDS, held),
        identifier(UNITS, kept.write(units)),
        *(identifier(TASK, str(task)) for task in _tasks(units, directory)),
        *_naming(text, directory),
    ]
    if "id" in thread or thread.get("payload"):
        append(raw, names, text)
        return
    what = units.get(WHAT)
    subject = texts.subject(what if isinstance(what, What) else None)
    thread["payload"] = [{"contentString": subject}, {"contentString": text}]
    thread["identifier"] += names


def _tasks(units: Mapping[UnitKey, UnitValue], directory: Directory) -> list[Task]:
    return [
        Task.of(key.id, directory.id_of(duty.performer) or "", duty.schedule)
        for key, duty in sorted(units.items())
        if isinstance(duty, Duty)
    ]


def note(raw: Raw, told: Sequence[Statement], directory: Directory) -> None:
    """Tell what was said elsewhere, each once; take back what may not be told now."""
    for statement in told:
        text = texts.noted(statement, directory)
        once(raw, NOTE, statement.id, text, *_naming(text, directory))
    wanted = {statement.id for statement in told}
    for key, message in ours_by(raw, NOTE).items():
        if key not in wanted:
            rename(message, NOTE, RETIRED_NOTE)
            take_back(message)


def answer(raw: Raw, said: list[Heard], units: Mapping[UnitKey, UnitValue], directory: Directory) -> None:
    """Say what was noted here and ask back what was not clear, each once.

    That somebody cannot come is noted once the hub holds it: until then it is still to be read.
    """
    for one in said:
        text = None
        if one.waits and one.statement:
            text = one.ask or texts.noted(one.statement, directory)
        if one.cannot and UnitKey(UnitKind.EXCEPTION, str(one.cannot)) in units:
            text = texts.noted_cannot(one.by, one.cannot, directory)
        if text:
            once(raw, ANSWERED, one.id, text, *_naming(text, directory))


def _naming(text: str, directory: Directory) -> list[dict[str, str]]:
    """Beside a text, whom it names: what it takes to know later that it may not be read any more."""
    found = sorted(str(ref) for ref in directory.names if texts.name(ref, directory) in text)
    return [identifier(NAMES, " ".join(found))] if found else []


def once(raw: Raw, system: str, key: str, text: str, *more: dict[str, str]) -> None:
    """Say something under a name of its own, unless it can be read there already."""
    if key not in ours_by(raw, system):
        append(raw, [identifier(system, named(thread_of(raw), key)), *more], text)


def append(raw: Raw, names: list[dict[str, str]], text: str) -> None:
    thread = thread_of(raw)
    message: Resource = {
        "resourceType": "Communication",
        "identifier": names,
        "status": "completed",
        "sender": dict(fhir.element(thread, "requester")),
        "payload": [{"contentString": text}],
    }
    if "id" in thread:
        message["partOf"] = [reference(fhir.key_of(thread))]
    raw["messages"] = [*raw["messages"], message]


def reference(key: str) -> dict[str, str]:
    return {"reference": key, "type": key.partition("/")[0]}
