"""What came of a write: found out before anything is repeated, and judged unit by unit.

Source: design §5 (1, 3, 6); simulation H3, H5, H11, H13.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from samenspraak.connectors.looks import Found, Look, Reading, Unseen
from samenspraak.connectors.writes import Written
from samenspraak.domain.canonical import digest
from samenspraak.domain.units import Units
from samenspraak.errors import InvalidRecordError
from samenspraak.policy.capabilities import Confirm, Create, Token
from samenspraak.policy.obstacles import LOST_CREATE, POSSIBLY_OVERWRITTEN
from samenspraak.policy.state import Asked, Intent, LinkPhase, QuestionKind, Reason, WriteKind
from samenspraak.store.records import DOUBLE, RemoteRecord
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync.asking import ask_admin
from samenspraak.sync.hub import Hub
from samenspraak.sync.intending import sent_now
from samenspraak.sync.keeping import landed, standing, typed_over
from samenspraak.sync.listed import made_by
from samenspraak.sync.looking import Lease, Looker
from samenspraak.sync.obstacles import Obstacles
from samenspraak.sync.outcome import Judged, abandoned, beside, changes_between, judge, takes_back
from samenspraak.sync.settled import Landed, Settled
from samenspraak.sync.sides import misnamed_in, page_mark, went_back
from samenspraak.sync.snapshot import Snapshot
from samenspraak.sync.together import Ask, Keep, Work

_DROPPED = 8
"""How many writes are remembered of which something was dropped there."""


@dataclass(frozen=True, kw_only=True)
class _Compared:
    """What stands there after a write, beside what was sent.

    ``units``: those of this object · ``shows``: per thing that was put beside the units whether it is there.
    """

    look: Found
    reading: Reading
    units: Units
    judged: Judged
    shows: Mapping[str, bool]

    @property
    def is_as_sent(self) -> bool:
        return self.judged.all_landed and all(self.shows.values())


def _compared(snapshot: Snapshot, remote: RemoteRecord, intent: Intent, look: Found) -> _Compared:
    """Each unit beside what was sent, and what stood there before.

    Raises:
        InvalidRecordError: what stands there cannot be read.
    """
    reading = snapshot.connector.get(look.raw, snapshot.directory)
    units = {key: value for key, value in reading.units.items() if snapshot.belongs(key, remote.part)}
    unreadable = frozenset(key for key in intent.sent if not snapshot.capabilities.reads(key))
    return _Compared(
        look=look,
        reading=reading,
        units=units,
        judged=judge(intent, units, unreadable, misnamed_in(snapshot, remote.part, reading, look)),
        shows=beside(intent, reading),
    )


class Confirmer:
    """Finds out what came of the writes to the objects of one link. None: something moved, plan again.

    What was seen to have landed is given back to be kept with what follows from it.
    """

    def __init__(
        self, hub: Hub, organisation: str, lease: Lease, looker: Looker, obstacles: Obstacles
    ) -> None:
        self._hub = hub
        self._organisation = organisation
        self._lease = lease
        self._looker = looker
        self._obstacles = obstacles

    def answered(
        self, snapshot: Snapshot, remote: RemoteRecord, intent: Intent, written: Written
    ) -> Work[Settled | Landed | None]:
        """An answer came: it says what stands there now, or reading must show it."""
        answered = replace(intent, answered=True, waiting=written.waiting)
        fresh = replace(
            sent_now(remote, answered, self._hub.now()),
            external_id=written.external_id or remote.external_id,
            phase=remote.phase if written.waiting else LinkPhase.OPEN,
        )
        if written.existed:
            self._taken_over(fresh, intent)
            return None
        shown = written.found if snapshot.capabilities.confirm is Confirm.RESPONSE else None
        if shown and not written.waiting:
            with suppress(InvalidRecordError):
                compared = _compared(snapshot, fresh, answered, shown)
                if known := self._landed(snapshot, fresh, answered, compared):
                    return Landed(remote=known)
        kept = yield Keep(lambda uow: self.keep(uow, fresh))
        if written.waiting:
            return None
        came: Settled | Landed | None = yield Ask(lambda: self.resolve(snapshot, kept, shown))
        return came

    def resolve(
        self, snapshot: Snapshot, remote: RemoteRecord, shown: Found | None = None
    ) -> Settled | Landed | None:
        """Find out what came of a write: by what its answer showed, or by looking once that must show it."""
        intent = remote.intent
        if intent is None:
            return None
        if shown is not None:
            return self._judge(snapshot, remote, shown)
        sure = intent.at + timedelta(seconds=snapshot.capabilities.lag_s)
        if not intent.answered and self._hub.now() < sure:
            return _wait(remote, "outcome unknown", sure)
        if remote.external_id is None:
            return self._find(snapshot, remote, intent)
        if snapshot.capabilities.confirm is Confirm.NONE and intent.answered:
            made_of = remote.seen or snapshot.connector.new(snapshot.subject(remote.part))
            found = Found(external_id=remote.external_id, raw=dict(made_of))
            self.save(replace(landed(snapshot, remote, intent, found, frozenset(intent.sent)), intent=None))
            return None
        self._looker.forget(remote)
        return self._judge(snapshot, remote, self._looker.fetch(snapshot, remote))

    def claim(self, remote: RemoteRecord) -> RemoteRecord:
        """Take an external id; a pull may have met the object before its create was answered."""
        with self._hub.store.write(self._organisation) as uow:
            saved = self.keep(uow, remote)
            uow.commit()
        return saved

    def keep(self, uow: WritingUnitOfWork, remote: RemoteRecord) -> RemoteRecord:
        """The same, in this transaction."""
        self._lease.hold(uow)
        return self.take(uow, remote)

    @staticmethod
    def take(uow: WritingUnitOfWork, remote: RemoteRecord) -> RemoteRecord:
        """The same, where the lease is held already."""
        if remote.external_id is not None:
            met = uow.remotes.by_external(remote.connector_id, remote.external_id)
            if met is not None and met.id != remote.id and not met.base:
                uow.remotes.save(
                    replace(met, external_id=None, phase=LinkPhase.CLOSED, why=DOUBLE, link_id=None)
                )
        return uow.remotes.save(remote)

    def _taken_over(self, remote: RemoteRecord, intent: Intent) -> None:
        """It was there already: without a base, so that only what is equal agrees (simulation H5)."""
        without = abandoned(remote, replace(intent, conditional=False), frozenset(intent.sent))
        self.claim(replace(without, base={}, seen=None, shape=None, phase=LinkPhase.OPEN))

    def _find(self, snapshot: Snapshot, remote: RemoteRecord, intent: Intent) -> Settled | None:
        """A create with a lost answer: repeat it, look it up, or ask a person (design §5.1)."""
        create = snapshot.capabilities.create
        if create is Create.NONE:
            return self._ask_or_find(snapshot, remote, intent)
        if create is Create.REPEATABLE:
            self.save(abandoned(remote, intent, frozenset(intent.sent)))
            return None
        marker = snapshot.subject(remote.part).marker
        found = snapshot.connector.find(self._lease.call(snapshot), marker)
        if not found:
            self.save(abandoned(remote, intent, frozenset(intent.sent)))
            return None
        first, *doubles = sorted(found, key=lambda one: one.external_id)
        with self._hub.store.write(self._organisation) as uow:
            self._lease.hold(uow)
            note_doubles(uow, self._hub, remote, [one.external_id for one in doubles])
            uow.commit()
        self._taken_over(replace(remote, external_id=first.external_id), intent)
        return None

    def _ask_or_find(self, snapshot: Snapshot, remote: RemoteRecord, intent: Intent) -> Settled | None:
        """Somebody has to look there; once they say that it was made, the one it can be is taken for it."""
        if intent.answered:
            found = made_by(self._hub, self._organisation, self._lease, snapshot, remote, intent)
            if len(found) == 1:
                self._taken_over(replace(remote, external_id=found[0].external_id), intent)
                return None
            remote = self.save(replace(remote, intent=replace(intent, answered=False)))
        asked = Asked(kind=QuestionKind.CONNECTOR, cause=LOST_CREATE)
        return self._obstacles.ask(snapshot, remote, asked)

    def _judge(self, snapshot: Snapshot, remote: RemoteRecord, look: Look) -> Settled | Landed | None:
        """Compare each unit with what was sent and with what stood there before."""
        intent = remote.intent
        if intent is None:
            return None
        if not isinstance(look, Found):
            return self._not_found(snapshot, remote, intent, look)
        if went_back(snapshot, look, remote):
            # The peer was restored meanwhile, so that this says nothing of our write: the plan stops it.
            self._looker.show(remote, look)
            self.save(abandoned(remote, intent, frozenset(intent.sent)))
            return None
        try:
            compared = _compared(snapshot, remote, intent, look)
        except InvalidRecordError as error:
            row = f"unreadable {error.field}"
            return Settled(reason=Reason.SET_APART, equal=False, phase=remote.phase, row=row)
        if known := self._landed(snapshot, remote, intent, compared):
            return Landed(remote=known)
        judged, shows = compared.judged, compared.shows
        known = landed(snapshot, remote, intent, look, judged.landed)
        sure = intent.at + timedelta(seconds=snapshot.capabilities.lag_s)
        if not compared.is_as_sent and self._hub.now() < sure:
            # Any other value proves nothing yet: a replica may still show what stood there before.
            left = {key: intent.sent[key] for key in judged.missing | judged.other}
            self.save(replace(known, intent=replace(intent, sent=left)))
            return _wait(remote, "confirm", sure)
        self._looker.show(remote, look)
        if not intent.answered:
            # Nobody knows whether they saw ours: what differs is their edit against the state before.
            known = typed_over(snapshot, known, intent, judged.other)
            self.save(abandoned(known, intent, judged.missing | judged.other))
            return None
        known = self._not_as_sent(snapshot, known, intent, compared)
        known = self._kept_or_not(known, shows)
        known = abandoned(
            replace(known, page_mark=page_mark(snapshot.connector, look)), intent, judged.missing
        )
        if overwritten := self._overwritten(snapshot, intent, compared):
            self._obstacles.ask(snapshot, known, overwritten)
        self.save(known)
        if judged.misnamed or takes_back(intent, judged.missing & known.refused.keys()):
            return _wait(known, "not taken back", self._hub.now() + self._hub.backoff(snapshot.link.attempts))
        return None

    def _landed(
        self, snapshot: Snapshot, remote: RemoteRecord, intent: Intent, compared: _Compared
    ) -> RemoteRecord | None:
        """The object as known when an answered write stands there as it was sent, and nothing else does."""
        look = compared.look
        is_plain = intent.answered and compared.is_as_sent and not went_back(snapshot, look, remote)
        if not is_plain or self._overwritten(snapshot, intent, compared):
            return None
        self._looker.show(remote, look)
        known = landed(snapshot, remote, intent, look, compared.judged.landed)
        known = self._kept_or_not(known, compared.shows)
        return replace(known, intent=None, page_mark=page_mark(snapshot.connector, look))

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
        self.save(replace(without, ended_by_us=ends))
        return None

    def _not_as_sent(
        self, snapshot: Snapshot, remote: RemoteRecord, intent: Intent, compared: _Compared
    ) -> RemoteRecord:
        """After an answered write: what else stands there is their edit against what was sent.

        The same twice is no chance: the admin is asked, and a value that is never taken is not sent again.
        """
        judged, units = compared.judged, compared.units
        marks = {
            key: digest("w1", [intent.sent[key], units.get(key)]) for key in judged.missing | judged.other
        }
        again = {key for key, mark in marks.items() if remote.rewrites.get(key) == mark}
        if again:
            self._tell_admin(snapshot.system.id)
        against = standing(snapshot, remote, intent, judged.other) if judged.other else remote
        # Another name may be one that somebody objected to: it is tried on, as what is taken out of sight.
        ignored = {key: intent.sent[key] for key in (again & judged.missing) - judged.misnamed}
        return replace(against, rewrites={**remote.rewrites, **marks}, refused={**remote.refused, **ignored})

    def _kept_or_not(self, remote: RemoteRecord, shows: Mapping[str, bool]) -> RemoteRecord:
        """What we put beside the units and was not there afterwards is remembered; twice is no chance."""
        dropped = [name for name, shown in shows.items() if not shown]
        if any(name in remote.unkept for name in dropped):
            self._tell_admin(remote.connector_id)
        before = (name for name in remote.unkept if not shows.get(name))
        return replace(remote, unkept=(*before, *dropped)[-_DROPPED:])

    def _tell_admin(self, connector_id: str) -> None:
        with self._hub.store.write(self._organisation) as uow:
            ask_admin(uow, self._hub, connector_id, cause="rewriting-server")
            uow.commit()

    @staticmethod
    def _overwritten(snapshot: Snapshot, intent: Intent, compared: _Compared) -> Asked | None:
        """Somebody wrote between our look and our write, no token stopped us, and nothing shows what it was.

        Source: design §5.5; only tokens that count changes can tell.
        """
        can, after = snapshot.capabilities, {**intent.before, **intent.sent}
        counted = can.token is Token.COMPARED and can.token_counts
        if not counted or changes_between(intent.token, compared.look.token) <= 1:
            return None
        reading = compared.reading
        keys = filter(can.reads, reading.units.keys() | after.keys())
        shows = any(reading.units.get(key) != after.get(key) for key in keys)
        says = {one.id for one in reading.said} - {one.id for one in snapshot.statements}
        if shows or says:
            return None
        before = {key: intent.before.get(key) for key in intent.sent}
        return Asked(kind=QuestionKind.TO_DO, values=before, cause=POSSIBLY_OVERWRITTEN)

    def save(self, remote: RemoteRecord) -> RemoteRecord:
        """Keep what is known of the object, while the lease is ours."""
        with self._hub.store.write(self._organisation) as uow:
            self._lease.hold(uow)
            saved = uow.remotes.save(remote)
            uow.commit()
        return saved


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
