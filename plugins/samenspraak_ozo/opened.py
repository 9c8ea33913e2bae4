"""Who read what: by the platform's own read markers, and by the read receipts its apps write.

Sources: interaction-messaging.md: opening a message is an ``AuditEvent`` (of type ``access``) that
names the message and the thread, after which the platform sets the reader's ``Task`` to ``completed``; its
``focus`` is the newest message. An event names each resource with its *version* (auditevent-nen7510.md). That
tells whether somebody read our text or what stands there since it was taken back; older apps leave the
version out (instances/19.fsh), and then only what can still be read counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from samenspraak.connectors import Directory, Opened, Raw
from samenspraak.protocols import fhir
from samenspraak_ozo.people import KINDS, external_id
from samenspraak_ozo.terms import Terms, terms_in
from samenspraak_ozo.threads import Resource, messages_of, thread_of

ACCESS = ("http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle", "access")
_FIRST = "1"


@dataclass(frozen=True, kw_only=True)
class _Look:
    """Somebody (``Type/id``) had this thread open when this resource, in this version, was the newest."""

    by: str
    at: datetime
    newest: str
    version: str | None = None


def opened(raw: Raw, directory: Directory) -> Sequence[Opened]:
    """Per reader and mark the first time it was read."""
    order = {fhir.key_of(one): place for place, one in enumerate(_resources(raw))}
    said = [(order[fhir.key_of(one.resource)], one) for one in terms_in(raw) if "id" in one.resource]
    first: dict[tuple[str, str], Opened] = {}
    for look in sorted((*_events(raw), *_ticked(raw)), key=lambda one: one.at):
        kind = KINDS.get(look.by.partition("/")[0])
        terms = _before_them(look, order, said)
        if kind is not None and terms is not None:
            by = directory.party(external_id(look.by), kind)
            first.setdefault((str(by), terms.mark), Opened(by=by, mark=terms.mark, at=look.at))
    return list(first.values())


def is_ticked_off(marker: Resource, thread: Resource) -> bool:
    """Whether this says that somebody the thread is for read it; the sender's own says nothing."""
    sender = fhir.reference_key(fhir.element(thread, "requester"))
    recipients = {fhir.reference_key(one) for one in fhir.elements(thread, "recipient")} - {sender}
    is_marker = marker.get("resourceType") == "Task" and fhir.key_of(thread) in _about(marker)
    owner = fhir.reference_key(fhir.element(marker, "owner"))
    return is_marker and marker.get("status") == "completed" and owner in recipients


def of_thread(resources: Sequence[Resource], key: str) -> list[Resource]:
    """The read markers and receipts among these that are about one thread."""
    return [one for one in resources if key in _about(one)]


def ticked_off(raw: Raw) -> list[str]:
    """The versions of the read markers that were ticked off: another reader is another state."""
    return [f"{fhir.key_of(one)}/{fhir.version_of(one)}" for one in _markers(raw)]


def _about(resource: Resource) -> set[str]:
    named = [
        *fhir.elements(resource, "basedOn"),
        *(fhir.element(one, "what") for one in fhir.elements(resource, "entity")),
    ]
    return {key for key in map(fhir.reference_key, named) if key is not None}


def _resources(raw: Raw) -> list[Resource]:
    return [one for one in (thread_of(raw), *messages_of(raw)) if "id" in one]


def _before_them(look: _Look, order: dict[str, int], said: list[tuple[int, Terms]]) -> Terms | None:
    """The terms that a reader had before them; None where nobody can tell."""
    newest = order.get(look.newest)
    last = [one for place, one in said if newest is not None and place <= newest][-1:]
    for terms in last:
        is_as_told = fhir.key_of(terms.resource) == look.newest and look.version == _FIRST
        if terms.shown or is_as_told:
            return terms
    return None


def _markers(raw: Raw) -> list[Resource]:
    """The markers of those the thread is for that were ticked off."""
    return [one for one in fhir.elements(raw, "reading") if is_ticked_off(one, thread_of(raw))]


def _ticked(raw: Raw) -> Iterator[_Look]:
    """A marker is ticked off by reading, and by saying something oneself, which tells nothing."""
    senders = {
        fhir.key_of(one): fhir.reference_key(fhir.element(one, "sender")) for one in _resources(raw)[1:]
    }
    for marker in _markers(raw):
        owner = fhir.reference_key(fhir.element(marker, "owner"))
        newest = fhir.reference_key(fhir.element(marker, "focus")) or fhir.key_of(thread_of(raw))
        at = fhir.last_updated(marker)
        if owner is not None and at is not None and senders.get(newest) != owner:
            yield _Look(by=owner, at=at, newest=newest)


def _events(raw: Raw) -> Iterator[_Look]:
    for event in fhir.elements(raw, "reading"):
        if event.get("resourceType") != "AuditEvent" or _type(event) != ACCESS:
            continue
        at, thread = _recorded(event), fhir.key_of(thread_of(raw))
        what = [fhir.element(one, "what") for one in fhir.elements(event, "entity")]
        keys = {key: fhir.text(one, "reference") for one in what if (key := fhir.reference_key(one))}
        newest = next((key for key in keys if key.startswith("Communication/")), thread)
        for agent in fhir.elements(event, "agent"):
            who = fhir.reference_key(fhir.element(agent, "who"))
            if who is not None and at is not None and agent.get("requestor") is True and newest in keys:
                version = keys[newest].partition("/_history/")[2] or None
                yield _Look(by=who, at=at, newest=newest, version=version)


def _type(event: Resource) -> tuple[str, str]:
    found = fhir.element(event, "type")
    return fhir.text(found, "system"), fhir.text(found, "code")


def _recorded(event: Resource) -> datetime | None:
    try:
        return fhir.read_instant(fhir.text(event, "recorded"))
    except ValueError:
        return None
