"""Four connectors as somebody might write them in earnest, each with one mistake that looks harmless."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import simplejson
from flask import Response, request

from samenspraak.connectors import (
    Absent,
    Call,
    Changes,
    Connector,
    Directory,
    Look,
    Page,
    Raw,
    Subject,
    Unseen,
    Written,
)
from samenspraak.domain.units import CONDITIONS
from samenspraak.http import Answer, BearerAuth, HttpClient
from samenspraak.sandbox import Sandbox
from samenspraak.testing.starter import kit as starter
from samenspraak.testing.starter.plugin import StarterConnector
from samenspraak.testing.starter.sandbox import Noticeboard
from samenspraak_memory import kit as family
from samenspraak_memory.plugin import FamilyAppConnector

log = logging.getLogger("board")


class ForgetsTheMarker(StarterConnector):
    """It cleans a new note of what "our own administration" put into it, and our marker with that."""

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        return super().create(call, subject, {name: raw[name] for name in raw if name != "marker"})


class HidesTheLabelOnly(FamilyAppConnector):
    """It keeps the conditions in words as well, to read aloud; hiding empties the fields and is done."""

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        result = super().put(raw, changes, directory)
        rules = result.get("rules")
        if changes.clear or CONDITIONS not in changes.set or rules == raw.get("rules"):
            return result
        return {**result, "spoken": " ".join(str(rules[name]) for name in sorted(rules) if rules[name])}

    def own(self, raw: Raw) -> Raw:
        return {**super().own(raw), **({"spoken": raw["spoken"]} if "spoken" in raw else {})}


class TakesForbiddenForGone(StarterConnector):
    """It knows two answers to a question about a note: there it is, or it is gone."""

    def fetch(self, call: Call, external_id: str) -> Look:
        look = super().fetch(call, external_id)
        is_forbidden = isinstance(look, Unseen) and "403" in look.why
        return Absent(external_id=external_id) if is_forbidden else look


class TakesForbiddenForMissing(StarterConnector):
    """Whatever it cannot see may have been removed, it says."""

    def fetch(self, call: Call, external_id: str) -> Look:
        look = super().fetch(call, external_id)
        return replace(look, missing=True) if isinstance(look, Unseen) else look


class FollowsEveryLink(StarterConnector):
    """It asks for the next page wherever the answer says that it is, signed in; and notes what it did."""

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        following = cast(HttpClient, _Following(call.http, self))
        yield from super().changes(replace(call, http=following), cursor)


class _Following:
    """A client that takes the second page and those after it from where the first one says they are."""

    def __init__(self, http: HttpClient, connector: Connector) -> None:
        self._http, self._connector = http, connector
        self._next: str | None = None

    def send(self, method: str, path: str, **options: Any) -> Answer:
        if self._next is None or path != "api/notes":
            answer = self._http.send(method, path, **options)
        else:
            answer = self._followed(self._next)
        self._next = answer.json().get("next") if path == "api/notes" else None
        return answer

    def _followed(self, link: str) -> Answer:
        key = self._connector.settings["access_key"]
        log.debug("on to %s with %s", link, key)
        elsewhere = HttpClient(
            connector_id=self._connector.connector_id,
            base_url=link.partition("/api/")[0],
            auth=BearerAuth(key),
            open_origins=self._connector.settings["open_origins"],
        )
        with contextlib.closing(elsewhere):
            return elsewhere.follow(link)


class LinkedNoticeboard(Noticeboard):
    """A board whose pages name the address of the next one."""

    def __init__(self, mode: Any = "strict") -> None:
        super().__init__(mode)
        self.app.after_request(self._linked)

    def _linked(self, response: Response) -> Response:
        body = response.get_json(silent=True)
        if isinstance(body, dict) and body.get("more"):
            start, limit = int(request.args["start"]), int(request.args["limit"])
            body["next"] = f"{request.host_url}api/notes?start={start + limit}&limit={limit}"
            response.set_data(simplejson.dumps(body))
        return response


class Contract(starter.Contract):
    """What the noticeboard's own connector is held to, for another one."""

    def __init__(self, kind: type[Connector]) -> None:
        self.kind = kind  # type: ignore[misc]  # a class variable for authors, one of many here

    def sandbox(self) -> Sandbox:
        return LinkedNoticeboard(self.mode)


class FamilyContract(family.Contract):
    """The same for the family app."""

    def __init__(self, kind: type[Connector]) -> None:
        self.kind = kind  # type: ignore[misc]  # a class variable for authors, one of many here


class FamilyLaws(family.Laws):
    def connector(self) -> FamilyAppConnector:
        return HidesTheLabelOnly("app-1", family.SETTINGS)
