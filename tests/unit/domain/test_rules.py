"""Illegal states cannot be built: every rule of the domain, the smallest thing that breaks it, its name."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Duty,
    ExceptionKind,
    OccurrenceException,
    OccurrenceKey,
    ReviewOutcome,
    State,
    Status,
    What,
)
from samenspraak.domain.bsn import parse_bsn
from samenspraak.domain.consent import Capacity, Consent, Recipient, RecipientKind
from samenspraak.domain.lifecycle import end, pause, resume, transition
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.pausing import with_client_away, with_party_away
from samenspraak.domain.restoring import restored
from samenspraak.domain.reviews import hold_review
from samenspraak.domain.schedules import Frequency, PartOfDay, Period, Recurrence, Schedule, TimesPerPeriod
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import STATUS, WHAT, UnitKey, UnitKind, agreement_from, units_of
from samenspraak.errors import RuleError

ROOT = Path(__file__).resolve().parents[3]
TODAY, TOMORROW = date(2027, 1, 4), date(2027, 1, 5)
NOW = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
NEIGHBOUR = Recipient(kind=RecipientKind.PERSON, id="neighbour")
DUTY = Duty(performer=SON)
AGREED = Agreement(
    id="g1",
    client_id="mother",
    what=What(text="Koken"),
    assignments=(Assignment(id="a1", duty=DUTY),),
    status=Status(state=State.ACTIVE),
)
OTHER = What(text="Bakken")
OVER = replace(AGREED, status=Status(state=State.MISTAKE))
KEY = OccurrenceKey(assignment_id="a1", day=TODAY)


def performed_by(kind: PartyKind, ref_id: str) -> Assignment:
    return Assignment(id="a1", duty=Duty(performer=PartyRef(kind=kind, id=ref_id)))


def without(key: UnitKey) -> Agreement:
    units = units_of(AGREED)
    return agreement_from("g1", "mother", {one: units[one] for one in units if one != key})


def said(kind: StatementKind, at: datetime = NOW, **more: str) -> Statement:
    return Statement(id="s1", kind=kind, by=SON, at=at, through="hub", **more)


def daily(**more: object) -> Recurrence:
    return Recurrence(frequency=Frequency.DAILY, **more)


def consent(**more: object) -> Consent:
    return Consent(id="c1", client_id="mother", recipient=NEIGHBOUR, **more)


BROKEN: list[tuple[str, Callable[[], object]]] = [
    ("what", lambda: What(text="  ")),
    ("what", lambda: without(WHAT)),
    ("status", lambda: without(STATUS)),
    ("performer", lambda: replace(AGREED, assignments=())),
    ("assignment-id", lambda: Assignment(id="a[1]", duty=DUTY)),
    ("assignment-id", lambda: Assignment(id="", duty=DUTY)),
    ("assignment-unique", lambda: replace(AGREED, assignments=AGREED.assignments * 2)),
    ("device-owner", lambda: performed_by(PartyKind.DEVICE, "dispenser")),
    ("own-client", lambda: replace(AGREED, assignments=(performed_by(PartyKind.CLIENT, "father"),))),
    ("pause", lambda: Status(state=State.ACTIVE, paused_from=TODAY)),
    ("pause-period", lambda: Status(state=State.PAUSED, paused_from=TOMORROW, paused_until=TODAY)),
    ("pause-period", lambda: with_party_away(AGREED, SON, TOMORROW, TODAY)),
    ("pause-apart", lambda: with_client_away(pause(AGREED, until=TODAY), TODAY + timedelta(days=9), None)),
    ("end", lambda: Status(state=State.ACTIVE, ended_on=TODAY)),
    ("end", lambda: end(AGREED, TODAY, how=State.PAUSED)),
    ("transition", lambda: transition(OVER, State.PAUSED)),
    ("resume", lambda: resume(AGREED)),
    ("restore", lambda: restored(AGREED, AGREED)),
    ("review-over", lambda: hold_review(OVER, ReviewOutcome.KEPT, TODAY)),
    (
        "review-kept",
        lambda: hold_review(AGREED, ReviewOutcome.KEPT, TODAY, changes={WHAT: OTHER}),
    ),
    ("review-next", lambda: hold_review(AGREED, ReviewOutcome.KEPT, TODAY, next_on=TODAY)),
    ("occurrence-key", lambda: OccurrenceKey.parse("a1:vandaag:1")),
    ("occurrence-nth", lambda: OccurrenceKey(assignment_id="a1", day=TODAY, nth=0)),
    ("moved", lambda: OccurrenceException(kind=ExceptionKind.MOVED)),
    ("moved", lambda: OccurrenceException(kind=ExceptionKind.CANCELLED, moved_to=TOMORROW)),
    ("taken-over", lambda: OccurrenceException(kind=ExceptionKind.TAKEN_OVER)),
    (
        "exception-assignment",
        lambda: replace(
            AGREED,
            exceptions={replace(KEY, assignment_id="a2"): OccurrenceException(kind=ExceptionKind.CANCELLED)},
        ),
    ),
    ("interval", lambda: daily(interval=0)),
    ("duration", lambda: daily(minutes=0)),
    ("local-time", lambda: daily(times=(time(8, tzinfo=UTC),))),
    ("day-part", lambda: PartOfDay(parts=())),
    ("times", lambda: TimesPerPeriod(times=0, period=Period.WEEK)),
    ("period", lambda: Schedule(start=TOMORROW, until=TODAY)),
    ("party-id", lambda: PartyRef(kind=PartyKind.RELATIVE, id="")),
    ("party-ref", lambda: PartyRef.parse("cousin:son")),
    ("unit-key", lambda: UnitKey(UnitKind.ASSIGNMENT)),
    ("unit-key", lambda: UnitKey.parse("weather")),
    ("statement-time", lambda: said(StatementKind.COMMENT, at=NOW.replace(tzinfo=None), text="Dag")),
    ("assent-terms", lambda: said(StatementKind.ASSENT)),
    ("assent-terms", lambda: said(StatementKind.COMMENT, text="Dag", terms="t1-0")),
    ("report-occurrence", lambda: said(StatementKind.DONE)),
    ("comment-text", lambda: said(StatementKind.COMMENT, text=" ")),
    ("consent-period", lambda: consent(start=TOMORROW, until=TODAY)),
    ("consent-time", lambda: consent(withdrawn_at=NOW.replace(tzinfo=None))),
    ("own-name", lambda: consent(capacity=Capacity.SELF, given_by="daughter")),
    ("recipient", lambda: Recipient(kind=RecipientKind.PERSON, id="")),
    ("recipient", lambda: Recipient(kind=RecipientKind.ROLE, id="cousin")),
    ("bsn", lambda: parse_bsn("123456789")),
]


def rules_in_code() -> set[str]:
    """The first argument of every ``RuleError``; the one that is computed names a unit."""
    files = (ROOT / "core/samenspraak").glob("[dp]o*/*.py")  # domain and policy
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in files)
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    first = [
        call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "RuleError"
    ]
    return {str(one.value) for one in first if isinstance(one, ast.Constant)} | {"what", "status"}


@pytest.mark.parametrize(("rule", "build"), BROKEN, ids=[f"{rule}-{n}" for n, (rule, _) in enumerate(BROKEN)])
def test_what_breaks_a_rule_cannot_be_built(rule: str, build: Callable[[], object]) -> None:
    with pytest.raises(RuleError) as caught:
        build()

    assert caught.value.rule == rule


def test_every_rule_of_the_domain_has_a_case() -> None:
    assert {rule for rule, _ in BROKEN} == rules_in_code()


def test_every_rule_is_in_the_reference() -> None:
    page = (ROOT / "docs/reference/agreement.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `([a-z-]+)` \| [A-Z]", page, re.M)) == rules_in_code()
