"""Every statement is about one organisation, and nothing of one can be seen or touched from another.

Every public method of every repository is called here; each statement that reaches the database is read.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Engine
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression

import samenspraak.store as package
from samenspraak.domain.consent import Consent, Recipient, RecipientKind
from samenspraak.domain.parties import CircleMember, Device, Group, GroupKind, Identifier, PartyKind, PartyRef
from samenspraak.domain.parties import Person as PersonValue
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import WHAT
from samenspraak.errors import NotFoundError
from samenspraak.policy.access import Role, Scope
from samenspraak.policy.enduring import failed
from samenspraak.policy.state import ConnectorState, LinkPhase, QuestionKind, Reason
from samenspraak.store import Store, WritingUnitOfWork
from samenspraak.store.access import KeyRecord, ProgramRecord
from samenspraak.store.accounts import AccountRecord, InvitationRecord, ProviderRecord
from samenspraak.store.events import NOT_CHOSEN
from samenspraak.store.log import AttemptRecord, RunKind, RunRecord
from samenspraak.store.news import NewsRecord
from samenspraak.store.records import (
    AuditLine,
    Cause,
    ConnectorRecord,
    CursorRecord,
    EventRecord,
    FeedRecord,
    Likeness,
    LinkRecord,
    PartyCandidate,
    PartyLink,
    QuestionRecord,
    RemoteRecord,
    ShownRecord,
)
from samenspraak.store.scope import Repository

NOW = datetime.fromisoformat("2026-11-21T09:00:00+00:00")
LATER = NOW + timedelta(minutes=2)
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
NUMBER = Identifier(system="urn:platform:person", value="4711")
RECIPIENT = Recipient(kind=RecipientKind.PERSON, id="son")
CONSENT = Consent(id="c1", client_id="mother", recipient=RECIPIENT)
CURSOR = CursorRecord(value="1", server="s", at=NOW)
CAUSE = Cause(actor="system", why="tried")
SAID = Statement(id="s1", kind=StatementKind.COMMENT, by=SON, at=NOW, through="hub", text="Gaat goed.")
REMOTE = RemoteRecord(id="r1", connector_id="ecd", external_id="CarePlan/17", group_key="series-1", look=1)
CONNECTOR = ConnectorRecord(id="app", plugin="memory", title="App", settings={}, state=ConnectorState.RUNNING)
CANDIDATE = PartyCandidate(
    connector_id="ecd",
    external_id="P/2",
    kind="relative",
    name="A. de Haan",
    birth_date=date(1951, 3, 9),
    client=None,
    representative=False,
)
SHOWN = ShownRecord(
    connector_id="ecd", id="s1", marker="stockings.k", reader="relative:son", raw={"units": {"place": "x"}}
)
FEED = FeedRecord(id="f1", connector_id="ecd", reader="relative:son", token=b"digest", at=NOW)
PROGRAM = ProgramRecord(id="planning", title="Planning", role=Role.APP, at=NOW, connector_id="ecd")
KEY = KeyRecord(
    **{"id": "k1", "program_id": "planning", "digest": b"digest", "at": NOW, "expires_at": LATER},
    scopes=frozenset({Scope.AGREEMENTS_READ}),
)
ISSUER = "https://login.example"
PROVIDER = ProviderRecord(id="login", issuer=ISSUER, client_id="app", connector_id="ecd", at=NOW)
ACCOUNT = AccountRecord(id="a1", issuer=ISSUER, role=Role.PARTICIPANT, party=SON, at=NOW)
INVITATION = InvitationRecord(
    **{"id": "i1", "digest": b"code", "role": Role.PARTICIPANT, "party": SON, "at": NOW, "expires_at": LATER}
)
EVENT = EventRecord(
    **{"id": "e1", "connector_id": "ecd", "number": 0, "kind": "available", "copy_id": "s1"},
    **{"agreement_id": "stockings", "reader": "7", "version": 1, "at": NOW},
)
TOLD = NewsRecord(agreement_id="stockings", number=1, kind="available", version=1, digest=b"seen")
QUESTION = QuestionRecord(
    id="q1",
    kind=QuestionKind.TO_DO,
    subject="agreement:stockings:reach",
    agreement_id="stockings",
    owner="role:responsible",
    revision=1,
    opened_at=NOW,
    deadline=NOW,
    values={},
    shows={},
)
CLAIMED = LinkRecord(
    **{"id": "", "agreement_id": "stockings", "connector_id": "ecd", "audience": "", "members": frozenset()},
    **dict.fromkeys(("want", "have", "looked_version", "look", "looked", "priority", "attempts", "fence"), 0),
    **{"phase": LinkPhase.NONE, "reason": Reason.DUE, "detail": "", "next_at": None},
)
RUN = RunRecord(connector_id="ecd", kind=RunKind.FULL, started_at=NOW, ended_at=NOW)
ATTEMPT = AttemptRecord(
    connector_id="ecd", act="delivery", outcome="ok", detail="1", ms=3, at=NOW, link_id="l1"
)

Act = Callable[[WritingUnitOfWork], object]


def link_id(uow: WritingUnitOfWork) -> str:
    return uow.links.ensure("stockings", "ecd", "", (), 1).id


def finish_link(uow: WritingUnitOfWork) -> bool:
    return uow.links.finish(replace(CLAIMED, id=LINK, fence=1), reason=Reason.EQUAL)


def missing(uow: WritingUnitOfWork) -> list[str]:
    if claimed := uow.events.claim("e2", NOW, LATER):
        uow.events.finish(claimed, taken_at=NOW, detail=NOT_CHOSEN)
    return uow.events.missing("ecd", 0)


# One call of every public method, in an order in which each finds what it needs (in Noord).
ACTS: dict[str, Act] = {
    "parties.add_person": lambda uow: uow.parties.add_person(
        PersonValue(id="anna", name="Anna", identifiers=frozenset({NUMBER})), PartyKind.RELATIVE
    ),
    "parties.person": lambda uow: uow.parties.person("mother"),
    "parties.named": lambda uow: uow.parties.named("mother"),
    "parties.kinds": lambda uow: uow.parties.kinds("mother"),
    "parties.persons": lambda uow: uow.parties.persons(),
    "parties.by_identifier": lambda uow: uow.parties.by_identifier([NUMBER]),
    "parties.current": lambda uow: uow.parties.current(SON) != SON,
    "parties.join_person": lambda uow: uow.parties.join_person("anna", "mother"),
    "parties.add_role": lambda uow: uow.parties.add_role("mother", PartyKind.VOLUNTEER),
    "parties.learn": lambda uow: uow.parties.learn("mother", ("ecd", "P/1"), [NUMBER]),
    "parties.learned": lambda uow: uow.parties.learned(("ecd", "P/1")),
    "parties.teachers": lambda uow: uow.parties.teachers("mother"),
    "parties.unlearn": lambda uow: uow.parties.unlearn(("ecd", "P/1")),
    "parties.add_member": lambda uow: uow.parties.add_member(CircleMember(client_id="mother", party=SON)),
    "parties.circle": lambda uow: uow.parties.circle("mother"),
    "parties.circles_of": lambda uow: uow.parties.circles_of(SON),
    "parties.remove_member": lambda uow: uow.parties.remove_member("mother", SON),
    "parties.add_group": lambda uow: uow.parties.add_group(
        Group(id="team", name="Team", kind=GroupKind.TEAM, members=frozenset({SON}))
    ),
    "parties.group": lambda uow: uow.parties.group("team"),
    "parties.groups": lambda uow: uow.parties.groups(),
    "parties.everybody": lambda uow: uow.parties.everybody(),
    "parties.roles": lambda uow: uow.parties.roles(),
    "parties.add_device": lambda uow: uow.parties.add_device(Device(id="d1", name="Dispenser", owner=SON)),
    "parties.device": lambda uow: uow.parties.device("d1"),
    "parties.devices": lambda uow: uow.parties.devices(),
    "parties.link": lambda uow: uow.parties.link(PartyLink(connector_id="ecd", external_id="P/1", ref=SON)),
    "parties.link_of": lambda uow: uow.parties.link_of("ecd", "P/1"),
    "parties.links": lambda uow: uow.parties.links("ecd"),
    "parties.refs": lambda uow: uow.parties.refs("ecd"),
    "parties.links_of": lambda uow: uow.parties.links_of(SON),
    "parties.unlink": lambda uow: uow.parties.unlink("ecd", "P/1"),
    "parties.add_candidate": lambda uow: uow.parties.add_candidate(CANDIDATE),
    "parties.candidate": lambda uow: uow.parties.candidate("ecd", "P/2"),
    "parties.candidates": lambda uow: uow.parties.candidates("ecd"),
    "parties.candidate_ids": lambda uow: uow.parties.candidate_ids("ecd"),
    "parties.count_candidates": lambda uow: uow.parties.count_candidates() or None,
    "parties.where_somebody_waits": lambda uow: uow.parties.where_somebody_waits(),
    "parties.remove_candidate": lambda uow: uow.parties.remove_candidate("ecd", "P/2"),
    "consents.add": lambda uow: uow.consents.add(CONSENT, "mother", NOW),
    "consents.get": lambda uow: uow.consents.get("c1"),
    "consents.of_client": lambda uow: uow.consents.of_client("mother"),
    "consents.withdraw": lambda uow: uow.consents.withdraw("c1", "mother", NOW),
    "consents.change": lambda uow: uow.consents.change(replace(CONSENT, agreement_id="stockings")),
    "consents.epoch": lambda uow: uow.consents.epoch("mother"),
    "consents.raise_epoch": lambda uow: uow.consents.raise_epoch("mother"),
    "agreements.get": lambda uow: uow.agreements.get("stockings"),
    "agreements.find": lambda uow: uow.agreements.find("stockings"),
    "agreements.list": lambda uow: uow.agreements.list("mother"),
    "agreements.ids": lambda uow: uow.agreements.ids(["mother"]),
    "agreements.naming": lambda uow: uow.agreements.naming([SON]),
    "agreements.list_naming": lambda uow: uow.agreements.list_naming([SON]),
    "agreements.after": lambda uow: list(uow.agreements.after("", {"mother"})),
    "agreements.add": lambda uow: uow.agreements.add(
        replace(uow.agreements.get("stockings").agreement, id="second"), CAUSE, NOW
    ),
    "agreements.replace": lambda uow: uow.agreements.replace(
        uow.agreements.get("stockings").agreement, 1, CAUSE, NOW, [WHAT]
    ),
    "agreements.join": lambda uow: uow.agreements.join("stockings", None),
    "agreements.current": lambda uow: uow.agreements.current("stockings"),
    "agreements.met_elsewhere": lambda uow: uow.agreements.met_elsewhere("mother", "nowhere"),
    "agreements.note_likeness": lambda uow: uow.agreements.note_likeness(
        "stockings", "stockings", Likeness.APART
    ),
    "agreements.likenesses": lambda uow: uow.agreements.likenesses("stockings"),
    "agreements.joined_into": lambda uow: uow.agreements.joined_into("stockings"),
    "agreements.foresee": lambda uow: uow.agreements.foresee(["stockings"]),
    "agreements.version_of": lambda uow: uow.agreements.version_of("stockings"),
    "agreements.version": lambda uow: uow.agreements.version("stockings", 1),
    "agreements.versions": lambda uow: uow.agreements.versions("stockings", [1]),
    "agreements.history": lambda uow: uow.agreements.history("stockings"),
    "agreements.known_since": lambda uow: uow.agreements.known_since(),
    "agreements.changed_since": lambda uow: uow.agreements.changed_since(NOW),
    "agreements.values": lambda uow: uow.agreements.values("stockings", [WHAT])[WHAT],
    "statements.add": lambda uow: uow.statements.add("stockings", SAID, NOW),
    "statements.foresee_none": lambda uow: uow.statements.foresee_none("stockings"),
    "statements.foresee": lambda uow: uow.statements.foresee(["stockings"]),
    "statements.heard_until": lambda uow: uow.statements.heard_until("stockings", LATER),
    "statements.copy": lambda uow: uow.statements.copy("stockings", "stockings", lambda said: said),
    "statements.of": lambda uow: uow.statements.of("stockings"),
    "statements.reports": lambda uow: uow.statements.reports("stockings", NOW),
    "connectors.add": lambda uow: uow.connectors.add(CONNECTOR),
    "connectors.get": lambda uow: uow.connectors.get("ecd"),
    "connectors.list": lambda uow: uow.connectors.list(),
    "connectors.save": lambda uow: uow.connectors.save(replace(CONNECTOR, id="ecd", row=1)),
    "connectors.note": lambda uow: uow.connectors.note("ecd", failures=1),
    "connectors.move_cursor": lambda uow: uow.connectors.move_cursor("ecd", CURSOR),
    "connectors.cursor": lambda uow: uow.connectors.cursor("ecd"),
    "links.ensure": link_id,
    "links.standing": lambda uow: uow.links.standing(LINK, "mother"),
    "agreements.foresee_none": lambda uow: uow.agreements.foresee_none("stockings"),
    "links.foresee_none": lambda uow: uow.links.foresee_none("stockings"),
    "links.foresee": lambda uow: uow.links.foresee([LINK]),
    "links.get": lambda uow: uow.links.get(LINK),
    "links.find": lambda uow: uow.links.find("stockings", "ecd", ""),
    "links.of_agreement": lambda uow: uow.links.of_agreement("stockings"),
    "links.in_system": lambda uow: uow.links.in_system("stockings", "ecd"),
    "links.of_connector": lambda uow: uow.links.of_connector("ecd"),
    "links.want": lambda uow: uow.links.want("stockings", 2, 3),
    "links.look": lambda uow: uow.links.look(LINK, 1),
    "links.hasten": lambda uow: uow.links.hasten("ecd", NOW - timedelta(days=99999)) or None,
    "links.retrying": lambda uow: uow.links.retrying("ecd") or None,
    "links.open_count": lambda uow: uow.links.open_count("ecd") or None,
    "links.marked": lambda uow: uow.links.marked("ecd"),
    "links.failed": lambda uow: uow.links.failed("ecd"),
    "links.try_again": lambda uow: uow.links.try_again([LINK], 3),
    "links.due": lambda uow: uow.links.due(NOW, 5),
    "links.waiting": lambda uow: uow.links.waiting(NOW, 5, without=["platform"]),
    "links.claim": lambda uow: uow.links.claim(LINK, NOW, LATER),
    "links.hold": lambda uow: uow.links.hold(LINK, 1, LATER),
    "links.renew": lambda uow: uow.links.renew(LINK, 1, LATER),
    "links.finish": lambda uow: finish_link(uow),
    "links.set": lambda uow: uow.links.set(LINK, attempts=1),
    "links.close": lambda uow: uow.links.close(uow.links.get(LINK), 2),
    "links.drop": lambda uow: uow.links.drop("nothing") or uow.links.find("stockings", "ecd", ""),
    "links.revoke": lambda uow: uow.links.revoke(LINK),
    "links.counts": lambda uow: uow.links.counts("ecd"),
    "links.release_all": lambda uow: uow.links.release_all() or None,
    "days.note": lambda uow: uow.days.note(NOW.date()),
    "days.done": lambda uow: uow.days.done(),
    "requests.find": lambda uow: uow.requests.find("relative:son", "k1"),
    "requests.add": lambda uow: uow.requests.add("relative:son", "k1", "d1", "stockings", until=NOW),
    "requests.forget": lambda uow: uow.requests.forget(LATER),
    "once.take": lambda uow: uow.once.take("in:ecd", "n1", NOW),
    "once.forget": lambda uow: uow.once.forget(LATER),
    "receipts.offered": lambda uow: uow.receipts.offered(LINK, [SON], 1, NOW),
    "receipts.delivered": lambda uow: uow.receipts.delivered(LINK, [SON], 1, NOW),
    "receipts.landed": lambda uow: uow.receipts.landed(LINK, 1, NOW),
    "receipts.read": lambda uow: uow.receipts.read(LINK, SON, 1, NOW),
    "receipts.take_back": lambda uow: uow.receipts.take_back(LINK, NOW),
    "receipts.taken_back": lambda uow: uow.receipts.taken_back(LINK, NOW),
    "receipts.move": lambda uow: uow.receipts.move(LINK, LINK),
    "receipts.of_link": lambda uow: uow.receipts.of_link(LINK),
    "remotes.add": lambda uow: uow.remotes.add(REMOTE),
    "remotes.get": lambda uow: uow.remotes.get("r1"),
    "remotes.by_external": lambda uow: uow.remotes.by_external("ecd", "CarePlan/17"),
    "remotes.of_group": lambda uow: uow.remotes.of_group("ecd", "series-1"),
    "remotes.awaited": lambda uow: uow.remotes.awaited("ecd"),
    "remotes.count_unlinked": lambda uow: uow.remotes.count_unlinked("new") or None,
    "remotes.unlinked_as": lambda uow: uow.remotes.unlinked_as(REMOTE.why),
    "remotes.unlinked": lambda uow: uow.remotes.unlinked("ecd"),
    "remotes.external_ids": lambda uow: uow.remotes.external_ids("ecd"),
    "remotes.look": lambda uow: uow.remotes.look("r1"),
    "remotes.due": lambda uow: uow.remotes.due(NOW, 5),
    "remotes.waiting": lambda uow: uow.remotes.waiting(NOW, 5),
    "remotes.claim": lambda uow: uow.remotes.claim("r1", NOW, LATER),
    "remotes.renew": lambda uow: uow.remotes.renew("r1", 1, LATER),
    "remotes.finish": lambda uow: uow.remotes.finish("r1", 1, looked=2),
    "remotes.release_all": lambda uow: uow.remotes.release_all() or None,
    "remotes.save": lambda uow: uow.remotes.save(replace(REMOTE, link_id=LINK, row=1)),
    "remotes.foresee": lambda uow: uow.remotes.foresee([LINK]),
    "remotes.of_link": lambda uow: uow.remotes.of_link(LINK),
    "remotes.know_as": lambda uow: uow.remotes.know_as("r1", [NUMBER]),
    "remotes.known_by": lambda uow: uow.remotes.known_by([NUMBER]),
    "remotes.revoke": lambda uow: uow.remotes.revoke("r1"),
    "remotes.intended": lambda uow: uow.remotes.intended("ecd"),
    "remotes.marks": lambda uow: uow.remotes.marks("ecd", ["CarePlan/17"]),
    "remotes.live": lambda uow: uow.remotes.live("ecd"),
    "shown.add": lambda uow: uow.shown.add(SHOWN),
    "shown.get": lambda uow: uow.shown.get("ecd", "s1"),
    "shown.marked": lambda uow: uow.shown.marked("ecd", "stockings.k"),
    "shown.after": lambda uow: uow.shown.after("ecd", "", 5),
    "shown.of_readers": lambda uow: uow.shown.of_readers("ecd", ["relative:son"]),
    "shown.change": lambda uow: uow.shown.change(replace(SHOWN, raw={"units": {}})),
    "shown.stamp": lambda uow: uow.shown.stamp("ecd", b"a line"),
    "shown.remove": lambda uow: uow.shown.remove(replace(SHOWN, row=2)),
    "feeds.add": lambda uow: uow.feeds.add(FEED),
    "feeds.get": lambda uow: uow.feeds.get("f1"),
    "feeds.by_token": lambda uow: uow.feeds.by_token(FEED.token),
    "feeds.list": lambda uow: uow.feeds.list("ecd"),
    "feeds.readers": lambda uow: uow.feeds.readers("ecd"),
    "feeds.note_fetched": lambda uow: uow.feeds.note_fetched("f1", NOW),
    "feeds.revoke": lambda uow: uow.feeds.revoke("f1", NOW),
    "access.vouch": lambda uow: uow.access.vouch(b"a token"),
    "access.add_program": lambda uow: uow.access.add_program(PROGRAM),
    "access.program": lambda uow: uow.access.program("planning"),
    "access.find_program": lambda uow: uow.access.find_program("planning"),
    "access.programs": lambda uow: uow.access.programs(),
    "access.add_key": lambda uow: uow.access.add_key(KEY),
    "access.key": lambda uow: uow.access.key("k1"),
    "access.find_key": lambda uow: uow.access.find_key("k1"),
    "access.keys": lambda uow: uow.access.keys("planning"),
    "access.note_used": lambda uow: uow.access.note_used("k1", NOW),
    "access.change_keys": lambda uow: uow.access.change_keys("planning", "{}"),
    "access.revoke_key": lambda uow: uow.access.revoke_key("k1", NOW),
    "access.revoke_program": lambda uow: uow.access.revoke_program("planning", NOW),
    "accounts.add_provider": lambda uow: uow.accounts.add_provider(PROVIDER),
    "accounts.provider": lambda uow: uow.accounts.provider("login"),
    "accounts.provider_of": lambda uow: uow.accounts.provider_of(ISSUER, "app"),
    "accounts.providers": lambda uow: uow.accounts.providers(),
    "accounts.remove_provider": lambda uow: uow.accounts.remove_provider("login"),
    "accounts.add": lambda uow: uow.accounts.add(ACCOUNT, "son@issuer"),
    "accounts.get": lambda uow: uow.accounts.get("a1"),
    "accounts.of": lambda uow: uow.accounts.of(ISSUER, "son@issuer"),
    "accounts.list": lambda uow: uow.accounts.list(),
    "accounts.remove": lambda uow: uow.accounts.remove("a1"),
    "accounts.invite": lambda uow: uow.accounts.invite(INVITATION),
    "accounts.invited": lambda uow: uow.accounts.invited(b"code"),
    "accounts.invitation": lambda uow: uow.accounts.invitation("i1"),
    "accounts.invitations": lambda uow: uow.accounts.invitations(),
    "accounts.forget_invitations": lambda uow: uow.accounts.forget_invitations(NOW),
    "accounts.remove_invitation": lambda uow: uow.accounts.remove_invitation("i1"),
    "events.add": lambda uow: uow.events.add(EVENT),
    "events.get": lambda uow: uow.events.get("e1"),
    "events.is_one": lambda uow: uow.events.is_one("e1"),
    "events.last_of": lambda uow: uow.events.last_of("ecd", ["s1"]),
    "events.after": lambda uow: uow.events.after("ecd", 0, 5),
    "events.due": lambda uow: uow.events.due(NOW, 5),
    "events.waiting": lambda uow: uow.events.waiting(NOW, 5),
    "events.claim": lambda uow: uow.events.claim("e1", NOW, LATER),
    "events.renew": lambda uow: uow.events.renew("e1", 1, LATER),
    "events.become": lambda uow: uow.events.become(replace(EVENT, id="e1"), "e2", "retracted", 0),
    "events.finish": lambda uow: uow.events.finish(replace(EVENT, id="e2", fence=1), given_up_at=NOW),
    "events.numbered": lambda uow: uow.events.numbered("ecd", 1),
    "events.counts": lambda uow: uow.events.counts("ecd") if any(uow.events.counts("ecd")) else None,
    "events.given_up": lambda uow: uow.events.given_up("ecd"),
    "events.failed": lambda uow: uow.events.failed("ecd"),
    "events.again": lambda uow: uow.events.again(["e2"]),
    "events.missing": lambda uow: missing(uow),
    "events.hasten": lambda uow: uow.events.hasten("ecd", NOW - timedelta(days=1)) or None,
    "events.revoke": lambda uow: uow.events.revoke("e2"),
    "events.release_all": lambda uow: uow.events.release_all() or None,
    "events.subscriber": lambda uow: uow.events.subscriber("ecd").number or None,
    "events.quiet": lambda uow: uow.events.quiet(NOW - timedelta(days=30000)) or None,
    "events.sent": lambda uow: uow.events.sent("ecd", NOW),
    "events.missed": lambda uow: uow.events.missed("ecd", failing=failed(None, NOW), quiet_until=NOW),
    "events.trust": lambda uow: uow.events.trust("ecd"),
    "events.heard": lambda uow: uow.events.heard("ecd", taken_at=NOW),
    "news.tell": lambda uow: uow.news.tell("ecd", SON, TOLD),
    "news.of": lambda uow: uow.news.of("ecd", SON),
    "news.digest": lambda uow: uow.news.digest("stockings", "text"),
    "secrets.add": lambda uow: uow.secrets.add("h1", "ecd", "whsec_x", NOW),
    "secrets.text": lambda uow: uow.secrets.text("h1"),
    "secrets.keep": lambda uow: uow.secrets.keep("ecd", ["h1"]),
    "questions.ask": lambda uow: uow.questions.ask(QUESTION),
    "questions.get": lambda uow: uow.questions.get("q1"),
    "questions.foresee_none": lambda uow: uow.questions.foresee_none("stockings"),
    "questions.foresee": lambda uow: uow.questions.foresee(["stockings"]),
    "questions.list": lambda uow: uow.questions.list(agreement_id="stockings"),
    "questions.counts": lambda uow: uow.questions.counts() or None,
    "questions.count_overdue": lambda uow: uow.questions.count_overdue(NOW + timedelta(days=99)) or None,
    "questions.of_link": lambda uow: uow.questions.of_link(LINK),
    "questions.answer": lambda uow: uow.questions.answer("q1", 1, "done", "admin", NOW),
    "questions.move": lambda uow: uow.questions.move(replace(QUESTION, subject="agreement:stockings:moved")),
    "questions.close": lambda uow: uow.questions.close("q1", NOW),
    "log.audit": lambda uow: uow.log.audit(AuditLine(at=NOW, actor="a", action="b", object="agreement:c")),
    "log.audit_lines": lambda uow: uow.log.audit_lines(),
    "log.verify": lambda uow: uow.log.verify(),
    "log.attempt": lambda uow: uow.log.attempt(ATTEMPT),
    "log.deliveries": lambda uow: uow.log.deliveries("ecd", 1),
    "log.attempts": lambda uow: uow.log.attempts("l1"),
    "log.keep_run": lambda uow: uow.log.keep_run(RUN),
    "log.runs": lambda uow: uow.log.runs("ecd"),
    "log.run_before": lambda uow: uow.log.run_before(RUN),
    "log.forget_runs": lambda uow: uow.log.forget_runs("ecd", before=NOW, most=9),
    "log.drop_run": lambda uow: uow.log.drop_run(9),
}
LINK = "70d0bcb2e6b03c5d74ed3e38b95a28"

# They make something new wherever they are called, or speak of the whole organisation.
MAKES_NEW = {
    *("parties.add_person", "parties.add_group", "parties.add_device", "connectors.add"),
    *("log.audit", "log.attempt", "log.keep_run", "log.verify", "days.note", "shown.stamp", "access.vouch"),
    *("news.digest", "once.take", "requests.add", "accounts.add", "accounts.invite"),
}
ASKS_NOTHING = {
    *("shown.stamp", "access.vouch", "news.digest"),
    *(f"{one}.foresee_none" for one in ("agreements", "links", "questions", "statements")),
}
NOTHING: tuple[object, ...] = (None, False, 0, [], {}, (), frozenset())


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[Any]]:
    seen: list[Any] = []

    def note(_connection: object, statement: Any, many: Any, one: Any, _: object) -> None:
        given = [*many, one] if one else many
        assert [each["of_organisation"] for each in given] == ["noord"]
        seen.append(statement)

    sa.event.listen(engine, "before_execute", note)
    yield seen
    sa.event.remove(engine, "before_execute", note)


def names_its_organisation(statement: Any) -> bool:
    """Whether it can only read and change rows of the organisation that is given with it."""
    if isinstance(statement, sa.Insert):
        replaced = statement._post_values_clause
        target = getattr(replaced, "inferred_target_elements", None) or ["organisation"]
        added = {str(name): value for name, value in statement._values.items()}["organisation"]
        return added.key == "of_organisation" and target[0] == "organisation"
    tables = statement.get_final_froms() if isinstance(statement, sa.Select) else [statement.table]
    return all(any(confines(one, table) for one in statement._where_criteria) for table in tables)


def confines(condition: Any, table: Any) -> bool:
    """Whether the condition is that the table's organisation is the one that is given."""
    return (
        isinstance(condition, BinaryExpression)
        and condition.operator is operators.eq
        and condition.left is table.c.organisation
        and condition.right.key == "of_organisation"
    )


def public_methods() -> set[str]:
    names = {
        name: type(value)
        for name, value in vars(WritingUnitOfWork(None, "noord", None, None)).items()  # type: ignore[arg-type]
        if isinstance(value, Repository)
    }
    return {
        f"{name}.{method}"
        for name, kind in names.items()
        for method, _ in inspect.getmembers(kind, inspect.isfunction)
        if not method.startswith("_")
    }


def test_every_public_method_is_called_here() -> None:
    assert set(ACTS) == public_methods()


def test_every_statement_names_its_organisation(store: Store, statements: list[Any]) -> None:
    for name, act in ACTS.items():
        with store.write("noord") as uow:
            statements.clear()
            act(uow)
            uow.commit()

            assert statements or name in ASKS_NOTHING, f"{name} asked the database nothing"
            assert all(map(names_its_organisation, statements)), name


def test_no_statement_reads_a_whole_table(store: Store, engine: Engine) -> None:
    asked: list[tuple[str, Any]] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    with store.write("noord") as uow:
        for act in ACTS.values():
            act(uow)
        uow.commit()

    with engine.connect() as connection:
        for text, values in {
            text: values for text, values in asked if text[:5] not in ("BEGIN", "INSER")
        }.items():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
            assert not [row.detail for row in plan if row.detail.startswith("SCAN")], text


def links_of_one(uow: WritingUnitOfWork) -> object:
    return uow.parties.links("ecd", {PartyRef(kind=PartyKind.CLIENT, id="mother")})


@pytest.mark.parametrize(
    ("by", "act"),
    [
        ("client_id", ACTS["agreements.list"]),
        ("client_id", ACTS["agreements.ids"]),
        ("party", ACTS["agreements.naming"]),
        ("client_id", ACTS["agreements.met_elsewhere"]),
        ("agreement_id", ACTS["links.of_agreement"]),
        ("agreement_id", ACTS["questions.list"]),
        ("agreement_id", ACTS["statements.of"]),
        ("link_id", ACTS["remotes.of_link"]),
        ("party", links_of_one),
    ],
)
def test_what_belongs_together_is_found_without_reading_all_of_the_organisation(
    store: Store, engine: Engine, by: str, act: Callable[[WritingUnitOfWork], object]
) -> None:
    asked: list[tuple[str, Any]] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    with store.write("noord") as uow:
        act(uow)

    text, values = asked[0]
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
    assert any(f"{by}=?" in row.detail for row in plan)
    assert not any(row.detail.endswith("(organisation=?)") for row in plan)


def test_postgresql_would_take_every_statement(store: Store, statements: list[Any]) -> None:
    for act in ACTS.values():
        with store.write("noord") as uow:
            act(uow)
            uow.commit()

    plain = [one for one in statements if getattr(one, "_post_values_clause", None) is None]
    texts = [str(one.compile(dialect=postgresql.dialect())) for one in plain]

    assert len(texts) > len(ACTS)
    assert all("organisation" in text for text in texts)


def filled(store: Store) -> None:
    """Everything there is in Noord, as far as it can be there at the same time."""
    with store.write("noord") as uow:
        for name, act in ACTS.items():
            if not name.rpartition(".")[2].startswith(("remove", "unlink")):
                act(uow)
        uow.commit()


def test_from_another_organisation_there_is_nothing_to_see_or_touch(store: Store) -> None:
    filled(store)

    with store.write("zuid") as uow:
        for name in ACTS.keys() - MAKES_NEW:
            with contextlib.suppress(NotFoundError):
                assert ACTS[name](uow) in NOTHING, name

        assert uow.agreements.list() == []
        assert uow.remotes.unlinked() == []


def test_what_one_organisation_stamped_no_other_one_can(store: Store) -> None:
    filled(store)
    stamps = set()
    for one in ("noord", "zuid"):
        with store.write(one) as uow:
            stamps |= {uow.shown.stamp("ecd", b"a line"), uow.shown.stamp("app", b"a line")}

    assert len(stamps) == 4


def test_statements_are_built_in_one_place() -> None:
    """Only ``scope.py`` builds them; the list of organisations itself is the one exception."""
    building = {"select", "insert", "update", "delete", "text"}
    builders = {
        module.name
        for module in Path(inspect.getfile(package)).parent.glob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Attribute | ast.ImportFrom)
        if (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sa")
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"))
        if building & ({node.attr} if isinstance(node, ast.Attribute) else {one.name for one in node.names})
    }

    assert builders == {"scope.py", "tables.py", "unit_of_work.py"}
