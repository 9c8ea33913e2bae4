"""Ids that people choose, parties as people write them, and how parties are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.errors import NotFoundError, RuleError
from samenspraak.services import ADMIN
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.people import names_of

_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_RESERVED = frozenset({"hub", "other", "system", ADMIN})
PROGRAM = "program"
"""Before the id of a program that asked; no kind of party, so that what it does agrees for nobody."""
ACCOUNT = "account"
"""Before that of staff who signed in, and whom the hub does not know otherwise; likewise."""


def check_id(chosen: str) -> None:
    """Refuse an id that cannot stand in an address, or that means something else already.

    Raises:
        RuleError: it does not do.
    """
    if not _ID.fullmatch(chosen):
        raise RuleError("id", "An id has 1 to 40 small letters, digits and hyphens, and no hyphen at an end.")
    if chosen in _RESERVED:
        raise RuleError("id", f"The id {chosen} has a meaning of its own. Choose another one.")


def party(uow: UnitOfWork, text: str, *kinds: PartyKind) -> PartyRef:
    """The party that somebody means.

    Args:
        uow: the organisation.
        text: ``kind:id``, the id alone, or ``connector/id`` with the id that a system uses.
        kinds: which kinds are meant; none: any.

    Raises:
        NotFoundError: nobody is known by it, or several are.
    """
    meant = (uow.parties.current(ref) for ref in _meant(uow, text))
    found = {ref for ref in meant if not kinds or ref.kind in kinds}
    if len(found) == 1:
        return found.pop()
    wanted = " or ".join(kinds) or "party"
    several = f"; it may be {', '.join(map(str, sorted(found)))}" if found else ""
    raise NotFoundError(f"{text} is no {wanted} that this organisation knows{several}.")


def actor(uow: UnitOfWork, by: str) -> str:
    """Who asked, as it goes into history and audit: ``admin``, a party, ``program:id`` or ``account:id``.

    Raises:
        NotFoundError: nobody is known by it.
    """
    kind, _, its_id = by.partition(":")
    if kind == PROGRAM:
        return f"{PROGRAM}:{uow.access.program(its_id).id}"
    if kind == ACCOUNT:
        return f"{ACCOUNT}:{uow.accounts.get(its_id).id}"
    return by if by == ADMIN else str(party(uow, by))


def names(uow: UnitOfWork, refs: Iterable[PartyRef]) -> Mapping[PartyRef, str]:
    """How these parties are called; who is not matched, or not known any more, has no name here."""
    found: dict[PartyRef, str] = {}
    for ref in sorted(set(refs)):
        with suppress(NotFoundError):
            found |= names_of(uow, {ref})
    return found


def _meant(uow: UnitOfWork, text: str) -> set[PartyRef]:
    connector_id, slash, external_id = text.partition("/")
    if slash:
        link = uow.parties.link_of(connector_id, external_id)
        return {link.ref} if link else set()
    kind, colon, party_id = text.partition(":")
    kinds = [PartyKind(kind)] if colon and kind in set(PartyKind) else [] if colon else list(PartyKind)
    return {PartyRef(kind=one, id=party_id or text) for one in kinds if _knows(uow, one, party_id or text)}


def _knows(uow: UnitOfWork, kind: PartyKind, party_id: str) -> bool:
    with suppress(NotFoundError):
        if kind is PartyKind.GROUP:
            uow.parties.group(party_id)
        elif kind is PartyKind.DEVICE:
            uow.parties.device(party_id)
        else:
            return kind in uow.parties.kinds(party_id)
        return True
    return False
