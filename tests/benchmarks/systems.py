"""The connectors of the benchmarks: care plans that are read, and records that are kept equal.

Small lenses over what ``servers`` gives. ``transformed`` is what a bare script makes of a care plan.
"""

from __future__ import annotations

import abc
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from benchmarks.servers import DAYS
from marshmallow import Schema, fields

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
    Reading,
    Subject,
    SystemKind,
    Token,
    Unseen,
    Write,
    Written,
)
from samenspraak.domain.agreements import Conditions, Duty, LifeDomain, State, Status, What
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Weekday
from samenspraak.domain.units import CONDITIONS, LIFE_DOMAIN, STATUS, WHAT, UnitKey, UnitKind, UnitValue
from samenspraak.errors import ConflictError
from samenspraak.http import HttpClient

DUTY = UnitKey(UnitKind.ASSIGNMENT, "1")
CARRIED = (WHAT, LIFE_DOMAIN, DUTY, CONDITIONS, STATUS)


LAG_S = 1.0
"""So long a read may show what was there before a write, the systems say."""
RATES = Rates(concurrency=16, per_second=100_000.0, page=200, poll_seconds=1.0)
"""A limit would be what is measured."""


class Address(Schema):
    """Where the system is."""

    base_url = fields.String(required=True)


def manifest(name: str, *, write: Write = Write.YES, **can: Any) -> Manifest:
    text = {"nl": name, "en": name}
    return Manifest(
        name=name,
        title=text,
        summary=text,
        version="1",
        settings=Address,
        rates=RATES,
        hints=frozenset({HintSource.POLL, HintSource.WEBHOOK}),
        capabilities=Capabilities(
            kind=SystemKind.DOSSIER,
            units={key.kind: Carries(write=write) for key in CARRIED},
            absence=Absence.BY_ID,
            may_end=MayEnd.AGREEMENT,
            **can,
        ),
    )


class Benchmarked(Connector):
    """What both have in common. ``folder``: where one record is found."""

    folder: ClassVar[str]

    def http(self) -> HttpClient:
        return HttpClient(
            connector_id=self.connector_id,
            base_url=self.settings["base_url"],
            open_origins=self.settings["open_origins"],
        )

    def check(self, call: Call) -> Iterator[Checked]:
        yield from ()

    def fetch(self, call: Call, external_id: str) -> Look:
        answer = call.http.send("GET", f"{self.folder}/{external_id}", allow={404})
        if answer.status == 404:
            return Unseen(external_id=external_id, why="unknown")
        return self.found(answer.json())

    @abc.abstractmethod
    def found(self, raw: Raw) -> Found:
        """A record as it came."""


class CarePlanConnector(Benchmarked):
    """Care plans, read only."""

    folder = "CarePlan"
    manifest = manifest(
        "plans", write=Write.NO, token=Token.COMPARED, create=Create.NONE, confirm=Confirm.NONE
    )

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        """Always everything: the server does not change."""
        page = 0
        more = cursor is None
        while more:
            bundle = call.http.send("GET", "CarePlan", params={"page": str(page)}).json()
            more = any(one["relation"] == "next" for one in bundle["link"])
            records = [self.found(one["resource"]) for one in bundle["entry"]]
            page += 1
            yield Page(records=records, cursor=str(page), complete=not more, server="bench")

    def found(self, raw: Raw) -> Found:
        return Found(external_id=raw["id"], raw=raw, token=raw["meta"]["versionId"])

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        raise NotImplementedError

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        raise NotImplementedError

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        raise NotImplementedError

    def new(self, subject: Subject) -> Raw:
        return {"resourceType": "CarePlan", "subject": {"reference": f"Patient/{subject.client}"}}

    def get(self, raw: Raw, directory: Directory) -> Reading:
        record = transformed(raw)
        return Reading(client=record["client"], units=units_in(record, directory))

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        assert not changes.set, "care plans are read only"
        assert not changes.clear, "care plans are read only"
        return raw


class RecordConnector(Benchmarked):
    """Records with version numbers, confirmed by the answer to a write."""

    folder = "records"
    manifest = manifest(
        "records",
        token=Token.ENFORCED,
        token_ordered=True,
        create=Create.FINDABLE,
        confirm=Confirm.RESPONSE,
        lag_s=LAG_S,
    )

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        since, more = cursor or "0", True
        while more:
            body = call.http.send("GET", "records", params={"since": since}).json()
            since, more = str(body["next"]), body["more"]
            records = [self.found(one) for one in body["records"]]
            yield Page(records=records, cursor=since, complete=cursor is None and not more, server="bench")

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        body = call.http.send("GET", "records", params={"reference": str(marker)}).json()
        return [self.found(one) for one in body["records"]]

    def found(self, raw: Raw) -> Found:
        has_tokens = self.manifest.capabilities.token is not Token.NONE
        return Found(external_id=raw["id"], raw=raw, token=str(raw["version"]) if has_tokens else None)

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        found = self.found(call.http.send("POST", "records", json=raw).json())
        return Written(external_id=found.external_id, found=found)

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        headers = {"If-Match": f'"{found.token}"'} if found.token else {}
        answer = call.http.send("PUT", f"records/{found.external_id}", json=raw, headers=headers, allow={412})
        if answer.status == 412:
            raise ConflictError("somebody wrote in between")
        landed = self.found(answer.json())
        return Written(external_id=landed.external_id, found=landed)

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        return self.update(call, found, raw)

    def new(self, subject: Subject) -> Raw:
        return {"client": subject.client, "reference": str(subject.marker)}

    def get(self, raw: Raw, directory: Directory) -> Reading:
        reference = raw.get("reference")
        return Reading(
            client=raw["client"],
            units=units_in(raw, directory),
            marker=Marker.parse(reference) if reference else None,
        )

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        result = dict(raw)
        for key in changes.clear:
            result.pop(MEMBER[key], None)
        for key, value in changes.set.items():
            result[MEMBER[key]] = written(value, directory)
        return result

    def own(self, raw: Raw) -> Raw:
        return {name: value for name, value in raw.items() if name in OWN}

    def hints(self, request: Inbound) -> Sequence[Hint]:
        return [Hint(external_id=json.loads(request.body)["record"])]


class UntokenedConnector(RecordConnector):
    """The same without version numbers: only what a record says tells whether it changed."""

    manifest = manifest(
        "untokened", token=Token.NONE, create=Create.FINDABLE, confirm=Confirm.RESPONSE, lag_s=LAG_S
    )


class ReadBackConnector(RecordConnector):
    """The same where only reading shows that a write landed."""

    manifest = manifest(
        "readback",
        token=Token.ENFORCED,
        token_ordered=True,
        create=Create.FINDABLE,
        confirm=Confirm.READ,
    )


CONNECTORS = (CarePlanConnector, RecordConnector, UntokenedConnector, ReadBackConnector)


# The lens of a record, and what a bare script makes of a care plan.

MEMBER: Mapping[UnitKey, str] = {
    WHAT: "title",
    LIFE_DOMAIN: "category",
    DUTY: "task",
    CONDITIONS: "conditions",
    STATUS: "status",
}
OWN = frozenset({*MEMBER.values(), "client", "reference"})


def transformed(plan: Raw) -> dict[str, Any]:
    """A record that says what a care plan says."""
    detail = plan["activity"][0]["detail"]
    timing = detail["scheduledTiming"]
    return {
        "client": plan["subject"]["reference"].partition("/")[2],
        "title": plan["title"],
        "category": plan["category"][0]["text"],
        "task": {
            "who": detail["performer"][0]["reference"].partition("/")[2],
            "when": timing["code"]["text"],
            "days": timing["repeat"]["dayOfWeek"],
        },
        "conditions": plan["note"][0]["text"].strip(),
        "status": plan["status"],
    }


def units_in(record: Mapping[str, Any], directory: Directory) -> dict[UnitKey, UnitValue]:
    """The units that a record holds."""
    return {key: READ[key](record[name], directory) for key, name in MEMBER.items() if record.get(name)}


def _duty(task: Mapping[str, Any], directory: Directory) -> Duty:
    days = tuple(Weekday(DAYS.index(one)) for one in task["days"])
    return Duty(
        performer=directory.party(task["who"], PartyKind.PROFESSIONAL),
        schedule=Schedule(
            text=task["when"], timing=Recurrence(frequency=Frequency.WEEKLY, weekdays=days) if days else None
        ),
    )


READ: Mapping[UnitKey, Any] = {
    WHAT: lambda text, _: What(text=text),
    LIFE_DOMAIN: lambda text, _: LifeDomain(text),
    DUTY: _duty,
    CONDITIONS: lambda text, _: Conditions(text=text),
    STATUS: lambda text, _: Status(state=State(text)),
}


def written(value: UnitValue, directory: Directory) -> Any:
    """A unit as it stands in a record."""
    match value:
        case What() | Conditions():
            return value.text
        case Status():
            return str(value.state)
        case Duty(performer=who, schedule=Schedule(text=text, timing=timing)):
            days = timing.weekdays if isinstance(timing, Recurrence) else ()
            return {"who": directory.id_of(who), "when": text, "days": [DAYS[one] for one in days]}
        case _:
            return str(value)
