"""Groups with their members, and devices with their owners."""

from __future__ import annotations

from samenspraak.domain.parties import Device, Group, GroupKind, PartyRef
from samenspraak.store.kept import Row
from samenspraak.store.scope import Repository
from samenspraak.store.tables import device, group, membership


class Groups(Repository):
    """Parties that are not a person."""

    def add_group(self, new: Group) -> None:
        """Keep the group as given, new or known, with exactly these members."""
        self._scope.put(group, {"id": new.id}, name=new.name, kind=new.kind, volunteers=new.volunteers)
        self._scope.run(self._scope.delete(membership).where(membership.c.group_id == new.id))
        for member in new.members:
            self._scope.add(membership, group_id=new.id, party=str(member))

    def group(self, group_id: str) -> Group:
        """The group.

        Raises:
            NotFoundError: this organisation has no such group.
        """
        return self._group(self._scope.get(group, id=group_id))

    def groups(self) -> list[Group]:
        """All groups, by id."""
        rows = self._scope.all(group, group.c.id)
        # Whoever changes a group writes its members anew.
        return [*self._scope.made_of(membership, (), lambda: [self._group(row) for row in rows])]

    def add_device(self, new: Device) -> None:
        """Keep the device as given, new or known."""
        self._scope.put(device, {"id": new.id}, name=new.name, owner=str(new.owner))

    def device(self, device_id: str) -> Device:
        """The device.

        Raises:
            NotFoundError: this organisation has no such device.
        """
        return _device(self._scope.get(device, id=device_id))

    def devices(self) -> list[Device]:
        """All devices, by id."""
        return [_device(row) for row in self._scope.all(device, device.c.id)]

    def _group(self, row: Row) -> Group:
        members = self._scope.all(membership, group_id=row.id)
        return Group(
            id=row.id,
            name=row.name,
            kind=GroupKind(row.kind),
            volunteers=row.volunteers,
            members=frozenset(PartyRef.parse(member.party) for member in members),
        )


def _device(row: Row) -> Device:
    return Device(id=row.id, name=row.name, owner=PartyRef.parse(row.owner))
