"""Whom people sign in with, which of them are whom here, and who is invited to say so.

What a provider calls somebody is kept as a blind index: enough to know them again, and nothing else.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from datetime import datetime

from samenspraak.domain.parties import PartyRef
from samenspraak.policy.access import Role
from samenspraak.store.kept import Row
from samenspraak.store.scope import Repository
from samenspraak.store.tables import account, invitation, sign_in_provider


@dataclass(frozen=True, kw_only=True)
class ProviderRecord:
    """Where the people of an app sign in. ``client_id``: what the app is called there."""

    id: str
    issuer: str
    client_id: str
    connector_id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AccountRecord:
    """Somebody who signs in with an issuer. ``party``: None only for staff whom the hub does not know."""

    id: str
    issuer: str
    role: Role
    party: PartyRef | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class InvitationRecord:
    """That whoever shows this code is this party, or has this role. ``digest``: SHA-256 of the code."""

    id: str
    digest: bytes
    role: Role
    party: PartyRef | None
    at: datetime
    expires_at: datetime


class Accounts(Repository):
    """Rows are made and removed, never changed; the trail says what there was."""

    # Where people sign in.

    def add_provider(self, new: ProviderRecord) -> None:
        """A new one.

        Raises:
            StaleError: there is one with this id, or for this app at this issuer.
            NotFoundError: there is no such connector.
        """
        values = {"issuer": new.issuer, "client_id": new.client_id, "connector_id": new.connector_id}
        self._scope.add(sign_in_provider, id=new.id, at=new.at, **values)

    def provider(self, provider_id: str) -> ProviderRecord:
        """The provider with this id.

        Raises:
            NotFoundError: this organisation has no such provider.
        """
        return _provider(self._scope.get(sign_in_provider, id=provider_id))

    def provider_of(self, issuer: str, client_id: str) -> ProviderRecord | None:
        """Where the people of this app sign in, if that is at this issuer."""
        row = self._scope.find(sign_in_provider, issuer=issuer, client_id=client_id)
        return _provider(row) if row else None

    def providers(self) -> list[ProviderRecord]:
        """All of them, by id."""
        return [_provider(row) for row in self._scope.all(sign_in_provider, sign_in_provider.c.id)]

    def remove_provider(self, provider_id: str) -> bool:
        """Nobody signs in there any more; False when nobody did."""
        gone = self._scope.delete(sign_in_provider).where(sign_in_provider.c.id == provider_id)
        return self._scope.run(gone).rowcount == 1

    # Accounts.

    def add(self, new: AccountRecord, subject: str) -> None:
        """A new account of who is called ``subject`` by its issuer.

        Raises:
            StaleError: they have one.
        """
        blind, party = self._blind(new.issuer, subject), str(new.party) if new.party else None
        values = {"issuer": new.issuer, "subject": blind, "role": new.role, "party": party, "at": new.at}
        self._scope.add(account, id=new.id, **values)

    def get(self, account_id: str) -> AccountRecord:
        """The account with this id.

        Raises:
            NotFoundError: this organisation has no such account.
        """
        return _account(self._scope.get(account, id=account_id))

    def of(self, issuer: str, subject: str) -> AccountRecord | None:
        """The account of who is called ``subject`` by this issuer."""
        row = self._scope.find(account, issuer=issuer, subject=self._blind(issuer, subject))
        return _account(row) if row else None

    def list(self) -> builtins.list[AccountRecord]:
        """All accounts, the oldest first."""
        return [_account(row) for row in self._scope.all(account, account.c.at, account.c.id)]

    def remove(self, account_id: str) -> bool:
        """They may ask nothing any more; False when there was none."""
        gone = self._scope.delete(account).where(account.c.id == account_id)
        return self._scope.run(gone).rowcount == 1

    # Invitations.

    def invite(self, new: InvitationRecord) -> None:
        """A new invitation."""
        party = str(new.party) if new.party else None
        values = {"digest": new.digest, "role": new.role, "at": new.at, "expires_at": new.expires_at}
        self._scope.add(invitation, id=new.id, party=party, **values)

    def invited(self, digest: bytes) -> InvitationRecord | None:
        """The invitation whose code has this digest, whether it still counts or not."""
        row = self._scope.find(invitation, digest=digest)
        return _invitation(row) if row else None

    def invitation(self, invitation_id: str) -> InvitationRecord:
        """The invitation with this id, whether it still counts or not.

        Raises:
            NotFoundError: this organisation has no such invitation, or it was used.
        """
        return _invitation(self._scope.get(invitation, id=invitation_id))

    def invitations(self) -> builtins.list[InvitationRecord]:
        """All of them, the oldest first; also those that do not count any more."""
        return [_invitation(row) for row in self._scope.all(invitation, invitation.c.at, invitation.c.id)]

    def remove_invitation(self, invitation_id: str) -> bool:
        """The invitation is used, or does not count any more; False when there was none."""
        gone = self._scope.delete(invitation).where(invitation.c.id == invitation_id)
        return self._scope.run(gone).rowcount == 1

    def forget_invitations(self, now: datetime) -> int:
        """Let go of those that are over; gives how many there were."""
        return self._scope.run(self._scope.delete(invitation).where(invitation.c.expires_at <= now)).rowcount

    def _blind(self, issuer: str, subject: str) -> bytes:
        return self._scope.cipher.blind(subject, system=issuer, organisation=self._scope.organisation)


def _provider(row: Row) -> ProviderRecord:
    return ProviderRecord(
        id=row.id, issuer=row.issuer, client_id=row.client_id, connector_id=row.connector_id, at=row.at
    )


def _account(row: Row) -> AccountRecord:
    return AccountRecord(id=row.id, issuer=row.issuer, role=Role(row.role), party=_party(row), at=row.at)


def _invitation(row: Row) -> InvitationRecord:
    return InvitationRecord(
        id=row.id,
        digest=row.digest,
        role=Role(row.role),
        party=_party(row),
        at=row.at,
        expires_at=row.expires_at,
    )


def _party(row: Row) -> PartyRef | None:
    return PartyRef.parse(row.party) if row.party else None
