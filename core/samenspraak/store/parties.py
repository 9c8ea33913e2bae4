"""Who takes part: one door to people, groups and devices, and to their identities elsewhere."""

from __future__ import annotations

from samenspraak.store.groups import Groups
from samenspraak.store.identities import Identities
from samenspraak.store.people import People


class Parties(People, Groups, Identities):
    """The parties of one organisation."""
