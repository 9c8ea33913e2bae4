"""How far the changes of Ons were read: per stream a moment, and which client's plan comes next.

Moments come from Ons (``updatedAt``), never from our clock. What ``since`` means without an offset is not
documented, so it is asked for in Dutch time with an overlap that also holds if it is UTC.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from samenspraak.domain.local_time import local
from samenspraak.errors import StaleError
from samenspraak_ons.interface import Json


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place in what there is to read.

    ``since``: per stream the last change seen · ``client``: whose plan is read next (None: the first) ·
    ``heard``: when Ons answered last, by its own clock.
    """

    since: Mapping[str, datetime] = field(default_factory=dict)
    client: int | None = None
    heard: datetime | None = None

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """The reverse of ``str``.

        Raises:
            StaleError: this is no place of ours.
        """
        if cursor is None:
            return cls()
        try:
            told = json.loads(cursor)
            since = {str(kind): _moment(one) for kind, one in told["since"].items()}
            heard = _moment(told["heard"]) if told["heard"] else None
            return cls(since=since, client=told["client"], heard=heard)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise StaleError("This cursor is no place in Ons; everything is read again.") from None

    def __str__(self) -> str:
        told = {
            "since": {kind: one.isoformat() for kind, one in self.since.items()},
            "client": self.client,
            "heard": self.heard.isoformat() if self.heard else None,
        }
        return json.dumps(told, separators=(",", ":"))

    def after(self, kind: str, told: list[Json]) -> Self:
        """This place after these objects of a stream."""
        moments = [moment for one in told if (moment := _updated(one)) is not None]
        known = self.since.get(kind)
        latest = max([*moments, *([known] if known else [])], default=None)
        return replace(self, since={**self.since, **({kind: latest} if latest else {})})

    def since_heard(self, overlap: timedelta) -> str | None:
        """The moment Ons answered last, to give as ``since``; None: it never did."""
        return None if self.heard is None else _since(self.heard - overlap)

    def asked(self, kind: str, overlap: timedelta) -> str | None:
        """What to give as ``since``; None: everything."""
        if kind not in self.since:
            return None
        return _since(self.since[kind] - overlap)


def _since(moment: datetime) -> str:
    return local(moment).strftime("%Y-%m-%dT%H:%M:%S.000")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment


def _updated(told: Json) -> datetime | None:
    try:
        return _moment(str(told.get("updatedAt")))
    except ValueError:
        return None
