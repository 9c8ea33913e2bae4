"""Taking back what may not be read any more, and closing a thread.

There is no DELETE: what is gone has a status that says so, and our texts in it are replaced as well, for an
app that does not look at the status (resource-lifecycle.md only says that applications *should*).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samenspraak.connectors import Changes, Directory, Raw
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKind
from samenspraak.protocols import fhir
from samenspraak_ozo import kept, texts
from samenspraak_ozo.marks import (
    ANSWERED,
    HOLDS,
    MARK,
    NAMES,
    NOTE,
    RETIRED_ANSWERED,
    RETIRED_MARK,
    RETIRED_NOTE,
    TASK,
    TERMS,
    UNITS,
    identifier,
    is_ours,
)
from samenspraak_ozo.terms import terms_in
from samenspraak_ozo.threads import RETRACTED, Resource, is_retracted, messages_of, parts, thread_of

_DROPPED = frozenset({HOLDS, NAMES, TASK, TERMS, UNITS})
# Readers may lose sight of these while the rest stays. A value the hub took away before that is in no
# ``clear``, and who may see the kind is not told here: a message without any of it takes earlier ones back.
_HIDEABLE = frozenset({UnitKind.CONDITIONS, UnitKind.REVIEW})


def hide(raw: Raw, changes: Changes, *, renewed: bool) -> None:
    """Take back our messages that hold what is cleared, or a kind that the new message may not show.

    ``renewed``: there is a new message that says all; a closing one says nothing of what was agreed.
    """
    thread = thread_of(raw)
    left = {key.kind for key in changes.set}
    for terms in terms_in(raw):
        gone = {one for one in terms.holds if renewed and one.kind in _HIDEABLE - left}
        if terms.shown and (terms.holds & changes.clear or gone):
            take_back(terms.resource)
            if terms.resource is thread:
                thread["payload"] = [*parts(thread)[:1], {"contentString": texts.UNAVAILABLE}]
        if kept.beside(terms.resource).keys() & changes.clear:
            units = {key: one for key, one in kept.beside(terms.resource).items() if key not in changes.clear}
            _keep(terms.resource, lambda one: one.get("system") != UNITS)
            terms.resource["identifier"].append(identifier(UNITS, kept.write(units)))


def misnames(resource: Resource, directory: Directory) -> bool:
    """Whether a text of ours names somebody whose name these readers may not see now."""
    named = " ".join(fhir.identifiers(resource, NAMES)).split()
    return any(PartyRef.parse(ref) not in directory.names for ref in named)


def unname(raw: Raw, directory: Directory) -> None:
    """Take back what names somebody who may not be named now; what is still to be told is told anew."""
    thread = thread_of(raw)
    for resource in (thread, *filter(is_ours, messages_of(raw))):
        if not is_retracted(resource) and misnames(resource, directory):
            rename(resource, NOTE, RETIRED_NOTE)
            rename(resource, ANSWERED, RETIRED_ANSWERED)
            take_back(resource)
            if resource is thread:
                thread["payload"] = [*parts(thread)[:1], {"contentString": texts.UNAVAILABLE}]


def empty(raw: Raw) -> None:
    """Leave no text of ours in a thread, and nothing beside it that says what was agreed."""
    thread = thread_of(raw)
    thread["payload"] = [{"contentString": texts.RETRACTED}]
    thread["subject"].pop("display", None)
    for resource in (thread, *filter(is_ours, messages_of(raw))):
        take_back(resource)
        _keep(resource, lambda one: one.get("system") not in _DROPPED)


def take_back(resource: Resource) -> None:
    """Leave no text in a message; under its retired mark an answer to it still counts."""
    rename(resource, MARK, RETIRED_MARK)
    _keep(resource, lambda one: one.get("system") != NAMES)
    if resource["resourceType"] == "Communication":
        resource["status"] = RETRACTED
        resource["payload"] = [{"contentString": texts.UNAVAILABLE}]


def rename(resource: Resource, system: str, to: str) -> None:
    for one in fhir.elements(resource, "identifier"):
        if one.get("system") == system:
            one["system"] = to


def _keep(resource: Resource, wanted: Callable[[dict[str, Any]], bool]) -> None:
    resource["identifier"] = [one for one in fhir.elements(resource, "identifier") if wanted(one)]
