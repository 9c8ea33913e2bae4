"""What one server says that it can and cannot, and what follows from it for people.

Source: https://hl7.org/fhir/R4/capabilitystatement.html (read November 2026). A server may say more than it
does: the connection test tries what it can without writing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from samenspraak.connectors.manifest import Text
from samenspraak.http import HttpClient
from samenspraak.protocols import fhir
from samenspraak_fhir import people

PLAN = "CarePlan"
CONSENT = "Consent"
TASK = "Task"
PROVENANCE = "Provenance"


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server by its CapabilityStatement. ``base_url``: where we find it."""

    statement: Mapping[str, Any] = field(repr=False)
    base_url: str

    @classmethod
    def of(cls, http: HttpClient, base_url: str) -> Server:
        """What the server says now.

        Raises:
            ConfigurationError: it does not speak R4.
        """
        return cls(statement=fhir.capability(http), base_url=base_url)

    @property
    def version(self) -> str:
        return str(self.statement["fhirVersion"])

    @property
    def identity(self) -> str:
        """What identifies the server's history: where it says it lives, else where we find it."""
        return fhir.text(fhir.element(self.statement, "implementation"), "url") or self.base_url

    def reads(self, kind: str) -> bool:
        return fhir.offers(self.statement, kind, "search-type")

    def writes(self, kind: str) -> bool:
        return fhir.offers(self.statement, kind, "create")

    @property
    def tells_history(self) -> bool:
        return fhir.offers(self.statement, PLAN, "history-type")

    @property
    def creates_once(self) -> bool:
        return fhir.declares(self.statement, PLAN, "conditionalCreate")

    @property
    def keeps_versions(self) -> bool:
        return not fhir.declares(self.statement, PLAN, "versioning", "no-version")

    @property
    def can_transact(self) -> bool:
        return fhir.offers_system(self.statement, "transaction")

    @property
    def can_approve(self) -> bool:
        """Whether an approval can be asked for and recorded together with the plan."""
        return (
            self.can_transact
            and self.reads(TASK)
            and self.writes(TASK)
            and fhir.declares(self.statement, TASK, "conditionalCreate")
            and self.reads(PROVENANCE)
            and self.writes(PROVENANCE)
        )

    def lacking(self) -> Sequence[str]:
        """What writing cannot do without, and is not there."""
        missing = [f"no {one}" for one in ("create", "update") if not fhir.offers(self.statement, PLAN, one)]
        return [*missing, *([] if self.keeps_versions else ["no versions"])]


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One row: what it is about, whether a server has it, and what that means either way."""

    has: Callable[[Server], bool]
    yes: Text
    no: Text


READ = (*people.TYPES, CONSENT, PLAN)
BY_TIME: Text = {
    "nl": "+ Zoeken op wijzigingsmoment: we lezen alleen wat er veranderde.",
    "en": "+ Search by moment of change: only what changed is read.",
}
NOT_BY_TIME: Text = {
    "nl": "- Niet zoeken op wijzigingsmoment: we lezen elke keer alles.",
    "en": "- No search by moment of change: everything is read each time.",
}
FEATURES: Sequence[Feature] = (
    Feature(
        has=lambda server: server.tells_history,
        yes={
            "nl": "Geschiedenis van zorgplannen: wijzigen en verwijderen horen we meteen.",
            "en": "History of care plans: changes and deletions are heard at once.",
        },
        no={
            "nl": "Geen geschiedenis van zorgplannen: wat weg is, zien we pas bij de dagelijkse ronde.",
            "en": "No history of care plans: that one is gone is only seen in the daily round.",
        },
    ),
    Feature(
        has=lambda server: server.writes("Subscription"),
        yes={
            "nl": "Meldingen (Subscription): met hook_url en hook_key hoort u een wijziging binnen seconden.",
            "en": "Notices (Subscription): with hook_url and hook_key a change is heard within seconds.",
        },
        no={
            "nl": "Geen meldingen (Subscription): we kijken elke minuut.",
            "en": "No notices (Subscription): we look every minute.",
        },
    ),
    Feature(
        has=lambda server: server.can_approve,
        yes={
            "nl": "Transacties, Task en Provenance: met approvals staat instemming ook daarin.",
            "en": "Transactions, Task and Provenance: with approvals, assent stands in these, too.",
        },
        no={
            "nl": "Geen transactie met Task en Provenance: instemming staat alleen in de voortgang.",
            "en": "No transaction with Task and Provenance: assent stands in the progress notes alone.",
        },
    ),
    Feature(
        has=lambda server: server.creates_once,
        yes={
            "nl": "Aanmaken onder een voorwaarde: ook na een verloren antwoord ontstaat er geen dubbel plan.",
            "en": "Conditional create: no plan is made twice, also after a lost answer.",
        },
        no={
            "nl": "Geen aanmaken onder een voorwaarde: we zoeken eerst of het plan er al is.",
            "en": "No conditional create: we look first whether the plan is there already.",
        },
    ),
    Feature(
        has=lambda server: server.keeps_versions,
        yes={
            "nl": "Versies: wat een medewerker net typte, wordt nooit overschreven.",
            "en": "Versions: what somebody just typed is never overwritten.",
        },
        no={
            "nl": "Geen versies: we wijzigen niets, want dat kan iets overschrijven.",
            "en": "No versions: nothing is changed, since that could overwrite something.",
        },
    ),
)


def shown(server: Server, *, by_time: bool) -> list[Text]:
    """What the server can and cannot, a line each in nl and en. ``by_time``: it searches by moment."""
    read = [kind for kind in READ if server.reads(kind)]
    unread = [kind for kind in READ if kind not in read]
    lines: list[Text] = [{"nl": f"+ We lezen: {', '.join(read)}.", "en": f"+ We read: {', '.join(read)}."}]
    if unread:
        lines.append(
            {"nl": f"- Niet te lezen: {', '.join(unread)}.", "en": f"- Cannot be read: {', '.join(unread)}."}
        )
    lines.append(BY_TIME if by_time else NOT_BY_TIME)
    return [*lines, *(_line(one, server) for one in FEATURES)]


def _line(feature: Feature, server: Server) -> Text:
    mark, text = ("+", feature.yes) if feature.has(server) else ("-", feature.no)
    return {language: f"{mark} {words}" for language, words in text.items()}
