"""Pieces of work side by side: they share their trips to the store, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, cast

import pytest

from samenspraak.errors import StaleError, TransientError
from samenspraak.store import Store
from samenspraak.sync.together import ALONE, Ask, Company, Keep, Read, Together, Work


class Paper:
    """A unit of work that is a list."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    @contextmanager
    def apart(self) -> Iterator[None]:
        before = list(self.lines)
        try:
            yield
        except Exception:
            self.lines[:] = before
            raise

    def commit(self) -> None: ...


class Desk:
    """A store that counts. ``broken``: nothing can be kept."""

    def __init__(self) -> None:
        self.kept: list[list[str]] = []
        self.read_about: list[Sequence[str]] = []
        self.broken = False

    @contextmanager
    def read(self, _: str) -> Iterator[Paper]:
        yield Paper([])

    @contextmanager
    def write(self, _: str) -> Iterator[Paper]:
        if self.broken:
            raise TransientError("the disk is full")
        paper = Paper([])
        yield paper
        self.kept.append(paper.lines)

    def runs(self, works: Sequence[Work[str]], company: Company = ALONE) -> list[str | None]:
        def foresee(_: object, about: Sequence[str]) -> None:
            self.read_about.append(list(about))

        return Together[str](cast(Store, self), "noord", foresee, company).run(works)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def line(text: str) -> Keep:
    return Keep(lambda uow: cast(Any, uow).lines.append(text))


def fails(error: Exception) -> Callable[..., Any]:
    def act(*_: object) -> None:
        raise error

    return act


def writes_down(text: str) -> Work[str]:
    yield line(text)
    return f"{text} is kept"


def test_what_several_have_to_keep_is_kept_in_one_transaction(desk: Desk) -> None:
    assert desk.runs([writes_down("a"), writes_down("b")]) == ["a is kept", "b is kept"]
    assert desk.kept == [["a", "b"]]


def test_what_several_have_to_read_is_foreseen_and_read_as_of_one_moment(desk: Desk) -> None:
    def reads(about: str) -> Work[str]:
        found: str = yield Read(about=about, act=lambda _: about.upper())
        return found

    assert desk.runs([reads("a"), reads("b")]) == ["A", "B"]
    assert desk.read_about == [["a", "b"]]


def test_what_goes_wrong_for_one_is_undone_alone_and_told_to_that_one(desk: Desk) -> None:
    def is_refused() -> Work[str]:
        def act(uow: Any) -> None:
            uow.lines.append("half of it")
            raise StaleError("it moved")

        with pytest.raises(StaleError):
            yield Keep(act)
        yield line("another try")
        return "went on"

    assert desk.runs([writes_down("a"), is_refused(), writes_down("b")]) == [
        "a is kept",
        "went on",
        "b is kept",
    ]
    assert desk.kept == [["a", "b"], ["another try"]]


def test_when_nothing_can_be_kept_each_of_them_hears_it(desk: Desk) -> None:
    def tries(text: str) -> Work[str]:
        try:
            yield line(text)
        except TransientError:
            return "not kept"
        return "kept"

    desk.broken = True
    assert desk.runs([tries("a"), tries("b")]) == ["not kept", "not kept"]


def test_nobody_waits_for_the_slow_request_of_another(desk: Desk) -> None:
    is_kept = threading.Event()

    def asks(slow: bool) -> Work[str]:
        yield Ask(lambda: is_kept.wait(10) if slow else None)
        yield Keep(lambda uow: cast(Any, uow).lines.append("slow" if slow else "fast"))
        is_kept.set()
        return "done"

    with ThreadPoolExecutor(2) as carriers:
        desk.runs([asks(slow=True), asks(slow=False)], Company(carriers=carriers, at_once=2))
    assert desk.kept == [["fast"], ["slow"]]


def test_no_more_requests_are_on_their_way_than_there_are_places(desk: Desk) -> None:
    on_their_way, most = [0], [0]
    lock = threading.Lock()

    def asks() -> Work[str]:
        def request() -> None:
            with lock:
                on_their_way[0] += 1
                most[0] = max(most[0], on_their_way[0])
            with lock:
                on_their_way[0] -= 1

        yield Ask(request)
        return "done"

    with ThreadPoolExecutor(8) as carriers:
        desk.runs([asks() for _ in range(20)], Company(carriers=carriers, at_once=2))
    assert 1 <= most[0] <= 2


def test_once_a_system_is_found_out_of_reach_the_others_do_not_leave_for_it(desk: Desk) -> None:
    left = []

    def asks(name: str) -> Work[str]:
        def request() -> None:
            left.append(name)
            raise TransientError("no answer", whole_connector=True)

        try:
            yield Ask(request)
        except TransientError as error:
            return "told" if error.whole_connector else "spared"
        return "answered"

    assert desk.runs([asks("a"), asks("b"), asks("c")]) == ["told", "spared", "spared"]
    assert left == ["a"]


def test_who_is_to_stop_leaves_what_has_not_left_yet(desk: Desk) -> None:
    def asks() -> Work[str]:
        try:
            yield Ask(fails(AssertionError("it left")))
        except TransientError:
            return "for another time"
        return "left"

    assert desk.runs([asks()], Company(gives_up=lambda: True)) == ["for another time"]
