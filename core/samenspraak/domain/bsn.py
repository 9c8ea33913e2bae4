"""The citizen service number (BSN): whether it can be one, and the one way it is written.

Passing says that it was typed well, not whose it is: one in eleven random numbers passes.
"""

from __future__ import annotations

import re

from samenspraak.errors import RuleError

_SEPARATORS = re.compile(r"[ .\-]")
_DIGITS = re.compile(r"[0-9]{8,9}", re.ASCII)
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_DAY = r"\d{4}-\d{2}-\d{2}"
_IN_TEXT = re.compile(
    # What only looks like one comes first, so that it is eaten and kept.
    rf"(?P<keep>\b{_UUID}\b|\b{_DAY}(?!\d))"
    r"|(?<![\w.])(\d{8,9}|\d{2,3}([ .-])\d{3}\3\d{3}|\d{4}([ .-])\d{2}\4\d{3}"
    r"|\d{2}([ .-])\d{2}\5\d{2}\5\d{3})(?!\w|[.-]\d)",
    re.IGNORECASE,
)


def parse_bsn(text: str) -> str:
    """The nine digits of a BSN that may be typed with spaces, dots or hyphens, or without its first 0.

    Raises:
        RuleError: it is no BSN; the message does not repeat it.
    """
    typed = _SEPARATORS.sub("", text)
    if not _DIGITS.fullmatch(typed):
        raise RuleError("bsn", "A BSN has 8 or 9 digits.")
    digits = typed.zfill(9)
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    if not int(digits) or total % 11:
        raise RuleError("bsn", "This number fails the check that every BSN passes: look for a typing error.")
    return digits


def is_bsn(text: str) -> bool:
    """Whether :func:`parse_bsn` would take it."""
    try:
        parse_bsn(text)
    except RuleError:
        return False
    return True


def without_bsns(text: str, mask: str) -> str:
    """The text with ``mask`` for every number in it that passes; days and UUIDs are no such numbers."""
    return _IN_TEXT.sub(lambda found: mask if not found["keep"] and is_bsn(found[0]) else found[0], text)


def holds_bsn(text: str) -> bool:
    """Whether a number in the text passes."""
    return without_bsns(text, "") != text
