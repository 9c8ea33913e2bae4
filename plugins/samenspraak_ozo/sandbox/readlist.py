"""The platform's own habits: read markers, and what it does with a relative's thread.

Source: technical-aaa-proxy.md ("Event publishing", the ReadListService) and interaction-messaging.md.
One Task per person who takes part; ``requested`` is unread, ``completed`` is read, ``focus`` is the
newest message (since fhir.ozo 0.7.5), so every new message makes a new version of each Task.
Inferred: a requester who is no recipient gets a Task from the first reply on ("the OZO client receives
a notification about a new Task"); a relative's draft is accepted at once.
"""

from __future__ import annotations

from samenspraak_ozo.sandbox.proxy import people_in
from samenspraak_ozo.sandbox.store import Resource, Store, reference, relative, values

_ACCESS = ("http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle", "access")


def people_of(store: Store, thread: Resource, *, with_requester: bool = True) -> list[str]:
    """The persons who take part in a thread: recipients, with the members of teams in their place."""
    wanted = people_in(thread) if with_requester else values(thread, "recipient.reference")
    found: dict[str, None] = {}
    waiting = sorted(relative(str(ref)) for ref in wanted)
    seen: set[str] = set()
    while waiting:
        ref = waiting.pop(0)
        if ref in seen:
            continue
        seen.add(ref)
        if not ref.startswith("CareTeam/"):
            found[ref] = None
        elif team := store.get(ref):
            waiting += [relative(str(one)) for one in values(team, "participant.member.reference")]
    return list(found)


def follow(store: Store, resource: Resource) -> list[Resource]:
    """What the platform changes after this write; the resources it wrote."""
    react = {
        "CommunicationRequest": _thread,
        "Communication": _message,
        "CareTeam": _team,
        "AuditEvent": _receipt,
    }.get(str(resource["resourceType"]))
    return react(store, resource) if react else []


def _thread(store: Store, thread: Resource) -> list[Resource]:
    if thread["meta"]["versionId"] != "1":
        return []
    author = next(values(thread, "requester.reference"))
    written = [
        store.create(_task(thread, person, "completed" if person == author else "requested"))
        for person in people_of(store, thread, with_requester=False)
    ]
    if thread["status"] == "draft" and str(author).startswith("RelatedPerson/"):
        written.append(store.update({**thread, "status": "active"}))
    return written


def _message(store: Store, message: Resource) -> list[Resource]:
    if message["meta"]["versionId"] != "1":
        return []
    written = []
    for ref in values(message, "partOf.reference"):
        thread = store.get(relative(str(ref)))
        if thread is None:
            continue
        author = next(values(message, "sender.reference"))
        for person in people_of(store, thread):
            task = _task_of(store, thread, person) or _task(thread, person, "requested")
            task["status"] = "completed" if person == author else "requested"
            task["focus"] = {"reference": reference(message), "type": "Communication"}
            written.append(store.update(task) if "id" in task else store.create(task))
    return written


def _team(store: Store, team: Resource) -> list[Resource]:
    written = []
    for thread in store.search("CommunicationRequest", [("recipient", reference(team))]):
        for person in people_of(store, thread, with_requester=False):
            if _task_of(store, thread, person) is None:
                written.append(store.create(_task(thread, person, "requested")))
    return written


def _receipt(store: Store, event: Resource) -> list[Resource]:
    if (event.get("type", {}).get("system"), event.get("type", {}).get("code")) != _ACCESS:
        return []
    entities = {relative(str(ref)) for ref in values(event, "entity.what.reference")}
    written = []
    for thread in (store.get(ref) for ref in entities if ref.startswith("CommunicationRequest/")):
        for person in values(event, "agent.who.reference"):
            task = _task_of(store, thread, str(person)) if thread else None
            if task is not None:
                written.append(store.update({**task, "status": "completed"}))
    return written


def _task_of(store: Store, thread: Resource, person: str) -> Resource | None:
    found = store.search("Task", [("based-on", reference(thread)), ("owner", person)])
    return found[0] if found else None


def _task(thread: Resource, person: str, status: str) -> Resource:
    return {
        "resourceType": "Task",
        "basedOn": [{"reference": reference(thread), "type": "CommunicationRequest"}],
        "status": status,
        "intent": "order",
        "for": thread["subject"],
        "owner": {"reference": person, "type": person.split("/")[0]},
    }
