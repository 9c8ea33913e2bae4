from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samenspraak.domain.bsn import holds_bsn, is_bsn, parse_bsn, without_bsns
from samenspraak.domain.identifiers import BSN, normal
from samenspraak.domain.parties import Identifier
from samenspraak.errors import RuleError

AGB = "http://fhir.nl/fhir/NamingSystem/agb-z"
OZO = "https://www.ozoverbindzorg.nl/namingsystem"


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("111222333", "111222333"),
        ("999990019", "999990019"),
        ("999999990", "999999990"),
        ("1112.22.333", "111222333"),
        ("111-222 333", "111222333"),
        ("10000008", "010000008"),
    ],
)
def test_a_bsn_is_kept_as_nine_digits(typed: str, digits: str) -> None:
    assert parse_bsn(typed) == digits


@pytest.mark.parametrize(
    "typed",
    [
        "999999999",
        "111222334",
        "12",
        "0",
        "",
        "00000000",
        "000000000",
        "1112223330",
        "１１１２２２３３３",
        "١١١٢٢٢٣٣٣",
        "11122233a",
        "111222333\n",
        "111_222_333",
    ],
)
def test_what_cannot_be_a_bsn_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_bsn(typed)

    assert caught.value.rule == "bsn"
    assert not typed or typed not in str(caught.value).replace("8 or 9", "")


@given(st.integers(10_000_000, 999_999_999))
def test_a_typing_error_in_one_digit_is_always_found(number: int) -> None:
    digits = f"{number:09}"
    wrong = [f"{digits[:n]}{(int(digits[n]) + 1) % 10}{digits[n + 1 :]}" for n in range(9)]

    assert not (is_bsn(digits) and any(is_bsn(one) for one in wrong))


@pytest.mark.parametrize("typed", ["111222333", "111.222.333", "111-222-333", "11 12 22 333", "10000008"])
def test_a_bsn_is_found_in_a_text_however_it_is_typed(typed: str) -> None:
    assert holds_bsn(f"Nieuwe cliënt ({typed}), graag bellen.")
    assert without_bsns(f"BSN {typed}.", "…") == "BSN …."


@pytest.mark.parametrize("text", ["vanaf 1112-22-33", "bel 06 11 12 22 33", "kamer 12", "111222334"])
def test_another_number_is_not_taken_for_one(text: str) -> None:
    assert not holds_bsn(text)


@pytest.mark.parametrize(
    ("system", "value", "expected"),
    [
        (BSN, "10000008", Identifier(system=BSN, value="010000008")),
        ("urn:oid:2.16.840.1.113883.2.4.6.3", "111222333", Identifier(system=BSN, value="111222333")),
        (BSN, "999999999", None),
        (f"{OZO}/ozo/person", "p-7", Identifier(system=f"{OZO}/person", value="p-7")),
        (f"{OZO}/person", " p-7 ", Identifier(system=f"{OZO}/person", value="p-7")),
        (f"{OZO}/person", " ", None),
        (AGB, "00000001", Identifier(system=AGB, value="00000001")),
    ],
)
def test_an_identifier_has_one_way_to_be_written(
    system: str, value: str, expected: Identifier | None
) -> None:
    assert normal(Identifier(system=system, value=value)) == expected
