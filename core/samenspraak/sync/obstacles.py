"""A write or a look that was refused for good: who is told, and that the question closes when it is gone.

What trying again does not mend stops one object, never its siblings. It is tried again with every look: a
hint, a new version, a release, an answer that it is done.
"""

from __future__ import annotations

from collections.abc import Collection

import structlog

from samenspraak.errors import InvalidRecordError, SamenspraakError
from samenspraak.policy.obstacles import CANNOT_TAKE_BACK, STANDING
from samenspraak.policy.state import Asked, LinkPhase, Plan, QuestionKind, Reason
from samenspraak.store.records import QuestionRecord, RemoteRecord
from samenspraak.sync import questions
from samenspraak.sync.asking import OF_A_UNIT, unit_of, unit_subject
from samenspraak.sync.hub import Hub
from samenspraak.sync.looking import Lease
from samenspraak.sync.settled import Settled
from samenspraak.sync.snapshot import Snapshot

log = structlog.get_logger(__name__)


class Obstacles:
    """What stands in the way of the objects of one link."""

    def __init__(self, hub: Hub, organisation: str, lease: Lease) -> None:
        self._hub = hub
        self._organisation = organisation
        self._lease = lease

    def refused(self, snapshot: Snapshot, part: str, error: SamenspraakError) -> Settled:
        """How an object rests after an error that trying again does not mend.

        What must be taken back stays listed as not confirmed, and a person who can reach those readers is
        told: it is about one client's words, which an admin could not judge.
        """
        log.warning(
            "object not settled",
            organisation=self._organisation,
            link=snapshot.link.id,
            agreement=snapshot.record.agreement.id,
            connector=snapshot.system.id,
            code=error.code,
        )
        remote = next(iter(snapshot.of_part(part)), None)
        if snapshot.is_hidden and remote is not None:
            asked = Asked(kind=QuestionKind.TO_DO, cause=CANNOT_TAKE_BACK)
            return self.ask(snapshot, remote, asked, reason=Reason.RETRACTING)
        phase = remote.phase if remote else LinkPhase.NONE
        field = error.field if isinstance(error, InvalidRecordError) else ""
        if field == "client":
            return Settled(reason=Reason.WITHHELD, equal=False, phase=phase, row="client not matched there")
        return Settled(reason=Reason.FAILED, equal=False, phase=phase, row=f"{error.code} {field}".strip())

    def ask(
        self,
        snapshot: Snapshot,
        remote: RemoteRecord,
        asked: Asked,
        *,
        reason: Reason = Reason.QUESTION,
    ) -> Settled:
        """Rest with a question about this object."""
        decided = Plan(row=asked.cause, reason=reason, questions=(asked,))
        with self._hub.store.write(self._organisation) as uow:
            self._lease.hold(uow)
            questions.raise_all(uow, self._hub, snapshot, remote, decided)
            uow.commit()
        asks = asks_of(snapshot, decided)
        return Settled(reason=reason, equal=False, phase=remote.phase, row=asked.cause, asks=asks)

    def gone(self, snapshot: Snapshot, part: str, asks: Collection[str]) -> None:
        """Close the questions about this object whose cause is gone; ``asks``: what still stands."""
        remotes = {remote.id for remote in snapshot.of_part(part)}
        over = [
            one
            for one in snapshot.questions
            if one.cause in STANDING and _name(one) not in asks and _is_about(one, remotes)
        ]
        if not over:
            return
        with self._hub.store.write(self._organisation) as uow:
            self._lease.hold(uow)
            for one in over:
                if one.kind in OF_A_UNIT:
                    questions.close_unit(uow, self._hub, snapshot.record.agreement.id, unit_of(one))
                else:
                    uow.questions.close(one.id, self._hub.now())
            uow.commit()


def asks_of(snapshot: Snapshot, decided: Plan) -> frozenset[str]:
    """What a plan asks, by the names that ``Settled.asks`` has."""
    agreement_id = snapshot.record.agreement.id
    return frozenset(
        name
        for asked in decided.questions
        for name in (
            (unit_subject(agreement_id, key) for key in asked.values)
            if asked.kind in OF_A_UNIT
            else (asked.cause,)
        )
    )


def _name(question: QuestionRecord) -> str:
    return question.subject if question.kind in OF_A_UNIT else question.cause


def _is_about(question: QuestionRecord, remotes: Collection[str]) -> bool:
    return any(question.subject.startswith(f"remote:{one}:") or one in question.shows for one in remotes)
