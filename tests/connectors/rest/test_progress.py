"""A place in what changed is the system's own, and one it has not reached yet is none."""

from __future__ import annotations

from typing import Any

import pytest
from connectors.rest.descriptions import changed

from samenspraak.errors import InvalidRecordError, StaleError
from samenspraak.http import Answer
from samenspraak_rest.listing import ListPage
from samenspraak_rest.loading import load
from samenspraak_rest.progress import Progress

AT = 'at = "stand"             # how far the app was when it made the page\n'


def progress(*said: tuple[str, str]) -> Progress:
    return Progress(connector_id="plein-1", description=load(changed(*said)), fingerprint="0a1b2c3d")


def page(body: Any, **headers: str) -> ListPage:
    answer = Answer(status=200, headers=headers, content=b"", sent_at=0.0, received_at=0.0)
    return ListPage(items=[], body=body, answer=answer, is_last=True)


@pytest.mark.parametrize(
    ("before", "now"),
    [(12, 11), ("2026-03-05T12:00:00+01:00", "2026-03-05T10:59:59Z"), ("2026-03-05T12:00:00", "2026-03-04")],
)
def test_a_place_the_system_has_not_reached_is_stale_and_a_later_one_is_not(before: Any, now: Any) -> None:
    with pytest.raises(StaleError):
        progress().place(page({"stand": now}), str(before))

    assert progress().place(page({"stand": before}), str(now)) == str(before)


def test_places_that_say_nothing_of_order_are_taken_as_they_are() -> None:
    assert progress().place(page({"stand": "AbC=="}), "XyZ==") == "AbC=="


def test_the_clock_of_the_answer_is_asked_again_with_some_overlap() -> None:
    by_date = progress((AT, 'from = "date"\noverlap_s = 5\n'))

    assert by_date.place(page({}, Date="Thu, 05 Mar 2026 12:00:00 GMT"), None) == "2026-03-05T11:59:55+00:00"
    with pytest.raises(InvalidRecordError):
        by_date.place(page({}), None)


def test_a_cursor_leads_back_to_its_place_and_nobody_elses_does() -> None:
    there = progress()

    assert there.since(there.cursor("12")) == "12"
    for other in ("zomaar-iets", "ffffffff 12", "0a1b2c3d "):
        with pytest.raises(StaleError):
            there.since(other)
