"""Every exception of the libraries below becomes one of ours, and none is forgotten."""

from __future__ import annotations

import http.client
import inspect
import socket
import ssl
from types import ModuleType

import pytest
import requests.exceptions as theirs
import urllib3.exceptions as below

from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidRecordError,
    OutcomeUnknownError,
    SamenspraakError,
    TransientError,
)
from samenspraak.http import Limits
from samenspraak.http.body import BodyTooLargeError, UnreadableBodyError
from samenspraak.http.foreign import FOREIGN, KINDS, translated
from samenspraak.http.guard import RefusedAddressError
from samenspraak.http.wire import Exchange, OutOfTimeError


def all_errors(module: ModuleType) -> list[type[Exception]]:
    return [
        found
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, Exception)
        and not issubclass(found, Warning)
        and found.__module__ == module.__name__
        and found is not below.ProxySchemeUnsupported  # a bare ValueError about proxies; we use none
    ]


def exchange(*, on_wire: bool = True, left: bool = False) -> Exchange:
    return Exchange(
        limits=Limits(),
        deadline=60.0,
        monotonic=lambda: 0.0,
        clock=lambda: 0.0,
        on_wire=on_wire,
        left_at=1.0 if left else None,
    )


def translate(error: Exception, under: Exchange, *, safe: bool = False) -> SamenspraakError:
    with (
        pytest.raises(SamenspraakError) as caught,
        translated(connector_id="dossier-1", exchange=under, safe=safe),
    ):
        raise error
    assert caught.value.__suppress_context__
    return caught.value


@pytest.mark.parametrize("error", [*all_errors(theirs), *all_errors(below)], ids=lambda error: error.__name__)
def test_every_exception_of_requests_and_urllib3_has_its_meaning(error: type[Exception]) -> None:
    assert error in KINDS
    assert issubclass(error, FOREIGN)


@pytest.mark.parametrize("kind", sorted(KINDS, key=lambda error: error.__qualname__))
def test_once_the_request_left_a_write_is_unknown_and_a_read_can_be_repeated(
    kind: type[Exception],
) -> None:
    error = kind.__new__(kind)
    assert type(translate(error, exchange(left=True))) is OutcomeUnknownError
    assert type(translate(error, exchange(left=True), safe=True)) is TransientError


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "refused"), "the connection was refused"),
        (socket.gaierror(-2, "not known"), "its name is not known"),
        (TimeoutError("timed out"), "it did not answer in time"),
        (ConnectionResetError(104, "reset"), "the connection was broken off"),
        (ssl.SSLError(1, "handshake failure"), "the secure connection failed"),
        (OSError(113, "no route"), "the connection failed"),
    ],
)
def test_without_a_connection_nothing_was_sent_and_everything_waits(error: OSError, words: str) -> None:
    ours = translate(theirs.ConnectionError(below.ProtocolError("aborted", error)), exchange())
    assert type(ours) is TransientError
    assert ours.whole_connector
    assert str(ours) == f"dossier-1: {words}; nothing was sent"


def test_too_little_time_left_is_no_fault_of_the_system() -> None:
    late = exchange()
    late.deadline = 0.0
    ours = translate(OutOfTimeError(), late)
    assert type(ours) is TransientError
    assert not ours.whole_connector


def test_in_doubt_a_write_counts_as_sent() -> None:
    ours = translate(
        theirs.ConnectionError("a test double, or a library that changed"), exchange(on_wire=False)
    )
    assert type(ours) is OutcomeUnknownError


def test_an_error_our_caller_was_handling_is_not_taken_for_the_cause() -> None:
    try:
        raise ssl.SSLCertVerificationError(1, "of another call")
    except ssl.SSLError:
        assert type(translate(below.ProtocolError("aborted"), exchange())) is TransientError


def test_a_request_we_cannot_write_sets_one_record_apart() -> None:
    ours = translate(theirs.InvalidURL("https://geheim"), exchange(on_wire=False))
    assert isinstance(ours, InvalidRecordError)
    assert ours.field == "request"


def test_an_address_inside_is_a_wrong_setting() -> None:
    ours = translate(
        RefusedAddressError("the host name stands for an address that is not public"), exchange()
    )
    assert isinstance(ours, ConfigurationError)


@pytest.mark.parametrize(
    ("code", "words"), [(10, "has expired"), (62, "is for another name"), (99, "cannot be trusted")]
)
def test_a_certificate_we_cannot_trust_waits_for_a_person(code: int, words: str) -> None:
    fault = ssl.SSLCertVerificationError(1, "certificate verify failed")
    fault.verify_code = code
    ours = translate(theirs.SSLError(below.MaxRetryError(None, "/?q=1", below.SSLError(fault))), exchange())
    assert isinstance(ours, AuthenticationError)
    assert str(ours) == f"dossier-1: its certificate {words}; nothing was exchanged"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "it does not accept our certificate"),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", "it does not accept our certificate"),
        ("TLSV1_ALERT_UNKNOWN_CA", "it does not accept our certificate"),
        ("UNSUPPORTED_PROTOCOL", "it only speaks TLS older than 1.2"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "it only speaks TLS older than 1.2"),
    ],
)
def test_a_secure_connection_that_can_never_come_about_waits_for_a_person(reason: str, words: str) -> None:
    fault = ssl.SSLError(1, "alert")
    fault.reason = reason
    ours = translate(below.SSLError(fault), exchange(left=True))
    assert isinstance(ours, AuthenticationError)
    assert words in str(ours)


def test_an_answer_that_is_too_large_sets_a_record_apart_and_leaves_a_write_unknown() -> None:
    reading = translate(BodyTooLargeError(), exchange(left=True), safe=True)
    assert isinstance(reading, InvalidRecordError)
    assert reading.field == "body"
    assert type(translate(BodyTooLargeError(), exchange(left=True))) is OutcomeUnknownError


def test_a_body_that_cannot_be_read_says_why() -> None:
    ours = translate(UnreadableBodyError("was cut off"), exchange(left=True), safe=True)
    assert str(ours) == "dossier-1: the body was cut off"


def test_a_cut_off_answer_is_named_so() -> None:
    cut = below.ProtocolError("broken", http.client.IncompleteRead(b"half"))
    assert "the answer was cut off" in str(translate(cut, exchange(left=True)))


def test_our_own_errors_and_what_a_permit_raises_come_out_unchanged() -> None:
    withdrawn = PermissionError("consent was withdrawn")
    stopped = exchange()
    stopped.stopped_by = withdrawn
    with (
        pytest.raises(PermissionError) as caught,
        translated(connector_id="dossier-1", exchange=stopped, safe=False),
    ):
        raise theirs.ConnectionError(withdrawn)
    assert caught.value is withdrawn
