"""Who takes part: one door to people, groups and devices, and to their identities elsewhere."""

from __future__ import annotations

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.store.groups import Groups
from samenspraak.store.identities import Identities
from samenspraak.store.people import People
from samenspraak.store.tables import device, group


class Parties(People, Groups, Identities):
    """The parties of one organisation."""

    def everybody(self, kind: PartyKind | None = None) -> list[PartyRef]:
        """Everybody (of one kind) in each of their roles, unopened and in no order.

        Who turned out to be somebody else goes by the id that stays.
        """
        found = [
            *(PartyRef(kind=role, id=one) for one, roles in self.roles().items() for role in roles),
            *(PartyRef(kind=PartyKind.GROUP, id=one.id) for one in self._scope.only(group.c.id)),
            *(PartyRef(kind=PartyKind.DEVICE, id=one.id) for one in self._scope.only(device.c.id)),
        ]
        return [one for one in found if kind in (None, one.kind)]
