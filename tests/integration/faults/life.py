"""An agreement that lives in one place: recorded, changed, edited there and ended, and how it stands."""

from __future__ import annotations

from samenspraak.domain.agreements import Agreement, Assignment, Duty, State, Status, What
from samenspraak.domain.units import UnitKey, UnitValue, apply
from samenspraak.errors import SamenspraakError
from samenspraak.policy.state import Reason
from samenspraak.store.records import Cause
from samenspraak.sync.pull import pull, pull_failed
from samenspraak.sync.versions import record_new, record_version
from samenspraak.work.inline import work_off

from .places import ORGANISATION, Behind, thursdays_at

LONG = What(text="Ver wandelen")
ENDED = Status(state=State.ENDED)
CAUSE = Cause(actor="nurse", why="recorded")


def cycle(there: Behind) -> None:
    """Hear from the system, which may fail, and work off what is due."""
    hub = there.town.app.hub
    try:
        pull(hub, ORGANISATION, there.place.plugin)
    except SamenspraakError as error:
        pull_failed(hub, ORGANISATION, there.place.plugin, error)
    work_off(hub, ORGANISATION)


def rests(there: Behind, cycles: int = 4, seconds: float = 400.0) -> None:
    """Everything that waits has its turn, people there carry out what was proposed."""
    for _ in range(cycles):
        cycle(there)
        there.place.decide(there.sandbox)
        there.town.clock.pass_(seconds=seconds)


def records(there: Behind) -> Agreement:
    walking = Agreement(
        id="ag1",
        client_id="wit",
        what=What(text="Wandelen"),
        status=Status(state=State.ACTIVE),
        assignments=(
            Assignment(id="a1", duty=Duty(performer=there.place.performer, schedule=thursdays_at(10))),
        ),
    )
    with there.town.app.store.write(ORGANISATION) as uow:
        record_new(uow, there.town.app.hub, walking, cause=CAUSE)
        uow.commit()
    return walking


def changes(there: Behind, key: UnitKey, value: UnitValue) -> None:
    with there.town.app.store.write(ORGANISATION) as uow:
        record = uow.agreements.get("ag1")
        record_version(uow, there.town.app.hub, record, apply(record.agreement, {key: value}), cause=CAUSE)
        uow.commit()


def holds(there: Behind) -> Agreement:
    with there.town.app.store.read(ORGANISATION) as uow:
        return uow.agreements.get("ag1").agreement


def check_in_step(there: Behind, reason: Reason = Reason.EQUAL) -> None:
    """The copy is as it should be, there is one of it, nobody is asked anything, and nothing more is sent."""
    [link] = [one for one in there.town.links() if one.agreement_id == "ag1"]
    assert (link.reason, there.town.questions(), there.live <= {1}) == (reason, [], True)
    before = len(there.sandbox.writes())
    rests(there, cycles=1)
    assert len(there.sandbox.writes()) == before
