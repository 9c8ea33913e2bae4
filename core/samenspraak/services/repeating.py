"""A request that makes something has its effect once, however often it is sent (``Idempotency-Key``).

What it made is noted in the transaction that makes it, so that no crash lies in between. A repeated request
is answered with that thing as it is now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from samenspraak.errors import RuleError
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync.hub import Hub

REMEMBERED = timedelta(days=7)
"""An app that was away for a week may not know what became of its last request."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request.

    ``key``: chosen by whoever asks, the same for every try, '' when there is one try only · ``digest``: tells
    two requests apart.
    """

    key: str = ""
    digest: str = ""


ONCE = Asked()
"""A request of which there is one try only."""


def at_most_once(uow: WritingUnitOfWork, hub: Hub, by: str, asked: Asked, make: Callable[[], str]) -> str:
    """The id of what this request made: now, or when ``by`` sent it before.

    Raises:
        RuleError: another request was sent with this key.
    """
    if not asked.key:
        return make()
    before = uow.requests.find(by, asked.key)
    if before is None:
        made = make()
        uow.requests.add(by, asked.key, asked.digest, made, until=hub.now() + REMEMBERED)
        return made
    if before.digest != asked.digest:
        raise RuleError("repeated", "Another request was sent with this Idempotency-Key. Take a new key.")
    return before.made
