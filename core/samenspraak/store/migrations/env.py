"""How Alembic runs here: on the connection and in the transaction that ``store.migrate`` opened."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from samenspraak.store.columns import Moment
from samenspraak.store.tables import metadata


def _written(kind: str, item: Any, _: object) -> str | Literal[False]:
    """A migration names what the database has, not what the code calls it today."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=_written,
)
context.run_migrations()
