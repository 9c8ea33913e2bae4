"""Several objects that one create of ours made: a lost answer, repeated before the first could be seen."""

from __future__ import annotations

from dataclasses import replace

from samenspraak.connectors.connector import Changes, End, Found, Look, Unseen
from samenspraak.domain.agreements import Status
from samenspraak.domain.units import STATUS, Units
from samenspraak.policy.state import LinkPhase
from samenspraak.store.records import DOUBLE, RemoteRecord
from samenspraak.sync import questions
from samenspraak.sync.hub import Hub
from samenspraak.sync.looking import Lease, Looker, View
from samenspraak.sync.snapshot import Snapshot


class Doubles:
    """Takes the further objects of one link away."""

    def __init__(self, hub: Hub, organisation: str, lease: Lease, looker: Looker) -> None:
        self._hub = hub
        self._organisation = organisation
        self._lease = lease
        self._looker = looker

    def merge(self, view: View) -> None:
        """Those nobody edited go; an edited one is a person's choice."""
        snapshot = view.snapshot
        for double in snapshot.of_part(view.part)[1:]:
            look = self._looker.fetch(snapshot, double)
            says = _live_units(snapshot, look)
            edited = not self._is_our_own(snapshot, says)
            if isinstance(look, Found) and says and not edited:
                self._remove(snapshot, look)
            with self._hub.store.write(self._organisation) as uow:
                self._lease.hold(uow)
                uow.remotes.save(replace(double, why=DOUBLE, phase=LinkPhase.CLOSED))
                if edited:
                    questions.ask_which_object(uow, self._hub, snapshot, double, says)
                uow.commit()

    def take_back(self, snapshot: Snapshot) -> bool:
        """Nobody may read the agreement there any more: those that a person was to choose from go as well.

        What people typed in them is first kept in the question about them. Returns whether something moved.
        """
        moved = False
        for double in snapshot.remotes:
            if double.why != DOUBLE or double.external_id is None or double.ended_by_us:
                continue
            look = self._looker.fetch(snapshot, double)
            if isinstance(look, Unseen):
                continue
            says = _live_units(snapshot, look)
            if isinstance(look, Found) and says:
                if not self._is_our_own(snapshot, says):
                    self._keep(snapshot, double, says)
                self._remove(snapshot, look)
            with self._hub.store.write(self._organisation) as uow:
                self._lease.hold(uow)
                uow.remotes.save(replace(double, ended_by_us=True))
                uow.commit()
            moved = True
        return moved

    def _keep(self, snapshot: Snapshot, double: RemoteRecord, says: Units) -> None:
        with self._hub.store.write(self._organisation) as uow:
            self._lease.hold(uow)
            questions.ask_which_object(uow, self._hub, snapshot, double, says)
            uow.commit()

    def _remove(self, snapshot: Snapshot, look: Found) -> None:
        """Take an object of ours away, with all that it says; nobody misses what stands elsewhere."""
        reading = snapshot.connector.get(look.raw, snapshot.directory)
        emptied = Changes(clear=frozenset(reading.units) - {STATUS}, told=())
        raw = snapshot.connector.put(look.raw, emptied, snapshot.directory)
        call = self._lease.call(snapshot, retraction=True)
        snapshot.connector.end(call, look, raw, End.RETRACTED)

    def _is_our_own(self, snapshot: Snapshot, says: Units) -> bool:
        """All that stands there, we have held at some time: nobody typed anything in it."""
        with self._hub.store.read(self._organisation) as uow:
            held = uow.agreements.values(snapshot.record.agreement.id, frozenset(says))
        normal = snapshot.connector.normal
        return all(any(normal(key, one) == value for one in held.get(key, ())) for key, value in says.items())


def _live_units(snapshot: Snapshot, look: Look) -> Units:
    """What a double says; one that is gone or over says nothing any more."""
    units = snapshot.connector.get(look.raw, snapshot.directory).units if isinstance(look, Found) else {}
    status = units.get(STATUS)
    return {} if isinstance(status, Status) and status.is_over else units
