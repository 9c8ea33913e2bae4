"""What people do in this platform and its apps, and what each of them can read.

Sources: interaction-messaging.md (opening, answering and reading), interaction-network.md (who is in a
network), identifier-systems.md, resource-lifecycle.md (what is hidden). Inferred: the app of a relative
leaves ``Communication.status`` out, as most messages in production do (CHANGELOG 0.6.3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from samenspraak_ozo.sandbox.platform import Platform
from samenspraak_ozo.sandbox.proxy import RefusedError, inject, people_in
from samenspraak_ozo.sandbox.quirks import Quirks
from samenspraak_ozo.sandbox.readlist import people_of
from samenspraak_ozo.sandbox.store import Resource, reference, relative, values

LIVE = frozenset({"draft", "active", "on-hold"})
_SYSTEMS = {"Patient": "person", "RelatedPerson": "person", "Practitioner": "professional"}
MARKER_SYSTEM = "urn:samenspraak:marker"
"""Announced by us in the documentation of the connector."""
_BSN = "http://fhir.nl/fhir/NamingSystem/bsn"


def _is_marker(identifier: Resource) -> bool:
    return identifier.get("system") == MARKER_SYSTEM


class People:
    """The acts of people, by name; every person is given by reference, id or identifier."""

    def __init__(self, platform: Platform, quirks: Quirks, now: Any) -> None:
        self._platform = platform
        self._store = platform.store
        self._quirks = quirks
        self._now = now

    # Who is there.

    def admit(
        self,
        identifier: str,
        name: str,
        given: str = "",
        birth_date: str | None = None,
        bsn: str = "",
        identifiers: Sequence[Mapping[str, str]] = (),
    ) -> str:
        """A client with a network of their own; answers the reference."""
        body = self._person("Patient", identifier, name, given)
        body["identifier"] += identifiers
        body["identifier"] += [{"system": _BSN, "value": bsn}] if bsn else []
        body |= {"birthDate": birth_date} if birth_date else {}
        patient = self._write(body)
        subject = {"reference": reference(patient), "type": "Patient"}
        self._write({"resourceType": "CareTeam", "status": "active", "subject": subject, "participant": []})
        return reference(patient)

    def join(
        self,
        patient: str,
        kind: str,
        identifier: str,
        name: str,
        given: str = "",
        relationship: str = "",
        identifiers: Sequence[Mapping[str, str]] = (),
    ) -> str:
        """Somebody joins the network of a client; answers the reference of this membership."""
        body = self._person(kind, identifier, name, given)
        body["identifier"] += identifiers
        if kind == "RelatedPerson":
            about = self._one(patient, "Patient")
            number = f"{identifier}-{about.rpartition('/')[2]}"
            body["identifier"].append({"system": self._system("network-relation"), "value": number})
            body["patient"] = {"reference": about, "type": "Patient"}
            if relationship:
                coding = {"system": "urn:oid:2.16.840.1.113883.5.111", "code": relationship}
                body["relationship"] = [{"coding": [coding]}]
        known = self.refs(identifier) if kind == "Practitioner" else frozenset()
        ref = min(known) if known else reference(self._write(body))
        team = self._team(patient)
        team["participant"] = [*team.get("participant", []), {"member": {"reference": ref, "type": kind}}]
        self._platform.update(team)
        return ref

    def form_team(self, name: str, members: Sequence[str]) -> str:
        """A team of an organisation, about no client (interaction-network.md, "Floating Care Teams")."""
        there = [{"member": {"reference": ref, "type": ref.split("/")[0]}} for ref in members]
        return reference(
            self._write({"resourceType": "CareTeam", "status": "active", "name": name, "participant": there})
        )

    def add_team(self, patient: str, team: str) -> None:
        """A team joins the network of a client ("a CareTeam can be a participant in another CareTeam")."""
        found = self._team(patient)
        member = {"member": {"reference": team, "type": "CareTeam"}}
        self._platform.update({**found, "participant": [*found.get("participant", []), member]})

    def close_network(self, patient: str) -> None:
        """The network of a client is taken away (resource-lifecycle.md: a team becomes inactive)."""
        self._platform.update({**self._team(patient), "status": "inactive"})

    def rename(self, person: str, name: str) -> None:
        """Somebody is called otherwise from now on."""
        for ref in sorted(self.refs(person)):
            found = self._store.get(ref) or {}
            self._platform.update({**found, "name": [{"text": name}]})

    def leave(self, patient: str, person: str) -> None:
        """Somebody leaves the network of a client."""
        team, refs = self._team(patient), self.refs(person)
        team["participant"] = [
            one for one in team["participant"] if relative(one["member"]["reference"]) not in refs
        ]
        self._platform.update(team)

    def expunge(self, patient: str) -> None:
        """The right to erasure: everything about a client is gone, with all its versions."""
        about = self._one(patient, "Patient")
        threads = self._store.search("CommunicationRequest", [("subject", about)])
        gone = [about, reference(self._team(about)), *map(reference, threads)]
        gone += [reference(one) for one in self._store.search("RelatedPerson", [("patient", about)])]
        gone += [reference(one) for one in self._store.search("Task", [("patient", about)])]
        for thread in threads:
            gone += [reference(message) for message in self._messages(thread)]
        for ref in gone:
            self._store.expunge(ref)

    def restrict(self, thread: str) -> None:
        """The platform labels a thread as restricted: the proxy shows it to nobody any more."""
        found = self._store.get(f"CommunicationRequest/{thread.rpartition('/')[2]}")
        if found is None:
            raise RefusedError(404, "No such thread")
        label = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}
        found["meta"]["security"] = [label]
        self._store.update(found)

    # What they do.

    def let_read(self, person: str, about: str) -> None:
        """Somebody at the platform lets this person read the threads that say this."""
        for thread in self._store.all("CommunicationRequest"):
            if any(about.lower() in text.lower() for _, text in self._texts(thread)):
                ref = min(self.refs(person))
                there = [*thread["recipient"], {"reference": ref, "type": ref.split("/")[0]}]
                self._platform.update({**thread, "recipient": there})

    def open_thread(self, person: str, text: str) -> str:
        """A relative asks the whole team something; the thread starts as a draft."""
        me = self._one(person, "RelatedPerson")
        record = self._store.get(me) or {}
        team = self._team(record["patient"]["reference"])
        body = {
            "resourceType": "CommunicationRequest",
            "status": "draft",
            "subject": record["patient"],
            "requester": {"reference": me, "type": "RelatedPerson"},
            "recipient": [{"reference": reference(team), "type": "CareTeam"}],
            "payload": [{"contentString": text}],
        }
        return reference(self._write(body))

    def reply(self, person: str, text: str, thread: str = "", about: str = "") -> str:
        """A message in a thread this person is in; answers its reference."""
        chosen, me = self._choose(person, thread, about)
        if chosen["status"] not in LIVE:
            raise RefusedError(409, "The thread is closed")
        body = {
            "resourceType": "Communication",
            "partOf": [{"reference": reference(chosen), "type": "CommunicationRequest"}],
            "sender": {"reference": me, "type": me.split("/")[0]},
            "sent": self._now(),
            "payload": [{"contentString": text}],
        }
        if me.startswith("Practitioner/"):
            body["status"] = "completed"
        return reference(self._write(body))

    def read(self, person: str, thread: str = "", about: str = "") -> str:
        """This person opens a thread: the app writes the read receipt, the platform ticks the task off."""
        chosen, me = self._choose(person, thread, about)
        newest = self._messages(chosen)[-1:]
        entities = [{"what": {"reference": self._named(one)}} for one in [*newest, chosen]]
        coding = {"system": "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle", "code": "access"}
        body = {
            "resourceType": "AuditEvent",
            "type": coding,
            "action": "R",
            "recorded": self._now(),
            "outcome": "0",
            "agent": [{"who": {"reference": me, "type": me.split("/")[0]}, "requestor": True}],
            "source": {"site": "App", "observer": {"display": "App"}},
            "entity": entities,
        }
        return reference(self._write(body))

    def _named(self, one: Resource) -> str:
        version = "" if self._quirks.plain_receipts else f"/_history/{one['meta']['versionId']}"
        return f"{reference(one)}{version}"

    def inbox(self, person: str) -> list[dict[str, Any]]:
        """The threads this person is in, oldest first, with their messages and whether they are read."""
        refs = self.refs(person)
        return [
            {
                "thread": reference(thread),
                "status": thread["status"],
                "unread": bool(self._unread(thread, refs)),
                "messages": [text for _, text in self._texts(thread)],
            }
            for thread in self._threads(refs)
        ]

    # What they can read.

    def readable(self, person: str) -> list[str]:
        """Every text this person's own credential would be answered with now.

        Documented: a person reaches each thread they are in, and all its messages, whatever the status of
        the thread; hiding a revoked or completed thread is left to the app, so it does not count as
        hidden here. Inferred: what is ``entered-in-error`` is no longer shown (in quirky mode it still is).
        """
        return [
            text
            for thread in self._threads(self.refs(person))
            for status, text in self._texts(thread)
            if status != "entered-in-error" or self._quirks.shows_retracted
        ]

    def markers(self) -> Mapping[str, int]:
        """How many live threads carry which marker of ours."""
        live = [one for one in self._store.all("CommunicationRequest") if one["status"] in LIVE]
        found = [one["value"] for thread in live for one in values(thread, "identifier") if _is_marker(one)]
        return Counter(found)

    def refs(self, person: str) -> frozenset[str]:
        """All resources of a person: by reference or id, or by the value of an identifier."""
        return frozenset(
            reference(one)
            for kind in _SYSTEMS
            for one in self._store.all(kind)
            if person in (reference(one), one["id"], *values(one, "identifier.value"))
        )

    # How it is found.

    def _one(self, person: str, kind: str) -> str:
        found = sorted(ref for ref in self.refs(person) if ref.startswith(f"{kind}/"))
        if not found:
            raise RefusedError(404, f"No such {kind}")
        return found[0]

    def _team(self, patient: str) -> Resource:
        return self._store.search("CareTeam", [("patient", self._one(patient, "Patient"))])[0]

    def _threads(self, refs: frozenset[str]) -> list[Resource]:
        return [
            thread
            for thread in self._store.all("CommunicationRequest")
            if refs & ({*people_of(self._store, thread)} | people_in(thread))
        ]

    def _choose(self, person: str, thread: str, about: str) -> tuple[Resource, str]:
        refs = self.refs(person)
        fitting = [
            one
            for one in self._threads(refs)
            if (not thread or thread in (reference(one), one["id"], *values(one, "identifier.value")))
            and (not about or any(about.lower() in text.lower() for _, text in self._texts(one)))
        ]
        fitting.sort(key=lambda one: one["status"] in LIVE)
        if not fitting:
            raise RefusedError(404, "This person is in no such thread")
        return fitting[-1], min(refs & {*people_of(self._store, fitting[-1])})

    def _messages(self, thread: Resource) -> list[Resource]:
        found = self._store.search("Communication", [("part-of", reference(thread))])
        return sorted(found, key=lambda one: int(one["id"]))

    def _texts(self, thread: Resource) -> Iterator[tuple[str, str]]:
        for one in (thread, *self._messages(thread)):
            for text in values(one, "payload.contentString"):
                yield str(one["status"]), str(text)

    def _unread(self, thread: Resource, refs: frozenset[str]) -> list[Resource]:
        owned = [("based-on", reference(thread)), ("owner", ",".join(sorted(refs))), ("status", "requested")]
        return self._store.search("Task", owned)

    def _person(self, kind: str, identifier: str, name: str, given: str) -> Resource:
        written = {"text": name, "family": name.rpartition(" ")[2]} | ({"given": [given]} if given else {})
        return {
            "resourceType": kind,
            "identifier": [{"system": self._system(_SYSTEMS[kind]), "value": identifier}],
            "active": True,
            "name": [written],
        }

    def _system(self, name: str) -> str:
        older = "ozo/" if self._quirks.old_identifiers else ""
        return f"https://www.ozoverbindzorg.nl/namingsystem/{older}{name}"

    def _write(self, body: Resource) -> Resource:
        return self._platform.create(inject(body))
