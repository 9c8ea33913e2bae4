"""Access tokens: a program that shows who it is gets one for five minutes (RFC 6749 §4.4).

A token is not kept: it says for which program it is and what may be done with it, under a signature of the
hub. What it stands on, the program and its key, is looked up whenever it is used, so that taking that back
ends it at once.

Sources (read November 2026): RFC 6749 §2.3 and §5; RFC 7523 §3 for ``private_key_jwt``.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest

from samenspraak.errors import AuthenticationError, RuleError
from samenspraak.http import CLOCKS_DIFFER, checked, unchecked
from samenspraak.policy.access import ROLES, Scope
from samenspraak.policy.keys import REFUSED
from samenspraak.services.credentials import Held, by_key, works
from samenspraak.services.naming import PROGRAM
from samenspraak.store.access import ProgramRecord
from samenspraak.store.records import AuditLine
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.hub import Hub

LIVES = timedelta(seconds=300)
ALGORITHMS = ("ES384", "RS384", "ES256")
"""With which a program may sign that it is itself."""

_LONGEST_STATEMENT = timedelta(seconds=300)
_LONGEST_ID = 256
_TOKEN = re.compile(r"st_([a-z0-9-]{1,40})_((?:[\w-]{4}){1,500}(?:[\w-]{2,3})?)\.([\w-]{43})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """Who a program says it is, and what shows that: a key of its own, or a statement that it signed.

    ``client_id``: ``organisation.program``; '' when only the statement says it.
    """

    client_id: str = ""
    secret: str = field(default="", repr=False)
    statement: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A token, and what may be done with it."""

    token: str = field(repr=False)
    scopes: tuple[Scope, ...]
    lives: timedelta


@dataclass(frozen=True, kw_only=True)
class _Statement:
    """A statement that a program signed: what it is called, and until when it would count."""

    id: str
    until: datetime


# Getting one.


def issue(hub: Hub, who: Claimed, *, audiences: Collection[str], scope: str = "", remote: str = "") -> Issued:
    """A token for a program that shows who it is.

    Args:
        hub: the hub.
        who: the program, and what shows that.
        audiences: what this hub and its token endpoint are called; a statement is for one of them.
        scope: what it asks for, with spaces between; '' for all that it may.
        remote: the address from which the request came.

    Raises:
        AuthenticationError: it does not show who it is, for whatever reason.
        RuleError: ``invalid_scope``: it asks for what it may not have.
    """
    organisation, program_id = named_by(who)
    statement, now = None, hub.now()
    with hub.store.read(organisation) as uow:
        if who.statement:
            held, statement = _by_statement(uow, who, program_id, audiences, now)
        else:
            held = _by_secret(uow, who.secret, program_id, now, remote)
    scopes = _asked(scope, held.scopes)
    with hub.store.write(organisation) as writing:
        is_new = statement is None or _is_new(writing, held.program, statement)
        if is_new:
            _audit(writing, hub, held)
        token = _written(writing, held, scopes, now + LIVES)
        writing.commit()
    if not is_new:
        raise AuthenticationError(REFUSED)
    return Issued(token=token, scopes=tuple(sorted(scopes)), lives=LIVES)


def named_by(who: Claimed) -> tuple[str, str]:
    """The organisation and the program that somebody says they are, whether it is so or not.

    Raises:
        AuthenticationError: what shows it is no statement at all.
    """
    said = unchecked(who.statement).claims.get("iss") if who.statement else None
    organisation, _, program_id = (who.client_id or str(said)).partition(".")
    return organisation, program_id


def _by_secret(uow: UnitOfWork, secret: str, program_id: str, now: datetime, remote: str) -> Held:
    held = by_key(uow, secret, now, remote)
    if held.program.id != program_id:
        raise AuthenticationError(REFUSED)
    return held


def _by_statement(
    uow: UnitOfWork, who: Claimed, program_id: str, audiences: Collection[str], now: datetime
) -> tuple[Held, _Statement]:
    program = uow.access.find_program(program_id)
    known = json.loads(program.public_keys)["keys"] if program and program.public_keys else []
    signed = checked(who.statement, known, ALGORITHMS)
    client_id = f"{uow.organisation}.{program_id}"
    until, name = signed.moment("exp"), signed.claims.get("jti")
    if (
        program is None
        or until is None
        or until > now + _LONGEST_STATEMENT + CLOCKS_DIFFER
        or not signed.counts(now)
        or who.client_id not in ("", client_id)
        or signed.claims.get("iss") != client_id
        or signed.claims.get("sub") != client_id
        or not signed.is_for(audiences)
        or not isinstance(name, str)
        or not 1 <= len(name) <= _LONGEST_ID
    ):
        raise AuthenticationError(REFUSED)
    held = Held(program=program, scopes=ROLES[program.role])
    return works(held, now, ""), _Statement(id=name, until=until + CLOCKS_DIFFER)


def _is_new(uow: WritingUnitOfWork, program: ProgramRecord, statement: _Statement) -> bool:
    return uow.once.take(f"statement:{program.id}", statement.id, statement.until)


def _asked(scope: str, granted: frozenset[Scope]) -> frozenset[Scope]:
    wanted = frozenset(scope.split())
    if not wanted <= granted:
        raise RuleError("invalid_scope", "This credential does not give all of the scopes that were asked.")
    return frozenset(map(Scope, wanted)) or granted


def _audit(uow: WritingUnitOfWork, hub: Hub, held: Held) -> None:
    who, how = f"{PROGRAM}:{held.program.id}", f"key:{held.key.id}" if held.key else "signed"
    line = AuditLine(at=hub.now(), actor=who, action="token.issued", object=who, detail=how)
    uow.log.audit(line)


# As it is written.


def _written(uow: UnitOfWork, held: Held, scopes: frozenset[Scope], until: datetime) -> str:
    says = {
        "program": held.program.id,
        "key": held.key.id if held.key else "",
        "scopes": " ".join(sorted(scopes)),
        "until": int(until.timestamp()),
    }
    content = json.dumps(says, separators=(",", ":")).encode()
    return f"st_{uow.organisation}_{_text(content)}.{_text(uow.access.vouch(content))}"


def organisation_of(text: str) -> str:
    """The organisation that a token names; '' where this is no token of the hub."""
    found = _TOKEN.fullmatch(text)
    return found[1] if found else ""


def by_token(uow: UnitOfWork, text: str, now: datetime, remote: str) -> Held:
    """The program whose token this is.

    Raises:
        AuthenticationError: it is no token of this organisation, is over, or what it stands on is.
    """
    found = _TOKEN.fullmatch(text)
    content = urlsafe_b64decode(found[2] + "==") if found else b""
    is_ours = compare_digest(found[3] if found else "", _text(uow.access.vouch(content)))
    if not is_ours:
        raise AuthenticationError(REFUSED)
    says = json.loads(content)
    program, key = uow.access.find_program(says["program"]), uow.access.find_key(says["key"])
    is_over = now.timestamp() >= says["until"]
    if program is None or is_over or (says["key"] and key is None):
        raise AuthenticationError(REFUSED)
    scopes = frozenset(one for one in Scope if one in says["scopes"].split())
    return works(Held(program=program, scopes=scopes, key=key), now, remote)


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
