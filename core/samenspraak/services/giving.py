"""Giving access to others: over the API nobody gives what they may not do themselves (``policy/access.py``).

Taking access back needs no more than the scope for it, so that a program which watches for lost keys can end
them and can make none. Who is at the machine decides what they give: they hold the database and its key.
"""

from __future__ import annotations

from collections.abc import Collection

from samenspraak.errors import RuleError
from samenspraak.policy.access import Principal, Scope, beyond

Giver = Principal | None
"""Who asked over the API; None: somebody at the machine."""


def check_may_give(giver: Giver, scopes: Collection[Scope]) -> None:
    """Refuse to give others what the giver may not do.

    Raises:
        RuleError: ``giving``: it is more than that.
    """
    if giver and (more := beyond(giver, scopes)):
        raise RuleError("giving", f"Nobody gives what they may not do themselves: {', '.join(more)}.")
