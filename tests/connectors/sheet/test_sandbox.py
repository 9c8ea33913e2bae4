"""The imitated shelf and the people at it, by RFC 4180, OWASP "CSV Injection" and what Excel saves."""

from __future__ import annotations

import pytest

from samenspraak.errors import ConflictError, InvalidRecordError
from samenspraak_sheet.sandbox import Sheets, hand_in, read_page, read_table

MARK = b"\xef\xbb\xbf"
TABLE = MARK + b"Taaknummer;Wie;Stand;Vanaf\r\na1;Jan;loopt;02-01-2027\r\na2;Roos;rust;\r\n"


def test_a_copy_is_made_once_by_its_marker_and_changes_only_as_it_was_read() -> None:
    sheets = Sheets()
    name, is_new = sheets.add("ag1", "client:c1", {"units": {}})

    assert (is_new, sheets.add("ag1", "client:c1", {})) == (True, (name, False))
    sheets.change(name, "1", {"units": {"place": '"Tuin"'}})
    with pytest.raises(ConflictError):
        sheets.change(name, "1", {})
    assert sheets.live() == {"ag1": 1}


def test_a_program_sees_no_apostrophe_before_a_formula_and_refuses_one_without() -> None:
    (row,) = read_table(MARK + b"a;b\r\n'=1;'s avonds\r\n", strict=True)

    assert row == {"a": "=1", "b": "'s avonds"}
    with pytest.raises(InvalidRecordError):
        read_table(MARK + b"a\r\n=1\r\n", strict=True)
    assert read_table(MARK + b"a\r\n=1\r\n", strict=False) == [{"a": "=1"}]


def test_a_browser_shows_texts_and_refuses_what_runs_fetches_or_is_badly_nested() -> None:
    assert read_page(b"<style>p{}</style><p>Thee &amp; koek<br>buiten</p>", strict=True) == [
        "Thee & koek",
        "buiten",
    ]
    for wrong in (b"<script>1</script>", b'<img src="x">', b"<p><b>x</p>", b'<p onclick="x">x</p>'):
        with pytest.raises(InvalidRecordError):
            read_page(wrong, strict=True)


def test_who_keeps_to_the_rules_hands_in_the_table_with_what_was_typed() -> None:
    content = hand_in(TABLE, {"a1": {"Wie": "Els"}}, "strict")

    assert content == TABLE.replace(b"Jan", b"Els")


def test_who_does_not_sorts_rows_adds_columns_shouts_and_saves_as_another_program() -> None:
    content = hand_in(TABLE, {"a2": {"Wie": "Zoë"}}, "quirky")

    lines = content.decode("cp1252").split("\r\n")
    assert lines[0] == "Kamer,TAAKNUMMER,WIE,STAND,VANAF"
    assert lines[1] == "12,a2,Zoë, RUST ,"
    assert lines[2] == "12,a1,Jan, LOOPT ,2027-01-02 00:00:00"
