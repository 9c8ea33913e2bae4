"""The citizen service number (BSN): whether it can be one, and the one way it is written.

Passing says that it was typed well, not whose it is: one in eleven random numbers passes.
"""

from __future__ import annotations

import re

from samenspraak.errors import RuleError

_SEPARATORS = re.compile(r"[ .\-]")
_DIGITS = re.compile(r"[0-9]{8,9}", re.ASCII)
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


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
