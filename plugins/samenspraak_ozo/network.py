"""Who shares a network with the sender: nobody else on the platform is read.

A system credential has "full CRUD, no access filters" (capability-statements.md), so the connector narrows
its searches itself, by what the proxy adds for a professional: care teams by ``participant``, people by
``_has:CareTeam`` (technical-aaa-proxy.md, "Query rewriting"). A professional may be in the network of a
client through a team of their organisation (interaction-network.md, "Teams can be nested").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from samenspraak.protocols import fhir

Search = Callable[[str, fhir.Params], Iterator[list[fhir.Resource]]]
"""From a type and parameters to the pages of what was found."""

TEAM = "CareTeam"
_OVER = frozenset({"inactive", "entered-in-error"})
# How people of a type are found by those who are in a team with them.
SHARED: Mapping[str, str] = {
    "Patient": "_has:CareTeam:patient:participant",
    "RelatedPerson": "_has:CareTeam:participant:participant",
    "Practitioner": "_has:CareTeam:participant:participant",
}


@dataclass(frozen=True, kw_only=True)
class Network:
    """``through``: the sender, and the organisation's teams the sender is in · ``teams``: all they are in."""

    through: Sequence[str]
    teams: Sequence[fhir.Resource]

    @property
    def people(self) -> frozenset[str]:
        return frozenset(key for team in self.teams for key in members(team))

    def changed(self, since: datetime) -> frozenset[str]:
        """The people of the teams that changed since; they need not have changed themselves."""
        moments = [(team, fhir.last_updated(team)) for team in self.teams]
        return frozenset(key for team, at in moments if at is None or at >= since for key in members(team))


def network(search: Search, sender: str) -> Network:
    """The teams the sender is in now, directly or through a team of the organisation."""
    teams: dict[str, fhir.Resource] = {}
    through: list[str] = []
    waiting = [sender]
    while waiting:
        through += waiting
        for found in search(TEAM, [("participant", ",".join(waiting))]):
            teams |= {fhir.key_of(team): team for team in _in_use(found)}
        waiting = [key for key, team in teams.items() if "subject" not in team and key not in through]
    return Network(through=through, teams=list(teams.values()))


def strangers(search: Search, thread: fhir.Resource) -> frozenset[str]:
    """The relatives a thread is addressed to who are not, or no longer, in the network of its client."""
    addressed = (fhir.reference_key(one) for one in fhir.elements(thread, "recipient"))
    relatives = {key for key in addressed if key is not None and key.startswith("RelatedPerson/")}
    client = fhir.reference_key(fhir.element(thread, "subject")) or ""
    teams = [team for found in search(TEAM, [("patient", client)]) for team in _in_use(found)]
    return frozenset(relatives.difference(*map(members, teams)))


def _in_use(teams: Iterable[fhir.Resource]) -> list[fhir.Resource]:
    """The teams that were not taken away, which a status says: there is no DELETE (resource-lifecycle.md)."""
    return [team for team in teams if fhir.text(team, "status") not in _OVER]


def members(team: fhir.Resource) -> list[str]:
    """The client a team is about and everybody in it, as ``Type/id``."""
    named = [
        fhir.element(team, "subject"),
        *(fhir.element(one, "member") for one in fhir.elements(team, "participant")),
    ]
    return [key for key in map(fhir.reference_key, named) if key is not None]
