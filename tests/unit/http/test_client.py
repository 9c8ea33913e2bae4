"""What the client sends and what it makes of answers; sockets are for tests/integration/http."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses

from samenspraak.errors import (
    AuthenticationError,
    InvalidRecordError,
    OutcomeUnknownError,
    PermanentError,
    SamenspraakError,
    TransientError,
)
from samenspraak.http import Answer, Auth, BearerAuth, HttpClient, Outgoing

BASE = "https://dossier.example/fhir"
PLAN = {"resourceType": "CarePlan", "id": "17", "title": "Wandelen naar de boomgaard"}


@pytest.fixture
def there() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def client(**options: Any) -> HttpClient:
    return HttpClient(connector_id="dossier-1", base_url=BASE, **options)


def sent(there: responses.RequestsMock, number: int = 0) -> requests.PreparedRequest:
    request = there.calls[number].request
    assert isinstance(request, requests.PreparedRequest)
    return request


def test_a_path_is_joined_to_the_base_with_one_slash(there: responses.RequestsMock) -> None:
    there.get(f"{BASE}/CarePlan/17", json=PLAN)
    for base in (BASE, f"{BASE}/"):
        for path in ("CarePlan/17", "/CarePlan/17"):
            answer = HttpClient(connector_id="dossier-1", base_url=base).send("GET", path)
            assert answer.json() == PLAN


@pytest.mark.parametrize("base", [BASE, f"{BASE}/"])
def test_an_empty_path_is_the_base_as_it_was_given(there: responses.RequestsMock, base: str) -> None:
    there.post(base, json={"resourceType": "Bundle"})
    HttpClient(connector_id="dossier-1", base_url=base).send("POST", "", json={})
    assert sent(there).url == base


def test_a_method_means_the_same_in_small_letters(there: responses.RequestsMock) -> None:
    there.get(f"{BASE}/CarePlan", status=500)
    with pytest.raises(TransientError) as caught:
        client().send("get", "CarePlan")
    assert not isinstance(caught.value, OutcomeUnknownError)


def test_the_query_is_encoded_and_a_name_may_come_twice(there: responses.RequestsMock) -> None:
    there.get(f"{BASE}/Patient", json={})
    query = [("identifier", "http://fhir.nl/bsn|1&2"), ("name", "zoë"), ("name", "an")]
    client().send("GET", "Patient", params=query)
    assert parse_qsl(urlsplit(sent(there).url).query) == query


@pytest.mark.parametrize(
    ("given", "body", "media_type"),
    [
        ({"json": {"title": "Koffie bij Zoë"}}, '{"title":"Koffie bij Zoë"}', "application/json"),
        ({"form": {"a b": "ë"}}, "a+b=%C3%AB", "application/x-www-form-urlencoded"),
        ({"content": b"BEGIN", "headers": {"Content-Type": "text/calendar"}}, "BEGIN", "text/calendar"),
        ({"json": [], "headers": {"content-type": "application/fhir+json"}}, "[]", "application/fhir+json"),
        ({}, None, None),
    ],
)  # fmt: skip
def test_a_body_goes_in_its_own_form(
    there: responses.RequestsMock, given: dict[str, Any], body: str | None, media_type: str | None
) -> None:
    there.post(f"{BASE}/CarePlan", json=PLAN, status=201)
    client().send("POST", "CarePlan", **given)
    assert sent(there).body == (None if body is None else body.encode())
    assert sent(there).headers.get("Content-Type") == media_type


def test_every_request_says_who_we_are_and_what_we_can_read(there: responses.RequestsMock) -> None:
    there.get(f"{BASE}/CarePlan", json=PLAN)
    client().send("GET", "CarePlan", headers={"Accept": "application/fhir+json", "If-None-Match": 'W/"3"'})
    assert dict(sent(there).headers) == {
        "Accept": "application/fhir+json",
        "Accept-Encoding": "gzip",
        "User-Agent": "samenspraak",
        "If-None-Match": 'W/"3"',
    }


def test_nothing_in_the_environment_joins_in(
    there: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "netrc").write_text("machine dossier.example login zorg password geheim")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    there.get(f"{BASE}/CarePlan", json=PLAN)
    client().send("GET", "CarePlan")
    assert "Authorization" not in sent(there).headers
    assert there.calls[0].request.req_kwargs["proxies"] == {}


def test_a_cookie_is_not_kept(there: responses.RequestsMock) -> None:
    there.get(f"{BASE}/CarePlan", json=PLAN, headers={"Set-Cookie": "session=abc"})
    ours = client()
    ours.send("GET", "CarePlan")
    ours.send("GET", "CarePlan")
    assert "Cookie" not in sent(there, 1).headers


def test_an_answer_tells_what_came_and_when(there: responses.RequestsMock) -> None:
    there.put(f"{BASE}/CarePlan/17", json=PLAN, headers={"ETag": 'W/"4"'})
    ticks = iter([100.0, 101.5])
    answer = client().timed_by(lambda: next(ticks)).send("PUT", "CarePlan/17", json=PLAN)
    assert (answer.status, answer.headers["etag"], answer.safe) == (200, 'W/"4"', False)
    assert (answer.sent_at, answer.received_at) == (100.0, 101.5)


def test_an_answer_shows_nothing_of_what_it_holds(there: responses.RequestsMock) -> None:
    there.get(f"{BASE}/CarePlan/17", json=PLAN, headers={"X-Name": "Jansen"})
    assert "boomgaard" not in repr(client().send("GET", "CarePlan/17"))
    assert "Jansen" not in repr(client().send("GET", "CarePlan/17"))


# What cannot be sent.


@pytest.mark.parametrize(
    "path", ["CarePlan/../Patient", "CarePlan/%2e%2e", "x?b=1", "x#b", "x y", "//elders", "x\\y", "x\r\ny"]
)  # fmt: skip
def test_an_id_that_would_change_the_address_sets_its_record_apart(path: str) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        client().send("GET", path)
    assert caught.value.field == "path"
    assert path not in str(caught.value)


@pytest.mark.parametrize("token", ['W/"3"\r\nX-Evil: 1', 'W/"3"\n', 'W/"\ud83d"', 'W/"€"'])
def test_a_token_that_is_no_header_sets_its_record_apart(token: str) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        client().send("PUT", "CarePlan/17", json=PLAN, headers={"If-Match": token})
    assert caught.value.field == "request"


@pytest.mark.parametrize("body", [{"quantity": float("nan")}, {"title": "half \ud83d"}])
def test_a_body_that_is_no_json_sets_its_record_apart(body: object) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        client().send("POST", "CarePlan", json=body)
    assert caught.value.field == "body"


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "Accept-Encoding"])
def test_what_frames_a_request_is_not_for_a_connector_to_say(name: str) -> None:
    with pytest.raises(ValueError, match="is for the client to set"):
        client().send("GET", "CarePlan", headers={name: "x"})


def test_a_request_has_one_body() -> None:
    with pytest.raises(TypeError, match="at most one"):
        client().send("POST", "CarePlan", json={}, form={})


# Signing in.


class Renewable(Auth):
    """Gives ``token-1``, ``token-2``… as often as it is renewed."""

    def __init__(self) -> None:
        self.number = 1
        self.refused: list[Mapping[str, str]] = []

    def headers(self, outgoing: Outgoing) -> Mapping[str, str]:
        return {"Authorization": f"Bearer token-{self.number}"}

    def renew(self, outgoing: Outgoing, refused: Mapping[str, str]) -> bool:
        self.number += 1
        self.refused.append(refused)
        return True


def test_an_expired_login_is_renewed_once(there: responses.RequestsMock) -> None:
    there.post(f"{BASE}/CarePlan", status=401)
    there.post(f"{BASE}/CarePlan", status=201, json=PLAN)
    auth = Renewable()
    assert client(auth=auth).send("POST", "CarePlan", json=PLAN).status == 201
    assert auth.refused == [{"Authorization": "Bearer token-1"}]
    assert sent(there, 1).headers["Authorization"] == "Bearer token-2"
    assert sent(there, 0).body == sent(there, 1).body


def test_a_login_that_stays_refused_is_not_tried_a_third_time(there: responses.RequestsMock) -> None:
    there.get(f"{BASE}/CarePlan", status=401)
    ours = client(auth=Renewable())
    with pytest.raises(AuthenticationError, match="dossier-1 answered 401"):
        ours.send("GET", "CarePlan")
    assert len(there.calls) == 2
    there.replace("GET", f"{BASE}/CarePlan", json=PLAN)
    assert ours.send("GET", "CarePlan").json() == PLAN


def test_a_fixed_secret_that_is_refused_is_not_tried_again(there: responses.RequestsMock) -> None:
    there.get(f"{BASE}/CarePlan", status=401)
    with pytest.raises(AuthenticationError):
        client(auth=BearerAuth("abc")).send("GET", "CarePlan")
    assert len(there.calls) == 1


def test_a_caller_that_wants_to_see_401_sees_the_first(there: responses.RequestsMock) -> None:
    there.get(f"{BASE}/CarePlan", status=401, json={"error": "ZSM_12"})
    answer = client(auth=Renewable()).send("GET", "CarePlan", allow={401})
    assert answer.json() == {"error": "ZSM_12"}


# Links.


@pytest.mark.parametrize("path", ["", "/", "/CarePlan/"])
def test_a_next_page_is_followed_as_it_was_given(there: responses.RequestsMock, path: str) -> None:
    link = f"{BASE}{path}?_getpages=7f&_getpagesoffset=20"
    there.get(link, json={"resourceType": "Bundle"})
    client(auth=BearerAuth("abc")).follow(link, headers={"Accept": "application/fhir+json"})
    assert sent(there).url == link
    assert sent(there).headers["Authorization"] == "Bearer abc"


@pytest.mark.parametrize(
    "link",
    [
        "https://elders.example/fhir?page=2",
        "https://dossier.example:8443/fhir?page=2",
        "http://dossier.example/fhir?page=2",
        "https://dossier.example/admin?page=2",
        "https://dossier.example/fhir/../admin",
        "https://user@dossier.example/fhir?page=2",
        "https://dossier.example\\@elders.example/fhir",
        "Patient?page=2",
        "/fhir?page=2",
        "",
    ],
)
def test_a_link_to_elsewhere_gets_nothing_of_us(link: str, there: responses.RequestsMock) -> None:
    ours = client(auth=BearerAuth("abc"))
    with pytest.raises(PermanentError, match="a link in an answer"):
        ours.follow(link)
    there.get(f"{BASE}/CarePlan", json=PLAN)
    assert ours.send("GET", "CarePlan").json() == PLAN
    assert len(there.calls) == 1


# Reading answers.


@pytest.mark.parametrize(
    ("method", "safe", "error"),
    [
        ("GET", None, InvalidRecordError),
        ("POST", None, OutcomeUnknownError),
        ("POST", True, InvalidRecordError),
    ],
)
def test_a_body_that_is_no_json_after_a_write_leaves_its_outcome_unknown(
    there: responses.RequestsMock, method: str, safe: bool | None, error: type[SamenspraakError]
) -> None:
    length = {"Content-Length": "8"}
    there.add(method, BASE, body='{"id": 1', content_type="application/json", headers=length)
    answer = client().send(method, "", safe=safe)
    with pytest.raises(error):
        answer.json()


def test_json_of_an_allowed_page_that_is_no_json_is_an_outage(there: responses.RequestsMock) -> None:
    there.get(f"{BASE}/CarePlan/17", status=404, body="<html>", content_type="text/html")
    answer = client().send("GET", "CarePlan/17", allow={404})
    with pytest.raises(TransientError, match="not JSON"):
        answer.json()


def test_half_an_answer_of_unknown_length_may_be_whole_the_next_time() -> None:
    half = {"status": 200, "headers": {"content-type": "application/json"}, "content": b'[{"id": 1}'}
    with pytest.raises(TransientError):
        Answer(**half, sent_at=0.0, received_at=0.0, whole=False).json()
    with pytest.raises(InvalidRecordError):
        Answer(**half, sent_at=0.0, received_at=0.0, whole=True).json()


def test_a_post_that_only_reads_can_be_repeated(there: responses.RequestsMock) -> None:
    there.post(f"{BASE}/Patient/_search", body=requests.exceptions.ReadTimeout("slow"))
    with pytest.raises(TransientError) as caught:
        client().send("POST", "Patient/_search", form={"name": "x"}, safe=True)
    assert not isinstance(caught.value, OutcomeUnknownError)


def test_no_error_shows_the_query_also_not_in_its_traceback(there: responses.RequestsMock) -> None:
    bsn = str(123_456_782)  # not in this spelling in the source lines that a traceback shows
    there.get(f"{BASE}/Patient", body=requests.exceptions.ConnectionError(f"/Patient?bsn={bsn}"))
    with pytest.raises(TransientError) as caught:
        client().send("GET", "Patient", params={"bsn": bsn})
    assert bsn not in "".join(traceback.format_exception(caught.value))


# Traces.


def test_requests_of_one_act_share_a_trace_and_each_is_a_part_of_its_own(
    there: responses.RequestsMock,
) -> None:
    there.get(BASE, json={})
    numbers = iter(range(1, 100))
    traced = client(traces=lambda size: f"{next(numbers):0{2 * size}x}")

    one = traced.for_one_act()
    for each in (one, one):
        each.send("GET", "")
    traced.for_one_act().send("GET", "")
    first, second, third = (sent(there, number).headers["traceparent"] for number in range(3))

    assert first == "00-00000000000000000000000000000002-0000000000000003-01"
    assert first.split("-")[1] == second.split("-")[1] != third.split("-")[1]
    assert first != second


def test_without_traces_no_header_says_any(there: responses.RequestsMock) -> None:
    there.get(BASE, json={})
    client().for_one_act().send("GET", "")

    assert "traceparent" not in sent(there).headers
