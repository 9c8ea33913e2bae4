"""How an organisation stands, as ``status`` and ``sync run`` tell it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from samenspraak.cli._answers import plain, table
from samenspraak.cli._texts import Texts
from samenspraak.services.status import Status


def document_of(status: Status) -> dict[str, Any]:
    """The status with what follows from it."""
    return {
        **plain(status),
        "converged": status.converged,
        "convergence": round(status.convergence, 4),
        "needs_a_person": status.needs_a_person,
        "systems": [
            {
                **plain(one),
                "converged": one.converged,
                "convergence": round(one.convergence, 4),
                "needs_a_person": one.needs_a_person,
            }
            for one in status.systems
        ],
    }


def lines_of(status: Status, texts: Texts) -> Iterator[str]:
    """The same for people: the systems, then what waits, then the outcome."""
    headings = [texts(key) for key in ("connection", "standing", "agreement", "heard")]
    rows = (
        (
            one.id,
            texts.word("connector", one.state),
            ", ".join(f"{texts.word('reason', reason)}: {count}" for reason, count in one.links.items()),
            texts.moment(one.heard_at),
        )
        for one in status.systems
    )
    yield from table(headings, rows) or [texts("connector.none")]
    for one in status.systems:
        if one.told and one.told.since is not None:
            health, since = texts.word("health", one.told.health), texts.moment(one.told.since)
            yield texts("status.told", id=one.id, health=health, since=since)
    if status.questions:
        kinds = ", ".join(
            f"{texts.word('question', kind)}: {count}" for kind, count in status.questions.items()
        )
        yield texts("status.questions", count=sum(status.questions.values()), kinds=kinds)
    if status.overdue:
        yield texts("status.overdue", count=status.overdue)
    if status.waiting_people:
        yield texts("status.people", count=status.waiting_people)
    if status.waiting_records:
        yield texts("status.records", count=status.waiting_records)
    yield texts("status.equal" if status.converged else "status.due")
    if status.needs_a_person:
        yield texts("status.attention")
