"""How one audience sees one agreement: consent and the flow matrix, asked for every reader.

Source: domain.md, "What may flow where"; R-CON-1, R-CON-2, R-BSN-4. ``policy/visibility.py`` is the door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from samenspraak.domain.agreements import Duty, LifeDomain, Modality, What
from samenspraak.domain.consent import Capacity, Consent, RecipientKind
from samenspraak.domain.parties import CircleMember, Group, PartyKind, PartyRef
from samenspraak.domain.statements import ASSENTS, REPORTS, Statement
from samenspraak.domain.units import (
    LIFE_DOMAIN,
    UNITS,
    WHAT,
    MatrixRow,
    UnitKey,
    UnitKind,
    Units,
    named,
    named_in,
)
from samenspraak.policy.capabilities import Capabilities, Readers, SystemKind
from samenspraak.policy.consenting import About, covering, decision
from samenspraak.policy.flow_matrix import MATRIX, NEUTRAL_KINDS, PRACTICAL_DOMAINS, Rule
from samenspraak.policy.shape import ClientName, Shape

Reader = PartyRef | None
"""A reader by name, or None: somebody of the staff, nobody knows who."""

_CATEGORIES = tuple(row for row in MatrixRow if row is not MatrixRow.NAMES)
_NAMES_OF_OTHERS = frozenset({PartyKind.RELATIVE, PartyKind.VOLUNTEER})


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Who reads one copy, and in which system. ``members``: by name; staff has none."""

    kind: SystemKind
    readers: Readers
    connector_id: str
    members: frozenset[PartyRef] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a decision needs to know, on one day.

    ``client``: whom the agreement is about · ``circle``: the people around this client · ``groups``: the
    organisation's own groups with their members, as the dossier has them; a professional in one of them is
    of the organisation · ``organisation_id``: the organisation as a recipient of consent · ``members_act``:
    readers look as one of the groups they are in, too; not where a copy is addressed to them by name.
    """

    client: PartyRef
    day: date
    capabilities: Capabilities
    agreement_id: str = ""
    circle: tuple[CircleMember, ...] = ()
    consents: tuple[Consent, ...] = ()
    groups: tuple[Group, ...] = ()
    organisation_id: str = ""
    members_act: bool = False


class Sight:
    """How one audience sees one agreement. Answers are kept, so build a new one for new facts."""

    def __init__(self, units: Units, audience: Audience, facts: Facts) -> None:
        self.units = units
        self.audience = audience
        self.facts = facts
        staff: tuple[Reader, ...] = (None,) if audience.readers is Readers.STAFF else ()
        self.readers: tuple[Reader, ...] = (*staff, *sorted(audience.members))

    def shape(self) -> Shape:
        """What these readers may see and this system carries."""
        return self._shape

    @cached_property
    def _shape(self) -> Shape:
        empty = Shape(
            units=frozenset(),
            members=self.audience.members,
            mapping_version=self.facts.capabilities.mapping_version,
        )
        if not (self.facts.capabilities.carries(WHAT) and self._row(MatrixRow.WHAT_WHEN_WHO)):
            return empty
        return replace(
            empty,
            units=frozenset(key for key in self.units if self._shows(key)),
            kinds=frozenset(kind for kind in UNITS if self._carries(kind)),
            names=frozenset(one for one in self._known_parties if self.may_name(one)),
            client_name=self._client_name,
            bsn=self._row(MatrixRow.BSN),
            neutral_title=self._is_neutral,
        )

    def may_name(self, ref: PartyRef) -> bool:
        """Whether every one of these readers may see this party named."""
        return bool(self.readers) and all(self._names(reader, ref) for reader in self.readers)

    def told(self, statements: Iterable[Statement]) -> tuple[Statement, ...]:
        """The statements these readers may know of.

        Reports of a moment they see, and assents of those they may see named. A comment stays with staff
        in the dossier: nobody knows what somebody typed. A feed tells nothing.
        """
        seen = self.shape()
        if not seen or self.audience.kind is SystemKind.FEED:
            return ()
        return tuple(one for one in statements if self._tells(one, seen))

    def _tells(self, one: Statement, seen: Shape) -> bool:
        if one.kind in REPORTS and one.occurrence:
            return UnitKey(UnitKind.ASSIGNMENT, one.occurrence.assignment_id) in seen.units
        if one.kind in ASSENTS:
            return self.may_name(one.by)
        return self.audience.kind is SystemKind.DOSSIER and self.audience.readers is Readers.STAFF

    # Units.

    def _shows(self, key: UnitKey) -> bool:
        if not self._carries(key.kind):
            return False
        if key.assignment_id is not None and not self._shows_assignment(key.assignment_id):
            return False
        who = named_in(self.units[key]) if UNITS[key.kind].names else None
        return who is None or self._may_figure(who)

    def _carries(self, kind: UnitKind) -> bool:
        if self._is_neutral and (kind not in NEUTRAL_KINDS or self._forbids):
            return False
        return kind in self.facts.capabilities.units and self._row(UNITS[kind].row)

    def _shows_assignment(self, assignment_id: str) -> bool:
        """An assignment whose performer may not be named is hidden whole, with all that belongs to it."""
        duty = self.units.get(UnitKey(UnitKind.ASSIGNMENT, assignment_id))
        if not isinstance(duty, Duty) or not self._may_figure(duty.performer):
            return False
        own_record = MATRIX[MatrixRow.NAMES][self.audience.kind] is Rule.OWN_RECORD
        return not own_record or all(self._is_own(reader, duty.performer) for reader in self.readers)

    def _is_own(self, reader: Reader, performer: PartyRef) -> bool:
        return performer in self._volunteers if reader is None else performer == reader

    def _may_figure(self, ref: PartyRef) -> bool:
        """Whether a party may be told to take part; for the client that takes no name."""
        return self.may_name(ref) or (ref == self.facts.client and not self._is_neutral)

    # Rows: consent, and the cell of the matrix.

    def _row(self, row: MatrixRow) -> bool:
        return row in self._open_rows

    @cached_property
    def _open_rows(self) -> frozenset[MatrixRow]:
        """The categories that every reader may see here; names are asked for one by one."""
        rows = _CATEGORIES if self.readers else ()
        return frozenset(row for row in rows if all(self._may(reader, row) for reader in self.readers))

    def _may(self, reader: Reader, row: MatrixRow) -> bool:
        rule = MATRIX[row][self.audience.kind]
        return self._belongs(reader) and self._consented(reader, row) and _CELLS[rule](self, reader, row)

    def _belongs(self, reader: Reader) -> bool:
        """Staff, or somebody of this client's circle, or who takes part; nobody we are unsure about."""
        if reader is None:
            return True
        return reader.is_resolved and (reader == self.facts.client or self._is_among(reader, self._network))

    def _is_among(self, reader: Reader, among: frozenset[PartyRef]) -> bool:
        """Whether a reader is one of these, or acts for a group that is: who is on shift acts for it."""
        if reader is None or reader in among:
            return reader is not None
        return self.facts.members_act and bool(self._groups_of(reader) & among)

    def _consented(self, reader: Reader, row: MatrixRow) -> bool:
        if reader == self.facts.client:
            return True
        said = self._decision(reader, row)
        return self._allowed_without(reader) if said is None else said

    def _allowed_without(self, reader: Reader) -> bool:
        """Staff and professionals of the organisation, and representatives; anybody else needs a consent."""
        if reader is None or reader in self._representatives:
            return True
        if reader.kind is PartyKind.GROUP:
            return any(group.ref == reader and not group.volunteers for group in self.facts.groups)
        return reader.kind is PartyKind.PROFESSIONAL and bool(self._groups_of(reader))

    def _decision(self, reader: Reader, row: MatrixRow) -> bool | None:
        return self._decisions[reader, row]

    @cached_property
    def _decisions(self) -> Mapping[tuple[Reader, MatrixRow], bool | None]:
        """What the client's consents say, for every reader and category."""
        return {
            (reader, row): decision(covering(self._by_client, self._about, row, addressed))
            for reader, addressed in self._addressed.items()
            for row in MATRIX
        }

    @cached_property
    def _addressed(self) -> Mapping[Reader, frozenset[tuple[RecipientKind, str]]]:
        """As whom each reader can be the recipient of a consent, in this system."""
        return {reader: self._recipients(reader) for reader in self.readers}

    def _recipients(self, reader: Reader) -> frozenset[tuple[RecipientKind, str]]:
        role = PartyKind.PROFESSIONAL if reader is None else reader.kind
        groups = frozenset(one.id for one in self._groups_of(reader)) if reader else frozenset()
        if role is PartyKind.PROFESSIONAL and (groups or reader is None):
            groups |= {self.facts.organisation_id}
        person = {(RecipientKind.PERSON, reader.id)} if reader else set()
        return frozenset(
            {
                *person,
                (RecipientKind.ROLE, str(role)),
                (RecipientKind.APP, self.audience.connector_id),
                *((RecipientKind.ORGANISATION, one) for one in groups),
            }
        )

    # Names.

    def _names(self, reader: Reader, ref: PartyRef) -> bool:
        if ref == reader:
            return True
        if ref == self.facts.client:
            return self._client_name is not ClientName.NONE
        if ref.is_only_known_to(self.audience.connector_id):
            return True  # it was typed there, and nobody but that system knows who it is
        rule = MATRIX[MatrixRow.NAMES][self.audience.kind]
        if rule is not Rule.YES and (self._is_neutral or not ref.is_resolved):
            return False
        if ref.kind not in _NAMES_OF_OTHERS:
            return True
        own_word = self._own_word(reader, ref)
        return self._consented(reader, MatrixRow.NAMES) and _NAMES[rule](self, ref, own_word)

    def _own_word(self, reader: Reader, ref: PartyRef) -> bool | None:
        """What somebody said themselves about showing their name to this reader."""
        own = (one for one in self._by_others if one.given_by in (ref.id, str(ref)))
        return decision(covering(own, self._about, MatrixRow.NAMES, self._addressed[reader]))

    # Facts in the form in which they are asked for.

    @cached_property
    def _about(self) -> About:
        life_domain = self.units.get(LIFE_DOMAIN)
        return About(
            client_id=self.facts.client.id,
            agreement_id=self.facts.agreement_id,
            life_domain=life_domain if isinstance(life_domain, LifeDomain) else None,
            day=self.facts.day,
        )

    @cached_property
    def _by_client(self) -> tuple[Consent, ...]:
        return tuple(one for one in self.facts.consents if one.capacity != Capacity.SELF)

    @cached_property
    def _by_others(self) -> tuple[Consent, ...]:
        return tuple(one for one in self.facts.consents if one.capacity == Capacity.SELF)

    @cached_property
    def _circle(self) -> frozenset[PartyRef]:
        return frozenset(one.party for one in self._around)

    @cached_property
    def _representatives(self) -> frozenset[PartyRef]:
        return frozenset(one.party for one in self._around if one.representative)

    @cached_property
    def _around(self) -> tuple[CircleMember, ...]:
        return tuple(one for one in self.facts.circle if one.client_id == self.facts.client.id)

    @cached_property
    def _parties(self) -> frozenset[PartyRef]:
        """Performers, backups and responsible parties."""
        taking_part = (UnitKind.ASSIGNMENT, UnitKind.BACKUP, UnitKind.RESPONSIBLE)
        return named({key: value for key, value in self.units.items() if key.kind in taking_part})

    @cached_property
    def _network(self) -> frozenset[PartyRef]:
        return self._circle | self._parties

    @cached_property
    def _known_parties(self) -> frozenset[PartyRef]:
        return named(self.units) | self.audience.members

    @cached_property
    def _volunteers(self) -> frozenset[PartyRef]:
        return performing_volunteers(self.units, self.facts)

    @cached_property
    def _client_name(self) -> ClientName:
        if not self._row(MatrixRow.CLIENT):
            return ClientName.NONE
        first = MATRIX[MatrixRow.CLIENT][self.audience.kind] is Rule.FIRST_NAME
        return ClientName.FIRST if first else ClientName.FULL

    @cached_property
    def _is_neutral(self) -> bool:
        if MATRIX[MatrixRow.WHAT_WHEN_WHO][self.audience.kind] is not Rule.NEUTRAL_TITLE:
            return False
        here = frozenset({(RecipientKind.APP, self.audience.connector_id)})
        said = decision(covering(self._by_client, self._about, MatrixRow.WHAT_WHEN_WHO, here))
        return said is not True

    @property
    def _forbids(self) -> bool:
        """Whether it says what is never done: without a word of what, it would read as something to do."""
        what = self.units.get(WHAT)
        return isinstance(what, What) and what.modality is Modality.NEVER

    def _groups_of(self, ref: PartyRef) -> frozenset[PartyRef]:
        return groups_of(ref, self.facts.groups)


_CELLS: Mapping[Rule, Callable[[Sight, Reader, MatrixRow], bool]] = {
    Rule.YES: lambda sight, reader, row: True,
    Rule.NO: lambda sight, reader, row: False,
    Rule.STAFF_ONLY: lambda sight, reader, row: (
        reader is None and not sight.audience.members and sight.facts.capabilities.may_receive_bsn
    ),
    Rule.FIRST_NAME: lambda sight, reader, row: True,
    Rule.NETWORK: lambda sight, reader, row: reader is not None,
    Rule.VOLUNTEER_PERFORMS: lambda sight, reader, row: bool(sight._volunteers),
    Rule.PRACTICAL: lambda sight, reader, row: (
        bool(sight._volunteers) and sight._about.life_domain in PRACTICAL_DOMAINS
    ),
    Rule.OWN_OR_CONSENTED: lambda sight, reader, row: (
        reader == sight.facts.client
        or sight._is_among(reader, sight._parties)
        or sight._decision(reader, row) is True
    ),
    Rule.NAMED_IN_CONSENT: lambda sight, reader, row: (
        decision(
            [
                one
                for one in covering(sight._by_client, sight._about, row, sight._addressed[reader])
                if row in one.rows
            ]
        )
        is True
    ),
    Rule.NEUTRAL_TITLE: lambda sight, reader, row: True,
}

# May a relative or volunteer be named, given what they said themselves about it?
_NAMES: Mapping[Rule, Callable[[Sight, PartyRef, bool | None], bool]] = {
    Rule.YES: lambda sight, ref, own: True,
    Rule.NO: lambda sight, ref, own: False,
    Rule.NETWORK: lambda sight, ref, own: ref in sight._network and own is not False,
    Rule.OWN_RECORD: lambda sight, ref, own: not sight.audience.members and ref in sight._volunteers,
    Rule.OWN_CONSENT: lambda sight, ref, own: own is True,
}


def performing_volunteers(units: Units, facts: Facts) -> frozenset[PartyRef]:
    """The volunteers, and groups of volunteers, who perform."""
    groups = {group.ref for group in facts.groups if group.volunteers}
    performers = {value.performer for value in units.values() if isinstance(value, Duty)}
    return frozenset(one for one in performers if one.kind is PartyKind.VOLUNTEER or one in groups)


def groups_of(ref: PartyRef, groups: Iterable[Group]) -> frozenset[PartyRef]:
    """The groups somebody is in, also by way of another group; a group is its own."""
    found = {ref} if ref.kind is PartyKind.GROUP else set()
    waiting = [ref]
    while waiting:
        one = waiting.pop()
        new = [group.ref for group in groups if one in group.members and group.ref not in found]
        found |= set(new)
        waiting += new
    return frozenset(found)
