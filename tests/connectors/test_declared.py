"""What the connectors that ship say about themselves, without talking to anybody."""

from __future__ import annotations

import pytest

from samenspraak.connectors import Connector
from samenspraak.connectors.registry import Registry
from samenspraak.testing.declared import Declared

KINDS = Registry.load().connectors
STATED = sorted(name for name in vars(Declared) if name.startswith("test_"))


@pytest.mark.parametrize("name", STATED)
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_a_connector_says_about_itself_holds(kind: type[Connector], name: str) -> None:
    declared = type("TheirDeclared", (Declared,), {"kind": kind})()

    getattr(declared, name)()
