"""``desk``: an office system in which an outside system changes nothing; it proposes, and a clerk decides."""

from __future__ import annotations

from model.connectors import CARRIED, RecordConnector, manifest, permit
from model.members import flat, unflat
from model.systems import Proposal, System

from samenspraak.connectors import (
    Absence,
    Call,
    Carries,
    Confirm,
    Create,
    End,
    Found,
    MayEnd,
    Raw,
    Readers,
    Subject,
    SystemKind,
    Token,
    Write,
    Written,
)
from samenspraak.connectors import Proposal as Answer
from samenspraak.connectors.writes import ProposalState
from samenspraak.domain.units import UnitKind


class DeskConnector(RecordConnector):
    manifest = manifest(
        "desk",
        {kind: Carries(write=Write.PROPOSE) for kind in CARRIED if kind is not UnitKind.EXCEPTION},
        kind=SystemKind.DOSSIER,
        readers=Readers.STAFF,
        may_end=MayEnd.AGREEMENT,
        absence=Absence.BY_ID,
        create=Create.FINDABLE,
        confirm=Confirm.READ,
        token=Token.NONE,
        lag_s=5.0,
    )

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        return self._propose(call, Proposal(record_id="", raw=raw, before={}))

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        return self._propose(call, Proposal(record_id=found.external_id, raw=raw, before=found.raw))

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        return self.update(call, found, raw)  # staff read here, so that nothing is ever taken back

    def _propose(self, call: Call, asked: Proposal) -> Written:
        """The same one that waits already is not made twice."""

        def effect() -> Written:
            proposals = self.system.proposals
            waiting = next((key for key, one in proposals.items() if one == asked), None)
            if waiting is None:
                waiting = f"p{len(proposals) + 1}"
                proposals[waiting] = asked
            return Written(external_id=asked.record_id, waiting=waiting)

        return self.system.wire.write(self.system, permit(call), asked.raw, asked.before, effect)

    def proposal(self, call: Call, waiting: str) -> Answer:
        def effect() -> Answer:
            asked = self.system.proposals[waiting]
            return Answer(state=ProposalState(asked.state), external_id=asked.record_id or None)

        return self.system.wire.read(self.system, permit(call), effect)

    def withdraw(self, call: Call, waiting: str) -> None:
        def effect() -> None:
            asked = self.system.proposals[waiting]
            if asked.state == "waiting":
                self.system.proposals[waiting] = _decided(asked, "gone")

        self.system.wire.write(self.system, permit(call), {}, {}, effect)


def waiting(system: System) -> list[str]:
    """What lies on the clerk's desk."""
    return [key for key, one in system.proposals.items() if one.state == "waiting"]


def accept(system: System, key: str) -> dict[str, tuple[object, object]]:
    """The clerk types what was proposed. Gives per member what stood there and what was typed over it."""
    asked = system.proposals[key]
    if not asked.record_id:
        record_id = system.add(asked.raw)
        system.proposals[key] = _decided(asked, "accepted", record_id)
        return {}
    now, before, after = (flat(one) for one in (system.now(asked.record_id) or {}, asked.before, asked.raw))
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    replaced = {name: (now.get(name), after.get(name)) for name in sorted(changed)}
    system.keep(asked.record_id, unflat({**now, **{name: after.get(name) for name in changed}}))
    system.proposals[key] = _decided(asked, "accepted", asked.record_id)
    return replaced


def refuse(system: System, key: str) -> Proposal:
    """The clerk does not want it."""
    system.proposals[key] = _decided(system.proposals[key], "refused")
    return system.proposals[key]


def _decided(asked: Proposal, state: str, record_id: str | None = None) -> Proposal:
    made = asked.record_id if record_id is None else record_id
    return Proposal(record_id=made, raw=asked.raw, before=asked.before, state=state)
