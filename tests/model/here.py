"""What people do at the hub: edit, agree, end, call off, consent, and answer what they are asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from model.ledger import numbers
from model.members import PLACE
from model.town import CLIENT, FAMILY, NURSE, ORGANISATION, PERFORMERS

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Conditions,
    Duty,
    ExceptionKind,
    OccurrenceException,
    OccurrenceKey,
    State,
    Status,
    What,
)
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.units import (
    CONDITIONS,
    STATUS,
    WHAT,
    MatrixRow,
    UnitKey,
    UnitKind,
    UnitValue,
    apply,
    units_of,
)
from samenspraak.errors import NotFoundError, RuleError
from samenspraak.services import joining, pausing
from samenspraak.services.pausing import Absence
from samenspraak.store.records import AgreementRecord, Cause
from samenspraak.sync.versions import record_new, record_version

if TYPE_CHECKING:
    from model.walk import Walk

_MOST = 4
"""So many agreements of the hub's own are enough for one walk."""


def _agreements(walk: Walk, *, live: bool = True) -> list[AgreementRecord]:
    with walk.town.store.read(ORGANISATION) as uow:
        return [one for one in uow.agreements.list() if one.agreement.status.is_live is live]


def _one(walk: Walk, *, live: bool = True) -> AgreementRecord | None:
    known = _agreements(walk, live=live)
    return walk.chance.choice(known) if known else None


def _records(walk: Walk, record: AgreementRecord, after: Agreement) -> None:
    with walk.town.store.write(ORGANISATION) as uow:
        cause = Cause(actor=str(NURSE), why="recorded")
        record_version(uow, walk.town.hub, record, after, cause=cause)
        uow.commit()


def value(walk: Walk, key: UnitKey, old: UnitValue | None, *, where: str) -> UnitValue:
    """A new value for a unit, typed by somebody who sees the old one."""
    text = walk.text(where, seeing=old)
    if isinstance(old, Duty):
        return replace(old, schedule=Schedule(text=text))
    if key.kind is UnitKind.EXCEPTION:
        walk.ledger.called_off |= dict.fromkeys(numbers(text), key.assignment_id or "")
        return OccurrenceException(kind=ExceptionKind.CANCELLED, reason=text)
    if key == WHAT:
        return What(text=text)
    return Conditions(text=text) if key == CONDITIONS else text


def edits(walk: Walk) -> None:
    if (record := _one(walk)) is None:
        return
    units = units_of(record.agreement)
    duties = [key for key in units if key.kind is UnitKind.ASSIGNMENT]
    key = walk.chance.choice([WHAT, PLACE, CONDITIONS, *duties])
    new = value(walk, key, units.get(key), where=f"the hub, {record.agreement.id} {key}")
    walk.note("edits at the hub", f"{record.agreement.id} {key}: {numbers(new)}")
    _records(walk, record, apply(record.agreement, {key: new}))


def agrees(walk: Walk) -> None:
    """A new agreement."""
    if len(_agreements(walk)) > _MOST:
        return
    number = walk.number()
    when = Schedule(text=walk.text("the hub", seeing=""))
    duty = Duty(performer=walk.chance.choice(PERFORMERS), schedule=when)
    agreement = Agreement(
        id=f"hub{number}",
        client_id=CLIENT.id,
        what=What(text=walk.text("the hub", seeing="")),
        assignments=(Assignment(id=f"h{number}", duty=duty),),
        status=Status(state=State.ACTIVE),
    )
    walk.note("agrees at the hub", agreement.id)
    with walk.town.store.write(ORGANISATION) as uow:
        record_new(uow, walk.town.hub, agreement, cause=Cause(actor=str(NURSE), why="recorded"))
        uow.commit()


def divides(walk: Walk) -> None:
    """A performer more, or one less."""
    if (record := _one(walk)) is None:
        return
    assignments = record.agreement.assignments
    if len(assignments) > 1 and walk.chance.random() < 0.5:
        leaves = walk.chance.choice(assignments)
        units = units_of(record.agreement)
        walk.ledger.sees_it_go([value for key, value in units.items() if key.assignment_id == leaves.id])
        walk.note("takes a performer out", f"{record.agreement.id} {leaves.id}")
        after = apply(record.agreement, {UnitKey(UnitKind.ASSIGNMENT, leaves.id): None})
    elif len(assignments) < 3:
        new = f"h{walk.number()}"
        text = walk.text(f"the hub, {record.agreement.id}", seeing="")
        duty = Duty(performer=walk.chance.choice(PERFORMERS), schedule=Schedule(text=text))
        walk.note("adds a performer", f"{record.agreement.id} {new}")
        after = apply(record.agreement, {UnitKey(UnitKind.ASSIGNMENT, new): duty})
    else:
        return
    _records(walk, record, after)


def calls_off(walk: Walk) -> None:
    """A moment of somebody is called off, with a word why."""
    if (record := _one(walk)) is None:
        return
    part = walk.chance.choice(record.agreement.assignments).id
    day = walk.town.hub.today() + timedelta(days=walk.chance.choice((1, 2, 3)))
    key = UnitKey(UnitKind.EXCEPTION, str(OccurrenceKey(assignment_id=part, day=day)))
    old = units_of(record.agreement).get(key)
    off = value(walk, key, old, where=f"the hub, {record.agreement.id} {key}")
    walk.note("cancels a moment", f"{record.agreement.id} {key.id} {numbers(off)}")
    _records(walk, record, apply(record.agreement, {key: off}))


def ends(walk: Walk) -> None:
    if (record := _one(walk)) is None:
        return
    walk.note("ends at the hub", record.agreement.id)
    walk.ledger.ended.add(("hub", record.agreement.id))
    walk.ledger.sees_it_go(units_of(record.agreement))
    over = Status(state=State.ENDED, ended_on=walk.town.hub.today())
    _records(walk, record, apply(record.agreement, {STATUS: over}))


def restores(walk: Walk) -> None:
    if (record := _one(walk, live=False)) is None:
        return
    walk.note("restores at the hub", record.agreement.id)
    walk.ledger.restored.add(record.agreement.id)
    _records(walk, record, apply(record.agreement, {STATUS: Status(state=State.ACTIVE)}))


def joins(walk: Walk) -> None:
    """The coordinator says that two agreements are one."""
    live = _agreements(walk)
    if len(live) < 2:
        return
    stays, goes = (one.agreement.id for one in walk.chance.sample(live, 2))
    try:
        joining.join(walk.town.hub, ORGANISATION, stays, goes)
    except RuleError as error:
        walk.note("a join that cannot be is refused", error.rule)
        return
    walk.note("joins", f"{goes} into {stays}")
    walk.ledger.is_also(goes, stays)


def separates(walk: Walk) -> None:
    """The coordinator says that what one system holds is another agreement."""
    if (record := _one(walk)) is None:
        return
    left, system = record.agreement.id, walk.system().name
    try:
        own = joining.separate(walk.town.hub, ORGANISATION, left, system).own
    except (RuleError, NotFoundError) as error:
        walk.note("a separation that cannot be is refused", type(error).__name__)
        return
    walk.note("separates", f"{own} at {system} from {left}")
    walk.ledger.is_also(left, own)
    if own in (one.agreement.id for one in _agreements(walk, live=False)):
        walk.ledger.ended.add(("hub", own))  # there it is over, and nobody has taken it up again there


def goes_away(walk: Walk) -> None:
    """The client goes to hospital for some days, or somebody who performs is away; or they are back."""
    today = walk.town.hub.today()
    who = walk.chance.choice((CLIENT, CLIENT, *PERFORMERS))
    until = today + timedelta(days=walk.chance.choice((2, 5)))
    absence = Absence(who=str(who), start=today, until=until)
    act, what = walk.chance.choice(
        ((pausing.pause, "pauses"), (pausing.pause, "pauses"), (pausing.lift, "pause lifted"))
    )
    try:
        act(walk.town.hub, ORGANISATION, absence, by=str(NURSE))
    except RuleError as error:
        walk.note("a pause that cannot be is refused", error.rule)
        return
    walk.note(f"{what}: {who.kind}", who.id)


# Consent.


def allows(walk: Walk, reader: str, what: str, *, allowed: bool) -> None:
    """The client's word about a reader: everything, or conditions, may be seen or not."""
    walk.note(f"consent {'given' if allowed else 'withdrawn'}: {what}", reader)
    given = walk.consents.pop((reader, what), None)
    if given is not None:
        walk.town.withdraws(given)
    else:
        rows = frozenset({MatrixRow.CONDITIONS}) if what == "conditions" else frozenset[MatrixRow]()
        who = next(one for one in FAMILY if one.id == reader)
        walk.consents[reader, what] = walk.town.consents(who, number=walk.number(), rows=rows, allows=allowed)
    _word(walk, what)[reader] = allowed


def changes_consent(walk: Walk) -> None:
    reader = walk.chance.choice(FAMILY).id
    what = walk.chance.choice(("everything", "conditions"))
    allows(walk, reader, what, allowed=not _word(walk, what)[reader])


def _word(walk: Walk, what: str) -> dict[str, bool]:
    return walk.ledger.conditions_too if what == "conditions" else walk.ledger.allowed


def another_value(walk: Walk, agreement_id: str, unit: UnitKey) -> UnitValue | None:
    """Another value for a unit than stands in it now (None: nobody does it any more)."""
    with walk.town.store.read(ORGANISATION) as uow:
        old = units_of(uow.agreements.get(agreement_id).agreement).get(unit)
    if unit.kind is UnitKind.ASSIGNMENT and old is None:
        return None
    return value(walk, unit, old, where=f"an answer about {unit}")
