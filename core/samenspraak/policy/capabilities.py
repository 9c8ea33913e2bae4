"""What a system can do, as a connector declares it; the plan reads nothing else about a system."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from samenspraak.domain.parties import PERSONS, PartyKind
from samenspraak.domain.units import UnitKey, UnitKind


class SystemKind(StrEnum):
    """Picks the column of "what may flow where"."""

    DOSSIER = "dossier"
    PLATFORM = "platform"
    VOLUNTEERS = "volunteers"
    APP = "app"
    FEED = "feed"


class Write(StrEnum):
    """How a unit reaches that system."""

    YES = "yes"
    PROPOSE = "propose"
    APPEND = "append"
    RENDER = "render"
    PUSH = "push"
    VIEW = "view"
    NO = "no"


PATCHED = frozenset({Write.YES, Write.VIEW})
"""So written, a record changes unit by unit, at once: in their system, or (``view``) where we show it."""

IN_PLACE = PATCHED | {Write.RENDER}
"""So written, what stands there changes; nothing is added beside it."""


class Arrival(StrEnum):
    """Whether what was last written has reached whoever reads it, where that takes a messenger.

    ``on_its_way``: it is tried again and again · ``given_up``: until a person says to try again.
    """

    THERE = "there"
    ON_ITS_WAY = "on_its_way"
    GIVEN_UP = "given_up"


class Absence(StrEnum):
    """What proves that something is gone there."""

    NEVER = "never"
    BY_ID = "by_id"
    COMPLETE_LIST = "complete_list"


class MayEnd(StrEnum):
    """What an end there may end here."""

    AGREEMENT = "agreement"
    OWN_ASSIGNMENT = "own_assignment"
    NOTHING = "nothing"


class Create(StrEnum):
    """What a create with a lost answer allows: repeat it, look it up by our marker, or ask a person."""

    REPEATABLE = "repeatable"
    FINDABLE = "findable"
    NONE = "none"


class Confirm(StrEnum):
    """What shows that a write landed: the response, a later reading, or nothing."""

    RESPONSE = "response"
    READ = "read"
    NONE = "none"


class Token(StrEnum):
    """Lost edits are impossible (enforced), noticed (compared) or possible (none)."""

    ENFORCED = "enforced"
    COMPARED = "compared"
    NONE = "none"


class Readers(StrEnum):
    """Who can read a copy there.

    ``staff``: the organisation's own people · ``everyone``: everybody who is linked there for the client,
    so that a copy shows what all of them may see · ``named``: the people a copy is addressed to ·
    ``each``: every reader alone, who has a copy of their own · ``performers``: the volunteers who perform
    it, with those who guide them.
    """

    STAFF = "staff"
    EVERYONE = "everyone"
    NAMED = "named"
    EACH = "each"
    PERFORMERS = "performers"


class Direction(StrEnum):
    """Which way a kind of unit goes between the hub and one system, as its admin decided.

    ``both``: as the system can · ``in``: what people change there comes here, and nothing of it goes there ·
    ``out``: it goes there, and what people change there is a proposal · ``none``: neither; what we wrote
    there is taken out, what people wrote there stays theirs.
    """

    BOTH = "both"
    IN = "in"
    OUT = "out"
    NONE = "none"

    @property
    def comes(self) -> bool:
        return self in (Direction.BOTH, Direction.IN)

    @property
    def goes(self) -> bool:
        return self in (Direction.BOTH, Direction.OUT)


class Objects(StrEnum):
    """Whether one object there holds a whole agreement or one assignment of it."""

    AGREEMENT = "agreement"
    ASSIGNMENT = "assignment"


@dataclass(frozen=True, kw_only=True)
class Carries:
    """How one kind of unit is read and written there."""

    read: bool = True
    write: Write = Write.YES


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """The part of a manifest that decides the action.

    ``lag_s``: the longest time in seconds before reading shows a write · ``tells_statements``: assents and
    reports can be made readable there · ``keeps_marks``: it keeps the mark of the terms it shows, so that
    an assent given there says to which terms · ``tells_readers``: it says who read what ·
    ``announces``: it tells new readers once of all that was agreed before, instead of in a message each ·
    ``settle_s``: for how many seconds a new message waits for what follows, so that they are one ·
    ``token_ordered``: tokens only go up · ``token_counts``: by one for each change, whoever made it ·
    ``addresses``: which people a copy can be addressed to, where readers are named · ``may_receive_bsn``:
    there is a basis in law to show this system a BSN.
    """

    kind: SystemKind
    units: Mapping[UnitKind, Carries]
    readers: Readers = Readers.STAFF
    addresses: frozenset[PartyKind] = PERSONS
    objects: Objects = Objects.AGREEMENT
    absence: Absence = Absence.NEVER
    may_end: MayEnd = MayEnd.NOTHING
    create: Create = Create.NONE
    confirm: Confirm = Confirm.RESPONSE
    token: Token = Token.NONE
    token_ordered: bool = False
    token_counts: bool = False
    lag_s: float = 0.0
    tells_statements: bool = False
    keeps_marks: bool = False
    tells_readers: bool = False
    announces: bool = False
    settle_s: float = 0.0
    may_receive_bsn: bool = False
    mapping_version: int = 1
    window_back_days: int = 14
    window_ahead_days: int = 60

    def without(self, kinds: Collection[UnitKind]) -> Capabilities:
        """The same, with no place for these kinds."""
        if not kinds:
            return self
        return replace(self, units={kind: one for kind, one in self.units.items() if kind not in kinds})

    def carries(self, key: UnitKey) -> bool:
        """Whether there is a place for this unit there at all."""
        return key.kind in self.units

    def reads(self, key: UnitKey) -> bool:
        return self.carries(key) and self.units[key.kind].read

    def write(self, key: UnitKey) -> Write:
        return self.units[key.kind].write if self.carries(key) else Write.NO

    @property
    def proposes(self) -> bool:
        """Whether anything reaches the system as a proposal that people there answer."""
        return any(one.write is Write.PROPOSE for one in self.units.values())

    @property
    def fetches_here(self) -> bool:
        """Whether whoever is told of a copy fetches it from the hub itself, with what was said about it."""
        return self.stays_here and self.mode is Write.PUSH

    @property
    def stays_here(self) -> bool:
        """Whether what is written stays in the hub itself, to be viewed or to be told from its outbox.

        A system that is told by ``push`` and confirms its writes has records of its own.
        """
        from_outbox = self.mode is Write.PUSH and self.confirm is Confirm.NONE
        return self.mode is Write.VIEW or from_outbox

    @property
    def only_shows(self) -> bool:
        """Whether each reader just looks at a copy that we show, so that nothing in it can be anybody's."""
        is_looked_at = self.mode is Write.VIEW and self.may_end is MayEnd.NOTHING
        return is_looked_at and self.readers is Readers.EACH

    @property
    def tells(self) -> bool:
        """Whether it is told in messages or notices, by their marks, and nothing there changes in place."""
        return self.mode in (Write.APPEND, Write.PUSH)

    @property
    def mode(self) -> Write:
        """How the system as a whole is written: by its ``what`` unit (``no`` for a read-only system)."""
        what = self.units.get(UnitKind.WHAT)
        return what.write if what else Write.NO
