"""Who is meant by a line of a comment: a name, with the id that Ons gives that party or a reference of ours.

::

    Wim Terpstra [relation/10310]
    een naaste [urn:samenspraak:party|relative:p7]
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from samenspraak.connectors import Directory
from samenspraak.connectors.lines import labelled_party, one_line, party_label
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak_ons.held import Held, View, line, saying, unreadable

CARE = "care"
"""Who does what a nurse wrote down without saying who: the care itself."""

KINDS: Mapping[str, PartyKind] = {
    "client": PartyKind.CLIENT,
    "relation": PartyKind.RELATIVE,
    "employee": PartyKind.PROFESSIONAL,
    "team": PartyKind.GROUP,
    CARE: PartyKind.GROUP,
}
"""Which kind of party an id of Ons stands for, by its first part."""
_EXTERNAL = re.compile(rf"\[((?:{'|'.join(KINDS)})(?:/[^\]\s]+)?)\]$")


def party_line(ref: PartyRef, directory: Directory) -> str:
    """A party in words, with the id that Ons gives it, or ours where it has none."""
    there = directory.id_of(ref)
    if there is None or not _EXTERNAL.search(f"[{there}]"):
        return party_label(ref, directory)
    return f"{one_line(directory.words_for(ref))} [{there}]"


def external_party(told: str) -> str:
    """The id that Ons gives a party in such a line, or ''."""
    match = _EXTERNAL.search(told.strip())
    return match[1] if match else ""


def read_party(told: str, label: str, view: View) -> PartyRef | None:
    """The party that this line means; None for an empty one.

    Raises:
        InvalidRecordError: it names nobody by id or reference.
    """
    if not told:
        return None
    if there := external_party(told):
        return view.directory.party(there, KINDS[there.partition("/")[0]])
    if (ref := labelled_party(told)) is None:
        raise unreadable(label)
    return ref


def one_party(label: str) -> Held:
    """A unit that is one party, on a line of its own."""
    return Held(
        read=lambda raw, view: read_party(line(raw, label), label, view),
        write=lambda raw, ref, view: saying(
            raw, {label: party_line(ref, view.directory) if ref is not None else ""}
        ),
    )
