"""The connector for a family platform on the OZO contract: an agreement is told in a thread.

One thread per agreement and audience of named people, never the whole care team; one message per version of
the terms; answers by a few announced words. See README.md for what is documented, inferred and unknown.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from samenspraak.connectors import (
    Absence,
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
    ExternalParty,
    Found,
    Hint,
    HintSource,
    Inbound,
    Look,
    Manifest,
    Marker,
    MayEnd,
    Page,
    Rates,
    Raw,
    Readers,
    Reading,
    SetApart,
    Subject,
    SystemKind,
    Token,
    Unseen,
    Write,
    Written,
    hookimpl,
)
from samenspraak.domain.local_time import local_day
from samenspraak.domain.parties import PartyKind
from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidRecordError,
    OutcomeUnknownError,
    SamenspraakError,
)
from samenspraak.http import HttpClient, Tls
from samenspraak.protocols import fhir
from samenspraak_ozo import kept, mapping, people, texts, threads
from samenspraak_ozo.checking import CURES, STEPS
from samenspraak_ozo.nuts import NutsAuth
from samenspraak_ozo.records import COUNT, Writing, condition, found_in
from samenspraak_ozo.settings import OzoSettings
from samenspraak_ozo.threads import LIVE, MARKER, Resource, messages_of, thread_of

_PEOPLE = ("Patient", "RelatedPerson", "Practitioner")
_THREADS_A_SEARCH = 20
_OVERLAP = timedelta(minutes=1)
_HOOK_HEADER = "x-samenspraak-key"

MANIFEST = Manifest(
    name="ozo",
    title={"nl": "Familieplatform (OZO)", "en": "Family platform (OZO)"},
    summary={
        "nl": "Vertelt afspraken in een gesprek met de mensen om wie het gaat, en leest hun antwoorden.",
        "en": "Tells agreements in a thread with the people concerned, and reads their answers.",
    },
    version="1.0",
    capabilities=Capabilities(
        kind=SystemKind.PLATFORM,
        units={kind: Carries(read=kind in kept.KINDS, write=Write.APPEND) for kind in texts.TOLD},
        readers=Readers.NAMED,
        addresses=frozenset({PartyKind.RELATIVE, PartyKind.VOLUNTEER, PartyKind.PROFESSIONAL}),
        absence=Absence.NEVER,
        may_end=MayEnd.NOTHING,
        create=Create.FINDABLE,
        confirm=Confirm.RESPONSE,
        token=Token.COMPARED,
        lag_s=2.0,
        tells_statements=True,
        keeps_marks=True,
    ),
    settings=OzoSettings,
    rates=Rates(concurrency=4, per_second=10.0, page=100, poll_seconds=60.0),
    hints=frozenset({HintSource.POLL, HintSource.SUBSCRIPTION}),
)


class OzoConnector(Connector):
    """A family platform that speaks messages, not care plans."""

    manifest = MANIFEST

    def http(self) -> HttpClient:
        settings = self.settings
        open_origins = frozenset(settings.get("open_origins", ()))
        tls = Tls(
            certificate_file=_file(settings["certificate_file"]),
            key_file=_file(settings["certificate_key_file"]),
        )
        node = HttpClient(
            connector_id=self.connector_id,
            base_url=settings["nuts_url"],
            open_origins=open_origins,
            tls=tls,
        )
        auth = NutsAuth(
            node,
            subject=settings["nuts_subject"],
            authorization_server=settings["authorization_server"],
            token_type=settings["token_type"],
        )
        return HttpClient(
            connector_id=self.connector_id,
            base_url=settings["base_url"],
            auth=auth,
            open_origins=open_origins,
            tls=tls,
        )

    # Reading.

    def check(self, call: Call) -> Iterator[Checked]:
        for step, attempt in STEPS.items():
            try:
                detail, is_well = attempt(self.settings, call)
            except SamenspraakError as error:
                detail, is_well = str(error), False
            yield Checked(step=step, ok=is_well, detail=detail, cure={} if is_well else CURES[step])
            if not is_well:
                return

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        """Who is there, then our threads with their messages.

        Threads of others are never read. Without ``changes_by_time`` all of ours come each time.
        """
        newest = cursor if self.settings["changes_by_time"] else None
        since = _since(newest)
        for kind in _PEOPLE:
            for bundle in self._search(call, kind, [*since, self._count]):
                found = fhir.resources(bundle)
                newest = _newest(newest, found)
                yield self._people_page(call, found)
        for changed in self._threads(call, since):
            records = self._records(call, changed)
            for one in records:
                newest = _newest(newest, [thread_of(one.raw), *messages_of(one.raw)])
            yield Page(records=records, server=self.settings["base_url"])
        if self.settings["changes_by_time"]:
            yield Page(cursor=newest, server=self.settings["base_url"])

    def fetch(self, call: Call, external_id: str) -> Look:
        answer = fhir.read(call.http, f"CommunicationRequest/{external_id}")
        if answer.status != 200:
            return Unseen(external_id=external_id, why=f"status {answer.status}")
        return self._records(call, [answer.json()])[0]

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        """The live threads with this marker; a closed one of earlier stays as it is."""
        wanted = [("identifier", fhir.token(MARKER, str(marker))), ("status", ",".join(sorted(LIVE))), COUNT]
        bundles = list(self._search(call, "CommunicationRequest", wanted))
        return self._records(call, [thread for bundle in bundles for thread in fhir.resources(bundle)])

    # Writing.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        if not fhir.elements(thread_of(raw), "recipient"):
            raise InvalidRecordError(
                f"{self.connector_id}: nobody to address; a thread names its readers", field="recipient"
            )
        alive = f"status={','.join(sorted(LIVE))}"
        answer = fhir.create(call.http, thread_of(raw), unless=condition(MARKER, str(subject.marker), alive))
        thread, located = fhir.returned(answer), fhir.located(answer)
        key = fhir.key_of(thread) if thread else located[0] if located else None
        if key is None:
            raise OutcomeUnknownError(f"{self.connector_id}: a thread was made and nobody says which")
        found = found_in({"thread": thread, "messages": []}) if thread and answer.status == 201 else None
        return Written(external_id=key.partition("/")[2], found=found, existed=answer.status == 200)

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        """Post the messages that are not there yet, and put what we take back."""
        writing = Writing(self.connector_id, call, found)
        before = {message["id"]: message for message in messages_of(found.raw)}
        for message in messages_of(raw):
            if "id" not in message:
                writing.post(message)
            elif message != before.get(message["id"]):
                writing.put(message)
        if thread_of(raw) != thread_of(found.raw):
            writing.put(thread_of(raw))
        return Written(external_id=found.external_id, found=writing.outcome(raw))

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        is_closed = fhir.text(thread_of(raw), "status") not in LIVE
        closed = raw if is_closed and how is not End.RETRACTED else mapping.close(raw, how)
        return self.update(call, found, closed)

    # The lens.

    def new(self, subject: Subject) -> Raw:
        return mapping.new(subject, self.settings["sender"])

    def get(self, raw: Raw, directory: Directory) -> Reading:
        return mapping.get(raw, directory)

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        return mapping.put(raw, changes, directory)

    def own(self, raw: Raw) -> Raw:
        return threads.own(raw)

    # Hints.

    def hints(self, request: Inbound) -> Sequence[Hint]:
        key = self.settings["hook_key"]
        given = {name.lower(): value for name, value in request.headers.items()}.get(_HOOK_HEADER, "")
        is_empty = not request.body  # the guide: a notification carries nothing
        if not (key and is_empty and hmac.compare_digest(given.encode(), key.encode())):
            raise AuthenticationError(f"{self.connector_id}: a ping without the key of the subscription")
        return [Hint()]

    # What it is made of.

    @property
    def _count(self) -> tuple[str, str]:
        return "_count", str(self.manifest.rates.page)

    def _search(self, call: Call, kind: str, params: fhir.Params) -> Iterator[Resource]:
        """The pages of a search; only the first one shows what it was asked with."""
        for number, bundle in enumerate(fhir.search(call.http, kind, params)):
            if number == 0 and not fhir.understood(bundle, params):
                raise ConfigurationError(
                    f"{self.connector_id}: the platform passed over a search parameter (changes_by_time?)"
                )
            yield bundle

    def _people_page(self, call: Call, found: list[Resource]) -> Page:
        today = local_day(call.now)
        read = [people.party(one, today) for one in found]
        return Page(
            parties=[one for one in read if isinstance(one, ExternalParty)],
            records=[one for one in read if isinstance(one, SetApart)],
            server=self.settings["base_url"],
        )

    def _threads(self, call: Call, since: fhir.Params) -> Iterator[list[Resource]]:
        """Our threads, page by page; those with a new message count as changed."""
        ours = fhir.token(MARKER, "")
        seen: set[str] = set()
        for bundle in self._search(call, "CommunicationRequest", [("identifier", ours), *since, self._count]):
            threads = fhir.resources(bundle)
            seen.update(thread["id"] for thread in threads)
            yield threads
        if not since:
            return
        spoken: dict[str, None] = {}
        asked = [("part-of:CommunicationRequest.identifier", ours), *since, self._count]
        for bundle in self._search(call, "Communication", asked):
            spoken |= dict.fromkeys(
                part.partition("/")[2] for message in fhir.resources(bundle) for part in _threads_of(message)
            )
        waiting = [one for one in spoken if one not in seen]
        for start in range(0, len(waiting), _THREADS_A_SEARCH):
            wanted = [("_id", ",".join(waiting[start : start + _THREADS_A_SEARCH])), COUNT]
            for bundle in self._search(call, "CommunicationRequest", wanted):
                yield fhir.resources(bundle)

    def _records(self, call: Call, threads: list[Resource]) -> list[Found]:
        by_thread: dict[str, list[Resource]] = {fhir.key_of(thread): [] for thread in threads}
        keys = list(by_thread)
        for start in range(0, len(keys), _THREADS_A_SEARCH):
            wanted = [("part-of", ",".join(keys[start : start + _THREADS_A_SEARCH])), COUNT]
            for bundle in self._search(call, "Communication", wanted):
                for message in fhir.resources(bundle):
                    for key in _threads_of(message):
                        by_thread.get(key, []).append(message)
        return [
            found_in({"thread": thread, "messages": by_thread[fhir.key_of(thread)]}) for thread in threads
        ]


def _threads_of(message: Resource) -> list[str]:
    found = (fhir.reference_key(one) for one in fhir.elements(message, "partOf"))
    return [key for key in found if key is not None]


def _since(cursor: str | None) -> list[tuple[str, str]]:
    if cursor is None:
        return []
    return [("_lastUpdated", f"ge{fhir.write_instant(fhir.read_instant(cursor) - _OVERLAP)}")]


def _newest(cursor: str | None, found: Sequence[Resource]) -> str | None:
    """The latest moment the server gave; its clock counts, not ours."""
    moments = [moment for moment in map(fhir.last_updated, found) if moment is not None]
    known = [fhir.read_instant(cursor)] if cursor else []
    latest = max([*known, *moments], default=None)
    return fhir.write_instant(latest) if latest else None


def _file(name: str | None) -> Path | None:
    return Path(name) if name else None


@hookimpl
def samenspraak_connectors() -> Sequence[type[Connector]]:
    return (OzoConnector,)
