"""What is particular to the family app's connector, over real sockets."""

from __future__ import annotations

import contextlib
import json
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from samenspraak.connectors import (
    Call,
    Changes,
    Directory,
    End,
    Found,
    Hint,
    Inbound,
    Marker,
    SetApart,
    Step,
    Subject,
)
from samenspraak.domain.agreements import Duty, What
from samenspraak.domain.parties import Identifier, PartyKind
from samenspraak.domain.units import WHAT, UnitKey, UnitKind
from samenspraak.errors import AuthenticationError, InvalidRecordError, OutcomeUnknownError, StaleError
from samenspraak.protocols.standard_webhooks import Secret, signed
from samenspraak.sandbox import Fault
from samenspraak.testing import Proxy, Trouble
from samenspraak_memory.plugin import FamilyAppConnector
from samenspraak_memory.sandbox import ACCESS_KEY, FamilyApp

DIRECTORY = Directory(connector_id="app-1")


def connected(url: str, **settings: object) -> FamilyAppConnector:
    usual = {"base_url": url, "access_key": ACCESS_KEY, "title_length": 60, "open_origins": {url}}
    no_secrets = dict.fromkeys(("notify_secret", "earlier_notify_secret"))
    return FamilyAppConnector("app-1", {**usual, **no_secrets, **settings})


class Line:
    """An app in a thread, our connector to it, and the call it speaks with."""

    def __init__(self, app: FamilyApp, url: str) -> None:
        self.app, self.url = app, url
        self.connector = connected(url)
        self.call = Call(http=self.connector.http(), now=datetime.now(UTC))

    def create(self, name: str, title: str = "Samen koken") -> Found:
        subject = Subject(client="c1", marker=Marker(agreement_id=name))
        changes = Changes(set={WHAT: What(text=title)})
        raw = self.connector.put(self.connector.new(subject), changes, DIRECTORY)
        found = self.connector.create(self.call, subject, raw).found
        assert found is not None
        return found

    def retitled(self, found: Found) -> Found:
        raw = self.connector.put(found.raw, Changes(set={WHAT: What(text="Samen bakken")}), DIRECTORY)
        return self.connector.update(self.call, found, raw).found or found


@contextlib.contextmanager
def line_to(app: FamilyApp) -> Iterator[Line]:
    app.add_client("c1", "Mevrouw R. van den Heuvel")
    app.add_user("u1", "Bram van den Heuvel", "relative", ["c1"])
    with app.running() as url:
        line = Line(app, url)
        yield line
        line.call.http.close()


@pytest.fixture
def line() -> Iterator[Line]:
    with line_to(FamilyApp("strict", server="familie-1")) as line:
        yield line


def test_a_second_create_is_answered_with_the_first_record(line: Line) -> None:
    first = line.create("ag1")

    again = line.connector.create(
        line.call, Subject(client="c1", marker=Marker(agreement_id="ag1")), first.raw
    )

    assert (again.external_id, again.existed, again.found) == (first.external_id, True, first)
    assert line.app.live() == {"ag1": 1}


def test_a_create_that_was_applied_and_not_answered_is_found_by_its_marker() -> None:
    sandbox = FamilyApp("strict")
    sandbox.add_client("c1", "Mevrouw R. van den Heuvel")
    with sandbox.running() as system:
        proxy = Proxy(system)
        with proxy.running() as url:  # what your settings name as the address
            proxy.strike(Trouble.LOST, on=lambda request: request.method == "POST")
            line = Line(sandbox, url)
            with pytest.raises(OutcomeUnknownError):
                line.create("ag1")
            [found] = line.connector.find(line.call, Marker(agreement_id="ag1"))
            line.call.http.close()

    assert (found.raw["title"], sandbox.live()) == ("Samen koken", {"ag1": 1})


def test_without_tokens_an_edit_of_another_member_in_between_survives() -> None:
    with line_to(FamilyApp("quirky", tokens=False, lag_seconds=0)) as line:
        found = line.create("ag1")
        line.app.instruct("u1", "ag1", "Eerst de ui")

        line.retitled(found)

        record = line.app.record_of("ag1")
        assert (record["title"], record["rules"]["how"]) == ("Samen bakken", "Eerst de ui")


@pytest.mark.parametrize("cursor", ["familie-1 999", "een-andere-server 1"])
def test_a_cursor_of_another_history_is_stale_and_the_list_begins_again(line: Line, cursor: str) -> None:
    line.create("ag1")
    with pytest.raises(StaleError):
        list(line.connector.changes(line.call, cursor))

    [page] = line.connector.changes(line.call, None)

    assert [one.external_id for one in page.records] == ["r1"]
    assert (page.complete, page.server, page.cursor) == (True, "familie-1", "familie-1 3")


def test_a_quiet_poll_is_one_request(line: Line) -> None:
    before = len(line.app.seen())

    [page] = line.connector.changes(line.call, "familie-1 2")

    assert (page.records, page.parties, page.cursor) == ([], [], "familie-1 2")
    assert len(line.app.seen()) == before + 1


def test_a_person_is_read_with_circle_role_and_identifiers(line: Line) -> None:
    number = {"system": "urn:example:clientnummer", "value": "10023"}
    line.app.add_client("c2", "Meneer A. Smit", birth_date="1938-04-12", identifiers=[number])
    line.app.add_user("u2", "Ans Smit", "relative", ["c1", "c2"], first_name="Ans", representative=True)

    [page] = line.connector.changes(line.call, "familie-1 2")

    client, *twice = page.parties
    assert (client.kind, client.client, client.birth_date) == (PartyKind.CLIENT, "c2", date(1938, 4, 12))
    assert client.identifiers == {Identifier(system="urn:example:clientnummer", value="10023")}
    assert [(one.external_id, one.client, one.representative) for one in twice] == [
        ("u2", "c1", True),
        ("u2", "c2", True),
    ]


def test_a_person_with_a_birth_date_that_is_none_is_still_listed(line: Line) -> None:
    line.app.add_client("c2", "Meneer A. Smit", birth_date="0000-00-00")

    [page] = line.connector.changes(line.call, "familie-1 2")

    assert [(one.external_id, one.birth_date) for one in page.parties] == [("c2", None)]


def test_a_record_that_cannot_be_used_is_set_apart_and_the_others_go_on(line: Line) -> None:
    line.create("ag1")
    line.app.shelf.keep("record", "r9", {"circle": "c1", "title": "Zonder id"})

    [page] = line.connector.changes(line.call, "familie-1 2")

    assert [type(one) for one in page.records] == [Found, SetApart]
    apart = page.records[1]
    assert isinstance(apart, SetApart)
    assert (apart.external_id, apart.field) == ("r9", "id")


def test_a_person_who_cannot_be_used_is_set_apart_and_the_others_go_on(line: Line) -> None:
    line.app.shelf.keep("user", "u9", {"id": "u9", "role": "relative", "circles": ["c1"]})
    line.app.add_user("u2", "Ans Smit", "relative", ["c1"])

    [page] = line.connector.changes(line.call, "familie-1 2")

    assert [one.external_id for one in page.parties] == ["u2"]
    [apart] = page.records
    assert isinstance(apart, SetApart)
    assert (apart.external_id, apart.field) == ("u9", "user")


def test_somebody_in_a_role_we_do_not_know_is_a_relative_as_person_and_in_a_record(line: Line) -> None:
    line.app.add_user("u2", "Piet Buurman", "neighbour", ["c1"])
    who = {"user": "u2", "role": "neighbour"}
    line.app.add_record("u2", "c1", "De hond uitlaten", tasks=[{"id": "t1", "who": who}])

    [page] = line.connector.changes(line.call, "familie-1 2")

    [found] = page.records
    assert isinstance(found, Found)
    duty = line.connector.get(found.raw, DIRECTORY).units[UnitKey(UnitKind.ASSIGNMENT, "t1")]
    assert isinstance(duty, Duty)
    assert [one.kind for one in page.parties] == [PartyKind.RELATIVE] == [duty.performer.kind]


def test_an_answer_of_another_shape_is_said_to_be_unreadable(line: Line) -> None:
    line.app.inject(Fault(kind="status", status=200, headers={"Content-Type": "application/json"}, body="{}"))

    with pytest.raises(InvalidRecordError) as unreadable:
        list(line.connector.changes(line.call, None))

    assert unreadable.value.field == "changes"
    line.app.clear_faults()
    assert list(line.connector.changes(line.call, None))


@pytest.mark.parametrize("body", ["{}", "[1, 2]", '{"id": '])
def test_a_write_that_is_not_answered_with_the_record_has_an_unknown_outcome(line: Line, body: str) -> None:
    found = line.create("ag1")
    headers = {"Content-Type": "application/json"}
    line.app.inject(Fault(kind="status", method="PATCH", status=200, headers=headers, body=body))
    with pytest.raises(OutcomeUnknownError):
        line.retitled(found)
    line.app.clear_faults()

    assert line.retitled(found).raw["title"] == "Samen bakken"


def test_a_retraction_of_what_is_gone_is_done(line: Line) -> None:
    found = line.create("ag1")
    line.app.remove("u1", "ag1")

    written = line.connector.end(line.call, found, found.raw, End.RETRACTED)

    assert (written.external_id, written.found) == (found.external_id, None)


@pytest.mark.parametrize(("away", "step"), [(timedelta(minutes=4), None), (timedelta(minutes=6), Step.CLOCK)])
def test_a_clock_that_is_far_off_fails_the_check(line: Line, away: timedelta, step: Step | None) -> None:
    call = Call(http=line.call.http, now=line.call.now + away)

    last = list(line.connector.check(call))[-1]

    assert last.ok == (step is None)
    assert last.step is Step.CLOCK


@pytest.mark.parametrize(
    ("path", "body", "step"),
    [
        ("/api/about", '{"app": "Familie-app", "interface": 2}', Step.VERSION),
        ("/api/me", '{"name": "samenspraak", "may": ["read"]}', Step.WRITE),
        ("/api/me", "[]", Step.SIGN_IN),
    ],
)
def test_a_check_stops_at_the_first_step_that_fails(line: Line, path: str, body: str, step: Step) -> None:
    headers = {"Content-Type": "application/json"}
    line.app.inject(Fault(kind="status", path=path, status=200, headers=headers, body=body))

    last = list(line.connector.check(line.call))[-1]

    assert (last.step, last.ok) == (step, False)
    assert last.cure["nl"]


SECRET, EARLIER = Secret(b"de-sleutel-die-nu-geldt-123"), Secret(b"de-sleutel-van-vorige-week-1")
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def told(body: bytes, secret: Secret = SECRET) -> Inbound:
    return Inbound(headers=signed("msg_1", AT, body, [secret]), body=body, at=AT)


def test_a_notification_names_its_record_and_counts_once() -> None:
    app = connected("https://familie.example", notify_secret=SECRET.text())

    assert app.hints(told(b'{"record": "r1"}')) == [Hint(external_id="r1", notice="msg_1")]


def test_while_the_secret_changes_both_are_taken_and_afterwards_the_new_one_only() -> None:
    rotating = {"notify_secret": SECRET.text(), "earlier_notify_secret": EARLIER.text()}
    app = connected("https://familie.example", **rotating)
    for secret in (SECRET, EARLIER):
        assert app.hints(told(b'{"record": "r1"}', secret))

    app = connected("https://familie.example", **{**rotating, "earlier_notify_secret": None})
    with pytest.raises(AuthenticationError):
        app.hints(told(b'{"record": "r1"}', EARLIER))


@pytest.mark.parametrize("record", [{}, 7, ["r1"]])
def test_a_signed_notification_about_no_id_is_unreadable(record: object) -> None:
    app = connected("https://familie.example", notify_secret=SECRET.text())

    with pytest.raises(InvalidRecordError) as unreadable:
        app.hints(told(json.dumps({"record": record}).encode()))

    assert unreadable.value.field == "body"


def test_an_error_does_not_carry_along_what_stood_there(line: Line) -> None:
    line.app.add_record("u1", "c1", "Koken", review={"due": "na de operatie"})
    [page] = line.connector.changes(line.call, "familie-1 2")
    [found] = page.records
    assert isinstance(found, Found)

    with pytest.raises(InvalidRecordError) as unreadable:
        line.connector.get(found.raw, DIRECTORY)

    assert "operatie" not in "".join(traceback.format_exception(unreadable.value))


def test_without_a_secret_no_notification_is_believed() -> None:
    app = connected("https://familie.example")

    with pytest.raises(AuthenticationError):
        app.hints(told(b'{"record": "r1"}'))
