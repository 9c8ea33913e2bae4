"""A key makes a principal of its program; everything else gets one and the same refusal."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.errors import AuthenticationError, NotFoundError, RuleError
from samenspraak.policy.access import ROLES, Principal, Role, Scope
from samenspraak.policy.keys import REFUSED
from samenspraak.policy.state import ConnectorState
from samenspraak.services import connectors, credentials, feeds, matching, programs
from samenspraak.services.access import principal_of
from samenspraak.store.records import ConnectorRecord

ORGANISATION, OTHER = "de-linde", "de-beuk"
APP = ConnectorRecord(id="app", plugin="memory", title="App", settings={}, state=ConnectorState.RUNNING)
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")


def program(town: Any, role: Role = Role.COORDINATOR, name: str = "planning", **given: Any) -> str:
    """A program of this role; gives its id."""
    return programs.add(town.app.hub, ORGANISATION, name, role, **given).id


def key(town: Any, name: str = "planning", **given: Any) -> programs.NewKey:
    return programs.add_key(town.app.hub, ORGANISATION, name, **given)


def ask(town: Any, text: str, **given: str) -> Principal:
    return principal_of(town.app.hub, f"Bearer {text}", **given)


def is_refused(town: Any, text: str, **given: str) -> bool:
    with pytest.raises(AuthenticationError) as refused:
        ask(town, text, **given)
    return str(refused.value) == REFUSED


def lines(town: Any) -> list[Any]:
    with town.app.store.read(ORGANISATION) as uow:
        assert uow.log.verify() is None
        return list(uow.log.audit_lines())


def test_a_key_makes_a_principal_of_its_program(town: Any) -> None:
    program(town)

    asks = ask(town, key(town).text)

    assert (asks.organisation, asks.id, asks.role) == (ORGANISATION, "program:planning", Role.COORDINATOR)
    assert (asks.scopes, asks.party, asks.connector_id) == (ROLES[Role.COORDINATOR], None, "")


def test_a_key_can_have_less_than_its_role_and_never_more(town: Any) -> None:
    program(town)

    asks = ask(town, key(town, scopes=[Scope.AGREEMENTS_READ]).text)

    assert asks.scopes == {Scope.AGREEMENTS_READ}
    with pytest.raises(RuleError, match="connectors:write"):
        key(town, scopes=[Scope.AGREEMENTS_READ, Scope.CONNECTORS_WRITE])


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PARTICIPANT}))
def test_every_role_gets_exactly_the_scopes_of_its_row(role: Role, town: Any) -> None:
    with town.app.store.write(ORGANISATION) as uow:
        uow.connectors.add(APP)
        uow.commit()
    program(town, role, connector_id=APP.id if role is Role.APP else "")
    usual = key(town)

    for scope in Scope:
        assert ask(town, usual.text).may(scope) is (scope in ROLES[role])
        if scope not in ROLES[role]:
            with pytest.raises(RuleError, match=scope):
                key(town, scopes=[scope])
            continue
        made = key(town, scopes=[scope])
        assert [one for one in Scope if ask(town, made.text).may(one)] == [scope]
        programs.revoke_key(town.app.hub, ORGANISATION, made.key.id)


def test_no_program_is_a_participant(town: Any) -> None:
    with pytest.raises(RuleError, match="no participant"):
        program(town, Role.PARTICIPANT)


# What is no key.


def changed_by_one(text: str) -> str:
    return text[:-1] + ("a" if text[-1] != "a" else "b")


@pytest.mark.parametrize(
    "wrong",
    [
        changed_by_one,
        lambda text: text[:-1],
        lambda text: text + "a",
        lambda text: text.replace("de-linde", "de-beuk"),
        lambda text: text.replace("de-linde", "nergens"),
        lambda text: text.upper(),
        lambda text: f"{text} ",
        lambda text: text.split("_")[-1],
        lambda text: "",
    ],
)
def test_what_is_not_the_whole_key_is_refused_and_the_key_goes_on_working(
    wrong: Callable[[str], str], town: Any
) -> None:
    town.app.store.add_organisation(OTHER, "De Beuk")
    program(town)
    text = key(town).text

    if wrong(text).strip() != text:
        assert is_refused(town, wrong(text))

    assert ask(town, text).id == "program:planning"


def test_every_refusal_takes_the_same_steps(town: Any) -> None:
    """What is asked of the database, and how much is compared, tells nobody what there is."""
    program(town)
    good, gone, over = key(town), key(town, days=1), changed_by_one(key_of_revoked(town))
    programs.revoke_key(town.app.hub, ORGANISATION, gone.key.id)
    texts = [
        "x",
        changed_by_one(good.text),
        gone.text,
        over,
        good.text.replace("de-linde", "nergens"),
        good.text.replace(good.key.id, "0" * 32),
    ]

    asked = []
    for text in texts:
        with steps(town) as taken:
            assert is_refused(town, text)
        asked.append(taken)

    assert [one for one in asked if one != asked[0]] == []
    assert len(asked[0]) >= 3


def key_of_revoked(town: Any) -> str:
    program(town, name="former")
    text = key(town, "former").text
    programs.revoke(town.app.hub, ORGANISATION, "former")
    return text


@contextmanager
def steps(town: Any) -> Iterator[list[str]]:
    """What is asked of the database meanwhile, and each comparison."""
    taken: list[str] = []
    engine, compare = town.app.store._readers, credentials.compare_digest

    def compared(one: bytes, other: bytes) -> bool:
        taken.append(f"compare {len(one)} bytes with {len(other)}")
        return compare(one, other)

    def asked(*call: Any) -> None:
        taken.append(call[2])

    sa.event.listen(engine, "before_cursor_execute", asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "compare_digest", compared)
        yield taken
    sa.event.remove(engine, "before_cursor_execute", asked)


@pytest.mark.parametrize("header", ["", "Bearer", "Basic {}", "{}", "Bearer: {}", "Bearer x {}"])
def test_another_header_is_refused(header: str, town: Any) -> None:
    program(town)
    text = key(town).text

    with pytest.raises(AuthenticationError, match=REFUSED):
        principal_of(town.app.hub, header.format(text))


def test_the_scheme_may_be_written_as_anybody_likes(town: Any) -> None:
    program(town)

    assert principal_of(town.app.hub, f"bearer {key(town).text}").id == "program:planning"


def test_a_key_works_until_it_expires(town: Any) -> None:
    program(town)
    made = key(town, days=30)

    town.clock.pass_(days=29, hours=23)
    assert ask(town, made.text)
    town.clock.pass_(hours=1)

    assert is_refused(town, made.text)
    assert [(one.works, one.is_expired) for one in programs.listed_keys(town.app.hub, ORGANISATION)] == [
        (False, True)
    ]
    assert ask(town, key(town).text)


def test_a_revoked_key_is_refused_and_the_other_key_of_the_program_is_not(town: Any) -> None:
    program(town)
    old, new = key(town), key(town)

    programs.revoke_key(town.app.hub, ORGANISATION, old.key.id)

    assert is_refused(town, old.text)
    assert ask(town, new.text)


def test_two_keys_of_a_program_work_at_once_and_a_third_is_not_made(town: Any) -> None:
    program(town)
    old, _new = key(town), key(town)

    with pytest.raises(RuleError, match="two keys that work"):
        key(town)

    programs.revoke_key(town.app.hub, ORGANISATION, old.key.id)
    assert ask(town, key(town).text)


def test_a_revoked_program_asks_nothing_with_any_key_and_gets_no_other(town: Any) -> None:
    program(town)
    texts = [key(town).text, key(town).text]

    programs.revoke(town.app.hub, ORGANISATION, "planning")

    assert all(is_refused(town, text) for text in texts)
    assert [one.works for one in programs.listed_keys(town.app.hub, ORGANISATION)] == [False, False]
    with pytest.raises(RuleError, match="revoked"):
        key(town)
    with pytest.raises(RuleError, match="was, a program planning"):
        program(town)
    program(town, name="planning-2")
    assert ask(town, key(town, "planning-2").text).id == "program:planning-2"


@pytest.mark.parametrize(
    ("networks", "remote", "may"),
    [
        (["192.0.2.0/24"], "192.0.2.77", True),
        (["192.0.2.0/24"], "192.0.3.1", False),
        (["192.0.2.0/24"], "::ffff:192.0.2.77", True),
        (["192.0.2.0/24", "2001:db8::/32"], "2001:db8::1", True),
        (["192.0.2.7"], "192.0.2.7", True),
        (["192.0.2.0/24"], "", False),
        (["192.0.2.0/24"], "somewhere", False),
        ([], "", True),
    ],
)
def test_a_key_works_only_from_its_networks(networks: list[str], remote: str, may: bool, town: Any) -> None:
    program(town)
    text = key(town, networks=networks).text

    assert ask(town, text, remote=remote) if may else is_refused(town, text, remote=remote)


@pytest.mark.parametrize("days", [0, 731])
def test_no_key_is_for_ever(days: int, town: Any) -> None:
    program(town)

    with pytest.raises(RuleError, match="1 to 730 days"):
        key(town, days=days)


def test_a_key_is_noted_as_used_once_an_hour(town: Any) -> None:
    program(town)
    text = key(town).text
    began = town.clock.now()

    def used() -> Any:
        return programs.listed_keys(town.app.hub, ORGANISATION)[0].used_at

    assert used() is None
    ask(town, text)
    assert used() == began
    town.clock.pass_(minutes=59)
    ask(town, text)
    assert used() == began
    town.clock.pass_(minutes=1)
    ask(town, text)
    assert used() == began + timedelta(hours=1)


# An app and its users.


@pytest.fixture
def app(family: Any) -> Any:
    """The program behind the first app, in which the son is known as ``son``."""
    program(family, Role.APP, "app", connector_id="app-a")
    return family


def test_an_app_sees_nobodys_agreements_before_it_says_for_whom(app: Any) -> None:
    asks = ask(app, key(app, "app").text)

    assert (asks.id, asks.party, asks.connector_id) == ("program:app", None, "app-a")
    assert not asks.sees_everything


def test_an_app_looks_with_the_eyes_of_the_user_it_names(app: Any) -> None:
    asks = ask(app, key(app, "app").text, reader="son")

    assert (asks.id, asks.party, asks.connector_id) == ("relative:son", SON, "app-a")
    assert not asks.sees_everything


def test_who_became_one_person_with_another_is_that_person(app: Any) -> None:
    app.person("jan", PartyKind.RELATIVE, "Jan de Wit", "wit")
    matching.join(app.app.hub, ORGANISATION, "relative:jan", "relative:son")

    assert ask(app, key(app, "app").text, reader="son").party == PartyRef(kind=PartyKind.RELATIVE, id="jan")


@pytest.mark.parametrize("reader", ["nobody", "relative:son", "wit/son", "%"])
def test_an_app_has_nobody_but_its_own_users(reader: str, app: Any) -> None:
    text = key(app, "app").text

    with pytest.raises(NotFoundError, match=r"^This app has nobody by that id\.$"):
        ask(app, text, reader=reader)


def test_an_app_does_not_reach_the_users_of_another_app(app: Any) -> None:
    app.person("roos", PartyKind.RELATIVE, "Roos Bakker", "wit")
    with app.app.store.write(ORGANISATION) as uow:
        uow.parties.unlink("app-a", "daughter")
        uow.commit()

    with pytest.raises(NotFoundError):
        ask(app, key(app, "app").text, reader="daughter")


def test_who_is_no_app_asks_for_nobody_else(family: Any) -> None:
    program(family)

    with pytest.raises(RuleError, match="Only an app"):
        ask(family, key(family).text, reader="son")


def test_a_connection_goes_with_the_role_of_an_app_and_with_no_other(family: Any) -> None:
    for role, connector_id in ((Role.APP, ""), (Role.VIEWER, "app-a")):
        with pytest.raises(RuleError, match="The program of an app names its connection"):
            program(family, role, connector_id=connector_id)
    with pytest.raises(NotFoundError):
        program(family, Role.APP, connector_id="no-such")


# What is kept of it, and what is not.


def test_everything_that_changes_is_in_the_trail_by_ids(town: Any) -> None:
    program(town, title="Rooster van Els")
    made = key(town)
    for _ in range(2):
        programs.revoke_key(town.app.hub, ORGANISATION, made.key.id)
        programs.revoke(town.app.hub, ORGANISATION, "planning")

    assert [(one.actor, one.action, one.object) for one in lines(town)] == [
        ("admin", "program.added", "program:planning"),
        ("admin", "key.added", f"key:{made.key.id}"),
        ("admin", "key.revoked", f"key:{made.key.id}"),
        ("admin", "program.revoked", "program:planning"),
    ]
    assert "Els" not in str(lines(town))


def test_what_a_program_does_is_its_own_and_nobody_agrees_by_it(family: Any) -> None:
    """A client may have the same id: they are not each other."""
    program(family, Role.COORDINATOR, "wit")
    agenda = connectors.draft(family.app.registry, "agenda", "calendar", {})
    connectors.add(family.app.hub, family.app.connected, ORGANISATION, agenda)

    feeds.add(family.app.hub, ORGANISATION, "agenda", "client:wit", by="program:wit")

    assert lines(family)[-1].actor == "program:wit"
    with pytest.raises(NotFoundError):
        feeds.add(family.app.hub, ORGANISATION, "agenda", "client:wit", by="program:nobody")


def test_the_secret_is_kept_nowhere_and_told_to_nobody(
    town: Any, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, tmp_path: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as logged:
        program(town)
        made = key(town)
        secret = made.text.split("_")[-1]
        ask(town, made.text)
        with pytest.raises(AuthenticationError) as refused:
            ask(town, made.text[:-1] + "-")
        programs.revoke_key(town.app.hub, ORGANISATION, made.key.id)

    told = f"{logged}{caplog.text}{capsys.readouterr()}{refused.value!r}{made!r}{lines(town)}"
    assert secret[:-1] not in told
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert made.key.id.encode() in kept
    assert secret.encode() not in kept


def test_no_two_keys_are_the_same(town: Any) -> None:
    program(town)

    assert key(town).text.split("_")[-1] != key(town).text.split("_")[-1]
