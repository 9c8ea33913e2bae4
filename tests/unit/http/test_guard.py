"""Where a request may go. The table is the corpus of R-SSRF-3: every row is an attempt to reach inside."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import pytest

from samenspraak.errors import ConfigurationError
from samenspraak.http import HttpClient
from samenspraak.http.guard import Guard, Origin, RefusedAddressError, denied, read_url

REFUSED_URLS = (
    # other schemes, and none
    "http://dossier.example/fhir",
    "HTTP://dossier.example/fhir",
    "ftp://dossier.example/",
    "file:///etc/passwd",
    "gopher://dossier.example:70/_x",
    "javascript:alert(1)",
    "data:text/plain,x",
    "ws://dossier.example/",
    "//dossier.example/fhir",
    "dossier.example/fhir",
    "https:dossier.example",
    "https:///fhir",
    "",
    # who is host, who is user
    "https://admin@dossier.example/",
    "https://admin:geheim@dossier.example/",
    "https://dossier.example@127.0.0.1/",
    "https://dossier.example:443@10.0.0.1/",
    "https://@dossier.example/",
    "https://dossier.example\\@127.0.0.1/",
    "https://127.0.0.1\\.dossier.example/",
    "https://dossier.example#@127.0.0.1/",
    "https://dossier.example%2f@127.0.0.1/",
    # white space and control characters
    " https://dossier.example/",
    "https://dossier.example/ ",
    "https://dossier.exa\nmple/",
    "https://dossier.example/\r\nHost: 127.0.0.1",
    "https://dossier.exa\tmple/",
    "https://dossier.example/\x00",
    # addresses inside, as they are usually written
    "https://127.0.0.1/",
    "https://127.8.9.10/",
    "https://0.0.0.0/",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://172.31.255.254/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://168.63.129.16/",
    "https://100.64.0.1/",
    "https://100.100.100.200/",
    "https://192.0.0.192/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    # the same, spelled to get past a filter
    "https://2130706433/",
    "https://017700000001/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://127.000.000.001/",
    "https://127.0.0.1./",
    "https://127.0.0.0x1/",
    "https://１２７.0.0.1/",
    "https://①②⑦.0.0.1/",
    "https://127。0。0。1/",
    "https://%31%32%37.0.0.1/",
    "https://localhost./",
    "https://dossier.example./",
    # IPv6, and IPv4 hidden in it
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "https://[2a01:4f8::5efe:10.0.0.1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fec0::1]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
    "https://[3fff::1]/",
    "https://[100::1]/",
    "https://[::1/",
    "https://::1/",
    # names and ports that are none
    "https://dossier..example/",
    "https://-dossier.example/",
    "https://dossier_.exa mple/",
    f"https://{'a' * 64}.example/",
    "https://dossier.example:0/",
    "https://dossier.example:65536/",
    "https://dossier.example:https/",
    "https://dossier.example:-1/",
    # paths that climb, and what an address for a whole system does not hold
    "https://dossier.example/fhir/../admin",
    "https://dossier.example/fhir/%2e%2e/admin",
    "https://dossier.example/fhir/..%2fadmin",
    "https://dossier.example/fhir/.%2E%5cadmin",
    "https://dossier.example/fhir?tenant=1",
    "https://dossier.example/fhir#top",
)

INSIDE = "10.0.0.7"
PUBLIC = "93.184.216.34"


def resolving_to(*answers: Sequence[str]) -> tuple[Guard, list[str]]:
    """A guard whose look-ups give these answers one by one, and the hosts that were looked up."""
    asked: list[str] = []

    def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    return Guard(resolve=resolve), asked


DOSSIER = Origin(scheme="https", host="dossier.example", port=443)


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_a_url_that_leads_inside_or_is_ambiguous_makes_no_client(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^dossier-1: the address cannot be used: "):
        HttpClient(connector_id="dossier-1", base_url=url)


@pytest.mark.parametrize("name", ["localhost", "metadata.google.internal", "router"])
def test_a_name_is_judged_by_what_it_stands_for(name: str) -> None:
    guard, _ = resolving_to(["169.254.169.254"])
    with pytest.raises(RefusedAddressError, match="link-local"):
        guard.addresses(Origin(scheme="https", host=name, port=443))


def test_an_unusable_url_is_not_repeated_in_the_error() -> None:
    with pytest.raises(ConfigurationError) as caught:
        HttpClient(connector_id="dossier-1", base_url="https://admin:geheim@dossier.example/")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Dossier.Example/fhir/", "https://dossier.example"),
        ("https://dossier.example:443", "https://dossier.example"),
        ("https://dossier.example:8443/fhir", "https://dossier.example:8443"),
        ("https://xn--zorg-5qa.example/", "https://xn--zorg-5qa.example"),
        ("https://93.184.216.34/", "https://93.184.216.34"),
        ("https://[2a01:04F8:0::1]/", "https://[2a01:4f8::1]"),
    ],
)
def test_an_origin_is_written_one_way_only(url: str, origin: str) -> None:
    read = read_url(url).origin
    Guard().check(read)
    assert str(read) == origin


def test_one_address_inside_refuses_the_whole_name() -> None:
    guard, asked = resolving_to([PUBLIC, "2a01:4f8::1", INSIDE], [PUBLIC])
    with pytest.raises(RefusedAddressError, match="private"):
        guard.addresses(DOSSIER)
    assert guard.addresses(DOSSIER) == (PUBLIC,)
    assert asked == ["dossier.example"] * 2


def test_addresses_come_once_each_in_the_order_of_the_resolver() -> None:
    guard, _ = resolving_to(["2a01:4f8::1", PUBLIC, "2a01:4f8::1"])
    assert guard.addresses(DOSSIER) == ("2a01:4f8::1", PUBLIC)


def test_a_name_without_addresses_is_not_known() -> None:
    guard, _ = resolving_to([])
    with pytest.raises(socket.gaierror):
        guard.addresses(DOSSIER)


def test_only_exactly_the_open_origin_may_be_plain_and_loopback() -> None:
    guard = Guard(open_origins=frozenset({"http://127.0.0.1:8081"}))
    guard.check(read_url("http://127.0.0.1:8081/fhir").origin)
    for url in ("http://127.0.0.1:8082", "https://127.0.0.1:8081", "http://127.0.0.2:8081"):
        with pytest.raises(RefusedAddressError):
            guard.check(read_url(url).origin)


def test_an_open_origin_opens_no_other() -> None:
    guard = Guard(
        open_origins=frozenset({"http://127.0.0.1:8081"}), resolve=lambda _host, _port: ["127.0.0.1"]
    )
    assert guard.addresses(Origin(scheme="http", host="127.0.0.1", port=8081)) == ("127.0.0.1",)
    with pytest.raises(RefusedAddressError, match="loopback"):
        guard.addresses(DOSSIER)


def test_an_open_origin_that_is_no_url_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigurationError, match="an open origin is not usable"):
        Guard(open_origins=frozenset({"127.0.0.1:8081"}))


def internal(*addresses: str, origin: str = "https://nuts.lan:8443") -> tuple[Guard, Origin]:
    guard = Guard(internal_origins=frozenset({origin}), resolve=lambda _host, _port: addresses)
    return guard, read_url(origin).origin


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "172.31.0.9", "192.168.4.4", "fd12:3456::8", "127.0.0.1", PUBLIC]
)
def test_an_internal_origin_may_be_in_the_organisations_own_network(address: str) -> None:
    guard, origin = internal(address)

    guard.check(origin)
    assert guard.addresses(origin) == (address,)


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "168.63.129.16", "100.100.100.200", "fd00:ec2::254", "fd20:ce::254", "169.254.0.1"],
)
def test_an_internal_origin_never_stands_for_the_metadata_of_a_cloud(address: str) -> None:
    guard, origin = internal("10.1.2.3", address)
    with pytest.raises(RefusedAddressError, match="neither public nor internal"):
        guard.addresses(origin)


def test_plain_http_to_an_internal_origin_stays_on_this_machine() -> None:
    guard, origin = internal("127.0.0.1", "::1", origin="http://nuts.lan:8081")
    guard.check(origin)
    assert guard.addresses(origin) == ("127.0.0.1", "::1")

    guard, origin = internal("127.0.0.1", "10.1.2.3", origin="http://nuts.lan:8081")
    with pytest.raises(RefusedAddressError, match="not this machine"):
        guard.addresses(origin)


def test_an_address_written_as_such_is_judged_before_any_look_up() -> None:
    internal("10.1.2.3", origin="https://10.1.2.3")[0].check(read_url("https://10.1.2.3").origin)
    guard, origin = internal("10.1.2.3", origin="http://10.1.2.3:8081")
    with pytest.raises(RefusedAddressError, match="not this machine"):
        guard.check(origin)


def test_an_internal_origin_opens_no_other() -> None:
    guard, _ = internal("10.1.2.3")
    with pytest.raises(RefusedAddressError, match="private"):
        guard.addresses(read_url("https://nuts.lan:8444").origin)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("::ffff:169.254.169.254", "link-local, hidden in IPv6"),
        ("64:ff9b::a00:1", "private, hidden in IPv6"),
        ("2002:7f00:1::", "loopback, hidden in IPv6"),
        ("2a01:4f8::200:5efe:c0a8:101", "private, hidden in IPv6"),
        ("fe80::1%eth0", "not global"),
        ("::1", "loopback"),
    ],
)
def test_an_address_hidden_in_another_is_found(address: str, reason: str) -> None:
    assert denied(address) == reason


@pytest.mark.parametrize("address", [PUBLIC, "::ffff:93.184.216.34", "64:ff9b::5db8:d822", "2a01:4f8::1"])
def test_a_public_address_is_allowed_also_through_a_translator(address: str) -> None:
    assert denied(address) is None


@pytest.mark.parametrize(
    ("link", "holds"),
    [
        ("https://dossier.example/fhir", True),
        ("https://dossier.example/fhir?_getpages=7", True),
        ("https://dossier.example:443/fhir/CarePlan?page=2", True),
        ("https://dossier.example/fhirx/CarePlan", False),
        ("https://dossier.example/", False),
        ("https://dossier.example:8443/fhir/CarePlan", False),
        ("https://elders.example/fhir/CarePlan", False),
    ],
)
def test_a_link_stays_with_its_system_only_below_the_same_path(link: str, holds: bool) -> None:
    assert read_url("https://dossier.example/fhir/").holds(read_url(link)) is holds
