"""The lens laws, for the family app as it is mapped now and for a mapping that moved some units."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from samenspraak.connectors.json_lens import Kept, Lens
from samenspraak.domain.units import UnitKind
from samenspraak_memory.kit import SETTINGS, Laws
from samenspraak_memory.mapping import LENS
from samenspraak_memory.plugin import MANIFEST, FamilyAppConnector


class TestLens(Laws):
    pass


def moved(kind: UnitKind, **elsewhere: Any) -> Kept:
    """The unit in another place, with its place in version 1 retired."""
    first = LENS.table[kind].present
    return Kept(present=replace(first, **elsewhere), retired=(first,))


class Version2(FamilyAppConnector):
    """A later mapping: an object, a text, and a party in a row each have another member."""

    manifest = replace(MANIFEST, capabilities=replace(MANIFEST.capabilities, mapping_version=2))
    lens = Lens(
        {
            **LENS.table,
            UnitKind.CONDITIONS: moved(UnitKind.CONDITIONS, member="agreed_rules"),
            UnitKind.REVIEW_NOTES: moved(UnitKind.REVIEW_NOTES, member="minutes"),
            UnitKind.BACKUP: moved(UnitKind.BACKUP, member="stand_in"),
        }
    )


class TestVersion2(Laws):
    def connector(self) -> FamilyAppConnector:
        return Version2("app-1", SETTINGS)

    def earlier(self) -> list[FamilyAppConnector]:
        return [FamilyAppConnector("app-1", SETTINGS)]
