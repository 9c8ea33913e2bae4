"""Encryption of single values: AES-256-GCM, bound to the place where the value stands.

Each organisation has keys of its own, derived from the one key of the hub, so that nothing of one can be
read, compared or looked up with what another one has. A value that was moved to another row, column, table
or organisation does not open.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from samenspraak.errors import ConfigurationError, PermanentError

KEY_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = b"\x01"  # AES-256-GCM under a key derived per organisation; a next format gets the next number


class Cipher:
    """Seals and opens values with the hub's key.

    Args:
        key: 32 random bytes, the content of the key file.
        random: gives that many unpredictable bytes.

    Raises:
        ConfigurationError: the key has another length.
    """

    def __init__(self, key: bytes, *, random: Callable[[int], bytes] = os.urandom) -> None:
        if len(key) != KEY_BYTES:
            raise ConfigurationError(f"The key file must hold exactly {KEY_BYTES} bytes.")
        self._key = key
        self._random = random
        self._derived = lru_cache(maxsize=1024)(self._derive)
        self._field = lru_cache(maxsize=1024)(lambda one: AESGCM(self._derive("field", one)))

    def seal(self, content: bytes, *, table: str, column: str, organisation: str, row: str) -> bytes:
        """The content, encrypted for this place only."""
        nonce = self._random(_NONCE_BYTES)
        place = _place(table, column, organisation, row)
        return _FORMAT + nonce + self._field(organisation).encrypt(nonce, content, place)

    def open(self, sealed: bytes, *, table: str, column: str, organisation: str, row: str) -> bytes:
        """The reverse of :meth:`seal`.

        Raises:
            PermanentError: it was sealed with another key, for another place, or has been altered.
        """
        nonce, content = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            if sealed[:1] != _FORMAT:
                raise InvalidTag
            return self._field(organisation).decrypt(nonce, content, _place(table, column, organisation, row))
        except (InvalidTag, ValueError) as error:
            raise PermanentError(
                f"{table}.{column} of {row} cannot be opened with this key; is it the key of this database?"
            ) from error

    def blind(self, value: str, *, system: str, organisation: str) -> bytes:
        """What stands in an index instead of an identifier: equal for equal ones, and nothing more."""
        content = "\x00".join((system, value)).encode()
        return hmac.digest(self._derived("index", organisation), content, "sha256")

    def mark(self, content: bytes, *, organisation: str) -> bytes:
        """A signature that only who has the key can make, for the head of the audit trail."""
        return hmac.digest(self._derived("audit", organisation), content, "sha256")

    def vouch(self, content: bytes, *, organisation: str) -> bytes:
        """A signature for what we hand to who may ask something, so that they show it when they do."""
        return hmac.digest(self._derived("access", organisation), content, "sha256")

    def stamp(self, content: bytes, *, organisation: str) -> bytes:
        """A signature for what leaves the hub to come back some day, as a line of a spreadsheet."""
        return hmac.digest(self._derived("shown", organisation), content, "sha256")

    def signing_seed(self, connector_id: str, *, organisation: str) -> bytes:
        """The secret half of the key with which what is told through this connector is signed."""
        return self._derived(f"notices|{connector_id}", organisation)

    def _derive(self, purpose: str, organisation: str) -> bytes:
        info = f"samenspraak|{purpose}|{organisation}".encode()
        return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._key)


def _place(table: str, column: str, organisation: str, row: str) -> bytes:
    """Where a value stands; each part with its length, so that no two places read alike."""
    return b"".join(
        len(part).to_bytes(4, "big") + part
        for part in (one.encode() for one in (table, column, organisation, row))
    )
