"""Commands beside a running hub: they write, it takes up; every change leaves a line in the audit trail."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from joserfc.jwk import ECKey

from samenspraak.cli import main
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.policy.access import Role
from samenspraak.policy.state import ConnectorState
from samenspraak.sandbox import Fault
from samenspraak.services import accounts, connectors, failures, feeds, matching, programs, showing
from samenspraak.store.accounts import AccountRecord
from samenspraak.work.embedded import EmbeddedRunner
from samenspraak_memory.sandbox import FamilyApp
from samenspraak_webhook.sandbox import HOOK, SECRET, Receiver

ORGANISATION = "de-linde"


def eventually(claim: Callable[[], bool], seconds: float = 60.0) -> float:
    """How long it took to come true."""
    began = time.monotonic()
    while not claim():
        assert time.monotonic() < began + seconds, "it did not come true in time"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture
def hub_runs(family: Any) -> Iterator[Any]:
    """The hub at work on the data that the commands use."""
    runner = EmbeddedRunner(family.app.hub, threads=2)
    runner.start()
    yield family
    runner.stop()


def consent_for(line: Any, person: str) -> str:
    recorded = line.json("consent", "list", "--client", "wit")["consents"]["recorded"]
    (found,) = [
        one["consent"]["id"]
        for one in recorded
        if one["consent"]["recipient"]["id"] == person and not one["consent"]["rows"]
    ]
    return str(found)


def test_a_withdrawal_is_taken_up_by_the_running_hub(line: Any, hub_runs: Any) -> None:
    app = hub_runs.systems["app-b"]
    assert app.readable("daughter")
    consent = consent_for(line, "daughter")

    assert line("consent", "withdraw", consent, "--yes").exit_code == 0

    eventually(lambda: app.readable("daughter") == [])


def test_an_answer_is_carried_out_by_the_running_hub(line: Any, hub_runs: Any) -> None:
    agreement = hub_runs.agreements()[0].id
    hub_runs.systems["app-a"].decline("son", "r1")
    with hub_runs.app.store.write(ORGANISATION) as uow:
        uow.connectors.note("app-a", poll_due_at=hub_runs.clock.now())
        uow.commit()
    eventually(lambda: bool(hub_runs.questions()))
    (asked,) = line.json("question", "list")["questions"]

    line("question", "answer", asked["id"], "end", "--revision", str(asked["revision"]))

    app = hub_runs.systems["app-b"]
    eventually(lambda: app.record_of(agreement)["state"]["value"] == "ended")


def test_a_person_can_decide_where_the_secrets_of_the_hub_are_not(
    line: Any, family: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("APP_KEY")
    consent = consent_for(line, "daughter")

    assert len(line.json("consent", "withdraw", consent, "--yes")["retracts"]) == 2
    assert line.json("connector", "pause", "app-b")["state"] == "paused"
    assert "nothing behind secret://env/APP_KEY" in line.json("connector", "list")["connectors"][0]["problem"]
    assert "secret://env/APP_KEY" in line.fails("connector", "test", "app-a", code=2)


def test_somebody_at_a_terminal_is_asked_first(
    line: Any, family: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    consent = consent_for(line, "daughter")

    refused = line("consent", "withdraw", consent, stdin="n\n")
    assert (refused.exit_code, "terughalen bij anderen: 2." in refused.stderr) == (1, True)
    assert line("consent", "withdraw", consent, stdin="y\n").exit_code == 0


# Audit (R-LOG-1).

READS = {
    *("event list", "event show", "event endpoint"),
    *("agreement list", "agreement show", "agreement explain", "agreement history"),
    *("connector keys", "connector list", "connector preview", "connector runs", "connector test"),
    "sync plan",
    *("consent list", "match list", "question list", "question show", "status"),
    *("failure list", "failure show", "review list", "moment list", "today", "feed list", "feed save"),
    *("access program list", "access key list", "access provider list", "access account list"),
    "access invitation list",
}
RUNS = {"serve", "demo", "kit new", "kit run", "sync run", "sync apply", "sync drift"}
"""What they change, the runner audits."""


def leaves(command: click.Command, path: str = "") -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield path
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from leaves(found, f"{path} {name}".strip())


def changing(line: Any, family: Any) -> dict[str, tuple[str, ...]]:
    """For each command that changes something, how it is given here."""
    url = family.stack.enter_context(FamilyApp().running())
    family.systems["app-a"].decline("son", "r1")
    family.person("roos", PartyKind.RELATIVE, "Roos Bakker", "wit")
    family.person("roos-2", PartyKind.RELATIVE, "Roos Bakker", "wit")
    tasks = [{"id": "a1", "who": {"user": "son", "role": "relative"}}]
    second = family.systems["app-a"].add_record("son", "wit", "Koffie drinken", tasks=tasks)
    for user in ("u8", "u9"):
        family.systems["app-a"].add_user(user, "Roos Bakker", "relative", ["wit"])
    family.settle()
    (asked,) = line.json("question", "list")["questions"]
    (other,) = (one.id for one in family.agreements() if one.what.text == "Koffie drinken")
    address, file = followed(family), sheet(family)
    told, failed = is_told(family), fails(family)
    settings = ("--set", f"base_url={url}", "--set", "access_key=secret://env/APP_KEY", "--open-origin", url)
    key, account, jwks = program_with_key(family), person_with_account(family), public_keys(family)
    invitation = accounts.invite(family.app.hub, ORGANISATION, "relative:daughter")
    return {
        "access program add": ("rooster", "--role", "viewer", "--title", "Rooster van Els"),
        "access key add": ("planning",),
        "access key revoke": (key, "--yes"),
        "access program keys": ("planning", jwks),
        "access provider add": ("app-b", *ISSUER, "--client-id", "app-b", "--app", "app-b"),
        "access provider remove": ("app-b", "--yes"),
        "access invite": ("relative:son",),
        "access invitation withdraw": (invitation.id, "--yes"),
        "access account remove": (account, "--yes"),
        "access program revoke": ("planning", "--yes"),
        "failure retry": (failed,),
        "event resend": (told, "1"),
        "event recover": (told, "--since", "2026-01-01T00:00:00"),
        "event replay": (told, "--after", "0"),
        "event renew-secret": (told,),
        "feed add": ("agenda", "relative:son"),
        "feed revoke": (address, "--yes"),
        "feed import": ("blad", file),
        "connector add": ("app-c", "--type", "memory", *settings),
        "connector pause": ("app-b",),
        "connector resume": ("app-b",),
        "connector rule": ("app-b", "place", "--leader", "app-a"),
        "connector change": ("app-b", "--title", "App van Els"),
        "connector direction": ("app-b", "place", "in"),
        "consent record": ("--client", "wit", "--role", "volunteer"),
        "consent withdraw": (consent_for(line, "son"), "--yes"),
        "match accept": ("app-a", "u9", "--new"),
        "match refuse": ("app-a", "u8"),
        "question answer": (asked["id"], "keep", "--revision", str(asked["revision"])),
        "match join": ("relative:roos", "relative:roos-2", "--yes"),
        "match separate": ("app-a", "daughter"),
        "agreement restore": (asked["agreement_id"], "1", "--yes"),
        "agreement join": (asked["agreement_id"], other, "--yes"),
        "agreement separate": (asked["agreement_id"], "app-a", "--record", second, "--yes"),
        "review record": (asked["agreement_id"], "kept"),
        "pause start": ("wit", "--yes"),
        "pause lift": ("wit", "--yes"),
        "agreement stop": ("wit", "--yes"),
        "init": ("de-eik", "--name", "De Eik"),
    }


def program_with_key(family: Any) -> str:
    """A program of the organisation has a key; gives its id."""
    programs.add(family.app.hub, ORGANISATION, "planning", Role.COORDINATOR)
    return programs.add_key(family.app.hub, ORGANISATION, "planning").key.id


ISSUER = ("--issuer", "https://login.example")


def person_with_account(family: Any) -> str:
    """Somebody may sign in; gives the id of their account."""
    son = PartyRef(kind=PartyKind.RELATIVE, id="son")
    record = {"id": "a1", "issuer": ISSUER[1], "role": Role.PARTICIPANT, "at": family.clock.now()}
    with family.app.store.write(ORGANISATION) as uow:
        uow.accounts.add(AccountRecord(**record, party=son), "jan@example.nl")
        uow.commit()
    return "a1"


def public_keys(family: Any) -> str:
    """The public keys of a program; gives their path."""
    file = Path(family.app.settings.data_dir) / "planning.jwks.json"
    file.write_text(json.dumps({"keys": [ECKey.generate_key("P-384").as_dict(private=False)]}))
    return str(file)


def followed(family: Any) -> str:
    """The daughter has an address for her calendar; gives its id."""
    record = connectors.draft(family.app.registry, "agenda", "calendar", {})
    connectors.add(family.app.hub, family.app.connected, ORGANISATION, record)
    return feeds.add(family.app.hub, ORGANISATION, "agenda", "relative:daughter").id


def is_told(family: Any) -> str:
    """The son uses an app that is told; gives its id."""
    app = Receiver()
    url = family.stack.enter_context(app.running())
    secret = Path(family.app.settings.data_dir) / "hook"
    secret.write_text(SECRET, encoding="ascii")
    secret.chmod(0o600)
    given = {"base_url": f"{url}{HOOK}", "secret": f"secret://file/{secret}", "open_origins": [url]}
    draft = connectors.draft(family.app.registry, "app-t", "webhook", given, state=ConnectorState.RUNNING)
    connectors.add(family.app.hub, family.app.connected, ORGANISATION, draft)
    matching.accept(family.app.hub, ORGANISATION, "app-t", "7", "relative:son")
    family.settle()
    return "app-t"


def sheet(family: Any) -> str:
    """The spreadsheet that lies in the client's home; gives its path."""
    record = connectors.draft(family.app.registry, "blad", "sheet", {"place": "home"})
    connectors.add(family.app.hub, family.app.connected, ORGANISATION, record)
    address = feeds.add(family.app.hub, ORGANISATION, "blad", "client:wit")
    file = Path(family.app.settings.data_dir) / "blad.csv"
    file.write_bytes(showing.save(family.app.hub, ORGANISATION, address.id, "csv").shown.body)
    return str(file)


def fails(family: Any) -> str:
    """A copy in app-b that failed for good; gives its id."""
    family.systems["app-b"].inject(Fault(kind="status", method="PATCH", status=422))
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    family.settle()
    family.systems["app-b"].clear_faults()
    (copy,) = failures.listed(family.app.hub, ORGANISATION).copies
    return str(copy.id)


def test_every_command_that_changes_something_leaves_an_audit_line_without_content(
    line: Any, family: Any
) -> None:
    given = changing(line, family)
    assert given.keys() | READS | RUNS == set(leaves(main))

    for name, words in given.items():
        organisation = "de-eik" if name == "init" else ORGANISATION
        before = 0 if name == "init" else len(audit(family, organisation))
        result = line("--organisation", organisation, *name.split(), *words)
        assert result.exit_code == 0, (name, result.output)
        fresh = audit(family, organisation)[before:]
        assert fresh, name
        assert all(one.actor and one.action and one.object and one.outcome for one in fresh)
        assert not [
            word for word in ("Wit", "Roos", "Els", "Jan", "jan@", "kousen", "Eik") if word in str(fresh)
        ]


def audit(family: Any, organisation: str) -> list[Any]:
    with family.app.store.read(organisation) as uow:
        assert uow.log.verify() is None
        return list(uow.log.audit_lines())
