"""Pieces of work that go side by side and share their trips to the store.

The work on one link is a generator: it yields what it needs next and goes on with what came of it. So it
reads like the story of one link, while many of them may be told at once: what they want to know is read in
one transaction, what they want to keep is kept in one, and their requests are on their way at the same time.

Each is served as if it were alone: what goes wrong is undone without the others' and thrown into the one
that asked; and nobody waits for the slow request of another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from samenspraak.errors import TransientError
from samenspraak.store.unit_of_work import Store, UnitOfWork, WritingUnitOfWork

T = TypeVar("T")


class KeptBackError(TransientError):
    """It did not leave, because others of its company found nobody there."""


_KEPT_TOGETHER = 32
"""So many in one transaction; others write, too, and wait for it."""
_WAIT_FOR_COMPANY = 8
"""So many have something to keep before a thread that carries the requests itself stops to keep it."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """Something to be read, as of one moment. ``about``: the link it is about."""

    about: str
    act: Callable[[UnitOfWork], Any]


@dataclass(frozen=True)
class Keep:
    """Something to be kept: it is on the disk before the work goes on."""

    act: Callable[[WritingUnitOfWork], Any]


@dataclass(frozen=True)
class Ask:
    """A request to another system, or whatever else takes its time; no transaction is open meanwhile."""

    act: Callable[[], Any]


Work = Generator[Read | Keep | Ask, Any, T]


@dataclass(frozen=True, kw_only=True)
class Company:
    """How many requests are on their way at the same time, and who carries them (None: this thread).

    ``gives_up``: whether what has not left yet is to be left for another time.
    """

    carriers: Executor | None = None
    at_once: int = 1
    gives_up: Callable[[], bool] = lambda: False


ALONE = Company()


@dataclass(eq=False)
class _Piece(Generic[T]):
    """One piece of work. ``outcome``: what it came to, once it is over."""

    work: Work[T]
    outcome: T | None = None

    def go_on(self, came: _Came) -> Read | Keep | Ask | None:
        """What it wishes next, after this came of its last wish; None: it is over."""
        try:
            return self.work.send(came.value) if came.error is None else self.work.throw(came.error)
        except StopIteration as end:
            self.outcome = end.value
            return None


@dataclass(frozen=True, kw_only=True)
class _Came:
    """What came of a wish: a value, or what went wrong."""

    value: Any = None
    error: Exception | None = None


@dataclass
class Together(Generic[T]):
    """Brings pieces of work to their end.

    Args:
        store: where they read and keep.
        organisation: whose.
        foresee: is told what is about to be read, to read it at once.
        company: who carries the requests.
    """

    store: Store
    organisation: str
    foresee: Callable[[UnitOfWork, Sequence[str]], None]
    company: Company = ALONE
    _reads: list[tuple[_Piece[T], Read]] = field(default_factory=list)
    _keeps: list[tuple[_Piece[T], Keep]] = field(default_factory=list)
    _asks: deque[tuple[_Piece[T], Ask]] = field(default_factory=deque)
    _away: dict[Future[Any], _Piece[T]] = field(default_factory=dict)
    _is_out_of_reach: bool = False

    def run(self, works: Iterable[Work[T]]) -> list[T | None]:
        """What came of each, in their order; an error that a piece does not take ends all of them."""
        pieces = [_Piece(work) for work in works]
        for piece in pieces:
            self._go_on(piece, _Came())
        while self._reads or self._keeps or self._asks or self._away:
            self._serve()
        return [piece.outcome for piece in pieces]

    def _serve(self) -> None:
        if self._asks and (self._is_out_of_reach or self.company.gives_up()):
            self._leave()
        self._send_out()
        if self._reads:
            self._read()
        elif self._keeps and self._is_time_to_keep():
            self._keep()
        elif self._away:
            self._take_in()
        elif self._asks:
            piece, wish = self._asks.popleft()
            self._answered(piece, _tried(wish.act))

    def _go_on(self, piece: _Piece[T], came: _Came) -> None:
        wish = piece.go_on(came)
        if isinstance(wish, Read):
            self._reads.append((piece, wish))
        elif isinstance(wish, Keep):
            self._keeps.append((piece, wish))
        elif wish is not None:
            self._asks.append((piece, wish))

    def _read(self) -> None:
        served, self._reads = self._reads, []
        with self.store.read(self.organisation) as uow:
            self.foresee(uow, [wish.about for _, wish in served])
            came = [_tried(wish.act, uow) for _, wish in served]
        for (piece, _), one in zip(served, came, strict=True):
            self._go_on(piece, one)

    def _is_time_to_keep(self) -> bool:
        """Whether to keep what there is: at once, unless this thread itself has requests to carry first."""
        is_busy = self.company.carriers is None and bool(self._asks)
        return not is_busy or len(self._keeps) >= _WAIT_FOR_COMPANY

    def _keep(self) -> None:
        served, self._keeps = self._keeps[:_KEPT_TOGETHER], self._keeps[_KEPT_TOGETHER:]
        try:
            with self.store.write(self.organisation) as uow:
                came = [_tried(_apart, uow, wish) for _, wish in served]
                uow.commit()
        except Exception as error:  # then nothing of it was kept
            came = [_Came(error=error)] * len(served)
        for (piece, _), one in zip(served, came, strict=True):
            self._go_on(piece, one)

    def _send_out(self) -> None:
        carriers = self.company.carriers
        while carriers is not None and self._asks and len(self._away) < self.company.at_once:
            piece, wish = self._asks.popleft()
            self._away[carriers.submit(wish.act)] = piece

    def _take_in(self) -> None:
        done, _ = wait(self._away, return_when=FIRST_COMPLETED)
        for one in done:
            self._answered(self._away.pop(one), _tried(one.result))

    def _answered(self, piece: _Piece[T], came: _Came) -> None:
        self._is_out_of_reach |= isinstance(came.error, TransientError) and came.error.whole_connector
        self._go_on(piece, came)

    def _leave(self) -> None:
        """What did not leave yet will not: nobody finds out thirty times that a system is out of reach."""
        left, self._asks = self._asks, deque()
        for piece, _ in left:
            self._go_on(piece, _Came(error=KeptBackError("Others found its system out of reach.")))


def _tried(act: Callable[..., Any], *given: Any) -> _Came:
    try:
        return _Came(value=act(*given))
    except Exception as error:  # the one that asked knows what to do about it
        return _Came(error=error)


def _apart(uow: WritingUnitOfWork, wish: Keep) -> Any:
    with uow.apart():
        return wish.act(uow)
