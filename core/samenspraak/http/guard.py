"""Where a request may go: which URLs are taken at all, and which network addresses a name may stand for.

A name is looked up once, every address it has is judged, and the connection goes to an address judged
then. Checking first and connecting later would let a second look-up answer something else.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from samenspraak.errors import ConfigurationError

Resolver = Callable[[str, int], Sequence[str]]
"""From host and port to its network addresses; raises OSError when the name is not known."""

DEFAULT_PORTS = {"https": 443, "http": 80}

_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")


class RefusedAddressError(ValueError):
    """Why a URL, path or host is refused. Never holds it: it may carry personal data or a secret."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Scheme, host and port. As text it is written one way only, so that origins can be compared."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (
            "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        )


@dataclass(frozen=True, kw_only=True)
class Url:
    """An absolute URL that passed :func:`read_url`. ``path`` is empty or starts with a slash."""

    origin: Origin
    path: str
    query: str

    def __str__(self) -> str:
        return f"{self.origin}{self.path}" + (f"?{self.query}" if self.query else "")

    def holds(self, other: Url) -> bool:
        """Whether ``other`` has the same origin and lies under this path."""
        return self.origin == other.origin and f"{other.path}/".startswith(f"{self.path.rstrip('/')}/")

    def join(self, path: str) -> str:
        """The URL of ``path`` below this one; :class:`RefusedAddressError` if it would lead elsewhere."""
        if "?" in path or "#" in path:
            raise RefusedAddressError("a path holds no '?' or '#': give the query as params")
        check_path(path)
        return f"{self.origin}{self.path.rstrip('/')}/{path.removeprefix('/')}" if path else str(self)


def read_url(text: str) -> Url:
    """The URL in parts, or :class:`RefusedAddressError` with the reason."""
    if _UNSAFE.search(text):
        raise RefusedAddressError("it holds a space, a backslash or a control character")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise RefusedAddressError("it cannot be read as a URL") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise RefusedAddressError("it does not start with https://")
    if "@" in parts.netloc:
        raise RefusedAddressError("it holds a user name; give sign-in details as settings")
    if port == 0:
        raise RefusedAddressError("port 0 does not exist")
    if parts.fragment:
        raise RefusedAddressError("it holds a '#'")
    check_path(parts.path)
    origin = Origin(
        scheme=parts.scheme, host=_host(parts.hostname or ""), port=port or DEFAULT_PORTS[parts.scheme]
    )
    return Url(origin=origin, path=parts.path, query=parts.query)


def check_path(path: str) -> None:
    """Refuse what climbs out of its folder, also when written with percent signs."""
    decoded = unquote(path).replace("\\", "/")
    if _UNSAFE.search(path) or {".", ".."} & set(decoded.split("/")):
        raise RefusedAddressError("the path holds '..', a space, a backslash or a control character")
    if path.startswith("//"):
        raise RefusedAddressError("the path starts with two slashes")


def _host(host: str) -> str:
    """The host, in its one canonical spelling: 127.1, 0x7f000001 and 2130706433 are all refused."""
    if ":" in host:
        try:
            return ipaddress.IPv6Address(host).compressed if "%" not in host else _refuse_host()
        except ValueError:
            return _refuse_host()
    if not host.isascii():
        raise RefusedAddressError("the host has characters outside ASCII; write it in its xn-- form")
    if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            return _refuse_host()
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        return _refuse_host()
    return host


def _refuse_host() -> str:
    raise RefusedAddressError("the host is not a name or address in its usual spelling")


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system. It may take as long as the system's resolver is set to; nothing has been sent then."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for _, _, _, _, address in found]


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Which origins and addresses are allowed.

    ``open_origins``: exactly these may be plain http, loopback or private. Only demo and tests fill it ·
    ``internal_origins``: exactly these may be in the organisation's own network (ADR 0023): private
    addresses over https, and this machine itself over plain http too.
    """

    open_origins: frozenset[str] = frozenset()
    internal_origins: frozenset[str] = frozenset()
    resolve: Resolver = resolve

    def __post_init__(self) -> None:
        for name in ("open_origins", "internal_origins"):
            try:
                spelled = frozenset(str(read_url(origin).origin) for origin in getattr(self, name))
            except RefusedAddressError as error:
                kind = name.removesuffix("_origins")
                raise ConfigurationError(f"an {kind} origin is not usable: {error}") from None
            object.__setattr__(self, name, spelled)

    def opens(self, origin: Origin) -> bool:
        return str(origin) in self.open_origins

    def check(self, origin: Origin) -> None:
        """Refuse what needs no look-up to refuse (:class:`RefusedAddressError`)."""
        if self.opens(origin):
            return
        if origin.scheme != "https" and str(origin) not in self.internal_origins:
            raise RefusedAddressError("it does not start with https://")
        if _is_address(origin.host) and (reason := self._refusal(origin, origin.host)) is not None:
            raise RefusedAddressError(f"the address is {reason}")

    def addresses(self, origin: Origin) -> tuple[str, ...]:
        """Look the host up once and give its addresses, all judged.

        Raises:
            OSError: the name is not known.
            RefusedAddressError: one of the addresses is not public; then none of them is used.
        """
        found = tuple(dict.fromkeys(self.resolve(origin.host, origin.port)))
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        for address in found:
            if (reason := self._refusal(origin, address)) is not None:
                raise RefusedAddressError(f"the host name stands for an address that is {reason}")
        return found

    def _refusal(self, origin: Origin, address: str) -> str | None:
        """What is wrong with one address of an origin, or None."""
        if self.opens(origin):
            return None
        reason = denied(address)
        if str(origin) not in self.internal_origins:
            return None if reason is None else f"not public ({reason})"
        place = _internal(address)
        if origin.scheme != "https" and place != "loopback":
            return "not this machine, and plain http leaves it readable on the way"
        return None if reason is None or place else f"neither public nor internal ({reason})"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


# Source: IANA special-purpose address registries for IPv4 and IPv6 (read 2026-11), and the metadata
# services of clouds that sit on otherwise public addresses.
_DENIED_V4 = tuple(
    (ipaddress.IPv4Network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by a carrier"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "metadata of a cloud"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_DENIED_V6 = tuple(
    (ipaddress.IPv6Network(network), reason)
    for network, reason in (
        ("2001::/23", "protocol assignments, Teredo"),
        ("2001:db8::/32", "documentation"),
        ("3fff::/20", "documentation"),
    )
)
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_ISATAP_MARKS = (0x00005EFE, 0x02005EFE)


# What an organisation's own network is made of. Nothing of a carrier or a single link is in it, and not the
# metadata services that clouds put in the range for local use (AWS and Google, read 2026-11).
_INTERNAL: tuple[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, str], ...] = (
    (ipaddress.IPv4Network("127.0.0.0/8"), "loopback"),
    (ipaddress.IPv6Network("::1/128"), "loopback"),
    (ipaddress.IPv4Network("10.0.0.0/8"), "private"),
    (ipaddress.IPv4Network("172.16.0.0/12"), "private"),
    (ipaddress.IPv4Network("192.168.0.0/16"), "private"),
    (ipaddress.IPv6Network("fc00::/7"), "private"),
)
_METADATA = (ipaddress.IPv6Network("fd00:ec2::/32"), ipaddress.IPv6Network("fd20:ce::/32"))


def _internal(address: str) -> str | None:
    """Whether it lies in this machine (loopback) or in a private network; None for neither."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if any(parsed in network for network in _METADATA):
        return None
    return next((place for network, place in _INTERNAL if parsed in network), None)


def denied(address: str) -> str | None:
    """Why no request may go to this address, or None. Of IPv6 only what is known to be global is left."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv4Address):
        return next((reason for network, reason in _DENIED_V4 if parsed in network), None)
    hidden = _hidden(parsed)
    if hidden is not None and (reason := denied(str(hidden))) is not None:
        return f"{reason}, hidden in IPv6"
    if parsed in _MAPPED or parsed in _NAT64:
        return None
    if parsed.is_loopback:
        return "loopback"
    if parsed not in _GLOBAL_V6:
        return "not global"
    return next((reason for network, reason in _DENIED_V6 if parsed in network), None)


def _hidden(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address a translator would reach. Python calls 64:ff9b::7f00:1 and 2002:7f00:1:: global."""
    number = int(address)
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address(number >> 80 & 0xFFFFFFFF)
    if address in _MAPPED or address in _NAT64 or number >> 32 & 0xFFFFFFFF in _ISATAP_MARKS:
        return ipaddress.IPv4Address(number & 0xFFFFFFFF)
    return None
