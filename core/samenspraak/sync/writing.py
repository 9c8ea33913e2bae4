"""Writing safely: what may leave, and what to do when it did not.

Source: design §5 (1, 2, 5). What is about to leave is in ``intending``, what came of it in ``confirming``.
"""

from __future__ import annotations

from dataclasses import replace

from samenspraak.connectors.looks import Raw
from samenspraak.connectors.writes import Changes, End, Written
from samenspraak.errors import (
    ConflictError,
    InvalidRecordError,
    NoTargetError,
    OutcomeUnknownError,
    PermanentError,
    SamenspraakError,
    StaleError,
)
from samenspraak.policy.obstacles import CANNOT_TAKE_BACK, CREATE_REFUSED, NO_TARGET, WRITTEN_BETWEEN
from samenspraak.policy.state import (
    Asked,
    Do,
    Intent,
    LinkPhase,
    Plan,
    QuestionKind,
    Reason,
    There,
    WriteKind,
)
from samenspraak.store.records import RemoteRecord
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync import questions
from samenspraak.sync.confirming import Confirmer
from samenspraak.sync.hub import Hub
from samenspraak.sync.intending import changes_of, intent_of, sent_now, succeeded, unmoved, with_intent
from samenspraak.sync.keeping import decided_on
from samenspraak.sync.looking import Lease, Looker, View
from samenspraak.sync.obstacles import Obstacles
from samenspraak.sync.outcome import takes_back
from samenspraak.sync.settled import Landed, Settled
from samenspraak.sync.snapshot import Snapshot
from samenspraak.sync.telling import note_leaving
from samenspraak.sync.together import Ask, Keep, Work

_TOLD = (ConflictError, InvalidRecordError, PermanentError)


class Writer:
    """Writes to the objects of one link. None: something moved, plan again."""

    def __init__(
        self,
        hub: Hub,
        organisation: str,
        lease: Lease,
        looker: Looker,
        confirmer: Confirmer,
        obstacles: Obstacles,
    ) -> None:
        self._hub = hub
        self._organisation = organisation
        self._lease = lease
        self._looker = looker
        self._confirmer = confirmer
        self._obstacles = obstacles
        self._conflicts = 0

    def write(self, view: View, decided: Plan) -> Work[Settled | Landed | None]:
        """Carry out a plan that creates, updates, ends or retracts."""
        if decided.do is Do.CREATE:  # what stands there, if anything, is not what is made now
            view = replace(view, found=None, reading=None)
        changes = changes_of(view, decided)
        try:
            raw = _raw(view, changes)
            remote, intent = yield Keep(lambda uow: self._intend(uow, view, decided, changes))
        except StaleError:
            return None
        self._looker.forget(remote)
        try:
            written = yield Ask(lambda: self._send(view, decided, raw))
        except OutcomeUnknownError:
            self._confirmer.save(sent_now(remote, intent, self._hub.now()))
            raise
        except SamenspraakError as error:
            return self._not_written(view.snapshot, remote, intent, error)
        return (yield from self._confirmer.answered(view.snapshot, remote, intent, written))

    def changes_nothing(self, view: View, decided: Plan) -> bool:
        """Whether an update would send the record as it is there already."""
        return view.found is not None and _raw(view, changes_of(view, decided)) == view.found.raw

    def _intend(
        self, uow: WritingUnitOfWork, view: View, decided: Plan, changes: Changes
    ) -> tuple[RemoteRecord, Intent]:
        """Keep what is about to leave.

        Raises:
            StaleError: what it was planned on has moved; nothing is kept.
        """
        snapshot = view.snapshot
        intent = intent_of(view, decided, changes, self._hub.now())
        unmoved(uow, self._hub, snapshot, self._lease.hold(uow))
        questions.raise_all(uow, self._hub, snapshot, view.remote, decided)
        known = decided_on(view, decided, snapshot.record.version) or RemoteRecord(
            id=self._hub.new_id(),
            connector_id=snapshot.system.id,
            link_id=snapshot.link.id,
            part=view.part,
            phase=LinkPhase.NONE,
        )
        remote = with_intent(known, intent, decided.clear & snapshot.units.keys())
        remote = uow.remotes.save(remote) if view.remote else uow.remotes.add(remote)
        if decided.do is Do.CREATE and known.external_id is not None and isinstance(view.theirs, There):
            uow.remotes.add(succeeded(known, self._hub.new_id()))
        note_leaving(uow, snapshot, intent)
        return remote, intent

    def _send(self, view: View, decided: Plan, raw: Raw) -> Written:
        connector = view.snapshot.connector
        call = self._lease.call(view.snapshot, retraction=decided.do is Do.RETRACT)
        if decided.do is Do.CREATE:
            return connector.create(call, view.snapshot.subject(view.part), raw)
        if view.found is None:
            raise StaleError(f"Link {view.snapshot.link.id}: the object is not in sight.")
        if decided.do is Do.UPDATE:
            return connector.update(call, view.found, raw)
        return connector.end(call, view.found, raw, End(decided.how))

    def _not_written(
        self, snapshot: Snapshot, remote: RemoteRecord, intent: Intent, error: SamenspraakError
    ) -> Settled | None:
        """It certainly did not land, so the intent is dropped. The kind of error says what to do.

        Raises:
            SamenspraakError: nothing can be said about this object alone, or it is tried again later.
        """
        remote = self._confirmer.save(replace(remote, intent=None))
        if isinstance(error, StaleError) or (isinstance(error, ConflictError) and self._at_once()):
            return None
        if isinstance(error, ConflictError) and self._lease.link.attempts < self._hub.pace.conflicts:
            raise error
        asked = _asks(intent, error)
        if asked is None:
            raise error
        reason = Reason.RETRACTING if asked.cause == CANNOT_TAKE_BACK else Reason.QUESTION
        return self._obstacles.ask(snapshot, remote, asked, reason=reason)

    def _at_once(self) -> bool:
        """Whether to read again now: a few times; then with growing pauses, and at last a person is asked."""
        self._conflicts += 1
        return self._conflicts <= self._hub.pace.conflicts


def _asks(intent: Intent, error: SamenspraakError) -> Asked | None:
    """Who must know of a write that was refused, if anybody; it asks what each side says of what it held."""
    if isinstance(error, _TOLD) and takes_back(intent):
        return Asked(kind=QuestionKind.TO_DO, cause=CANNOT_TAKE_BACK)
    if isinstance(error, NoTargetError):
        return Asked(kind=QuestionKind.TO_DO, values=intent.sent, cause=NO_TARGET)
    if not isinstance(error, ConflictError) or not intent.sent:
        return None
    if intent.kind is WriteKind.CREATE:
        return Asked(kind=QuestionKind.CONNECTOR, cause=CREATE_REFUSED)
    before = {key: intent.before.get(key) for key in intent.sent}
    return Asked(kind=QuestionKind.CONFLICT, values=before, cause=WRITTEN_BETWEEN)


def _raw(view: View, changes: Changes) -> Raw:
    connector, snapshot = view.snapshot.connector, view.snapshot
    before = view.found.raw if view.found else connector.new(snapshot.subject(view.part))
    return connector.put(before, changes, snapshot.directory)
