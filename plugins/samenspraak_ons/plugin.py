"""The connector for Nedap Ons: reads agreements in care plans, and proposes changes in the draft plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from samenspraak.connectors import (
    Absence,
    Absent,
    Call,
    Capabilities,
    Carries,
    Changes,
    Checked,
    Confirm,
    Connector,
    Create,
    Directory,
    End,
    Found,
    Hint,
    HintSource,
    Inbound,
    Look,
    Manifest,
    MayEnd,
    Objects,
    Page,
    Proposal,
    Rates,
    Raw,
    Readers,
    Reading,
    Subject,
    SystemKind,
    Token,
    Unseen,
    Write,
    Written,
    hookimpl,
)
from samenspraak.connectors.checking import in_steps
from samenspraak.domain.units import UnitKey, UnitValue
from samenspraak.errors import InvalidRecordError
from samenspraak.http import HttpClient, Limits, Tls
from samenspraak_ons import hearing, mapping, records
from samenspraak_ons.checking import CURES, Steps
from samenspraak_ons.drafts import Drafts
from samenspraak_ons.held import View
from samenspraak_ons.interface import PREFIXES, Ons, number
from samenspraak_ons.listing import Listing
from samenspraak_ons.people import Words
from samenspraak_ons.planning import Planner
from samenspraak_ons.plans import plans_of
from samenspraak_ons.settings import OnsSettings

_HOOK_SECRETS = ("hook_secret", "earlier_hook_secret")
_TOTAL_SECONDS = 45.0
"""With the wait for a place of the certificate it stays below what one request may take."""

MANIFEST = Manifest(
    name="ons",
    title={"nl": "Nedap Ons", "en": "Nedap Ons"},
    summary={
        "nl": "Leest afspraken in het zorgplan, en stelt wijzigingen voor in het concept-zorgplan.",
        "en": "Reads agreements in the care plan, and proposes changes in the draft care plan.",
    },
    version="1.0",
    capabilities=Capabilities(
        kind=SystemKind.DOSSIER,
        units={kind: Carries(write=Write.PROPOSE) for kind in mapping.TABLE},
        readers=Readers.STAFF,
        objects=Objects.ASSIGNMENT,
        absence=Absence.COMPLETE_LIST,
        may_end=MayEnd.AGREEMENT,
        create=Create.REPEATABLE,
        confirm=Confirm.READ,
        token=Token.COMPARED,
        lag_s=5.0,
        may_receive_bsn=True,
    ),
    settings=OnsSettings,
    rates=Rates(concurrency=3, per_second=20.0, page=100, poll_seconds=60.0),
    hints=frozenset({HintSource.WEBHOOK, HintSource.POLL}),
    waits_for={"nl": "wacht op concept-zorgplan", "en": "waits for the draft care plan"},
)


class OnsConnector(Connector):
    """One customer's Ons. One action of a care plan is one assignment."""

    manifest = MANIFEST

    def __init__(self, connector_id: str, settings: Mapping[str, Any]) -> None:
        super().__init__(connector_id, settings)
        told = self.settings
        who = {"X-Cupido-User-Name": told["user_name"], "X-Cupido-Active-Identity": told["active_identity"]}
        self._ons = Ons(
            connector_id=connector_id,
            at_once=told["at_once"],
            prefixes={**PREFIXES, **told["paths"]},
            headers={name: value for name, value in who.items() if value},
        )
        self._told = hearing.Told()
        self._listing = Listing(
            ons=self._ons,
            told=self._told,
            words=Words(
                representatives=[one.lower() for one in told["representative_types"]],
                volunteers=[one.lower() for one in told["volunteer_types"]],
                numbering=told["number_system"],
            ),
            action=told["action_id"],
            page=self.manifest.rates.page,
            clients=told["clients_per_round"],
            overlap=timedelta(minutes=told["overlap_minutes"]),
            listens=bool(told["hook_secret"]),
            server=told["base_url"],
        )
        self._drafts = Drafts(
            connector_id=connector_id,
            ons=self._ons,
            action=told["action_id"],
            demand=told["demand_id"],
            planner=Planner(
                ons=self._ons,
                minutes=told["minutes"],
                team=told["review_team"],
                agenda=told["agenda"],
                tasks=told["tasks"],
            ),
        )

    def http(self) -> HttpClient:
        return HttpClient(
            connector_id=self.connector_id,
            base_url=self.settings["base_url"].rstrip("/"),
            limits=Limits(total_seconds=_TOTAL_SECONDS),
            tls=Tls(
                ca_file=_file(self.settings["ca_file"]),
                certificate_file=_file(self.settings["certificate_file"]),
                key_file=_file(self.settings["certificate_key_file"]),
            ),
            open_origins=frozenset(self.settings.get("open_origins", ())),
            internal_origins=frozenset(self.settings.get("internal_origins", ())),
        )

    # Reading.

    def check(self, call: Call) -> Iterator[Checked]:
        steps = Steps(ons=self._ons, listing=self._listing, agenda=self.settings["agenda"])
        return in_steps(steps.in_order, CURES, call)

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        return self._listing.pages(call, cursor)

    def fetch(self, call: Call, external_id: str) -> Look:
        """One action; absent only when the plan in force of its client can be read and does not have it."""
        client, _, key = external_id.partition("/")
        if number(client) is None or number(key) is None:
            return Unseen(external_id=external_id, why="no action has such an id")
        plans = plans_of(call.http, self._ons, int(client))
        if plans is None:
            return Unseen(external_id=external_id, why="no such client, or no right to see it")
        if plans.active is None:
            return Unseen(external_id=external_id, why="the client has no care plan in force")
        action = plans.active.action(self.settings["action_id"], key)
        if action is None:
            return Absent(external_id=external_id)
        found = records.found(int(client), action)
        if not isinstance(found, Found):
            raise InvalidRecordError(found.why, field=found.field)
        return found

    def proposal(self, call: Call, waiting: str) -> Proposal:
        return self._drafts.answer(call, waiting)

    # Writing: everything is a proposal.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        return self._drafts.create(call, subject, raw)

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        return self._drafts.change(call, found, raw)

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        """Propose the end: as a line of the action, which a nurse takes out when it has served.

        Retracted: the action is taken out of the draft; what a nurse wrote herself stays.
        """
        if how is not End.RETRACTED:
            return self._drafts.change(call, found, raw)
        return self._drafts.remove(call, found)

    def withdraw(self, call: Call, waiting: str) -> None:
        self._drafts.withdraw(call, waiting)

    # The lens.

    def new(self, subject: Subject) -> Raw:
        return records.blank(subject.client, subject.marker)

    def get(self, raw: Raw, directory: Directory) -> Reading:
        raw = self.own(raw)
        marker = records.marker_of(raw["comment"])
        view = self._view(raw, directory)
        return Reading(
            client=raw["client"],
            units=mapping.units_in(raw, view),
            marker=marker,
            part=view.part,
            group=marker.agreement_id if marker else None,
        )

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        return mapping.changed(raw, changes, self._view(raw, directory))

    def own(self, raw: Raw) -> Raw:
        return records.own(raw)

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        return mapping.normal(key, value)

    def _view(self, raw: Raw, directory: Directory) -> View:
        """``part``: the assignment our mark names, or one named after the action."""
        marker = records.marker_of(raw["comment"])
        own = f"ons-{raw['carePlanPersistentActionId'] or 'nieuw'}"
        return View(directory=directory, part=(marker.part if marker else "") or own)

    # Hints.

    def hints(self, request: Inbound) -> Sequence[Hint]:
        return hearing.heard(
            self.connector_id,
            request,
            secrets=[one for one in map(self.settings.get, _HOOK_SECRETS) if one],
            customer=self.settings["customer_code"],
            told=self._told,
        )


def _file(name: str | None) -> Path | None:
    return Path(name) if name else None


@hookimpl
def samenspraak_connectors() -> Sequence[type[Connector]]:
    return (OnsConnector,)
