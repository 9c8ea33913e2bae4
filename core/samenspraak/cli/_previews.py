"""What records of a system become, record by record, for a person to judge a mapping by."""

from __future__ import annotations

from collections.abc import Iterator

from samenspraak.cli._texts import Texts
from samenspraak.cli._units import label, readable
from samenspraak.domain.units import UnitKey
from samenspraak.services.mapping import Preview, Previewed


def previewed(found: Preview, texts: Texts) -> Iterator[str]:
    """Each record with its units; what is read otherwise than now stands with both values."""
    if not found.records:
        yield texts("preview.nothing", id=found.connector_id)
    for one in found.records:
        yield texts("preview.record", id=one.external_id, standing=_standing(one, texts))
        yield from (f"  {line}" for line in _units(one, found, texts))
        yield ""


def _standing(one: Previewed, texts: Texts) -> str:
    """What it becomes; one that leaves the selection is told as such, also when it is an agreement here."""
    if one.unread:
        return texts("preview.unread", field=one.unread)
    if not one.selected:
        return texts("preview.leaves" if one.was_selected else "preview.outside")
    return texts("preview.known", agreement=one.agreement_id) if one.agreement_id else texts("preview.new")


def _units(one: Previewed, found: Preview, texts: Texts) -> Iterator[str]:
    before = one.before if found.compares and one.before is not None else one.units
    for name in sorted(one.units.keys() | before.keys(), key=UnitKey.parse):
        key = UnitKey.parse(name)
        was, now = (readable(key, units.get(name), texts, found.names) for units in (before, one.units))
        if was == now:
            yield f"{label(key, texts)}: {now}"
        else:
            yield texts("preview.otherwise", unit=label(key, texts), was=was, now=now)
