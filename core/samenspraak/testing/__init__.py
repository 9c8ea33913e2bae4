"""For connector authors: the lens laws, the connector contract, values to test with, and a troubled network.

Needs pytest and hypothesis; nothing of the running product imports it. In a test file::

    from samenspraak.testing import ConnectorContract, LensLaws
"""

import pytest

# Before they are imported, so that a broken law shows what was compared.
pytest.register_assert_rewrite(*(f"samenspraak.testing.{module}" for module in ("contract", "lens", "world")))

from samenspraak.testing.contract import ConnectorContract  # noqa: E402
from samenspraak.testing.lens import LensLaws  # noqa: E402
from samenspraak.testing.proxy import Proxy, Trouble  # noqa: E402
from samenspraak.testing.shelves import HeldShelf, SandboxShelf  # noqa: E402
from samenspraak.testing.world import Scene, World  # noqa: E402

__all__ = [
    "ConnectorContract",
    "HeldShelf",
    "LensLaws",
    "Proxy",
    "SandboxShelf",
    "Scene",
    "Trouble",
    "World",
]
