"""How agreements go to and from one system: whose value holds, which way units go, what records become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from samenspraak.connectors.calls import Call
from samenspraak.connectors.connector import Connector
from samenspraak.connectors.looks import Directory, Found, Reading, SetApart
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import UNITS, Harm, UnitKind, Units, named
from samenspraak.errors import InvalidRecordError, RuleError
from samenspraak.policy import priority
from samenspraak.policy.capabilities import Capabilities, Direction
from samenspraak.services import ADMIN
from samenspraak.services.connectors import note
from samenspraak.services.naming import actor
from samenspraak.services.unit_values import Json, as_json
from samenspraak.store.records import ConnectorRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.adopt import agreement_said
from samenspraak.sync.configured import Configured
from samenspraak.sync.hub import Hub
from samenspraak.sync.people import names_of, plain_directory

FIXED = frozenset({UnitKind.WHAT, UnitKind.ASSIGNMENT, UnitKind.STATUS, UnitKind.EXCEPTION})
"""What is agreed, with whom, whether it holds, and when not: these go both ways wherever a system can."""


@dataclass(frozen=True, kw_only=True)
class Previewed:
    """What one record there becomes.

    ``client``: whom it is about · ``agreement_id``: what it is here already, if anything · ``selected``: it
    is an agreement by the selection · ``units``: as read with the settings that are tried, as JSON ·
    ``before`` and ``was_selected``: with the saved ones, where those are others (None: it cannot be read
    with them) · ``unread``: the place, or the rule, that keeps it from becoming an agreement.
    """

    external_id: str
    client: PartyRef | None = None
    agreement_id: str | None = None
    selected: bool = False
    units: Mapping[str, Json] = field(default_factory=dict)
    before: Mapping[str, Json] | None = None
    was_selected: bool | None = None
    unread: str = ""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Some records of a system, as they would be read. ``compares``: with what they are read as now."""

    connector_id: str
    compares: bool
    records: tuple[Previewed, ...]
    names: Mapping[PartyRef, str]


# Decisions of its admin.


def set_rule(
    hub: Hub,
    organisation: str,
    connector_id: str,
    unit: UnitKind,
    leader: str | None,
    *,
    by: str = ADMIN,
) -> Mapping[str, str]:
    """Say whose value holds when this system and others changed a unit at the same time.

    Args:
        hub: the hub.
        organisation: whose.
        connector_id: the system whose changes it is about.
        unit: which kind of unit.
        leader: the system whose value holds, this one or another; None: people are asked.
        by: who decided.

    Returns:
        All rules of the system, unit by leader.

    Raises:
        NotFoundError: there is no such system, or no such leader.
        RuleError: a wrong value of this unit can harm, so that people are always asked.
    """
    if leader is not None and UNITS[unit].harm is Harm.ALWAYS:
        raise RuleError("unit-rule", f"A wrong value of {unit} can harm; people are always asked about it.")
    with hub.store.write(organisation) as uow:
        system = uow.connectors.get(connector_id)
        rules = {kind: other for kind, other in system.rules.items() if kind != unit}
        if leader is not None:
            rules[unit] = uow.connectors.get(leader).id
        uow.connectors.save(replace(system, rules=rules))
        note(uow, hub, connector_id, "rule", actor(uow, by), f"{unit} {leader or 'ask'}")
        uow.commit()
    return rules


def set_direction(
    hub: Hub,
    organisation: str,
    connector_id: str,
    unit: UnitKind,
    direction: Direction,
    *,
    by: str = ADMIN,
) -> Mapping[UnitKind, Direction]:
    """Say which way a kind of unit goes between the hub and this system; every copy there is looked at.

    Args:
        hub: the hub.
        organisation: whose.
        connector_id: which system.
        unit: which kind of unit.
        direction: which way.
        by: who decided.

    Returns:
        All directions of the system other than both.

    Raises:
        NotFoundError: there is no such system.
        RuleError: it is what makes an agreement one, the system has no place for it, or a value that is
            not kept up to date there can harm.
    """
    with hub.store.write(organisation) as uow:
        system = uow.connectors.get(connector_id)
        _check_direction(hub.capabilities(organisation, connector_id), connector_id, unit, direction)
        directions = {kind: one for kind, one in system.directions.items() if kind is not unit}
        if direction is not Direction.BOTH:
            directions[unit] = direction
        uow.connectors.save(replace(system, directions=directions))
        uow.look_at_system(connector_id, priority.BULK)
        note(uow, hub, connector_id, "direction", actor(uow, by), f"{unit} {direction}")
        uow.commit()
    return directions


def _check_direction(can: Capabilities, connector_id: str, unit: UnitKind, direction: Direction) -> None:
    if unit in FIXED:
        raise RuleError(
            "unit-direction", f"An agreement without its {unit} is none; {unit} always goes both ways."
        )
    if unit not in can.units:
        raise RuleError("unit-direction", f"Connector {connector_id} has no place for {unit}.")
    if direction is Direction.IN and not can.units[unit].read:
        raise RuleError(
            "unit-direction",
            f"Connector {connector_id} cannot read {unit}, so that nothing of it comes from there: "
            "leave it out there (none), or let it go there (out, both).",
        )
    if direction is Direction.IN and UNITS[unit].harm is Harm.ALWAYS:
        raise RuleError(
            "unit-direction",
            f"An old value of {unit} can harm: leave it out there (none), or let it go there (out, both).",
        )


# What records become.


def preview(
    hub: Hub,
    organisation: str,
    connected: Configured,
    record: ConnectorRecord,
    *,
    limit: int = 5,
    only: Sequence[str] = (),
) -> Preview:
    """Read some real records as these settings would read them; nothing is kept and nothing is written.

    Args:
        hub: the hub.
        organisation: whose.
        connected: builds connections that are not saved.
        record: the connection as it would be, saved or not.
        limit: so many records at most.
        only: the external ids of the records to read; else those that the system lists first.

    Raises:
        ConfigurationError: the settings do not load; every problem is named.
        The errors of ``samenspraak.errors`` that the system's answers lead to.
    """
    connector, call = connected.build(organisation, record)
    records = [*islice(_records(connector, call, only), limit)]
    with hub.store.read(organisation) as uow:
        saved = next((one for one in uow.connectors.list() if one.id == record.id), None)
        compares = saved is not None and saved.settings != record.settings
        former = connected.build(organisation, saved)[0] if saved and compares else None
        eye = _Eye(uow=uow, record=record, now=connector, former=former)
        previewed = tuple(eye.sees(one) for one in records)
        return Preview(
            connector_id=record.id,
            compares=compares,
            records=previewed,
            names=names_of(uow, eye.met),
        )


def _records(connector: Connector, call: Call, only: Sequence[str]) -> Iterator[Found | SetApart]:
    looks = (connector.fetch(call, one) for one in only)
    listed = (one for page in connector.changes(call, None) for one in page.records)
    return (one for one in (looks if only else listed) if isinstance(one, Found | SetApart))


@dataclass(kw_only=True)
class _Eye:
    """Reads records with the settings that are tried, and with the saved ones. ``met``: whom they name."""

    uow: UnitOfWork
    record: ConnectorRecord
    now: Connector
    former: Connector | None
    met: set[PartyRef] = field(default_factory=set)

    def sees(self, one: Found | SetApart) -> Previewed:
        if isinstance(one, SetApart):
            return Previewed(external_id=one.external_id, unread=one.field)
        previewed = Previewed(external_id=one.external_id, agreement_id=self._known_as(one.external_id))
        before = self._read(self.former, one) if self.former else None
        if isinstance(before, Reading):
            previewed = replace(previewed, before=as_json(before.units), was_selected=before.selected)
        read = self._read(self.now, one)
        if isinstance(read, InvalidRecordError):
            return replace(previewed, unread=read.field)
        return replace(
            previewed,
            client=self._directory.party(read.client, PartyKind.CLIENT) if read.client else None,
            selected=read.selected,
            units=as_json(read.units),
            unread=_broken_rule(read.units),
        )

    def _read(self, connector: Connector, one: Found) -> Reading | InvalidRecordError:
        try:
            read = connector.get(one.raw, self._directory)
        except InvalidRecordError as error:
            return error
        left_out = self.record.left_out
        units = {key: value for key, value in read.units.items() if key.kind not in left_out}
        self.met |= named(units)
        return replace(read, units=units)

    @cached_property
    def _directory(self) -> Directory:
        return plain_directory(self.uow, self.record.id)

    def _known_as(self, external_id: str) -> str | None:
        """The agreement that this record is here."""
        remote = self.uow.remotes.by_external(self.record.id, external_id)
        return self.uow.links.get(remote.link_id).agreement_id if remote and remote.link_id else None


def _broken_rule(units: Units) -> str:
    """What keeps these units from being an agreement; empty: nothing."""
    try:
        agreement_said("preview", "preview", units)
    except RuleError as error:
        return error.rule
    return ""
