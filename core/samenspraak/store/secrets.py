"""Secrets that the hub made itself, encrypted; settings refer to them as ``secret://hub/ID`` (ADR 0048)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from samenspraak.store.scope import Repository
from samenspraak.store.tables import held_secret

HELD = "secret://hub/"


def reference_to(secret_id: str) -> str:
    """How settings refer to a secret with this id."""
    return f"{HELD}{secret_id}"


class Secrets(Repository):
    """The secrets of one organisation's connectors."""

    def add(self, secret_id: str, connector_id: str, text: str, at: datetime) -> None:
        self._scope.add(
            held_secret,
            id=secret_id,
            connector_id=connector_id,
            text_sealed=self._scope.seal(held_secret.c.text_sealed, secret_id, text, str),
            at=at,
        )

    def text(self, secret_id: str) -> str:
        """The secret itself.

        Raises:
            NotFoundError: this organisation has no such secret, or not any more.
        """
        row = self._scope.get(held_secret, id=secret_id)
        return self._scope.open(held_secret.c.text_sealed, secret_id, row.text_sealed, str)

    def keep(self, connector_id: str, references: Collection[str]) -> None:
        """Remove what a connector does not refer to any more."""
        kept = [one.removeprefix(HELD) for one in references]
        gone = self._scope.delete(held_secret).where(
            held_secret.c.connector_id == connector_id, held_secret.c.id.not_in(kept)
        )
        self._scope.run(gone)
