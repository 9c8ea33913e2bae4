"""The connector contract, over real sockets: subclass :class:`ConnectorContract` in your ``kit.py``.

::

    class Contract(ConnectorContract):
        kind = MyConnector

        def sandbox(self) -> Sandbox:
            return create(self.mode)

        def settings(self, url: str) -> Mapping[str, Any]:
            return {"base_url": url, "access_key": "…"}

        def scene(self, sandbox: Sandbox) -> Scene:
            sandbox.add_client("c1", "Mevrouw Roos")
            sandbox.add_user("u1", "Bram", "relative", ["c1"])
            return Scene(client="c1", reader="u1", performer="u1", edit=…)

The sandbox runs in a thread, the connector speaks to it through the guarded client. What the manifest does
not claim is not asked: :data:`samenspraak.testing.contract.applying.ONLY_FOR` says which check is for whom.
"""

from __future__ import annotations

from samenspraak.testing.contract.connecting import Connecting
from samenspraak.testing.contract.creating import Creating
from samenspraak.testing.contract.denying import Denying
from samenspraak.testing.contract.ending import Ending
from samenspraak.testing.contract.exchanging import Exchanging
from samenspraak.testing.contract.failing import Failing
from samenspraak.testing.contract.guarding import Guarding
from samenspraak.testing.contract.hearing import Hearing
from samenspraak.testing.contract.listing import Listing
from samenspraak.testing.contract.looking import Looking
from samenspraak.testing.contract.notifying import Notifying
from samenspraak.testing.contract.proposing import Proposing
from samenspraak.testing.contract.resuming import Resuming
from samenspraak.testing.contract.updating import Updating


class ConnectorContract(
    Connecting,
    Listing,
    Resuming,
    Looking,
    Creating,
    Updating,
    Ending,
    Proposing,
    Failing,
    Guarding,
    Hearing,
    Denying,
    Exchanging,
    Notifying,
):
    """What every connector owes the hub when it talks to its system; each part is a chapter of it."""
