"""Whoever looks at people's data on the command line is in the audit trail, with whom they looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest

from samenspraak.cli import main
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.policy.access import Role
from samenspraak.services import accounts, connectors, feeds
from samenspraak.services.looking import READS
from samenspraak.store.accounts import AccountRecord
from samenspraak.store.records import AuditLine

ORGANISATION = "de-linde"
CLIENT = PartyRef(kind=PartyKind.CLIENT, id="wit")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

# Per command that shows people, or who has access: its words, and what the trail says.
# {a}, {q}, {f}: the agreement, a question, an address.
LOOKS = {
    "agreement list": ("agreement list", "agreement.listed", "agreements"),
    "agreement show": ("agreement show {a}", "agreement.shown", "agreement:{a}"),
    "agreement explain": ("agreement explain {a}", "agreement.explained", "agreement:{a}"),
    "agreement history": ("agreement history {a}", "agreement.history", "agreement:{a}"),
    "moment list": ("moment list --days 100", "moment.listed", "moments"),
    "today": ("today --person client:wit", "day.shown", "day:client:wit"),
    "review list": ("review list --within 400", "review.listed", "reviews"),
    "question list": ("question list", "question.listed", "questions"),
    "question show": ("question show {q}", "question.shown", "question:{q}"),
    "consent list": ("consent list --client wit", "consent.listed", "consents"),
    "match list": ("match list --known", "person.listed", "people"),
    "connector preview": ("connector preview app-a", "record.previewed", "records"),
    "feed list": ("feed list", "feed.listed", "feeds"),
    "access invitation list": ("access invitation list", "invitation.listed", "invitations"),
    "access account list": ("access account list", "account.listed", "accounts"),
    "access program list": ("access program list", "program.listed", "programs"),
    "access key list": ("access key list", "key.listed", "keys"),
    "access provider list": ("access provider list", "provider.listed", "providers"),
    "feed save": ("feed save {f} {folder}/agenda.ics", "feed.saved", "feed:{f}"),
}
# They show what has access, and no person.
OF_NOBODY = {"access program list", "access key list", "access provider list"}
# They decide something, which is audited with what it changes.
DECIDES = {
    *("event resend", "event recover", "event replay", "event renew-secret"),
    *("init", "connector add", "connector pause", "connector resume", "connector rule"),
    *("connector change", "connector direction"),
    *("match accept", "match refuse", "match join", "match separate"),
    *("question answer", "consent record", "consent withdraw"),
    *("agreement restore", "agreement join", "agreement separate", "agreement stop", "failure retry"),
    *("access program add", "access program revoke", "access key add", "access key revoke"),
    *("access program keys", "access provider add", "access provider remove"),
    *("access invite", "access invitation withdraw", "access account remove"),
    *("pause start", "pause lift", "review record", "feed add", "feed revoke", "feed import"),
}
# They show systems, numbers and ids, and nobody.
SHOWS_NOBODY = {
    *("event list", "event show", "event endpoint"),
    *("failure list", "failure show"),
    *(
        "connector keys",
        "connector list",
        "connector runs",
        "connector test",
        "demo",
        "kit new",
        "kit run",
        "serve",
        "status",
    ),
    *("sync run", "sync plan", "sync apply", "sync drift"),
}


def leaves(command: click.Command, name: str = "") -> set[str]:
    if not isinstance(command, click.Group):
        return {name}
    context = click.Context(command)
    found = ((one, command.get_command(context, one)) for one in command.list_commands(context))
    return {leaf for one, sub in found if sub for leaf in leaves(sub, f"{name} {one}".strip())}


@pytest.fixture
def asked(family: Any) -> Any:
    """The son and the daughter changed the time at once: one question is open. The client also signs in."""
    agenda = connectors.draft(family.app.registry, "agenda", "calendar", {})
    connectors.add(family.app.hub, family.app.connected, ORGANISATION, agenda)
    feeds.add(family.app.hub, ORGANISATION, "agenda", "client:wit")
    record = {"id": "a1", "issuer": "https://login.example", "role": Role.PARTICIPANT, "at": NOW}
    with family.app.store.write(ORGANISATION) as uow:
        uow.accounts.add(AccountRecord(**record, party=CLIENT), "4711")
        uow.commit()
    accounts.invite(family.app.hub, ORGANISATION, "client:wit")
    family.systems["app-a"].move("son", "r1", "a1", ["07:30"])
    family.systems["app-b"].move("daughter", family.agreements()[0].id, "a1", ["09:00"])
    family.settle()
    return family


def lines(town: Any, since: int = 0) -> list[AuditLine]:
    with town.app.store.read(ORGANISATION) as uow:
        assert uow.log.verify() is None
        found: list[AuditLine] = uow.log.audit_lines()
        return found[since:]


def test_every_command_shows_people_or_decides_or_does_neither() -> None:
    assert LOOKS.keys() | DECIDES | SHOWS_NOBODY == leaves(main)
    previews = {"agreement.compared", "absence.previewed", "person.compared"}
    looks = {action for _, action, _ in LOOKS.values()} | {"match.listed"} | previews
    assert looks | {"program.shown"} == {one.action for one in READS}


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_is_a_line_with_who_looked_at_whom(line: Any, asked: Any, name: str, tmp_path: Path) -> None:
    words, action, shown = LOOKS[name]
    [address] = feeds.listed(asked.app.hub, ORGANISATION)
    ids = {"a": asked.agreements()[0].id, "q": asked.questions()[0].id, "f": address.id, "folder": tmp_path}
    before = len(lines(asked))

    line.json(*words.format(**ids).split(), "--by", "relative:son")

    [seen] = lines(asked, before)
    told = (seen.action, seen.object, seen.actor, seen.client_id, seen.outcome)
    assert told == (action, shown.format(**ids), "relative:son", "" if name in OF_NOBODY else "wit", "ok")


def test_who_does_not_say_who_they_are_looks_as_the_admin_and_at_a_version(line: Any, family: Any) -> None:
    agreement, before = family.agreements()[0].id, len(lines(family))

    line.text("agreement", "show", agreement)

    [seen] = lines(family, before)
    with family.app.store.read(ORGANISATION) as uow:
        assert (seen.actor, seen.version) == ("admin", uow.agreements.get(agreement).version)


def test_a_look_at_many_is_a_line_for_each_client_and_one_where_nobody_was(line: Any, family: Any) -> None:
    family.person("bos", PartyKind.CLIENT, "Meneer Bos")
    before = len(lines(family))
    line.json("match", "list")
    line.json("match", "list", "--known")

    told = [(one.action, one.client_id) for one in lines(family, before)]
    assert told == [("match.listed", ""), ("person.listed", "bos"), ("person.listed", "wit")]


def test_a_look_that_cannot_be_noted_shows_nothing(line: Any, family: Any) -> None:
    result = line("agreement", "list", "--by", "relative:nobody", "--json")

    assert result.exit_code == 10
    assert "Steunkousen" not in result.output
    assert "Steunkousen" in line.text("agreement", "list")
