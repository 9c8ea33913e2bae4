"""People who signed in elsewhere: which tokens are taken, and how somebody becomes an account."""

from __future__ import annotations

import hmac
import json
import logging
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from samenspraak.domain.parties import Group, GroupKind, PartyKind, PartyRef
from samenspraak.errors import (
    AuthenticationError,
    NoAccountError,
    NotFoundError,
    RuleError,
    TransientError,
)
from samenspraak.policy.access import ROLES, Principal, Role, Scope
from samenspraak.policy.keys import REFUSED
from samenspraak.services import accounts, matching
from samenspraak.services.access import principal_of
from samenspraak.store.accounts import AccountRecord
from samenspraak.store.tables import account as account_table

ORGANISATION, OTHER = "de-linde", "de-beuk"
ISSUER, APP = "https://login.example/zorg", "familie-app"
P256, P384, RSA = ECKey.generate_key("P-256"), ECKey.generate_key("P-384"), RSAKey.generate_key(2048)
KEYS = {"ES256": P256, "ES384": P384, "RS256": RSA, "RS384": RSA, "PS256": RSA, "PS384": RSA}
KIDS = {"ES256": "p256", "ES384": "p384"}
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")


@dataclass
class Published:
    """The keys of an issuer. ``away``: it cannot be reached."""

    away: bool = False

    def keys(self, organisation: str, issuer: str, key_id: str | None) -> Sequence[Mapping[str, Any]]:
        assert issuer == ISSUER
        if self.away:
            raise TransientError("Where people sign in cannot be reached.")
        named = {"p256": P256, "p384": P384, "rsa": RSA}
        return [{**key.as_dict(private=False), "kid": name} for name, key in named.items()]


@pytest.fixture
def town(family: Any) -> Any:
    """The family, whose app-a has its people sign in with an issuer."""
    family.issuer = Published()
    family.app = replace(family.app, hub=replace(family.app.hub, issuers=family.issuer))
    accounts.add_provider(
        family.app.hub, ORGANISATION, "login", issuer=ISSUER, client_id=APP, connector_id="app-a"
    )
    return family


def token(town: Any, algorithm: str = "ES256", header: Any = None, **changed: Any) -> str:
    """An access token of the son that is good, but for what is changed; None takes something out."""
    now = int(town.clock.now().timestamp())
    usual = {
        **{"iss": ISSUER, "sub": "jan@example.nl", "aud": "urn:samenspraak:de-linde", "client_id": APP},
        **{"iat": now, "exp": now + 300, "scope": "openid"},
    }
    claims = {name: value for name, value in {**usual, **changed}.items() if value is not None}
    head = {"alg": algorithm, "typ": "at+jwt", "kid": KIDS.get(algorithm, "rsa"), **(header or {})}
    kept = {name: value for name, value in head.items() if value is not None}
    return jws.serialize_compact(kept, json.dumps(claims), KEYS[algorithm], algorithms=[algorithm])


def asks(town: Any, text: str, **given: str) -> Principal:
    return principal_of(town.app.hub, f"Bearer {text}", **given)


def accept(town: Any, code: str, text: str = "") -> accounts.Account:
    return accounts.accept(town.app.hub, f"Bearer {text or token(town)}", code)


def invite(town: Any, who: str = "relative:son", **given: Any) -> accounts.NewInvitation:
    return accounts.invite(town.app.hub, ORGANISATION, who, **given)


@pytest.fixture
def known(town: Any) -> accounts.Account:
    """The son has access."""
    return accept(town, invite(town).code)


def lines(town: Any) -> list[Any]:
    with town.app.store.read(ORGANISATION) as uow:
        assert uow.log.verify() is None
        return list(uow.log.audit_lines())


# Which tokens are taken.


@pytest.mark.parametrize("algorithm", KEYS)
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"aud": ["urn:samenspraak:de-linde", "https://login.example/userinfo"]},
        {"client_id": None, "azp": APP},
        {"azp": APP},
        {"nbf": 0, "iat": None},
    ],
)
def test_an_access_token_of_the_issuer_for_us_says_who_asks(
    town: Any, known: accounts.Account, algorithm: str, changed: dict[str, Any]
) -> None:
    who = asks(town, token(town, algorithm, **changed))

    assert (who.organisation, who.id, who.party) == (ORGANISATION, "relative:son", SON)
    assert (who.role, who.connector_id, who.scopes) == (
        Role.PARTICIPANT,
        "app-a",
        ROLES[Role.PARTICIPANT],
    )
    assert not who.sees_everything


@pytest.mark.parametrize("header", [{"typ": "JWT"}, {"typ": "application/at+jwt"}, {"kid": None}])
def test_headers_may_differ_as_issuers_do(town: Any, known: accounts.Account, header: Any) -> None:
    assert asks(town, token(town, header=header)).party == SON


WRONG: dict[str, Any] = {
    "another audience": {"aud": "urn:samenspraak:de-beuk"},
    "no organisation": {"aud": "urn:samenspraak:nergens"},
    "no audience": {"aud": None},
    "an audience that is no text": {"aud": [7]},
    "the app itself as audience": {"aud": APP},
    "two organisations": {"aud": ["urn:samenspraak:de-linde", "urn:samenspraak:de-beuk"]},
    "another issuer": {"iss": "https://elsewhere.example"},
    "an issuer with a stroke more": {"iss": f"{ISSUER}/"},
    "no issuer": {"iss": None},
    "another app": {"client_id": "other-app"},
    "no app": {"client_id": None},
    "two apps": {"azp": "other-app"},
    "over": {"exp": -61},
    "no end": {"exp": None},
    "an end that is no number": {"exp": "2027"},
    "not yet": {"nbf": 61},
    "made later": {"iat": 61},
    "nobody": {"sub": None},
    "an empty name": {"sub": ""},
    "a name that is no text": {"sub": 7},
    "an endless name": {"sub": "x" * 256},
}
MOMENTS = ("exp", "nbf", "iat")


@pytest.mark.parametrize("changed", WRONG.values(), ids=WRONG)
def test_a_token_that_is_not_for_us_now_is_refused(
    town: Any, known: accounts.Account, changed: dict[str, Any]
) -> None:
    town.app.store.add_organisation(OTHER, "De Beuk")
    now = int(town.clock.now().timestamp())
    moved = {
        name: now + value if name in MOMENTS and isinstance(value, int) else value
        for name, value in changed.items()
    }

    with pytest.raises(AuthenticationError) as refused:
        asks(town, token(town, **moved))

    assert not isinstance(refused.value, NoAccountError)
    assert str(refused.value) == REFUSED
    assert asks(town, token(town))


def b64(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def forged(town: Any) -> dict[str, str]:
    _, claims, signature = token(town).split(".")
    head = {"typ": "at+jwt", "kid": "p256"}
    hs256 = f"{b64(json.dumps({**head, 'alg': 'HS256'}).encode())}.{claims}"
    by_public_key = hmac.digest(P256.as_pem(private=False), hs256.encode(), "sha256")
    stranger = ECKey.generate_key("P-256")
    signed = {**head, "alg": "ES256"}
    own = {**signed, "jwk": stranger.as_dict(private=False), "jku": "https://elsewhere.example/keys"}
    content = jws.extract_compact(token(town).encode()).payload
    return {
        "none": f"{b64(json.dumps({**head, 'alg': 'none'}).encode())}.{claims}.",
        "public key as a secret": f"{hs256}.{b64(by_public_key)}",
        "by a stranger": jws.serialize_compact(signed, content, stranger, algorithms=["ES256"]),
        "by a key it brings itself": jws.serialize_compact(own, content, stranger, algorithms=["ES256"]),
        "by a key under another name": token(town, header={"kid": "p384"}),
        "another type": token(town, header={"typ": "id+jwt"}),
        "no type": token(town, header={"typ": None}),
        "no signature": f"{token(town).rpartition('.')[0]}.",
        "signature of another": f"{token(town, sub='els').rpartition('.')[0]}.{signature}",
        "a fourth part": f"{token(town)}.x",
        "longer than any": f"{token(town)[:-20]}{'A' * 20_000}",
    }


def test_a_token_that_nobody_we_know_signed_so_is_refused(town: Any, known: accounts.Account) -> None:
    for name, text in forged(town).items():
        with pytest.raises(AuthenticationError, match=REFUSED):
            pytest.fail(f"{name}: {asks(town, text)}")
    assert asks(town, token(town))


def test_an_app_that_asks_for_less_of_us_gets_less_and_never_more(town: Any, known: accounts.Account) -> None:
    less = asks(town, token(town, scope="openid agreements:read access:write"))

    assert less.scopes == {Scope.AGREEMENTS_READ}
    assert asks(town, token(town, scope="openid profile")).scopes == ROLES[Role.PARTICIPANT]
    assert asks(town, token(town, scope="access:write")).scopes == frozenset()


def test_who_signed_in_asks_for_nobody_else(town: Any, known: accounts.Account) -> None:
    with pytest.raises(RuleError, match="Only an app"):
        asks(town, token(town), reader="daughter")


def test_while_the_issuer_is_away_it_is_later_and_not_never(town: Any, known: accounts.Account) -> None:
    town.issuer.away = True
    with pytest.raises(TransientError):
        asks(town, token(town))

    town.issuer.away = False
    assert asks(town, token(town))


# How somebody becomes an account.


def test_who_signs_in_and_was_not_invited_is_told_so_and_gets_nothing(town: Any) -> None:
    with pytest.raises(NoAccountError, match="no account here yet"):
        asks(town, token(town))


def test_a_code_makes_one_account_and_only_once(town: Any) -> None:
    code = invite(town).code

    assert accept(town, code).party == SON
    assert asks(town, token(town)).party == SON
    with pytest.raises(NotFoundError, match="does not count any more"):
        accept(town, code, token(town, sub="els@example.nl"))
    with pytest.raises(NoAccountError):
        asks(town, token(town, sub="els@example.nl"))


def test_a_code_counts_for_seven_days(town: Any) -> None:
    code, late = invite(town).code, invite(town, "relative:daughter").code

    town.clock.pass_(days=6, hours=23)
    accept(town, code)
    town.clock.pass_(hours=1)

    with pytest.raises(NotFoundError):
        accept(town, late, token(town, sub="els@example.nl"))
    accept(town, invite(town, "relative:daughter").code, token(town, sub="els@example.nl"))


@pytest.mark.parametrize("code", ["", "x", "A" * 43])
def test_what_is_no_code_makes_nobody(town: Any, code: str) -> None:
    invite(town)

    with pytest.raises(NotFoundError):
        accept(town, code)
    with pytest.raises(NoAccountError):
        asks(town, token(town))


def test_a_code_of_another_organisation_makes_nobody_here(town: Any) -> None:
    town.app.store.add_organisation(OTHER, "De Beuk")
    code = accounts.invite(town.app.hub, OTHER, role=Role.ADMIN).code

    with pytest.raises(NotFoundError):
        accept(town, code)


def test_nobody_becomes_somebody_without_signing_in(town: Any) -> None:
    code = invite(town).code

    for text in ("x", token(town, aud="urn:samenspraak:de-beuk"), *forged(town).values()):
        with pytest.raises(AuthenticationError):
            accept(town, code, text)
    assert accept(town, code).party == SON


def test_who_has_access_becomes_nobody_else(town: Any, known: accounts.Account) -> None:
    code = invite(town, "relative:daughter").code

    with pytest.raises(RuleError, match="has access already"):
        accept(town, code)

    assert asks(town, token(town)).party == SON
    assert accept(town, code, token(town, sub="els@example.nl")).party != SON


def test_access_ends_at_once_and_comes_back_with_another_invitation(
    town: Any, known: accounts.Account
) -> None:
    accounts.remove(town.app.hub, ORGANISATION, known.id)
    with pytest.raises(NoAccountError):
        asks(town, token(town))

    accept(town, invite(town).code)
    assert asks(town, token(town)).party == SON


def test_accounts_stay_while_nobody_signs_in_there(town: Any, known: accounts.Account) -> None:
    accounts.remove_provider(town.app.hub, ORGANISATION, "login")
    with pytest.raises(AuthenticationError) as refused:
        asks(town, token(town))
    assert not isinstance(refused.value, NoAccountError)

    accounts.add_provider(
        town.app.hub, ORGANISATION, "login", issuer=ISSUER, client_id=APP, connector_id="app-b"
    )
    assert asks(town, token(town)).connector_id == "app-b"


def test_who_became_one_person_with_another_signs_in_as_that_person(
    town: Any, known: accounts.Account
) -> None:
    town.person("jan", PartyKind.RELATIVE, "Jan de Wit", "wit")
    matching.join(town.app.hub, ORGANISATION, "relative:jan", "relative:son")

    assert str(asks(town, token(town)).party) == "relative:jan"


@pytest.mark.parametrize("role", [one for one in Role if one not in (Role.PARTICIPANT, Role.APP)])
def test_staff_have_the_scopes_of_their_role_and_nobodys_eyes(town: Any, role: Role) -> None:
    town.person("els", PartyKind.PROFESSIONAL, "Els Visser")
    accept(town, invite(town, "professional:els", role=role).code)

    who = asks(town, token(town))

    assert (who.id, who.role, who.party, who.scopes) == ("professional:els", role, None, ROLES[role])
    assert who.sees_everything


def test_staff_whom_the_hub_does_not_know_act_under_the_name_of_their_account(town: Any) -> None:
    made = accept(town, invite(town, "", role=Role.PRIVACY_OFFICER).code)

    who = asks(town, token(town))
    assert (who.id, who.party) == (f"account:{made.id}", None)
    accounts.invite(town.app.hub, ORGANISATION, "relative:son", by=who.id)
    assert lines(town)[-1].actor == who.id
    with pytest.raises(NotFoundError):
        accounts.invite(town.app.hub, ORGANISATION, "relative:son", by="account:nobody")


def test_only_people_are_invited_and_only_to_what_people_do(town: Any) -> None:
    with town.app.store.write(ORGANISATION) as uow:
        uow.parties.add_group(Group(id="team", name="Team", kind=GroupKind.TEAM))
        uow.commit()

    with pytest.raises(RuleError, match="Only a person"):
        invite(town, "group:team")
    with pytest.raises(RuleError, match="Invite a party"):
        invite(town, "")
    with pytest.raises(RuleError, match="Invite a party"):
        invite(town, role=Role.APP)
    with pytest.raises(NotFoundError):
        invite(town, "relative:nobody")


@pytest.mark.parametrize("issuer", ["login.example", "", "https://", "ftp://login.example", "https://x?y"])
def test_an_issuer_is_an_address(town: Any, issuer: str) -> None:
    with pytest.raises(RuleError, match="An issuer is an address"):
        accounts.add_provider(
            town.app.hub, ORGANISATION, "x", issuer=issuer, client_id=APP, connector_id="app-a"
        )


def test_an_app_has_one_place_at_an_issuer(town: Any) -> None:
    for provider_id, app in (("login", "another"), ("login-2", APP)):
        with pytest.raises(RuleError, match="There is a provider login already"):
            accounts.add_provider(
                town.app.hub, ORGANISATION, provider_id, issuer=ISSUER, client_id=app, connector_id="app-b"
            )
    with pytest.raises(NotFoundError):
        accounts.add_provider(
            town.app.hub, ORGANISATION, "x", issuer=ISSUER, client_id="x", connector_id="no-such"
        )


# What is kept of it, and what is not.


def test_everything_that_changes_is_in_the_trail_by_ids(town: Any) -> None:
    before = len(lines(town)) - 1
    made = invite(town, "client:wit")
    account = accept(town, made.code)
    accounts.remove(town.app.hub, ORGANISATION, account.id)
    accounts.remove_provider(town.app.hub, ORGANISATION, "login")

    told = lines(town)[before:]
    assert [(one.actor, one.action, one.object, one.client_id) for one in told] == [
        ("admin", "provider.added", "provider:login", ""),
        ("admin", "invitation.made", f"invitation:{made.id}", "wit"),
        ("client:wit", "account.added", f"account:{account.id}", "wit"),
        ("admin", "account.removed", f"account:{account.id}", "wit"),
        ("admin", "provider.removed", "provider:login", ""),
    ]


def test_neither_the_code_nor_the_token_nor_who_they_are_there_is_kept_or_told(
    town: Any, caplog: pytest.LogCaptureFixture, tmp_path: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    made = invite(town)
    text = token(town, sub="subject-canary-7f3a")
    accept(town, made.code, text)
    asks(town, text)
    with pytest.raises(NotFoundError) as refused:
        accept(town, made.code, token(town, sub="els"))

    told = f"{caplog.text}{refused.value!r}{made!r}{lines(town)}"
    assert [one for one in (made.code, text, "subject-canary") if one in told] == []
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert made.id.encode() in kept
    assert [one for one in (made.code, text, "subject-canary") if one.encode() in kept] == []


def test_the_same_person_there_cannot_be_known_again_across_organisations(town: Any) -> None:
    town.app.store.add_organisation(OTHER, "De Beuk")
    record = {"id": "a", "issuer": ISSUER, "role": Role.ADMIN, "party": None, "at": town.clock.now()}
    kept = []
    for organisation in (ORGANISATION, OTHER):
        with town.app.store.write(organisation) as uow:
            uow.accounts.add(AccountRecord(**record), "jan@example.nl")
            [row] = uow._scope.rows(uow._scope.select(account_table))
            kept.append(row.subject)
            uow.commit()

    assert kept[0] != kept[1]


def test_a_code_of_an_invitation_that_was_withdrawn_makes_nobody_anybody(town: Any) -> None:
    made = invite(town)
    [listed] = accounts.invitations(town.app.hub, ORGANISATION)
    assert (listed.id, listed.party) == (made.id, SON)

    accounts.withdraw(town.app.hub, ORGANISATION, made.id)

    with pytest.raises(NotFoundError, match="does not count any more"):
        accept(town, made.code)
    with pytest.raises(NotFoundError):
        accounts.withdraw(town.app.hub, ORGANISATION, made.id)
    assert accept(town, invite(town).code).party == SON
