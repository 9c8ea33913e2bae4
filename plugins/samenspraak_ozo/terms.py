"""What a message of ours says is agreed: under which mark, about which units, and who performs what when."""

from __future__ import annotations

from dataclasses import dataclass

from samenspraak.connectors import Raw
from samenspraak.domain.units import UnitKey
from samenspraak.protocols import fhir
from samenspraak_ozo.answers import code_of
from samenspraak_ozo.marks import HOLDS, MARK, RETIRED_MARK, TASK, TERMS, mark_in
from samenspraak_ozo.tasks import Task
from samenspraak_ozo.threads import Resource, is_retracted, messages_of, thread_of


@dataclass(frozen=True, kw_only=True)
class Terms:
    """One message of ours that says what is agreed. ``shown``: its text can still be read there."""

    mark: str
    resource: Resource
    shown: bool

    @property
    def code(self) -> str:
        return code_of(self.mark)

    @property
    def digest(self) -> str:
        """Of the terms alone: a review or a cancelled day makes another mark, but no other terms."""
        return "".join(fhir.identifiers(self.resource, TERMS))

    @property
    def tasks(self) -> list[Task]:
        found = (Task.parse(text) for text in fhir.identifiers(self.resource, TASK))
        return [task for task in found if task is not None]

    @property
    def holds(self) -> frozenset[UnitKey]:
        """The units its text tells about."""
        found = " ".join(fhir.identifiers(self.resource, HOLDS)).split()
        return frozenset(UnitKey.parse(text) for text in found)


def terms_in(raw: Raw) -> list[Terms]:
    """Every message of ours that said what is agreed, oldest first, taken back ones included."""
    thread = thread_of(raw)
    found = []
    for resource in (thread, *messages_of(raw)):
        for system in (MARK, RETIRED_MARK):
            for value in fhir.identifiers(resource, system):
                shown = system == MARK and not (resource is not thread and is_retracted(resource))
                found.append(Terms(mark=mark_in(thread, value), resource=resource, shown=shown))
    return found


def last_shown(raw: Raw) -> Terms | None:
    """Our newest message about the terms that can still be read."""
    shown = [terms for terms in terms_in(raw) if terms.shown]
    return shown[-1] if shown else None
