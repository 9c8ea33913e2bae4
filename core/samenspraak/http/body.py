"""The body of an answer: streamed, unpacked once, and never more of it than asked for."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

_PIECE = 64 * 2**10
_GZIP = 16 + zlib.MAX_WBITS


class Raw(Protocol):
    """What is read from: urllib3's response."""

    def read(self, amt: int | None = None, decode_content: bool | None = None) -> bytes: ...


class UnreadableBodyError(Exception):
    """The body is cut off or packed in a way we did not ask for. Says why, never with what."""


class BodyTooLargeError(Exception):
    """More arrived than the limit."""


def read_body(raw: Raw, *, encoding: str, max_bytes: int) -> bytes:
    """All of the body, after unpacking one layer of gzip if ``encoding`` says so.

    Raises:
        BodyTooLargeError: more than ``max_bytes``, packed or unpacked; reading stopped there.
        UnreadableBodyError: another encoding, damaged, or a packed body that ends too early.
    """
    pieces = _pieces(raw, max_bytes)
    match encoding.strip().lower():
        case "" | "identity":
            return b"".join(pieces)
        case "gzip" | "x-gzip":
            return _gunzip(pieces, max_bytes)
    raise UnreadableBodyError("is packed in a way we did not ask for")


def _pieces(raw: Raw, max_bytes: int) -> Iterator[bytes]:
    size = 0
    while piece := raw.read(_PIECE, decode_content=False):
        size += len(piece)
        if size > max_bytes:
            raise BodyTooLargeError
        yield piece


def _gunzip(pieces: Iterator[bytes], max_bytes: int) -> bytes:
    """Gzip may hold several members after each other; each must end."""
    unpacked = bytearray()
    member = None
    try:
        for piece in pieces:
            while piece:
                if member is None or member.eof:
                    member = zlib.decompressobj(_GZIP)
                unpacked += member.decompress(piece, max_bytes - len(unpacked) + 1)
                if len(unpacked) > max_bytes:
                    raise BodyTooLargeError
                piece = member.unused_data if member.eof else member.unconsumed_tail
    except zlib.error:
        raise UnreadableBodyError("is damaged: it cannot be unpacked") from None
    if member is not None and not member.eof:
        raise UnreadableBodyError("was cut off")
    return bytes(unpacked)
