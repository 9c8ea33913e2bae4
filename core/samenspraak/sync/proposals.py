"""Proposals of ours that wait for a person in another system: what became of them, and taking them back."""

from __future__ import annotations

from dataclasses import replace

from samenspraak.connectors.writes import ProposalState
from samenspraak.policy.state import LinkPhase, WriteKind
from samenspraak.sync import questions
from samenspraak.sync.confirming import Confirmer
from samenspraak.sync.hub import Hub
from samenspraak.sync.looking import Lease, Looker, View
from samenspraak.sync.snapshot import Snapshot


class Proposals:
    """The proposals about the objects of one link."""

    def __init__(
        self, hub: Hub, organisation: str, lease: Lease, looker: Looker, confirmer: Confirmer
    ) -> None:
        self._hub = hub
        self._organisation = organisation
        self._lease = lease
        self._looker = looker
        self._confirmer = confirmer

    def moved(self, snapshot: Snapshot, part: str) -> bool:
        """Ask what became of a waiting proposal; what it is about is read from the record, never from it."""
        remote = next(iter(snapshot.of_part(part)), None)
        intent = remote.intent if remote else None
        listens = snapshot.system.state.listens
        if remote is None or intent is None or intent.waiting is None or not listens:
            return False
        proposal = snapshot.connector.proposal(self._lease.call(snapshot), intent.waiting)
        if proposal.state is ProposalState.WAITING:
            return False
        retracts, refused = intent.kind is WriteKind.RETRACT, proposal.state is ProposalState.REFUSED
        known = replace(remote, intent=None, ended_by_us=retracts)
        if refused or (retracts and proposal.state is ProposalState.ACCEPTED):
            # Whoever took a removal over and left the record there has not taken it away either.
            known = replace(known, refused={**remote.refused, **intent.sent})
        if refused and intent.kind is WriteKind.CREATE:
            known = replace(known, released=False)  # they were asked to have it again, and would not
        if proposal.state is ProposalState.ACCEPTED and proposal.external_id:
            self._confirmer.claim(replace(known, external_id=proposal.external_id, phase=LinkPhase.OPEN))
            return True
        with self._hub.store.write(self._organisation) as uow:
            self._lease.hold(uow)
            uow.remotes.save(known)
            if refused and not retracts:
                questions.ask_refusal(uow, self._hub, snapshot, remote, intent)
            uow.commit()
        return True

    def withdraw(self, view: View) -> bool:
        """Take a waiting proposal back; it may have been accepted meanwhile, so everything is read again.

        Returns:
            Whether there was one.
        """
        remote = view.remote
        if remote is None or remote.intent is None or remote.intent.waiting is None:
            return False
        view.snapshot.connector.withdraw(self._lease.call(view.snapshot), remote.intent.waiting)
        self._confirmer.save(replace(remote, intent=None))
        self._looker.forget(remote)
        return True
