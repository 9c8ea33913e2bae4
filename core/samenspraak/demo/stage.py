"""Where a situation is played: it tells what people do, and looks what the systems show of it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from samenspraak.demo.office import Office
from samenspraak.demo.seeing import Seen, hold
from samenspraak.demo.systems import HUB, PLACES, System, Systems, Text
from samenspraak.errors import SamenspraakError
from samenspraak.policy.state import Reason
from samenspraak.services import agreements

Look = Callable[[], Iterable[Seen]]

_POLL_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Sabotage:
    """What a test does behind everybody's back at the moment a situation turns on.

    ``system``: where that is to be noticed · ``strike``: from now on something goes wrong there ·
    ``struck``: whether it has.
    """

    system: str
    strike: Callable[[Systems], None]
    struck: Callable[[Systems], bool]


@dataclass(frozen=True, kw_only=True)
class Told:
    """Somebody did something somewhere. ``system``: where, also :data:`HUB`."""

    system: str
    text: Text


@dataclass(kw_only=True)
class Played:
    """What happened in one situation, in order, and what was seen of it."""

    id: int
    title: Text
    lines: list[Told | Seen] = field(default_factory=list)

    @property
    def seen(self) -> list[Seen]:
        return [line for line in self.lines if isinstance(line, Seen)]

    @property
    def ok(self) -> bool:
        return bool(self.seen) and hold(self.seen)


@dataclass(kw_only=True)
class Stage:
    """One situation being played.

    Args:
        there: the systems.
        office: the people at the hub.
        played: what is written down.
        show: is given every line as it happens.
        sabotage: for tests.
    """

    there: Systems
    office: Office
    played: Played
    show: Callable[[Told | Seen], None]
    sabotage: Sabotage | None = None

    # What happens.

    def tells(self, where: System | None, *, nl: str, en: str) -> None:
        """Somebody does something in this system, or at the hub."""
        self._write(Told(system=where.name if where else HUB, text={"nl": nl, "en": en}))

    def turns(self) -> None:
        """The situation turns on what is written next."""
        if self.sabotage is not None:
            self.sabotage.strike(self.there)

    @contextlib.contextmanager
    def unseen(self, *systems: System) -> Iterator[None]:
        """What happens in these systems meanwhile is seen by the hub at once when the block ends."""
        for one in systems:
            one.fail("hold", method="GET")
        try:
            yield
        finally:
            for one in systems:
                one.heal()

    # Waiting.

    @property
    def patience(self) -> float:
        """How many seconds anything is waited for; none once something in the situation went wrong."""
        return self.office.patience if hold(self.played.seen) else 0.0

    def until(self, holds: Callable[[], bool]) -> bool:
        """Wait until it holds; False when it never did."""
        return self.office.until(holds, self.patience)

    def rest(self) -> bool:
        """Wait until nothing is due anywhere, also when every system was heard; False when it never was."""
        return self.office.rest(self.patience)

    def settle(self, *titles: str) -> None:
        """Wait until no copy of these agreements has still to be brought in step."""

        def settled() -> bool:
            lines = agreements.listed(self.office.hub, self.office.organisation)
            at_rest = {one.what for one in lines if Reason.DUE not in one.systems.values()}
            return at_rest >= {*titles}

        self.until(settled)

    def lasts(self, since: datetime, duration: timedelta) -> None:
        """Wait until this much time has passed at the hub."""
        more = duration.total_seconds() / self.office.application.settings.clock_speed
        self.office.until(lambda: self.office.now() - since >= duration, more + self.patience)

    # What is seen.

    def looks(self, look: Look) -> float:
        """Look until everything is as it should be, or patience ends; what was seen last is written down.

        Returns:
            How many seconds that took.
        """
        began, patience = time.monotonic(), self.patience
        last = _looked(look, until_wrong=True)
        while not (hold(last) or self._is_spoilt(look)) and time.monotonic() - began < patience:
            time.sleep(_POLL_SECONDS)
            last = _looked(look, until_wrong=True)
        took = time.monotonic() - began
        for sight in last if hold(last) else _looked(look):
            self._write(sight)
        return took

    def took(self, seconds: float, heard_from: System, *, at_most: timedelta) -> None:
        """Whether it was in time, also at the usual pace: then the system is heard less often than here."""
        speed = self.office.application.settings.clock_speed
        manifest = self.office.application.connected.manifest(self.office.organisation, heard_from.name)
        later = manifest.rates.poll_seconds * (1 - 1 / speed)
        within, place = max(2, ceil(seconds)), PLACES[heard_from.name]
        self._says(
            seconds + later <= at_most.total_seconds(),
            nl=f"Dat was binnen {within} seconden overal te zien. In het echt komt er hoogstens {later:.0f} "
            f"seconden bij: zo vaak kijkt Samenspraak in {place['nl']}. Het mag een minuut duren.",
            en=f"That could be seen everywhere within {within} seconds. In real life at most {later:.0f} "
            f"seconds more: that is how often Samenspraak looks in {place['en']}. It may take a minute.",
        )

    def asks(self, title: str, cause: str, *, nl: str, en: str) -> None:
        """Wait until the hub asks a person about this agreement, once, for this cause."""
        self.claims(lambda: self._asked(title, cause) == 1, nl=nl, en=en)

    def claims(self, holds: Callable[[], bool], *, nl: str, en: str) -> None:
        """Wait until this is so at the hub."""
        self._says(self.until(holds), nl=nl, en=en)

    def breaks_off(self, why: str) -> None:
        """What the situation builds on is not there: it ends here."""
        self._says(
            False,
            nl=f"Hier kan het niet verder: iets ontbreekt ({why}).",
            en=f"It cannot go on from here: something is missing ({why}).",
        )

    def agreement_id(self, title: str) -> str:
        """The hub's own id of the agreement with these words."""
        lines = agreements.listed(self.office.hub, self.office.organisation)
        return next((one.id for one in lines if one.what == title), "")

    def _says(self, holds: bool, *, nl: str, en: str) -> None:
        self._write(Seen(system=HUB, text={"nl": nl, "en": en}, holds=holds))

    def _asked(self, title: str, cause: str) -> int:
        agreement_id = self.agreement_id(title)
        asked = self.office.asked(agreement_id) if agreement_id else ()
        return sum(one.cause == cause for one in asked)

    def _is_spoilt(self, look: Look) -> bool:
        """Whether the sabotage has struck, and nothing else is missing: no patience mends that."""
        sabotage = self.sabotage
        return (
            sabotage is not None
            and sabotage.struck(self.there)
            and all(one.holds or one.system == sabotage.system for one in _looked(look))
        )

    def _write(self, line: Told | Seen) -> None:
        self.played.lines.append(line)
        self.show(line)


def _looked(look: Look, *, until_wrong: bool = False) -> list[Seen]:
    """What is seen now, or as far as the first wrong sight.

    A system that does not answer shows nothing, and neither does what is there only in part.
    """
    found: list[Seen] = []
    try:
        for sight in look():
            found.append(sight)
            if until_wrong and not sight.holds:
                break
    except (SamenspraakError, LookupError) as error:
        why = error.code if isinstance(error, SamenspraakError) else type(error).__name__
        text = {"nl": f"Er is niets te zien ({why}).", "en": f"Nothing can be seen ({why})."}
        found.append(Seen(system=HUB, text=text, holds=False))
    return found


Play = Callable[[Stage], None]


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One of the situations that must come out right, by its number; 0 is none of them.

    ``about``: who it is about, before anything happens · ``ends``: everything of a client stops in it, so
    that it is left out when people go on with the demo.
    """

    id: int
    title: Text
    about: Text
    play: Play
    ends: bool = False
