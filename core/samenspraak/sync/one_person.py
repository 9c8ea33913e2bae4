"""Two people who are one: everything that is known of the other is known of the one who stays.

Source: domain.md, situation 17. What the two allow, or are allowed, is judged anew: where one word stands
against another the stricter one holds until somebody has asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.consent import Consent, RecipientKind
from samenspraak.domain.identifiers import BSN
from samenspraak.domain.parties import CircleMember, Identifier, PartyKind, PartyRef
from samenspraak.domain.statements import ASSENTS
from samenspraak.domain.units import agreement_from, renamed, units_of
from samenspraak.errors import RuleError
from samenspraak.policy.contradicting import contradicted
from samenspraak.policy.state import QuestionKind
from samenspraak.policy.terms import terms_digest
from samenspraak.store.identifiers import OWN
from samenspraak.store.records import AgreementRecord, AuditLine, Cause
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.alike import wonder
from samenspraak.sync.asking import HUB, RESPONSIBLE, question
from samenspraak.sync.concerned import clients_of, concerning, look_again
from samenspraak.sync.hub import Hub
from samenspraak.sync.matching import read_again, wake_waiting
from samenspraak.sync.versions import record_version

CONTRADICTS = "consent-contradicts"
PERSON_JOINED = "person-joined"


@dataclass(frozen=True, kw_only=True)
class OnePerson:
    """What came of it.

    ``records``: what the systems call the one who went, as connector and id there · ``agreements``: those
    that name or concern them · ``withdrawn``: permissions that do not hold until somebody was asked.
    """

    records: tuple[tuple[str, str], ...]
    agreements: tuple[str, ...]
    withdrawn: tuple[str, ...]


def join_people(uow: WritingUnitOfWork, hub: Hub, stays: str, goes: str, *, by: str) -> OnePerson:
    """From now on the person ``goes`` is known as ``stays``, in every role.

    Raises:
        RuleError: they cannot be one: each has a citizen number of their own.
        NotFoundError: there is nobody by this id.
    """
    _check(uow, stays, goes)
    roles = {
        PartyRef(kind=kind, id=goes): PartyRef(kind=kind, id=stays)
        for kind in sorted(uow.parties.kinds(goes))
    }
    both = {*roles, *roles.values()}
    clients, concerned = clients_of(uow, both) - {goes}, concerning(uow, both)
    for role in roles.values():
        uow.parties.add_role(stays, role.kind)
    _learn(uow, stays, goes)
    records = tuple(_records(uow, roles))
    _take_places(uow, roles)
    withdrawn = _judge_consents(uow, hub, stays, goes, by)
    agreements = tuple(_rename(uow, hub, roles, by))
    _address(uow, roles)
    uow.parties.join_person(goes, stays)
    _audit(uow, hub, stays, goes, by)
    for client_id in sorted(clients):
        uow.consents.raise_epoch(client_id)
    look_again(uow, hub, concerned)
    for connector_id in sorted({one for one, _ in records}):
        wake_waiting(uow, connector_id, "person")
        read_again(uow, hub, connector_id)
    _wonder(uow, hub, agreements)
    return OnePerson(records=records, agreements=agreements, withdrawn=withdrawn)


def _check(uow: UnitOfWork, stays: str, goes: str) -> None:
    one, other = uow.parties.person(stays), uow.parties.person(goes)
    if stays == goes:
        raise RuleError("join", f"{stays} is one person already.")
    numbers = [{two.value for two in who.identifiers if two.system == BSN} for who in (one, other)]
    if all(numbers) and numbers[0] != numbers[1]:
        raise RuleError("join", f"{stays} and {goes} each have a citizen number of their own.")


def _learn(uow: WritingUnitOfWork, stays: str, goes: str) -> None:
    """By whatever the one was known, the other is: each number since the record that taught it."""
    taught = uow.parties.teachers(goes)
    person = uow.parties.person(stays)
    own = uow.parties.teachers(stays).get(OWN, frozenset[Identifier]())
    uow.parties.add_person(replace(uow.parties.person(goes), identifiers=frozenset()))
    for record, numbers in taught.items():
        if record != OWN:
            uow.parties.learn(stays, record, numbers)
    uow.parties.add_person(replace(person, identifiers=own | taught.get(OWN, frozenset[Identifier]())))


def _records(uow: WritingUnitOfWork, roles: Mapping[PartyRef, PartyRef]) -> Iterator[tuple[str, str]]:
    """What each system calls them, called so for the one who stays; a person decided it."""
    for old, new in roles.items():
        for link in uow.parties.links_of(old):
            uow.parties.link(replace(link, ref=new, manual=True))
            yield link.connector_id, link.external_id


def _take_places(uow: WritingUnitOfWork, roles: Mapping[PartyRef, PartyRef]) -> None:
    """Circles, groups, devices, and the suggestions that somebody else may be them."""
    for old, new in roles.items():
        for place in uow.parties.circles_of(old):
            uow.parties.remove_member(place.client_id, old)
            _add_member(uow, place.client_id, new, representative=place.representative)
        if old.kind is PartyKind.CLIENT:
            for member in uow.parties.circle(old.id):
                uow.parties.remove_member(old.id, member.party)
                _add_member(uow, new.id, member.party, representative=member.representative)
        for group in uow.parties.groups():
            if old in group.members:
                uow.parties.add_group(replace(group, members=(group.members - {old}) | {new}))
        for device in uow.parties.devices():
            if device.owner == old:
                uow.parties.add_device(replace(device, owner=new))
        for one in uow.parties.candidates():
            refs = tuple((roles.get(ref, ref), because) for ref, because in one.refs)
            refused = frozenset(roles.get(ref, ref) for ref in one.refused)
            if (refs, refused) != (one.refs, one.refused):
                uow.parties.add_candidate(replace(one, refs=refs, refused=refused))


def _add_member(uow: WritingUnitOfWork, client_id: str, party: PartyRef, *, representative: bool) -> None:
    """Whoever represents the client by one record does so; nobody is around themselves."""
    if party == PartyRef(kind=PartyKind.CLIENT, id=client_id):
        return
    known = next((one for one in uow.parties.circle(client_id) if one.party == party), None)
    told = representative or (known is not None and known.representative)
    uow.parties.add_member(CircleMember(client_id=client_id, party=party, representative=told))


# Consent.


def _judge_consents(uow: WritingUnitOfWork, hub: Hub, stays: str, goes: str, by: str) -> tuple[str, ...]:
    """What was said of, or by, the one who went is said of the other; gives what does not hold any more."""
    everything = [one for client in _everybody(uow) for one in uow.consents.of_client(client)]
    theirs = [changed for one in everything if (changed := _of_the_other(one, stays, goes)) != one]
    touched = {one.id for one in theirs}
    ours = [one for one in everything if one.id not in touched]
    for one in theirs:
        uow.consents.change(one)
    withdrawn = contradicted(ours, theirs, hub.today())
    for one in withdrawn:
        uow.consents.withdraw(one.id, by, hub.now())
    if withdrawn:
        _ask(uow, hub, stays)
    return tuple(sorted(one.id for one in withdrawn))


def _everybody(uow: UnitOfWork) -> list[str]:
    return [one.id for one in uow.parties.persons(PartyKind.CLIENT)]


def _of_the_other(consent: Consent, stays: str, goes: str) -> Consent:
    recipient = consent.recipient
    if recipient.kind is RecipientKind.PERSON and recipient.id == goes:
        recipient = replace(recipient, id=stays)
    return replace(
        consent,
        recipient=recipient,
        client_id=stays if consent.client_id == goes else consent.client_id,
        given_by=stays if consent.given_by == goes else consent.given_by,
    )


def _ask(uow: WritingUnitOfWork, hub: Hub, stays: str) -> None:
    uow.questions.ask(
        question(
            hub,
            kind=QuestionKind.TO_DO,
            subject=f"person:{stays}:{CONTRADICTS}",
            agreement_id=None,
            owner=RESPONSIBLE,
            values={HUB: {}},
            shows={},
            cause=CONTRADICTS,
        )
    )


# Agreements.


def _rename(uow: WritingUnitOfWork, hub: Hub, roles: Mapping[PartyRef, PartyRef], by: str) -> Iterator[str]:
    """Agreements that name them, or are theirs, say who it is; an assent stays one to the same terms."""
    cause = Cause(actor=by, why=PERSON_JOINED)
    own = uow.agreements.ids([one.id for one in roles if one.kind is PartyKind.CLIENT])
    for agreement_id in sorted(own | uow.agreements.naming(roles).keys()):
        record = uow.agreements.get(agreement_id)
        before = record.agreement
        after = _renamed(before, roles)
        _keep_assents(uow, hub, record, after, roles)
        record_version(uow, hub, record, after, cause=cause)
        for asked in uow.questions.list(agreement_id=before.id):
            owners = " ".join(str(_role(one, roles)) for one in asked.owner.split())
            if owners != asked.owner:
                uow.questions.move(replace(asked, owner=owners))
        yield before.id


def _role(owner: str, roles: Mapping[PartyRef, PartyRef]) -> str:
    return next((str(new) for old, new in roles.items() if str(old) == owner), owner)


def _renamed(agreement: Agreement, roles: Mapping[PartyRef, PartyRef]) -> Agreement:
    units = units_of(agreement)
    for old, new in roles.items():
        units |= renamed(units, old, new)
    client = roles.get(agreement.client, agreement.client)
    return agreement_from(agreement.id, client.id, units)


def _keep_assents(
    uow: WritingUnitOfWork,
    hub: Hub,
    record: AgreementRecord,
    after: Agreement,
    roles: Mapping[PartyRef, PartyRef],
) -> None:
    """The terms name who does it; that this is the same person changes no promise."""
    for old, new in roles.items():
        then, now = terms_digest(record.agreement, old), terms_digest(after, new)
        for said in uow.statements.of(record.agreement.id):
            if said.kind in ASSENTS and said.by == old and said.terms == then and then != now:
                again = replace(said, id=hub.new_id(), by=new, terms=now)
                uow.statements.add(record.agreement.id, again, hub.now())


def _address(uow: WritingUnitOfWork, roles: Mapping[PartyRef, PartyRef]) -> None:
    """A copy that was addressed to the one is addressed to the other."""
    for record in uow.agreements.list():
        for link in uow.links.of_agreement(record.agreement.id):
            members = frozenset(roles.get(one, one) for one in link.members)
            if members != link.members:
                uow.links.set(link.id, members=members)
                uow.look_at_link(link.id)


def _wonder(uow: WritingUnitOfWork, hub: Hub, agreements: tuple[str, ...]) -> None:
    """Agreements that are one client's now may be one, too."""
    for agreement_id in agreements:
        agreement = uow.agreements.current(agreement_id).agreement
        through = uow.agreements.history(agreement.id)[0].cause.connector_id
        wonder(uow, hub, agreement, through)


def _audit(uow: WritingUnitOfWork, hub: Hub, stays: str, goes: str, by: str) -> None:
    is_client = PartyKind.CLIENT in uow.parties.kinds(stays)
    uow.log.audit(
        AuditLine(
            at=hub.now(),
            actor=by,
            action="person.joined",
            object=f"person:{goes}",
            client_id=stays if is_client else "",
            detail=f"into person:{stays}",
        )
    )
