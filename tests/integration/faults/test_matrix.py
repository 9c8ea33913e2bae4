"""Whatever the network does to a request: once it is over everything is there, once, and nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from samenspraak.domain.agreements import Agreement, Assignment, Duty, State, Status, What
from samenspraak.domain.units import STATUS, WHAT, UnitKey, UnitValue, apply, units_of
from samenspraak.errors import SamenspraakError
from samenspraak.policy.state import Reason
from samenspraak.store.records import Cause
from samenspraak.sync.pull import pull, pull_failed
from samenspraak.sync.versions import record_new, record_version
from samenspraak.testing.proxy import Request, Trouble
from samenspraak.work.inline import work_off

from .places import ENVIRONMENT, ORGANISATION, PLACES, Behind, open_place, thursdays_at

EVERY = list(product(PLACES, Trouble))
SOME = [case for number, case in enumerate(EVERY) if (number + number // len(Trouble)) % 3 == 0]
CASES = EVERY if os.environ.get("FAULTS") == "all" else SOME
"""``make crash`` plays the whole matrix; here each place meets a third of the troubles, each another one."""
LONG = What(text="Ver wandelen")
ENDED = Status(state=State.ENDED)
CAUSE = Cause(actor="nurse", why="recorded")


@pytest.fixture
def environment() -> dict[str, str]:
    return ENVIRONMENT


@pytest.fixture
def there(town: Any, request: pytest.FixtureRequest) -> Behind:
    found = open_place(town, PLACES[request.param])
    rests(found, cycles=2)
    return found


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


def in_trouble(there: Behind, trouble: Trouble, on: Callable[[Request], bool], act: Callable[[], Any]) -> Any:
    """Somebody acts while the network is troubled; then that is over, and all comes to rest."""
    there.proxy.strike(trouble, on=on)
    met = there.proxy.struck
    done = act()
    for _ in range(3):
        cycle(there)
        there.town.clock.pass_(seconds=5)
    assert trouble is Trouble.REFUSED or there.proxy.struck > met, "no request met the trouble"
    there.proxy.calm()
    there.town.clock.pass_(minutes=30)
    rests(there)
    return done


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


@pytest.mark.parametrize(("there", "trouble"), CASES, indirect=["there"])
def test_a_life_in_trouble_ends_as_one_without(there: Behind, trouble: Trouble) -> None:
    in_trouble(there, trouble, there.writes, lambda: records(there))
    assert "Wandelen" in there.readable()
    check_in_step(there)

    in_trouble(there, trouble, there.writes, lambda: changes(there, WHAT, LONG))
    assert LONG.text in there.readable()
    check_in_step(there)

    edit = in_trouble(there, trouble, there.reads, lambda: there.place.edit(there.sandbox, "ag1"))
    assert edit is None or units_of(holds(there))[edit[0]] == edit[1]
    check_in_step(there)

    in_trouble(there, trouble, there.writes, lambda: changes(there, STATUS, ENDED))
    check_in_step(there, Reason.CLOSED)
