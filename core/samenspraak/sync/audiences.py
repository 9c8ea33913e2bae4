"""Which copies there should be of an agreement, for whom, and what each may show."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import NamedTuple

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import UnitKind, units_of
from samenspraak.errors import ConfigurationError
from samenspraak.policy.capabilities import Capabilities, Readers, Write
from samenspraak.policy.priority import EDIT, RETRACTION
from samenspraak.policy.sight import Audience, Facts, Sight
from samenspraak.policy.state import LinkPhase
from samenspraak.policy.visibility import wanted_audiences
from samenspraak.store.records import AgreementRecord, LinkRecord, PartyLink, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.circle import tell_of_readers
from samenspraak.sync.hub import Hub
from samenspraak.sync.people import called

Members = frozenset[PartyRef]


class _New(NamedTuple):
    """What a link that is made now should hold, and how soon."""

    version: int
    urgency: int

    def ensure(
        self, uow: WritingUnitOfWork, agreement: Agreement, connector_id: str, audience: str, members: Members
    ) -> LinkRecord:
        return uow.links.ensure(
            agreement.id, connector_id, audience, members, self.version, priority=self.urgency
        )


def sight_of(
    uow: UnitOfWork,
    hub: Hub,
    agreement: Agreement,
    connector_id: str,
    members: Members,
    *,
    left_out: Collection[UnitKind] | None = None,
    members_act: bool = False,
) -> Sight:
    """How these readers see this agreement in that system today.

    A reader of whom nobody says any more who they are there is somebody we do not know. ``left_out``: the
    kinds of units that are not kept there; None: as its admin says · ``members_act``: they look for
    themselves and for the groups they are in, as somebody does who signs in.
    """
    capabilities = hub.capabilities(uow.organisation, connector_id)
    known = _read_there(uow, agreement, connector_id, capabilities, members)
    readers = {
        one if one in known else PartyRef.unresolved(one.kind, connector_id, one.id) for one in members
    }
    audience = _audience(connector_id, capabilities, frozenset(readers))
    if left_out is None:
        left_out = uow.connectors.get(connector_id).left_out
    facts = _facts(uow, hub, agreement, capabilities.without(left_out))
    return Sight(units_of(agreement), audience, replace(facts, members_act=members_act))


def anybody_there(uow: UnitOfWork, hub: Hub, agreement: Agreement, connector_id: str) -> bool:
    """Whether that system has somebody to tell, whatever they may see: its staff, or people concerned.

    A professional alone is no reason to be there.

    Raises:
        ConfigurationError: its plugin is not there or its settings do not load.
    """
    capabilities = hub.capabilities(uow.organisation, connector_id)
    if capabilities.readers is Readers.STAFF:
        return True
    known = _candidates(uow, agreement, connector_id, capabilities)
    return any(one.kind is not PartyKind.PROFESSIONAL for one in known)


def ensure_links(
    uow: WritingUnitOfWork, hub: Hub, agreement: Agreement, version: int, urgency: int = EDIT
) -> None:
    """See to it that every copy there should be has a link; a link without readers explains itself.

    A link is never removed: one whose readers may no longer see it retracts what it has there. ``urgency``:
    of links that are made now.
    """
    links = uow.links.of_agreement(agreement.id)
    for system in uow.connectors.list():
        with suppress(ConfigurationError):  # its plugin is gone: that holds up no other system
            there = [one for one in links if one.connector_id == system.id]
            _ensure(uow, hub, agreement, system.id, _New(version, urgency), there)


def ensure_client(uow: WritingUnitOfWork, hub: Hub, client_id: str) -> None:
    """Who may see what of this client may have changed: every link of every agreement looks again."""
    for record in uow.agreements.list(client_id=client_id):
        ensure_agreement(uow, hub, record)


def ensure_agreement(uow: WritingUnitOfWork, hub: Hub, record: AgreementRecord) -> None:
    """Who may see what of this agreement may have changed: every link looks again."""
    ensure_links(uow, hub, record.agreement, record.version)
    for link in uow.links.of_agreement(record.agreement.id):
        uow.look_at_link(link.id, RETRACTION)


def _ensure(
    uow: WritingUnitOfWork,
    hub: Hub,
    agreement: Agreement,
    connector_id: str,
    new: _New,
    links: list[LinkRecord],
) -> None:
    capabilities = hub.capabilities(uow.organisation, connector_id)
    if capabilities.stays_here:
        _call_as_here(uow, connector_id, agreement.client)
    addressed = _candidates(uow, agreement, connector_id, capabilities)
    candidates = _audience(connector_id, capabilities, addressed)
    kept = capabilities.without(uow.connectors.get(connector_id).left_out)
    facts = _facts(uow, hub, agreement, kept)
    if capabilities.readers is Readers.EVERYONE:
        shared = _share_one(uow, agreement, connector_id, links, candidates.members, new)
        tell_of_readers(uow, hub, agreement, shared, candidates, facts)
        return
    unused = [one for one in links if _is_unused(one, uow.remotes.of_link(one.id))]
    existing = [one.members for one in links if capabilities.readers is Readers.STAFF or one not in unused]
    wanted = wanted_audiences(units_of(agreement), candidates, existing, facts)
    own_task = capabilities.readers is Readers.PERFORMERS
    left = [one for one in links if own_task and one not in unused and one.members not in wanted.keep]
    for members in sorted(wanted.open, key=_audience_key):
        link = _task_of(uow, agreement, members, left) or _unused_for(members, unused)
        if link is None:
            link = new.ensure(
                uow, agreement, connector_id, free_audience(members, links, new.version), members
            )
            links = [*links, link]  # the next one has a name of its own
        unused = [one for one in unused if one.id != link.id]
        _address(uow, link, members)
    reached = frozenset[PartyRef]().union(*wanted.keep, *wanted.open)
    for link in unused:
        if link.members and link.members <= reached:  # they may see it again, and read it in another copy
            uow.links.set(link.id, members=frozenset())
    if not (links or wanted.open):
        new.ensure(uow, agreement, connector_id, "", frozenset())


def _share_one(
    uow: WritingUnitOfWork,
    agreement: Agreement,
    connector_id: str,
    links: list[LinkRecord],
    members: Members,
    new: _New,
) -> LinkRecord:
    """One copy for everybody who is linked there; who that is may change.

    There are more while nobody has said which of those that were joined should go.
    """
    links = links or [new.ensure(uow, agreement, connector_id, "", members)]
    for link in links:
        _address(uow, link, members)
    return links[0]


def _is_unused(link: LinkRecord, remotes: Collection[RemoteRecord]) -> bool:
    """Whether nothing is there, or not any more: what was taken back leaves nothing behind."""
    if not remotes:
        return link.phase is LinkPhase.NONE
    return all(one.phase is LinkPhase.CLOSED and not one.base for one in remotes)


def _unused_for(members: Members, unused: list[LinkRecord]) -> LinkRecord | None:
    """A link that has nothing there yet: people who are met one after the other get one copy together."""
    same = (one for one in unused if one.members == members)
    return next(same, None) or next(iter(unused), None)


def _task_of(
    uow: UnitOfWork, agreement: Agreement, members: Members, left: list[LinkRecord]
) -> LinkRecord | None:
    """The copy of somebody else, or of nobody we knew, that holds nothing but what these members do now.

    One task stays one object there, whoever performs it: else it would be made a second time for the next.
    What is over there stays whose it was.
    """
    for link in left:
        remotes = [one for one in uow.remotes.of_link(link.id) if not one.is_aside]
        parts = [link.aliases.id_here(one.part) for one in remotes if one.phase is LinkPhase.OPEN]
        performers = [one.duty.performer for one in agreement.assignments if one.id in parts]
        if len(remotes) == 1 and frozenset(performers) == members:
            return link
    return None


def _address(uow: WritingUnitOfWork, link: LinkRecord, members: Members) -> None:
    if link.members != members:
        uow.links.set(link.id, members=members)
        uow.links.look(link.id, priority=RETRACTION)
    uow.wake(links=[link.id])


def _candidates(
    uow: UnitOfWork, agreement: Agreement, connector_id: str, capabilities: Capabilities
) -> Members:
    """Everybody known there, by an id that fits this client, who is in the client's circle or takes part.

    That a system knows the client does not make the client a reader there; taking part does, and what lies
    in the client's own home for everybody who comes there.
    """
    circle = {member.party for member in uow.parties.circle(agreement.client_id)}
    at_home = capabilities.mode is Write.VIEW and capabilities.readers is Readers.EVERYONE
    concerned = circle | agreement.parties | ({agreement.client} if at_home else set())
    there = _read_there(uow, agreement, connector_id, capabilities, concerned)
    return frozenset(one for one in there if one in concerned and one.kind in capabilities.addresses)


def _read_there(
    uow: UnitOfWork,
    agreement: Agreement,
    connector_id: str,
    capabilities: Capabilities,
    among: Collection[PartyRef],
) -> Members:
    """Who of these is known there; where the hub itself shows it, who has an address to fetch it at."""
    there = frozenset(called(uow, connector_id, agreement.client_id, among))
    if capabilities.mode is not Write.VIEW:
        return there
    readers = uow.feeds.readers(connector_id)
    return frozenset(one.ref for one in uow.parties.links(connector_id, there) if one.external_id in readers)


def _call_as_here(uow: WritingUnitOfWork, connector_id: str, client: PartyRef) -> None:
    """Where the hub itself is the system, a client is called there as here, and nobody has to match them."""
    if not uow.parties.links(connector_id, {client}):
        uow.parties.link(PartyLink(connector_id=connector_id, external_id=str(client), ref=client))


def _audience(connector_id: str, capabilities: Capabilities, members: Members) -> Audience:
    return Audience(
        kind=capabilities.kind, readers=capabilities.readers, connector_id=connector_id, members=members
    )


def _facts(uow: UnitOfWork, hub: Hub, agreement: Agreement, capabilities: Capabilities) -> Facts:
    return Facts(
        client=agreement.client,
        day=hub.today(),
        capabilities=capabilities,
        agreement_id=agreement.id,
        circle=tuple(uow.parties.circle(agreement.client_id)),
        consents=tuple(uow.consents.of_client(agreement.client_id)),
        groups=tuple(uow.parties.groups()),
        organisation_id=uow.organisation,
    )


def free_audience(members: Members, links: Collection[LinkRecord], version: int) -> str:
    """A name for a new copy beside the ``links`` of the agreement there, first in this ``version`` of it.

    Only the first copy has none. One that left took its name along on the objects there: none comes back.
    """
    if not links:
        return ""
    taken = {one.audience for one in links}
    key = f"{_audience_key(members)}-{version}"
    names = [key, *(f"{key}-{number}" for number in range(2, len(taken) + 2))]
    return next(one for one in names if one not in taken)


def _audience_key(members: Members) -> str:
    """A short stable name for a set of readers; ids in it would say who they are."""
    return sha256(" ".join(sorted(map(str, members))).encode()).hexdigest()[:12]
