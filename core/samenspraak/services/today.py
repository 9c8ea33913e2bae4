"""One day of a group or of a person: who does what, what became of it, and when we last heard of it.

Situation 11: whoever is on shift sees today's agreements of their group. No connected system tells hours of
work, so a group's day is for every member that the dossier counts in it, and says whom that is.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import date

from samenspraak.domain.days import Whose
from samenspraak.domain.parties import PERSONS, Group, PartyKind, PartyRef
from samenspraak.errors import NotFoundError
from samenspraak.policy.access import Principal
from samenspraak.policy.sight import groups_of
from samenspraak.services.day_sheet import DaySheet, Today
from samenspraak.services.naming import party
from samenspraak.store.records import AgreementRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.concerned import clients_of
from samenspraak.sync.hub import Hub


def of_group(hub: Hub, organisation: str, group: str, day: date, *, principal: Principal) -> Today:
    """What is agreed this day with the clients of a group, whoever does it.

    Raises:
        NotFoundError: there is no such group, or they are not in it; nothing says which.
    """
    with hub.store.read(organisation) as uow:
        ref, groups = _group(uow, group, principal), uow.parties.groups()
        inside = _inside(ref, groups)
        records = _opened(uow, uow.agreements.ids(clients_of(uow, inside)))
        whose = Whose(parties=frozenset({ref}), groups=inside - {ref})
        sheet = DaySheet(uow, hub, principal, day, whose)
        people = {one for group in groups if group.ref in inside for one in group.members} - inside
        members = sheet.members(people, {link.connector_id for link in uow.parties.links_of(ref)})
        return sheet.today(ref, records, members=members, everything=True)


def of_person(hub: Hub, organisation: str, person: str, day: date, *, principal: Principal) -> Today:
    """What this day asks of somebody.

    What they do and what their groups do, where they step in, and what is agreed with them, or with whom they
    represent.

    Raises:
        NotFoundError: there is no such person, or they are somebody else; nothing says which.
    """
    with hub.store.read(organisation) as uow:
        ref = _person(uow, person, principal)
        whose = _whose(uow, ref, principal)
        clients = {one.id for one in whose.parties | whose.represents if one.kind is PartyKind.CLIENT}
        named = uow.agreements.naming(whose.parties | whose.groups)
        records = _opened(uow, uow.agreements.ids(clients) | named.keys())
        sheet = DaySheet(uow, hub, principal, day, whose)
        return sheet.today(ref, records, members=None, everything=False)


# Whose day.


def _group(uow: UnitOfWork, text: str, who: Principal) -> PartyRef:
    with suppress(NotFoundError):
        ref = party(uow, text, PartyKind.GROUP)
        if who.sees_everything or (who.party and ref in groups_of(who.party, uow.parties.groups())):
            return ref
    raise NotFoundError(f"{text} is no group that you know.")


def _person(uow: UnitOfWork, text: str, who: Principal) -> PartyRef:
    with suppress(NotFoundError):
        ref = party(uow, text, *sorted(PERSONS))
        if who.sees_everything or ref == who.party:
            return ref
    raise NotFoundError(f"{text} is nobody whose day you know.")


def _inside(group: PartyRef, groups: Collection[Group]) -> frozenset[PartyRef]:
    """A group with the groups in it: a location has the day of its teams."""
    members = {one.ref: one.members for one in groups}
    found, waiting = {group}, [group]
    while waiting:
        new = {one for one in members.get(waiting.pop(), ()) if one in members} - found
        found |= new
        waiting += sorted(new)
    return frozenset(found)


def _whose(uow: UnitOfWork, ref: PartyRef, who: Principal) -> Whose:
    """Somebody in every role they have; who looks with the eyes of one role has the day of that role."""
    kinds = {ref.kind} if not who.sees_everything else uow.parties.kinds(ref.id) | {ref.kind}
    own = frozenset(PartyRef(kind=one, id=ref.id) for one in kinds)
    groups = uow.parties.groups()
    in_groups = frozenset[PartyRef]().union(*(groups_of(role, groups) for role in own))
    around = (member for role in own for member in uow.parties.circles_of(role))
    represents = {PartyRef(kind=PartyKind.CLIENT, id=one.client_id) for one in around if one.representative}
    return Whose(parties=own, groups=in_groups, represents=frozenset(represents))


def _opened(uow: UnitOfWork, agreement_ids: Collection[str]) -> list[AgreementRecord]:
    """These agreements, by id; no other is read."""
    found = sorted(agreement_ids)
    uow.agreements.foresee(found)
    return [uow.agreements.get(one) for one in found]
