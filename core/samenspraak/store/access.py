"""The programs that may ask something of the hub, and their keys; of each key only the digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from samenspraak.policy.access import Role, Scope
from samenspraak.store.kept import Row
from samenspraak.store.scope import Repository
from samenspraak.store.tables import access_key, program


@dataclass(frozen=True, kw_only=True)
class ProgramRecord:
    """A program with a role.

    ``connector_id``: the system it is the program of, for an app; '' for any other · ``public_keys``: a JSON
    Web Key Set with which it signs who it is; '' when it does not.
    """

    id: str
    title: str
    role: Role
    at: datetime
    connector_id: str = ""
    public_keys: str = ""
    revoked_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class KeyRecord:
    """A key of a program.

    ``digest``: SHA-256 of the whole key, which itself is kept nowhere · ``networks``: from where it may be
    used; empty: from anywhere · ``used_at``: when it was last used, to about an hour.
    """

    id: str
    program_id: str
    digest: bytes
    scopes: frozenset[Scope]
    at: datetime
    expires_at: datetime
    networks: tuple[str, ...] = ()
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether it works, as far as the key itself goes."""
        return self.revoked_at is None and now < self.expires_at


class Access(Repository):
    """What is revoked stays, so that it can be told when it was; it never works again."""

    def vouch(self, content: bytes) -> bytes:
        """The signature of this organisation for an access token."""
        return self._scope.cipher.vouch(content, organisation=self._scope.organisation)

    # Programs.

    def add_program(self, new: ProgramRecord) -> None:
        """A new program.

        Raises:
            StaleError: there is, or was, one with this id.
            NotFoundError: there is no such connector.
        """
        self._scope.add(
            program,
            id=new.id,
            title=new.title,
            role=new.role,
            connector_id=new.connector_id or None,
            public_keys=new.public_keys or None,
            at=new.at,
            row=1,
        )

    def program(self, program_id: str) -> ProgramRecord:
        """The program with this id, revoked or not.

        Raises:
            NotFoundError: this organisation has no such program.
        """
        return _program(self._scope.get(program, id=program_id))

    def find_program(self, program_id: str) -> ProgramRecord | None:
        row = self._scope.find(program, id=program_id)
        return _program(row) if row else None

    def programs(self) -> list[ProgramRecord]:
        """All programs by id, revoked ones as well."""
        return [_program(row) for row in self._scope.all(program, program.c.id)]

    def change_keys(self, program_id: str, public_keys: str) -> None:
        """It signs with these from now on.

        Raises:
            NotFoundError: there is no such program.
        """
        own = self._scope.update(program).where(program.c.id == program_id)
        if self._scope.run(own.values(public_keys=public_keys, row=program.c.row + 1)).rowcount == 0:
            self.program(program_id)

    def revoke_program(self, program_id: str, at: datetime) -> bool:
        """It may ask nothing any more, with whatever key; False when it could not already."""
        return self._end(program, program_id, at)

    # Keys.

    def add_key(self, new: KeyRecord) -> None:
        """A new key.

        Raises:
            NotFoundError: there is no such program.
        """
        self._scope.add(
            access_key,
            id=new.id,
            program_id=new.program_id,
            digest=new.digest,
            scopes=" ".join(sorted(new.scopes)),
            networks=" ".join(new.networks),
            at=new.at,
            expires_at=new.expires_at,
            row=1,
        )

    def key(self, key_id: str) -> KeyRecord:
        """The key with this id, whether it works or not.

        Raises:
            NotFoundError: this organisation has no such key.
        """
        return _key(self._scope.get(access_key, id=key_id))

    def find_key(self, key_id: str) -> KeyRecord | None:
        row = self._scope.find(access_key, id=key_id)
        return _key(row) if row else None

    def keys(self, program_id: str | None = None) -> list[KeyRecord]:
        """All keys, or those of one program, the oldest first; revoked ones as well."""
        own = {} if program_id is None else {"program_id": program_id}
        return [_key(row) for row in self._scope.all(access_key, access_key.c.at, access_key.c.id, **own)]

    def revoke_key(self, key_id: str, at: datetime) -> bool:
        """It does not work any more; False when it was revoked before."""
        return self._end(access_key, key_id, at)

    def note_used(self, key_id: str, at: datetime) -> None:
        """Somebody used it; makes no version."""
        own = self._scope.update(access_key).where(access_key.c.id == key_id)
        self._scope.run(own.values(used_at=at))

    def _end(self, table: sa.Table, row_id: str, at: datetime) -> bool:
        working = self._scope.update(table).where(table.c.id == row_id, table.c.revoked_at.is_(None))
        return self._scope.run(working.values(revoked_at=at, row=table.c.row + 1)).rowcount == 1


def _program(row: Row) -> ProgramRecord:
    return ProgramRecord(
        id=row.id,
        title=row.title,
        role=Role(row.role),
        at=row.at,
        connector_id=row.connector_id or "",
        public_keys=row.public_keys or "",
        revoked_at=row.revoked_at,
    )


def _key(row: Row) -> KeyRecord:
    return KeyRecord(
        id=row.id,
        program_id=row.program_id,
        digest=row.digest,
        scopes=frozenset(one for one in Scope if one in row.scopes.split()),
        networks=tuple(row.networks.split()),
        at=row.at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )
