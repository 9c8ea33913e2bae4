"""A row for each status: what the caller is told to do."""

from __future__ import annotations

import pytest

from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    InvalidRecordError,
    OutcomeUnknownError,
    PermanentError,
    SamenspraakError,
    TransientError,
)
from samenspraak.http import JSON_TYPES, Answer
from samenspraak.http.statuses import judge, retry_after

NOON = 1_795_266_000.0  # 21 November 2026, 13:00 UTC
DATE = "Sat, 21 Nov 2026 12:00:00 GMT"


def answer(status: int = 200, *, safe: bool = True, content: bytes = b"", **headers: str) -> Answer:
    return Answer(
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        content=content,
        sent_at=NOON - 1,
        received_at=NOON,
        connector_id="dossier-1",
        safe=safe,
    )


def told(given: Answer) -> SamenspraakError:
    with pytest.raises(SamenspraakError) as caught:
        judge(given, expect=JSON_TYPES, allow=())
    return caught.value


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [
        (206, TransientError, OutcomeUnknownError),
        (301, ConfigurationError, ConfigurationError),
        (302, ConfigurationError, ConfigurationError),
        (303, ConfigurationError, ConfigurationError),
        (304, ConfigurationError, ConfigurationError),
        (307, ConfigurationError, ConfigurationError),
        (308, ConfigurationError, ConfigurationError),
        (400, PermanentError, InvalidRecordError),
        (401, AuthenticationError, AuthenticationError),
        (403, PermanentError, PermanentError),
        (404, PermanentError, PermanentError),
        (405, PermanentError, PermanentError),
        (406, PermanentError, PermanentError),
        (408, TransientError, TransientError),
        (409, ConflictError, ConflictError),
        (410, PermanentError, PermanentError),
        (412, ConflictError, ConflictError),
        (413, PermanentError, InvalidRecordError),
        (415, PermanentError, PermanentError),
        (422, PermanentError, InvalidRecordError),
        (423, TransientError, TransientError),
        (425, TransientError, TransientError),
        (428, PermanentError, PermanentError),
        (429, TransientError, TransientError),
        (451, PermanentError, PermanentError),
        (495, AuthenticationError, AuthenticationError),
        (496, AuthenticationError, AuthenticationError),
        (500, TransientError, OutcomeUnknownError),
        (501, PermanentError, PermanentError),
        (502, TransientError, OutcomeUnknownError),
        (503, TransientError, OutcomeUnknownError),
        (504, TransientError, OutcomeUnknownError),
        (522, TransientError, OutcomeUnknownError),
        (999, TransientError, OutcomeUnknownError),
    ],
)
def test_a_status_says_what_to_do(
    status: int, reading: type[SamenspraakError], writing: type[SamenspraakError]
) -> None:
    assert type(told(answer(status))) is reading
    assert type(told(answer(status, safe=False))) is writing


def test_throttling_and_a_pause_hold_up_the_whole_connector() -> None:
    pauses = (answer(429), answer(503, Retry_After="30"), answer(503, safe=False, Retry_After="30"))
    for error in map(told, pauses):
        assert type(error) is TransientError
        assert error.whole_connector


def test_a_fault_over_one_record_does_not_hold_up_the_others() -> None:
    for status in (408, 423, 500, 503, 504):
        error = told(answer(status))
        assert isinstance(error, TransientError)
        assert not error.whole_connector


def test_an_allowed_status_is_an_answer_whatever_its_body() -> None:
    gone = answer(410, content=b"<html>weg</html>", Content_Type="text/html")
    assert judge(gone, expect=JSON_TYPES, allow={404, 410}) is gone
    with pytest.raises(PermanentError):
        judge(gone, expect=JSON_TYPES, allow={404})


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "application/fhir+json; charset=utf-8", "APPLICATION/JSON", "application/hal+json"],
)
def test_every_kind_of_json_is_data(media_type: str) -> None:
    given = answer(content=b"{}", Content_Type=media_type)
    assert judge(given, expect=JSON_TYPES, allow=()) is given


def test_a_web_page_with_status_200_is_not_data_but_an_outage() -> None:
    page = {"content": b"<html>Inloggen</html>", "Content_Type": "text/html; charset=utf-8"}
    reading, writing = told(answer(**page)), told(answer(safe=False, **page))
    assert type(reading) is TransientError
    assert type(writing) is OutcomeUnknownError
    assert reading.whole_connector
    assert writing.whole_connector


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "application/jsonp", ""])
def test_another_type_is_not_data_either(media_type: str) -> None:
    error = told(answer(content=b"{}", Content_Type=media_type))
    assert isinstance(error, TransientError)
    assert not error.whole_connector


def test_an_empty_body_needs_no_type() -> None:
    done = answer(204)
    assert judge(done, expect=JSON_TYPES, allow=()) is done


def test_without_an_expectation_any_type_is_taken() -> None:
    feed = answer(content=b"BEGIN:VCALENDAR", Content_Type="text/calendar")
    assert judge(feed, expect=(), allow=()) is feed


@pytest.mark.parametrize(
    ("retry", "date", "seconds"),
    [
        ("120", DATE, 120.0),
        ("0", DATE, 0.0),
        ("Sat, 21 Nov 2026 12:05:00 GMT", DATE, 300.0),
        ("Sat, 21 Nov 2026 14:05:00 GMT", "Sat, 21 Nov 2026 14:00:00 GMT", 300.0),
        ("Sat, 21 Nov 2026 11:59:00 GMT", DATE, 0.0),
        ("Sat, 21-Nov-26 12:05:00 GMT", DATE, 300.0),
        ("Mon, 21 Nov 2050 12:00:00 GMT", DATE, 86_400.0),
        ("31536000", DATE, 86_400.0),
        ("9" * 400, DATE, 86_400.0),
        ("-5", DATE, None),
        ("1.5", DATE, None),
        ("straks", DATE, None),
        ("²", DATE, None),
        ("", DATE, None),
    ],
)
def test_the_wait_asked_for_is_understood_in_both_forms(retry: str, date: str, seconds: float | None) -> None:
    assert retry_after(answer(429, Retry_After=retry, Date=date)) == seconds


def test_without_a_date_of_theirs_the_moment_of_arrival_counts() -> None:
    given = answer(429, Retry_After="Sat, 21 Nov 2026 13:10:00 GMT")
    assert retry_after(given) == pytest.approx(600.0)


def test_an_error_names_the_system_by_id_and_nothing_of_the_body() -> None:
    error = told(answer(422, safe=False, content=b'{"name": "Jansen"}', Content_Type="application/json"))
    assert str(error) == "dossier-1 answered 422: the content was not accepted"
