"""What stands in no single place is computed from the record: only read, and within bounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from connectors.rest.descriptions import changed

from samenspraak.connectors import Changes, Directory, Marker, Subject, Write
from samenspraak.connectors.looks import Reading
from samenspraak.domain.agreements import Review
from samenspraak.domain.units import UnitKey, UnitKind
from samenspraak.errors import InvalidRecordError
from samenspraak_rest.computed import DEEPEST, LONGEST, expression
from samenspraak_rest.kit import SETTINGS
from samenspraak_rest.loading import load, read
from samenspraak_rest.plugin import RestConnector

PLACE = UnitKey(UnitKind.PLACE)
COMPUTED = """
[computed]
waar = "join(', ', details.[straat, stad] | [?@])"
lopend = "soort == 'afspraak' && !vervallen"

[records]
"""
DESCRIPTION = changed(
    ("\n[records]\n", COMPUTED),
    ('place = "details.waar"', 'place = "=waar"'),
    ('only = { soort = "afspraak" }', 'only = { "=lopend" = true }'),
)
NOBODY = Directory(connector_id="plein")
RECORD: dict[str, Any] = {
    "id": "a1",
    "soort": "afspraak",
    "bewoner": "b1",
    "titel": "Koffie drinken",
    "details": {"straat": "Lindelaan 3", "stad": "Zwolle"},
    "gesprek": {"wanneer": "2026-12-01"},
}


@pytest.fixture
def connector() -> RestConnector:
    return RestConnector("plein", {**SETTINGS, "description": DESCRIPTION})


def reading(connector: RestConnector, **changes: Any) -> Reading:
    return connector.get({**RECORD, **changes}, NOBODY)


def test_a_unit_is_read_from_what_is_computed(connector: RestConnector) -> None:
    assert reading(connector).units[PLACE] == "Lindelaan 3, Zwolle"
    assert PLACE not in reading(connector, details={}).units


def test_a_selection_can_be_computed(connector: RestConnector) -> None:
    assert reading(connector).selected
    assert not reading(connector, vervallen=True).selected
    assert not reading(connector, soort="uitje").selected


def test_a_unit_that_is_computed_is_never_written(connector: RestConnector) -> None:
    can = RestConnector.described({**SETTINGS, "description": DESCRIPTION}).capabilities

    assert can.units[UnitKind.PLACE].write is Write.NO
    assert can.units[UnitKind.WHAT].write is Write.YES


def test_what_is_computed_never_stands_in_what_is_sent(connector: RestConnector) -> None:
    review = {UnitKey(UnitKind.REVIEW): Review()}
    made = connector.new(Subject(client="b1", marker=Marker(agreement_id="a")))

    for raw in (connector.put(RECORD, Changes(clear=frozenset(review)), NOBODY), made):
        assert not [name for name in raw if name.startswith("=")]


def test_what_was_seen_reads_back_as_it_was_read(connector: RestConnector) -> None:
    seen = connector.own(RECORD)

    assert "Lindelaan" not in str(seen["details"])
    assert replace(connector.get(seen, NOBODY), last_changed=None) == reading(connector)
    assert connector.own(seen) == seen


def test_a_record_that_an_expression_does_not_fit_is_set_apart_by_its_name(connector: RestConnector) -> None:
    with pytest.raises(InvalidRecordError) as refused:
        reading(connector, details={"straat": 3, "stad": "Zwolle"})

    assert refused.value.field == "computed.waar"
    assert "Zwolle" not in str(refused.value)
    assert reading(connector).units[PLACE] == "Lindelaan 3, Zwolle"


@pytest.mark.parametrize(
    "greedy",
    [
        "[@,@]|[@,@]|[@,@]|[@,@]|[@,@]|[@,@]|[@,@]|[@,@]|[@,@]|[@,@]|to_string(@)",
        "veel[].[@,@][].[@,@][].[@,@][].[@,@][]",
        "map(&map(&map(&@, $.veel), $.veel), veel)".replace("$.", ""),
        "veel[?length(@) > `0`] | sort_by(@, &@) | [*].[@, @, @]",
    ],
)
def test_an_expression_that_asks_for_too_much_gives_up(greedy: str) -> None:
    record = {"veel": ["x" * 2_000] * 20_000}

    with pytest.raises(InvalidRecordError, match=r"too much|does not fit"):
        expression(greedy).of(record)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a" * (LONGEST + 1), f"at most {LONGEST}"),
        ("join(", "no JMESPath expression"),
        ("a b", "around character"),
        ("not_null(" * DEEPEST + "a" + ")" * DEEPEST, "too deep"),
        ("[" * 200 + "]" * 200, "no JMESPath expression|too deep"),
        ("", "at most"),
    ],
)
def test_an_expression_out_of_bounds_is_refused_when_it_is_saved(text: str, said: str) -> None:
    [problem] = read(DESCRIPTION.replace("soort == 'afspraak' && !vervallen", text))  # type: ignore[misc]

    assert problem.member == "computed.lopend"
    assert pytest.approx(problem.line, abs=2) == DESCRIPTION[: DESCRIPTION.index("lopend =")].count("\n") + 1
    assert any(one in problem.en for one in said.split("|"))


@pytest.mark.parametrize(
    ("old", "new", "member"),
    [
        ('place = "=waar"', 'place = "=nergens"', "units.place.at"),
        ('"=lopend" = true', '"=nergens" = true', "records.only.=nergens"),
        ('performer = "wie"', 'performer = { at = "=waar" }', "units.assignment.performer.at"),
        ('marker = "kenmerk"', 'marker = "=waar"', "records.marker"),
        ("waar = ", "Waar = ", "computed.Waar"),
    ],
)
def test_what_is_computed_has_its_place(old: str, new: str, member: str) -> None:
    assert old in DESCRIPTION
    problems = read(DESCRIPTION.replace(old, new))

    assert isinstance(problems, list)
    assert member in {one.member for one in problems}
    assert load(DESCRIPTION).computed.keys() == {"waar", "lopend"}
