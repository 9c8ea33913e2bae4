"""What RegiCare holds now: lists read under one steady sign-in, put together as records.

There is no change feed, no modification date and no paging (care-apis §4.1), so every look is a whole list.
Whether a list is whole is proved, not assumed: its length equals the count asked beside it (`…Aantal`), no
id is there twice, and our account held from the first call to the last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import simplejson

from samenspraak.connectors import ExternalParty, Found, Raw, SetApart
from samenspraak.domain.local_time import local_day
from samenspraak.domain.parties import Identifier, PartyKind
from samenspraak.errors import ConfigurationError, InvalidRecordError, TransientError
from samenspraak.http import HttpClient

from . import proposals, records
from .codes import UnknownIdError
from .lookups import ids_of
from .session import Asked
from .words import Words, fold

POOL = "vrijwilligers"
"""What we call the group of all volunteers; no person there has an id that is no number."""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A proposal of ours.

    ``target``: ``activiteit`` or ``vacature`` · ``becomes``: the activity staff made of it, or ''.
    """

    id: str
    target: str
    target_id: str
    mark: str
    remark: str
    label: str
    reason: str = ""
    becomes: str = ""

    @property
    def waiting(self) -> str:
        """The id under which the hub remembers it."""
        return f"{self.target}:{self.id}"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Everything in the selection. ``complete``: provably; ``digest``: of what it says, in no order."""

    found: list[Found | SetApart]
    complete: bool
    digest: str
    persons: Mapping[str, Person] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody a placement names. ``clients``: whose tasks; for a client the same person."""

    id: str
    kind: PartyKind
    label: str
    clients: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads in the name of ``session``. ``settings``: loaded with :class:`RegiCareSettings`."""

    session: Asked
    words: Words
    settings: Mapping[str, Any]
    back: timedelta
    ahead: timedelta

    # Whole looks.

    def snapshot(self, http: HttpClient, now: datetime) -> Snapshot:
        """Every task of the types in the settings.

        Raises:
            TransientError: the lists changed while they were read; look again.
            ConfigurationError: the settings name a type that RegiCare does not have.
        """
        return self.session.steadily(http, lambda: self._snapshot(http, now))

    def one(self, http: HttpClient, activity_id: str, now: datetime) -> Raw:
        """One record.

        Raises:
            UnknownIdError: RegiCare does not know it, or does not show it to us.
            InvalidRecordError: it cannot be used.
        """
        if not activity_id.isdecimal():
            raise UnknownIdError("no activity has an id that is not a number")
        return self.session.steadily(http, lambda: self._one(http, activity_id, now))

    def _snapshot(self, http: HttpClient, now: datetime) -> Snapshot:
        activities, complete = self._activities(http)
        meetings = self._by_activity(self._meetings(http, now), "bijeenkomst", known=bool(activities))
        placements = self._by_activity(self._placements(http), "plaatsing", known=bool(activities))
        marks = self._marks(http)
        found: list[Found | SetApart] = []
        for key, activity in sorted(activities.items(), key=lambda pair: int(pair[0])):
            try:
                raw = self._record(activity, placements.get(key, []), meetings.get(key, []), marks.get(key))
                found.append(Found(external_id=key, raw=raw))
            except InvalidRecordError as error:
                found.append(SetApart(external_id=key, field=error.field, why=str(error)))
        persons = _persons(one.raw for one in found if isinstance(one, Found))
        said = simplejson.dumps([_told(one) for one in found], sort_keys=True, ensure_ascii=False)
        digest = hashlib.sha256(said.encode()).hexdigest()[:32]
        return Snapshot(found=found, complete=complete, digest=digest, persons=persons)

    def _one(self, http: HttpClient, activity_id: str, now: datetime) -> Raw:
        activity = self.session.call(http, "activiteitInformatie", activiteitID=int(activity_id))
        meetings = self._by_activity(self._meetings(http, now, activity_id), "bijeenkomst")
        placements = self._by_activity(self._placements(http), "plaatsing")
        mine = placements.get(activity_id, []), meetings.get(activity_id, [])
        return self._record(activity, *mine, self._marks(http).get(activity_id))

    def _record(self, activity: Any, placements: list[Any], meetings: list[Any], mark: str | None) -> Raw:
        raw = records.record(activity, placements, meetings, names=self._names)
        return {**raw, "kenmerk": mark or ""}

    # Lists.

    def _activities(self, http: HttpClient) -> tuple[dict[str, Any], bool]:
        wanted = {"activiteittype": self.activity_types(http)}
        listed = _list(self.session.call(http, "activiteitOverzicht", filter=wanted), "activiteitOverzicht")
        count = self.session.call(http, "activiteitOverzichtAantal", filter=wanted)
        activities = {_id(one, "activiteitID"): one for one in listed}
        whole = _count(count) == len(listed) == len(activities) and "" not in activities
        whole = whole and self.session.proves_absence
        return {key: one for key, one in activities.items() if key}, whole

    def _meetings(self, http: HttpClient, now: datetime, activity_id: str = "") -> list[Any]:
        """The meetings in the window; a shorter list than the count would hide a cancellation."""
        today = local_day(now)
        wanted: dict[str, Any] = {
            self.name("startDatumVanaf"): _day(today - self.back),
            self.name("startDatumTot"): _day(today + self.ahead),
        }
        if activity_id:
            wanted["activiteitID"] = int(activity_id)
        method = "activiteitBijeenkomstOverzicht"
        listed = _list(self.session.call(http, method, filter=wanted), method)
        if _count(self.session.call(http, f"{method}Aantal", filter=wanted)) != len(listed):
            raise TransientError("the meetings changed while they were read")
        return listed

    def _placements(self, http: HttpClient) -> list[Any]:
        method = "vacaturebankVacatureGeplaatst"
        return _list(self.session.call(http, method, werksoortID=self.kind_of_work(http)), method)

    def _marks(self, http: HttpClient) -> dict[str, str]:
        """Which tasks staff made out of an application of ours: activity id → our marker."""
        becomes = self.name("geplaatstActiviteitID")
        placed = ((_id(one, becomes), mark) for one, mark in self._marked(self._applications(http)))
        return {key: mark for key, mark in placed if key}

    def registrations(self, http: HttpClient) -> list[Registration]:
        """Our proposals about tasks that exist."""
        listed = self.session.call(http, "activiteitIngeschreven", filter={})
        return list(self._ours(_list(listed, "activiteitIngeschreven"), "activiteit"))

    def applications(self, http: HttpClient) -> list[Registration]:
        """Our proposals for new tasks."""
        return list(self._ours(self._applications(http), "vacature"))

    def _applications(self, http: HttpClient) -> list[Any]:
        method = "vacaturebankVacatureIngeschreven"
        return _list(self.session.call(http, method, werksoortID=self.kind_of_work(http), filter={}), method)

    def _marked(self, listed: list[Any]) -> Iterator[tuple[Any, str]]:
        """Those that carry a mark of ours; what others registered is not read any further."""
        for one in listed:
            remark = one.get(self.name("opmerking"))
            if isinstance(remark, str) and (mark := proposals.mark_of(records.text(remark))) is not None:
                yield one, mark

    def _ours(self, listed: list[Any], target: str) -> Iterator[Registration]:
        becomes = self.name("geplaatstActiviteitID")
        for one, mark in self._marked(listed):
            known = records.members(one, records.REGISTRATION, self._names, where="inschrijving")
            yield Registration(
                id=known["inschrijvingID"],
                target=target,
                target_id=_id(one, f"{target}ID"),
                mark=mark,
                remark=known["opmerking"],
                label=next(iter(known["status"].values()), ""),
                reason=known["reden"],
                becomes=_id(one, becomes),
            )

    def activity_types(self, http: HttpClient) -> list[int]:
        """The ids of the activity types in the settings.

        Raises:
            ConfigurationError: RegiCare has no such type; those it has are named.
        """
        return self._ids(http, "activiteittype", self.words.activity_types.known, setting="activity_types")

    def kind_of_work(self, http: HttpClient) -> int:
        """The id of the kind of work in the settings, found by its label when there is one.

        Raises:
            ConfigurationError: RegiCare has no such kind of work; those it has are named.
        """
        if not (label := self.settings["kind_of_work"]):
            return int(self.settings["kind_of_work_id"])
        (found,) = self._ids(http, self.name("werksoort"), [label], setting="kind_of_work")
        return found

    def _ids(self, http: HttpClient, table: str, labels: Sequence[str], *, setting: str) -> list[int]:
        tables = self.session.call(http, "activiteitFilter", volledig=True)
        return ids_of(tables, table, labels, setting=setting)

    def intake_vacancy(self, http: HttpClient) -> int | None:
        """The id of the vacancy for proposals, or None when there is none with that title."""
        title = fold(self.settings["intake_vacancy"])
        method = "vacaturebankVacatureOverzicht"
        listed = (
            self.session.call(http, method, werksoortID=self.kind_of_work(http), filter={}) if title else []
        )
        fitting = (one for one in _list(listed, method) if fold(str(one.get("omschrijving", ""))) == title)
        found = next(fitting, None)
        return int(_id(found, "vacatureID")) if found else None

    # People.

    def party(self, http: HttpClient, person: Person) -> Iterator[ExternalParty]:
        """Somebody as RegiCare knows them, once for each client whose tasks they do."""
        try:
            profile = self.session.call(http, "profielPersoonGegevens", persoonID=int(person.id))
        except UnknownIdError:
            profile = {}
        member, system = self.settings["person_number"], self.settings["person_number_system"]
        given = records.text(profile.get(member)) if member and system else ""
        for client in sorted(person.clients):
            yield ExternalParty(
                external_id=person.id,
                kind=person.kind,
                name=person.label,
                first_name=records.text(profile.get("roepnaam")),
                birth_date=_birth_date(profile) if person.kind is PartyKind.CLIENT else None,
                identifiers=frozenset({Identifier(system=system, value=given)} if given else ()),
                client=client,
            )

    def pool(self) -> Iterator[ExternalParty]:
        """The group that stands for any volunteer, when it has a name."""
        if name := self.settings["volunteers"]:
            yield ExternalParty(external_id=POOL, kind=PartyKind.GROUP, name=name, volunteers=True)

    # Names.

    @property
    def _names(self) -> Mapping[str, str]:
        names: Mapping[str, str] = self.settings["names"]
        return names

    def name(self, inferred: str) -> str:
        """What a name we inferred is called in this RegiCare."""
        return self._names.get(inferred, inferred)

    def _by_activity(self, listed: list[Any], what: str, *, known: bool = True) -> dict[str, list[Any]]:
        """What belongs to which activity; what belongs to none is no concern of ours.

        ``known``: there are activities that some of them should belong to.

        Raises:
            ConfigurationError: none of them names one, so they must name it otherwise.
        """
        member = self._names.get(f"{what}.activiteitID", "activiteitID")
        found: dict[str, list[Any]] = {}
        for one in listed:
            found.setdefault(_id(one, member), []).append(one)
        if known and found.keys() == {""}:
            raise ConfigurationError(
                f"no {what} names its activity in '{member}'; set {what}.activiteitID in names"
            )
        return {key: ones for key, ones in found.items() if key}


def _list(answer: Any, method: str) -> list[Any]:
    if answer is None:
        return []
    if not isinstance(answer, list) or not all(isinstance(one, Mapping) for one in answer):
        raise TransientError(f"{method}: the answer is no list of objects")
    return answer


def _count(answer: Any) -> int:
    try:
        return int(records.number(answer))
    except ValueError:
        return -1


def _id(one: Mapping[str, Any], member: str) -> str:
    try:
        return records.optional_number(one.get(member))
    except ValueError:
        return ""


def _day(day: date) -> str:
    return day.isoformat()


def _told(one: Found | SetApart) -> Any:
    return [one.external_id, one.raw if isinstance(one, Found) else one.field]


def _birth_date(profile: Mapping[str, Any]) -> date | None:
    try:
        written = records.day(profile.get("geboortedatum"))
    except ValueError:
        return None
    return date.fromisoformat(written) if written else None


def _persons(raws: Iterator[Raw]) -> dict[str, Person]:
    found: dict[str, Person] = {}
    for raw in raws:
        client = next(iter(raw["plaatsing"]["hulpvrager"]), "")
        for member, kind in (("hulpvrager", PartyKind.CLIENT), ("vrijwilliger", PartyKind.VOLUNTEER)):
            for key, label in raw["plaatsing"][member].items():
                known = found.get(f"{kind}:{key}")
                clients = (known.clients if known else frozenset()) | ({client} if client else set())
                found[f"{kind}:{key}"] = Person(id=key, kind=kind, label=label, clients=clients)
    return found
