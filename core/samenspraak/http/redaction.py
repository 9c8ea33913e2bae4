"""Texts made safe for a log: what looks personal or secret is replaced by the name of its kind.

The last line of defence. The first is that log lines are built from an allow-list of keys.
"""

from __future__ import annotations

import re

from samenspraak.domain.bsn import without_bsns

_MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=://)[^\s/@]{1,256}@"), "[user]@"),
    (re.compile(r"\?[^\s\"'<>)]*=[^\s\"'<>)]*"), "?[query]"),
    (re.compile(r"\beyJ[\w-]{4,}\.[\w-]{4,}(\.[\w-]*)?"), "[token]"),
    (re.compile(r"\b(Bearer|Basic|DPoP)\s+[\w.~+/=-]{4,}", re.IGNORECASE), r"\1 [token]"),
    (re.compile(r"\b(wh(sec|sk|pk)_[\w+/=-]{4,}|s[pt]_[a-z0-9-]+_[\w.-]{8,})"), "[token]"),
    (re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63})+"), "[e-mail]"),
)
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_DAY = r"\d{4}-\d{2}-\d{2}"
# Dutch numbers in national or international form, and any other that starts with a plus.
_PHONE = re.compile(
    rf"(?P<keep>\b{_UUID}\b|\b{_DAY}(?!\d))"
    r"|(?<![\w.+])((\+|00)[1-9]\d{0,2}[ ().-]{0,2}(\(0\))?(\d[ .-]?){6,12}\d"
    r"|0[1-9]\d?[ .-]{0,3}(\d[ .-]?){6,7}\d)(?![\w-])",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """The text without BSNs, e-mail addresses, phone numbers, tokens, and queries of URLs."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    text = without_bsns(text, "[bsn]")
    return _PHONE.sub(lambda found: found[0] if found["keep"] else "[phone]", text)
