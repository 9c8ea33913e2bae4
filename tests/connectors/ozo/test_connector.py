"""The connector against the sandbox, over sockets: what the contract tests do not ask of every system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from connectors.ozo.hub import CHANGED, HOOK_KEY, SON, Hub, connected

from samenspraak.connectors import Changes, End, Inbound
from samenspraak.domain.agreements import State, Status
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.statements import StatementKind
from samenspraak.domain.units import STATUS
from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidRecordError,
    OutcomeUnknownError,
    TransientError,
)
from samenspraak.http import HttpClient, Tls
from samenspraak.sandbox import Fault
from samenspraak_ozo.sandbox import OzoSandbox

# Telling and hearing.


def test_the_son_reads_the_agreement_and_his_assent_comes_back(client: Any, hub: Hub) -> None:
    thread = hub.open()
    assert (
        "Wie: Rob van Vliet, elke werkdag om 8 uur" in client.act("inbox", person="80021")[0]["messages"][1]
    )

    client.act("reply", person="80021", text="Akkoord")
    (assent,) = hub.reading(thread).said
    assert (assent.kind, assent.by, assent.terms) == (StatementKind.ASSENT, SON, "c1-aa#1")

    hub.update(hub.look(thread.external_id), told=())
    assert client.act("inbox", person="80021")[0]["messages"][-1] == "Genoteerd: Rob van Vliet is akkoord."


def test_a_thread_is_for_the_named_people_and_nobody_else_reads_it(client: Any, hub: Hub) -> None:
    hub.open(hub.people.son)

    assert client.act("inbox", person="80022") == []
    (thread,) = client.search("CommunicationRequest")
    assert [one["reference"] for one in thread["recipient"]] == [hub.people.son]


def test_a_thread_for_nobody_is_not_made(client: Any, hub: Hub) -> None:
    with pytest.raises(InvalidRecordError):
        hub.open(hub.subject().client)

    assert client.search("CommunicationRequest") == []


def test_new_terms_are_one_new_message_for_everybody_in_the_thread(client: Any, hub: Hub) -> None:
    thread = hub.update(hub.open(), set=CHANGED, mark="c1-bb#2")

    assert hub.reading(thread).mark == "c1-bb#2"
    assert len(client.search("Communication")) == 1
    assert client.act("inbox", person="80022")[0]["unread"] is True


def test_the_platforms_own_read_markers_are_never_written(sandbox: OzoSandbox, client: Any, hub: Hub) -> None:
    thread = hub.update(hub.open(), set=CHANGED, mark="c1-bb#2")
    hub.end(thread, End.RETRACTED)

    written = {one.path.split("/")[2] for one in sandbox.writes()}
    assert written == {"CommunicationRequest", "Communication"}
    assert {one.method for one in sandbox.seen()} <= {"GET", "POST", "PUT"}


def test_what_people_write_is_heard_in_their_own_words(client: Any, hub: Hub) -> None:
    thread = hub.open()
    client.act("reply", person="80022", text="Could I help as well?")
    client.act("reply", person="90031", text="Graag, ik bel u")

    said = hub.reading(thread).said
    assert [(one.kind, one.by.kind, one.text) for one in said] == [
        (StatementKind.COMMENT, PartyKind.RELATIVE, "Could I help as well?"),
        (StatementKind.COMMENT, PartyKind.PROFESSIONAL, "Graag, ik bel u"),
    ]


# Writing safely.


def test_a_message_whose_answer_was_lost_is_not_sent_twice(
    sandbox: OzoSandbox, client: Any, hub: Hub
) -> None:
    thread = hub.open()
    sandbox.inject(Fault(kind="lose", method="POST", times=1))
    with pytest.raises(OutcomeUnknownError):
        hub.update(thread, set=CHANGED, mark="c1-bb#2")

    hub.update(thread, set=CHANGED, mark="c1-bb#2")
    assert len(client.search("Communication")) == 1


def test_a_failure_halfway_through_an_update_leaves_its_outcome_unknown(
    sandbox: OzoSandbox, client: Any, hub: Hub
) -> None:
    thread = hub.open()
    client.act("reply", person="80021", text="Akkoord")
    thread = hub.look(thread.external_id)
    sandbox.inject(Fault(kind="status", status=503, method="POST", skip=1, times=1))
    with pytest.raises(OutcomeUnknownError):
        hub.update(thread, set=CHANGED, mark="c1-bb#2", told=())

    hub.update(hub.look(thread.external_id), set=CHANGED, mark="c1-bb#2", told=())
    assert len(client.search("Communication")) == 3


def test_a_failure_before_anything_left_is_known_to_have_done_nothing(
    sandbox: OzoSandbox, client: Any, hub: Hub
) -> None:
    thread = hub.open()
    sandbox.inject(Fault(kind="status", status=503, headers={"Retry-After": "5"}, method="GET", times=1))
    with pytest.raises(TransientError) as failed:
        hub.update(thread, set=CHANGED, mark="c1-bb#2")

    assert not isinstance(failed.value, OutcomeUnknownError)
    assert hub.reading(hub.update(thread, set=CHANGED, mark="c1-bb#2")).mark == "c1-bb#2"


def test_a_closed_thread_is_not_taken_for_the_one_that_is_wanted_now(quirky: Any, quirky_hub: Hub) -> None:
    first = quirky_hub.open()
    quirky_hub.end(first, End.RETRACTED)

    second = quirky_hub.open()
    assert second.external_id != first.external_id
    found = quirky_hub.connector.find(quirky_hub.call, quirky_hub.subject().marker)
    assert [one.external_id for one in found] == [second.external_id]


# Taking back.


@pytest.mark.parametrize("mode", ["client", "quirky"])
def test_after_a_retraction_nobody_reads_the_plan_there(mode: str, request: pytest.FixtureRequest) -> None:
    """Also where the apps go on showing what is entered-in-error: our texts are replaced as well."""
    client: Any = request.getfixturevalue(mode)
    hub: Hub = request.getfixturevalue("hub" if mode == "client" else "quirky_hub")
    thread = hub.update(hub.open(), set=CHANGED, mark="c1-bb#2")
    client.act("reply", person="80022", text="Mag ik ook?")
    hub.end(hub.look(thread.external_id), End.RETRACTED)

    readable = client.session.get(f"{client.url}/_sandbox/readable/80022").json()
    assert "Steunkousen" not in " ".join(readable)
    assert readable[0] == "Dit gesprek is niet meer beschikbaar."
    assert "Mag ik ook?" in readable
    assert client.session.get(f"{client.url}/_sandbox/live").json() == {}


def test_an_ended_agreement_says_so_and_stays_readable(client: Any, hub: Hub) -> None:
    thread = hub.open()
    ended = Status(state=State.ENDED)
    raw = hub.connector.put(thread.raw, Changes(set={STATUS: ended}, mark="c1-cc#2"), hub.directory)
    hub.connector.end(hub.call, thread, raw, End.ENDED)

    inbox = client.act("inbox", person="80021")[0]
    assert inbox["status"] == "completed"
    assert inbox["messages"][-1].startswith("Deze afspraak is gestopt.")
    assert hub.reading(thread).units == {STATUS: ended}


# Signing in, hints.


def test_an_expired_login_is_renewed_once(client: Any, hub: Hub) -> None:
    thread = hub.open()
    client.act("expire_tokens")

    assert hub.look(thread.external_id).token == thread.token


def test_in_production_a_node_on_this_machine_signs_in_once_the_deployment_names_it(
    client: Any, people: Any
) -> None:
    for hub in connected(client, people, reach="internal_origins"):
        assert hub.open().token

    with pytest.raises(ConfigurationError):
        next(connected(client, people, reach="of_no_use"))


def test_the_certificate_of_the_platform_is_not_shown_to_the_node(
    client: Any, people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = {}

    class Noted(HttpClient):
        def __init__(self, *, base_url: str, tls: Tls, **more: Any) -> None:
            shown[base_url] = tls.certificate_file
            super().__init__(base_url=base_url, tls=tls, **more)

    monkeypatch.setattr("samenspraak_ozo.plugin.HttpClient", Noted)
    for _ in connected(client, people, certificate_file="/etc/hub/ozo.pem"):
        assert shown == {client.node: None, f"{client.url}/fhir": Path("/etc/hub/ozo.pem")}


def test_a_node_that_is_down_is_tried_later(sandbox: OzoSandbox, hub: Hub) -> None:
    thread = hub.open()
    sandbox.node.inject(Fault(kind="down", times=1))
    with pytest.raises(TransientError):
        hub.look(thread.external_id)

    assert hub.look(thread.external_id).token == thread.token


def test_a_wallet_nobody_knows_asks_for_a_person(client: Any, people: Any) -> None:
    for outsider in connected(client, people, nuts_subject="onbekend"):
        with pytest.raises(AuthenticationError):
            outsider.pages()


def test_a_bearer_token_works_while_the_platform_takes_it(client: Any, people: Any) -> None:
    for hub in connected(client, people, token_type="Bearer"):
        assert hub.open().token


def test_a_credential_that_cannot_take_things_back_fails_the_check(client: Any, people: Any) -> None:
    client.act("wallet", subject="verpleging", person="90031")
    for hub in connected(client, people, nuts_subject="verpleging"):
        last = list(hub.connector.check(hub.call))[-1]

    assert (last.step, last.ok) == ("write", False)
    assert "update Communication" in last.detail


def test_a_ping_with_the_key_means_look_and_one_without_is_refused(hub: Hub) -> None:
    known = Inbound(headers={"x-samenspraak-key": HOOK_KEY}, body=b"")
    unknown = Inbound(headers={"x-samenspraak-key": "een-andere-sleutel-dan-die"}, body=b"")

    assert [one.external_id for one in hub.connector.hints(known)] == [None]
    with pytest.raises(AuthenticationError):
        hub.connector.hints(unknown)
