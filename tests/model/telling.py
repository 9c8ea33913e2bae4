"""Systems that are told: ``thread`` in messages of which earlier ones stay, ``notice`` by thin notices.

``thread``: one copy per audience of named people; nothing of ours is read back but the mark of the last
message and whether it was closed · ``notice``: an app that is told that there is something, and fetches it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from model.connectors import CARRIED, RecordConnector, manifest, permit
from model.members import OVER, member_of, text_of, units_in
from model.systems import System

from samenspraak.connectors import (
    Absence,
    Call,
    Carries,
    Changes,
    Confirm,
    Create,
    Directory,
    End,
    Found,
    Marker,
    MayEnd,
    Raw,
    Readers,
    Reading,
    Subject,
    SystemKind,
    Token,
    Write,
    Written,
)
from samenspraak.domain.agreements import State, Status
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import STATUS, UnitKey, UnitKind, UnitValue

_HIDEABLE = "conditions"
"""What readers may lose sight of while the rest stays: then no earlier message keeps it."""


class ToldConnector(RecordConnector):
    """Writes are posts: what is there already is not posted twice, and nobody's post undoes another's."""

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        def effect() -> Written:
            self.system.keep(found.external_id, self.posted(self.checked(found), found.raw, raw))
            return self.written(found.external_id)

        return self.system.wire.write(self.system, permit(call), raw, found.raw, effect)

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        return self.update(call, found, self.emptied(raw) if how is End.RETRACTED else raw)

    def marked(self, marker: Marker) -> list[Found]:
        """Only one that is open; a closed one stays as it is."""
        return [one for one in super().marked(marker) if one.raw["status"]["state"] not in OVER]

    def heard(self, answer: Mapping[str, Any]) -> Statement:
        """Somebody there agrees to the terms that have this mark."""
        return Statement(
            id=f"{self.connector_id}:{answer['id']}",
            kind=StatementKind.ASSENT,
            by=PartyRef(kind=PartyKind.RELATIVE, id=answer["by"]),
            at=datetime.fromisoformat(answer["at"]),
            through=self.connector_id,
            terms=answer["mark"],
        )

    def posted(self, now: Raw, before: Raw, raw: Raw) -> Raw:
        """The record as it is now, with what was posted."""
        raise NotImplementedError

    def emptied(self, raw: Raw) -> Raw:
        """The record without a word of ours."""
        raise NotImplementedError


class ThreadConnector(ToldConnector):
    manifest = manifest(
        "thread",
        {kind: Carries(read=kind is UnitKind.STATUS, write=Write.APPEND) for kind in CARRIED},
        kind=SystemKind.PLATFORM,
        readers=Readers.NAMED,
        addresses=frozenset({PartyKind.RELATIVE}),
        absence=Absence.NEVER,
        may_end=MayEnd.NOTHING,
        create=Create.FINDABLE,
        confirm=Confirm.RESPONSE,
        token=Token.COMPARED,
        lag_s=2.0,
        keeps_marks=True,
    )

    def new(self, subject: Subject) -> Raw:
        return {
            "client": subject.client,
            "ref": str(subject.marker),
            "readers": sorted(subject.readers),
            "status": {"state": "active"},
            "messages": [],
            "answers": [],
        }

    def get(self, raw: Raw, directory: Directory) -> Reading:
        shown = [one for one in raw["messages"] if one["says"]]
        last = shown[-1] if shown else None
        status = {"status": raw["status"]}
        if last and raw["status"]["state"] not in OVER:
            status = {"status": last["says"]["status"]}
        return Reading(
            client=raw["client"],
            units=dict(units_in(status, directory)),
            marker=Marker.parse(raw["ref"]),
            mark=last["mark"] if last else None,
            said=[self.heard(one) for one in raw["answers"]],
        )

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        says = told(changes.set, directory)
        status = changes.set.get(STATUS)
        result = {**raw, "messages": [dict(one) for one in raw["messages"]]}
        gone = {member_of(key) for key in changes.clear}
        gone |= {_HIDEABLE} - says.keys() if changes.mark else set()
        for message in result["messages"]:
            if gone & message["says"].keys():
                message["says"] = {}
        if isinstance(status, Status) and status.is_over:
            result["status"] = text_of(status, directory)
        elif changes.mark:
            result["messages"].append({"mark": changes.mark, "says": says})
        return result

    def posted(self, now: Raw, before: Raw, raw: Raw) -> Raw:
        known = {one["mark"]: one for one in before["messages"]}
        result = {**now, "messages": list(now["messages"])}
        there = {one["mark"]: place for place, one in enumerate(now["messages"])}
        for message in raw["messages"]:
            mark = message["mark"]
            if mark not in there:
                result["messages"].append(message)
            elif message != known.get(mark) and mark in known:
                result["messages"][there[mark]] = message
        if raw["status"] != before["status"]:
            result["status"] = raw["status"]
        return result

    def emptied(self, raw: Raw) -> Raw:
        messages = [{**one, "says": {}} for one in raw["messages"]]
        return {**raw, "messages": messages, "status": {"state": State.WITHDRAWN.value}}


class NoticeConnector(ToldConnector):
    manifest = manifest(
        "notice",
        {kind: Carries(read=kind is UnitKind.STATUS, write=Write.PUSH) for kind in CARRIED},
        kind=SystemKind.PLATFORM,
        readers=Readers.EVERYONE,
        absence=Absence.NEVER,
        may_end=MayEnd.NOTHING,
        create=Create.FINDABLE,
        confirm=Confirm.RESPONSE,
        token=Token.NONE,
        lag_s=2.0,
        keeps_marks=True,
    )

    def new(self, subject: Subject) -> Raw:
        return {
            "client": subject.client,
            "ref": str(subject.marker),
            "status": {"state": "active"},
            "notices": [],
            "shows": {},
            "heard": "",
            "fetched": "",
            "answers": [],
        }

    def get(self, raw: Raw, directory: Directory) -> Reading:
        return Reading(
            client=raw["client"],
            units=dict(units_in({"status": raw["status"]}, directory)),
            marker=Marker.parse(raw["ref"]),
            mark=self._mark(raw),
            said=[self.heard(one) for one in raw["answers"]],
        )

    def _mark(self, raw: Raw) -> str | None:
        """The last notice, or what the app acknowledged to have fetched since, if that is another."""
        last = raw["notices"][-1] if raw["notices"] else None
        digest, _, number = (last or "").partition("#")
        is_other = raw["heard"] == last and raw["fetched"] != digest
        return f"{raw['fetched']}#{number}" if last and is_other else last

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        """A notice says that there is something, not what."""
        status = changes.set.get(STATUS)
        result = {**raw, "notices": list(raw["notices"])}
        if isinstance(status, Status):
            result["status"] = text_of(status, directory)
        if changes.mark:
            result["notices"].append(changes.mark)
        return result

    def posted(self, now: Raw, before: Raw, raw: Raw) -> Raw:
        fresh = [one for one in raw["notices"] if one not in now["notices"]]
        over = raw["status"]["state"] in OVER
        status = raw["status"] if raw["status"] != before["status"] else now["status"]
        return {
            **now,
            "notices": [*now["notices"], *fresh] if raw["notices"] else [],
            "status": status,
            "shows": {} if over else now["shows"],
        }

    def emptied(self, raw: Raw) -> Raw:
        """The notice that it is no longer available; none from before counts."""
        return {**raw, "status": {"state": State.WITHDRAWN.value}, "notices": [], "shows": {}}


def told(units: Mapping[UnitKey, UnitValue], directory: Directory) -> dict[str, Any]:
    """What people read of these units, member by member."""
    return {member_of(key): text_of(value, directory) for key, value in units.items()}


def shows(system: System, record_id: str, says: Mapping[str, Any], mark: str) -> None:
    """The app fetched what there is, by the name the hub gives it, and shows it."""
    raw = system.now(record_id) or {}
    heard = raw["notices"][-1]
    system.keep(record_id, {**raw, "shows": dict(says), "fetched": mark, "heard": heard})


def agrees(system: System, record_id: str, answer: Mapping[str, Any]) -> None:
    """Somebody agrees to what they read there."""
    raw = system.now(record_id) or {}
    system.keep(record_id, {**raw, "answers": [*raw["answers"], answer]})
