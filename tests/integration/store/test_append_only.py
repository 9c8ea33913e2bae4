"""History, statements and audit: the database itself refuses to change or remove a row."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.engine import Engine

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.errors import PermanentError
from samenspraak.store import Store
from samenspraak.store.records import AuditLine
from samenspraak.store.tables import APPEND_ONLY

SON = PartyRef(kind=PartyKind.RELATIVE, id="son")


@pytest.mark.parametrize("verb", ["UPDATE {} SET organisation = organisation", "DELETE FROM {}"])
@pytest.mark.parametrize("table", [table.name for table in APPEND_ONLY])
def test_what_was_written_stays_as_it_was(
    store: Store, engine: Engine, now: datetime, table: str, verb: str
) -> None:
    with store.write("noord") as uow:
        said = Statement(
            id="s1", kind=StatementKind.COMMENT, by=SON, at=now, through="hub", text="Het gaat goed."
        )
        uow.statements.add("stockings", said, now)
        uow.log.audit(AuditLine(at=now, actor="admin", action="said", object="statement:s1"))
        uow.commit()

    with pytest.raises(PermanentError, match="never changed or deleted"), engine.begin() as connection:
        connection.exec_driver_sql(verb.format(table))

    with store.read("noord") as uow:
        assert uow.statements.of("stockings") == [said]
        assert len(uow.agreements.history("stockings")) == 1
        assert uow.log.verify() is None
