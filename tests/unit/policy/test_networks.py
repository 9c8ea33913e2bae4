"""From where somebody asks, by network."""

from __future__ import annotations

import pytest

from samenspraak.policy.networks import around


@pytest.mark.parametrize(
    ("remote", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
        ("somewhere", ""),
    ],
)
def test_an_address_lies_in_one_network_of_a_size(remote: str, network: str) -> None:
    assert around(remote, v4=24, v6=48) == network
