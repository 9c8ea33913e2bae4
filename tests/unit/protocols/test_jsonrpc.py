"""A JSON-RPC call fails in three layers, and each failure says what to do.

The protocol: https://www.jsonrpc.org/specification, sections 4 and 5. No sockets: the client is a stand-in
for the guarded one, which has tests of its own and of which only ``send`` and ``json`` are used here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from samenspraak.errors import (
    AuthenticationError,
    InvalidRecordError,
    OutcomeUnknownError,
    PermanentError,
    SamenspraakError,
    TransientError,
)
from samenspraak.http import Answer, HttpClient
from samenspraak.protocols.jsonrpc import JsonRpc

RESULT = {"jsonrpc": "2.0", "result": {"activiteitID": 104}}


@dataclass
class Line:
    """Gives each request the answer that ``answer`` makes of its body, and remembers the requests."""

    answer: Callable[[dict[str, Any]], Any]
    sent: list[tuple[str, str, dict[str, Any], bool]] = field(default_factory=list)

    def send(self, method: str, path: str, *, json: dict[str, Any], safe: bool) -> Answer:
        self.sent.append((method, path, json, safe))
        return Answer(
            status=200,
            headers={"Content-Type": "application/json"},
            content=dumps(self.answer(json)),
            sent_at=0.0,
            received_at=0.0,
            connector_id="regicare",
            safe=safe,
        )


def dumps(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def replying(answer: Any) -> Line:
    """A line whose answers carry the id of their request."""
    return Line(lambda body: {**answer, "id": body["id"]} if isinstance(answer, dict) else answer)


def call(line: Line, rpc: JsonRpc | None = None, *, safe: bool = True) -> Any:
    params = {"activiteitID": 104}
    return (rpc or JsonRpc()).call(cast(HttpClient, line), "activiteitInformatie", params, safe=safe)


def test_a_call_is_one_post_with_named_parameters() -> None:
    line = replying(RESULT)
    assert call(line, JsonRpc(path="rpc")) == {"activiteitID": 104}
    body = {"jsonrpc": "2.0", "id": 1, "method": "activiteitInformatie", "params": {"activiteitID": 104}}
    assert line.sent == [("POST", "rpc", body, True)]


def test_each_call_has_an_id_of_its_own() -> None:
    line, rpc = replying(RESULT), JsonRpc()
    for _ in range(3):
        call(line, rpc)
    assert [body["id"] for _, _, body, _ in line.sent] == [1, 2, 3]


def test_a_write_is_not_sent_as_safe() -> None:
    line = replying(RESULT)
    call(line, safe=False)
    assert line.sent[0][3] is False


def test_an_id_that_comes_back_as_text_is_the_same_id() -> None:
    line = Line(lambda body: {**RESULT, "id": str(body["id"])})
    assert call(line) == {"activiteitID": 104}


@pytest.mark.parametrize("result", [None, False, 0, [], "ja"])
def test_any_value_is_a_result(result: Any) -> None:
    assert call(replying({"jsonrpc": "2.0", "result": result})) == result


@pytest.mark.parametrize(
    "answer",
    [
        [RESULT],
        {"result": {}},
        {"jsonrpc": "2.0"},
        {"jsonrpc": "2.0", "error": "kapot"},
        {"jsonrpc": "2.0", "error": {"code": -32603, "message": "Internal error"}},
        {"jsonrpc": "2.0", "error": {"code": -32050, "message": "overbelast"}},
    ],
)
@pytest.mark.parametrize(("safe", "error"), [(True, TransientError), (False, OutcomeUnknownError)])
def test_an_answer_that_tells_nothing_may_have_been_applied(
    answer: Any, safe: bool, error: type[SamenspraakError]
) -> None:
    line = replying(answer)
    with pytest.raises(TransientError) as caught:
        call(line, safe=safe)
    assert type(caught.value) is error
    line.answer = lambda body: {**RESULT, "id": body["id"]}
    assert call(line, safe=safe) == {"activiteitID": 104}


def test_the_answer_to_another_call_is_not_taken() -> None:
    with pytest.raises(TransientError, match="another call"):
        call(Line(lambda body: {**RESULT, "id": body["id"] + 1}))


@pytest.mark.parametrize("code", [-32700, -32600, -32601, -32602, 7])
def test_a_call_the_server_does_not_understand_is_permanent_and_only_its_number_is_told(code: int) -> None:
    error = {"code": code, "message": "mevrouw Van Houten onbekend"}
    with pytest.raises(PermanentError) as caught:
        call(replying({"jsonrpc": "2.0", "error": error}), safe=False)
    assert str(code) in str(caught.value)
    assert "Houten" not in str(caught.value)


def test_a_refusal_becomes_what_the_table_says() -> None:
    rpc = JsonRpc(refusals={"NIET_INGELOGD": AuthenticationError})
    with pytest.raises(AuthenticationError, match="activiteitInformatie was refused: NIET_INGELOGD"):
        call(replying({"jsonrpc": "2.0", "result": {"error": "NIET_INGELOGD"}}), rpc)


def test_a_refusal_nobody_listed_is_permanent_and_shown_as_it_is() -> None:
    with pytest.raises(PermanentError, match="LICENTIE_VERLOPEN"):
        call(replying({"jsonrpc": "2.0", "result": {"error": "LICENTIE_VERLOPEN"}}))


@pytest.mark.parametrize("code", ["mevrouw Van Houten is onbekend", 12, {"naam": "Riet"}])
def test_a_refusal_without_a_readable_code_does_not_show_its_content(code: Any) -> None:
    with pytest.raises(PermanentError) as caught:
        call(replying({"jsonrpc": "2.0", "result": {"error": code}}))
    assert str(caught.value) == "activiteitInformatie was refused without a readable code"


def test_the_member_that_holds_a_refusal_is_the_connectors_to_name() -> None:
    rpc = JsonRpc(refused_in="fout")
    assert call(replying({"jsonrpc": "2.0", "result": {"error": "x"}}), rpc) == {"error": "x"}
    with pytest.raises(PermanentError, match="GEEN_TOEGANG"):
        call(replying({"jsonrpc": "2.0", "result": {"fout": "GEEN_TOEGANG"}}), rpc)


def test_a_body_that_is_no_json_is_no_result() -> None:
    with pytest.raises(InvalidRecordError):
        call(Line(lambda body: b"<html>Inloggen</html>"))
