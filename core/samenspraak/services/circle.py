"""Who is around a client: the people in their circle, and who of them decides for the client."""

from __future__ import annotations

from dataclasses import dataclass

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.services.naming import names, party
from samenspraak.sync.hub import Hub


@dataclass(frozen=True, kw_only=True)
class Around:
    """Somebody around a client. ``representative``: decides for the client · ``name``: '' when not known."""

    party: PartyRef
    name: str
    representative: bool


@dataclass(frozen=True, kw_only=True)
class Circle:
    """A client, and everybody around them by kind and id."""

    client: PartyRef
    name: str
    members: tuple[Around, ...]


def of_client(hub: Hub, organisation: str, client: str) -> Circle:
    """Who is around this client.

    Raises:
        NotFoundError: there is no such client.
    """
    with hub.store.read(organisation) as uow:
        ref = party(uow, client, PartyKind.CLIENT)
        found = sorted(uow.parties.circle(ref.id), key=lambda one: one.party)
        called = names(uow, {ref, *(one.party for one in found)})
        members = tuple(
            Around(party=one.party, name=called.get(one.party, ""), representative=one.representative)
            for one in found
        )
        return Circle(client=ref, name=called.get(ref, ""), members=members)
