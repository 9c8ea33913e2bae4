"""What the manifest denies is tried as well: denying what the system can do would leave its people without.

A hub that is told "there are no versions" loses an edit that a version would have saved. So each denial is
tried on the sandbox, and a denial of what it can do fails.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from samenspraak.connectors import Absent, Changes, End, Inbound
from samenspraak.domain.agreements import What
from samenspraak.domain.units import UNITS, Keyed, UnitKey
from samenspraak.errors import ConflictError, SamenspraakError
from samenspraak.testing.contract.basis import Basis
from samenspraak.testing.lens import spelled
from samenspraak.testing.proxy import Proxy, Reply, Request
from samenspraak.testing.strategies import CANARY, PLANTED
from samenspraak.testing.world import World

_SINGS = What(text=CANARY)
_IDS = {Keyed.NOT: "", Keyed.ASSIGNMENT: "a1", Keyed.OCCURRENCE: "a1/2026-03-05/1"}
_OLD = {"If-Match": 'W/"0"'}


class _UnderAnOldVersion(Proxy):
    """Every change is made under a version of long ago."""

    def passed_on(self, request: Request) -> Reply:
        kept = {name: value for name, value in request.headers.items() if name.lower() != "if-match"}
        is_change = request.method in ("PUT", "PATCH", "DELETE")
        return super().passed_on(replace(request, headers={**kept, **_OLD}) if is_change else request)


class Denying(Basis):
    """What the manifest denies is not there."""

    def test_versions_that_are_denied_are_not_shown(self, world: World) -> None:
        world.found(world.make("ag1").external_id)
        world.in_time(world.pages, bool)

        assert [one.status for one in world.answers if "ETag" in one.headers] == []

    def test_a_guard_of_changes_that_is_denied_is_not_there(self, world: World) -> None:
        """A change under a version of long ago passes, where nothing enforces versions."""
        made = world.make("ag1")
        proxy = _UnderAnOldVersion(world.url)
        with proxy.running() as url, contextlib.closing(self.connected(url).http()) as http:
            there = replace(world, call=replace(world.call, http=http))
            try:
                there.update(made, set=there.units(what=What(text="Samen bakken")))
            except ConflictError:
                pytest.fail("this system guards changes by their version")

    def test_absence_that_is_denied_is_not_proven(self, world: World) -> None:
        made = world.make("ag1")
        before = len(world.answers)
        if world.scene.remove is not None:
            world.scene.remove(made.external_id)
        else:
            world.taken_over(world.connector.end(world.call, made, made.raw, End.RETRACTED))

        look = world.look(made.external_id)

        assert not isinstance(look, Absent)
        assert 410 not in {one.status for one in world.answers[before:]}
        assert not any(page.complete for page in world.pages())

    def test_a_record_that_nobody_can_find_again_is_not_found(self, world: World) -> None:
        subject, raw = world.draft("ag1")
        world.taken_over(world.connector.create(world.call, subject, raw))
        found = list[str]()
        with contextlib.suppress(NotImplementedError):
            looked = world.in_time(lambda: world.connector.find(world.call, subject.marker), bool)
            found += [one.external_id for one in looked]
        with contextlib.suppress(SamenspraakError):
            world.connector.create(world.call, subject, raw)

        assert found == []
        assert world.sandbox.live()[str(subject.marker)] > 1

    def test_an_answer_that_shows_nothing_does_not_show_what_was_written(self, world: World) -> None:
        made = world.make("ag1")
        before = len(world.answers)

        written = world.update(made, set=world.units(what=_SINGS))

        shows = [one.status for one in world.answers[before:] if CANARY in one.body]
        assert written.found is None
        assert written.waiting or shows == []  # what shows a proposal does not show the record

    def test_a_write_that_nothing_confirms_cannot_be_read_back(self, world: World) -> None:
        written = world.create("ag1", what=_SINGS)

        look = world.in_time(lambda: world.look(written.external_id), lambda look: CANARY in repr(look))
        assert CANARY not in repr(look)

    def test_a_mark_that_is_not_kept_does_not_read_back(self, world: World) -> None:
        made = world.make("ag1")

        raw = world.connector.put(made.raw, Changes(mark="5f2ac1#2"), world.directory)

        assert world.connector.get(raw, world.directory).mark is None

    def test_a_statement_that_is_not_told_has_no_place(self, world: World) -> None:
        made = world.make("ag1")

        raw = world.connector.put(made.raw, Changes(told=(world.comment(CANARY),)), world.directory)

        assert CANARY not in spelled(raw)
        assert world.connector.get(raw, world.directory).told == frozenset()

    def test_a_unit_that_is_denied_has_no_place(self, world: World) -> None:
        made = world.make("ag1")
        carried = world.manifest.capabilities.units
        for kind in PLANTED.keys() - carried.keys():
            key = UnitKey(kind, _IDS[UNITS[kind].keyed])
            raw = made.raw
            with contextlib.suppress(KeyError, SamenspraakError):
                raw = world.connector.put(made.raw, Changes(set={key: PLANTED[kind]}), world.directory)
            assert CANARY not in spelled(raw), key

    def test_a_system_that_tells_nothing_has_no_door(self, world: World) -> None:
        with pytest.raises(NotImplementedError):
            world.connector.hints(Inbound(headers={}, body=b"{}"))
