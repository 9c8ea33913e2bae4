"""One way to write an identifier, whatever name its system goes by, so that equal ones are found equal."""

from __future__ import annotations

from dataclasses import replace

from samenspraak.domain.bsn import is_bsn, parse_bsn
from samenspraak.domain.parties import Identifier

BSN = "http://fhir.nl/fhir/NamingSystem/bsn"

_OZO = "https://www.ozoverbindzorg.nl/namingsystem/"
_ALIASES = {
    # Koppeltaal examples write the OID of the same register.
    "urn:oid:2.16.840.1.113883.2.4.6.3": BSN,
    "2.16.840.1.113883.2.4.6.3": BSN,
}
# OZO's older examples have /ozo/ in the name; its current pages and FSH do not.
_PREFIXES = {f"{_OZO}ozo/": _OZO}
# Couples share a mailbox: an address suggests who it is, it does not decide.
SHARED_SYSTEMS = frozenset({f"{_OZO}email"})


def normal(identifier: Identifier) -> Identifier | None:
    """The identifier as we compare it, or None when it identifies nobody (empty, or a failing BSN)."""
    system = _system(identifier.system.strip())
    value = identifier.value.strip()
    if system == BSN:
        return Identifier(system=BSN, value=parse_bsn(value)) if is_bsn(value) else None
    return replace(identifier, system=system, value=value) if value else None


def normals(identifiers: frozenset[Identifier]) -> frozenset[Identifier]:
    """All that identify somebody, as we compare them."""
    return frozenset(found for one in identifiers if (found := normal(one)))


def _system(name: str) -> str:
    for old, new in _PREFIXES.items():
        if name.startswith(old):
            return new + name.removeprefix(old)
    return _ALIASES.get(name, name)
