"""What a JSON body may hold."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import simplejson
from hypothesis import given
from hypothesis import strategies as st

from samenspraak.http import Limits, UnusableJsonError, parse_json

SMALL = Limits(json_depth=3, json_items=4, json_characters=10)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_ordinary_json_reads_as_the_standard_parser_reads_it(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)

    assert parse_json(text.encode()) == json.loads(text, parse_float=Decimal)


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,40})\.[0-9]{1,40}", fullmatch=True))
def test_a_decimal_goes_back_as_it_was_written(written: str) -> None:
    assert Decimal(simplejson.dumps(parse_json(written.encode()))).as_tuple() == Decimal(written).as_tuple()


@pytest.mark.parametrize(
    ("written", "back"),
    [("1.50", "1.50"), ("0.10", "0.10"), ("-0.0", "-0.0"), ("1e2", "1E+2"), ("0.00000050", "5.0E-7")],
)
def test_a_decimal_keeps_its_digits_also_where_its_exponent_is_spelled_in_another_way(
    written: str, back: str
) -> None:
    assert simplejson.dumps(parse_json(written.encode())) == back


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"status": "active", "status": "revoked"}', "names a member twice"),
        (b'{"a": {"b": 1, "b": 1}}', "names a member twice"),
        (b'{"quantity": NaN}', "a number that is not one"),
        (b"[-Infinity]", "a number that is not one"),
        (b"[1e999]", "a number that is too large or too small"),
        (b"[1e-999]", "a number that is too large or too small"),
        (b"[1e-99999999999999999999]", "a number that is too large or too small"),
        (b"[9223372036854775808]", "a number that is too large"),
        (b"[" + b"9" * 5000 + b"]", "a number that is too large"),
        (rb'"half: \ud83d"', "half a character"),
        (rb'{"half: \udc00": 1}', "half a character"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 65 + b"]" * 65, "nested too deeply"),
        ("é".encode("latin-1"), "is not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "is not UTF-8"),
        (b'{"a": 1', "is not JSON"),
        (b"", "is not JSON"),
        (b"<html></html>", "is not JSON"),
        (b"{} {}", "is not JSON"),
    ],
)
def test_what_a_lax_parser_would_take_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(UnusableJsonError, match=reason):
        parse_json(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[[[[]]]]", "nested too deeply"),
        (b"[1, 2, 3, 4, 5]", "list that is too long"),
        (b'{"a":1,"b":1,"c":1,"d":1,"e":1}', "list that is too long"),
        (b'"elf letters"', "text that is too long"),
        (b'{"elf letters": 1}', "text that is too long"),
    ],
)
def test_one_more_than_the_limit_is_too_much(content: bytes, reason: str) -> None:
    with pytest.raises(UnusableJsonError, match=reason):
        parse_json(content, SMALL)


@pytest.mark.parametrize("content", [b"[[[]]]", b"[1, 2, 3, 4]", b'"tien tekes"', b'{"tien tekes": 1}'])
def test_exactly_the_limit_is_taken(content: bytes) -> None:
    assert parse_json(content, SMALL) == json.loads(content)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_the_reason_holds_nothing_of_the_content() -> None:
    with pytest.raises(UnusableJsonError) as caught:
        parse_json(b'{"name": "Jansen", "name": "Pietersen"}')
    assert "Jansen" not in str(caught.value)
