"""What may not reach a log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from samenspraak.http import redact


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        # BSNs (invented; they pass the eleven-test)
        ("bsn 123456782 is onbekend", "bsn [bsn] is onbekend"),
        ("bsn=123456782,", "bsn=[bsn],"),
        ("1234.56.782", "[bsn]"),
        ("123 456 782.", "[bsn]."),
        ("123-456-782", "[bsn]"),
        ("12345672", "[bsn]"),
        ("http://fhir.nl/fhir/NamingSystem/bsn|123456782", "http://fhir.nl/fhir/NamingSystem/bsn|[bsn]"),
        ("https://dossier.example/Patient/123456782/foto", "https://dossier.example/Patient/[bsn]/foto"),
        ('{"value": "123456782"}', '{"value": "[bsn]"}'),
        # people to reach
        ("mail an.jansen+zorg@post.example.nl nu", "mail [e-mail] nu"),
        ("bel 06-12345678", "bel [phone]"),
        ("bel 06 - 12 34 56 78", "bel [phone]"),
        ("bel 020 123 45 67.", "bel [phone]."),
        ("bel +31 6 12345678", "bel [phone]"),
        ("bel 0031612345678", "bel [phone]"),
        ("bel +31 (0)6 1234 5678", "bel [phone]"),
        ("bel +32 475 12 34 56", "bel [phone]"),
        # what opens doors
        ("Authorization: Bearer abcd.EFGH-1234_x~+/==", "Authorization: Bearer [token]"),
        ("authorization: basic em9yZzpnZWhlaW0=", "authorization: basic [token]"),
        ("DPoP eyJhbGciOiJFUzI1NiJ9.eyJqdGkiOiIxIn0.c2ln", "DPoP [token]"),
        ("kreeg eyJhbGciOiJFUzI1NiJ9.eyJqdGkiOiIxIn0.c2ln terug", "kreeg [token] terug"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "[token]"),
        ("sleutel sp_live_7f3a_9QkfB2zzzzzzzzzzzz", "sleutel [token]"),
        ("sleutel sp_de-linde-2_7f3a_9QkfB2zzzzzzz", "sleutel [token]"),
        ("https://admin:geheim@dossier.example/fhir", "https://[user]@dossier.example/fhir"),
        # queries, whole or bare
        ("GET https://dossier.example/fhir/Patient?name=Jansen&x=1 mislukt",
         "GET https://dossier.example/fhir/Patient?[query] mislukt"),
        ("'/fhir/Patient?identifier=http://fhir.nl|123456782'", "'/fhir/Patient?[query]'"),
        ("(Caused by /feed.ics?token=abc)", "(Caused by /feed.ics?[query])"),
    ],
)  # fmt: skip
def test_what_is_personal_or_secret_is_replaced_by_its_kind(text: str, redacted: str) -> None:
    assert redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12 records, 999 skipped, 1000000 bytes",
        "123456789 fails the eleven-test",
        "order 1234567820 is longer",
        "a123456782b",
        "2026-11-21T10:00:00.123456+01:00",
        "2026-11-21 2026-12-01",
        "12345672-89ab-4cde-8f01-234567890123",
        "connector dossier-1 answered 503 after 12.345672 seconds",
        "address 192.168.100.123 port 8443",
        "Wat is er? Niets = niets",
        "https://dossier.example/fhir/CarePlan/17",
        "Bearer of bad news",
    ],
)
def test_what_an_operator_needs_stays_readable(text: str) -> None:
    assert redact(text) == text


@given(st.integers(10_000_000, 999_999_999), st.sampled_from(["", " ", "(", "nummer:", "/", "|", "="]))
def test_every_number_that_passes_the_eleven_test_goes(number: int, before: str) -> None:
    text = f"{before}{number}"
    assert (str(number) in redact(text)) is not bsn.is_valid(str(number))


@given(st.text(alphabet="0123456789+-. @/:?=&|ab[]()", max_size=60))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)
