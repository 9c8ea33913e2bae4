"""Values as lines of plain Dutch, for systems in which people read and type a text and no fields.

What is written here is read back as the same value; of what people typed, all that is not of these closed
forms is no value. A reference of ours stands in square brackets behind the words that people read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from urllib.parse import quote, unquote

from samenspraak.connectors.looks import Directory
from samenspraak.domain.agreements import LIVE, Code, Modality, State, Status, What
from samenspraak.domain.parties import PartyRef
from samenspraak.errors import RuleError

OWN_PARTY = "urn:samenspraak:party|"
MODALITIES: Mapping[Modality, str] = {
    Modality.DOES: "Doet: ",
    Modality.MAY: "Mag: ",
    Modality.NEVER: "Nooit: ",
}
STANDINGS: Mapping[str, State] = {
    "concept": State.DRAFT,
    "voorgesteld": State.PROPOSED,
    "actief": State.ACTIVE,
    "onderbroken": State.PAUSED,
    "beëindigd": State.ENDED,
    "ingetrokken": State.WITHDRAWN,
    "vergissing": State.MISTAKE,
}
_PARTY = re.compile(rf"\[{re.escape(OWN_PARTY)}([^\]]+)\]")
_CODE = re.compile(r"(.*?)\s*\[([^\[\]|]*)\|([^\[\]|]*)\]")
_DAY = r"(\d{4}-\d\d-\d\d)"
_STANDING = re.compile(rf"(\w+)(?: per {_DAY})?(?: van {_DAY})?(?: tot en met {_DAY})?(?:; reden: (.*))?")


def one_line(text: str) -> str:
    return " ".join(text.split())


# Who.


def party_label(ref: PartyRef, directory: Directory) -> str:
    """A party in words, with our own reference so that it reads back as the same."""
    return f"{one_line(directory.words_for(ref))} [{OWN_PARTY}{quote(str(ref), safe=':')}]"


def labelled_party(label: str) -> PartyRef | None:
    """The reference in such a label, or None."""
    if not (match := _PARTY.search(label)):
        return None
    try:
        return PartyRef.parse(unquote(match[1]))
    except RuleError:
        return None


# What.


def title(value: What) -> str:
    """What is agreed, as a title: "Mag: " or "Nooit: " before it; "Doet: " where it would be misread."""
    looks_prefixed = value.text.startswith(tuple(MODALITIES.values()))
    plain = value.modality is Modality.DOES and not looks_prefixed
    return value.text if plain else MODALITIES[value.modality] + value.text


def titled(text: str, code: Code | None) -> What | None:
    """What this title says; None when it is empty."""
    text = one_line(text)
    modality = next((one for one, prefix in MODALITIES.items() if text.startswith(prefix)), None)
    bare = text.removeprefix(MODALITIES[modality]) if modality else text
    return What(text=bare, modality=modality or Modality.DOES, code=code) if text else None


def normal_what(value: What) -> What:
    """How a title and a code line keep it."""
    code = value.code and replace(value.code, display=one_line(value.code.display))
    return replace(value, text=one_line(value.text), code=code)


def code_line(code: Code) -> str:
    system, value = (quote(part, safe=":/.#-_~") for part in (code.system, code.value))
    return f"{code.display} [{system}|{value}]".strip()


def read_code(line: str) -> Code | None:
    """The code of such a line, or None."""
    match = _CODE.fullmatch(line)
    return match and Code(display=match[1], system=unquote(match[2]), value=unquote(match[3]))


# How it stands.


def standing_line(value: Status) -> str:
    """How it stands, with its days and its reason."""
    word = next(word for word, state in STANDINGS.items() if state is value.state)
    ended = f" per {value.ended_on.isoformat()}" if value.ended_on else ""
    first = f" van {value.paused_from.isoformat()}" if value.paused_from else ""
    last = f" tot en met {value.paused_until.isoformat()}" if value.paused_until else ""
    reason = f"; reden: {one_line(value.reason)}" if value.reason else ""
    return f"{word}{ended}{first}{last}{reason}"


def read_standing(line: str) -> Status | None:
    """How it stands by such a line; None when it says nothing we know."""
    match = _STANDING.fullmatch(line)
    if match is None or (state := STANDINGS.get(match[1].lower())) is None:
        return None
    try:
        ended, first, last = (date.fromisoformat(day) if day else None for day in match.group(2, 3, 4))
        paused = {"paused_from": first, "paused_until": last} if state is State.PAUSED else {}
        over = {} if state in LIVE else {"ended_on": ended}
        return Status(state=state, reason=match[5] or "", **paused, **over)
    except (ValueError, RuleError):
        return None
