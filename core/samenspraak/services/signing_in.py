"""People who signed in elsewhere: who a token is of, as far as its issuer says.

Taken is an access token that is a JWT (RFC 9068) for this organisation, of an issuer and an app that an admin
named. The organisation stands in its audience, so that no query crosses organisations (ADR 0012).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from samenspraak.errors import AuthenticationError, NoAccountError
from samenspraak.http import Signed, checked, unchecked
from samenspraak.policy.access import ROLES, WITH_EYES_OF_SOMEBODY, Principal, Scope
from samenspraak.policy.keys import REFUSED
from samenspraak.services.naming import ACCOUNT
from samenspraak.sync.hub import Hub

ALGORITHMS = ("ES256", "ES384", "RS256", "RS384", "PS256", "PS384")
_AUDIENCE = "urn:samenspraak:"
_TYPES = frozenset({"at+jwt", "application/at+jwt", "jwt"})
_LONGEST_SUBJECT = 255


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who signed in, as the issuer calls them; ``scopes``: what the app asked for, None: it did not say."""

    organisation: str
    issuer: str
    subject: str
    connector_id: str
    scopes: frozenset[Scope] | None


def audience(organisation: str) -> str:
    """For whom an access token must be."""
    return f"{_AUDIENCE}{organisation}"


def is_signed(text: str) -> bool:
    """Whether this looks like a token of somewhere else."""
    return text.startswith("eyJ") and text.count(".") == 2


def identity_of(hub: Hub, authorization: str) -> Identity:
    """Who signed in.

    Raises:
        AuthenticationError: this is no access token that is accepted, for whatever reason.
        TransientError: the issuer's keys are not known, and cannot be read now.
    """
    token = bearer(authorization)
    said = unchecked(token)
    organisation, issuer, app = whose_people(said), _text(said, "iss"), _app(said)
    with hub.store.read(organisation) as uow:
        provider = uow.accounts.provider_of(issuer, app)
    if provider is None:
        raise AuthenticationError(REFUSED)
    key_id = said.header.get("kid")
    named = key_id if isinstance(key_id, str) else None
    signed = checked(token, hub.issuers.keys(organisation, issuer, named), ALGORITHMS)
    subject = _text(signed, "sub")
    if not _is_access(signed, hub.now()) or not 1 <= len(subject) <= _LONGEST_SUBJECT:
        raise AuthenticationError(REFUSED)
    return Identity(
        organisation=organisation,
        issuer=issuer,
        subject=subject,
        connector_id=provider.connector_id,
        scopes=_scopes(signed),
    )


def signed_in(hub: Hub, authorization: str) -> Principal:
    """Who asks, by an account.

    Raises:
        AuthenticationError: as :func:`identity_of`.
        NoAccountError: whoever signed in is nobody here yet.
        TransientError: as :func:`identity_of`.
    """
    who = identity_of(hub, authorization)
    with hub.store.read(who.organisation) as uow:
        account = uow.accounts.of(who.issuer, who.subject)
        if account is None:
            raise NoAccountError("You signed in, and have no account here yet. Use your invitation first.")
        party = uow.parties.current(account.party) if account.party else None
    granted = ROLES[account.role]
    return Principal(
        organisation=who.organisation,
        id=str(party) if party else f"{ACCOUNT}:{account.id}",
        role=account.role,
        scopes=granted if who.scopes is None else granted & who.scopes,
        party=party if account.role in WITH_EYES_OF_SOMEBODY else None,
        connector_id=who.connector_id,
    )


def bearer(authorization: str) -> str:
    """What stands in the header after ``Bearer``; '' when it says something else."""
    scheme, _, text = authorization.partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def whose_people(said: Signed) -> str:
    """The one organisation that a token is for.

    Raises:
        AuthenticationError: it is for none, or for several.
    """
    ours = {one.removeprefix(_AUDIENCE) for one in said.audiences if one.startswith(_AUDIENCE)}
    if len(ours) != 1:
        raise AuthenticationError(REFUSED)
    return ours.pop()


def _app(said: Signed) -> str:
    """What the app is called that got it; issuers that name it twice must name it alike."""
    named = {said.claims[one] for one in ("client_id", "azp") if isinstance(said.claims.get(one), str)}
    if len(named) != 1:
        raise AuthenticationError(REFUSED)
    return str(named.pop())


def _is_access(signed: Signed, now: datetime) -> bool:
    """Whether it is an access token, and counts now."""
    kind = signed.header.get("typ")
    return isinstance(kind, str) and kind.lower() in _TYPES and signed.counts(now)


def _scopes(signed: Signed) -> frozenset[Scope] | None:
    """What the app asked for of us, where it asked for anything of us at all."""
    asked = _text(signed, "scope").split()
    ours = frozenset(one for one in Scope if one in asked)
    return ours or None


def _text(signed: Signed, name: str) -> str:
    found = signed.claims.get(name)
    return found if isinstance(found, str) else ""
