"""The connector in the hands of the hub: it looks, plans, writes and confirms, and people act in between."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from samenspraak.connectors import Found
from samenspraak.domain.agreements import What
from samenspraak.domain.units import WHAT
from samenspraak.errors import SamenspraakError
from samenspraak.sandbox import Fault
from samenspraak.testing.contract.basis import Basis
from samenspraak.testing.household import Household, household
from samenspraak.testing.strategies import CANARY
from samenspraak.testing.world import World, given

_SINGS = What(text=CANARY)
_BAKING = What(text="Samen bakken")
_WRITE_FAULTS = {
    "the answer is lost": Fault(kind="lose", writes=True),
    "nothing answers": Fault(kind="down"),
}


class _Said:
    """What the record says more, or otherwise, since somebody changed it."""

    def __init__(self, house: Household) -> None:
        self._house = house
        self.new: dict[object, object] = {}

    def around(self, edit: Callable[[], object]) -> None:
        before = self._house.there()
        said = self._read(before)
        edit()
        after = self._read(self._house.world.changed(before))
        self.new = {key: value for key, value in after.items() if said.get(key) != value}

    def is_kept(self) -> bool:
        now = self._read(self._house.there())
        return all(now.get(key) == value for key, value in self.new.items())

    def _read(self, found: Found) -> dict[object, object]:
        reading = self._house.world.connector.get(found.raw, self._house.world.directory)
        said: dict[object, object] = {one.id: one for one in reading.said}
        return said | dict(reading.units)


class Exchanging(Basis):
    """What becomes of an agreement between the hub and this system."""

    @pytest.fixture
    def house(self, world: World) -> Iterator[Household]:
        with household(world) as house:
            yield house

    def test_an_agreement_arrives_once_and_then_nothing_is_written(self, house: Household) -> None:
        """Whatever their server makes of what we write: it is no news."""
        house.allow()
        house.record(what=_SINGS)
        house.rest()
        wrote = len(house.world.sandbox.writes())
        assert set(house.world.sandbox.live().values()) == {1}
        assert CANARY in house.world.readable()

        for _ in range(2):
            house.rest()

        assert len(house.world.sandbox.writes()) == wrote
        assert house.agreement.what == _SINGS
        assert not house.asks

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_what_somebody_changes_around_our_write_is_kept(self, house: Household, when: str) -> None:
        """Between our look and our write, or between our write and its confirmation."""
        house.allow()
        house.record()
        house.rest()
        edit = given(house.world.scene.edit, "edit")
        said = _Said(house)
        setattr(house.between, when, lambda: said.around(lambda: edit(house.there().external_id)))

        house.change(WHAT, _BAKING)
        house.rest()

        assert said.new
        assert said.is_kept() or house.asks
        assert _BAKING.text in house.world.readable() or house.asks

    def test_a_write_that_lands_after_we_gave_it_up_changes_nothing_for_good(self, house: Household) -> None:
        house.allow()
        house.record()
        house.rest()
        house.between.late = True
        house.change(WHAT, What(text="Samen eten"))
        house.cycle()
        house.change(WHAT, _BAKING)
        house.rest()

        with contextlib.suppress(SamenspraakError):  # most systems refuse what was meant for long ago
            house.between.arrive()
        house.rest()

        assert house.agreement.what == _BAKING
        assert _BAKING.text in house.world.readable()
        assert set(house.world.sandbox.live().values()) == {1}

    @pytest.mark.parametrize("name", _WRITE_FAULTS)
    def test_what_failed_is_made_once_when_it_works_again(self, house: Household, name: str) -> None:
        house.allow()
        house.world.sandbox.inject(_WRITE_FAULTS[name])
        house.record(what=_SINGS)
        for _ in range(3):
            house.cycle()
        house.world.sandbox.clear_faults()
        house.rest()

        assert set(house.world.sandbox.live().values()) == {1}
        assert CANARY in house.world.readable() or house.asks

    def test_whoever_was_never_allowed_to_reads_nothing(self, house: Household) -> None:
        house.record(what=_SINGS)
        house.rest()
        assert CANARY not in house.world.readable()

        house.allow()
        house.rest()

        assert CANARY in house.world.readable()

    def test_what_was_allowed_until_now_is_taken_back(self, house: Household) -> None:
        house.allow()
        house.record(what=_SINGS)
        house.rest()
        assert CANARY in house.world.readable()

        house.withdraw()
        house.rest()

        assert CANARY not in house.world.readable()

    def test_what_is_withdrawn_just_before_a_write_is_not_written(self, house: Household) -> None:
        house.allow()
        house.rest()
        house.between.before = house.withdraw
        house.record(what=_SINGS)
        house.rest()

        assert house.consents == []
        assert [one.status for one in house.world.answers if CANARY in one.body] == []
        assert CANARY not in house.world.readable()
