"""Programs get access tokens at ``/oauth/token``, and what they stand on ends them."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384
from flask.testing import FlaskClient
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from samenspraak.errors import AuthenticationError
from samenspraak.policy.access import ROLES, Role, Scope
from samenspraak.services import programs
from samenspraak.services.access import principal_of
from samenspraak.web.app import create_app
from samenspraak.web.limits import Limits

ORGANISATION = "de-linde"
HUB = "https://hub.example"
ENDPOINT = f"{HUB}/oauth/token"
CLIENT = "de-linde.planning"
P256, P384, RSA = ECKey.generate_key("P-256"), ECKey.generate_key("P-384"), RSAKey.generate_key(2048)
SIGNERS = {"ES256": P256, "ES384": P384, "RS384": RSA}
BY_STATEMENT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CLOSED = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@pytest.fixture
def web(town: Any) -> FlaskClient:
    settings = replace(town.app.settings, web=replace(town.app.settings.web, public_url=HUB))
    return create_app(replace(town.app, settings=settings), is_working=lambda: True).test_client()


@pytest.fixture
def key(town: Any) -> programs.NewKey:
    """A program that may do all that a coordinator may, by its key or by what it signs."""
    public = [{**one.as_dict(private=False), "kid": name} for name, one in SIGNERS.items()]
    given = json.dumps({"keys": public}).encode()
    programs.add(town.app.hub, ORGANISATION, "planning", Role.COORDINATOR, public_keys=given)
    return programs.add_key(town.app.hub, ORGANISATION, "planning")


def post(web: FlaskClient, headers: dict[str, str] | None = None, **form: str) -> Any:
    """What the endpoint answers; ``form`` goes over a usual one."""
    usual = {"grant_type": "client_credentials"}
    sent = {name: value for name, value in {**usual, **form}.items() if value}
    return web.post("/oauth/token", data=sent, headers=headers or {})


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{name}:{secret}'.encode()).decode()}"}


def by_key(web: FlaskClient, key: programs.NewKey, **form: str) -> Any:
    return post(web, client_id=CLIENT, client_secret=key.text, **form)


def statement(town: Any, algorithm: str = "ES384", header: Any = None, **changed: Any) -> str:
    """A good statement, but for what is changed; None takes a claim out."""
    now = int(town.clock.now().timestamp())
    usual = {"iss": CLIENT, "sub": CLIENT, "aud": ENDPOINT, "exp": now + 240, "jti": f"once {now}"}
    claims = {name: value for name, value in {**usual, **changed}.items() if value is not None}
    head = {"alg": algorithm, "kid": algorithm, **(header or {})}
    kept = {name: value for name, value in head.items() if value is not None}
    return jws.serialize_compact(kept, json.dumps(claims), SIGNERS[algorithm], algorithms=[algorithm])


def by_statement(web: FlaskClient, signed: str, **form: str) -> Any:
    return post(web, **{"client_assertion_type": BY_STATEMENT, "client_assertion": signed, **form})


def asks(town: Any, answer: Any, **given: str) -> Any:
    """Who asks with the token that was given."""
    assert answer.status_code == 200, answer.get_data()
    return principal_of(town.app.hub, f"Bearer {answer.get_json()['access_token']}", **given)


def is_refused(answer: Any, error: str, status: int = 400) -> bool:
    assert {name: answer.headers.get(name) for name in CLOSED} == CLOSED
    assert ("WWW-Authenticate" in answer.headers) is (answer.status_code == 401)
    return (answer.status_code, answer.get_json().get("error")) == (status, error)


# Getting one.


def test_a_key_is_a_client_secret_in_the_header_or_the_body(
    town: Any, web: FlaskClient, key: programs.NewKey
) -> None:
    for answer in (by_key(web, key), post(web, basic(CLIENT, key.text))):
        told = answer.get_json()

        assert asks(town, answer).id == "program:planning"
        assert (told["token_type"], told["expires_in"]) == ("Bearer", 300)
        assert told["scope"].split() == sorted(ROLES[Role.COORDINATOR])
        assert {name: answer.headers[name] for name in CLOSED} == CLOSED


@pytest.mark.parametrize("algorithm", SIGNERS)
@pytest.mark.parametrize("audience", [HUB, ENDPOINT, ["https://other.example", ENDPOINT]])
def test_a_signed_statement_shows_who_it_is(
    town: Any, web: FlaskClient, key: programs.NewKey, algorithm: str, audience: Any
) -> None:
    answer = by_statement(web, statement(town, algorithm, aud=audience), client_id=CLIENT)

    assert asks(town, answer).scopes == ROLES[Role.COORDINATOR]


def test_a_statement_without_the_name_of_its_key_is_tried_with_all(
    town: Any, web: FlaskClient, key: programs.NewKey
) -> None:
    assert asks(town, by_statement(web, statement(town, "ES256", header={"kid": None})))


def test_less_can_be_asked_for_and_never_more(town: Any, web: FlaskClient) -> None:
    programs.add(town.app.hub, ORGANISATION, "planning", Role.COORDINATOR)
    small = programs.add_key(
        town.app.hub, ORGANISATION, "planning", scopes=[Scope.AGREEMENTS_READ, Scope.PEOPLE_READ]
    )

    less = by_key(web, small, scope="people:read")
    assert less.get_json()["scope"] == "people:read"
    assert asks(town, less).scopes == {Scope.PEOPLE_READ}
    for more in ("people:read people:write", "system/*.rs", "people:read x"):
        assert is_refused(by_key(web, small, scope=more), "invalid_scope")
    assert asks(town, by_key(web, small)).scopes == {Scope.AGREEMENTS_READ, Scope.PEOPLE_READ}


def test_the_trail_says_who_got_a_token_and_how(town: Any, web: FlaskClient, key: programs.NewKey) -> None:
    by_key(web, key)
    by_statement(web, statement(town))
    by_statement(web, statement(town))

    with town.app.store.read(ORGANISATION) as uow:
        told = [one for one in uow.log.audit_lines() if one.action == "token.issued"]
    assert [(one.actor, one.detail) for one in told] == [
        ("program:planning", f"key:{key.key.id}"),
        ("program:planning", "signed"),
    ]


# Not getting one.


@pytest.mark.parametrize(
    "changed",
    [
        {"client_secret": "x"},
        {"client_secret": "sp_de-linde_x_" + "a" * 43},
        {"client_id": "de-linde.roster"},
        {"client_id": "de-beuk.planning"},
        {"client_id": "planning"},
        {"client_id": ""},
        {"client_secret": ""},
    ],
)
def test_who_does_not_show_who_it_is_gets_one_and_the_same_answer(
    town: Any, web: FlaskClient, key: programs.NewKey, changed: dict[str, str]
) -> None:
    town.app.store.add_organisation("de-beuk", "De Beuk")
    programs.add(town.app.hub, ORGANISATION, "roster", Role.VIEWER)
    programs.add(town.app.hub, "de-beuk", "planning", Role.ADMIN)

    answer = post(web, **{"client_id": CLIENT, "client_secret": key.text, **changed})

    assert is_refused(answer, "invalid_client", 401)
    assert answer.get_json()["error_description"] == "This client is not accepted."
    assert asks(town, by_key(web, key))


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic x", "Basic eA==", "Bearer x", "Basic \u00e9", "basic Og=="]
)
def test_a_header_that_says_nothing_is_no_client(web: FlaskClient, key: programs.NewKey, header: str) -> None:
    assert is_refused(post(web, {"Authorization": header}), "invalid_client", 401)


WRONG_STATEMENTS: dict[str, Callable[[Any], str]] = {
    "another key": lambda town: resigned(statement(town), ECKey.generate_key("P-384"), "ES384"),
    "no signature": lambda town: statement(town).rpartition(".")[0] + ".",
    "alg none": lambda town: unsigned(statement(town)),
    "alg HS256 with the public key": lambda town: by_hand(
        {"alg": "HS256", "kid": "ES384"},
        content(statement(town)),
        lambda signed: hmac.digest(P384.as_pem(private=False), signed, "sha256"),
    ),
    "an algorithm of another key": lambda town: statement(town, header={"kid": "ES256"}),
    "an unknown key": lambda town: statement(town, header={"kid": "x"}),
    "an algorithm that is not accepted": lambda town: resigned(statement(town), RSA, "RS256", kid="RS384"),
    "a header that must be understood and is not": lambda town: by_hand(
        {"alg": "ES384", "kid": "ES384", "crit": ["b64"], "b64": True}, content(statement(town)), es384
    ),
    "changed": lambda town: changed(statement(town), sub="de-linde.other"),
    "another issuer": lambda town: statement(town, iss="de-linde.roster"),
    "another subject": lambda town: statement(town, sub="de-linde.roster"),
    "no subject": lambda town: statement(town, sub=None),
    "another audience": lambda town: statement(town, aud="https://other.example/oauth/token"),
    "no audience": lambda town: statement(town, aud=None),
    "an audience that holds ours": lambda town: statement(town, aud=f"{ENDPOINT}/"),
    "no end": lambda town: statement(town, exp=None),
    "an end that is no number": lambda town: statement(town, exp="soon"),
    "true as its end": lambda town: statement(town, exp=True),
    "an end beyond time": lambda town: statement(town, exp=10**17),
    "over": lambda town: statement(town, exp=after(town, -61)),
    "for too long": lambda town: statement(town, exp=after(town, 361)),
    "not yet": lambda town: statement(town, nbf=after(town, 61)),
    "made later": lambda town: statement(town, iat=after(town, 61)),
    "no id": lambda town: statement(town, jti=None),
    "an empty id": lambda town: statement(town, jti=""),
    "an id that is no text": lambda town: statement(town, jti=7),
    "an endless id": lambda town: statement(town, jti="x" * 257),
    "no token": lambda town: "x",
    "a program that does not sign": lambda town: statement(
        town, iss="de-linde.roster", sub="de-linde.roster"
    ),
    "an organisation there is not": lambda town: statement(town, iss="x.planning", sub="x.planning"),
    "nested without end": lambda town: f"{b64(b'[' * 9000)}.e30.e30",
    "no object": lambda town: f"{b64(b'[]')}.{b64(b'[]')}.e30",
}


def b64(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def after(town: Any, seconds: int) -> int:
    return int((town.clock.now() + timedelta(seconds=seconds)).timestamp())


def content(signed: str) -> Any:
    return json.loads(urlsafe_b64decode(signed.split(".")[1] + "=="))


def resigned(signed: str, key: Any, algorithm: str, kid: str = "ES384") -> str:
    head = {"alg": algorithm, "kid": kid}
    return jws.serialize_compact(head, json.dumps(content(signed)), key, algorithms=[algorithm])


def by_hand(head: Any, claims: Any, sign: Callable[[bytes], bytes]) -> str:
    """A token as no library would make it."""
    signed = ".".join(b64(json.dumps(one).encode()) for one in (head, claims))
    return f"{signed}.{b64(sign(signed.encode()))}"


def es384(signed: bytes) -> bytes:
    r, s = decode_dss_signature(P384.private_key.sign(signed, ECDSA(SHA384())))
    return r.to_bytes(48, "big") + s.to_bytes(48, "big")


def test_a_statement_made_by_hand_is_as_good_as_any(
    town: Any, web: FlaskClient, key: programs.NewKey
) -> None:
    """Else what is refused here below might be refused for how it is made."""
    by_us = by_hand({"alg": "ES384", "kid": "ES384"}, content(statement(town)), es384)

    assert asks(town, by_statement(web, by_us))


def unsigned(signed: str) -> str:
    head = json.dumps({"alg": "none", "kid": "ES384"}).encode()
    return f"{b64(head)}.{signed.split('.')[1]}."


def changed(signed: str, **claims: Any) -> str:
    header, _, signature = signed.split(".")
    return f"{header}.{b64(json.dumps({**content(signed), **claims}).encode())}.{signature}"


@pytest.mark.parametrize("wrong", WRONG_STATEMENTS.values(), ids=WRONG_STATEMENTS)
def test_a_statement_that_does_not_show_it_is_refused_and_a_good_one_still_counts(
    town: Any, web: FlaskClient, key: programs.NewKey, wrong: Callable[[Any], str]
) -> None:
    programs.add(town.app.hub, ORGANISATION, "roster", Role.VIEWER)

    assert is_refused(by_statement(web, wrong(town)), "invalid_client", 401)

    assert asks(town, by_statement(web, statement(town)))


def test_a_statement_counts_once_for_as_long_as_it_could_count(
    town: Any, web: FlaskClient, key: programs.NewKey
) -> None:
    signed = statement(town, jti="once")
    assert asks(town, by_statement(web, signed))

    for seconds in (0, 200, 60, 39):
        town.clock.pass_(seconds=seconds)
        assert is_refused(by_statement(web, signed), "invalid_client", 401)
    assert asks(town, by_statement(web, statement(town, jti="twice")))


def test_two_programs_may_call_their_statements_the_same(
    town: Any, web: FlaskClient, key: programs.NewKey
) -> None:
    given = json.dumps({"keys": [{**P384.as_dict(private=False), "kid": "ES384"}]}).encode()
    programs.add(town.app.hub, ORGANISATION, "roster", Role.VIEWER, public_keys=given)
    other = "de-linde.roster"

    assert asks(town, by_statement(web, statement(town, jti="1")))
    assert asks(town, by_statement(web, statement(town, jti="1", iss=other, sub=other)))


def test_another_name_beside_what_shows_it_is_refused(
    town: Any, web: FlaskClient, key: programs.NewKey
) -> None:
    for answer in (
        by_statement(web, statement(town), client_id="de-linde.roster"),
        post(web, basic(CLIENT, key.text), client_id="de-linde.roster"),
    ):
        assert is_refused(answer, "invalid_client", 401)


def test_what_is_no_request_is_refused_by_what_one_is(
    town: Any, web: FlaskClient, key: programs.NewKey
) -> None:
    credentials = {"client_id": CLIENT, "client_secret": key.text}
    form = {"grant_type": "client_credentials", **credentials}

    assert is_refused(post(web, basic(CLIENT, key.text), **credentials), "invalid_request")
    assert is_refused(web.post("/oauth/token", json=form), "invalid_request")
    assert is_refused(web.post("/oauth/token?scope=x", data=form), "invalid_request")
    assert is_refused(web.post("/oauth/token", data=credentials), "invalid_request")
    assert is_refused(by_statement(web, statement(town), client_assertion_type="x"), "invalid_request")
    doubled = f"grant_type=client_credentials&client_id={CLIENT}&client_id={CLIENT}&client_secret={key.text}"
    told = web.post("/oauth/token", data=doubled, content_type="application/x-www-form-urlencoded")
    assert is_refused(told, "invalid_request")
    for grant in ("password", "authorization_code", "refresh_token"):
        assert is_refused(by_key(web, key, grant_type=grant), "unsupported_grant_type")
    assert web.get("/oauth/token").status_code == 405


def test_who_guesses_waits_and_who_knows_does_not(town: Any, key: programs.NewKey) -> None:
    web = create_app(town.app, is_working=lambda: True, limits=Limits(refusals=3)).test_client()

    guesses = [post(web, client_id=CLIENT, client_secret=str(n)) for n in range(5)]

    assert [one.status_code for one in guesses] == [401, 401, 401, 429, 429]
    assert int(guesses[-1].headers["Retry-After"]) >= 1
    assert asks(town, by_key(web, key))


# Using one.


def test_a_token_works_for_five_minutes(town: Any, web: FlaskClient, key: programs.NewKey) -> None:
    answer = by_key(web, key)

    town.clock.pass_(seconds=299)
    assert asks(town, answer)
    town.clock.pass_(seconds=1)
    with pytest.raises(AuthenticationError):
        asks(town, answer)


def test_a_token_ends_at_once_with_its_key_and_not_with_another(
    town: Any, web: FlaskClient, key: programs.NewKey
) -> None:
    other = programs.add_key(town.app.hub, ORGANISATION, "planning")
    old, new, signed = by_key(web, key), by_key(web, other), by_statement(web, statement(town))

    programs.revoke_key(town.app.hub, ORGANISATION, key.key.id)

    with pytest.raises(AuthenticationError):
        asks(town, old)
    assert asks(town, new)
    assert asks(town, signed)


def test_all_tokens_end_at_once_with_their_program(town: Any, web: FlaskClient, key: programs.NewKey) -> None:
    answers = [by_key(web, key), by_statement(web, statement(town))]

    programs.revoke(town.app.hub, ORGANISATION, "planning")

    for answer in answers:
        with pytest.raises(AuthenticationError):
            asks(town, answer)
    assert is_refused(by_key(web, key), "invalid_client", 401)
    assert is_refused(by_statement(web, statement(town, jti="2")), "invalid_client", 401)


def test_a_token_is_got_and_used_only_from_the_networks_of_its_key(town: Any, web: FlaskClient) -> None:
    programs.add(town.app.hub, ORGANISATION, "planning", Role.VIEWER)
    near = programs.add_key(town.app.hub, ORGANISATION, "planning", networks=["127.0.0.0/8"])
    answer = by_key(web, near)

    assert asks(town, answer, remote="127.0.0.9")
    with pytest.raises(AuthenticationError):
        asks(town, answer, remote="192.0.2.1")
    far = programs.add_key(town.app.hub, ORGANISATION, "planning", networks=["192.0.2.0/24"])
    assert is_refused(by_key(web, far), "invalid_client", 401)


def test_a_token_that_somebody_changed_is_none(town: Any, web: FlaskClient, key: programs.NewKey) -> None:
    town.app.store.add_organisation("de-beuk", "De Beuk")
    token = by_key(web, key, scope="agreements:read").get_json()["access_token"]
    head, _, mark = token.rpartition(".")
    says = head.removeprefix("st_de-linde_")
    more = b64(json.dumps({**content(f".{says}."), "scopes": "access:write"}).encode())

    for wrong in (
        token.replace("de-linde", "de-beuk"),
        f"st_de-linde_{more}.{mark}",
        f"{head}.{'A' * 43}",
        head,
        f"{token}A",
        f"st_de-linde_.{mark}",
    ):
        with pytest.raises(AuthenticationError):
            principal_of(town.app.hub, f"Bearer {wrong}")
    assert principal_of(town.app.hub, f"Bearer {token}").scopes == {Scope.AGREEMENTS_READ}


def test_an_app_asks_for_its_users_with_a_token_as_well(family: Any) -> None:
    programs.add(family.app.hub, ORGANISATION, "app", Role.APP, connector_id="app-a")
    key = programs.add_key(family.app.hub, ORGANISATION, "app")
    web = create_app(family.app, is_working=lambda: True).test_client()

    answer = post(web, client_id="de-linde.app", client_secret=key.text)

    assert str(asks(family, answer, reader="son").party) == "relative:son"


def test_programs_can_read_what_the_endpoint_can(web: FlaskClient) -> None:
    answer = web.get("/.well-known/oauth-authorization-server")

    told = answer.get_json()
    assert (told["issuer"], told["token_endpoint"]) == (HUB, ENDPOINT)
    assert told["grant_types_supported"] == ["client_credentials"]
    assert set(told["token_endpoint_auth_signing_alg_values_supported"]) == set(SIGNERS)
    assert set(told["scopes_supported"]) == set(Scope)
    assert "max-age" in answer.headers["Cache-Control"]
