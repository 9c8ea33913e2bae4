"""What people do in the dossier: the acts of a nurse, and what somebody can read here."""

from __future__ import annotations

import copy
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from samenspraak.sandbox import Act
from samenspraak_fhir.sandbox import plans
from samenspraak_fhir.sandbox.outcomes import RefusedError
from samenspraak_fhir.sandbox.records import Records, Resource, Version

MARKER_SYSTEM = "urn:samenspraak:marker"
BSN_SYSTEM = "http://fhir.nl/fhir/NamingSystem/bsn"
ROLE_SYSTEM = "urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4.23.1"
_LIVE = frozenset({"draft", "active", "on-hold"})
_STAFF = frozenset({"Practitioner", "PractitionerRole"})
# What a screen shows as text. What is in an extension of somebody else, no screen shows.
_TEXTS = frozenset(
    {
        *("text", "div", "display", "title", "description", "comment", "name", "given", "family"),
        *("scheduledString", "contentString", "authorString", "valueString"),
    }
)
_SAYS = {"done": "Gedaan.", "not-done": "Niet gedaan.", "assent": "Akkoord.", "decline": "Niet akkoord."}


class Dossier:
    """The care organisation's side of the server: same records, no HTTP. The caller holds the lock."""

    def __init__(self, records: Records, clock: Callable[[], datetime]) -> None:
        self._records = records
        self._clock = clock
        self._closed: set[str] = set()

    def acts(self) -> Mapping[str, Act]:
        """Every act by name; ``id`` is always ``Type/id``, and each answers the id it was about."""
        return {
            "admit": self._admit,
            "know": self._know,
            "agree": self._agree,
            "change": self._change,
            "end": self._end,
            "remove": self._remove,
            "say": self._say,
            "cancel": self._cancel,
            "record_consent": self._record_consent,
            "withdraw_consent": self._withdraw_consent,
            "close_file": self._close_file,
            "open_file": self._open_file,
        }

    # People.

    def _admit(
        self,
        *,
        id: str,
        given: str,
        family: str,
        birth_date: str | None = None,
        bsn: str | None = None,
        identifiers: Sequence[Mapping[str, str]] = (),
    ) -> dict[str, str]:
        """A new client; ``identifiers``: further ones, as ``{"system": …, "value": …}``."""
        patient: Resource = {
            "resourceType": "Patient",
            "id": id,
            "name": [{"use": "official", "given": [given], "family": family}],
        }
        known = [{"system": BSN_SYSTEM, "value": bsn}] if bsn else []
        if known := [*known, *map(dict, identifiers)]:
            patient["identifier"] = known
        if birth_date:
            patient["birthDate"] = birth_date
        return self._put(patient)

    def _know(
        self,
        *,
        kind: str,
        id: str,
        name: str,
        client: str | None = None,
        role: str | None = None,
        members: Sequence[str] = (),
        owner: str | None = None,
        identifiers: Sequence[Mapping[str, str]] = (),
    ) -> dict[str, str]:
        """Somebody or something beside the client; ``kind`` is the resource type."""
        given, _, family = name.rpartition(" ")
        person = [
            {"use": "official", "text": name, "family": family, **({"given": [given]} if given else {})}
        ]
        shapes: Mapping[str, Resource] = {
            "RelatedPerson": {"patient": {"reference": client}, "name": person},
            "Practitioner": {"name": person},
            "PractitionerRole": {"practitioner": {"reference": f"Practitioner/{id}", "display": name}},
            "Organization": {"name": name},
            "Location": {"name": name},
            "CareTeam": {"name": name, "participant": [{"member": {"reference": one}} for one in members]},
            "Device": {
                "deviceName": [{"name": name, "type": "user-friendly-name"}],
                **({"owner": {"reference": owner}} if owner else {}),
            },
        }
        resource = {"resourceType": kind, "id": id, **shapes[kind]}
        if identifiers:
            resource["identifier"] = [dict(one) for one in identifiers]
        if kind == "CareTeam" and client:
            resource["subject"] = {"reference": client}
        if not resource.get("participant", True):
            del resource["participant"]
        if role:
            resource["relationship"] = [{"coding": [{"system": ROLE_SYSTEM, "code": role}]}]
        return self._put(resource)

    # Agreements.

    def _agree(
        self,
        *,
        client: str,
        what: str,
        by: str,
        when: str,
        nursing: bool = False,
        instruction: str = "",
        days: Mapping[str, Any] | None = None,
        group: str | None = None,
        author: str | None = None,
        id: str | None = None,
    ) -> dict[str, str]:
        """Record who does what, when; ``nursing`` picks the zib, ``group`` ties plans into one agreement."""
        if nursing:
            plan = plans.nursing_plan(client, what, by, when, instruction)
        else:
            plan = plans.help_plan(client, what, by, when)
            if instruction:
                plans.set_instruction(plan, instruction)
        if days:
            plans.set_days(plan, days)
        if group:
            plans.tie(plan, group)
        if author:
            plan["author"] = {"reference": author}
        return self._put({**plan, "id": id or str(uuid.uuid4())})

    def _change(self, *, id: str, field: str, value: Any) -> dict[str, str]:
        """Another text, time, instruction, performer, period or category; ``field`` names it."""
        if field not in plans.FIELDS:
            raise RefusedError(400, "value", f"fields: {', '.join(sorted(plans.FIELDS))}")
        return self._edit(id, lambda plan: plans.FIELDS[field](plan, value))

    def _end(self, *, id: str, status: str = "completed", reason: str = "") -> dict[str, str]:
        """Any other status: completed, revoked, entered-in-error, on-hold, active."""
        return self._edit(id, lambda plan: plans.set_status(plan, status, reason))

    def _remove(self, *, id: str) -> dict[str, str]:
        """Take it out of the dossier."""
        self._records.delete(self._known(id))
        return {"id": id}

    def _say(
        self, *, id: str, by: str, what: str, day: str | None = None, nth: int = 1, text: str = ""
    ) -> dict[str, str]:
        """done, not-done (with a day), assent, decline or comment, as a progress note."""
        parts: list[dict[str, Any]] = [{"url": "kind", "valueCode": what}]
        if day:
            parts += [{"url": "day", "valueDate": day}, {"url": "nth", "valuePositiveInt": nth}]

        def edit(plan: Resource) -> None:
            terms = [one for one in plan.get("extension", ()) if one["url"] == "urn:samenspraak:terms"]
            if terms and what in ("assent", "decline"):
                parts.append({"url": "terms", "valueString": terms[0]["valueString"]})
            plans.say(plan, self._clock(), by, text or _SAYS[what], plans.SAID, parts)

        return self._edit(id, edit)

    def _cancel(self, *, id: str, by: str, day: str, nth: int = 1, reason: str = "") -> dict[str, str]:
        """One time does not go through."""
        parts: list[dict[str, Any]] = [
            {"url": "day", "valueDate": day},
            {"url": "nth", "valuePositiveInt": nth},
            {"url": "kind", "valueCode": "cancelled"},
        ]
        if reason:
            parts.append({"url": "reason", "valueString": reason})
        text = f"{day}: gaat niet door."
        return self._edit(
            id, lambda plan: plans.say(plan, self._clock(), by, text, plans.EXCEPTION, parts) and None
        )

    # Consent and access.

    def _record_consent(
        self,
        *,
        client: str,
        who: str,
        allow: bool = True,
        id: str | None = None,
        by: str | None = None,
        period: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> dict[str, str]:
        """The client allows somebody to see the plan, or forbids it (https://hl7.org/fhir/R4/consent.html).

        ``by``: who said so, the client unless given · ``more``: what else stands in the provision.
        """
        return self._put(
            {
                "resourceType": "Consent",
                "id": id or str(uuid.uuid4()),
                "status": "active",
                "scope": _coded("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
                "category": [_coded("http://terminology.hl7.org/CodeSystem/v3-ActCode", "INFA")],
                "patient": {"reference": client},
                "dateTime": self._clock().isoformat(timespec="milliseconds"),
                "performer": [{"reference": by or client}],
                "provision": {
                    "type": "permit" if allow else "deny",
                    **({"period": dict(period)} if period else {}),
                    **(more or {}),
                    "actor": [
                        {
                            "role": _coded(
                                "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"
                            ),
                            "reference": {"reference": who},
                        }
                    ],
                },
            }
        )

    def _withdraw_consent(self, *, id: str) -> dict[str, str]:
        return self._edit(id, lambda consent: consent.update(status="inactive"))

    def _close_file(self, *, client: str) -> dict[str, str]:
        """The hub may no longer see this client's file; nothing is deleted."""
        self._closed.add(client)
        return {"id": client}

    def _open_file(self, *, client: str) -> dict[str, str]:
        self._closed.discard(client)
        return {"id": client}

    def is_closed(self, resource: Resource) -> bool:
        return bool(self._closed & set(_about(resource)))

    # What is here.

    def readable(self, person: str) -> list[str]:
        """Staff reads every file; relatives and volunteers have no access to a dossier."""
        if person.partition("/")[0] not in _STAFF:
            return []
        return [text for one in self._records.everything() for text in _texts(one.resource)]

    def live(self) -> Counter[str]:
        """CarePlans that are not over, by the hub's marker on them."""
        return Counter(
            identifier["value"]
            for one in self._records.current("CarePlan", primary=True)
            if one.resource is not None and one.resource["status"] in _LIVE
            for identifier in one.resource.get("identifier", ())
            if identifier.get("system") == MARKER_SYSTEM
        )

    def _known(self, key: str) -> Version:
        version = self._records.newest(key)
        if version is None or version.resource is None:
            raise RefusedError(404, "not-found", "unknown resource")
        return version

    def _edit(self, key: str, edit: Callable[[Resource], object]) -> dict[str, str]:
        resource = copy.deepcopy(self._known(key).resource)
        assert resource is not None  # noqa: S101  # _known gives no deleted version
        edit(resource)
        return self._put(resource)

    def _put(self, resource: Resource) -> dict[str, str]:
        return {"id": self._records.write(resource, "PUT").key}


def _coded(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def _about(resource: Resource) -> Iterator[str]:
    """The client a resource is about, and the resource itself."""
    yield f"{resource.get('resourceType')}/{resource.get('id')}"
    for member in ("subject", "patient", "for"):
        yield resource.get(member, {}).get("reference", "")


def _texts(element: Any, member: str = "") -> Iterator[str]:
    if isinstance(element, str):
        if member in _TEXTS:
            yield element
    elif isinstance(element, list):
        for one in element:
            yield from _texts(one, member)
    elif isinstance(element, dict):
        for name, value in element.items():
            if name not in ("extension", "modifierExtension"):
                yield from _texts(value, name)
