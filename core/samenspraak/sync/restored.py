"""A system that went back in time: it stops until a person has looked, then every object is judged anew.

Source: design §4, G7; simulation H9.
"""

from __future__ import annotations

from dataclasses import replace

from samenspraak.policy.state import ConnectorState, LinkPhase
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync.hub import Hub
from samenspraak.sync.trouble import stand_still

RESTORED = "restored-peer"


def stop(uow: WritingUnitOfWork, hub: Hub, connector_id: str) -> None:
    """Nothing is written there any more but retractions; one question for the admin."""
    stand_still(uow, hub, uow.connectors.get(connector_id), ConnectorState.STOPPED, RESTORED)


def judge_anew(uow: WritingUnitOfWork, connector_id: str) -> None:
    """A person released it: whatever stands there now is compared with all that we ever had there.

    A value of ours is written over, an object that is not there is made again, anything else was typed
    after the restore and is asked about. So is what was over and goes on there again; with the version that
    we knew of it, it would stop the system at every look.
    """
    for link in uow.links.of_connector(connector_id):
        for remote in uow.remotes.of_link(link.id):
            anew = replace(remote, token=None, earlier=(), page_mark=None)
            uow.remotes.save(replace(anew, released=True) if remote.phase is LinkPhase.OPEN else anew)
