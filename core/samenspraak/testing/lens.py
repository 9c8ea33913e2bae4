"""The lens laws, for any connector: subclass :class:`LensLaws` in a test file and give it a connector.

::

    class TestLens(LensLaws):
        def connector(self) -> Connector:
            return MyConnector("my-1", {"base_url": "https://my.example", …})

Pure: nothing is sent. Each law is tried with many records, and in each with every unit that was drawn. What
the manifest does not claim is not asked of the connector: a law with nothing to be tried on is skipped.
"""

from __future__ import annotations

import contextlib
import copy
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

import pytest
import simplejson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samenspraak.connectors import (
    Capabilities,
    Changes,
    Connector,
    Directory,
    Marker,
    Objects,
    Raw,
    Reading,
    Subject,
    Write,
    misnaming,
)
from samenspraak.domain.agreements import Decides, ExceptionKind, OccurrenceException
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import UnitKey, UnitKind, Units, UnitValue, is_empty
from samenspraak.errors import InvalidRecordError
from samenspraak.http import parse_json
from samenspraak.policy.capabilities import PATCHED
from samenspraak.testing import strategies as ours

# A class of laws is meant to be inherited, and a busy machine says nothing about a lens.
LAW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)
STRANGE = "x-nobody-knows"
SPELLINGS = ("", ".50", ".000", "E+2", ".0123456789012345678901234567890")
"""Ends of numbers that stay different only for who keeps every digit."""
ODD = st.sampled_from(
    [None, True, -1, Decimal("2.50"), "", "x", "0000-00-00", "YYYY-MM-DD", "25:61", [], ["x"], {}, {"x": 1}]
)
TELLING: Mapping[UnitKind, UnitValue] = {
    UnitKind.DECIDES: Decides(who=ours.BIRD),
    UnitKind.EXCEPTION: OccurrenceException(kind=ExceptionKind.TAKEN_OVER, by=ours.BIRD),
}
"""Units that stay in sight when the name in them may not be shown: a neutral word stands for it then."""
T = TypeVar("T")


def settable(can: Capabilities, kind: UnitKind) -> bool:
    """Whether what is put of this kind can be read back."""
    carries = can.units.get(kind)
    return carries is not None and carries.read and carries.write in (*PATCHED, Write.PROPOSE)


def _sets(can: Capabilities) -> bool:
    return any(settable(can, kind) for kind in can.units)


def _sets_text(can: Capabilities) -> bool:
    return any(settable(can, kind) for kind in ours.PLANTED)


# Which laws are about something only in some systems. All others are for every connector.
ONLY_FOR: Mapping[str, Callable[[Capabilities], bool]] = {
    "test_what_is_set_reads_back_as_normal_and_the_rest_stays": _sets,
    "test_what_is_cleared_is_gone_and_the_rest_stays": _sets,
    "test_several_changes_at_once_are_all_made": _sets,
    "test_members_nobody_knows_survive": _sets,
    "test_putting_what_was_read_changes_nothing": _sets,
    "test_somebody_known_there_by_two_ids_is_one_person_and_stays_under_the_one_that_stands_there": _sets,
    "test_a_name_that_may_no_longer_be_shown_goes_when_its_unit_is_put_again": lambda can: any(
        kind in can.units and can.units[kind].write in PATCHED for kind in TELLING
    ),
    "test_what_was_told_in_a_name_that_may_no_longer_be_shown_is_to_be_told_anew": lambda can: (
        can.tells_statements
    ),
    "test_a_cleared_unit_is_nowhere_in_the_record": _sets_text,
    "test_an_overwritten_unit_is_nowhere_in_the_record": _sets_text,
    "test_the_mark_reads_back": lambda can: can.keeps_marks,
    "test_exactly_the_statements_told_can_be_read": lambda can: can.tells_statements,
    "test_statements_no_longer_told_are_nowhere": lambda can: can.tells_statements,
    "test_a_unit_is_read_where_an_earlier_mapping_put_it": lambda can: can.mapping_version > 1,
    "test_a_write_empties_the_places_of_earlier_mappings": lambda can: can.mapping_version > 1,
    "test_a_clear_empties_the_places_of_earlier_mappings": lambda can: can.mapping_version > 1,
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A record put together from drawn units, and other units that may stand in it."""

    connector: Connector
    subject: Subject
    directory: Directory
    raw: Raw
    others: Units
    data: st.DataObject

    def read(self, raw: Raw) -> Reading:
        return self.connector.get(raw, self.directory)

    def units(self, raw: Raw) -> dict[UnitKey, UnitValue]:
        """What the record says, of what can be set and read back."""
        can = self.connector.manifest.capabilities
        return {key: value for key, value in self.read(raw).units.items() if settable(can, key.kind)}

    def put(self, raw: Raw, **changes: Any) -> Raw:
        return self.connector.put(raw, Changes(**changes), self.directory)

    def each(self) -> Iterator[tuple[UnitKey, UnitValue]]:
        """The other units one by one, of what can be set and read back."""
        can = self.connector.manifest.capabilities
        return ((key, value) for key, value in self.others.items() if settable(can, key.kind))

    def planted(self) -> Iterator[tuple[UnitKey, Raw, UnitValue]]:
        """The record with a canary in one unit, for each that holds text; and what may replace it."""
        for key, value in self.each():
            if key.kind in ours.PLANTED:
                yield key, self.put(self.raw, set={key: ours.PLANTED[key.kind]}), value


class LensLaws:
    """What every lens owes the hub; ``Connector.put`` states the laws."""

    strangers: bool = True
    """Whether the system can hold a party it does not know."""

    # What a subclass gives.

    def connector(self) -> Connector:
        raise NotImplementedError

    def earlier(self) -> Sequence[Connector]:
        """The connector with each earlier mapping version that a link may still have."""
        return ()

    def external_id(self, ref: PartyRef) -> str:
        """An id of the shape this system gives to such a party."""
        return f"{ref.kind}-{ref.id}"

    def possible(self, key: UnitKey, value: UnitValue) -> bool:
        """Whether the hub can be told to hold this there at all (a system of volunteers has no nurses)."""
        return True

    def respelled(self, raw: Raw) -> Raw:
        """The record as their server may hand it back: reformatted, reordered, with defaults."""
        return raw

    def sprinkled(self, raw: Raw) -> Raw:
        """The record with a member nobody knows in every object; each says its own number."""
        result: Raw = _sprinkled(raw, strange_numbers())
        return result

    # The laws for each unit that can be set and read.

    @LAW
    @given(data=st.data())
    def test_what_is_set_reads_back_as_normal_and_the_rest_stays(self, data: st.DataObject) -> None:
        case = self._case(data)

        for key, value in case.each():
            units = case.units(case.put(case.raw, set={key: value}))
            assert units == {**case.units(case.raw), key: case.connector.normal(key, value)}, key

    @LAW
    @given(data=st.data())
    def test_what_is_cleared_is_gone_and_the_rest_stays(self, data: st.DataObject) -> None:
        case = self._case(data)

        for key in case.units(case.raw):
            units = case.units(case.put(case.raw, clear=frozenset({key})))
            assert key not in units
            assert _apart(key, units) == _apart(key, case.units(case.raw)), key

    @LAW
    @given(data=st.data())
    def test_several_changes_at_once_are_all_made(self, data: st.DataObject) -> None:
        case = self._case(data)
        before, wanted = case.units(case.raw), dict(case.each())
        gone = frozenset(key for key in before.keys() - wanted.keys() if key.assignment_id is None)

        units = case.units(case.put(case.raw, set=wanted, clear=gone))

        normal = {key: case.connector.normal(key, value) for key, value in wanted.items()}
        assert units == {key: value for key, value in {**before, **normal}.items() if key not in gone}

    @LAW
    @given(data=st.data())
    def test_members_nobody_knows_survive(self, data: st.DataObject) -> None:
        """Setting takes away at most what clearing does, and clearing only what is in that unit alone.

        What stays keeps every digit.
        """
        case = self._case(data)
        raw = self.sprinkled(case.raw)
        lost_by = {
            key: _strange(raw) - _strange(case.put(raw, clear=frozenset({key}))) for key in case.units(raw)
        }

        for key, lost in lost_by.items():
            assert str(raw.get(STRANGE)) not in lost, key
            assert [one for one in _apart(key, lost_by) if lost_by[one] & lost] == [], key
        for key, value in case.each():
            lost = _strange(raw) - _strange(case.put(raw, set={key: value}))
            assert lost <= lost_by.get(key, set()), key

    @LAW
    @given(data=st.data())
    def test_normal_is_idempotent_and_drops_no_member(self, data: st.DataObject) -> None:
        case = self._case(data)

        for key, value in case.others.items():
            normal = case.connector.normal(key, value)
            assert case.connector.normal(key, normal) == normal
            assert type(normal) is type(value)
            assert not is_empty(normal)
            assert _filled(normal) == _filled(value), key

    @LAW
    @given(data=st.data())
    def test_a_cleared_unit_is_nowhere_in_the_record(self, data: st.DataObject) -> None:
        case = self._case(data)

        for key, planted, _ in case.planted():
            assert self._sings(planted), key
            assert not self._sings(case.put(planted, clear=frozenset({key}))), key

    @LAW
    @given(data=st.data())
    def test_an_overwritten_unit_is_nowhere_in_the_record(self, data: st.DataObject) -> None:
        case = self._case(data)

        for key, planted, value in case.planted():
            assert not self._sings(case.put(planted, set={key: value})), key

    @LAW
    @given(data=st.data())
    def test_a_name_that_may_no_longer_be_shown_goes_when_its_unit_is_put_again(
        self, data: st.DataObject
    ) -> None:
        case = self._case(data)
        shown, hidden = self._with_and_without_the_bird(case)

        for key in self._telling(case):
            naming = {key: TELLING[key.kind]}
            raw = hidden.put(shown.put(case.raw, set=naming), set=naming)
            assert not self._shows_the_bird(raw), key
            assert hidden.units(raw)[key] == TELLING[key.kind]
            assert hidden.put(raw, set=naming) == raw

    # The laws for a record as a whole.

    @LAW
    @given(data=st.data())
    def test_putting_nothing_changes_nothing(self, data: st.DataObject) -> None:
        case = self._case(data)
        raw = self.sprinkled(self.respelled(case.raw))

        assert spelled(case.put(raw)) == spelled(raw)

    @LAW
    @given(data=st.data())
    def test_putting_what_was_read_changes_nothing(self, data: st.DataObject) -> None:
        case = self._case(data)
        raw = self.sprinkled(self.respelled(case.raw))

        assert spelled(case.put(raw, set=case.units(raw))) == spelled(raw)

    @LAW
    @given(data=st.data())
    def test_somebody_known_there_by_two_ids_is_one_person_and_stays_under_the_one_that_stands_there(
        self, data: st.DataObject
    ) -> None:
        case = self._case(data)
        known = {there: ref for ref, there in case.directory.external.items()}
        elsewhere = {ref: f"{there}2" for there, ref in known.items()}
        both = replace(case, directory=replace(case.directory, external=elsewhere, known=known))

        assert both.units(case.raw) == case.units(case.raw)
        assert spelled(both.put(case.raw, set=case.units(case.raw))) == spelled(case.raw)

    @LAW
    @given(data=st.data())
    def test_putting_twice_is_putting_once(self, data: st.DataObject) -> None:
        case = self._case(data)
        once = case.put(case.raw, set=case.others)

        assert case.put(once, set=case.others) == once

    @LAW
    @given(data=st.data())
    def test_a_record_respelled_by_their_server_reads_the_same(self, data: st.DataObject) -> None:
        case = self._case(data)
        raw = self.sprinkled(self.respelled(case.raw))

        assert case.read(raw).units == case.read(case.raw).units

    @LAW
    @given(data=st.data())
    def test_a_damaged_record_is_read_or_refused(self, data: st.DataObject) -> None:
        """One odd record must never stop the others: nothing but ``InvalidRecordError`` may come out."""
        case = self._case(data)
        raw = _damaged(self.respelled(case.raw), data)

        with contextlib.suppress(InvalidRecordError):
            case.read(raw)

    @LAW
    @given(data=st.data())
    def test_a_lens_leaves_its_input_as_it_was(self, data: st.DataObject) -> None:
        case = self._case(data)
        before = copy.deepcopy(case.raw)

        case.put(case.raw, set=case.others)
        case.put(case.raw, clear=frozenset(case.units(case.raw)))

        assert case.raw == before

    @LAW
    @given(data=st.data())
    def test_a_record_is_json(self, data: st.DataObject) -> None:
        case = self._case(data)
        raw = self.sprinkled(case.raw)

        assert parse_json(spelled(raw).encode()) == raw

    @LAW
    @given(data=st.data())
    def test_a_record_says_whose_it_is(self, data: st.DataObject) -> None:
        case = self._case(data)

        reading = case.read(case.raw)

        assert (reading.marker, reading.client) == (case.subject.marker, case.subject.client)
        assert reading.selected

    @LAW
    @given(data=st.data())
    def test_what_the_hub_stores_of_a_record_says_all_that_the_record_says(self, data: st.DataObject) -> None:
        """And it can be written to: the hub puts units into what it stored."""
        case = self._case(data)
        own = case.connector.own(self.sprinkled(case.raw))

        assert _without_moment(case.read(own)) == _without_moment(case.read(case.raw))
        assert case.units(case.put(own, set=case.others)) == case.units(case.put(case.raw, set=case.others))
        assert case.connector.own(own) == own

    @LAW
    @given(data=st.data())
    def test_the_hub_stores_no_member_that_the_lens_does_not_know(self, data: st.DataObject) -> None:
        """Goals, diagnoses and whatever else stands beside an agreement are never kept: see ``own``."""
        case = self._case(data)

        assert STRANGE not in case.connector.own(self.sprinkled(case.raw))

    # Marks and statements.

    @LAW
    @given(data=st.data())
    def test_the_mark_reads_back(self, data: st.DataObject) -> None:
        case = self._case(data)

        raw = case.put(case.raw, mark="5f2ac1#2", set=case.others)

        assert case.read(raw).mark == "5f2ac1#2"
        assert case.units(raw) == case.units(case.put(case.raw, set=case.others))

    @LAW
    @given(data=st.data())
    def test_exactly_the_statements_told_can_be_read(self, data: st.DataObject) -> None:
        case = self._case(data)
        first, second = self._statements(data), self._statements(data)
        told = case.put(case.raw, told=first)

        raw = case.put(told, told=second)

        assert case.read(told).told == {one.id for one in first}
        assert case.read(raw).told == {one.id for one in second}
        assert case.put(raw, told=second) == raw
        assert case.read(raw).units == case.read(case.raw).units

    @LAW
    @given(data=st.data())
    def test_statements_no_longer_told_are_nowhere(self, data: st.DataObject) -> None:
        case = self._case(data)
        told = [replace(one, text=ours.CANARY, by=ours.BIRD) for one in self._statements(data)]
        filled = case.put(case.raw, told=told)

        raw = case.put(filled, told=())

        assert self._sings(filled) == bool(told)
        assert not self._sings(raw)

    @LAW
    @given(data=st.data())
    def test_what_was_told_in_a_name_that_may_no_longer_be_shown_is_to_be_told_anew(
        self, data: st.DataObject
    ) -> None:
        case = self._case(data)
        shown, hidden = self._with_and_without_the_bird(case)
        said = [replace(one, by=ours.BIRD) for one in self._statements(data)]
        told = shown.put(case.raw, told=said)

        raw = hidden.put(told, told=said)

        assert shown.read(told).told == hidden.read(raw).told == {one.id for one in said}
        assert hidden.read(told).told == {misnaming(one.id) for one in said}
        assert hidden.read(hidden.put(told, told=())).told == frozenset()
        assert not self._shows_the_bird(raw)

    # Retired places.

    @LAW
    @given(data=st.data())
    def test_a_unit_is_read_where_an_earlier_mapping_put_it(self, data: st.DataObject) -> None:
        case, earlier = self._case(data), data.draw(st.sampled_from(self.earlier()))
        empty = case.put(case.raw, clear=frozenset(case.units(case.raw)))
        wanted = {key: earlier.normal(key, value) for key, value in case.each()}

        raw = earlier.put(empty, Changes(set=wanted), case.directory)

        assert case.units(raw) == wanted

    @LAW
    @given(data=st.data())
    def test_a_write_empties_the_places_of_earlier_mappings(self, data: st.DataObject) -> None:
        case, earlier = self._case(data), data.draw(st.sampled_from(self.earlier()))

        for key, _, value in case.planted():
            raw = earlier.put(case.raw, Changes(set={key: ours.PLANTED[key.kind]}), case.directory)
            written = case.put(raw, set={key: value})
            assert not self._sings(written), key
            assert case.units(written)[key] == case.connector.normal(key, value)

    @LAW
    @given(data=st.data())
    def test_a_clear_empties_the_places_of_earlier_mappings(self, data: st.DataObject) -> None:
        case, earlier = self._case(data), data.draw(st.sampled_from(self.earlier()))

        for key, _, _ in case.planted():
            raw = earlier.put(case.raw, Changes(set={key: ours.PLANTED[key.kind]}), case.directory)
            assert not self._sings(case.put(raw, clear=frozenset({key}))), key

    # How it is done.

    @pytest.fixture(autouse=True)
    def _only_where_it_holds(self, request: pytest.FixtureRequest) -> None:
        name = request.node.originalname
        if name in ONLY_FOR and not ONLY_FOR[name](self.connector().manifest.capabilities):
            pytest.skip("the manifest claims nothing that this law could be tried on")

    def _case(self, data: st.DataObject) -> Case:
        connector = self.connector()
        directory = self._directory(data, connector.connector_id)
        by_assignment = connector.manifest.capabilities.objects is Objects.ASSIGNMENT
        subject = Subject(
            client="client-1",
            marker=Marker(agreement_id="ag1", part="a1" if by_assignment else ""),
            readers=("reader-1",),
        )
        units, others = (self._units(data, connector, 1 if by_assignment else 3) for _ in range(2))
        return Case(
            connector=connector,
            subject=subject,
            directory=directory,
            raw=connector.put(connector.new(subject), Changes(set=units), directory),
            others=others,
            data=data,
        )

    def _directory(self, data: st.DataObject, connector_id: str) -> Directory:
        drawn = data.draw(
            ours.directories(
                connector_id=connector_id, external_id=self.external_id, strangers=self.strangers
            )
        )
        bird = {} if self.strangers else {ours.BIRD: self.external_id(ours.BIRD)}
        names = {**drawn.names, ours.BIRD: ours.CANARY}
        return replace(drawn, external={**drawn.external, **bird}, names=names)

    def _with_and_without_the_bird(self, case: Case) -> tuple[Case, Case]:
        """The case while the bird may be named there, and since it may not: it is only understood."""
        there, directory = self.external_id(ours.BIRD), case.directory
        shown = replace(directory, external={**directory.external, ours.BIRD: there})
        hidden = replace(
            directory,
            external={ref: one for ref, one in directory.external.items() if ref != ours.BIRD},
            known={there: ours.BIRD},
            names={ref: name for ref, name in directory.names.items() if ref != ours.BIRD},
        )
        return replace(case, directory=shown), replace(case, directory=hidden)

    def _telling(self, case: Case) -> list[UnitKey]:
        """The units that tell of somebody, named or not, and are written in place."""
        writes = case.connector.manifest.capabilities.write
        telling = (key for key, _ in case.each() if key.kind in TELLING)
        return [key for key in telling if writes(key) in PATCHED]

    def _shows_the_bird(self, raw: Raw) -> bool:
        """Whether its name or its id there can be found anywhere in the record."""
        return any(one in spelled(raw) for one in (ours.CANARY, self.external_id(ours.BIRD)))

    def _units(self, data: st.DataObject, connector: Connector, assignments: int) -> Units:
        """Drawn units that may stand in one record there."""
        carried = connector.manifest.capabilities.units
        kinds = [kind for kind in carried if carried[kind].write is not Write.NO]
        drawn = data.draw(ours.units(kinds=kinds, assignments=assignments))
        return {key: value for key, value in drawn.items() if self.possible(key, value)}

    def _statements(self, data: st.DataObject) -> list[Statement]:
        drawn: list[Statement] = data.draw(
            st.lists(ours.statements(), max_size=3, unique_by=lambda one: one.id)
        )
        return drawn

    def _sings(self, raw: Raw) -> bool:
        """Whether the canary, or the bird it names, can be found anywhere in the record."""
        text = spelled(raw)
        bird = ours.BIRD.id if self.strangers else self.external_id(ours.BIRD)
        return ours.CANARY in text or bird in text


def strange_numbers() -> Iterator[Decimal]:
    """Numbers that are all different, in every spelling that somebody may have chosen on purpose."""
    return (Decimal(f"{number}{SPELLINGS[number % len(SPELLINGS)]}") for number in itertools.count(1))


def spelled(raw: Any) -> str:
    """The record as text, to the last digit: 1.5 and 1.50 are equal as numbers, and not the same."""
    return simplejson.dumps(raw, ensure_ascii=False, sort_keys=True)


def _apart(key: UnitKey, units: Mapping[UnitKey, T]) -> dict[UnitKey, T]:
    """What does not go when this unit goes: an assignment takes along what belongs to it."""
    gone = {key.id} if key.kind is UnitKind.ASSIGNMENT else set()
    return {
        other: value for other, value in units.items() if other != key and other.assignment_id not in gone
    }


def _filled(value: Any) -> dict[str, Any]:
    """Which members of a value say something, at any depth."""
    if not is_dataclass(value):
        return {}
    members = {one.name: getattr(value, one.name) for one in fields(value)}
    return {name: _filled(inner) for name, inner in members.items() if inner not in (None, "", ())}


def _sprinkled(value: Any, numbers: Iterator[Decimal]) -> Any:
    if isinstance(value, dict):
        inner = {name: _sprinkled(one, numbers) for name, one in value.items()}
        return {**inner, STRANGE: next(numbers)}
    return [_sprinkled(one, numbers) for one in value] if isinstance(value, list) else value


def _without_moment(reading: Reading) -> Reading:
    """What it says, without who changed it last and when: that is about the moment, and not kept."""
    return replace(reading, author=None, last_changed=None)


def _damaged(value: Any, data: st.DataObject, deeper: int = 1) -> Any:
    """The value with something else in one place; never at the top."""
    if not (isinstance(value, dict | list) and value and deeper):
        return data.draw(ODD.filter(lambda odd: odd != value))
    result = copy.copy(value)
    key = data.draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
    result[key] = _damaged(value[key], data, data.draw(st.integers(0, 4)))
    return result


def _strange(value: Any) -> set[str]:
    """The numbers of the members nobody knows, as they are written."""
    if isinstance(value, list):
        return set().union(*map(_strange, value))
    if not isinstance(value, dict):
        return set()
    own = {str(value[STRANGE])} if STRANGE in value else set()
    return own.union(*map(_strange, value.values()))
