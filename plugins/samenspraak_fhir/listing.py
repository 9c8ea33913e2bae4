"""What is read of a dossier, page by page: who is who, what clients allow, then the plans."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from samenspraak.connectors import Absent, Call, Page
from samenspraak.domain.local_time import local_day
from samenspraak.errors import ConflictError, InvalidRecordError, PermanentError
from samenspraak.http import HttpClient
from samenspraak.protocols import fhir
from samenspraak_fhir import names, people, permissions, reading, subscribing
from samenspraak_fhir.records import found_in
from samenspraak_fhir.server import CONSENT, PLAN, TASK, Server


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One dossier by its settings. ``page``: how many records we ask for at a time."""

    settings: Mapping[str, Any]
    page: int

    @property
    def base_url(self) -> str:
        return str(self.settings["base_url"])

    @property
    def addresses(self) -> Sequence[str]:
        """Where the server is, and by which addresses it calls itself."""
        return (self.settings["base_url"], *self.settings["own_addresses"])

    @property
    def overlap(self) -> timedelta:
        return timedelta(seconds=self.settings["overlap_seconds"])

    @property
    def categories(self) -> Sequence[str]:
        """What the admin chose; the plans that we make are always agreements."""
        return tuple(dict.fromkeys([*self.settings["categories"], f"{names.CATEGORY}|{names.AGREEMENT}"]))

    def selection(self) -> fhir.Params:
        tokens = [fhir.token(*one.split("|", 1)) for one in self.categories]
        return [("category", ",".join(tokens))]

    def sweep(self, call: Call, kind: str, params: fhir.Params, here: fhir.Cursor) -> Iterator[fhir.Batch]:
        since = here.moments.get(kind)
        return fhir.sweep(call.http, kind, params, since=since, page=self.page, overlap=self.overlap)

    def pages(self, call: Call, cursor: str | None, told: Server) -> Iterator[Page]:
        """People first, so that who performs is known before what; then the plans, and what was deleted.

        Plans by the history of the type, which tells all; else by moment of change; else all of them. A plan
        that was deleted where no history tells it is only missed in a listing of everything.
        """
        here = fhir.Cursor.parse(cursor)
        if PLAN not in here.moments:
            self._subscribe(call, told)
        for one in (self._people, self._allowed, self._answered, self._plans):
            for page, upto in one(call, here, told):
                here = upto
                yield replace(page, cursor=str(here), server=told.identity)

    def _people(self, call: Call, here: fhir.Cursor, told: Server) -> Steps:
        for kind in filter(told.reads, people.TYPES):
            for batch in self.sweep(call, kind, [], here):
                here = here.at(kind, batch.upto)
                parties, apart = people.parties(
                    batch.resources,
                    self.settings["volunteer_roles"],
                    partial(_name, call.http),
                    local_day(call.now),
                )
                yield Page(parties=parties, records=apart), here

    def _allowed(self, call: Call, here: fhir.Cursor, told: Server) -> Steps:
        """What clients allow; nothing of it where we may not read it."""
        if not told.reads(CONSENT):
            return
        with contextlib.suppress(PermanentError):
            for batch in self.sweep(call, CONSENT, [], here):
                here = here.at(CONSENT, batch.upto)
                allowed, apart = permissions.consents(batch.resources, self.addresses)
                usable = {one.external_id for one in allowed} - {one.external_id for one in apart}
                page = Page(
                    consents=allowed, records=apart, touched=sorted(usable), consents_whole=batch.is_whole
                )
                yield page, here

    def _answered(self, call: Call, here: fhir.Cursor, told: Server) -> Steps:
        """The plans about which somebody answered an approval."""
        if not (self.settings["approvals"] and told.can_approve):
            return
        since = here.moments.get(TASK)
        for batch in self.sweep(call, TASK, [("identifier", fhir.token(names.APPROVAL, ""))], here):
            here = here.at(TASK, batch.upto)
            news = [
                one
                for one in batch.resources
                if self._is_news(fhir.last_updated(one), since, batch.present or call.now)
            ]
            focus = (fhir.reference_key(fhir.element(one, "focus"), *self.addresses) for one in news)
            yield Page(touched=sorted({one for one in focus if one})), here

    def _plans(self, call: Call, here: fhir.Cursor, told: Server) -> Steps:
        heard = self._heard(call, here) if told.tells_history else None
        if heard is not None:
            yield heard
            return
        for batch in self.sweep(call, PLAN, self.selection(), here):
            here = here.at(PLAN, batch.upto)
            records = [found_in(call, one) for one in batch.resources]
            yield Page(records=records, complete=batch.is_whole), here

    def _heard(self, call: Call, here: fhir.Cursor) -> tuple[Page, fhir.Cursor] | None:
        """What the history of plans tells since the cursor; None when it cannot tell."""
        since = here.moments.get(PLAN)
        if since is None:
            return None
        told = fhir.told(call.http, PLAN, since=since, page=self.page, overlap=self.overlap)
        if told is None:
            return None
        gone = [Absent(external_id=one.key) for one in told.changes if one.resource is None]
        ours = [one.resource for one in told.changes if one.resource and self._is_ours(one.resource)]
        now = told.present or call.now
        others = [
            one.key
            for one in told.changes
            if one.resource and not self._is_ours(one.resource) and self._is_news(one.at, since, now)
        ]
        page = Page(records=[*(found_in(call, one) for one in ours), *gone], touched=others)
        return page, here.at(PLAN, told.upto)

    def _is_ours(self, plan: fhir.Resource) -> bool:
        return reading.is_agreement(plan, self.categories)

    def _is_news(self, at: datetime | None, since: datetime | None, now: datetime) -> bool:
        """Whether something told again, because readings overlap, may still be new to us.

        What is only said to have changed would else be looked at with every reading. ``now`` is by the clock
        that ``at`` is of: a server that counts in seconds gives two changes one moment, and by a hub that is
        ahead of it the second would be old at once.
        """
        is_recent = at is not None and now - at < 2 * self.overlap + _SETTLING
        return at is None or since is None or at > since or is_recent

    def _subscribe(self, call: Call, server: Server) -> None:
        """Ask to be told of changes, where the admin said at which address. Refused: we look by ourselves."""
        url, key = self.settings["hook_url"], self.settings["hook_key"]
        if not (url and key and server.writes("Subscription")):
            return
        criteria = f"{PLAN}?category={dict(self.selection())['category']}"
        with contextlib.suppress(ConflictError, InvalidRecordError, PermanentError):
            subscribing.keep(call.http, criteria=criteria, url=url, key=key)


Steps = Iterator[tuple[Page, fhir.Cursor]]
"""Pages, each with the place up to which everything was read then."""

_SETTLING = timedelta(minutes=2)


def _name(http: HttpClient, key: str) -> str:
    """The name of the Practitioner behind a role."""
    answer = fhir.read(http, key) if key.startswith("Practitioner/") else None
    return people.name_of(fhir.resource(answer, "Practitioner")) if answer and answer.status == 200 else ""
