"""Whether a connected system takes part: pausing it, and releasing it whatever held it."""

from __future__ import annotations

from dataclasses import replace

from samenspraak.errors import RuleError
from samenspraak.policy import priority
from samenspraak.policy.state import ConnectorState, QuestionKind
from samenspraak.services import ADMIN
from samenspraak.services.connectors import note
from samenspraak.services.naming import actor
from samenspraak.store.records import ConnectorRecord, QuestionRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync import restored
from samenspraak.sync.answering import answer
from samenspraak.sync.asking import admin_subject
from samenspraak.sync.delivering import try_all_again
from samenspraak.sync.hub import Hub
from samenspraak.sync.matching import wake_waiting

RELEASE = "release"
"""The answer to the question that asks for it."""


def pause(hub: Hub, organisation: str, connector_id: str, *, why: str = "", by: str = ADMIN) -> None:
    """Call this system no more until it is resumed; nothing that waits for it is discarded.

    Args:
        hub: the hub.
        organisation: whose.
        connector_id: which.
        why: for the people who meet the pause; no names.
        by: who asked.

    Raises:
        NotFoundError: there is none by this id.
        RuleError: it stands still for another reason, which a pause would hide.
    """
    with hub.store.write(organisation) as uow:
        system = uow.connectors.get(connector_id)
        if system.state in (ConnectorState.STOPPED, ConnectorState.UNAUTHORISED):
            raise RuleError(
                "connector-state",
                f"Connector {connector_id} is {system.state} and writes nothing; it waits for a person.",
            )
        uow.connectors.save(replace(system, state=ConnectorState.PAUSED, state_why=why))
        note(uow, hub, connector_id, "paused", actor(uow, by), str(system.state))
        uow.commit()


def resume(hub: Hub, organisation: str, connector_id: str, *, by: str = ADMIN) -> int:
    """Let this system take part (again), whatever held it: matching, a pause, a sign-in, a stop.

    Returns:
        How many copies are looked at again.

    Raises:
        NotFoundError: there is none by this id.
        RuleError: it takes part already.
    """
    with hub.store.write(organisation) as uow:
        system = uow.connectors.get(connector_id)
        if system.state is ConnectorState.RUNNING:
            raise RuleError("connector-state", f"Connector {connector_id} is running already.")
        looked = let_take_part(uow, hub, system, by=actor(uow, by))
        uow.commit()
    return looked


def let_take_part(uow: WritingUnitOfWork, hub: Hub, system: ConnectorRecord, *, by: str) -> int:
    """Part of a transaction: the same, and the question that asks for it is answered by that."""
    cause = _cause_of(uow, system)
    if cause is not None:
        answer(uow, hub, cause, choice=RELEASE, by=by)
    return release(uow, hub, system, by=by)


def would_look(hub: Hub, organisation: str, connector_id: str) -> int:
    """How many copies a release would look at, and bring in step where needed.

    Raises:
        NotFoundError: there is none by this id.
    """
    with hub.store.read(organisation) as uow:
        uow.connectors.get(connector_id)
        return sum(uow.links.counts(connector_id).get(connector_id, {}).values())


def release(uow: WritingUnitOfWork, hub: Hub, system: ConnectorRecord, *, by: str) -> int:
    """Part of a transaction: the system takes part again, is heard at once, and every copy is looked at."""
    uow.connectors.save(
        replace(
            system,
            state=ConnectorState.RUNNING,
            state_why="",
            failures=0,
            paused_until=None,
            breaker_until=None,
            poll_due_at=hub.now(),
            released_at=hub.now(),
        )
    )
    if system.state_why == restored.RESTORED:
        restored.judge_anew(uow, system.id)
    try_all_again(uow, hub, system.id)
    looked = uow.look_at_system(system.id, priority.BULK)
    wake_waiting(uow, system.id, "new", "unseen")
    note(uow, hub, system.id, "resumed", by, str(system.state))
    return looked


def _cause_of(uow: UnitOfWork, system: ConnectorRecord) -> QuestionRecord | None:
    """The open question that asks for this release."""
    subject = admin_subject(system.id, system.state_why)
    asked = uow.questions.list(connector_id=system.id)
    return next((one for one in asked if one.kind is QuestionKind.CONNECTOR and one.subject == subject), None)
