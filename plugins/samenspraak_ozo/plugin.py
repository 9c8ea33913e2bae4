"""The connector for a family platform on the OZO contract: an agreement is told in a thread.

One thread per agreement and audience of named people, never the whole care team; one message per version of
the terms; answers by a few announced words. See README.md for what is documented, inferred and unknown.
"""

from __future__ import annotations

import contextlib
import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

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
from samenspraak.connectors.checking import in_steps
from samenspraak.domain.local_time import local_day
from samenspraak.domain.parties import PartyKind
from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    InvalidRecordError,
    OutcomeUnknownError,
    PermanentError,
    TransientError,
)
from samenspraak.http import HttpClient, Tls
from samenspraak.protocols import fhir
from samenspraak_ozo import kept, mapping, overview, people, subscriptions, texts, threads
from samenspraak_ozo.checking import CURES, STEPS
from samenspraak_ozo.closing import close
from samenspraak_ozo.listing import Listing, pages, records
from samenspraak_ozo.marks import MARKER
from samenspraak_ozo.network import strangers
from samenspraak_ozo.records import Writing, condition, found_in
from samenspraak_ozo.settings import OzoSettings
from samenspraak_ozo.signing_in import WAYS, Way
from samenspraak_ozo.subscriptions import HOOK_HEADER
from samenspraak_ozo.threads import LIVE, Resource, messages_of, thread_of

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
        tells_readers=True,
        announces=True,
        settle_s=10.0,
    ),
    settings=OzoSettings,
    rates=Rates(concurrency=4, per_second=10.0, page=100, poll_seconds=60.0),
    hints=frozenset({HintSource.POLL, HintSource.SUBSCRIPTION}),
)


class OzoConnector(Connector):
    """A family platform that speaks messages, not care plans."""

    manifest = MANIFEST
    ways: ClassVar[Mapping[str, Way]] = WAYS
    """How to sign in, by the name in the settings: where a platform with a way of its own adds it."""

    def http(self) -> HttpClient:
        """A client for the platform; each of its requests can be found in the platform's own audit trail."""
        settings = self.settings
        ours = Tls(
            ca_file=_file(settings["ca_file"]),
            certificate_file=_file(settings["certificate_file"]),
            key_file=_file(settings["certificate_key_file"]),
        )
        way = self.ways.get(settings["sign_in"])
        if way is None:
            raise ConfigurationError(f"sign_in: there is no such way; known: {', '.join(sorted(self.ways))}.")
        auth = way(settings, self._client)
        return self._client(settings["base_url"], ours, auth=auth, traces=secrets.token_hex)

    def _client(self, base_url: str, tls: Tls, **options: Any) -> HttpClient:
        return HttpClient(
            connector_id=self.connector_id,
            base_url=base_url,
            open_origins=frozenset(self.settings.get("open_origins", ())),
            internal_origins=frozenset(self.settings.get("internal_origins", ())),
            tls=tls,
            **options,
        )

    # Reading.

    def check(self, call: Call) -> Iterator[Checked]:
        return in_steps(STEPS, CURES, self.settings, call)

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        """Who is in the sender's networks, then our threads with their messages.

        Without ``changes_by_time`` everybody and all our threads come each time. Pings are asked for on the
        way; a platform that gives none is polled all the same.
        """
        with contextlib.suppress(PermanentError, InvalidRecordError, ConflictError):
            subscriptions.keep(call.http, self.settings)
        listing = Listing(
            call.http,
            by_time=self.settings["changes_by_time"],
            cursor=cursor,
            page=self.manifest.rates.page,
        )
        for found in listing.people(self.settings["sender"]):
            yield self._people_page(call, found)
        for changed in listing.threads():
            yield Page(records=records(call.http, changed), server=self.settings["base_url"])
        if listing.cursor is not None:
            yield Page(cursor=listing.cursor, server=self.settings["base_url"])

    def fetch(self, call: Call, external_id: str) -> Look:
        answer = fhir.read(call.http, f"CommunicationRequest/{external_id}")
        if answer.status != 200:
            return Unseen(external_id=external_id, why=f"status {answer.status}")
        return records(call.http, [fhir.resource(answer, "CommunicationRequest")])[0]

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        """The live threads with this marker; a closed one of earlier stays as it is."""
        wanted = [("identifier", fhir.token(MARKER, str(marker))), ("status", ",".join(sorted(LIVE)))]
        found = pages(call.http, "CommunicationRequest", wanted)
        return records(call.http, [thread for some in found for thread in some])

    # Writing.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        if not fhir.elements(thread_of(raw), "recipient"):
            raise InvalidRecordError(
                f"{self.connector_id}: nobody to address; a thread names its readers", field="recipient"
            )
        if strangers(partial(pages, call.http), thread_of(raw)):
            raise InvalidRecordError(
                f"{self.connector_id}: a reader is not in the client's network now", field="recipient"
            )
        alive = f"status={','.join(sorted(LIVE))}"
        wanted = thread_of(raw)
        if subject.quiet:
            overview.tell(call.http, wanted, call.now)
        made = overview.unaddressed(wanted) if subject.quiet else wanted
        answer = fhir.create(call.http, made, unless=condition(MARKER, str(subject.marker), alive))
        thread, located = fhir.returned(answer), fhir.located(answer)
        key = fhir.key_of(thread) if thread else located[0] if located else None
        if key is None:
            raise OutcomeUnknownError(f"{self.connector_id}: a thread was made and nobody says which")
        if subject.quiet and answer.status == 201:
            thread = self._let_in(call, {**(thread or made), "id": key.partition("/")[2]}, wanted)
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

    def _let_in(self, call: Call, made: Resource, wanted: Resource) -> Resource | None:
        """The thread with its readers in it; what was made is found again when this does not work out."""
        try:
            answer = fhir.update(call.http, {**made, "recipient": wanted["recipient"]}, fhir.version_of(made))
        except TransientError as error:
            raise OutcomeUnknownError(str(error), retry_after=error.retry_after) from None
        return fhir.returned(answer)

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        is_closed = fhir.text(thread_of(raw), "status") not in LIVE
        if how is End.RETRACTED:
            overview.take_back(call.http, thread_of(found.raw))
        closed = raw if is_closed and how is not End.RETRACTED else close(raw, how)
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
        headers = {name.lower(): value for name, value in request.headers.items()}
        given = headers.get(HOOK_HEADER.lower(), "")
        is_empty = not request.body  # the guide: a notification carries nothing
        if not (key and is_empty and hmac.compare_digest(given.encode(), key.encode())):
            raise AuthenticationError(f"{self.connector_id}: a ping without the key of the subscription")
        return [Hint()]

    # What it is made of.

    def _people_page(self, call: Call, found: list[Resource]) -> Page:
        today = local_day(call.now)
        read = [people.party(one, today) for one in found]
        return Page(
            parties=[one for one in read if isinstance(one, ExternalParty)],
            records=[one for one in read if isinstance(one, SetApart)],
            server=self.settings["base_url"],
        )


def _file(name: str | None) -> Path | None:
    return Path(name) if name else None


@hookimpl
def samenspraak_connectors() -> Sequence[type[Connector]]:
    return (OzoConnector,)
