"""What came of imported files, looked at from outside as the checker does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from samenspraak.demo import seeing
from samenspraak.demo.seeing import Seen
from samenspraak.demo.systems import Systems

Json = Mapping[str, Any]


def is_private(there: Systems, subjects: Sequence[str], readers: Sequence[str]) -> Iterator[Seen]:
    """``readers``: those on the platform whom the plans name."""
    read = [there.platform.readable(person) for person in readers]
    there_at_all = [one for one in subjects if seeing.threads(there.platform, one)]
    yield seeing.seen(
        there.platform,
        not there_at_all and not any(one in text for one in subjects for text in read),
        nl="Zonder toestemming staat hier niets van de ingelezen afspraken.",
        en="Without consent nothing of the imported agreements is here.",
    )
    yield from stays_away(there, subjects)


def stays_away(there: Systems, subjects: Sequence[str]) -> Iterator[Seen]:
    """RegiCare, where no volunteer takes part in them, and the apps, where nobody knows the client."""
    asked = "\n".join(str(one) for one in there.volunteers.act("proposals"))
    planned = {one["omschrijving"] for one in there.volunteers.call("activiteitOverzicht", filter={})}
    yield seeing.seen(
        there.volunteers,
        not any(one in asked for one in subjects) and not planned & {*subjects},
        nl="Hier staat er niets van: er doet geen vrijwilliger mee.",
        en="Nothing of them is here: no volunteer takes part.",
    )
    for app in (there.app, there.other_app):
        yield seeing.seen(
            app,
            not {one["title"] for one in app.records()} & {*subjects},
            nl="Hier staat er niets van: niemand hier hoort bij deze cliënt.",
            en="Nothing of them is here: nobody here belongs to this client.",
        )


def is_shared(
    there: Systems, reader: str, name: str, shared: Sequence[tuple[str, str, str]]
) -> Iterator[Seen]:
    """``shared``: subject, how the line about who begins, and when, both as written or '' for anything."""
    read = there.platform.readable(reader)
    lines = read.splitlines()
    for subject, who, when in shared:
        yield seeing.seen(
            there.platform,
            f"Wat: {subject}" in lines and any(_line_says(one, who, when) for one in lines),
            nl=f"Met toestemming leest {name} hier '{subject}'" + (f", '{when}'." if when else "."),
            en=f"With consent {name} reads '{subject}' here" + (f", '{when}'." if when else "."),
        )


def _line_says(line: str, who: str, when: str) -> bool:
    """Whether a line says this and nothing more about when: no day that nobody wrote."""
    begins, ends = who or "Wie: ", f", {when}" if when else ""
    return line == begins + ends if who and when else line.startswith(begins) and line.endswith(ends)


def is_left_alone(there: Systems, plans: Sequence[Json]) -> Iterator[Seen]:
    kept = [without_ours(there.dossier.resource(f"CarePlan/{one['id']}")) for one in plans]
    yield seeing.seen(
        there.dossier,
        kept == [without_ours(one) for one in plans],
        nl="De ingelezen zorgplannen staan er nog precies zo; alleen velden van Samenspraak kwamen erbij.",
        en="The imported care plans are exactly as they were; only fields of Samenspraak were added.",
    )


def without_version(resource: Json) -> dict[str, Any]:
    """A resource without what its server says about the version it is."""
    meta = {
        name: value
        for name, value in resource.get("meta", {}).items()
        if name not in ("versionId", "lastUpdated")
    }
    kept = {name: value for name, value in resource.items() if name != "meta"}
    return {**kept, "meta": meta} if meta else kept


def without_ours(resource: Json) -> Any:
    """A resource without what the hub keeps on it."""
    return _stripped(without_version(resource))


def _stripped(element: Any) -> Any:
    if isinstance(element, list):
        return [_stripped(one) for one in element if not _is_ours(one)]
    if not isinstance(element, dict):
        return element
    kept = {name: _stripped(value) for name, value in element.items()}
    return {name: value for name, value in kept.items() if value not in ([], {})}


def _is_ours(element: Any) -> bool:
    named = [element.get("url"), element.get("system")] if isinstance(element, dict) else []
    return any(str(one).startswith("urn:samenspraak:") for one in named)
