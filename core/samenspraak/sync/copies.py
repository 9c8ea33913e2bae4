"""The objects of one link in another system: one step at a time, each step one plan and what it asks.

A step settles an object (it says why it is as it is) or moves something, after which everything is read
from the store again. Nothing is decided here: that is ``policy.plan``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from samenspraak.connectors.looks import Found
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import apply
from samenspraak.errors import InvalidRecordError, PermanentError
from samenspraak.policy.contest import held_back
from samenspraak.policy.lawful import unlawful
from samenspraak.policy.settling import may_settle
from samenspraak.policy.state import Do, LinkPhase, NotSeen, Plan, Reason
from samenspraak.policy.terms import waits_for_others
from samenspraak.store.records import Cause, LinkRecord, RemoteRecord
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync import questions, restored, said
from samenspraak.sync.brake import lets_through
from samenspraak.sync.confirming import Confirmer
from samenspraak.sync.doubles import Doubles, to_take_back
from samenspraak.sync.hub import Hub
from samenspraak.sync.keeping import decided_on, noticed
from samenspraak.sync.looking import Lease, Looker, View
from samenspraak.sync.obstacles import Obstacles, asks_of
from samenspraak.sync.proposals import Proposals
from samenspraak.sync.settled import Landed, MovedOnError, Settled
from samenspraak.sync.siblings import contested
from samenspraak.sync.snapshot import Snapshot
from samenspraak.sync.today import author_of, plan_of
from samenspraak.sync.together import Ask, Keep, Work
from samenspraak.sync.versions import record_version
from samenspraak.sync.writing import Writer

Save = Callable[[WritingUnitOfWork, RemoteRecord], RemoteRecord]
Act = Callable[["Copies", View, Plan], Settled | Landed | None]


class Copies:
    """Works on the objects of one link while its lease is held."""

    def __init__(self, hub: Hub, organisation: str, link: LinkRecord) -> None:
        self._hub = hub
        self._organisation = organisation
        self._lease = Lease(hub, organisation, link)
        self._looker = Looker(self._lease)
        self._obstacles = Obstacles(hub, organisation, self._lease)
        self._confirmer = Confirmer(hub, organisation, self._lease, self._looker, self._obstacles)
        self._proposals = Proposals(hub, organisation, self._lease, self._looker, self._confirmer)
        self._doubles = Doubles(hub, organisation, self._lease, self._looker)
        self._writer = Writer(hub, organisation, self._lease, self._looker, self._confirmer, self._obstacles)

    @property
    def has_asked(self) -> bool:
        """Whether a request to their system left."""
        return self._lease.has_asked

    def hold(self, uow: WritingUnitOfWork) -> None:
        """Renew the lease; raises :class:`StaleError` when another worker has taken over."""
        self._lease.hold(uow)

    def step(self, snapshot: Snapshot, part: str) -> Work[Settled | None]:
        """One plan for one object, carried out. None: something moved, read everything again."""
        try:
            settled = yield from self._step(snapshot, part)
        except (PermanentError, InvalidRecordError) as error:
            settled = self._obstacles.refused(snapshot, part, error)
        if settled is not None and settled.asks is not None:
            self._obstacles.gone(snapshot, part, settled.asks)
        return settled

    def _step(self, snapshot: Snapshot, part: str) -> Work[Settled | None]:
        if self._may_have_moved(snapshot, part) and (yield Ask(lambda: self._moved(snapshot, part))):
            return None
        view = yield from self._view(snapshot, part)
        if not self._looker.is_sure(view):
            return self._look_later(view, "soon after a change")
        if self._heard(view):
            return None
        self._note_opened(view)
        decided = plan_of(view)
        if settling := self._settling(view, decided):
            return settling
        if decided.do in _WRITES:
            came = yield from self._write(view, decided)
        elif act := _ACTS.get(decided.do):
            came = yield Ask(lambda: act(self, view, decided))
        else:
            came = self._rest(view, decided)
        return (yield from self._confirmed(snapshot, part, came)) if isinstance(came, Landed) else came

    def _view(self, snapshot: Snapshot, part: str) -> Work[View]:
        if self._looker.is_at_hand(snapshot, part):
            return self._looker.view(snapshot, part)
        view: View = yield Ask(lambda: self._looker.view(snapshot, part))
        return view

    @staticmethod
    def _may_have_moved(snapshot: Snapshot, part: str) -> bool:
        waits = any(one.intent and one.intent.waiting for one in snapshot.of_part(part)[:1])
        hidden = snapshot.is_hidden and bool(snapshot.remotes)
        return waits or hidden or bool(to_take_back(snapshot))

    def _moved(self, snapshot: Snapshot, part: str) -> bool:
        return self._proposals.moved(snapshot, part) or self._doubles.take_back(snapshot)

    def _confirmed(self, snapshot: Snapshot, part: str, landed: Landed) -> Work[Settled | None]:
        """What is left to do now that a write has landed: mostly nothing, and then that is kept with it.

        Whatever came in since the snapshot has raised the link's version or its looks, and stays to be done.
        """
        is_of_now = snapshot.bases.keys() | {snapshot.record.version} >= set(landed.remote.base.values())
        if is_of_now and (
            settled := self._at_rest(snapshot.after(landed.remote), part, self._confirmer.take)
        ):
            return settled
        yield Keep(lambda uow: self._confirmer.keep(uow, landed.remote))
        return None

    def adopted(self, snapshot: Snapshot, remote: RemoteRecord, found: Found, save: Save) -> Settled | None:
        """How an object rests of which all was just taken over; None: it must be looked at all the same."""
        self._looker.show(remote, found)
        return self._at_rest(snapshot.after(remote), remote.part, save)

    def _at_rest(self, snapshot: Snapshot, part: str, save: Save) -> Settled | None:
        """How the object rests by what is at hand, when nothing is left to do, to hide or to take over."""
        view = self._looker.view(snapshot, part)
        if view.reading is None or not view.reading.units.keys() <= snapshot.shape.units or self._news(view):
            return None
        decided = plan_of(view)
        return self._rest(view, decided, save) if decided.do is Do.NOTHING else None

    def _look_later(self, view: View, row: str) -> Settled:
        """What was seen proves nothing until reading shows every write."""
        sure = self._hub.now() + timedelta(seconds=view.snapshot.capabilities.lag_s)
        return Settled(reason=Reason.DUE, equal=False, phase=_phase(view), row=row, next_at=sure)

    def _settling(self, view: View, decided: Plan) -> Settled | None:
        """A message waits until the first of the changes that it tells is a moment old."""
        snapshot = view.snapshot
        can, since, urgency = snapshot.capabilities, snapshot.untold_since, self._lease.link.priority
        if since is None or not may_settle(decided, can, urgency):
            return None
        until = since + timedelta(seconds=can.settle_s)
        if self._hub.now() >= until:
            return None
        return Settled(
            reason=Reason.DUE, equal=False, phase=_phase(view), row="settling", next_at=until, waits=True
        )

    @staticmethod
    def _news(view: View) -> Sequence[Statement]:
        """Assents, reports and comments that are new.

        What was said in a copy that is about to be taken back was said while it could be read there.
        """
        remote = view.remote
        was_there = remote is not None and (remote.base or remote.attempts)
        ours_is_there = view.snapshot.shape or was_there
        if view.reading is None or not ours_is_there:
            return ()
        known = {one.id for one in view.snapshot.statements}
        return [one for one in view.reading.said if one.id not in known]

    def _heard(self, view: View) -> bool:
        """Take over what is new of what was said; those are facts, never merged."""
        fresh = self._news(view)
        if fresh:
            with self._hub.store.write(self._organisation) as uow:
                self._lease.hold(uow)
                said.take_over(uow, self._hub, view.snapshot, fresh)
                uow.commit()
        return bool(fresh)

    def _note_opened(self, view: View) -> None:
        """Keep what is new of who read what there."""
        reading, snapshot = view.reading, view.snapshot
        if reading is None or not (reading.opened and snapshot.capabilities.tells_readers):
            return
        with self._hub.store.read(self._organisation) as uow:
            known = {(one.reader, one.read_at) for one in uow.receipts.of_link(snapshot.link.id)}
        readers = snapshot.link.members
        fresh = [one for one in reading.opened if one.by in readers and (one.by, one.at) not in known]
        if fresh:
            with self._hub.store.write(self._organisation) as uow:
                self._lease.hold(uow)
                said.note_opened(uow, snapshot, fresh)
                uow.commit()

    # Acts: what each kind of plan asks.

    def _rest(self, view: View, decided: Plan, save: Save | None = None) -> Settled:
        """Nothing to write: what was decided is kept, and what must be asked is asked.

        ``save``: keeps the object, when what is known of it was not kept before.
        """
        record = view.snapshot.record
        remote = decided_on(view, decided, record.version)
        moved = save is not None or remote != view.remote
        asks = bool(decided.questions or decided.released or decided.hold)

        def keep(uow: WritingUnitOfWork) -> None:
            if asks and uow.agreements.version_of(record.agreement.id) != record.version:
                raise MovedOnError("What was to be asked about has changed.")
            questions.raise_all(uow, self._hub, view.snapshot, view.remote, decided)
            if remote is not None and save is not None:
                save(uow, remote)
            elif remote is not None and moved:
                uow.remotes.save(remote)

        return Settled(
            reason=decided.reason,
            equal=decided.reason is Reason.EQUAL,
            phase=remote.phase if remote else LinkPhase.NONE,
            row=decided.row,
            keep=keep if moved or asks else None,
            asks=asks_of(view.snapshot, decided) if _looked(view, decided) else None,
            next_at=self._hub.now() + self._hub.pace.unseen if _may_still_show(view, decided) else None,
            missing=frozenset(
                key
                for key in view.snapshot.shape.units | frozenset(view.snapshot.units)
                if not view.snapshot.has_place(key)
            ),
        )

    def _hold_back(self, view: View, held: Plan) -> None:
        """Keep at once what is held and asked, before anything else goes on."""
        keep = self._rest(view, held).keep
        if keep is not None:
            with suppress(MovedOnError), self._hub.store.write(self._organisation) as uow:
                self._lease.hold(uow)
                keep(uow)
                uow.commit()

    def _adopt(self, view: View, decided: Plan) -> Settled | None:
        """Their edit becomes a version; a merge that breaks a rule becomes a question.

        So does an edit of what somebody changes elsewhere at the same time.
        """
        snapshot = view.snapshot
        if not lets_through(self._hub, self._organisation, self._lease.link, decided):
            return None
        # An end is no value among others: of two ends the later one in the chain counts, without a question.
        if decided.rows and (both := contested(self._hub, self._organisation, self._lease, view, decided)):
            self._hold_back(view, held_back(decided, both))
            return None
        if broken := unlawful(snapshot.record.agreement, decided.adopt):
            held = held_back(decided, broken.keys(), f"rule:{min(broken.values())}")
            if not held.rows:
                return self._rest(view, held)
            self._hold_back(view, held)  # the other units go on, now that these are held
            return None
        after = apply(snapshot.record.agreement, decided.adopt)
        who = author_of(view)
        cause = Cause(
            actor=str(who) if who and who.is_resolved else "system",
            why="adopted",
            connector_id=snapshot.system.id,
            rules={key: decided.rows.get(key, decided.row) for key in decided.adopt},
        )
        with self._hub.store.write(self._organisation) as uow:
            self._lease.hold(uow)
            if author := self._agreeing_author(view, decided):
                said.agrees(uow, self._hub, after, author)
            version = record_version(uow, self._hub, snapshot.record, after, cause=cause)
            questions.raise_all(uow, self._hub, snapshot, view.remote, decided)
            remote = decided_on(view, decided, version)
            if remote is not None:
                uow.remotes.save(remote)
            uow.commit()
        return None

    @staticmethod
    def _agreeing_author(view: View, decided: Plan) -> str:
        """Whoever edited what only holds once everybody agrees, when nobody else needed to."""
        snapshot = view.snapshot
        author = author_of(view)
        touched = author and waits_for_others(snapshot.units, decided.adopt, groups=snapshot.groups)
        return str(author) if touched else ""

    def _close(self, view: View, decided: Plan) -> Settled | None:
        """Both are over, or a retraction was seen to have landed."""
        remote = view.remote
        if remote is None:
            return self._rest(view, decided)
        retracted = decided.reason is Reason.RETRACTED
        if retracted and remote.written_at is not None:
            # A request past its last check can still arrive; only a later look confirms (design §5.2).
            lag = timedelta(seconds=view.snapshot.capabilities.lag_s)
            sure = remote.written_at + lag + self._hub.pace.lease
            if self._hub.now() < sure:
                return Settled(
                    reason=Reason.RETRACTING, equal=False, phase=remote.phase, row=decided.row, next_at=sure
                )
        closed = replace(
            noticed(view, remote),
            phase=LinkPhase.CLOSED,
            base={} if retracted else remote.base,
            seen=_left(view, decided) if retracted else remote.seen,
            shape=None if retracted else remote.shape,
            # What a question held there was kept apart before it was taken back.
            held={} if retracted else remote.held,
            # Live again some day, what we took away is made again without asking.
            ended_by_us=remote.ended_by_us or any(one.removes for one in remote.attempts),
            intent=None,
        )
        if closed != remote:
            with self._hub.store.write(self._organisation) as uow:
                self._lease.hold(uow)
                questions.raise_all(uow, self._hub, view.snapshot, remote, decided)
                for key in remote.held.keys() - closed.held.keys():
                    questions.close_unit(
                        uow, self._hub, view.snapshot.record.agreement.id, key, except_remote=remote
                    )
                uow.remotes.save(closed)
                uow.commit()
        if retracted and view.snapshot.shape:
            return None  # it may be seen again by now, and is made anew
        return Settled(
            reason=decided.reason,
            equal=False,
            phase=LinkPhase.CLOSED,
            row=decided.row,
            asks=asks_of(view.snapshot, decided),
        )

    def _stop(self, view: View, decided: Plan) -> Settled | None:
        """The peer went back in time: everything for the connector stops until a person has looked.

        Where reading may lag, one look is not enough: the next one must say so again.
        """
        if view.snapshot.capabilities.lag_s and self._lease.link.detail != decided.row:
            return self._look_later(view, decided.row)
        with self._hub.store.write(self._organisation) as uow:
            self._lease.hold(uow)
            restored.stop(uow, self._hub, view.snapshot.system.id)
            uow.commit()
        return Settled(reason=decided.reason, equal=False, phase=_phase(view), row=decided.row)

    def _resolve(self, view: View, decided: Plan) -> Settled | Landed | None:
        if view.remote is None:
            return self._rest(view, decided)
        return self._confirmer.resolve(view.snapshot, view.remote)

    def _write(self, view: View, decided: Plan) -> Work[Settled | Landed | None]:
        if decided.do is Do.UPDATE and self._writer.changes_nothing(view, decided):
            listed = decided.set or decided.clear
            reason = Reason.CANNOT_CARRY if listed else Reason.QUESTION if decided.hold else Reason.EQUAL
            return self._rest(view, replace(decided, do=Do.NOTHING, reason=reason))
        return (yield from self._writer.write(view, decided))

    def _merge_doubles(self, view: View, decided: Plan) -> Settled | None:
        self._doubles.merge(view)
        return None

    def _withdraw(self, view: View, decided: Plan) -> Settled | None:
        if not self._proposals.withdraw(view):
            return self._rest(view, decided)
        return None


def _left(view: View, decided: Plan) -> Mapping[str, object] | None:
    """What is known of an object from which all that was ours was taken back: of their own record, all."""
    if view.found is None or not decided.rows:
        return None
    return view.snapshot.connector.own(view.found.raw)


def _looked(view: View, decided: Plan) -> bool:
    """Whether the plan rests on what is there now."""
    return decided.do is not Do.WAIT and not isinstance(view.theirs, NotSeen)


def _may_still_show(view: View, decided: Plan) -> bool:
    """Whether what must be gone was out of our sight only: then we look again before long."""
    unseen = isinstance(view.theirs, NotSeen) and decided.do is not Do.WAIT
    return unseen and decided.reason is Reason.RETRACTING


def _phase(view: View) -> LinkPhase:
    return view.remote.phase if view.remote else LinkPhase.NONE


_WRITES = frozenset({Do.CREATE, Do.UPDATE, Do.END, Do.RETRACT})
_ACTS: Mapping[Do, Act] = {
    Do.ADOPT: Copies._adopt,
    Do.CLOSE: Copies._close,
    Do.STOP: Copies._stop,
    Do.RESOLVE: Copies._resolve,
    Do.WITHDRAW: Copies._withdraw,
    Do.MERGE_DOUBLES: Copies._merge_doubles,
}
