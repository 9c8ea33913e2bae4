"""The keys of whoever signs people in: found where the issuer says, kept, looked up again within bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey

from samenspraak.errors import AuthenticationError, PermanentError, TransientError
from samenspraak.http import Issuers

ISSUER = "https://login.example/zorg"
FIRST, SECOND = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")


def published(**keys: Any) -> Any:
    return {"keys": [{**key.as_dict(private=False), "kid": name} for name, key in keys.items()]}


@dataclass
class Answer:
    content: Any

    def json(self) -> Any:
        return self.content


@dataclass
class Provider:
    """What is found at an issuer. ``down``: what everybody who asks gets instead."""

    says: Any = None
    keys: Any = field(default_factory=lambda: published(a=FIRST))
    down: Exception | None = None
    asked: list[str] = field(default_factory=list)
    now: float = 1000.0

    def opened(self, organisation: str, url: str) -> Any:
        return Client(self, url)

    def issuers(self) -> Issuers:
        return Issuers(self.opened, clock=lambda: self.now)


@dataclass
class Client:
    provider: Provider
    base: str

    def within(self, seconds: float) -> Client:
        assert seconds <= 5
        return self

    def send(self, method: str, path: str) -> Answer:
        told = {"issuer": ISSUER, "jwks_uri": "https://login.example/keys", "jwks": "x"}
        return self._answer(f"{self.base}/{path}", self.provider.says or told)

    def follow(self, url: str) -> Answer:
        assert self.base == "https://login.example"
        return self._answer(url, self.provider.keys)

    def _answer(self, url: str, content: Any) -> Answer:
        self.provider.asked.append(url)
        if self.provider.down:
            raise self.provider.down
        return Answer(content)


def names(issuers: Issuers, key_id: str | None = "a", organisation: str = "de-linde") -> list[str]:
    return [one["kid"] for one in issuers.keys(organisation, ISSUER, key_id)]


def test_keys_are_where_the_issuer_says_and_looked_up_once_an_hour() -> None:
    provider = Provider()
    issuers = provider.issuers()

    assert names(issuers) == names(issuers, None) == ["a"]
    assert provider.asked == [f"{ISSUER}/.well-known/openid-configuration", "https://login.example/keys"]
    provider.now += 3599
    names(issuers)
    assert len(provider.asked) == 2
    provider.now += 1
    names(issuers)
    assert len(provider.asked) == 4


def test_an_unknown_key_is_looked_up_at_once_and_then_once_a_minute() -> None:
    provider = Provider()
    issuers = provider.issuers()
    names(issuers)
    provider.keys = published(a=FIRST, b=SECOND)

    assert names(issuers, "b") == ["a"]
    provider.now += 60
    assert names(issuers, "b") == ["a", "b"]
    for _ in range(50):
        provider.now += 1
        names(issuers, "made up")
    assert len(provider.asked) == 4


def test_what_is_known_goes_on_working_for_a_day_while_it_cannot_be_reached() -> None:
    provider = Provider()
    issuers = provider.issuers()
    names(issuers)
    provider.down = TransientError("away")

    provider.now += 86_399
    assert names(issuers) == ["a"]
    provider.now += 1
    with pytest.raises(TransientError, match="cannot be reached"):
        names(issuers)
    provider.down, provider.now = None, provider.now + 10
    assert names(issuers) == ["a"]


@pytest.mark.parametrize("down", [TransientError("x"), AuthenticationError("x"), PermanentError("x")])
def test_what_is_the_matter_there_is_not_the_matter_of_who_asks(down: Exception) -> None:
    provider = Provider(down=down)
    issuers = provider.issuers()

    for _ in range(5):
        with pytest.raises(TransientError, match="cannot be reached"):
            names(issuers)
    assert len(provider.asked) == 1
    provider.down, provider.now = None, provider.now + 10
    assert names(issuers) == ["a"]


@pytest.mark.parametrize(
    "says",
    [
        {"issuer": "https://elsewhere.example", "jwks_uri": "https://login.example/keys"},
        {"issuer": f"{ISSUER}/", "jwks_uri": "https://login.example/keys"},
        {"issuer": ISSUER},
        {"issuer": ISSUER, "jwks_uri": 7},
        ["x"],
    ],
)
def test_a_document_of_somebody_else_gives_no_keys(says: Any) -> None:
    with pytest.raises(TransientError):
        names(Provider(says=says).issuers())


@pytest.mark.parametrize(
    "keys",
    [
        {},
        [],
        {"keys": "x"},
        {"keys": [1, None, {"kty": "x"}]},
        {"keys": [{**FIRST.as_dict(private=False), "use": "enc"}]},
        {"keys": [FIRST.as_dict(private=True)]},
        {"keys": [OctKey.generate_key(256).as_dict()]},
    ],
)
def test_a_set_without_a_key_that_can_be_used_gives_none(keys: Any) -> None:
    with pytest.raises(TransientError):
        names(Provider(keys=keys).issuers())


def test_other_keys_in_the_set_are_left_alone() -> None:
    mixed = published(x=OKPKey.generate_key("Ed25519"), a=FIRST, y=ECKey.generate_key("P-521"))

    assert names(Provider(keys=mixed).issuers()) == ["a"]


def test_what_is_found_for_one_organisation_is_not_used_for_another() -> None:
    provider = Provider()
    issuers = provider.issuers()

    names(issuers)
    names(issuers, organisation="de-beuk")

    assert len(provider.asked) == 4


def test_who_finds_somebody_looking_goes_on_with_what_is_known() -> None:
    provider = Provider()
    issuers = provider.issuers()
    names(issuers)
    meanwhile: list[Callable[[], object]] = []

    def slow(organisation: str, url: str) -> Any:
        meanwhile.append(lambda: None)
        assert names(issuers) == ["a"]
        return Client(provider, url)

    issuers._opened = slow
    provider.now += 3600
    assert names(issuers) == ["a"]
    assert meanwhile
