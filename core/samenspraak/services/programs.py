"""The programs that may ask something of the hub, and their keys: making, listing and taking them back.

A key is shown once; what is kept is its digest (``policy/keys.py``). A program has at most two keys that
work, so that a new one can be brought in before the old one goes. Who asks with one: ``services/access.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from samenspraak.errors import ConfigurationError, RuleError
from samenspraak.http import public_key_set
from samenspraak.policy import keys
from samenspraak.policy.access import ROLES, Role, Scope
from samenspraak.services import ADMIN
from samenspraak.services.credentials import new_secret
from samenspraak.services.giving import Giver, check_may_give, check_may_last
from samenspraak.services.naming import actor, check_id
from samenspraak.services.repeating import ONCE, Asked, at_most_once
from samenspraak.store.access import KeyRecord, ProgramRecord
from samenspraak.store.records import AuditLine
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.hub import Hub

LIVE_KEYS = 2
USUAL_DAYS = 365
MOST_DAYS = 730


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program as it is listed. ``client_id``: what it calls itself at ``/oauth/token``."""

    id: str
    client_id: str
    title: str
    role: Role
    connector_id: str
    signs: bool
    at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key as it is listed; ``works``: whether its program can use it now."""

    id: str
    program_id: str
    scopes: tuple[Scope, ...]
    networks: tuple[str, ...]
    works: bool
    is_expired: bool
    at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A key as it is shown once. ``text``: the secret itself; '' when it was shown before."""

    key: Key
    text: str = field(repr=False)


# Programs.


def add(
    hub: Hub,
    organisation: str,
    program_id: str,
    role: Role,
    *,
    title: str = "",
    connector_id: str = "",
    public_keys: bytes = b"",
    by: str = ADMIN,
    giver: Giver = None,
    asked: Asked = ONCE,
) -> Program:
    """A new program; it can ask nothing before it has a key, or signs with ``public_keys`` (JWKS).

    Args:
        hub: the hub.
        organisation: whose.
        program_id: what it is called; never the id of one that there was.
        role: what it may do at most.
        title: what people call it.
        connector_id: for the program of an app: its connection.
        public_keys: those with which it signs who it is.
        by: who decides.
        giver: who asked, and so what they may give.
        asked: the request, so that a second try of it makes no second program.

    Raises:
        RuleError: the id is taken or does not do, the role is not one for a program, not with this connector,
            or not the giver's to give, or the public keys cannot be used, or outlive the giver's own key.
        NotFoundError: there is no such connector.
    """
    check_id(program_id)
    if role is Role.PARTICIPANT:
        raise RuleError("role", "A program is no participant; a person gets access through an app of theirs.")
    if (role is Role.APP) is not bool(connector_id):
        raise RuleError("role", "The program of an app names its connection, and no other program does.")
    new = ProgramRecord(
        id=program_id,
        title=title or program_id,
        role=role,
        at=hub.now(),
        connector_id=connector_id,
        public_keys=_public_keys(public_keys) if public_keys else "",
    )
    check_may_give(giver, ROLES[role])
    if public_keys:
        check_may_last(giver, None)
    with hub.store.write(organisation) as uow:
        decided = actor(uow, by)

        def make() -> str:
            if connector_id:
                uow.connectors.get(connector_id)
            if uow.access.find_program(program_id):
                raise RuleError("program-id", f"There is, or was, a program {program_id}. Choose another id.")
            uow.access.add_program(new)
            _audit(uow, hub, "program.added", f"program:{program_id}", connector_id, decided)
            return program_id

        made = uow.access.program(at_most_once(uow, hub, by, asked, make))
        uow.commit()
    return _listed(organisation, made)


def listed(hub: Hub, organisation: str) -> tuple[Program, ...]:
    """All programs by id, revoked ones as well."""
    with hub.store.read(organisation) as uow:
        return tuple(_listed(organisation, one) for one in uow.access.programs())


def show(hub: Hub, organisation: str, program_id: str) -> Program:
    """One program, revoked or not.

    Raises:
        NotFoundError: there is no such program.
    """
    with hub.store.read(organisation) as uow:
        return _listed(organisation, uow.access.program(program_id))


def change_keys(
    hub: Hub,
    organisation: str,
    program_id: str,
    public_keys: bytes,
    *,
    by: str = ADMIN,
    giver: Giver = None,
) -> Program:
    """The program signs with these keys (JWKS) from now on, and with no others.

    Raises:
        NotFoundError: there is no such program.
        RuleError: it is revoked, may do what the giver may not, or the public keys cannot be used, or outlive
            the giver's own key.
    """
    with hub.store.write(organisation) as uow:
        known, decided = uow.access.program(program_id), actor(uow, by)
        kept = _public_keys(public_keys)
        check_may_give(giver, ROLES[known.role])
        check_may_last(giver, None)
        _check_takes_part(known)
        uow.access.change_keys(program_id, kept)
        _audit(uow, hub, "program.keys_changed", f"program:{program_id}", known.connector_id, decided)
        changed = uow.access.program(program_id)
        uow.commit()
    return _listed(organisation, changed)


def revoke(hub: Hub, organisation: str, program_id: str, *, by: str = ADMIN) -> Program:
    """The program may ask nothing any more, with whatever key or token; harmless when it could not already.

    Raises:
        NotFoundError: there is no such program.
    """
    with hub.store.write(organisation) as uow:
        known, decided = uow.access.program(program_id), actor(uow, by)
        if uow.access.revoke_program(program_id, hub.now()):
            _audit(uow, hub, "program.revoked", f"program:{program_id}", known.connector_id, decided)
        revoked = uow.access.program(program_id)
        uow.commit()
    return _listed(organisation, revoked)


# Keys.


def add_key(
    hub: Hub,
    organisation: str,
    program_id: str,
    *,
    scopes: Collection[Scope] = (),
    days: int | None = None,
    networks: Iterable[str] = (),
    by: str = ADMIN,
    giver: Giver = None,
    asked: Asked = ONCE,
) -> NewKey:
    """A new key, shown this once. Without ``scopes`` it can do all that the program's role can.

    Args:
        hub: the hub.
        organisation: whose.
        program_id: the program.
        scopes: what it may do with the key; empty: all that its role may.
        days: how long the key works; None: as long as usual, and no longer than that of the giver.
        networks: from where it may be used; empty: from anywhere.
        by: who decides.
        giver: who asked, and so what they may give.
        asked: the request, so that a second try of it makes no second key; nor is the first shown again.

    Raises:
        NotFoundError: there is no such program.
        RuleError: the program has two keys that work, is revoked, or cannot have such a key; a network is
            none; or the key could do what the giver may not, or would outlive theirs.
    """
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise RuleError("days", f"A key works for 1 to {MOST_DAYS} days.")
    places, key_id, now = _networks(networks), hub.new_id(), hub.now()
    text = keys.written(organisation, key_id, new_secret())
    with hub.store.write(organisation) as uow:
        program, decided = uow.access.program(program_id), actor(uow, by)
        granted = _granted(program.role, scopes)
        check_may_give(giver, granted)

        def make() -> str:
            _check_room(uow, program, now)
            until = _until(giver, days, now)
            check_may_last(giver, until)
            new = KeyRecord(
                id=key_id,
                program_id=program_id,
                digest=keys.digest(text),
                scopes=granted,
                networks=places,
                at=now,
                expires_at=until,
            )
            uow.access.add_key(new)
            _audit(uow, hub, "key.added", f"key:{key_id}", program.connector_id, decided)
            return key_id

        made = uow.access.key(at_most_once(uow, hub, by, asked, make))
        uow.commit()
    return NewKey(key=_listed_key(made, program, now), text=text if made.id == key_id else "")


def listed_keys(hub: Hub, organisation: str, *, program_id: str | None = None) -> tuple[Key, ...]:
    """All keys, or those of one program, the oldest first; never the keys themselves.

    Raises:
        NotFoundError: there is no such program.
    """
    with hub.store.read(organisation) as uow:
        if program_id is not None:
            uow.access.program(program_id)
        programs = {one.id: one for one in uow.access.programs()}
        found = uow.access.keys(program_id)
        return tuple(_listed_key(one, programs[one.program_id], hub.now()) for one in found)


def revoke_key(hub: Hub, organisation: str, key_id: str, *, by: str = ADMIN) -> Key:
    """The key never works again; harmless when it did not already.

    Raises:
        NotFoundError: there is no such key.
    """
    with hub.store.write(organisation) as uow:
        known, decided = uow.access.key(key_id), actor(uow, by)
        program = uow.access.program(known.program_id)
        if uow.access.revoke_key(key_id, hub.now()):
            _audit(uow, hub, "key.revoked", f"key:{key_id}", program.connector_id, decided)
        revoked = uow.access.key(key_id)
        uow.commit()
    return _listed_key(revoked, program, hub.now())


def _check_takes_part(program: ProgramRecord) -> None:
    if program.revoked_at:
        raise RuleError("revoked", f"Program {program.id} is revoked. Make another one.")


def _check_room(uow: UnitOfWork, program: ProgramRecord, now: datetime) -> None:
    _check_takes_part(program)
    live = [one.id for one in uow.access.keys(program.id) if one.is_live(now)]
    if len(live) >= LIVE_KEYS:
        raise RuleError(
            "keys", f"Program {program.id} has two keys that work: {', '.join(live)}. Revoke one first."
        )


def _until(giver: Giver, days: int | None, now: datetime) -> datetime:
    until = now + timedelta(days=USUAL_DAYS if days is None else days)
    return min(until, giver.until) if days is None and giver and giver.until else until


def _granted(role: Role, scopes: Collection[Scope]) -> frozenset[Scope]:
    beyond = sorted(frozenset(scopes) - ROLES[role])
    if beyond:
        raise RuleError("scopes", f"Role {role} does not go with {', '.join(beyond)}.")
    return frozenset(scopes) or ROLES[role]


def _networks(texts: Iterable[str]) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(map(keys.network, texts)))
    except ValueError:
        raise RuleError("networks", "A network is written as 192.0.2.0/24 or 2001:db8::/32.") from None


def _public_keys(given: bytes) -> str:
    try:
        return public_key_set(given)
    except ConfigurationError as error:
        raise RuleError("public-keys", str(error)) from error


def _listed(organisation: str, one: ProgramRecord) -> Program:
    return Program(
        id=one.id,
        client_id=f"{organisation}.{one.id}",
        title=one.title,
        role=one.role,
        connector_id=one.connector_id,
        signs=bool(one.public_keys),
        at=one.at,
        revoked_at=one.revoked_at,
    )


def _listed_key(one: KeyRecord, program: ProgramRecord, now: datetime) -> Key:
    return Key(
        id=one.id,
        program_id=one.program_id,
        scopes=tuple(sorted(one.scopes)),
        networks=one.networks,
        works=one.is_live(now) and program.revoked_at is None,
        is_expired=one.expires_at <= now,
        at=one.at,
        expires_at=one.expires_at,
        revoked_at=one.revoked_at,
        used_at=one.used_at,
    )


def _audit(uow: WritingUnitOfWork, hub: Hub, action: str, what: str, connector_id: str, by: str) -> None:
    uow.log.audit(AuditLine(at=hub.now(), actor=by, action=action, object=what, connector_id=connector_id))
