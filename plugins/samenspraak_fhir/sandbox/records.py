"""The versions of every resource: what a FHIR server keeps."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

Resource = dict[str, Any]
Method = Literal["POST", "PUT", "DELETE"]


def instant(moment: datetime) -> str:
    """A FHIR instant in UTC, with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, kw_only=True)
class Version:
    """One state of one resource; ``resource`` is None when it was deleted.

    ``at`` is what the server says (``meta.lastUpdated``), ``order`` what really came first.
    """

    type: str
    id: str
    version_id: str
    at: datetime
    order: datetime
    method: Method
    created: bool
    resource: Resource | None

    @property
    def key(self) -> str:
        return f"{self.type}/{self.id}"

    @property
    def etag(self) -> str:
        return f'W/"{self.version_id}"'


class Records:
    """All versions of all resources, oldest first; the caller holds the lock.

    Args:
        clock: what time it is.
        uuid_versions: version ids are UUIDs instead of counters.
        whole_seconds: ``meta.lastUpdated`` has no fraction, so versions can share one; else none do.
        lag: for how long reading does not show a write.
        told: is given each new version.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        uuid_versions: bool,
        whole_seconds: bool,
        lag: timedelta,
        told: Callable[[Version], object],
    ) -> None:
        self._clock = clock
        self._whole_seconds = whole_seconds
        self._uuid_versions = uuid_versions
        self._lag = lag
        self._told = told
        self._versions: dict[str, list[Version]] = {}
        self._latest = datetime.min.replace(tzinfo=UTC)

    def newest(self, key: str) -> Version | None:
        """The newest version on the primary; None when there never was one."""
        versions = self._versions.get(key)
        return versions[-1] if versions else None

    def visible(self, key: str) -> Version | None:
        """The newest version that reading shows already."""
        seen = self.history(key)
        return seen[-1] if seen else None

    def history(self, key: str) -> list[Version]:
        """Every version of this resource that reading shows already, oldest first."""
        horizon = self._clock() - self._lag
        return [one for one in self._versions.get(key, ()) if not self._lag or one.order <= horizon]

    def current(self, resource_type: str, *, primary: bool = False) -> Iterator[Version]:
        """The live resources of a type, as reading (or the primary) shows them."""
        for key in [key for key in self._versions if key.startswith(f"{resource_type}/")]:
            version = self.newest(key) if primary else self.visible(key)
            if version is not None and version.resource is not None:
                yield version

    def everything(self) -> Iterator[Version]:
        """The newest version of every resource that is not deleted."""
        for versions in self._versions.values():
            if versions[-1].resource is not None:
                yield versions[-1]

    def changes(self, resource_type: str) -> Iterator[Version]:
        """Every version of every resource of a type, as reading shows them."""
        for key in [key for key in self._versions if key.startswith(f"{resource_type}/")]:
            yield from self.history(key)

    def kept(self) -> dict[str, list[Version]]:
        """Everything there is now, for :meth:`restore`."""
        return {key: list(versions) for key, versions in self._versions.items()}

    def restore(self, kept: dict[str, list[Version]]) -> None:
        """As if nothing had been written since."""
        self._versions = kept

    def write(self, resource: Resource, method: Method) -> Version:
        """Store a new version; ``resource`` has a type, and an id unless the server may choose one."""
        stored = copy.deepcopy(resource)
        stored.setdefault("id", str(uuid.uuid4()))
        before = self.newest(f"{stored['resourceType']}/{stored['id']}")
        version = self._next(stored["resourceType"], stored["id"], before, method, stored)
        stored["meta"] = {
            **stored.get("meta", {}),
            "versionId": version.version_id,
            "lastUpdated": instant(version.at),
        }
        self._told(version)
        return version

    def delete(self, version: Version) -> Version:
        """Mark as deleted; the earlier versions stay readable."""
        return self._next(version.type, version.id, version, "DELETE", None)

    def _next(
        self,
        resource_type: str,
        resource_id: str,
        before: Version | None,
        method: Method,
        stored: Resource | None,
    ) -> Version:
        key = f"{resource_type}/{resource_id}"
        number = len(self._versions.get(key, ())) + 1
        order = self._tick()
        version = Version(
            type=resource_type,
            id=resource_id,
            version_id=str(uuid.uuid4()) if self._uuid_versions else str(number),
            at=order.replace(microsecond=0) if self._whole_seconds else order,
            order=order,
            method=method,
            created=before is None or before.resource is None,
            resource=stored,
        )
        self._versions.setdefault(key, []).append(version)
        return version

    def _tick(self) -> datetime:
        now = self._clock()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        self._latest = max(now, self._latest + timedelta(milliseconds=1))
        return self._latest
