"""Who asks something of the hub: a credential becomes a principal, or nothing does (ADR 0041)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from samenspraak.domain.parties import PartyRef
from samenspraak.errors import AuthenticationError, NotFoundError, RuleError, TransientError
from samenspraak.http import unchecked
from samenspraak.policy import keys
from samenspraak.policy.access import ROLES, Principal, Role, Scope
from samenspraak.services import ADMIN
from samenspraak.services.credentials import Held, by_key
from samenspraak.services.naming import PROGRAM, names
from samenspraak.services.signing_in import bearer, is_signed, signed_in, whose_people
from samenspraak.services.tokens import by_token, organisation_of
from samenspraak.store.access import KeyRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.hub import Hub
from samenspraak.sync.refusals import call, credential

_NOTED = timedelta(hours=1)
"""A key that is in use all day is noted once in so long."""


@dataclass(frozen=True, kw_only=True)
class Me:
    """Who asks, as they are told it. ``name``: None where nobody has one for them."""

    id: str
    organisation: str
    role: Role
    scopes: tuple[Scope, ...]
    party: PartyRef | None
    name: str | None


def who_is(hub: Hub, who: Principal) -> Me:
    """Who this is, and what they may do now."""
    with hub.store.read(who.organisation) as uow:
        name = names(uow, {who.party}).get(who.party) if who.party else None
    return Me(
        id=who.id,
        organisation=who.organisation,
        role=who.role,
        scopes=tuple(one for one in Scope if who.may(one)),
        party=who.party,
        name=name,
    )


def principal_of(hub: Hub, authorization: str, *, reader: str = "", remote: str = "") -> Principal:
    """Who asks.

    Args:
        hub: the hub.
        authorization: the header of that name, as it came; '' when there was none.
        reader: for an app: its own id of the person for whom it asks (``Samenspraak-Reader``).
        remote: the address from which the request came.

    Raises:
        AuthenticationError: the credential is not accepted, for whatever reason.
        NoAccountError: somebody signed in who is nobody here yet.
        TransientError: somebody signed in, and the keys of where they did cannot be read now.
        NotFoundError: the app has nobody by the id that ``reader`` gives.
        RuleError: ``reader`` is given by who is no app.
    """
    text = bearer(authorization)
    if is_signed(text):
        who = signed_in(hub, authorization)
        if reader:
            raise RuleError("reader", "Only an app asks for one of its users.")
        return who
    of_token = organisation_of(text)
    organisation = of_token or keys.named(text)[0]
    with hub.store.read(organisation) as uow:
        held = (by_token if of_token else by_key)(uow, text, hub.now(), remote)
        principal = _principal(uow, held, reader)
    if held.key:
        _note_used(hub, organisation, held.key)
    return principal


def at_the_hub(organisation: str, by: str = ADMIN) -> Principal:
    """Whoever works on the hub's own computer: nothing is kept from them, and what they see is noted."""
    return Principal(organisation=organisation, id=by, role=Role.ADMIN, scopes=ROLES[Role.ADMIN])


def organisation_in(authorization: str) -> str:
    """The organisation that a credential names, whether it is accepted or not; '' where it names none."""
    text = bearer(authorization)
    if not is_signed(text):
        return organisation_of(text) or keys.named(text)[0]
    try:
        return whose_people(unchecked(text))
    except AuthenticationError:
        return ""


def note_refused(hub: Hub, organisation: str, remote: str) -> None:
    """Count that somebody at this address was refused, for the audit trail of the organisation they named."""
    with suppress(TransientError):  # what is not accepted is refused all the same
        if organisation in hub.store.organisations():
            hub.refusals.add(organisation, credential(remote))


def note_denied(hub: Hub, who: Principal, operation: str) -> None:
    """Count that somebody who was let in asked for a call that is not theirs to make, for the audit trail."""
    hub.refusals.add(who.organisation, call(who, operation))


def _principal(uow: UnitOfWork, held: Held, reader: str) -> Principal:
    program, party = held.program, None
    if reader:
        if program.role is not Role.APP:
            raise RuleError("reader", "Only an app asks for one of its users.")
        link = uow.parties.link_of(program.connector_id, reader)
        if link is None:
            raise NotFoundError("This app has nobody by that id.")
        party = uow.parties.current(link.ref)
    return Principal(
        organisation=uow.organisation,
        id=str(party) if party else f"{PROGRAM}:{program.id}",
        role=program.role,
        scopes=held.scopes,
        party=party,
        connector_id=program.connector_id,
        until=held.key.expires_at if held.key else None,
    )


def _note_used(hub: Hub, organisation: str, key: KeyRecord) -> None:
    now = hub.now()
    if key.used_at and now - key.used_at < _NOTED:
        return
    with suppress(TransientError), hub.store.write(organisation) as uow:  # what is asked for goes first
        uow.access.note_used(key.id, now)
        uow.commit()
