"""What gets into the log, and what does not."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
import structlog

from samenspraak.work.lines import to_stderr


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    to_stderr(stream)
    yield stream
    structlog.reset_defaults()


def test_a_line_holds_ids_and_codes(lines: io.StringIO) -> None:
    structlog.get_logger().info("connector recovered", connector="app-a", code="transient")
    assert "event='connector recovered'" in lines.getvalue()
    assert "connector='app-a'" in lines.getvalue()


def test_a_key_that_is_not_on_the_list_is_dropped(lines: io.StringIO) -> None:
    structlog.get_logger().info("seen", name="Mevrouw De Wit", body={"what": "douchen"})
    assert "Wit" not in lines.getvalue()
    assert "douchen" not in lines.getvalue()


def test_a_citizen_number_in_an_allowed_key_is_masked(lines: io.StringIO) -> None:
    structlog.get_logger().info("seen 111222333", link="111222333")
    assert "111222333" not in lines.getvalue()


def test_a_crash_says_where_and_not_with_what(lines: io.StringIO) -> None:
    try:
        raise ValueError("Mevrouw De Wit")
    except ValueError:
        structlog.get_logger().exception("reconcile crashed", link="l1")
    assert "ValueError at test_a_crash_says_where_and_not_with_what" in lines.getvalue()
    assert "Wit" not in lines.getvalue()
