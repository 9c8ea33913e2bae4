"""The sandbox does what https://hl7.org/fhir/R4/http.html says, by the book and with its quirks."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak_fhir.sandbox import STRICT, FhirSandbox, Quirks

IDENTIFIER = "identifier=https://voorbeeld.example/plan|17"


def codes(response: Any) -> list[str]:
    return [issue["code"] for issue in response.get_json()["issue"]]


def test_the_capability_statement_says_r4_and_what_is_offered(strict: Any) -> None:
    statement = strict.get("metadata").get_json()

    plan = next(one for one in statement["rest"][0]["resource"] if one["type"] == "CarePlan")
    assert statement["fhirVersion"] == "4.0.1"
    assert plan["versioning"] == "versioned-update"
    assert plan["conditionalCreate"] is True


def test_the_server_can_present_stu3(strict: Any) -> None:
    strict.client.post("/_sandbox/act", json={"act": "present", "version": "3.0.2"})

    assert strict.get("metadata").get_json()["fhirVersion"] == "3.0.2"


def test_a_create_answers_the_address_and_version_of_what_it_made(strict: Any, plan: Any) -> None:
    created = strict.post("CarePlan", plan)

    made = created.get_json()
    assert created.status_code == 201
    assert created.headers["ETag"] == 'W/"1"'
    assert created.headers["Location"].endswith(f"/fhir/CarePlan/{made['id']}/_history/1")
    assert made["meta"]["versionId"] == "1"


def test_a_conditional_create_makes_one_resource_only(strict: Any, plan: Any) -> None:
    first = strict.post("CarePlan", plan, If_None_Exist=IDENTIFIER)
    second = strict.post("CarePlan", plan, If_None_Exist=IDENTIFIER)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.get_json()["id"] == second.get_json()["id"]


def test_a_condition_that_two_resources_meet_creates_nothing(strict: Any, plan: Any) -> None:
    strict.post("CarePlan", plan)
    strict.post("CarePlan", plan)

    refused = strict.post("CarePlan", plan, If_None_Exist=IDENTIFIER)

    assert refused.status_code == 412
    assert codes(refused) == ["multiple-matches"]


def test_an_update_under_its_own_version_is_stored_as_the_next(strict: Any, plan: Any) -> None:
    made = strict.post("CarePlan", plan).get_json()

    updated = strict.put(f"CarePlan/{made['id']}", {**made, "title": "Koffie"}, If_Match='W/"1"')

    assert updated.status_code == 200
    assert updated.headers["ETag"] == 'W/"2"'
    assert strict.get(f"CarePlan/{made['id']}/_history/1").get_json() == made


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"If_Match": 'W/"7"'}, 412), ({"If_Match": '"1"'}, 400), ({"If_Match": "1"}, 400), ({}, 400)],
    ids=["another version", "strong", "unquoted", "missing"],
)
def test_an_update_without_the_right_version_changes_nothing(
    strict: Any, plan: Any, headers: dict[str, str], status: int
) -> None:
    made = strict.post("CarePlan", plan).get_json()

    refused = strict.put(f"CarePlan/{made['id']}", {**made, "title": "Koffie"}, **headers)

    assert refused.status_code == status
    assert strict.get(f"CarePlan/{made['id']}").get_json() == made


def test_a_quirky_server_ignores_an_unquoted_version_but_answers_409_to_another(
    opened: Any, plan: Any
) -> None:
    dossier = opened(Quirks(if_match_optional=True))
    made = dossier.post("CarePlan", plan).get_json()

    ignored = dossier.put(f"CarePlan/{made['id']}", {**made, "title": "Thee"}, If_Match="7")
    refused = dossier.put(f"CarePlan/{made['id']}", {**made, "title": "Melk"}, If_Match='W/"7"')

    assert (ignored.status_code, refused.status_code) == (200, 409)
    assert dossier.get(f"CarePlan/{made['id']}").get_json()["title"] == "Thee"


def test_a_put_with_an_unknown_id_creates_it(strict: Any, plan: Any) -> None:
    created = strict.put("CarePlan/eigen-id", {**plan, "id": "eigen-id"})

    assert created.status_code == 201
    assert strict.get("CarePlan/eigen-id").get_json()["id"] == "eigen-id"


def test_what_was_deleted_is_gone_and_keeps_its_history(strict: Any, plan: Any) -> None:
    made = strict.post("CarePlan", plan).get_json()

    deleted = [strict.delete(f"CarePlan/{made['id']}") for _ in range(2)]

    gone = strict.get(f"CarePlan/{made['id']}")
    history = strict.get(f"CarePlan/{made['id']}/_history").get_json()
    assert [one.status_code for one in deleted] == [204, 204]
    assert (gone.status_code, codes(gone)) == (410, ["deleted"])
    assert [entry["request"]["method"] for entry in history["entry"]] == ["DELETE", "POST"]
    assert "resource" not in history["entry"][0]


def test_a_quirky_server_denies_that_it_ever_had_what_was_deleted(opened: Any, plan: Any) -> None:
    dossier = opened(Quirks(gone_is_404=True))
    made = dossier.post("CarePlan", plan).get_json()

    deleted = [dossier.delete(f"CarePlan/{made['id']}").status_code for _ in range(2)]

    assert deleted == [204, 404]
    assert dossier.get(f"CarePlan/{made['id']}").status_code == 404


def test_a_known_version_is_not_sent_again(strict: Any, plan: Any) -> None:
    made = strict.post("CarePlan", plan).get_json()

    answer = strict.get(f"CarePlan/{made['id']}", **{"If-None-Match": 'W/"1"'})

    assert (answer.status_code, answer.get_data()) == (304, b"")


def test_versions_of_a_quirky_server_have_no_order(opened: Any, plan: Any) -> None:
    dossier = opened(Quirks(uuid_versions=True))

    etag = dossier.post("CarePlan", plan).headers["ETag"]

    assert len(etag.removeprefix('W/"').removesuffix('"')) == 36


def test_a_quirky_server_shows_a_write_only_after_a_while(opened: Any, plan: Any) -> None:
    dossier = opened(Quirks(lag_seconds=60, uuid_versions=True))

    created = dossier.post("CarePlan", plan, If_None_Exist=IDENTIFIER)
    again = dossier.post("CarePlan", plan, If_None_Exist=IDENTIFIER)

    assert created.status_code == 201
    assert dossier.get(f"CarePlan/{created.get_json()['id']}").status_code == 404
    assert again.status_code == 200


def test_a_quirky_server_reorders_members_and_adds_defaults(opened: Any, plan: Any) -> None:
    dossier = opened(Quirks(reformats=True))

    made = dossier.post("CarePlan", plan).get_json()

    assert list(made) == sorted(made, reverse=True)
    assert made["meta"]["profile"] == ["http://hl7.org/fhir/StructureDefinition/CarePlan"]
    assert made["activity"] == plan["activity"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"status": None}, 400, "structure"),
        ({"status": "bezig"}, 422, "code-invalid"),
        ({"subject": {}}, 400, "structure"),
        ({"title": ""}, 400, "structure"),
        ({"activity": [{"detail": {"description": "Wandelen"}}]}, 422, "required"),
        ({"resourceType": "Task"}, 400, "structure"),
    ],
)
def test_what_is_not_base_r4_is_refused(
    strict: Any, plan: Any, change: dict[str, Any], status: int, code: str
) -> None:
    refused = strict.post("CarePlan", {**plan, **change})

    assert (refused.status_code, codes(refused)) == (status, [code])


def test_every_refusal_is_an_operation_outcome(strict: Any) -> None:
    answers = [
        strict.get("Afspraak/1"),
        strict.get("CarePlan/onbekend"),
        strict.client.post("/fhir/CarePlan", data="{", content_type="application/fhir+json"),
        strict.client.post("/fhir/CarePlan", data="<CarePlan/>", content_type="application/fhir+xml"),
        strict.client.patch("/fhir/CarePlan/1", json={}),
    ]

    assert [one.status_code for one in answers] == [404, 404, 400, 415, 405]
    assert {one.get_json()["resourceType"] for one in answers} == {"OperationOutcome"}


def test_a_closed_file_is_forbidden_and_not_listed_until_it_is_opened(strict: Any, plan: Any) -> None:
    made = strict.post("CarePlan", plan).get_json()
    strict.act("close_file", client="Patient/mw-terpstra")
    closed = strict.get(f"CarePlan/{made['id']}"), strict.get("CarePlan").get_json()["total"]
    strict.act("open_file", client="Patient/mw-terpstra")

    assert (closed[0].status_code, closed[1]) == (403, 0)
    assert strict.get(f"CarePlan/{made['id']}").status_code == 200


def test_a_server_with_a_token_lets_others_see_only_what_it_can_do() -> None:
    client = FhirSandbox(access_token="dossier-token-1").app.test_client()

    def status(path: str, token: str) -> int:
        return client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code

    assert status("/fhir/metadata", "verkeerd") == 200
    assert status("/fhir/Patient", "verkeerd") == 401
    assert status("/fhir/Patient", "dossier-token-1") == 200


def test_a_server_may_answer_a_write_with_nothing(opened: Any, plan: Any) -> None:
    """https://hl7.org/fhir/R4/http.html#ops: ``Prefer`` may be ignored; a create owes a Location."""
    dossier = opened(Quirks(bare_answers=True))
    made = dossier.post("CarePlan", plan, Prefer="return=representation")
    path = made.headers["Location"].partition("/fhir/")[2].partition("/_history")[0]
    there = dossier.get(path).get_json()

    changed = dossier.put(path, {**there, "title": "Tuin"}, If_Match='W/"1"')

    assert (made.data, changed.status_code, changed.data) == (b"", 200, b"")
    assert "Location" not in changed.headers
    assert dossier.get(path).get_json()["title"] == "Tuin"


def test_a_server_without_versions_says_so_and_writes_over_anything(opened: Any, plan: Any) -> None:
    dossier = opened(Quirks(no_versions=True))
    made = dossier.post("CarePlan", plan)
    path = f"CarePlan/{made.get_json()['id']}"

    written = dossier.put(path, {**made.get_json(), "title": "Tuin"}, If_Match='W/"9"')

    kinds = dossier.get("metadata").get_json()["rest"][0]["resource"]
    assert {one["versioning"] for one in kinds} == {"no-version"}
    assert ("versionId" in made.get_json()["meta"], "ETag" in made.headers) == (False, False)
    assert written.get_json()["title"] == "Tuin"


def subscription(criteria: str = "CarePlan?category=http://snomed.info/sct|243114000") -> dict[str, Any]:
    channel = {"type": "rest-hook", "endpoint": "http://127.0.0.1:9/in", "header": ["X-Key: 1"]}
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "?",
        "criteria": criteria,
        "channel": channel,
    }


def test_what_was_requested_is_active(strict: Any) -> None:
    """https://hl7.org/fhir/R4/subscription.html: the server changes requested into active."""
    made = strict.post("Subscription", subscription()).get_json()
    assert made["status"] == "active"
    found = strict.get("Subscription?url=http://127.0.0.1:9/in").get_json()
    assert found["total"] == 1


@pytest.mark.parametrize(
    ("criteria", "quirks", "told"),
    [
        ("CarePlan?category=http://snomed.info/sct|243114000", STRICT, 1),
        ("CarePlan?category=http://snomed.info/sct|9632001", STRICT, 0),
        ("CarePlan", STRICT, 1),
        ("CarePlan", Quirks(doubled_notices=True), 2),
    ],
)
def test_who_is_subscribed_is_told_of_what_meets_the_criteria(
    opened: Any, plan: Any, monkeypatch: pytest.MonkeyPatch, criteria: str, quirks: Quirks, told: int
) -> None:
    """On a create or update, not on a deletion (R4 subscription.html, "Notes")."""
    seen: list[Any] = []
    monkeypatch.setattr("samenspraak_fhir.sandbox.hooks.notify", lambda one, failed: seen.append(one))
    dossier = opened(quirks)
    dossier.post("Subscription", subscription(criteria))

    made = dossier.post("CarePlan", plan).get_json()
    dossier.delete(f"CarePlan/{made['id']}")

    assert len(seen) == told


def test_a_server_without_conditional_create_says_so_and_passes_over_the_condition(
    opened: Any, plan: Any
) -> None:
    dossier = opened(Quirks(no_conditional_create=True))
    condition = {"If_None_Exist": "identifier=https://voorbeeld.example/plan|17"}
    answers = [dossier.post("CarePlan", plan, **condition).status_code for _ in range(2)]
    statement = dossier.get("metadata").get_json()
    plans = next(one for one in statement["rest"][0]["resource"] if one["type"] == "CarePlan")

    assert answers == [201, 201]
    assert plans["conditionalCreate"] is False


def transaction(*entries: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def entry(resource: dict[str, Any], method: str, url: str, **request: str) -> dict[str, Any]:
    named = {"fullUrl": "urn:uuid:0b1f5f3c-5d0c-4a7e-9d5b-1f3f2a6f7c11"} if method == "POST" else {}
    return {**named, "resource": resource, "request": {"method": method, "url": url, **request}}


def provenance(**changed: Any) -> dict[str, Any]:
    return {
        "resourceType": "Provenance",
        "id": "p1",
        "target": [{"reference": "urn:uuid:0b1f5f3c-5d0c-4a7e-9d5b-1f3f2a6f7c11"}],
        "recorded": "2026-11-01T10:00:00Z",
        "agent": [{"who": {"reference": "RelatedPerson/zoon-wim"}}],
        **changed,
    }


def test_a_transaction_stores_all_and_refers_to_what_was_made(strict: Any, plan: Any) -> None:
    """https://hl7.org/fhir/R4/http.html#transaction: references to a fullUrl are replaced."""
    bundle = transaction(
        entry(plan, "POST", "CarePlan", ifNoneExist=IDENTIFIER),
        entry(provenance(), "PUT", "Provenance/p1"),
    )
    first = strict.post("", bundle).get_json()
    again = strict.post("", transaction(bundle["entry"][0])).get_json()

    made = first["entry"][0]["resource"]["id"]
    assert first["type"] == "transaction-response"
    assert [one["response"]["status"] for one in first["entry"]] == ["201 Created", "201 Created"]
    assert again["entry"][0]["response"]["status"] == "200 OK"
    assert first["entry"][0]["response"]["etag"] == 'W/"1"'
    assert strict.get("Provenance/p1").get_json()["target"] == [{"reference": f"CarePlan/{made}"}]


@pytest.mark.parametrize("torn", [False, True])
def test_a_transaction_that_fails_stores_nothing_but_where_it_is_torn(
    opened: Any, plan: Any, torn: bool
) -> None:
    """The quirk was seen in a public server: the first entries of a failed transaction were stored."""
    dossier = opened(Quirks(torn_transactions=torn))
    bundle = transaction(entry(plan, "POST", "CarePlan"), entry(provenance(agent=[]), "PUT", "Provenance/p1"))

    refused = dossier.post("", bundle)

    assert refused.status_code in (400, 422)
    assert dossier.get("CarePlan").get_json()["total"] == torn


def test_a_version_in_a_transaction_is_checked(strict: Any, plan: Any) -> None:
    made = strict.post("CarePlan", plan).get_json()
    other = {**made, "title": "?"}
    url = f"CarePlan/{made['id']}"
    assert strict.post("", transaction(entry(other, "PUT", url, ifMatch='W/"9"'))).status_code == 412
    assert strict.post("", transaction(entry(other, "PUT", url, ifMatch='W/"1"'))).status_code == 200


def test_a_server_without_transactions_declares_none(opened: Any, plan: Any) -> None:
    dossier = opened(Quirks(no_transactions=True))
    assert "interaction" not in dossier.get("metadata").get_json()["rest"][0]
    assert dossier.post("", transaction(entry(plan, "POST", "CarePlan"))).status_code == 404
