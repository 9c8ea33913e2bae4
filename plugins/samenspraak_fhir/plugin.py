"""The connector for a dossier (ECD) on FHIR R4."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace

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
    Marker,
    MayEnd,
    Objects,
    Page,
    Rates,
    Raw,
    Readers,
    Reading,
    Subject,
    SystemKind,
    Token,
    Unseen,
    Written,
    hookimpl,
)
from samenspraak.connectors.checking import in_steps
from samenspraak.domain.units import UnitKey, UnitValue
from samenspraak.errors import (
    ConfigurationError,
    OutcomeUnknownError,
    PermanentError,
)
from samenspraak.http import HttpClient, SigningKey
from samenspraak.protocols import fhir
from samenspraak_fhir import (
    approvals,
    keeping,
    logical,
    mapping,
    names,
    permissions,
    reading,
    signing,
    subscribing,
)
from samenspraak_fhir.checking import CURES, STEPS
from samenspraak_fhir.listing import Listing
from samenspraak_fhir.parties import Parties
from samenspraak_fhir.plans import Scene, is_ours
from samenspraak_fhir.records import found_in, was_deleted
from samenspraak_fhir.server import CONSENT, PLAN, PROVENANCE, TASK, Server
from samenspraak_fhir.settings import DossierSettings

MANIFEST = Manifest(
    name="fhir",
    title={"nl": "Dossier (FHIR R4)", "en": "Dossier (FHIR R4)"},
    summary={
        "nl": "Een elektronisch cliëntdossier met zorgplannen volgens de zibs van 2020 (nl-core).",
        "en": "An electronic care record with care plans after the Dutch zibs of 2020 (nl-core).",
    },
    version="1.0",
    capabilities=Capabilities(
        kind=SystemKind.DOSSIER,
        units={kind: Carries() for kind in mapping.CARRIED},
        readers=Readers.STAFF,
        objects=Objects.ASSIGNMENT,
        absence=Absence.BY_ID,
        may_end=MayEnd.AGREEMENT,
        create=Create.REPEATABLE,
        confirm=Confirm.RESPONSE,
        token=Token.ENFORCED,
        lag_s=2.0,
        tells_statements=True,
        keeps_marks=True,
        may_receive_bsn=True,
        mapping_version=mapping.MAPPING_VERSION,
    ),
    settings=DossierSettings,
    rates=Rates(concurrency=4, per_second=20.0, page=100, poll_seconds=60.0),
    hints=frozenset({HintSource.POLL, HintSource.SUBSCRIPTION}),
)


class DossierConnector(Connector):
    """A dossier. One CarePlan is one assignment; identifiers of ours tie those of one agreement."""

    manifest = MANIFEST
    _server: Server | None = None
    """What the server said that it can, when it was last listed."""

    def http(self) -> HttpClient:
        return signing.client(self.connector_id, self.settings)

    def public_keys(self) -> Sequence[SigningKey]:
        return signing.keys(self.settings)

    # Reading.

    def check(self, call: Call) -> Iterator[Checked]:
        return in_steps(STEPS, CURES, self._listing, call)

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        self._server = Server.of(call.http, self.settings["base_url"])
        return self._listing.pages(call, cursor, self._server)

    def hints(self, request: Inbound) -> Sequence[Hint]:
        subscribing.check(request, self.settings["hook_key"], self.connector_id)
        return [Hint()]

    @property
    def _listing(self) -> Listing:
        return Listing(settings=self.settings, page=self.manifest.rates.page)

    def fetch(self, call: Call, external_id: str) -> Look:
        answer = fhir.read(call.http, external_id)
        if answer.status == 410 or (answer.status == 404 and was_deleted(call.http, external_id)):
            return Absent(external_id=external_id)
        if answer.status != 200:
            return Unseen(external_id=external_id, why=f"status {answer.status}")
        if external_id.startswith(f"{CONSENT}/"):
            permissions.read(fhir.resource(answer, CONSENT), self._listing.addresses)
            return Absent(external_id=external_id)  # it was only known for being unusable
        found = found_in(call, fhir.resource(answer, PLAN), answer)
        return replace(found, raw=approvals.with_tasks(found.raw, self._tasks(call, external_id)))

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        params = [("identifier", fhir.token(names.MARKER, str(marker)))]
        found = [one for bundle in fhir.search(call.http, PLAN, params) for one in fhir.resources(bundle)]
        # A server that ignores the parameter answers with everybody's plans.
        return [found_in(call, one) for one in found if str(marker) in fhir.identifiers(one, names.MARKER)]

    # Writing.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        """Made once: by a condition, or where the server knows none, after a look whether it is there."""
        server = self._said(call)
        asks = self._asks(call)
        there = self.find(call, subject.marker) if asks or not server.creates_once else []
        if there:
            self._complete(call, raw, there[0].external_id)
            return Written(external_id=there[0].external_id, found=there[0], existed=True)
        unless = f"identifier={fhir.token(names.MARKER, str(subject.marker))}"
        plain, place = logical.sent(approvals.sent(raw)), f"urn:uuid:{uuid.uuid4()}"
        if asks and (more := approvals.companions(raw, place, [])):
            entry = fhir.Entry(resource=plain, method="POST", full_url=place, condition=unless)
            return self._transacted(call, [entry, *more], None)
        answer = fhir.create(call.http, plain, unless=unless)
        resource, located = fhir.returned(answer), fhir.located(answer)
        existed = answer.status == 200
        if resource is not None:
            if str(subject.marker) not in fhir.identifiers(resource, names.MARKER):
                raise PermanentError(f"{self.connector_id}: the server answered a create with another plan")
            found = found_in(call, resource, answer)
            return Written(external_id=found.external_id, found=found, existed=existed)
        if located is None:
            raise OutcomeUnknownError(f"{self.connector_id}: a plan was made and nobody says which")
        return Written(external_id=located[0], existed=existed)

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        """Under the version that was read; a server that gives none would overwrite what others type."""
        if found.token is None:
            raise ConfigurationError(
                f"{self.connector_id}: this server gives {found.external_id} no version, so that an update "
                "could overwrite an edit; nothing was written. Ask for versioned updates."
            )
        plain = logical.sent(approvals.sent(raw))
        if more := self._missing(call, raw, found.external_id):
            entry = fhir.Entry(resource=plain, method="PUT", condition=found.token)
            return self._transacted(call, [entry, *more], found.external_id)
        answer = fhir.update(call.http, plain, found.token)
        resource = fhir.returned(answer)
        return Written(
            external_id=found.external_id, found=found_in(call, resource, answer) if resource else None
        )

    def _said(self, call: Call) -> Server:
        """What the server said that it can; asked for once, and with every listing."""
        self._server = self._server or Server.of(call.http, self.settings["base_url"])
        return self._server

    def _asks(self, call: Call) -> bool:
        """Whether assent is asked for and recorded by Task and Provenance here."""
        return bool(self.settings["approvals"]) and self._said(call).can_approve

    def _tasks(self, call: Call, plan: str) -> list[fhir.Resource]:
        """The approvals there are about a plan, where we ask for any."""
        return self._about(call, TASK, "focus", plan) if self._asks(call) else []

    def _missing(self, call: Call, raw: Raw, plan: str) -> list[fhir.Entry]:
        """What should stand beside a plan that is there, and does not."""
        if not self._asks(call):
            return []
        return approvals.companions(raw, plan, self._about(call, PROVENANCE, "target", plan))

    def _complete(self, call: Call, raw: Raw, plan: str) -> None:
        """A transaction that was torn in two left the plan alone: what goes with it follows."""
        if missing := self._missing(call, raw, plan):
            fhir.transact(call.http, missing)

    def _about(self, call: Call, kind: str, name: str, plan: str) -> list[fhir.Resource]:
        found = fhir.search(call.http, kind, [(name, plan)])
        return [one for bundle in found for one in fhir.resources(bundle)]

    def _transacted(self, call: Call, entries: Sequence[fhir.Entry], key: str | None) -> Written:
        """One intent in one transaction. ``key``: of the plan, where it was there before.

        An answer need not show the plan, and what one entry says of its version proves nothing for others:
        then it is read.
        """
        first, *_ = fhir.transact(call.http, entries)
        found = found_in(call, first.resource) if first.resource else None
        key = found.external_id if found else key or (first.place[0] if first.place else None)
        if key is None:
            raise OutcomeUnknownError(f"{self.connector_id}: a plan was made and nobody says which")
        return Written(external_id=key, found=found, existed=first.existed and entries[0].method == "POST")

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        """Ended, withdrawn and a mistake are statuses, which ``raw`` has; retracted is emptied and revoked.

        A plan that the dossier wrote itself is its record: it is not retracted.
        """
        if how is not End.RETRACTED:
            return self.update(call, found, raw)
        if not is_ours(found.raw):
            raise PermanentError(
                f"{self.connector_id}: {found.external_id} was written in the dossier itself and stays there"
            )
        return self.update(call, found, {**raw, "status": "revoked"})

    # The lens.

    def new(self, subject: Subject) -> Raw:
        return mapping.new(subject.client, str(subject.marker), subject.marker.agreement_id)

    def get(self, raw: Raw, directory: Directory) -> Reading:
        parties = Parties(directory=directory, base_urls=self._listing.addresses)
        return reading.read(
            raw,
            parties,
            connector_id=self.connector_id,
            categories=self._listing.categories,
            group_systems=self.settings["group_systems"],
            domains=self.settings["life_domains"],
        )

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        parties = Parties(directory=directory, base_urls=self._listing.addresses)
        scene = Scene(parties=parties, part=reading.part_of(raw), domains=self.settings["life_domains"])
        return mapping.put_changes(raw, changes, scene, connector_id=self.connector_id)

    def own(self, raw: Raw) -> Raw:
        categories, systems = self._listing.categories, self.settings["group_systems"]
        selected = reading.is_agreement(raw, categories)
        known = {*categories, *self.settings["life_domains"]}
        return keeping.own(raw, selected=selected, categories=known, systems=systems)

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        normal: UnitValue = mapping.normal(value)
        return normal


@hookimpl
def samenspraak_connectors() -> Sequence[type[Connector]]:
    return (DossierConnector,)
