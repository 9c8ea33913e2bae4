"""Who is who between the hub and one system, limited to what the readers of a copy may know."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from samenspraak.connectors.looks import Directory
from samenspraak.domain.agreements import Agreement
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import named, units_of
from samenspraak.policy.shape import ClientName, Shape
from samenspraak.store.unit_of_work import UnitOfWork


def everybody(uow: UnitOfWork, agreement: Agreement) -> frozenset[PartyRef]:
    """The client, whoever the agreement names and the client's circle."""
    client = agreement.client
    circle = {member.party for member in uow.parties.circle(agreement.client_id)}
    return frozenset({client, *circle, *named(units_of(agreement))})


def called(
    uow: UnitOfWork, connector_id: str, client_id: str, among: Collection[PartyRef]
) -> Mapping[PartyRef, str]:
    """What to call each of these parties there in what is about this client; who has no such id is not in it.

    A relative has an id in every client's circle they are in. It is the one of this client's circle, else one
    that is of nobody's; never one of another client's, who would then read what is not theirs.
    """
    client = PartyRef(kind=PartyKind.CLIENT, id=client_id)
    links = uow.parties.links(connector_id, {client, *among})
    ours = {link.external_id for link in links if link.ref == client}
    fitting = [link for link in links if link.ref == client or not link.circles or link.circles & ours]
    by_fit = sorted(fitting, key=lambda link: (not link.circles & ours, link.external_id))
    return {link.ref: link.external_id for link in reversed(by_fit)}


def names_of(uow: UnitOfWork, refs: Collection[PartyRef]) -> Mapping[PartyRef, str]:
    """How these parties are called in full; a party nobody has matched has no name here."""
    found = {}
    for ref in refs:
        if not ref.is_resolved:
            continue
        if ref.kind is PartyKind.GROUP:
            party: object = uow.parties.group(ref.id)
        elif ref.kind is PartyKind.DEVICE:
            party = uow.parties.device(ref.id)
        else:
            party = uow.parties.named(ref.id)
        found[ref] = party.name  # type: ignore[attr-defined]  # each of the three has one
    return found


def client_name(uow: UnitOfWork, client_id: str, shape: Shape) -> str | None:
    """The client's name as these readers may see it."""
    if shape.client_name is ClientName.NONE:
        return None
    person = uow.parties.named(client_id)
    return person.name if shape.client_name is ClientName.FULL else (person.first_name or None)


def directory_for(uow: UnitOfWork, connector_id: str, agreement: Agreement, shape: Shape) -> Directory:
    """The directory of one copy: everybody is understood, and written is who may be named."""
    concerned = everybody(uow, agreement)
    client = agreement.client
    names = dict(names_of(uow, (shape.names & concerned) - {client}))
    # An id is as good as a name to whoever can look it up there.
    shown = shape.names | {client}
    external = called(uow, connector_id, agreement.client_id, concerned)
    if name := client_name(uow, agreement.client_id, shape):
        names[client] = name
    return Directory(
        connector_id=connector_id,
        external={ref: there for ref, there in external.items() if ref in shown},
        known=uow.parties.refs(connector_id),
        names=names,
    )


def plain_directory(uow: UnitOfWork, connector_id: str) -> Directory:
    """Ids only, of everybody linked there: for reading a record that belongs to no agreement yet."""
    return Directory(connector_id=connector_id, known=uow.parties.refs(connector_id))
