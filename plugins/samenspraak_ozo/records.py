"""A thread with its messages as one record of the contract, and writing one.

Conditional requests may not pass the platform's proxy (unknown), so a message is looked up by its
identifier before it is posted; where they do pass, the condition is there as well.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from urllib.parse import quote

from samenspraak.connectors import Call, Found, Raw
from samenspraak.errors import OutcomeUnknownError, TransientError
from samenspraak.protocols import fhir
from samenspraak_ozo.opened import ticked_off
from samenspraak_ozo.threads import Resource, messages_of, thread_of

COUNT = ("_count", "100")


class Writing:
    """The requests of one update; after the first that was answered, a failure leaves the rest unknown."""

    def __init__(self, connector_id: str, call: Call, found: Found) -> None:
        self._connector_id = connector_id
        self._call = call
        self._key = f"CommunicationRequest/{found.external_id}"
        self._written: dict[int, Resource | None] = {}

    def post(self, message: Resource) -> None:
        """Post, unless it is there: a repeat after a lost answer makes no second message."""
        named = message["identifier"][0]
        token = fhir.token(named["system"], named["value"])
        with self._whole():
            params = [("part-of", self._key), ("identifier", token), COUNT]
            for bundle in fhir.search(self._call.http, "Communication", params):
                for there in fhir.resources(bundle):
                    self._written[id(message)] = there
                    return
            body = {**message, "sent": fhir.write_instant(self._call.now)}
            answer = fhir.create(self._call.http, body, unless=condition(named["system"], named["value"]))
            self._written[id(message)] = fhir.returned(answer)

    def put(self, resource: Resource) -> None:
        with self._whole():
            answer = fhir.update(self._call.http, resource, fhir.version_of(resource))
            self._written[id(resource)] = fhir.returned(answer)

    def outcome(self, raw: Raw) -> Found | None:
        """The record as the answers showed it; None when one of them showed nothing."""
        if None in self._written.values():
            return None
        thread, messages = (
            [self._written.get(id(one)) or one for one in some]
            for some in ([thread_of(raw)], messages_of(raw))
        )
        return found_in({"thread": thread[0], "messages": messages})

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        try:
            yield
        except OutcomeUnknownError:
            raise
        except TransientError as error:
            if not self._written:
                raise
            raise OutcomeUnknownError(str(error), retry_after=error.retry_after) from None


def found_in(raw: Raw) -> Found:
    """The record under a token of our own making: the versions of all that is in it, and who read it."""
    resources = [thread_of(raw), *messages_of(raw)]
    versions = sorted(
        [*(f"{fhir.key_of(one)}/{fhir.version_of(one)}" for one in resources), *ticked_off(raw)]
    )
    return Found(
        external_id=fhir.text(thread_of(raw), "id"),
        raw=raw,
        token=hashlib.sha256(" ".join(versions).encode()).hexdigest()[:24],
    )


def condition(system: str, value: str, *more: str) -> str:
    """A search for a header; what would end the value there is written with percent signs."""
    return "&".join([f"identifier={quote(fhir.token(system, value), safe='|:.')}", *more])
