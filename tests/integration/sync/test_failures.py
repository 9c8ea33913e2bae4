"""What failed for good keeps everything that was tried, and is tried again once however many ask."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from samenspraak.domain.agreements import What
from samenspraak.domain.units import WHAT
from samenspraak.errors import NotFoundError
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak.services import failures

ORGANISATION = "de-linde"


def listed(household: Any, **asked: Any) -> failures.Failures:
    return failures.listed(household.hub, ORGANISATION, **asked)


def try_again(household: Any, *ids: str) -> tuple[str, ...]:
    return failures.try_again(household.hub, ORGANISATION, ids)


@pytest.fixture
def failed(household: Any) -> Any:
    """app-b takes no change: it says that what we send is not acceptable."""
    household.b.inject(Fault(kind="status", method="PATCH", status=422))
    household.nurse({WHAT: What(text="Kousen aan")})
    household.settle()
    return household


def test_a_copy_that_failed_is_listed_with_what_was_tried(failed: Any) -> None:
    [copy] = listed(failed).copies

    assert (copy.connector_id, copy.agreement_id) == ("app-b", failed.agreement.id)
    assert (copy.reason, [one.act for one in copy.tried]) == (Reason.FAILED, ["failed"])
    assert "kousen" not in repr(copy).lower()


def test_the_same_failure_by_itself_is_noted_once(failed: Any) -> None:
    for _ in range(3):
        failed.hint("app-b")
        failed.settle(1)

    assert len(listed(failed).copies[0].tried) == 1


def test_a_retry_that_helps_is_kept_with_the_same_record(failed: Any) -> None:
    [copy] = listed(failed).copies
    failed.b.clear_faults()
    assert try_again(failed, copy.id) == (copy.id,)
    failed.settle()

    after = failures.get(failed.hub, ORGANISATION, copy.id)
    assert (after.reason, [one.act for one in after.tried]) == (Reason.EQUAL, ["failed", "tried_again"])
    assert listed(failed).copies == ()
    assert failed.record(failed.b)["title"] == "Kousen aan"


def test_a_retry_that_does_not_help_says_so(failed: Any) -> None:
    [copy] = listed(failed).copies
    try_again(failed, copy.id)
    failed.settle()

    [after] = listed(failed).copies
    assert [one.act for one in after.tried] == ["failed", "tried_again", "failed"]


def test_a_retry_never_overtakes_a_later_change(failed: Any) -> None:
    [copy] = listed(failed).copies
    failed.nurse({WHAT: What(text="Lange kousen aan")})
    failed.b.clear_faults()
    try_again(failed, copy.id)
    failed.settle()

    assert failed.record(failed.b)["title"] == "Lange kousen aan"


def test_of_many_who_ask_at_once_one_gets_it(failed: Any) -> None:
    [copy] = listed(failed).copies
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(try_again, failed, copy.id) for _ in range(8)]

    assert sorted(one.result() for one in asked) == [()] * 7 + [(copy.id,)]


def test_a_selection_is_by_system_and_by_moment(failed: Any) -> None:
    now = failed.town.clock.now()

    assert listed(failed, connector_id="app-a").copies == ()
    assert listed(failed, since=now + timedelta(hours=1)).copies == ()
    assert len(listed(failed, connector_id="app-b", since=now - timedelta(hours=1)).copies) == 1


def test_a_record_that_could_not_be_read_is_read_again(household: Any) -> None:
    came, record = household.town.clock.now(), household.a.add_record("son", "wit", "Koken")
    household.settle()
    [apart] = listed(household).records
    assert (apart.external_id, apart.field) == (record, "performer")
    assert apart.since is not None
    assert came <= apart.since < household.town.clock.now()
    household.a.edit("son", record, tasks=[{"id": "k1", "who": {"user": "son", "role": "relative"}}])
    try_again(household, apart.id)
    household.settle()

    assert listed(household).records == ()
    assert len(household.town.agreements()) == 2


def test_what_is_not_known_is_refused_and_nothing_is_tried(failed: Any) -> None:
    [copy] = listed(failed).copies
    with pytest.raises(NotFoundError, match="nergens"):
        try_again(failed, copy.id, "nergens")

    assert [one.act for one in listed(failed).copies[0].tried] == ["failed"]
