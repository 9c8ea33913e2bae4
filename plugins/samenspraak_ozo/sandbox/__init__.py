"""A family platform behind the documented OZO proxy, to try the connector on.

It imports nothing of the plugin, so that connector and sandbox cannot share one misreading. Sources: the
public implementation guide (GitHub ``ozoverbindzorg/integrale-netwerk-communicatie``, read November 2026,
IG 0.7 to 0.9); each module names its pages. What no public page says is *inferred* and marked so, or
*unknown* and a member of :class:`~.quirks.Quirks`, set by the mode.

It serves the proxy under ``/fhir`` and, under ``/internal/auth/v2``, the two calls of an integrator's own
Nuts node (in reality another host; ``OzoSandbox(node="apart")`` gives it an origin of its own). Left out:
issuing credentials, mutual TLS, attachments, threads between teams, and the audit events the proxy writes
about each request.
"""

from __future__ import annotations

from samenspraak.sandbox import Mode
from samenspraak_ozo.sandbox.quirks import QUIRKY, STRICT, Quirks
from samenspraak_ozo.sandbox.server import OzoSandbox

__all__ = ["QUIRKY", "STRICT", "OzoSandbox", "Quirks", "create"]


def create(mode: Mode) -> OzoSandbox:
    """An empty platform with one system credential in its wallet, ``samenspraak``."""
    return OzoSandbox(mode)
