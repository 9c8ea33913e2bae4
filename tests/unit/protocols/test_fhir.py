"""FHIR in small words: what servers send is read as far as it is what it should be, and no further."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from samenspraak.errors import ConfigurationError, ConflictError, InvalidRecordError, TransientError
from samenspraak.http import Answer
from samenspraak.protocols import fhir


class Server:
    """Answers what it was told to, in turn, and remembers what it was asked."""

    connector_id = "dossier-1"

    def __init__(self, *answers: Any, **headers: str) -> None:
        self.answers = [one if isinstance(one, tuple) else (200, one) for one in answers]
        self.headers = headers
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def send(self, method: str, path: str, *, headers: Mapping[str, str], **given: Any) -> Answer:
        self.asked.append((f"{method} {path}", headers))
        status, body = self.answers.pop(0)
        return Answer(
            status=status,
            headers={"Content-Type": "application/fhir+json", **self.headers},
            content=json.dumps(body).encode() if body is not None else b"",
            sent_at=0,
            received_at=0,
            connector_id=self.connector_id,
        )

    def follow(self, url: str, *, headers: Mapping[str, str], **given: Any) -> Answer:
        return self.send("GET", url, headers=headers)


def page(*ids: str, following: str | None = None) -> dict[str, Any]:
    links = [{"relation": "next", "url": following}] if following else []
    entries = [{"resource": {"resourceType": "CarePlan", "id": one}} for one in ids]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries, "link": links}


def search(*answers: Any) -> list[str]:
    pages = fhir.search(Server(*answers), "CarePlan", [])  # type: ignore[arg-type]
    return [one["id"] for bundle in pages for one in fhir.resources(bundle)]


def test_pages_are_followed_to_the_end() -> None:
    assert search(page("a", "b", following="https://ecd.example/2"), page("c")) == ["a", "b", "c"]


def test_pages_that_go_in_circles_are_given_up() -> None:
    with pytest.raises(TransientError, match="does not end"):
        search(page("a", following="https://ecd.example/1"), page("b", following="https://ecd.example/1"))


def test_a_search_the_server_no_longer_keeps_is_asked_again() -> None:
    with pytest.raises(TransientError, match="no longer keeps"):
        search(page("a", following="https://ecd.example/2"), (410, None))


@pytest.mark.parametrize(
    "body", [{"resourceType": "OperationOutcome"}, {"resourceType": "Bundle", "type": "batch"}, []]
)
def test_an_answer_that_is_no_search_result_is_none(body: Any) -> None:
    with pytest.raises(InvalidRecordError):
        search(body)


def test_an_outcome_or_an_included_resource_is_no_match() -> None:
    bundle = page("a")
    bundle["entry"] += [
        {"resource": {"resourceType": "OperationOutcome", "id": "w"}, "search": {"mode": "outcome"}},
        {"resource": {"resourceType": "Patient", "id": "p"}, "search": {"mode": "include"}},
        {"resource": "stuk"},
        "stuk",
    ]

    assert [one["id"] for one in fhir.resources(bundle)] == ["a"]


@pytest.mark.parametrize(
    ("link", "ignored"),
    [
        ("https://ecd.example/CarePlan?category=a%7Cb&_count=5", set()),
        ("https://ecd.example/CarePlan?_count=5", {"category"}),
        (None, set()),
    ],
)
def test_an_ignored_parameter_is_missing_from_the_self_link(link: str | None, ignored: set[str]) -> None:
    bundle = {"link": [{"relation": "self", "url": link}]} if link else {}

    assert fhir.ignored(bundle, [("category", "a|b")]) == ignored


@pytest.mark.parametrize("version", ["3.0.2", "4.3.0", "5.0.0", "", None])
def test_another_version_than_r4_is_refused(version: str | None) -> None:
    statement = {"resourceType": "CapabilityStatement", "fhirVersion": version}

    with pytest.raises(ConfigurationError, match="needs R4"):
        fhir.capability(Server(statement))  # type: ignore[arg-type]


def entry(key: str, at: str, *, deleted: bool = False) -> dict[str, Any]:
    kind, _, one = key.partition("/")
    found: dict[str, Any] = {
        "request": {"method": "DELETE" if deleted else "PUT", "url": key},
        "response": {"lastModified": at},
    }
    return found if deleted else {**found, "resource": {"resourceType": kind, "id": one}}


def test_a_history_folds_to_the_newest_state_whatever_its_order() -> None:
    entries = [
        entry("CarePlan/a", "2026-01-01T10:00:00Z"),
        entry("CarePlan/b", "2026-01-02T10:00:00Z", deleted=True),
        entry("CarePlan/a", "2026-01-01T12:00:00+01:00", deleted=True),
        entry("CarePlan/b", "2026-01-03T10:00:00Z"),
        {"request": {"method": "DELETE"}},
    ]

    assert {one.key: one.resource is None for one in fhir.folded(entries)} == {
        "CarePlan/a": True,
        "CarePlan/b": False,
    }


def test_of_one_moment_the_first_entry_is_the_newest() -> None:
    at = "2026-01-01T10:00:00Z"

    [change] = fhir.folded([entry("CarePlan/a", at, deleted=True), entry("CarePlan/a", at)])

    assert change.resource is None


def deletion(url: str, etag: str = "") -> dict[str, Any]:
    """A deletion as HAPI tells it: without a moment, known by its address."""
    return {"request": {"method": "DELETE", "url": url}, **({"response": {"etag": etag}} if etag else {})}


def version(number: str, at: str) -> dict[str, Any]:
    meta = {"versionId": number, "lastUpdated": at}
    found = {"resourceType": "CarePlan", "id": "a", "meta": meta}
    return {"request": {"method": "PUT", "url": "CarePlan/a"}, "resource": found}


EARLY, LATE = "2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z"


@pytest.mark.parametrize(
    ("entries", "deleted"),
    [
        ([deletion("CarePlan/a/_history/2", 'W/"2"'), version("1", EARLY)], True),
        ([version("1", EARLY), deletion("CarePlan/a/_history/2")], True),
        ([deletion("CarePlan/a"), version("2", LATE), version("1", EARLY)], True),
        ([version("9f-b", LATE), deletion("CarePlan/a/_history/77-c"), version("9f-a", EARLY)], True),
        ([version("3", LATE), deletion("CarePlan/a", 'W/"2"'), version("1", EARLY)], False),
        ([version("1", EARLY), version("3", LATE), deletion("CarePlan/a/_history/2")], False),
    ],
    ids=[
        "by etag",
        "by address",
        "by nothing",
        "versions without order",
        "made again",
        "made again, mixed up",
    ],
)
def test_a_deletion_without_a_moment_has_its_place_by_its_version(entries: Any, deleted: bool) -> None:
    [change] = fhir.folded(entries)

    assert (change.key, change.resource is None) == ("CarePlan/a", deleted)


def test_what_was_written_but_is_not_shown_was_not_deleted() -> None:
    assert fhir.folded([{"request": {"method": "PUT", "url": "CarePlan/a"}}]) == []


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        ("Patient/1", "Patient/1"),
        ("Patient/1/_history/3", "Patient/1"),
        ("https://ecd.example/fhir/Patient/1", "Patient/1"),
        ("https://elders.example/fhir/Patient/1", None),
        ("#p1", None),
        ("urn:uuid:0f6f", None),
    ],
)
def test_a_reference_is_local_or_nothing(reference: str, key: str | None) -> None:
    assert fhir.reference_key({"reference": reference}, "https://ecd.example/fhir/") == key


@pytest.mark.parametrize(
    ("resource", "etag", "version"),
    [
        ({"meta": {"versionId": "7"}}, 'W/"8"', "7"),
        ({}, 'W/"8"', "8"),
        ({}, '"8"', "8"),
        ({"meta": "stuk"}, "8", None),
    ],
)
def test_a_version_is_in_the_resource_or_its_etag(resource: Any, etag: str, version: str | None) -> None:
    assert fhir.version_of(resource, {"ETag": etag}) == version


def test_an_update_is_sent_under_its_version() -> None:
    server = Server({"resourceType": "CarePlan", "id": "1"})

    fhir.update(server, {"resourceType": "CarePlan", "id": "1"}, "0f6f")  # type: ignore[arg-type]

    [(asked, headers)] = server.asked
    assert asked == "PUT CarePlan/1"
    assert headers["If-Match"] == 'W/"0f6f"'
    assert headers["Content-Type"] == "application/fhir+json"


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_update_of_what_is_not_there_asks_to_look_again(status: int) -> None:
    with pytest.raises(ConflictError, match="look again"):
        fhir.update(Server((status, None)), {"resourceType": "CarePlan", "id": "1"}, "1")  # type: ignore[arg-type]


def test_a_refusal_names_the_place_and_never_the_words_of_the_server() -> None:
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "required",
                "diagnostics": "mevrouw De Wit mist een status",
                "expression": ["CarePlan.activity[0].detail.status", "geen plaats: De Wit"],
            }
        ],
    }

    with pytest.raises(InvalidRecordError) as refused:
        fhir.create(Server((422, outcome)), {"resourceType": "CarePlan"}, unless="x")  # type: ignore[arg-type]

    assert refused.value.field == "CarePlan.activity[0].detail.status"
    assert "error required" in str(refused.value)
    assert "De Wit" not in str(refused.value)


def test_the_place_of_what_was_made_is_in_its_location() -> None:
    answer = Server((201, None), Location="https://ecd.example/fhir/CarePlan/9/_history/1").send(
        "POST", "CarePlan", headers={}
    )

    assert (fhir.returned(answer), fhir.located(answer)) == (None, ("CarePlan/9", "1"))


def test_what_means_something_in_a_search_is_escaped() -> None:
    assert fhir.token("urn:x", "a,b|c$d\\e") == "urn:x|a\\,b\\|c\\$d\\\\e"


@pytest.mark.parametrize("written", ["", "2026-11-22", "2026-11-22T10:00:00", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_instant_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"instant|isoformat"):
        fhir.read_instant(written)


def test_an_instant_reads_back_in_utc() -> None:
    moment = fhir.read_instant("2026-11-22T10:00:00.5+01:00")

    assert moment == datetime(2026, 11, 22, 9, 0, 0, 500_000, tzinfo=UTC)
    assert fhir.write_instant(moment) == "2026-11-22T09:00:00.500Z"


HAS = {"conditionalCreate": True, "versioning": "versioned"}


def test_what_a_server_declares_is_found_by_type() -> None:
    statement = {"rest": [{"resource": [{"type": "CarePlan", "interaction": [{"code": "read"}], **HAS}]}]}

    assert fhir.offers(statement, "CarePlan", "read")
    assert not fhir.offers(statement, "CarePlan", "history-type")
    assert not fhir.offers(statement, "Patient", "read")
    assert fhir.declares(statement, "CarePlan", "conditionalCreate")
    assert fhir.declares(statement, "CarePlan", "versioning", "versioned")
    assert not fhir.declares(statement, "CarePlan", "versioning", "no-version")
