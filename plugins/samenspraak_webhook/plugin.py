"""The connector for apps and partners that are told: a signed notice that there is something to fetch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

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
    Delivery,
    Directory,
    End,
    Found,
    Heartbeat,
    Manifest,
    Notice,
    NoticeKind,
    Rates,
    Raw,
    Readers,
    Reading,
    Step,
    Subject,
    SystemKind,
    Token,
    Write,
    Written,
    hookimpl,
)
from samenspraak.connectors.checking import Outcome, in_steps
from samenspraak.connectors.shelved import Shelved
from samenspraak.domain.units import UnitKind
from samenspraak.errors import TransientError
from samenspraak.http import Answer, HttpClient, Limits
from samenspraak.protocols.standard_webhooks import Secret, signed
from samenspraak_webhook import mapping
from samenspraak_webhook.settings import WebhookSettings

SECONDS = 15.0
"""How long an app may take to answer: Standard Webhooks asks for 15 to 30."""
GONE = 410
_BUSY = frozenset({408, 425, 429})
"""Refusals that say for how long; all others are one attempt that failed, whatever they say."""
_REFUSALS = (frozenset(range(300, 500)) | {501, 505}) - _BUSY

MANIFEST = Manifest(
    name="webhook",
    title={"nl": "App die berichten krijgt (webhook)", "en": "App that is told (webhook)"},
    summary={
        "nl": "Vertelt een familie-app of partner met een ondertekend bericht dat er iets op te halen is.",
        "en": "Tells a family app or partner, with a signed notice, that there is something to fetch.",
    },
    version="1.0",
    capabilities=Capabilities(
        kind=SystemKind.APP,
        units={kind: Carries(read=kind is UnitKind.STATUS, write=Write.PUSH) for kind in UnitKind},
        readers=Readers.EACH,
        absence=Absence.COMPLETE_LIST,
        create=Create.FINDABLE,
        confirm=Confirm.NONE,
        token=Token.ENFORCED,
        keeps_marks=True,
    ),
    settings=WebhookSettings,
    rates=Rates(concurrency=4, per_second=100.0, page=500, poll_seconds=86_400.0),
)

CURES = {
    Step.CONNECT: {
        "nl": "Controleer het adres, en vraag de beheerder van de app of die bereikbaar is.",
        "en": "Check the address, and ask whoever runs the app whether it can be reached.",
    },
    Step.SIGN_IN: {
        "nl": "De app nam het testbericht niet aan. Controleer of het geheim daar hetzelfde is.",
        "en": "The app did not take the test notice. Check whether the secret there is the same.",
    },
    Step.READ: {
        "nl": "Kijk met 'samenspraak status' of de database werkt.",
        "en": "See with 'samenspraak status' whether the database works.",
    },
}


class WebhookConnector(Shelved):
    """Notices by Standard Webhooks 1.0.0. A copy on the shelf says what was told, and of which content."""

    manifest = MANIFEST

    def http(self) -> HttpClient:
        return HttpClient(
            connector_id=self.connector_id,
            base_url=self.settings["base_url"],
            limits=Limits(total_seconds=SECONDS),
            open_origins=frozenset(self.settings.get("open_origins", ())),
            internal_origins=frozenset(self.settings.get("internal_origins", ())),
        )

    # Handing over.

    def check(self, call: Call) -> Iterator[Checked]:
        """Send a signed notice about nothing; an app that verifies takes it and changes nothing."""
        answers: list[Answer] = []

        def connect() -> Outcome:
            answers.append(self._post(call, f"test_{uuid4().hex}", mapping.about_nothing(call.now)))
            return "", True

        def sign_in() -> Outcome:
            status = answers[0].status
            return f"the app answered {status}", 200 <= status < 300

        def read() -> Outcome:
            self._shelf(call).after("", 1)
            return "", True

        return in_steps({Step.CONNECT: connect, Step.SIGN_IN: sign_in, Step.READ: read}, CURES)

    def deliver(self, call: Call, notice: Notice) -> Delivery:
        if notice.kind is not NoticeKind.RETRACTED and notice.kind not in self.settings["kinds"]:
            return Delivery.NOT_CHOSEN
        return self._tell(call, notice.id, mapping.body(notice))

    def heartbeat_after(self) -> timedelta | None:
        minutes = self.settings["heartbeat_minutes"]
        return timedelta(minutes=minutes) if minutes else None

    def beat(self, call: Call, heartbeat: Heartbeat) -> Delivery:
        return self._tell(call, heartbeat.id, mapping.alive(heartbeat))

    def _tell(self, call: Call, message_id: str, body: bytes) -> Delivery:
        answer = self._post(call, message_id, body)
        if answer.status == GONE:
            return Delivery.UNWANTED
        if not 200 <= answer.status < 300:
            raise TransientError(
                f"{self.connector_id} answered {answer.status}: it was not taken", status=answer.status
            )
        return Delivery.TAKEN

    def _post(self, call: Call, message_id: str, body: bytes) -> Answer:
        own = [call.signing_key] if call.signing_key else []
        headers = signed(message_id, call.now, body, [*self._secrets(call.now), *own])
        return call.http.send(
            "POST",
            "",
            content=body,
            headers={**headers, "Content-Type": "application/json"},
            expect=(),
            allow=_REFUSALS,
        )

    def _secrets(self, now: datetime) -> list[Secret]:
        """The secret, and while the app changes over the one before."""
        until, earlier = self.settings["earlier_secret_until"], self.settings["earlier_secret"]
        holds = earlier is not None and (until is None or now < until)
        return [Secret.parse(text) for text in (self.settings["secret"], *([earlier] if holds else []))]

    # The copy.

    def revised(self, before: Raw | None, raw: Raw, now: datetime) -> Raw:
        return mapping.noticed(before, raw)

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        """A new copy, or the one that was taken back before and is told of again."""
        written = super().create(call, subject, raw)
        found = written.found
        if not written.existed or found is None or mapping.read(found.raw).mark is not None:
            return written
        return self.update(call, found, raw)

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        return self.update(call, found, mapping.emptied(raw) if how is End.RETRACTED else raw)

    def new(self, subject: Subject) -> Raw:
        return mapping.empty(subject)

    def get(self, raw: Raw, directory: Directory) -> Reading:
        return mapping.read(raw)

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        return mapping.put(raw, changes)

    def own(self, raw: Raw) -> Raw:
        return mapping.own(raw)


@hookimpl
def samenspraak_connectors() -> Sequence[type[Connector]]:
    return (WebhookConnector,)
