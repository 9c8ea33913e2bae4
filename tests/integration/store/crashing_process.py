"""Run as a process of its own: is killed just before the k-th statement of one unit of work, for every k.

After each death the next one opens the same file and says what it finds. Ends with the first unit of work
that got through.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, date, datetime

import sqlalchemy as sa

from samenspraak.domain.agreements import OccurrenceKey
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import WHAT
from samenspraak.store import Cipher, Store, open_engine
from samenspraak.store.records import AuditLine, Cause, RemoteRecord

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
REPORT = Statement(
    id="s1",
    kind=StatementKind.DONE,
    by=SON,
    at=NOW,
    through="ecd",
    occurrence=OccurrenceKey(assignment_id="a1", day=date(2026, 11, 20)),
)


def opened(url: str) -> tuple[sa.Engine, Store]:
    engine = open_engine(url)
    return engine, Store(engine, Cipher(bytes(range(32))), lambda: NOW)


def work(store: Store) -> None:
    """A version, what was said, the links that must hear, an object, an audit line: all or nothing."""
    with store.write("noord") as uow:
        seen = uow.agreements.get("stockings")
        cause = Cause(actor="relative:son", why="adopted", connector_id="ecd")
        uow.links.ensure("stockings", "ecd", "", (), want=0)
        version = uow.agreements.replace(replace(seen.agreement, place="Thuis"), 1, cause, NOW, [WHAT])
        uow.statements.add("stockings", REPORT, NOW)
        uow.links.want("stockings", version, 3)
        uow.remotes.add(RemoteRecord(id="r1", connector_id="ecd", seen={"a": 1}))
        uow.log.audit(AuditLine(at=NOW, actor=cause.actor, action="adopted", object="agreement:stockings"))
        uow.commit()


def found(store: Store) -> dict[str, object]:
    with store.read("noord") as uow:
        return {
            "version": uow.agreements.get("stockings").version,
            "history": len(uow.agreements.history("stockings")),
            "said": len(uow.statements.of("stockings")),
            "wanted": [link.want for link in uow.links.of_agreement("stockings")],
            "remotes": len(uow.remotes.unlinked()),
            "audit": len(uow.log.audit_lines()),
            "broken": uow.log.verify(),
        }


def die_before(engine: sa.Engine, statement: int) -> None:
    left = iter(range(statement - 1, -1, -1))

    def count(*_: object) -> None:
        if next(left, -1) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(engine, "before_cursor_execute", count)
    sa.event.listen(engine, "commit", count)


def main(url: str) -> None:
    for statement in range(1, 100):
        child = os.fork()
        if child == 0:
            engine, store = opened(url)
            die_before(engine, statement)
            work(store)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        engine, store = opened(url)
        print(json.dumps({"killed": os.WIFSIGNALED(status), **found(store)}), flush=True)
        engine.dispose()
        if os.WIFEXITED(status):
            return


if __name__ == "__main__":
    main(sys.argv[1])
