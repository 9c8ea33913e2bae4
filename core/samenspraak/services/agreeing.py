"""Making and changing agreements for whoever is signed in: staff, or somebody in an app of theirs.

An edit names the version it was made over; it is refused when there is a newer one, and nothing is merged
here. What only holds once others agree waits for them, as it does when it is typed in another system.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from samenspraak.domain.agreements import Agreement, Duty, State, Status
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import (
    STATUS,
    UnitKey,
    UnitKind,
    Units,
    UnitValue,
    agreement_from,
    apply,
    named_in,
    units_of,
)
from samenspraak.errors import NotFoundError, RuleError, StaleError
from samenspraak.policy.access import Principal, may_change, may_propose
from samenspraak.policy.lawful import unlawful
from samenspraak.services.eyes import Eyes, View
from samenspraak.services.naming import actor, party
from samenspraak.services.repeating import Asked, at_most_once
from samenspraak.services.unit_values import Json, read
from samenspraak.store.records import AgreementRecord, Cause
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync import alike
from samenspraak.sync.editing import record_edit
from samenspraak.sync.hub import Hub
from samenspraak.sync.people import everybody
from samenspraak.sync.versions import record_new

Edits = Mapping[UnitKey, UnitValue | None]


@dataclass(frozen=True, kw_only=True)
class Edited:
    """The agreement after an edit. ``waits``: the units that only hold once others agree; they are asked."""

    view: View
    waits: tuple[UnitKey, ...] = ()


def propose(
    hub: Hub, organisation: str, who: Principal, client: str, units: Mapping[str, Json], *, asked: Asked
) -> View:
    """A new agreement, known at once to everybody who may see it.

    From somebody in an app it is a proposal, whatever it says of its status.

    Raises:
        NotFoundError: there is no such client, or they have nothing to do with them.
        RuleError: it makes no lawful agreement, or names somebody they may not name, or they could not see
            it themselves.
    """
    with hub.store.write(organisation) as uow:
        by, eyes = actor(uow, who.id), Eyes(uow, hub, who)
        about = eyes.client(client)
        given = _read(units)
        if not who.sees_everything:
            given.pop(STATUS, None)
            for key in sorted(given):
                if not may_propose(key):
                    raise RuleError("not-yours", f"The unit {key} is not yours to fill in; leave it out.")
            given[STATUS] = Status(state=State.PROPOSED)
        given.setdefault(STATUS, Status(state=State.ACTIVE))

        def make() -> str:
            new_id = hub.new_id()
            kept = {key: value for key, value in given.items() if value is not None}
            agreement = agreement_from(new_id, about.id, kept)
            _check_everything_is_there(kept, agreement)
            cause = Cause(actor=by, why="recorded", connector_id=who.connector_id)
            _check_named(uow, eyes, _naming_nobody(agreement, kept), kept.values())
            record = record_new(uow, hub, agreement, cause=cause)
            if not eyes.sees(record):
                raise RuleError("not-yours", "You could not see this agreement yourself, so it was not made.")
            alike.wonder(uow, hub, agreement, who.connector_id)
            return new_id

        view = Eyes(uow, hub, who).view(at_most_once(uow, hub, who.id, asked, make))
        uow.commit()
    return view


def edit(
    hub: Hub,
    organisation: str,
    who: Principal,
    agreement_id: str,
    version: int,
    changes: Mapping[str, Json],
) -> Edited:
    """Change some units of it, over the version that was seen; None empties one.

    Raises:
        NotFoundError: there is no such agreement, or they may not see it.
        StaleError: it has another version by now; nothing was changed.
        RuleError: it would make no lawful agreement, or a unit is not theirs to change.
    """
    with hub.store.write(organisation) as uow:
        by, eyes = actor(uow, who.id), Eyes(uow, hub, who)
        record = eyes.record(agreement_id)
        check_version(record, version)
        edits = _read(changes)
        _check_theirs(who, eyes, record, edits)
        _check_named(uow, eyes, record, edits.values())
        for key, rule in unlawful(record.agreement, edits).items():
            raise RuleError(rule, f"Agreement {record.agreement.id} cannot say this of {key}.")
        after = apply(record.agreement, edits)
        _check_nothing_is_alone(edits, after)
        cause = Cause(actor=by, why="recorded", connector_id=who.connector_id)
        waits = record_edit(uow, hub, record, after, cause=cause) if after != record.agreement else ()
        view = Eyes(uow, hub, who).view(record.agreement.id)
        uow.commit()
    return Edited(view=view, waits=tuple(waits))


def _read(units: Mapping[str, Json]) -> dict[UnitKey, UnitValue | None]:
    keys = {UnitKey.parse(text): value for text, value in units.items()}
    return {key: read(key, value) for key, value in keys.items()}


def check_version(record: AgreementRecord, version: int) -> None:
    """Refuse what was decided over another version than the one that holds.

    Raises:
        StaleError: it has another one by now.
    """
    if record.version != version:
        raise StaleError(
            f"Agreement {record.agreement.id} is at version {record.version}, and this was made over version "
            f"{version}. Nothing was changed: read it again, and make the change over what it says now."
        )


def _check_everything_is_there(units: Iterable[UnitKey], agreement: Agreement) -> None:
    """What belongs to an assignment that is not there would be left out without a word."""
    _refuse_alone(sorted(set(units) - units_of(agreement).keys()))


def _refuse_alone(lost: Collection[UnitKey]) -> None:
    if lost:
        raise RuleError("unit-alone", f"There is no assignment for {', '.join(map(str, lost))}.")


def _check_nothing_is_alone(edits: Edits, after: Agreement) -> None:
    """The same of an edit, in which other units may fall away as they should."""
    parts = {one.id for one in after.assignments}
    _refuse_alone(
        sorted(
            key
            for key, value in edits.items()
            if key.assignment_id and key.assignment_id not in parts and value is not None
        )
    )


def _check_theirs(who: Principal, eyes: Eyes, record: AgreementRecord, edits: Edits) -> None:
    there, seen = units_of(record.agreement), eyes.shape(record)
    known = None if seen is None else seen.units | (edits.keys() - there.keys())
    for key, value in sorted(edits.items()):
        theirs = may_change(key, seen, there)
        duty = there.get(key)
        leaves = key.kind is UnitKind.ASSIGNMENT and value is None
        if leaves and not who.sees_everything and (duty is None or named_in(duty) != who.party):
            theirs = False
        part = UnitKey(UnitKind.ASSIGNMENT, key.assignment_id) if key.assignment_id else key
        if known is not None and part not in known:  # hidden or not there at all: nothing says which
            theirs = False
        if not theirs:
            raise RuleError(
                "not-yours", f"The unit {key} of agreement {record.agreement.id} is not yours to change."
            )


def _naming_nobody(agreement: Agreement, units: Units) -> AgreementRecord:
    """As if the client did it all: that somebody is named in it gives nobody the right to name them."""
    theirs = {
        key: replace(value, performer=agreement.client) if isinstance(value, Duty) else value
        for key, value in units.items()
        if isinstance(value, Duty) or named_in(value) is None
    }
    return AgreementRecord(agreement=agreement_from(agreement.id, agreement.client_id, theirs), version=0)


def _check_named(
    uow: UnitOfWork, eyes: Eyes, record: AgreementRecord, values: Iterable[UnitValue | None]
) -> None:
    """Everybody who is named is known, and may be named to whoever does so."""
    known = everybody(uow, record.agreement)
    for ref in sorted({one for value in values if value is not None and (one := named_in(value))}):
        with_name = eyes.may_name(record, ref) and (ref in known or _is_known(uow, ref))
        if not with_name:
            raise RuleError("party", f"{ref} is nobody you can name in agreement {record.agreement.id}.")


def _is_known(uow: UnitOfWork, ref: PartyRef) -> bool:
    try:
        return party(uow, str(ref), ref.kind) == ref
    except NotFoundError:
        return False
