"""Standing still for an act: nobody is at work meanwhile, and nobody stays still afterwards."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from samenspraak.errors import TransientError
from samenspraak.work.standstill import Standstill

OURS, THEIRS = "de-linde", "de-eik"
LONG, SHORT = 30.0, 0.02


def test_nothing_begins_for_one_organisation_and_everything_for_another() -> None:
    stands = Standstill()

    with stands.of(OURS, within=SHORT):
        assert (stands.holds(OURS), stands.holds(THEIRS)) == (True, False)
        assert (stands.begin(OURS), stands.begin(THEIRS)) == (False, True)
    assert not stands.holds(OURS)
    assert stands.begin(OURS)


def test_an_act_waits_for_what_runs() -> None:
    stands, order = Standstill(), []
    assert stands.begin(OURS)

    def act() -> None:
        with stands.of(OURS, within=LONG):
            order.append("act")

    with ThreadPoolExecutor() as pool:
        done = pool.submit(act)
        while not stands.holds(OURS):
            time.sleep(0.001)
        order.append("work")
        stands.end(OURS)
        done.result(LONG)
    assert order == ["work", "act"]


def test_an_act_that_waits_too_long_is_not_done_and_everybody_goes_on() -> None:
    stands = Standstill()
    assert stands.begin(OURS)

    with pytest.raises(TransientError, match="Nothing was done"), stands.of(OURS, within=SHORT):
        pytest.fail("somebody is at work")
    assert stands.begin(OURS)
    stands.end(OURS)
    stands.end(OURS)
    with stands.of(OURS, within=SHORT):
        assert stands.holds(OURS)


def test_of_two_acts_at_once_the_second_is_refused_and_harms_nobody() -> None:
    stands = Standstill()

    with stands.of(OURS, within=SHORT):
        with pytest.raises(TransientError, match="Not now"), stands.of(OURS, within=LONG):
            pytest.fail("another act is being done")
        assert not stands.begin(OURS)
    assert stands.begin(OURS)


def test_an_act_that_fails_leaves_nobody_standing_still() -> None:
    stands = Standstill()

    with pytest.raises(KeyError), stands.of(OURS, within=SHORT):
        raise KeyError("a mistake")
    assert stands.begin(OURS)


def test_who_closes_waits_for_the_act_and_lets_no_other_one_begin() -> None:
    stands, over = Standstill(), []
    inside, leave = threading.Event(), threading.Event()

    def act() -> None:
        with stands.of(OURS, within=SHORT):
            inside.set()
            leave.wait(LONG)
            over.append("act")

    with ThreadPoolExecutor() as pool:
        pool.submit(act)
        assert inside.wait(LONG)
        stands.close(within=SHORT)
        assert over == []
        leave.set()
        stands.close(within=LONG)
        assert over == ["act"]
    with pytest.raises(TransientError, match="stopping"), stands.of(THEIRS, within=SHORT):
        pytest.fail("it is closed")


def test_among_many_threads_an_act_is_never_at_work_together_with_anybody() -> None:
    """A model of the promise: whoever is inside counts who else is, for as long as it is there."""
    stands, met = Standstill(), []
    inside = {"work": 0, "act": 0}
    looking = threading.Lock()

    def be(what: str, *, alone: bool) -> None:
        with looking:
            inside[what] += 1
            if inside["act"] and (inside["work"] or inside["act"] > 1 or not alone):
                met.append(dict(inside))
        time.sleep(0)
        with looking:
            inside[what] -= 1

    def work() -> int:
        done = 0
        while done < 200:
            if stands.begin(OURS):
                be("work", alone=False)
                stands.end(OURS)
                done += 1
            time.sleep(0)
        return done

    def act() -> int:
        done = 0
        while done < 50:
            try:
                with stands.of(OURS, within=LONG):
                    be("act", alone=True)
                    done += 1
            except TransientError:
                time.sleep(0)
        return done

    with ThreadPoolExecutor(max_workers=8) as pool:
        begun = [pool.submit(one) for one in (work, work, work, work, work, act, act, act)]
        assert sum(one.result(LONG) for one in begun) == 5 * 200 + 3 * 50
    assert met == []
