"""People who sign in elsewhere: where that is, which of them are whom here, and how they become so.

An admin invites somebody whom the hub knows with a code that is shown once. Whoever signs in and shows it is
that person from then on (``services/signing_in.py``). Nobody is matched by a name or an address.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from samenspraak.domain.parties import PERSONS, PartyKind, PartyRef
from samenspraak.errors import NotFoundError, RuleError
from samenspraak.policy import keys
from samenspraak.policy.access import ROLES, SIGNING_IN, WITH_EYES_OF_SOMEBODY, Role
from samenspraak.services import ADMIN
from samenspraak.services.access import principal_of
from samenspraak.services.credentials import new_secret
from samenspraak.services.giving import Giver, check_may_give
from samenspraak.services.naming import ACCOUNT, actor, check_id, names, party
from samenspraak.services.repeating import ONCE, Asked, at_most_once
from samenspraak.services.signing_in import audience, bearer, identity_of, is_signed
from samenspraak.store.accounts import AccountRecord, InvitationRecord, ProviderRecord
from samenspraak.store.records import AuditLine, PartyLink
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.hub import Hub
from samenspraak.sync.matching import link_party

COUNTS = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Where the people of an app sign in. ``audience``: for whom their access tokens must be."""

    id: str
    issuer: str
    client_id: str
    connector_id: str
    audience: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody who may ask. ``party``: None for staff whom the hub does not know otherwise."""

    id: str
    issuer: str
    role: Role
    party: PartyRef | None
    name: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """That whoever shows its code is this party, or has this role."""

    id: str
    role: Role
    party: PartyRef | None
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewInvitation(Invitation):
    """An invitation as it is shown once. ``code``: the secret itself; '' when it was shown before."""

    code: str = field(repr=False)


# Where people sign in.


def add_provider(
    hub: Hub,
    organisation: str,
    provider_id: str,
    *,
    issuer: str,
    client_id: str,
    connector_id: str,
    by: str = ADMIN,
    giver: Giver = None,
    asked: Asked = ONCE,
) -> Provider:
    """From now on the people of this app may ask, with what they get where they sign in.

    Args:
        hub: the hub.
        organisation: whose people they are.
        provider_id: what we call it.
        issuer: its address, exactly as its tokens say.
        client_id: what the app is called there.
        connector_id: the connection of the app, through which they look.
        by: who decides.
        giver: who asked, and so what they may give.
        asked: the request, so that a second try of it adds no second one.

    Raises:
        RuleError: the id or the address does not do, there is one with this id or for this app at this
            issuer, or there is something that the giver may not do.
        NotFoundError: there is no such connector.
    """
    check_id(provider_id)
    check_may_give(giver, SIGNING_IN)
    parts = urlsplit(issuer)
    if parts.scheme not in ("https", "http") or not parts.netloc or parts.query or not client_id:
        raise RuleError("issuer", "An issuer is an address like https://login.example, as its tokens say it.")
    new = ProviderRecord(
        id=provider_id, issuer=issuer, client_id=client_id, connector_id=connector_id, at=hub.now()
    )
    with hub.store.write(organisation) as uow:
        decided = actor(uow, by)

        def make() -> str:
            uow.connectors.get(connector_id)
            _check_is_new(uow, new)
            uow.accounts.add_provider(new)
            _audit(uow, hub, "provider.added", f"provider:{provider_id}", decided, connector_id=connector_id)
            return provider_id

        made = uow.accounts.provider(at_most_once(uow, hub, by, asked, make))
        uow.commit()
    return _provider(organisation, made)


def _check_is_new(uow: UnitOfWork, new: ProviderRecord) -> None:
    known = {(one.issuer, one.client_id): one.id for one in uow.accounts.providers()}
    there = known.get((new.issuer, new.client_id)) or (new.id if new.id in known.values() else "")
    if there:
        raise RuleError("provider-id", f"There is a provider {there} already, with that id or for that app.")


def providers(hub: Hub, organisation: str) -> tuple[Provider, ...]:
    """Where people sign in, by id."""
    with hub.store.read(organisation) as uow:
        return tuple(_provider(organisation, one) for one in uow.accounts.providers())


def remove_provider(hub: Hub, organisation: str, provider_id: str, *, by: str = ADMIN) -> Provider:
    """Who signs in there may ask nothing any more. Their accounts stay, for when it is added again.

    Raises:
        NotFoundError: there is no such provider.
    """
    with hub.store.write(organisation) as uow:
        known, decided = uow.accounts.provider(provider_id), actor(uow, by)
        uow.accounts.remove_provider(provider_id)
        what = f"provider:{provider_id}"
        _audit(uow, hub, "provider.removed", what, decided, connector_id=known.connector_id)
        uow.commit()
    return _provider(organisation, known)


# Accounts.


def invite(
    hub: Hub,
    organisation: str,
    who: str = "",
    *,
    role: Role = Role.PARTICIPANT,
    by: str = ADMIN,
    giver: Giver = None,
    asked: Asked = ONCE,
) -> NewInvitation:
    """A code for somebody, shown this once; whoever signs in and shows it within seven days is them.

    Args:
        hub: the hub.
        organisation: the organisation.
        who: the party; '' only for staff whom the hub does not know otherwise.
        role: what they may do at most.
        by: who decides.
        giver: who asked, and so what they may give.
        asked: the request, so that a second try of it makes no second code; nor is the first shown again.

    Raises:
        NotFoundError: nobody is known by it, or what this request made counts no more.
        RuleError: the role needs a party, is not one for people, or not the giver's to give.
    """
    if role is Role.APP or (role in WITH_EYES_OF_SOMEBODY and not who):
        raise RuleError("role", "Invite a party, or staff with a role of their own.")
    check_may_give(giver, ROLES[role])
    code, now = new_secret(), hub.now()
    with hub.store.write(organisation) as uow:
        ref, decided = party(uow, who) if who else None, actor(uow, by)
        if ref and ref.kind not in PERSONS:
            raise RuleError("person", "Only a person can be invited.")
        new = InvitationRecord(
            id=hub.new_id(),
            digest=keys.digest(code),
            role=role,
            party=ref,
            at=now,
            expires_at=now + COUNTS,
        )
        uow.accounts.forget_invitations(now)

        def make() -> str:
            uow.accounts.invite(new)
            _audit(uow, hub, "invitation.made", f"invitation:{new.id}", decided, ref=ref, detail=role)
            return new.id

        made = uow.accounts.invitation(at_most_once(uow, hub, by, asked, make))
        uow.commit()
    shown = _invitation(made)
    return NewInvitation(**vars(shown), code=code if made.id == new.id else "")


def invitations(hub: Hub, organisation: str) -> tuple[Invitation, ...]:
    """The invitations that count, the oldest first; never their codes."""
    with hub.store.read(organisation) as uow:
        found = uow.accounts.invitations()
        return tuple(_invitation(one) for one in found if hub.now() < one.expires_at)


def withdraw(hub: Hub, organisation: str, invitation_id: str, *, by: str = ADMIN) -> Invitation:
    """Nobody becomes anybody by this code any more; who did so already stays.

    Raises:
        NotFoundError: there is no such invitation, or it was used.
    """
    with hub.store.write(organisation) as uow:
        known, decided = uow.accounts.invitation(invitation_id), actor(uow, by)
        uow.accounts.remove_invitation(invitation_id)
        _audit(uow, hub, "invitation.withdrawn", f"invitation:{invitation_id}", decided, ref=known.party)
        uow.commit()
    return _invitation(known)


def accept(hub: Hub, authorization: str, code: str, *, remote: str = "") -> Account:
    """Whoever signed in shows a code, and is from now on who was invited with it.

    Raises:
        AuthenticationError: nobody signed in.
        NotFoundError: there is no such invitation, or it does not count any more.
        RuleError: whoever signed in has an account, or this is a program.
        TransientError: the keys of where they signed in cannot be read now.
    """
    if not is_signed(bearer(authorization)):
        principal_of(hub, authorization, remote=remote)
        raise RuleError("invitation", "People who sign in are invited; a program needs only its key.")
    who = identity_of(hub, authorization)
    with hub.store.write(who.organisation) as uow:
        found = uow.accounts.invited(keys.digest(code))
        if found is None or hub.now() >= found.expires_at:
            raise NotFoundError("This invitation is not there, or does not count any more. Ask for another.")
        if uow.accounts.of(who.issuer, who.subject):
            raise RuleError("account", "Whoever signed in has access already. Sign in as who was invited.")
        ref = uow.parties.current(found.party) if found.party else None
        new = AccountRecord(id=hub.new_id(), issuer=who.issuer, role=found.role, party=ref, at=hub.now())
        uow.accounts.remove_invitation(found.id)
        uow.accounts.add(new, who.subject)
        if ref and new.role in WITH_EYES_OF_SOMEBODY:
            _is_a_reader(uow, hub, who.connector_id, new.id, ref)
        acts = str(ref) if ref else f"{ACCOUNT}:{new.id}"
        detail = f"invitation:{found.id}"
        _audit(uow, hub, "account.added", f"account:{new.id}", acts, ref=ref, detail=detail)
        listed = _account(uow, new)
        uow.commit()
    return listed


def _is_a_reader(uow: WritingUnitOfWork, hub: Hub, connector_id: str, account_id: str, ref: PartyRef) -> None:
    """Whoever uses an app that fetches from the hub reads there, and is told what is theirs.

    The app is told of them by the id of their account, unless it was said before what it calls them. A system
    with records of its own has ids of its own, by which people are matched.
    """
    can = hub.capabilities(uow.organisation, connector_id)
    if can.fetches_here and not uow.parties.links(connector_id, {ref}):
        link = PartyLink(connector_id=connector_id, external_id=account_id, ref=ref, manual=True)
        link_party(uow, hub, link)


def accounts(hub: Hub, organisation: str) -> tuple[Account, ...]:
    """Everybody who may sign in, the oldest account first."""
    with hub.store.read(organisation) as uow:
        return tuple(_account(uow, one) for one in uow.accounts.list())


def remove(hub: Hub, organisation: str, account_id: str, *, by: str = ADMIN) -> Account:
    """This person may ask nothing any more, until somebody invites them again.

    Raises:
        NotFoundError: there is no such account.
    """
    with hub.store.write(organisation) as uow:
        known, decided = uow.accounts.get(account_id), actor(uow, by)
        listed = _account(uow, known)
        uow.accounts.remove(account_id)
        _audit(uow, hub, "account.removed", f"account:{account_id}", decided, ref=known.party)
        uow.commit()
    return listed


def _provider(organisation: str, one: ProviderRecord) -> Provider:
    return Provider(
        id=one.id,
        issuer=one.issuer,
        client_id=one.client_id,
        connector_id=one.connector_id,
        audience=audience(organisation),
        at=one.at,
    )


def _invitation(one: InvitationRecord) -> Invitation:
    return Invitation(id=one.id, role=one.role, party=one.party, expires_at=one.expires_at)


def _account(uow: UnitOfWork, one: AccountRecord) -> Account:
    name = names(uow, {one.party}).get(one.party, "") if one.party else ""
    return Account(id=one.id, issuer=one.issuer, role=one.role, party=one.party, name=name, at=one.at)


def _audit(
    uow: WritingUnitOfWork,
    hub: Hub,
    action: str,
    what: str,
    by: str,
    *,
    ref: PartyRef | None = None,
    connector_id: str = "",
    detail: str = "",
) -> None:
    client = ref.id if ref and ref.kind is PartyKind.CLIENT else ""
    line = AuditLine(
        at=hub.now(),
        actor=by,
        action=action,
        object=what,
        client_id=client,
        connector_id=connector_id,
        detail=detail,
    )
    uow.log.audit(line)
