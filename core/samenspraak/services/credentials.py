"""What a program shows when it asks: a key, and whether that works here and now.

Whatever is the matter with a credential, the answer is the same sentence after the same steps, so that
neither tells anybody which keys, programs or organisations there are.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from samenspraak.errors import AuthenticationError
from samenspraak.policy import keys
from samenspraak.policy.access import Scope
from samenspraak.policy.keys import REFUSED
from samenspraak.store.access import KeyRecord, ProgramRecord
from samenspraak.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Held:
    """A program that showed who it is, and what it may with what it showed; ``key``: None when it signed."""

    program: ProgramRecord
    scopes: frozenset[Scope]
    key: KeyRecord | None = None


def new_secret() -> str:
    """256 bits as letters and digits."""
    return "".join(secrets.choice(keys.ALPHABET) for _ in range(keys.SECRET_LENGTH))


def by_key(uow: UnitOfWork, text: str, now: datetime, remote: str) -> Held:
    """The program whose key this is.

    Raises:
        AuthenticationError: it is no key of this organisation that works now, from there.
    """
    organisation, key_id = keys.named(text)
    key = uow.access.find_key(key_id)
    program = uow.access.find_program(key.program_id if key else "")
    is_it = compare_digest(keys.digest(text), key.digest if key else keys.NO_DIGEST)
    if key is None or program is None or not is_it or organisation != uow.organisation:
        raise AuthenticationError(REFUSED)
    return works(Held(program=program, scopes=key.scopes, key=key), now, remote)


def works(held: Held, now: datetime, remote: str) -> Held:
    """The same, if what was shown has not been taken back, is not over, and may be shown from there.

    Raises:
        AuthenticationError: it does not work.
    """
    is_ours = held.program.revoked_at is None
    if not is_ours or (held.key and not _opens(held.key, now, remote)):
        raise AuthenticationError(REFUSED)
    return held


def _opens(key: KeyRecord, now: datetime, remote: str) -> bool:
    return key.is_live(now) and keys.lies_in(remote, key.networks)
