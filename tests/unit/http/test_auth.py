"""Signing in: what each way sends, and how a shared token is renewed without a storm."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from samenspraak.errors import AuthenticationError, ConfigurationError, TransientError
from samenspraak.http import Auth, BasicAuth, BearerAuth, HeaderAuth, NoAuth, Outgoing, Token, TokenAuth

CALL = Outgoing(method="GET", url="https://dossier.example/fhir/CarePlan", deadline=60.0)


class Endpoint(TokenAuth):
    """A token endpoint that numbers what it gives; ``trouble`` is raised instead while set."""

    def __init__(self, lifetime: float | None = 100.0) -> None:
        super().__init__(monotonic=lambda: self.now, chance=lambda: 0.5)
        self.now = 0.0
        self.lifetime = lifetime
        self.asked = 0
        self.trouble: Exception | None = None
        self.meanwhile: Callable[[], object] = lambda: None

    def fetch(self, deadline: float) -> Token:
        self.asked += 1
        self.meanwhile()
        if self.trouble is not None:
            raise self.trouble
        return Token(value=f"token-{self.asked}", lifetime_seconds=self.lifetime)

    def sent(self) -> str:
        return self.headers(CALL)["Authorization"]


@pytest.mark.parametrize(
    ("auth", "headers"),
    [
        (NoAuth(), {}),
        (BearerAuth("abc"), {"Authorization": "Bearer abc"}),
        (BasicAuth("zorg", "geheim"), {"Authorization": "Basic em9yZzpnZWhlaW0="}),
        (BasicAuth("zoë", "ü"), {"Authorization": "Basic em/DqzrDvA=="}),
        (HeaderAuth("X-Api-Key", "abc"), {"X-Api-Key": "abc"}),
    ],
)
def test_each_way_signs_with_its_own_header(auth: Auth, headers: dict[str, str]) -> None:
    assert auth.headers(CALL) == headers
    assert not auth.renew(CALL, headers)


@pytest.mark.parametrize(
    "auth", [BearerAuth("geheim"), BasicAuth("zorg", "geheim"), HeaderAuth("X-Api-Key", "geheim"), Endpoint()]
)
def test_a_secret_does_not_show(auth: Auth) -> None:
    assert repr(auth) == f"{type(auth).__name__}()"
    assert "geheim" not in repr(Token(value="geheim"))


@pytest.mark.parametrize("secret", ["abc\n", "a\rb", " abc", "sleutél"])
def test_a_secret_that_no_header_can_carry_is_a_wrong_setting(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="line end") as caught:
        HeaderAuth("X-Api-Key", secret)
    assert secret.strip() not in str(caught.value)


def test_a_token_is_used_until_four_fifths_of_its_life_and_then_renewed() -> None:
    endpoint = Endpoint(lifetime=100.0)
    assert endpoint.sent() == "Bearer token-1"
    endpoint.now = 79.9
    assert endpoint.sent() == "Bearer token-1"
    endpoint.now = 80.1
    assert endpoint.sent() == "Bearer token-2"


def test_a_token_without_a_lifetime_is_kept_until_refused() -> None:
    endpoint = Endpoint(lifetime=None)
    endpoint.sent()
    endpoint.now = 1e9
    assert endpoint.sent() == "Bearer token-1"
    assert endpoint.renew(CALL, {"Authorization": "Bearer token-1"})
    assert endpoint.sent() == "Bearer token-2"


def test_a_refusal_of_an_older_token_does_not_throw_the_new_one_away() -> None:
    endpoint = Endpoint()
    endpoint.sent()
    for _ in range(3):  # three calls were on their way with the first token
        endpoint.renew(CALL, {"Authorization": "Bearer token-1"})
        assert endpoint.sent() == "Bearer token-2"


def test_while_the_endpoint_is_away_a_token_does_until_its_end() -> None:
    endpoint = Endpoint(lifetime=100.0)
    endpoint.sent()
    endpoint.trouble = TransientError("away")
    endpoint.now = 90.0
    assert endpoint.sent() == "Bearer token-1"
    endpoint.now = 101.0
    with pytest.raises(TransientError):
        endpoint.sent()
    endpoint.trouble = None
    assert endpoint.sent() == "Bearer token-4"


def test_a_hundred_calls_at_once_ask_for_one_token() -> None:
    endpoint = Endpoint()
    everybody = threading.Barrier(100)

    def call(_: int) -> str:
        everybody.wait(10)
        return endpoint.sent()

    with ThreadPoolExecutor(100) as pool:
        assert set(pool.map(call, range(100))) == {"Bearer token-1"}
    assert endpoint.asked == 1


def test_who_waits_for_a_refused_sign_in_shares_the_refusal() -> None:
    endpoint = Endpoint()
    endpoint.trouble = AuthenticationError("wrong password")
    inside, others_wait = threading.Event(), threading.Event()
    endpoint.meanwhile = lambda: (inside.set(), others_wait.wait(10))

    def call(_: int) -> str:
        with pytest.raises(AuthenticationError, match="wrong password") as caught:
            endpoint.sent()
        return str(caught.value)

    with ThreadPoolExecutor(5) as pool:
        first = pool.submit(call, 0)
        inside.wait(10)
        others = [pool.submit(call, n) for n in range(4)]
        threading.Timer(0.2, others_wait.set).start()
        assert {done.result(10) for done in [first, *others]} == {"wrong password"}
    assert endpoint.asked == 1
    endpoint.trouble = None
    assert endpoint.sent() == "Bearer token-2"


def test_nobody_waits_for_another_sign_in_beyond_the_own_deadline() -> None:
    endpoint = Endpoint()
    inside, go_on = threading.Event(), threading.Event()
    endpoint.meanwhile = lambda: (inside.set(), go_on.wait(10))
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(endpoint.sent)
        inside.wait(10)
        with pytest.raises(TransientError, match="still signing in; nothing was sent"):
            endpoint.headers(Outgoing(method="GET", url="", deadline=endpoint.now))
        go_on.set()
        assert slow.result(10) == "Bearer token-1"
    assert endpoint.sent() == "Bearer token-1"
