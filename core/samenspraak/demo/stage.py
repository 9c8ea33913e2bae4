"""Where a situation is played: it tells what people do, and looks what the systems show of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from samenspraak.demo.checker import Seen, Text, hold
from samenspraak.demo.office import Office
from samenspraak.demo.systems import System, Systems
from samenspraak.errors import SamenspraakError
from samenspraak.services import agreements

Sabotage = Callable[[Systems], None]
"""What a test does behind everybody's back at the moment a situation turns on."""

HUB = "hub"
_POLL_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Told:
    """Somebody did something somewhere. ``system``: where, or '' for the hub."""

    system: str
    text: Text


@dataclass(kw_only=True)
class Played:
    """What happened in one situation, in order, and what was seen of it."""

    id: int
    title: Text
    lines: list[Told | Seen] = field(default_factory=list)
    seconds: float = 0.0

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

    def tells(self, where: System | None, *, nl: str, en: str) -> None:
        """Somebody does something in this system, or at the hub."""
        self._write(Told(system=where.name if where else HUB, text={"nl": nl, "en": en}))

    def turns(self) -> None:
        """The situation turns on what is written next."""
        if self.sabotage is not None:
            self.sabotage(self.there)

    def looks(self, look: Callable[[], Iterable[Seen]], *, within_seconds: float | None = None) -> None:
        """Look until everything is as it should be, or patience ends; what was seen last is written down.

        Patience has ended once anything in the situation went wrong.

        Args:
            look: what should be seen, and whether it is.
            within_seconds: it also has to be so in this time.
        """
        began, last = time.monotonic(), _looked(look)
        patience = self.office.patience if hold(self.played.seen) else 0.0
        while not hold(last) and time.monotonic() - began < patience:
            time.sleep(_POLL_SECONDS)
            last = _looked(look)
        took = time.monotonic() - began
        for sight in last:
            self._write(sight)
        if within_seconds is not None:
            self._write(
                Seen(
                    system=HUB,
                    text={
                        "nl": f"Dat was overal te zien binnen {within_seconds:.0f} seconden.",
                        "en": f"That could be seen everywhere within {within_seconds:.0f} seconds.",
                    },
                    holds=took <= within_seconds,
                )
            )

    def asks(self, title: str, cause: str, *, nl: str, en: str) -> None:
        """Wait until the hub asks a person about this agreement, once, for this cause."""
        self.office.until(lambda: self._asked(title, cause) == 1)
        self._says(self._asked(title, cause) == 1, nl=nl, en=en)

    def explains(self, title: str, client: str, reasons: Mapping[str, str], *, nl: str, en: str) -> None:
        """Wait until the hub gives these reasons, by system, for the copies of a client's agreement."""
        self.office.until(lambda: self._reasons(title, client).items() >= reasons.items())
        self._says(self._reasons(title, client).items() >= reasons.items(), nl=nl, en=en)

    def agreement_id(self, title: str) -> str:
        """The hub's own id of the agreement with these words."""
        lines = agreements.listed(self.office.hub, self.office.organisation)
        return next((one.id for one in lines if one.what == title), "")

    def _reasons(self, title: str, client: str) -> Mapping[str, str]:
        lines = agreements.listed(self.office.hub, self.office.organisation, client=f"dossier/{client}")
        return next((dict(one.systems) for one in lines if one.what == title), {})

    def _says(self, holds: bool, *, nl: str, en: str) -> None:
        self._write(Seen(system=HUB, text={"nl": nl, "en": en}, holds=holds))

    def _asked(self, title: str, cause: str) -> int:
        agreement_id = self.agreement_id(title)
        asked = self.office.asked(agreement_id) if agreement_id else ()
        return sum(one.cause == cause for one in asked)

    def _write(self, line: Told | Seen) -> None:
        self.played.lines.append(line)
        self.show(line)


def _looked(look: Callable[[], Iterable[Seen]]) -> list[Seen]:
    """What is seen now; a system that cannot be looked at shows nothing."""
    try:
        return list(look())
    except SamenspraakError as error:
        text = {"nl": f"Er is niets te zien ({error.code}).", "en": f"Nothing can be seen ({error.code})."}
        return [Seen(system=HUB, text=text, holds=False)]


Play = Callable[[Stage], None]


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One of the situations that must come out right, by its number."""

    id: int
    title: Mapping[str, str]
    play: Play
