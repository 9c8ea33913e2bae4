"""Writing safely: intent before effect, a guard at the last moment, and judging each unit afterwards.

Source: design §5 (1, 2, 3, 6); simulation H3, H5, H11, H13.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from samenspraak.connectors.connector import Changes, End, Found, Look, Raw, Unseen, Written
from samenspraak.domain.canonical import digest
from samenspraak.domain.units import UnitKey, Units
from samenspraak.errors import (
    ConflictError,
    InvalidRecordError,
    OutcomeUnknownError,
    SamenspraakError,
    StaleError,
)
from samenspraak.policy.capabilities import Confirm, Create, Token, Write
from samenspraak.policy.state import Asked, Do, Intent, LinkPhase, Plan, QuestionKind, Reason, WriteKind
from samenspraak.store.records import RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync import questions
from samenspraak.sync.asking import ask_admin
from samenspraak.sync.audiences import sight_of
from samenspraak.sync.hub import Hub
from samenspraak.sync.keeping import decided_on, landed, standing
from samenspraak.sync.looking import Lease, Looker, View
from samenspraak.sync.outcome import Judged, abandoned, judge
from samenspraak.sync.settled import Settled
from samenspraak.sync.snapshot import Snapshot, page_mark

_KINDS = {
    Do.CREATE: WriteKind.CREATE,
    Do.UPDATE: WriteKind.UPDATE,
    Do.END: WriteKind.END,
    Do.RETRACT: WriteKind.RETRACT,
}


class Writer:
    """Writes to the objects of one link. Every method returns None when something moved."""

    def __init__(self, hub: Hub, organisation: str, lease: Lease, looker: Looker) -> None:
        self._hub = hub
        self._organisation = organisation
        self._lease = lease
        self._looker = looker
        self._conflicts = 0

    def write(self, view: View, decided: Plan) -> Settled | None:
        """Carry out a plan that creates, updates, ends or retracts."""
        changes = self._changes(view, decided)
        try:
            raw = self._raw(view, changes)
            remote, intent = self._intend(view, decided, changes)
        except StaleError:
            return None
        except InvalidRecordError:
            if view.reading is None and decided.do is Do.RETRACT:
                return self._cannot_take_back(view, decided)
            raise
        self._looker.forget(remote)
        try:
            written = self._send(view, decided, raw)
        except OutcomeUnknownError:
            self._save(_sent_now(remote, intent, self._hub.now()))
            raise
        except SamenspraakError as error:
            self._not_written(remote, error)
            return None
        return self._answered(view.snapshot, remote, intent, written)

    def changes_nothing(self, view: View, decided: Plan) -> bool:
        """Whether an update would send the record as it is there already."""
        found = view.found
        return found is not None and self._raw(view, self._changes(view, decided)) == found.raw

    def _cannot_take_back(self, view: View, decided: Plan) -> Settled:
        """Content that may not be there is in a record we cannot read: somebody removes it by hand."""
        asked = Asked(kind=QuestionKind.TO_DO, cause="cannot-take-back")
        with self._hub.store.write(self._organisation) as uow:
            self._lease.hold(uow)
            asking = replace(decided, questions=(asked,))
            questions.raise_all(uow, self._hub, view.snapshot, view.remote, asking)
            uow.commit()
        phase = view.remote.phase if view.remote else LinkPhase.NONE
        return Settled(reason=Reason.RETRACTING, equal=False, phase=phase, row=decided.row)

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

    def _raw(self, view: View, changes: Changes) -> Raw:
        connector, snapshot = view.snapshot.connector, view.snapshot
        before = view.found.raw if view.found else connector.new(snapshot.subject(view.part))
        return connector.put(before, changes, snapshot.directory)

    def _changes(self, view: View, decided: Plan) -> Changes:
        retracts = decided.do is Do.RETRACT
        tells = decided.tell or (retracts and bool(view.reading and view.reading.told))
        return Changes(
            set=decided.set,
            clear=decided.clear,
            told=(() if retracts else view.snapshot.told) if tells else None,
            mark=_mark(view, decided),
        )

    # Intent before effect.

    def _intend(self, view: View, decided: Plan, changes: Changes) -> tuple[RemoteRecord, Intent]:
        """Commit what is about to leave.

        Raises:
            StaleError: what it was planned on has moved; nothing was committed.
        """
        snapshot = view.snapshot
        intent = self._intent(view, decided, changes)
        with self._hub.store.write(self._organisation) as uow:
            self._lease.hold(uow)
            _unmoved(uow, self._hub, snapshot)
            questions.raise_all(uow, self._hub, snapshot, view.remote, decided)
            known = decided_on(view, decided, snapshot.record.version) or RemoteRecord(
                id=self._hub.new_id(),
                connector_id=snapshot.system.id,
                link_id=snapshot.link.id,
                part=view.part,
                phase=LinkPhase.NONE,
            )
            remote = _with_intent(known, intent, decided)
            remote = uow.remotes.save(remote) if view.remote else uow.remotes.add(remote)
            uow.commit()
        return remote, intent

    def _intent(self, view: View, decided: Plan, changes: Changes) -> Intent:
        snapshot = view.snapshot
        normal = snapshot.connector.normal
        enforced = snapshot.capabilities.token is Token.ENFORCED
        return Intent(
            kind=_KINDS[decided.do],
            version=snapshot.record.version,
            sent={
                **{key: normal(key, value) for key, value in decided.set.items()},
                **dict.fromkeys(decided.clear),
            },
            before=dict(view.reading.units) if view.reading else {},
            at=self._hub.now(),
            how=decided.how,
            mark=changes.mark,
            told=tuple(one.id for one in changes.told or ()),
            conditional=enforced and decided.do is not Do.CREATE,
            shape=snapshot.shape,
        )

    # What came of it.

    def _not_written(self, remote: RemoteRecord, error: SamenspraakError) -> None:
        """It certainly did not land: drop the intent. A conflict is read again, a few times."""
        self._save(replace(remote, intent=None))
        if isinstance(error, StaleError):
            return
        if isinstance(error, ConflictError):
            self._conflicts += 1
            if self._conflicts <= self._hub.pace.conflicts:
                return
        raise error

    def _answered(
        self, snapshot: Snapshot, remote: RemoteRecord, intent: Intent, written: Written
    ) -> Settled | None:
        answered = replace(intent, answered=True, waiting=written.waiting)
        fresh = replace(
            _sent_now(remote, answered, self._hub.now()),
            external_id=written.external_id or remote.external_id,
            phase=remote.phase if written.waiting else LinkPhase.OPEN,
        )
        if written.existed:
            self._taken_over(fresh, intent)
            return None
        fresh = self.claim(fresh)
        if written.waiting:
            return None
        if snapshot.capabilities.confirm is Confirm.RESPONSE and written.found is not None:
            return self._judge(snapshot, fresh, written.found)
        return self.resolve(snapshot, fresh)

    def _taken_over(self, remote: RemoteRecord, intent: Intent) -> None:
        """It was there already: without a base, so that only what is equal agrees (simulation H5)."""
        without = abandoned(remote, replace(intent, conditional=False), frozenset(intent.sent))
        self.claim(replace(without, base={}, seen=None, shape=None, phase=LinkPhase.OPEN))

    def claim(self, remote: RemoteRecord) -> RemoteRecord:
        """Take an external id; a pull may have met the object before its create was answered."""
        with self._hub.store.write(self._organisation) as uow:
            self._lease.hold(uow)
            if remote.external_id is not None:
                met = uow.remotes.by_external(remote.connector_id, remote.external_id)
                if met is not None and met.id != remote.id and not met.base:
                    uow.remotes.save(
                        replace(met, external_id=None, phase=LinkPhase.CLOSED, why="double", link_id=None)
                    )
            saved = uow.remotes.save(remote)
            uow.commit()
        return saved

    def resolve(self, snapshot: Snapshot, remote: RemoteRecord) -> Settled | None:
        """Find out what came of a write: by looking, once reading must show it."""
        intent = remote.intent
        if intent is None:
            return None
        sure = intent.at + timedelta(seconds=snapshot.capabilities.lag_s)
        if not intent.answered and self._hub.now() < sure:
            return _wait(remote, "outcome unknown", sure)
        if remote.external_id is None:
            return self._find(snapshot, remote, intent)
        if snapshot.capabilities.confirm is Confirm.NONE and intent.answered:
            found = Found(external_id=remote.external_id, raw=dict(remote.seen or {}))
            self._save(replace(landed(snapshot, remote, intent, found, frozenset(intent.sent)), intent=None))
            return None
        self._looker.forget(remote)
        return self._judge(snapshot, remote, self._looker.fetch(snapshot, remote))

    def _find(self, snapshot: Snapshot, remote: RemoteRecord, intent: Intent) -> Settled | None:
        """A create with a lost answer: repeat it, look it up, or ask a person (design §5.1)."""
        create = snapshot.capabilities.create
        if create is Create.NONE:
            with self._hub.store.write(self._organisation) as uow:
                self._lease.hold(uow)
                questions.ask_about_remote(uow, self._hub, snapshot, remote, cause="lost-create")
                uow.commit()
            return Settled(reason=Reason.QUESTION, equal=False, phase=remote.phase, row="lost create")
        if create is Create.REPEATABLE:
            self._save(abandoned(remote, intent, frozenset(intent.sent)))
            return None
        marker = snapshot.subject(remote.part).marker
        found = snapshot.connector.find(self._lease.call(snapshot), marker)
        if not found:
            self._save(abandoned(remote, intent, frozenset(intent.sent)))
            return None
        first, *doubles = sorted(found, key=lambda one: one.external_id)
        with self._hub.store.write(self._organisation) as uow:
            self._lease.hold(uow)
            note_doubles(uow, self._hub, remote, [one.external_id for one in doubles])
            uow.commit()
        self._taken_over(replace(remote, external_id=first.external_id), intent)
        return None

    def _judge(self, snapshot: Snapshot, remote: RemoteRecord, look: Look) -> Settled | None:
        """Compare each unit with what was sent and with what stood there before."""
        intent = remote.intent
        if intent is None:
            return None
        if not isinstance(look, Found):
            return self._not_found(snapshot, remote, intent, look)
        try:
            reading = snapshot.connector.get(look.raw, snapshot.directory)
        except InvalidRecordError as error:
            row = f"unreadable {error.field}"
            return Settled(reason=Reason.SET_APART, equal=False, phase=remote.phase, row=row)
        units = {key: value for key, value in reading.units.items() if snapshot.belongs(key, remote.part)}
        unreadable = frozenset(key for key in intent.sent if not snapshot.capabilities.reads(key))
        judged = judge(intent, units, unreadable)
        known = landed(snapshot, remote, intent, look, judged.landed)
        sure = intent.at + timedelta(seconds=snapshot.capabilities.lag_s)
        if not judged.all_landed and self._hub.now() < sure:
            # Any other value proves nothing yet: a replica may still show what stood there before.
            left = {key: intent.sent[key] for key in judged.missing | judged.other}
            self._save(replace(known, intent=replace(intent, sent=left)))
            return _wait(remote, "confirm", sure)
        self._looker.show(remote, look)
        if not intent.answered:
            # Nobody knows whether they saw ours: what differs is their edit against the state before.
            self._save(abandoned(known, intent, judged.missing | judged.other))
            return None
        known = self._not_as_sent(snapshot, known, intent, units, judged)
        known = abandoned(
            replace(known, page_mark=page_mark(snapshot.connector, look)), intent, judged.missing
        )
        self._save(known)
        if any(key in known.refused and _takes_back(intent, key) for key in judged.missing):
            return _wait(known, "not taken back", self._hub.now() + self._hub.backoff(snapshot.link.attempts))
        return None

    def _not_found(
        self, snapshot: Snapshot, remote: RemoteRecord, intent: Intent, look: Look
    ) -> Settled | None:
        """A delete of ours whose outcome stayed unknown explains a later absence (simulation H13)."""
        sure = intent.at + timedelta(seconds=snapshot.capabilities.lag_s)
        if isinstance(look, Unseen) and self._hub.now() < sure:
            return _wait(remote, "confirm", sure)
        ends = intent.kind in (WriteKind.END, WriteKind.RETRACT)
        without = abandoned(remote, intent, frozenset() if ends else frozenset(intent.sent))
        self._looker.show(remote, look)
        self._save(replace(without, ended_by_us=ends))
        return None

    def _not_as_sent(
        self, snapshot: Snapshot, remote: RemoteRecord, intent: Intent, units: Units, judged: Judged
    ) -> RemoteRecord:
        """After an answered write: what else stands there is their edit against what was sent.

        The same twice is no chance: the admin is asked, and a value that is never taken is not sent again.
        """
        marks = {
            key: digest("w1", [intent.sent[key], units.get(key)]) for key in judged.missing | judged.other
        }
        again = {key for key, mark in marks.items() if remote.rewrites.get(key) == mark}
        if again:
            with self._hub.store.write(self._organisation) as uow:
                ask_admin(uow, self._hub, snapshot.system.id, cause="rewriting-server")
                uow.commit()
        typed = {key: intent.sent[key] for key in judged.other}
        against = standing(snapshot, remote, typed, intent.version) if typed else remote
        ignored = {key: intent.sent[key] for key in again & judged.missing}
        return replace(against, rewrites={**remote.rewrites, **marks}, refused={**remote.refused, **ignored})

    def _save(self, remote: RemoteRecord) -> RemoteRecord:
        with self._hub.store.write(self._organisation) as uow:
            self._lease.hold(uow)
            saved = uow.remotes.save(remote)
            uow.commit()
        return saved


def _sent_now(remote: RemoteRecord, intent: Intent, now: datetime) -> RemoteRecord:
    """The write may have left a while after it was intended: from now on its effect must come to show."""
    return replace(remote, intent=replace(intent, at=now), written_at=now)


def _takes_back(intent: Intent, key: UnitKey) -> bool:
    """Whether the write was to take something out of sight; that is tried until it is done."""
    return intent.kind is WriteKind.RETRACT or key not in intent.shape.units


def _wait(remote: RemoteRecord, row: str, until: datetime) -> Settled:
    return Settled(reason=Reason.DUE, equal=False, phase=remote.phase, row=row, next_at=until)


def note_doubles(uow: WritingUnitOfWork, hub: Hub, remote: RemoteRecord, external_ids: list[str]) -> None:
    """Further objects that one create of ours made: known from now on, and merged by a next step."""
    for external_id in external_ids:
        if uow.remotes.by_external(remote.connector_id, external_id) is None:
            double = RemoteRecord(
                id=hub.new_id(),
                connector_id=remote.connector_id,
                link_id=remote.link_id,
                external_id=external_id,
                part=remote.part,
                phase=LinkPhase.NONE,
            )
            uow.remotes.add(double)


def _unmoved(uow: UnitOfWork, hub: Hub, snapshot: Snapshot) -> None:
    """The guard of the intent: version, consent and the connector are as they were when it was planned.

    And so is what may be seen there: who reads it, and what each of them may see, can change by itself.
    """
    agreement, link = snapshot.record.agreement, uow.links.get(snapshot.link.id)
    now = (
        uow.agreements.get(agreement.id).version,
        uow.consents.epoch(agreement.client_id),
        uow.connectors.get(snapshot.system.id).state,
        sight_of(uow, hub, agreement, snapshot.system.id, link.members).shape(),
    )
    if now != (snapshot.record.version, snapshot.epoch, snapshot.system.state, snapshot.shape):
        raise StaleError(f"Link {snapshot.link.id}: it moved since this was planned.")


def _with_intent(known: RemoteRecord, intent: Intent, decided: Plan) -> RemoteRecord:
    """A unit that is hidden leaves the base: revealed again, it is as new (simulation H7).

    What stands there too late is only accounted for when it was seen to be overwritten, not before.
    """
    hidden = decided.clear - intent.shape.units
    if intent.kind is WriteKind.CREATE:
        known = _as_new(known)
    return replace(
        known,
        intent=intent,
        written_at=intent.at,
        ended_by_us=False,
        base={key: at for key, at in known.base.items() if key not in hidden},
        shape=None
        if known.shape is None
        else replace(intent.shape, units=known.shape.units & intent.shape.units),
    )


def _as_new(known: RemoteRecord) -> RemoteRecord:
    """Nothing of an object that was there before holds for the one that is made now."""
    return replace(
        known,
        phase=LinkPhase.NONE,
        attempts=tuple(one for one in known.attempts if not one.removes),
        external_id=None,
        token=None,
        seen=None,
        base={},
        shape=None,
        held={},
        answered={},
        rewrites={},
        earlier=(),
        page_mark=None,
    )


def _mark(view: View, decided: Plan) -> str | None:
    """The mark to show; messages are numbered, so that terms A, B, A are three messages."""
    if decided.mark is None or view.snapshot.capabilities.mode is not Write.APPEND:
        return decided.mark
    last = (view.reading.mark if view.reading else None) or "#0"
    return f"{decided.mark}#{int(last.rpartition('#')[2]) + 1}"
