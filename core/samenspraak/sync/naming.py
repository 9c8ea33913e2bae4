"""Who may be named in a copy can change while nothing else does: what is then to be said anew.

In a unit that stays in sight a neutral word stands for who may not be named (a backup, or an assignment, is
hidden whole instead). Source: docs/reference/flow-matrix.md, "Statements" and above; domain.md, the last row.
"""

from __future__ import annotations

from samenspraak.connectors.connector import Connector
from samenspraak.connectors.looks import Directory, Found, Reading
from samenspraak.connectors.writes import Changes
from samenspraak.domain.units import UnitKey, Units, named_in
from samenspraak.policy.capabilities import IN_PLACE


def misnamed(
    connector: Connector, directory: Directory, visible: Units, reading: Reading, found: Found
) -> frozenset[UnitKey]:
    """The units that say what ours do, and show somebody otherwise than they would be written now.

    A lens leaves what stands there as it should; ``visible``: ours, as far as the readers may see them.
    """
    telling = {
        key: value
        for key, value in visible.items()
        if named_in(value) is not None
        and reading.units.get(key) == value
        and connector.manifest.capabilities.write(key) in IN_PLACE
    }

    def renames(*keys: UnitKey) -> bool:
        changes = Changes(set={key: telling[key] for key in keys})
        return connector.put(found.raw, changes, directory) != found.raw

    return frozenset(filter(renames, telling)) if telling and renames(*telling) else frozenset()
