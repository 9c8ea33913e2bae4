"""A small server that behaves like Nedap Ons, as far as its public documentation says.

It imports nothing of the plugin, so that connector and sandbox cannot share one misreading. The sources:

- ONS-DOC: ``https://ons-api.nl``, pages ``technical/API_properties``, ``technical/Certificate_requirements``
  and ``technical/Webhooks``, as told in ONS-AE (read 2026-11-22).
- ONS-AE: GitHub ``api-evangelist/nedap`` @ ``141d76e``, ``fb6674d`` and ``908be13``, a third party's harvest
  of Nedap's published OpenAPI documents: paths, members, statuses (read 2026-11-22).

*Strict* is by the book. *Quirky* does what the book leaves open the other way: :mod:`.quirks`. Nurses,
planners and the dashboard act through :class:`~.office.Office`.
"""

from __future__ import annotations

from samenspraak.sandbox import Mode
from samenspraak_ons.sandbox.server import OnsSandbox

__all__ = ["OnsSandbox", "create"]


def create(mode: Mode) -> OnsSandbox:
    """An Ons with one action for agreements, one team, and no clients."""
    return OnsSandbox(mode)
