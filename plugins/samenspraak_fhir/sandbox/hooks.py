"""Subscriptions of type rest-hook: who is told that a resource changed.

Sources (read November 2026): https://hl7.org/fhir/R4/subscription.html: the server makes a requested
subscription active; on a create or update that meets ``criteria`` it posts to ``endpoint`` with the headers
of the channel, and without ``payload`` the body is empty. A deletion is not told. A channel that does not
answer well puts the subscription in status ``error`` with a text. Koppeltaal (TOP-KT-006) is alike.
"""

from __future__ import annotations

import contextlib
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from samenspraak_fhir.sandbox import search
from samenspraak_fhir.sandbox.records import Resource, Version

_PATIENCE_SECONDS = 5.0

Failed = Callable[[Resource, str], object]
"""What to do with a subscription whose channel did not answer well, and why it did not."""


def accepted(resource: Resource) -> Resource:
    """A subscription as the server keeps it: what was requested is active."""
    is_asked = resource["resourceType"] == "Subscription" and resource.get("status") == "requested"
    return {**resource, "status": "active"} if is_asked else resource


def concerned(version: Version, subscriptions: Iterator[Version]) -> list[Resource]:
    """The active subscriptions whose criteria this version meets."""
    found = [one.resource for one in subscriptions if one.resource]
    return [one for one in found if one.get("status") == "active" and _meets(version, str(one["criteria"]))]


def _meets(version: Version, criteria: str) -> bool:
    kind, _, query = criteria.partition("?")
    if version.type != kind or version.resource is None:
        return False
    return bool(search.matching(iter([version]), parse_qsl(query, keep_blank_values=True)))


def notify(subscription: Resource, failed: Failed) -> None:
    """Tell one subscriber, without keeping whoever wrote waiting."""
    threading.Thread(target=_post, args=(subscription, failed), daemon=True).start()


def _post(subscription: Resource, failed: Failed) -> None:
    channel: Mapping[str, Any] = subscription["channel"]
    request = urllib.request.Request(channel["endpoint"], data=b"", method="POST")  # noqa: S310  # as asked
    for header in channel.get("header", ()):
        name, _, value = header.partition(":")
        request.add_header(name.strip(), value.strip())
    try:
        with contextlib.closing(urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS)):  # noqa: S310
            return
    except OSError as error:
        failed(subscription, type(error).__name__)
