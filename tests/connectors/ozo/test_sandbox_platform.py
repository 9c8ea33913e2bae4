"""What the platform itself does after a write, and what people see.

Source of every test, unless it says otherwise: interaction-messaging.md and the section "Event publishing"
of technical-aaa-proxy.md in the public guide (read November 2026).
"""

from __future__ import annotations

from typing import Any

import pytest


def tasks(client: Any) -> dict[str, str]:
    return {one["owner"]["reference"]: one["status"] for one in client.search("Task")}


def test_a_thread_makes_one_read_marker_for_each_person_it_is_for(client: Any, people: Any) -> None:
    client.create(people.thread())
    assert tasks(client) == {people.son: "requested", people.neighbour: "requested"}


def test_reading_ticks_off_only_the_readers_marker(client: Any, people: Any) -> None:
    client.create(people.thread())
    client.act("read", person="80021")
    assert tasks(client) == {people.son: "completed", people.neighbour: "requested"}
    (event,) = client.search("AuditEvent")
    assert event["type"]["code"] == "access"


def test_somebody_who_is_let_into_a_thread_gets_no_marker_until_the_next_message(
    client: Any, people: Any
) -> None:
    # technical-aaa-proxy.md, "Event publishing": only a *new* thread, a message and a team make markers.
    alone = [{"reference": people.nurse, "type": "Practitioner"}]
    thread = client.create(people.thread(recipient=alone))
    client.ask("PUT", f"CommunicationRequest/{thread['id']}", json={**thread, **people.thread()})
    assert client.search(f"Task?owner={people.son}") == []

    client.create(people.message(thread["id"], "Vanaf maandag om acht uur"))
    assert [one["status"] for one in client.search(f"Task?owner={people.son}")] == ["requested"]


def test_an_app_says_what_was_read_in_which_version_or_without_as_older_ones_do(
    client: Any, people: Any, quirky: Any, quirky_people: Any
) -> None:
    # auditevent-nen7510.md; instances/19.fsh (2024) names no version.
    for there, who, version in ((client, people, "/_history/1"), (quirky, quirky_people, "")):
        there.ask("POST", "CommunicationRequest", json=who.thread())
        (thread,) = there.search("CommunicationRequest")
        there.act("read", person="80021")
        access = "type=http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle|access"
        (event,) = there.search(f"AuditEvent?entity=CommunicationRequest/{thread['id']}&{access}")
        assert event["entity"][0]["what"]["reference"] == f"CommunicationRequest/{thread['id']}{version}"


def test_a_new_message_is_unread_again_for_all_but_its_sender_and_becomes_the_focus(
    client: Any, people: Any
) -> None:
    # technical-aaa-proxy.md, "Task subscription behavior".
    client.create(people.thread())
    client.act("read", person="80021")
    reply = client.act("reply", person="80022", text="Ik kan ook wel eens")
    assert tasks(client) == {
        people.son: "requested",
        people.neighbour: "completed",
        people.nurse: "requested",
    }
    assert {task["focus"]["reference"] for task in client.search("Task")} == {reply}


def test_a_relatives_thread_starts_as_a_draft_that_the_platform_accepts(client: Any, people: Any) -> None:
    ref = client.act("open_thread", person="80021", text="Wanneer komt de fysio?")
    versions = client.ask("GET", f"{ref}/_history").json()["entry"]
    assert [entry["resource"]["status"] for entry in versions] == ["active", "draft"]
    assert tasks(client) == {
        people.son: "completed",
        people.neighbour: "requested",
        people.nurse: "requested",
    }


def test_who_joins_the_network_later_gets_the_teams_threads(client: Any, people: Any) -> None:
    client.act("open_thread", person="80021", text="Wanneer komt de fysio?")
    later = client.act("join", patient="70011", kind="RelatedPerson", identifier="80023", name="Els Bos")
    assert tasks(client)[later] == "requested"
    assert client.act("inbox", person="80023")[0]["unread"] is True


def test_a_reply_has_no_status_of_its_own_as_most_have_in_production(client: Any, people: Any) -> None:
    # CHANGELOG 0.6.3: 94 % of the messages in production lack a status.
    client.create(people.thread())
    client.act("reply", person="80021", text="AKKOORD")
    client.act("reply", person="90031", text="Dank u wel")
    assert [one["status"] for one in client.search("Communication?_sort=_id")] == ["preparation", "completed"]


def test_a_person_reads_all_messages_of_their_threads_and_none_of_others(client: Any, people: Any) -> None:
    made = client.create(people.thread())
    client.create(people.message(made["id"], "Vanaf maandag om acht uur"))
    client.create(
        people.thread("Alleen voor Rob", recipient=[{"reference": people.son, "type": "RelatedPerson"}])
    )
    readable = client.session.get(f"{client.url}/_sandbox/readable/80022").json()
    assert readable == ["Steunkousen", "Vanaf maandag om acht uur"]


def test_a_message_in_error_is_hidden_but_a_revoked_thread_alone_hides_nothing(
    client: Any, people: Any
) -> None:
    # resource-lifecycle.md: "entered-in-error: message retracted"; hiding by status is left to the apps.
    made = client.create(people.thread())
    sent = client.create(people.message(made["id"], "Vanaf maandag om acht uur"))
    client.ask("PUT", f"CommunicationRequest/{made['id']}", json={**made, "status": "revoked"})
    assert len(client.session.get(f"{client.url}/_sandbox/readable/80022").json()) == 2
    client.ask("PUT", f"Communication/{sent['id']}", json={**sent, "status": "entered-in-error"})
    assert client.session.get(f"{client.url}/_sandbox/readable/80022").json() == ["Steunkousen"]


def test_live_counts_threads_by_their_identifier_until_they_are_closed(client: Any, people: Any) -> None:
    made = client.create(people.thread())
    client.create(people.thread())
    live = f"{client.url}/_sandbox/live"
    assert client.session.get(live).json() == {"agreement-1.copy-1": 2}
    client.ask("PUT", f"CommunicationRequest/{made['id']}", json={**made, "status": "completed"})
    assert client.session.get(live).json() == {"agreement-1.copy-1": 1}


def test_nobody_can_answer_in_a_closed_thread(client: Any, people: Any) -> None:
    # resource-lifecycle.md: revoked and completed are "Thread closed or cancelled"; the refusal is inferred.
    made = client.create(people.thread())
    client.ask("PUT", f"CommunicationRequest/{made['id']}", json={**made, "status": "completed"})
    members = {"act": "reply", "person": "80021", "text": "AKKOORD"}
    assert client.session.post(f"{client.url}/_sandbox/act", json=members).status_code == 409
    assert client.search("Communication") == []


def test_erasing_a_client_leaves_nothing_to_be_found(client: Any, people: Any) -> None:
    # resource-lifecycle.md, "Patient expunge".
    made = client.create(people.thread())
    client.act("expunge", patient="70011")
    assert client.ask("GET", f"CommunicationRequest/{made['id']}").status_code == 404
    assert client.search("Patient") == []


def subscription(endpoint: str, **channel: Any) -> dict[str, Any]:
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "Nieuwe berichten",
        "criteria": "Communication?",
        "channel": {"type": "rest-hook", "endpoint": endpoint, **channel},
    }


@pytest.mark.parametrize(
    ("endpoint", "payload", "sentence"),
    [
        ("http://hub.example.org/in/ozo", "", "Subscription endpoint must use HTTPS"),
        ("https://10.0.0.7/in/ozo", "", "Subscription endpoint must not point to an internal network"),
        ("https://hub.example.org/in/ozo", "application/fhir+json", "Subscription payload must be empty"),
    ],
)
def test_a_subscription_that_leaks_or_points_inside_is_refused(
    client: Any, endpoint: str, payload: str, sentence: str
) -> None:
    answer = client.ask("POST", "Subscription", json=subscription(endpoint, payload=payload))
    assert (answer.status_code, answer.json()["error"]) == (403, sentence)


def test_a_subscriber_gets_an_empty_ping_and_no_content(client: Any, people: Any, hook: Any) -> None:
    origin = f"http://127.0.0.1:{hook.server_port}"
    client.act("allow_hooks", origin=origin)
    made = client.create(subscription(f"{origin}/in/ozo", header=["X-Samenspraak-Key: k1"]))
    thread = client.create(people.thread())
    client.create(people.message(thread["id"], "Vanaf maandag om acht uur"))
    assert hook.heard.get(timeout=20) == ("k1", b"")
    assert client.ask("GET", f"Subscription/{made['id']}").json()["status"] == "active"


def test_the_criteria_of_a_person_are_narrowed_to_what_they_may_see(client: Any, people: Any) -> None:
    # capability-statements.md, "Write validation": criteria is rewritten.
    son = client.as_person("80021")
    body = subscription("https://app.example.org/ping") | {"criteria": "Task?status=requested"}
    assert son.create(body)["criteria"] == f"Task?status=requested&owner={people.son}"
