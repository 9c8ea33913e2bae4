"""What all tests share: nothing leaves this machine, unit tests open no socket, and a command runner."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from click.testing import CliRunner
from npm.programs import Programs, bring

# A busy machine makes an example slow; that says nothing about the code.
hypothesis.settings.register_profile("samenspraak", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("samenspraak")
# Sandboxes answer hundreds of requests; a failing test should show its own lines.
logging.getLogger("werkzeug").setLevel(logging.WARNING)

_unit_test_runs = False


def pytest_runtest_setup(item: pytest.Item) -> None:
    global _unit_test_runs
    _unit_test_runs = "unit" in item.path.parts


def _is_loopback(host: object) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(str(host)).is_loopback
    return host == "localhost"


def _is_name(host: object) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(str(host))
        return False
    return host not in (None, "", "localhost")


@pytest.fixture(scope="session", autouse=True)
def _network_stays_here() -> Iterator[None]:
    """No name but localhost resolves; a connection to another machine, or from a unit test, is refused."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        assert not _unit_test_runs, "a unit test opened a connection"
        assert self.family == socket.AF_UNIX or _is_loopback(address[0]), "a test tried to leave this machine"
        connect(self, address)

    def guarded_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        if _is_name(host):
            raise socket.gaierror(socket.EAI_NONAME, "tests resolve no names")
        return resolve(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_resolve)
        yield


@pytest.fixture
def runner() -> CliRunner:
    """Runs commands; ``result.stdout`` and ``result.stderr`` are kept apart."""
    return CliRunner()


@pytest.fixture(scope="session")
def npm() -> Programs:
    """The programs from npm; for tests marked ``npm``, which are a suite of their own."""
    return bring()
