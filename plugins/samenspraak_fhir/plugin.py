"""The connector for a dossier (ECD) on FHIR R4."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

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
    Step,
    Subject,
    SystemKind,
    Token,
    Unseen,
    Written,
    hookimpl,
)
from samenspraak.connectors.checking import Outcome, clocks, in_steps
from samenspraak.domain.local_time import local_day
from samenspraak.domain.units import UnitKey, UnitValue
from samenspraak.errors import (
    ConfigurationError,
    ConflictError,
    InvalidRecordError,
    OutcomeUnknownError,
    PermanentError,
)
from samenspraak.http import Answer, HttpClient, SigningKey
from samenspraak.protocols import fhir
from samenspraak_fhir import (
    approvals,
    keeping,
    logical,
    mapping,
    names,
    people,
    permissions,
    reading,
    signing,
    subscribing,
)
from samenspraak_fhir.parties import Parties
from samenspraak_fhir.plans import Scene, is_ours
from samenspraak_fhir.server import CONSENT, PLAN, PROVENANCE, TASK, Server, shown
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
        return in_steps(STEPS, CURES, self, call)

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        """People first, so that who performs is known before what; then the plans, and what was deleted.

        Plans by the history of the type, which tells all; else by moment of change; else all of them. A plan
        that was deleted where no history tells it is only missed in a listing of everything.
        """
        told = self._server = Server.of(call.http, self.settings["base_url"])
        server = told.identity
        here = fhir.Cursor.parse(cursor)
        if PLAN not in here.moments:
            self._subscribe(call, told)
        for kind in people.TYPES:
            if not told.reads(kind):
                continue
            for batch in self._sweep(call, kind, [], here):
                here = here.at(kind, batch.upto)
                parties, apart = people.parties(
                    batch.resources,
                    self.settings["volunteer_roles"],
                    partial(_name, call.http),
                    local_day(call.now),
                )
                yield Page(parties=parties, records=apart, cursor=str(here), server=server)
        if told.reads(CONSENT):
            for page, upto in self._allowed(call, here):
                here = here.at(CONSENT, upto)
                yield replace(page, cursor=str(here), server=server)
        if self.settings["approvals"] and told.can_approve:
            for batch in self._sweep(call, TASK, [("identifier", fhir.token(names.APPROVAL, ""))], here):
                here = here.at(TASK, batch.upto)
                focus = (fhir.reference_key(fhir.element(one, "focus")) for one in batch.resources)
                yield Page(touched=sorted({one for one in focus if one}), cursor=str(here), server=server)
        heard = self._heard(call, here) if told.tells_history else None
        if heard is not None:
            yield replace(heard, server=server)
            return
        for batch in self._sweep(call, PLAN, self._selection(), here):
            here = here.at(PLAN, batch.upto)
            records = [_found(call, one) for one in batch.resources]
            yield Page(records=records, cursor=str(here), complete=batch.is_whole, server=server)

    def _allowed(self, call: Call, here: fhir.Cursor) -> Iterator[tuple[Page, datetime | None]]:
        """What clients allow, page by page; nothing of it where we may not read it."""
        with contextlib.suppress(PermanentError):
            for batch in self._sweep(call, CONSENT, [], here):
                told, apart = permissions.consents(batch.resources, self._addresses)
                usable = {one.external_id for one in told} - {one.external_id for one in apart}
                page = Page(
                    consents=told, records=apart, touched=sorted(usable), consents_whole=batch.is_whole
                )
                yield page, batch.upto

    def _heard(self, call: Call, here: fhir.Cursor) -> Page | None:
        """What the history of plans tells since the cursor; None when it cannot tell."""
        since = here.moments.get(PLAN)
        if since is None:
            return None
        page = self.manifest.rates.page
        told = fhir.told(call.http, PLAN, since=since, page=page, overlap=self._overlap)
        if told is None:
            return None
        gone = [Absent(external_id=one.key) for one in told.changes if one.resource is None]
        shown = [one for one in told.changes if one.resource is not None]
        ours = [one for one in shown if reading.is_agreement(one.resource or {}, self._categories)]
        others = [one.key for one in shown if one not in ours and one.at is not None and one.at > since]
        return Page(
            records=[*(_found(call, one.resource or {}) for one in ours), *gone],
            touched=others,
            cursor=str(here.at(PLAN, told.upto)),
        )

    def _subscribe(self, call: Call, server: Server) -> None:
        """Ask to be told of changes, where the admin said at which address. Refused: we look by ourselves."""
        url, key = self.settings["hook_url"], self.settings["hook_key"]
        if not (url and key and server.writes("Subscription")):
            return
        criteria = f"{PLAN}?category={dict(self._selection())['category']}"
        with contextlib.suppress(ConflictError, InvalidRecordError, PermanentError):
            subscribing.keep(call.http, criteria=criteria, url=url, key=key)

    def hints(self, request: Inbound) -> Sequence[Hint]:
        subscribing.check(request, self.settings["hook_key"], self.connector_id)
        return [Hint()]

    @property
    def _addresses(self) -> Sequence[str]:
        """Where the server is, and by which addresses it calls itself."""
        return (self.settings["base_url"], *self.settings["own_addresses"])

    @property
    def _overlap(self) -> timedelta:
        return timedelta(seconds=self.settings["overlap_seconds"])

    @property
    def _categories(self) -> Sequence[str]:
        """What the admin chose; the plans that we make are always agreements."""
        return tuple(dict.fromkeys([*self.settings["categories"], f"{names.CATEGORY}|{names.AGREEMENT}"]))

    def _selection(self) -> fhir.Params:
        tokens = [fhir.token(*one.split("|", 1)) for one in self._categories]
        return [("category", ",".join(tokens))]

    def _sweep(self, call: Call, kind: str, params: fhir.Params, here: fhir.Cursor) -> Iterator[fhir.Batch]:
        page, since = self.manifest.rates.page, here.moments.get(kind)
        return fhir.sweep(call.http, kind, params, since=since, page=page, overlap=self._overlap)

    def fetch(self, call: Call, external_id: str) -> Look:
        answer = fhir.read(call.http, external_id)
        if answer.status == 410 or (answer.status == 404 and _was_deleted(call.http, external_id)):
            return Absent(external_id=external_id)
        if answer.status != 200:
            return Unseen(external_id=external_id, why=f"status {answer.status}")
        if external_id.startswith(f"{CONSENT}/"):
            permissions.read(fhir.resource(answer, CONSENT), self._addresses)
            return Absent(external_id=external_id)  # it was only known for being unusable
        found = _found(call, fhir.resource(answer, PLAN), answer)
        return replace(found, raw=approvals.with_tasks(found.raw, self._tasks(call, external_id)))

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        params = [("identifier", fhir.token(names.MARKER, str(marker)))]
        found = [one for bundle in fhir.search(call.http, PLAN, params) for one in fhir.resources(bundle)]
        # A server that ignores the parameter answers with everybody's plans.
        return [_found(call, one) for one in found if str(marker) in fhir.identifiers(one, names.MARKER)]

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
            found = _found(call, resource, answer)
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
            external_id=found.external_id, found=_found(call, resource, answer) if resource else None
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
        found = _found(call, first.resource) if first.resource else None
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
        parties = Parties(directory=directory, base_urls=self._addresses)
        return reading.read(
            raw,
            parties,
            connector_id=self.connector_id,
            categories=self._categories,
            group_systems=self.settings["group_systems"],
            domains=self.settings["life_domains"],
        )

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        parties = Parties(directory=directory, base_urls=self._addresses)
        scene = Scene(parties=parties, part=reading.part_of(raw), domains=self.settings["life_domains"])
        return mapping.put_changes(raw, changes, scene, connector_id=self.connector_id)

    def own(self, raw: Raw) -> Raw:
        categories, systems = self._categories, self.settings["group_systems"]
        selected = reading.is_agreement(raw, categories)
        known = {*categories, *self.settings["life_domains"]}
        return keeping.own(raw, selected=selected, categories=known, systems=systems)

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        normal: UnitValue = mapping.normal(value)
        return normal


def _found(call: Call, resource: Raw, answer: Answer | None = None) -> Found:
    token = fhir.version_of(resource, answer.headers if answer else None)
    return Found(external_id=fhir.key_of(resource), raw=logical.resolved(call.http, resource), token=token)


def _was_deleted(http: HttpClient, key: str) -> bool:
    """Whether the history of a resource that answers 404 ends with its deletion; unknown is not deleted."""
    changes = fhir.folded(fhir.history_of(http, key))
    return any(one.key == key and one.resource is None for one in changes)


def _name(http: HttpClient, key: str) -> str:
    """The name of the Practitioner behind a role."""
    answer = fhir.read(http, key) if key.startswith("Practitioner/") else None
    return people.name_of(fhir.resource(answer, "Practitioner")) if answer and answer.status == 200 else ""


# The steps of a connection test: what was found, and whether it will do.


def _connect(connector: DossierConnector, call: Call) -> Outcome:
    """Without signing in: what a token endpoint refuses belongs to the next step."""
    call.http.unsigned().send("GET", "metadata", headers={"Accept": fhir.FHIR_JSON}, allow=(401, 403))
    return "", True


def _sign_in(connector: DossierConnector, call: Call) -> Outcome:
    call.http.send("GET", "Patient", params={"_count": "1"}, headers={"Accept": fhir.FHIR_JSON})
    return "", True


def _version(connector: DossierConnector, call: Call) -> Outcome:
    return f"FHIR {Server.of(call.http, connector.settings['base_url']).version}", True


def _read(connector: DossierConnector, call: Call) -> Outcome:
    """Also that the server searches by what we ask: an ignored parameter looks like no changes."""
    ever = fhir.Cursor().at(PLAN, datetime.fromtimestamp(0, UTC))
    batch = next(iter(connector._sweep(call, PLAN, connector._selection(), ever)))
    server = Server.of(call.http, connector.settings["base_url"])
    return "", True, shown(server, by_time=batch.by_time)


def _write(connector: DossierConnector, call: Call) -> Outcome:
    missing = Server.of(call.http, connector.settings["base_url"]).lacking()
    return ", ".join(missing), not missing


def _clock(connector: DossierConnector, call: Call) -> Outcome:
    return clocks(call.now, call.http.send("GET", "metadata", headers={"Accept": fhir.FHIR_JSON}).date)


STEPS: Mapping[Step, Callable[[DossierConnector, Call], Outcome]] = {
    Step.CONNECT: _connect,
    Step.SIGN_IN: _sign_in,
    Step.VERSION: _version,
    Step.READ: _read,
    Step.WRITE: _write,
    Step.CLOCK: _clock,
}
CURES: Mapping[Step, Mapping[str, str]] = {
    Step.CONNECT: {
        "nl": "Controleer het FHIR-adres, en of het dossier bereikbaar is vanaf deze computer.",
        "en": "Check the FHIR address, and whether the dossier can be reached from this computer.",
    },
    Step.SIGN_IN: {
        "nl": "Vraag de leverancier van het dossier om een geldig token met leesrechten op Patient.",
        "en": "Ask the dossier's vendor for a valid token that may read Patient.",
    },
    Step.VERSION: {
        "nl": "Deze koppeling spreekt FHIR R4. Vraag de leverancier naar het R4-adres.",
        "en": "This connector speaks FHIR R4. Ask the vendor for the R4 address.",
    },
    Step.READ: {
        "nl": "Vraag de leverancier of zorgplannen op categorie te zoeken zijn.",
        "en": "Ask the vendor whether care plans can be searched by category.",
    },
    Step.WRITE: {
        "nl": "Vraag om schrijfrechten op zorgplannen, met versies (If-Match).",
        "en": "Ask for the right to write care plans, with versions (If-Match).",
    },
    Step.CLOCK: {
        "nl": "Zet de klok van deze computer of van het dossier gelijk.",
        "en": "Set the clock of this computer, or of the dossier, right.",
    },
}


@hookimpl
def samenspraak_connectors() -> Sequence[type[Connector]]:
    return (DossierConnector,)
