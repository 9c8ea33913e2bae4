"""What clients allow, and a number per client that moves with every change of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from samenspraak.domain.consent import Consent
from samenspraak.errors import StaleError
from samenspraak.store.kept import Row
from samenspraak.store.scope import Repository
from samenspraak.store.tables import consent, consent_epoch


class Consents(Repository):
    """The consents of one organisation's clients. Nothing changes them without moving the epoch."""

    def add(self, new: Consent, by: str, at: datetime) -> None:
        """Record a consent or an objection.

        Raises:
            StaleError: there is one with this id already.
            NotFoundError: its client is not known.
        """
        unwithdrawn = replace(new, withdrawn_at=None)
        self._scope.add(
            consent,
            id=new.id,
            client_id=new.client_id,
            at=at,
            by=by,
            withdrawn_at=new.withdrawn_at,
            document_sealed=self._scope.seal(consent.c.document_sealed, new.id, unwithdrawn, Consent),
        )
        self.raise_epoch(new.client_id)

    def withdraw(self, consent_id: str, by: str, at: datetime) -> Consent:
        """It does not hold any more, from this moment.

        Raises:
            StaleError: it was withdrawn before.
            NotFoundError: this organisation has no such consent.
        """
        standing = self._scope.update(consent).where(
            consent.c.id == consent_id, consent.c.withdrawn_at.is_(None)
        )
        changed = standing.values(withdrawn_at=at, withdrawn_by=by, row=consent.c.row + 1)
        withdrawn = self._scope.run(changed).rowcount == 1
        now = self.get(consent_id)
        if not withdrawn:
            raise StaleError(f"Consent {consent_id} was withdrawn before.")
        self.raise_epoch(now.client_id)
        return now

    def change(self, changed: Consent) -> None:
        """Its client, recipient or agreement is known by another id now; what was allowed stays.

        Raises:
            NotFoundError: this organisation has no such consent, or no such client.
        """
        before = self.get(changed.id)
        document = replace(changed, withdrawn_at=None)
        sealed = self._scope.seal(consent.c.document_sealed, changed.id, document, Consent)
        moved = self._scope.update(consent).where(consent.c.id == changed.id)
        self._scope.run(
            moved.values(client_id=changed.client_id, document_sealed=sealed, row=consent.c.row + 1)
        )
        for client_id in {before.client_id, changed.client_id}:
            self.raise_epoch(client_id)

    def get(self, consent_id: str) -> Consent:
        """The consent.

        Raises:
            NotFoundError: this organisation has no such consent.
        """
        return self._consent(self._scope.get(consent, id=consent_id))

    def of_client(self, client_id: str) -> list[Consent]:
        """Everything recorded for a client, withdrawn ones too, in the order it was recorded."""

        def made() -> list[Consent]:
            rows = self._scope.all(consent, consent.c.at, consent.c.id, client_id=client_id)
            return [self._consent(row) for row in rows]

        return list(self._scope.made_of(consent, client_id, made))

    def epoch(self, client_id: str) -> int:
        """How often what this client allows has changed; 0 when it never did."""
        row = self._scope.find(consent_epoch, client_id=client_id)
        return row.epoch if row else 0

    def raise_epoch(self, client_id: str) -> int:
        """What was planned under an earlier epoch may not be sent any more; gives the new one.

        Every change of a consent does this; so should whatever else decides who may see something.
        """
        epoch = self.epoch(client_id) + 1
        self._scope.put(consent_epoch, {"client_id": client_id}, epoch=epoch)
        return epoch

    def _consent(self, row: Row) -> Consent:
        recorded = self._scope.open(consent.c.document_sealed, row.id, row.document_sealed, Consent)
        return replace(recorded, withdrawn_at=row.withdrawn_at)
