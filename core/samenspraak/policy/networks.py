"""From where somebody asks, no more exactly than is needed to tell one place from another. Pure."""

from __future__ import annotations

import ipaddress


def around(remote: str, *, v4: int, v6: int) -> str:
    """The network in which this address lies, of so many bits by its kind; '' where it is no address."""
    try:
        address = ipaddress.ip_address(remote)
    except ValueError:
        return ""
    plain = getattr(address, "ipv4_mapped", None) or address
    return str(ipaddress.ip_network(f"{plain}/{v4 if plain.version == 4 else v6}", strict=False))
