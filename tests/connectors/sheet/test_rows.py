"""The rows of a sheet, out and in: what is shown, what is known again, and what was typed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from connectors.sheet.conftest import (
    CLIENT,
    HAND,
    NAMES,
    NOW,
    NURSE,
    SON,
    TEAM,
    connector,
    occasion,
    rendered,
    seal,
    stockings,
    visible,
)
from hypothesis import given
from hypothesis import strategies as st

from samenspraak.connectors.returned import Handed, Line, NewLine
from samenspraak.domain.agreements import Code, Modality, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import UnitKey, UnitKind, apply, units_of
from samenspraak.protocols.tables import read_csv, write_csv
from samenspraak_sheet.columns import COLUMNS, LONGEST
from samenspraak_sheet.rows import HEADER, OWN
from samenspraak_sheet.sandbox import hand_in, read_table

WHAT = UnitKey(UnitKind.WHAT)


def shown(**changed: Any) -> list[dict[str, str]]:
    return read_table(rendered([visible(stockings(), **changed)], "csv"), strict=True)


def opened(rows: list[dict[str, str]]) -> Handed:
    """What our connector makes of rows that came back."""
    content = write_csv(list(rows[0]), [list(row.values()) for row in rows])
    return connector().opened(content, seal)


def typed(**cells: str) -> Any:
    """What typing in the row of the son comes to."""
    row = {**shown()[0], **{name.replace("_", " "): text for name, text in cells.items()}}
    (line,) = opened([row]).lines
    return connector().typed(line, units_of(stockings()), HAND)


def test_a_row_is_an_assignment_with_all_that_is_agreed() -> None:
    son, team = shown()

    assert (son["Wie"], son["Wanneer"], son["Vervanging"]) == (
        "Jan de Wit",
        "op werkdagen om 08:00",
        "Woning De Linde",
    )
    assert (team["Wie"], team["Wanneer"], team["Vervanging"]) == ("Woning De Linde", "in het weekend", "")
    assert {son["Voorwaarden"], team["Voorwaarden"]} == {"Alleen na uitleg."}
    assert (son["Bespreken op"], son["Eerst voordoen"], son["Deel van het leven"]) == (
        "01-02-2027",
        "ja",
        "zorg",
    )
    assert son["Deze keer anders"] == "25-11-2026 gaat niet door (kapper)"
    assert team["Deze keer anders"] == ""


def test_who_may_not_be_named_is_a_neutral_word() -> None:
    names = {ref: name for ref, name in NAMES.items() if ref not in (SON, CLIENT)}
    son, _ = shown(names=names)

    assert (son["Wie"], son["Cliënt"]) == ("een naaste", "")
    assert "Jan" not in str(shown(names=names))


def test_a_kind_that_may_not_be_seen_is_an_empty_cell_and_nothing_is_known_of_it() -> None:
    kinds = frozenset(UnitKind) - {UnitKind.CONDITIONS}
    son, _ = shown(kinds=kinds)
    (line,) = opened([{**son, "Instructie": "Met handschoenen"}]).lines

    assert (son["Voorwaarden"], son["Instructie"]) == ("", "")
    assert isinstance(line, Line)
    assert UnitKind.CONDITIONS not in line.kinds


def test_what_is_over_is_not_on_the_sheet() -> None:
    ended = apply(stockings(), {UnitKey(UnitKind.STATUS): replace(stockings().status, state="ended")})

    assert read_csv(rendered([visible(ended)], "csv")).rows == []


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_nobody_touched_is_known_again(form: str) -> None:
    handed = connector().opened(rendered([visible(stockings())], form), seal)

    assert [(line.part, line.version, dict(line.cells)) for line in handed.lines] == [
        ("a1", 3, {}),
        ("a2", 3, {}),
    ]
    assert (handed.new, handed.troubles) == ([], [])


def test_what_was_renamed_or_reworded_here_since_is_no_edit_there() -> None:
    content = rendered([visible(stockings())], "csv")
    married = connector()
    married_names = {**NAMES, SON: "Jan Bakker-de Wit"}

    handed = married.opened(content, seal)

    assert all(not line.cells for line in handed.lines)
    assert "Jan Bakker-de Wit" in rendered([visible(stockings(), names=married_names)], "csv").decode()


@given(
    text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=60)
)
def test_whatever_a_text_begins_with_it_comes_back_unedited_in_both_forms(text: str) -> None:
    odd = visible(apply(stockings(), {WHAT: What(text=f"{text}."), UnitKey(UnitKind.PLACE): text}))
    for form in ("csv", "xlsx"):
        handed = connector().opened(rendered([odd], form), seal)
        assert [dict(line.cells) for line in handed.lines] == [{}, {}]


@pytest.mark.parametrize("mode", ["strict", "quirky"])
def test_a_file_that_went_through_peoples_hands_says_what_they_typed_and_nothing_else(mode: Any) -> None:
    content = hand_in(rendered([visible(stockings())], "csv"), {"a1": {"Waar": "De badkamer"}}, mode)

    handed = connector().opened(content, seal)
    said = {line.part: connector().typed(line, units_of(stockings()), HAND) for line in handed.lines}

    assert {part: dict(one.units) for part, one in said.items()} == {
        "a1": {UnitKey(UnitKind.PLACE): "De badkamer"},
        "a2": {},
    }
    assert [trouble for one in said.values() for trouble in one.troubles] == []
    assert handed.troubles == []


def test_what_a_program_lost_that_does_not_know_a_character_is_no_edit() -> None:
    thee = apply(stockings(), {UnitKey(UnitKind.PLACE): "Zoë 🙂 日"})
    content = hand_in(rendered([visible(thee)], "csv"), {}, "quirky")

    said = [connector().typed(line, units_of(thee), HAND) for line in connector().opened(content, seal).lines]

    assert b"Zo\xeb ? ?" in content
    assert [dict(one.units) for one in said] == [{}, {}]


@pytest.mark.parametrize("column", OWN)
def test_a_row_whose_own_columns_were_changed_is_told_and_not_guessed(column: str) -> None:
    son, team = shown()

    handed = opened([{**son, column: team[column] if column == "Taaknummer" else f"{son[column]}1"}])

    assert handed.lines == []
    assert "zegel van deze rij klopt niet" in handed.troubles[0]["nl"]


def test_a_seal_of_another_hub_is_none_of_ours() -> None:
    content = rendered([visible(stockings())], "csv")

    handed = connector().opened(content, lambda message: seal(message + b"another"))

    assert (handed.lines, len(handed.troubles)) == ([], 2)


def test_a_cell_of_one_row_cannot_be_passed_off_as_another_ones() -> None:
    """Marks are per row: what the team's row showed is an edit in the son's."""
    son, team = shown()

    (line,) = opened([{**son, "Wie": team["Wie"]}]).lines

    assert dict(line.cells) == {"Wie": "Woning De Linde"}


def test_typing_changes_the_unit_and_leaves_the_rest_of_it() -> None:
    units = typed(Wie="woning de linde", Tot_en_met="1-3-2027").units

    (duty,) = units.values()
    assert (duty.performer, duty.schedule.until.isoformat()) == (TEAM, "2027-03-01")
    assert duty.schedule.timing == stockings().assignments[0].duty.schedule.timing


def test_other_words_for_when_are_structured_by_the_closed_table_only() -> None:
    table, free = (typed(Wanneer=one).units for one in ("elke dag om 09:00", "na het ontbijt"))

    assert [one.schedule.timing is not None for one in (*table.values(), *free.values())] == [True, False]


def test_other_words_for_what_are_no_longer_what_the_code_said() -> None:
    coded = apply(
        stockings(), {WHAT: What(text="Kousen", modality=Modality.MAY, code=Code(system="s", value="1"))}
    )
    row = read_table(rendered([visible(coded)], "csv"), strict=True)[0]
    (line,) = opened([{**row, "Wat": "Sokken"}]).lines

    assert connector().typed(line, units_of(coded), HAND).units == {
        WHAT: What(text="Sokken", modality=Modality.MAY)
    }


def test_an_emptied_cell_empties_its_unit() -> None:
    units = typed(Waar="", Vervanging="", Bespreken_op="").units

    assert units == {
        UnitKey(UnitKind.PLACE): None,
        UnitKey(UnitKind.BACKUP, "a1"): None,
        UnitKey(UnitKind.REVIEW): None,
    }


def test_a_report_says_which_of_several_moments_it_is_about() -> None:
    _, team = shown()
    reports = {"Melding": "Gedaan", "Dag": "28-11-2026", "Moment": "avond", "Door": "roos bakker"}
    (evening,) = opened([{**team, **reports}]).lines
    (some_time,) = opened([{**team, **reports, "Moment": ""}]).lines

    (said,) = connector().typed(evening, units_of(stockings()), HAND).said
    unsaid = connector().typed(some_time, units_of(stockings()), HAND)

    assert (str(said.occurrence), said.by, said.kind) == ("a2:2026-11-28:2", NURSE, StatementKind.DONE)
    assert "meer momenten" in unsaid.troubles[0]["nl"]
    assert unsaid.said == []


def test_a_report_of_a_day_on_which_nothing_is_planned_is_told() -> None:
    assert "niets gepland" in typed(Melding="gedaan", Dag="28-11-2026").troubles[0]["nl"]


def test_what_was_said_elsewhere_stands_in_the_row() -> None:
    made = connector()
    copy = visible(stockings())
    done = Statement(
        id="x:1",
        kind=StatementKind.DONE,
        by=SON,
        at=NOW,
        through="app",
        occurrence=next(iter(stockings().exceptions)),
    )
    from samenspraak.connectors import Changes, Directory

    raw = made.put(copy.raw, Changes(told=(done,)), Directory(connector_id="blad", names=NAMES))

    son, team = read_table(made.render([replace(copy, raw=raw)], occasion("csv")).body, strict=True)
    assert son["Laatste meldingen"] == "25-11-2026 gedaan (Jan de Wit)"
    assert team["Laatste meldingen"] == ""


def test_a_text_too_long_for_a_cell_is_cut_and_cannot_be_changed_there() -> None:
    long = visible(apply(stockings(), {UnitKey(UnitKind.REVIEW_NOTES): "x" * 40_000}))
    row = read_table(rendered([long], "csv"), strict=True)[0]

    assert len(row["Uit het gesprek"]) == LONGEST
    (line,) = opened([row]).lines
    assert not line.cells


def test_a_new_row_is_kept_apart_by_having_none_of_our_numbers() -> None:
    row = {**dict.fromkeys(HEADER, ""), "Wat": "Bloemen", "Wie": "Jan de Wit", "Cliënt": "Mevrouw De Wit"}
    handed = opened([*shown(), row])

    (line,) = handed.new
    said = connector().proposed(line, TEAM, {CLIENT: HAND})
    assert isinstance(line, NewLine)
    assert (said.client, said.troubles) == (CLIENT, [])
    assert said.name == connector().proposed(line, TEAM, {CLIENT: HAND}).name


NEW_TROUBLES = {
    "nothing to do": ({"Wie": "Jan de Wit"}, "kolom Wat: dit mag niet leeg zijn"),
    "nobody to do it": ({"Wat": "Bloemen"}, "kolom Wie: dit mag niet leeg zijn"),
    "somebody of another client": (
        {"Wat": "Bloemen", "Wie": "Els Bos"},
        "kolom Wie: we weten niet wie dit is",
    ),
    "a client nobody knows": (
        {"Wat": "Bloemen", "Wie": "Jan de Wit", "Cliënt": "Iemand"},
        "kolom Cliënt: we weten niet om welke cliënt het gaat",
    ),
    "one of two clients": (
        {"Wat": "Bloemen", "Wie": "Jan de Wit", "Cliënt": ""},
        "kolom Cliënt: we weten niet om welke cliënt het gaat",
    ),
}


@pytest.mark.parametrize("name", NEW_TROUBLES)
def test_a_new_row_that_does_not_say_enough_is_told_by_its_cell(name: str) -> None:
    cells, told = NEW_TROUBLES[name]
    bos, els = PartyRef(kind=PartyKind.CLIENT, id="bos"), PartyRef(kind=PartyKind.RELATIVE, id="els")
    hands = {CLIENT: HAND, bos: replace(HAND, names={bos: "Meneer Bos", els: "Els Bos"})}
    (line,) = opened([{**dict.fromkeys(HEADER, ""), "Cliënt": "Mevrouw De Wit", **cells}]).new

    said = connector().proposed(line, TEAM, hands)

    assert told in said.troubles[0]["nl"]


def test_every_column_says_of_which_kind_it_is_and_is_there_once() -> None:
    assert len(set(HEADER)) == len(HEADER)
    assert {one.kind for one in COLUMNS} == set(connector().manifest.capabilities.units)
