"""How an API key is written: ``sp_<organisation>_<key>_<secret>``, known by its SHA-256 digest. Pure.

The secret is 43 letters and digits, which is 256 bits: nobody guesses it, so that a digest without salt or
slowness keeps it. The prefix lets programs that look for lost secrets recognise one.
Source: R-API-1.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import string
from collections.abc import Collection

ALPHABET = string.ascii_letters + string.digits
SECRET_LENGTH = 43
REFUSED = "This credential is not accepted."
"""What is said of every one that is not, whatever is the matter with it."""
NO_DIGEST = bytes(32)
"""What a key is compared with that is not there: the same work, and never equal."""

_WRITTEN = re.compile(rf"sp_([a-z0-9-]{{1,40}})_([a-z0-9]{{1,40}})_[0-9A-Za-z]{{{SECRET_LENGTH}}}")


def written(organisation: str, key_id: str, secret: str) -> str:
    """The key as it is shown once."""
    return f"sp_{organisation}_{key_id}_{secret}"


def named(text: str) -> tuple[str, str]:
    """The organisation and the id that a key names; both are '' where this is no key."""
    found = _WRITTEN.fullmatch(text)
    return (found[1], found[2]) if found else ("", "")


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def network(text: str) -> str:
    """A network (CIDR) or address as it is kept.

    Raises:
        ValueError: it is neither.
    """
    return str(ipaddress.ip_network(text.strip()))


def lies_in(remote: str, networks: Collection[str]) -> bool:
    """Whether this address is in one of these; without any, every address will do."""
    if not networks:
        return True
    try:
        address = ipaddress.ip_address(remote)
    except ValueError:
        return False
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in ipaddress.ip_network(one) for one in networks)
