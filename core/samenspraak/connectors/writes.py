"""What goes into a write to another system, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from samenspraak.connectors.looks import Found, Marker
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import UnitKey, UnitValue


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What a record should say from now on. Units in neither stay byte for byte as they are.

    ``told``: every statement that should be readable there (None: leave them). ``mark``: an opaque short
    text that stands for the terms shown; a system that takes assents keeps it with what it shows (a record
    in the record, a message in the message) and gives it back with the assent. Where ``write`` is
    ``append``, a mark means: append one message that says all of ``set``. ``asked``: whose assent to the
    terms is open; no reason to write by itself (None: leave what was asked).
    """

    set: Mapping[UnitKey, UnitValue] = field(default_factory=dict)
    clear: frozenset[UnitKey] = frozenset()
    told: Sequence[Statement] | None = None
    mark: str | None = None
    asked: Sequence[PartyRef] | None = None

    def __bool__(self) -> bool:
        return bool(self.set or self.clear or self.told is not None or self.mark)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a new record is about: the client and the readers, as the system calls them.

    ``quiet``: it is no news, it was agreed before these readers could read it there. A system whose manifest
    says that it ``announces`` then notifies nobody of this record, and tells its readers once of all of them.
    """

    client: str
    marker: Marker
    readers: Sequence[str] = ()
    client_name: str | None = None
    quiet: bool = False


class End(StrEnum):
    """How a record ends there. ``retracted``: the readers may no longer see it; carries no content."""

    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    MISTAKE = "mistake"
    RETRACTED = "retracted"


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a write answered.

    ``found``: the record as the answer showed it (None: the answer does not carry it). ``existed``: a
    conditional create met an object that was already there. ``waiting``: the id of a proposal that a
    person there must approve; nothing changed yet.
    """

    external_id: str
    found: Found | None = None
    existed: bool = False
    waiting: str | None = None


class ProposalState(StrEnum):
    """What became of a proposal of ours."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """``external_id``: the record it became or belongs to, once there is one."""

    state: ProposalState
    external_id: str | None = None
    reason: str = ""
