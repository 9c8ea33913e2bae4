"""Giving access to others: over the API nobody gives what they do not have themselves (``policy/access.py``).

That goes for what may be done, and for how long: a program that was let in with a key is let in no longer
than that key works. People are invited for as long as somebody wants: who signs in where they do, and that
they still may, is for others to say each time.

Taking access back needs no more than the scope for it, so that a program which watches for lost keys can end
them and can make none. Who is at the machine decides what they give: they hold the database and its key.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from samenspraak.errors import RuleError
from samenspraak.policy.access import Principal, Scope, beyond, outlives

Giver = Principal | None
"""Who asked over the API; None: somebody at the machine."""


def check_may_give(giver: Giver, scopes: Collection[Scope]) -> None:
    """Refuse to give others what the giver may not do.

    Raises:
        RuleError: ``giving``: it is more than that.
    """
    if giver and (more := beyond(giver, scopes)):
        raise RuleError("giving", f"Nobody gives what they may not do themselves: {', '.join(more)}.")


def check_may_last(giver: Giver, until: datetime | None) -> None:
    """Refuse to let a program in for longer than the giver's own key works; ``until``, None: for good.

    Raises:
        RuleError: ``giving``: it is longer than that.
    """
    if giver and giver.until and outlives(giver, until):
        wanted = "keys that sign never end" if until is None else "leave out days, and it ends then too"
        end = giver.until.isoformat(timespec="minutes")
        raise RuleError("giving", f"Nobody gives for longer than their own key works, until {end}: {wanted}.")
