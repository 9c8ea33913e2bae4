"""What people read in each kind of record, member by member, whatever the hub makes of it.

A record says it in its own members; a thread in its messages, of which earlier ones stay readable; an app
that is notified shows what it fetched last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from model.members import OVER, RULES, SETS, flat

MEMBERS = frozenset({"title", "place", "conditions"})


def is_live(raw: Mapping[str, Any] | None) -> bool:
    """Whether people see an agreement that goes on."""
    return raw is not None and raw.get("status", {}).get("state") not in OVER and bool(said(raw).get("title"))


def over(raw: Mapping[str, Any] | None) -> bool:
    return raw is not None and raw.get("status", {}).get("state") in OVER


def said(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The members as they stand there now: of a thread those of its last message."""
    if "messages" in raw:
        return dict(raw["messages"][-1]["says"]) if raw["messages"] else {}
    if "notices" in raw:
        return dict(raw["shows"])
    members = flat(raw)
    if RULES in members:
        members["conditions"] = members.pop(RULES)
    return members


def shown(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What people read in it, as plain values: each task as who and when, each moment off as day and why.

    No ids: of an agreement that was joined, two systems may call one task differently.
    """
    found: dict[str, Any] = {"tasks": [], "off": []}
    for name, value in said(raw).items():
        outer, _, key = name.partition(".")
        if outer == "tasks":
            found[outer].append((value["who"].rpartition(":")[2], value["when"]))
        elif outer == "off":
            found[outer].append((key.partition(":")[2], value["reason"]))
        elif name == "status":
            found[name] = _status(value)
        elif name in MEMBERS:
            found[name] = value
    return {**found, **{name: sorted(found[name]) for name in SETS}}


def pieces(raw: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """All that can be read there, also in what was said before: member and value."""
    if "messages" in raw:
        for message in raw["messages"]:
            yield from message["says"].items()
        return
    yield from said(raw).items()
    if "notices" not in raw and RULES in raw and "conditions" in raw:
        yield "conditions", raw["conditions"]


def _status(value: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(value.get(name, "") for name in ("state", "paused_from", "paused_until"))
