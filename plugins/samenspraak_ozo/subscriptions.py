"""Asking the platform to ping us: our subscriptions are made, mended and switched off here.

Sources: interaction-messaging.md and technical-aaa-proxy.md ("Task subscription behavior", "Content
validation"): a rest-hook to an HTTPS address with an empty payload; ``Task?status=requested`` fires on every
new message for the owner. A system credential sees everybody, so the criteria are narrowed as the proxy
narrows those of a professional. resource-lifecycle.md: a subscription is not removed, its status is ``off``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from samenspraak.http import HttpClient
from samenspraak.protocols import fhir
from samenspraak_ozo.listing import OUR_MESSAGES, pages
from samenspraak_ozo.threads import Resource

HOOK_HEADER = "X-Samenspraak-Key"
_ASKED = frozenset({"requested", "active"})
_OFF = "off"


def keep(http: HttpClient, settings: Mapping[str, Any]) -> None:
    """See to it that there is one subscription for each of our criteria, and none that is not wanted.

    Nothing is done where no address for pings is set, or no key: a ping without one is refused.

    Raises:
        PermanentError, InvalidRecordError, ConflictError: the platform does not take it.
    """
    if not (settings["hook_url"] and settings["hook_key"]):
        return
    wanted = {one["criteria"]: one for one in _wanted(settings)} if settings["hooks"] else {}
    for there in ours(http, settings):
        asked = wanted.pop(fhir.text(there, "criteria"), None)
        if asked is None:
            _set(http, there, status=_OFF)
        elif _differs(there, asked):
            _set(http, there, status="requested", channel=asked["channel"])
    for one in wanted.values():
        same = urlencode({"criteria": one["criteria"], "url": settings["hook_url"]})
        fhir.create(http, one, unless=same)


def ours(http: HttpClient, settings: Mapping[str, Any]) -> list[Resource]:
    """The subscriptions that ping our address and are not off."""
    found = pages(http, "Subscription", [("url", settings["hook_url"])])
    return [one for page in found for one in page if fhir.text(one, "status") != _OFF]


def _wanted(settings: Mapping[str, Any]) -> list[Resource]:
    """New messages for the sender, and all messages in our threads."""
    name, value = OUR_MESSAGES
    criteria = (f"Task?status=requested&owner={settings['sender']}", f"Communication?{name}={value}")
    channel = {
        "type": "rest-hook",
        "endpoint": settings["hook_url"],
        "header": [f"{HOOK_HEADER}: {settings['hook_key']}"],
    }
    return [
        {
            "resourceType": "Subscription",
            "status": "requested",
            "reason": "Samenspraak: nieuwe berichten",
            "criteria": one,
            "channel": channel,
        }
        for one in criteria
    ]


def _differs(there: Resource, asked: Resource) -> bool:
    """Whether it stopped (the platform gave up on our address), or has an older key."""
    channel = fhir.element(there, "channel")
    return fhir.text(there, "status") not in _ASKED or any(
        channel.get(name) != value for name, value in asked["channel"].items()
    )


def _set(http: HttpClient, there: Resource, **members: Any) -> None:
    fhir.update(http, {**there, **members}, fhir.version_of(there))
