"""What the public pages leave open, or say in two ways; the mode of the sandbox decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from samenspraak.sandbox import Mode


@dataclass(frozen=True, kw_only=True)
class Quirks:
    """Each member is one open point.

    ``if_match``, ``if_none_exist``: conditional writes are honoured; otherwise the proxy passes over the
    header and writes anyway · ``last_updated``: ``_lastUpdated`` can be searched; otherwise it is refused ·
    ``per_second``: requests per second and token before 429, None for no limit · ``warns_no_store``:
    technical-caching.md (a Warning header and no next page) instead of technical-aaa-proxy.md (400) ·
    ``bare_answers``: a write answers without a body · ``newest_first``: the order of a search nobody
    sorted · ``old_identifiers``: people carry the older ``…/namingsystem/ozo/…`` systems ·
    ``shows_retracted``: the apps do not hide a message that is entered-in-error
    (resource-lifecycle.md only says that applications *should*) · ``plain_receipts``: an app names what was
    read without its version, as instances/19.fsh of 2024 does (auditevent-nen7510.md asks for the version).
    """

    if_match: bool = False
    if_none_exist: bool = False
    last_updated: bool = False
    per_second: int | None = None
    warns_no_store: bool = False
    bare_answers: bool = False
    newest_first: bool = False
    old_identifiers: bool = False
    shows_retracted: bool = False
    plain_receipts: bool = False


STRICT = Quirks()
QUIRKY = Quirks(
    if_match=True,
    if_none_exist=True,
    last_updated=True,
    per_second=100,
    warns_no_store=True,
    bare_answers=True,
    newest_first=True,
    old_identifiers=True,
    shows_retracted=True,
    plain_receipts=True,
)
BY_MODE: Mapping[Mode, Quirks] = {"strict": STRICT, "quirky": QUIRKY}
