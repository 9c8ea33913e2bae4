"""What the proxy does with a request.

Source of every test, unless it says otherwise: technical-aaa-proxy.md in the public guide
(ozoverbindzorg/integrale-netwerk-communicatie, input/pagecontent, read November 2026).
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
import requests

from samenspraak_ozo.sandbox.nuts import Nuts
from samenspraak_ozo.sandbox.proxy import RefusedError, trace_of


def test_without_a_token_nothing_is_answered_but_the_statement_of_the_server(client: Any) -> None:
    # capability-statements.md: unauthenticated /metadata is OZO-Server, without interactions.
    refused = requests.get(f"{client.url}/fhir/Patient", timeout=5)
    statement = requests.get(f"{client.url}/fhir/metadata", timeout=5).json()
    assert refused.status_code == 401
    assert statement["url"].endswith("/OZO-Server")
    assert statement["rest"][0]["resource"] == []


def test_a_proof_is_good_for_one_request(client: Any, people: Any) -> None:
    # technical-walkthrough-access-rp.md: "a dpop header has to be requested for each individual request".
    client.sign_in()
    address = f"{client.url}/fhir/Patient"
    headers = {
        "Authorization": f"DPoP {client.token['access_token']}",
        "DPoP": client.proof("GET", address),
    }
    answers = [client.session.get(address, headers=headers).status_code for _ in range(2)]
    assert answers == [200, 401]


def test_a_proof_is_a_signed_statement_about_one_request_and_one_token(client: Any, people: Any) -> None:
    # RFC 9449 §4.2; technical-walkthrough-validate-access-token.md: the key is the one of the token.
    client.sign_in()
    address = f"{client.url}/fhir/Patient"
    proof = client.proof("GET", address)
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in proof.split(".")[:2])
    ath = hashlib.sha256(client.token["access_token"].encode()).digest()

    assert (header["typ"], header["alg"], header["jwk"]["crv"]) == ("dpop+jwt", "ES256", "P-256")
    assert (claims["htm"], claims["htu"]) == ("GET", address)
    assert claims["ath"] == base64.urlsafe_b64encode(ath).rstrip(b"=").decode()


def test_a_proof_signed_by_another_key_or_too_old_is_refused(people: Any) -> None:
    now = [1_795_000_000.0]
    nuts = Nuts(lambda: now[0])
    ours, theirs = (nuts.token("samenspraak", "DPoP") for _ in range(2))
    address = "https://proxy.example/fhir/Patient"

    def made(token: dict[str, Any]) -> str:
        return nuts.proof(str(token["dpop_kid"]), "GET", address, str(token["access_token"]))["dpop"]

    def asks(proof: str) -> None:
        nuts.caller(f"DPoP {ours['access_token']}", proof, "GET", f"{address}?name=x")

    asks(made(ours))
    with pytest.raises(RefusedError):
        asks(made(theirs))
    old = made(ours)
    now[0] += 120
    with pytest.raises(RefusedError):
        asks(old)
    asks(made(ours))


def test_a_valid_trace_is_taken_over_and_any_other_replaced() -> None:
    # w3c-trace-context.md, "Validation".
    given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert trace_of(given) == ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
    assert [len(part) for part in trace_of("00-XYZ-1-01")] == [32, 16]


def test_an_expired_token_is_refused_until_a_new_one_is_asked(client: Any, people: Any) -> None:
    client.sign_in()
    proof = client.proof("GET", f"{client.url}/fhir/Patient")
    client.act("expire_tokens")
    headers = {"Authorization": f"DPoP {client.token['access_token']}", "DPoP": proof}
    assert client.session.get(f"{client.url}/fhir/Patient", headers=headers).status_code == 401
    client.sign_in()
    assert client.ask("GET", "Patient").status_code == 200


def test_delete_is_not_supported(client: Any, people: Any) -> None:
    # resource-lifecycle.md, "Proxy enforcement".
    assert client.ask("DELETE", people.patient).status_code == 405


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("Communication?_include=Communication:part-of", "Search parameters not supported: [_include]"),
        ("Patient?_revinclude=CareTeam:patient", "Search parameters not supported: [_revinclude]"),
        ("Patient?_filter=name eq Vliet", "Search parameters not supported: [_filter]"),
        ("Patient/$everything", "FHIR operations are not supported"),
        ("Patient?_format=xml", "Only JSON format is supported"),
        ("Patient?_count=veel", "Invalid _count value"),
    ],
)
def test_what_could_pass_by_the_scope_is_refused(client: Any, path: str, sentence: str) -> None:
    answer = client.ask("GET", path)
    assert answer.status_code == 400
    assert answer.json()["error"] == sentence


def test_no_store_is_refused_and_no_cache_is_welcome(client: Any, people: Any) -> None:
    refused = client.ask("GET", "Patient", {"Cache-Control": "no-store"})
    assert refused.status_code == 400
    assert refused.json()["error"] == "Cache-Control: no-store is not supported"
    assert client.ask("GET", "Patient", {"Cache-Control": "no-cache"}).status_code == 200


def test_a_page_holds_at_most_a_hundred_and_next_leads_to_the_rest(client: Any, people: Any) -> None:
    # technical-caching.md: follow link[next] until it is absent.
    for number in range(103):
        client.act("open_thread", person="80021", text=f"Vraag {number}")
    first = client.ask("GET", "CommunicationRequest?_count=500").json()
    (following,) = [link["url"] for link in first["link"] if link["relation"] == "next"]
    second = client.ask("GET", following.removeprefix(f"{client.url}/fhir/")).json()
    assert (first["total"], len(first["entry"]), len(second["entry"])) == (103, 100, 3)
    assert [link["relation"] for link in second["link"]] == ["self"]


def test_the_profile_is_the_proxys_and_a_missing_status_becomes_preparation(client: Any, people: Any) -> None:
    made = client.create(people.thread(meta={"profile": ["http://example.org/ours"]}))
    sent = people.message(made["id"], "Hoe gaat het?")
    del sent["status"]
    written = client.create(sent)
    assert made["meta"]["profile"] == [
        "http://ozoverbindzorg.nl/fhir/StructureDefinition/OZOCommunicationRequest"
    ]
    assert written["status"] == "preparation"


def test_a_system_writes_for_others_and_a_person_only_as_themselves(client: Any, people: Any) -> None:
    made = client.create(people.thread())
    son = client.as_person("80021")
    in_her_name = son.ask("POST", "Communication", json=people.message(made["id"], "Nee"))
    own = people.message(made["id"], "Ja", sender={"reference": people.son, "type": "RelatedPerson"})
    assert in_her_name.status_code == 403
    assert in_her_name.headers["Content-Type"] == "application/json"
    assert "resourceType" not in in_her_name.json()
    assert son.create(own)["payload"] == [{"contentString": "Ja"}]


def test_a_person_cannot_change_what_only_a_system_may(client: Any, people: Any) -> None:
    # capability-statements.md: client credentials read, search and create messages, and do not update.
    made = client.create(people.thread())
    son = client.as_person("80021")
    answer = son.ask("PUT", f"CommunicationRequest/{made['id']}", json={**made, "status": "revoked"})
    assert answer.status_code == 403
    assert answer.json()["error"] == "Denied modification access for method: PUT"
    changed = client.ask("PUT", f"CommunicationRequest/{made['id']}", json={**made, "status": "revoked"})
    assert changed.json()["meta"]["versionId"] == "2"


def test_a_search_shows_a_person_only_their_own_threads_and_says_nothing_of_the_rest(
    client: Any, people: Any
) -> None:
    # capability-statements.md, "RelatedPerson": recipient={self OR careTeams}, applied silently.
    client.create(people.thread())
    only = client.create(
        people.thread("Alleen voor Rob", recipient=[{"reference": people.son, "type": "RelatedPerson"}])
    )
    neighbour = client.as_person("80022")
    assert [one["payload"] for one in neighbour.search("CommunicationRequest")] == [
        [{"contentString": "Steunkousen"}]
    ]
    asked = neighbour.ask("GET", f"CommunicationRequest/{only['id']}")
    assert asked.status_code == 403
    assert asked.json() == {"error": "A FHIR resource was requested that is not allowed"}


def test_a_relative_sees_only_the_own_record_and_a_professional_that_of_the_network(
    client: Any, people: Any
) -> None:
    # capability-statements.md, the tables per role.
    assert [one["id"] for one in client.as_person("80021").search("RelatedPerson")] == [
        people.son.split("/")[1]
    ]
    assert len(client.as_person("90031").search("RelatedPerson")) == 2


def test_a_thread_names_persons_or_teams_once_each_and_not_the_client(client: Any, people: Any) -> None:
    # ozo-communicationrequest.fsh: recipient only Reference(…) and the invariant on unique recipients.
    twice = [{"reference": people.son, "type": "RelatedPerson"}] * 2
    to_client = [{"reference": people.patient, "type": "Patient"}]
    for recipients in (twice, to_client):
        answer = client.ask("POST", "CommunicationRequest", json=people.thread(recipient=recipients))
        assert answer.status_code == 422
        assert answer.json()["resourceType"] == "OperationOutcome"
    assert client.search("CommunicationRequest") == []


def test_a_person_is_found_by_an_identifier_under_the_system_it_carries(
    client: Any, people: Any, quirky: Any, quirky_people: Any
) -> None:
    # identifier-systems.md for the current systems; examples/*.json for the older ones with /ozo/.
    base = "https://www.ozoverbindzorg.nl/namingsystem"
    for who, system, other in ((client, "person", "ozo/person"), (quirky, "ozo/person", "person")):
        assert len(who.search(f"RelatedPerson?identifier={base}/{system}|80021")) == 1
        assert who.search(f"RelatedPerson?identifier={base}/{other}|80021") == []


def test_each_version_of_a_thread_stays_to_be_read(client: Any, people: Any) -> None:
    # auditevent-nen7510.md: entity.what names Type/id/_history/n, so versions can be read.
    made = client.create(people.thread())
    client.ask("PUT", f"CommunicationRequest/{made['id']}", json={**made, "status": "completed"})
    history = client.ask("GET", f"CommunicationRequest/{made['id']}/_history").json()
    first = client.ask("GET", f"CommunicationRequest/{made['id']}/_history/1").json()
    assert [entry["resource"]["status"] for entry in history["entry"]] == ["completed", "active"]
    assert first["status"] == "active"


def test_conditional_requests_are_passed_over_or_honoured_as_the_mode_says(
    client: Any, people: Any, quirky: Any, quirky_people: Any
) -> None:
    # Unknown from public pages: whether If-None-Exist and If-Match pass the proxy.
    made = {}
    for who, network in ((client, people), (quirky, quirky_people)):
        condition = {"If-None-Exist": "identifier=urn:samenspraak:marker|agreement-1.copy-1"}
        for _ in range(2):
            who.ask("POST", "CommunicationRequest", condition, json=network.thread())
        made[who.subject, who.url] = len(who.search("CommunicationRequest"))
    assert sorted(made.values()) == [1, 2]


def test_an_old_version_is_refused_where_if_match_is_honoured(quirky: Any, quirky_people: Any) -> None:
    quirky.ask("POST", "CommunicationRequest", json=quirky_people.thread())
    (made,) = quirky.search("CommunicationRequest")
    path = f"CommunicationRequest/{made['id']}"
    answers = [
        quirky.ask("PUT", path, {"If-Match": 'W/"1"'}, json={**made, "status": status}).status_code
        for status in ("on-hold", "completed")
    ]
    assert answers == [200, 412]


def test_searching_by_time_is_refused_or_works_as_the_mode_says(client: Any, quirky: Any) -> None:
    # Unknown from public pages: _lastUpdated is not on the list of blocked parameters, nor promised.
    path = "Communication?_lastUpdated=ge2026-01-01T00:00:00Z"
    assert client.ask("GET", path).status_code == 400
    assert quirky.ask("GET", path).status_code == 200


def test_a_relative_finds_the_clients_of_their_own_networks(client: Any, people: Any) -> None:
    # capability-statements.md, the scope of a related person.
    client.act("admit", identifier="70099", name="B. Yilmaz")
    found = client.as_person("80021").search("Patient")
    assert [f"Patient/{one['id']}" for one in found] == [people.patient]
