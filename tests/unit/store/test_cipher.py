"""What is sealed opens only where it belongs, and shows nothing until then."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from samenspraak.errors import ConfigurationError, PermanentError
from samenspraak.store.cipher import Cipher

KEY = bytes(range(32))
PLACE = {"table": "remote", "column": "seen_sealed", "organisation": "noord", "row": "r1"}
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"


def test_a_sealed_value_opens_where_it_was_sealed() -> None:
    sealed = Cipher(KEY).seal(b"Van teen naar knie.", **PLACE)

    assert b"knie" not in sealed
    assert Cipher(KEY).open(sealed, **PLACE) == b"Van teen naar knie."


@pytest.mark.parametrize("part", PLACE)
def test_a_sealed_value_that_was_moved_does_not_open(part: str) -> None:
    cipher = Cipher(KEY)
    sealed = cipher.seal(b"Van teen naar knie.", **PLACE)

    with pytest.raises(PermanentError, match="cannot be opened with this key"):
        cipher.open(sealed, **{**PLACE, part: "elsewhere"})
    assert cipher.open(sealed, **PLACE)


def test_places_that_read_alike_are_different_places() -> None:
    cipher = Cipher(KEY)
    sealed = cipher.seal(b"geheim", table="a", column="bc", organisation="noord", row="r1")

    with pytest.raises(PermanentError):
        cipher.open(sealed, table="ab", column="c", organisation="noord", row="r1")


@pytest.mark.parametrize("place", range(40))
def test_every_altered_byte_is_noticed(place: int) -> None:
    cipher = Cipher(KEY)
    sealed = bytearray(cipher.seal(b"Van teen naar knie.", **PLACE))
    sealed[place] ^= 1

    with pytest.raises(PermanentError):
        cipher.open(bytes(sealed), **PLACE)


@pytest.mark.parametrize("cut", [0, 1, 12, 13, 28])
def test_a_value_that_was_cut_off_does_not_open(cut: int) -> None:
    sealed = Cipher(KEY).seal(b"Van teen naar knie.", **PLACE)

    with pytest.raises(PermanentError):
        Cipher(KEY).open(sealed[:cut], **PLACE)


def test_another_key_does_not_open_it() -> None:
    sealed = Cipher(KEY).seal(b"Van teen naar knie.", **PLACE)

    with pytest.raises(PermanentError, match=r"remote\.seen_sealed of r1"):
        Cipher(bytes(32)).open(sealed, **PLACE)


def test_equal_values_are_sealed_differently() -> None:
    numbers = count()
    cipher = Cipher(KEY, random=lambda size: next(numbers).to_bytes(size, "big"))

    assert cipher.seal(b"ja", **PLACE) != cipher.seal(b"ja", **PLACE)


def test_a_key_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="exactly 32 bytes"):
        Cipher(b"too short")


def test_equal_identifiers_are_found_equal_within_one_organisation_only() -> None:
    def blind(value: str, **other: Any) -> bytes:
        return Cipher(KEY).blind(value, **{"system": BSN, "organisation": "noord", **other})

    assert blind("111222333") == blind("111222333")
    assert blind("111222333") != blind("999990019")
    assert blind("111222333") != blind("111222333", organisation="zuid")
    assert blind("111222333") != blind("111222333", system="urn:platform")


def test_the_index_and_the_values_use_different_keys() -> None:
    cipher = Cipher(KEY)

    assert cipher.blind("x", system="", organisation="noord") != cipher.mark(b"\x00x", organisation="noord")
