"""Objects of one link beside the one we work with.

Either one create of ours made several: a lost answer, repeated before the first could be seen. Or the one
that stood there was closed, and another was made in its place: what was said in it can still be read.
"""

from __future__ import annotations

from dataclasses import replace

from samenspraak.connectors.looks import Found, Look, Unseen
from samenspraak.connectors.writes import Changes, End
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
        """Those nobody edited go; an edited one, or one that somebody ended, is a person's choice."""
        snapshot = view.snapshot
        for double in snapshot.of_part(view.part)[1:]:
            look = self._looker.fetch(snapshot, double)
            says = _units(snapshot, look)
            edited = not self._is_our_own(snapshot, says)
            if isinstance(look, Found) and says and not (edited or _is_over(says)):
                self._remove(snapshot, look)
            with self._hub.store.write(self._organisation) as uow:
                self._lease.hold(uow)
                uow.remotes.save(replace(double, why=DOUBLE, phase=LinkPhase.CLOSED))
                if edited:
                    questions.ask_which_object(uow, self._hub, snapshot, double, says)
                uow.commit()

    def take_back(self, snapshot: Snapshot) -> bool:
        """What nobody may read there any more goes: doubles left for a person, and what was succeeded.

        What people typed in them is first kept in the question about them. Returns whether something moved.
        """
        moved = False
        for double in to_take_back(snapshot):
            look = self._looker.fetch(snapshot, double)
            if isinstance(look, Unseen):  # it is looked at again when a list shows it
                known = replace(double, page_mark=None)
            else:
                if isinstance(look, Found) and _shows(snapshot, look):
                    says = _units(snapshot, look)
                    if not self._is_our_own(snapshot, says):
                        self._keep(snapshot, double, says)
                    self._remove(snapshot, look)
                known = replace(double, why=double.why or DOUBLE, phase=LinkPhase.CLOSED, ended_by_us=True)
            if known != double:
                with self._hub.store.write(self._organisation) as uow:
                    self._lease.hold(uow)
                    uow.remotes.save(known)
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


def to_take_back(snapshot: Snapshot) -> list[RemoteRecord]:
    """The objects beside those we work with that may show what may not be seen there now."""
    return [
        one
        for one in snapshot.remotes
        if one.external_id is not None
        and not one.ended_by_us
        and (_hides(snapshot, one) if one.is_aside else snapshot.is_hidden and _came_late(snapshot, one))
    ]


def _came_late(snapshot: Snapshot, remote: RemoteRecord) -> bool:
    """Whether a create of ours made it while the object that we work with was there already.

    Where all may be seen the two are compared and one goes; where nothing may, nobody gets round to that.
    """
    return remote.intent is None and remote not in snapshot.of_part(remote.part)[:1]


def _hides(snapshot: Snapshot, double: RemoteRecord) -> bool:
    """Whether something that was seen in it may not be seen any more; not what nobody holds now."""
    shown, now = double.shape, snapshot.beside.get(double.id)
    if snapshot.is_hidden or shown is None or not now:
        return snapshot.is_hidden or shown is not None
    return any(
        key not in now.units and (key in snapshot.units or key.kind not in now.kinds) for key in shown.units
    )


def _units(snapshot: Snapshot, look: Look) -> Units:
    """What a double says; one that is gone, or of which only an end is left, says nothing any more."""
    units = snapshot.connector.get(look.raw, snapshot.directory).units if isinstance(look, Found) else {}
    return {} if _is_over(units) and units.keys() == {STATUS} else units


def _is_over(units: Units) -> bool:
    status = units.get(STATUS)
    return isinstance(status, Status) and status.is_over


def _shows(snapshot: Snapshot, look: Found) -> bool:
    """Whether anything can be read in it; messages show what cannot be read back."""
    mark = snapshot.connector.get(look.raw, snapshot.directory).mark
    return bool(_units(snapshot, look)) or (snapshot.capabilities.tells and mark is not None)
