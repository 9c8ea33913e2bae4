"""Reading a body: how much, and unpacking."""

from __future__ import annotations

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samenspraak.http.body import BodyTooLargeError, UnreadableBodyError, read_body


class Pieces:
    """A response body of which each read gives at most ``size`` bytes, as a slow network does."""

    def __init__(self, content: bytes, size: int = 2**16) -> None:
        self._content = io.BytesIO(content)
        self._size = size
        self.given = 0

    def read(self, amt: int | None = None, decode_content: bool | None = None) -> bytes:
        assert not decode_content
        piece = self._content.read(min(amt or self._size, self._size))
        self.given += len(piece)
        return piece


@given(content=st.binary(max_size=2000), size=st.integers(1, 500), encoding=st.sampled_from(["", "gzip"]))
def test_a_body_is_the_same_however_it_arrives(content: bytes, size: int, encoding: str) -> None:
    wire = gzip.compress(content) if encoding else content
    assert read_body(Pieces(wire, size), encoding=encoding, max_bytes=2000) == content


def test_several_gzip_members_are_one_body() -> None:
    wire = gzip.compress(b"eerste ") + gzip.compress(b"tweede")
    assert read_body(Pieces(wire, 3), encoding="GZIP", max_bytes=100) == b"eerste tweede"


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_body_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(encoding: str) -> None:
    wire = gzip.compress(b"x" * 1000) if encoding else b"x" * 1000
    assert len(read_body(Pieces(wire), encoding=encoding, max_bytes=1000)) == 1000
    with pytest.raises(BodyTooLargeError):
        read_body(Pieces(wire), encoding=encoding, max_bytes=999)


def test_a_bomb_is_left_after_the_first_piece_that_is_too_much() -> None:
    bomb = Pieces(gzip.compress(b"\0" * 20_000_000), size=1000)
    with pytest.raises(BodyTooLargeError):
        read_body(bomb, encoding="gzip", max_bytes=10_000)
    assert bomb.given == 1000


def test_empty_members_without_end_count_too() -> None:
    with pytest.raises(BodyTooLargeError):
        read_body(Pieces(gzip.compress(b"") * 1000), encoding="gzip", max_bytes=10_000)


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip", "compress"])
def test_a_packing_we_did_not_ask_for_is_not_opened(encoding: str) -> None:
    with pytest.raises(UnreadableBodyError, match="did not ask for"):
        read_body(Pieces(b"anything"), encoding=encoding, max_bytes=100)


def test_a_packed_body_that_stops_early_is_not_taken_for_whole() -> None:
    wire = gzip.compress(b"een hele afspraak" * 100)
    with pytest.raises(UnreadableBodyError, match="cut off"):
        read_body(Pieces(wire[:-9]), encoding="gzip", max_bytes=10_000)


def test_a_damaged_packed_body_is_not_guessed_at() -> None:
    with pytest.raises(UnreadableBodyError, match="damaged"):
        read_body(Pieces(b"<html>no gzip at all"), encoding="gzip", max_bytes=100)


def test_nothing_at_all_is_an_empty_body_also_when_said_to_be_packed() -> None:
    assert read_body(Pieces(b""), encoding="gzip", max_bytes=100) == b""
