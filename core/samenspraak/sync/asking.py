"""Putting a question to a person, at most once per matter.

The subject of a question names the matter; asking again about the same one makes a revision of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.units import UnitKey, units_of
from samenspraak.policy.state import QuestionKind, SentUnits
from samenspraak.store.records import QuestionRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.hub import Hub

HUB = "hub"
PROPOSED = "proposed"
"""Under this, what a question shows that somebody would have at the hub itself."""
ADMIN = "role:admin"
RESPONSIBLE = "role:responsible"
ON_DUTY = "role:on_duty"

AGREES = "agrees/"
"""What a question shows, under this with a party: the value that party agreed to."""

DIFFERENTLY = "joined-differently"
"""Why it is asked: two agreements became one, and each said something else. The value of the one that went
may stand in no system any more, so that only an answer closes it."""

OF_A_UNIT = frozenset({QuestionKind.CONFLICT, QuestionKind.PROPOSAL})
"""The kinds that are about one unit; their subject is ``agreement:<id>:<unit>``."""

_ABOUT_VALUES = OF_A_UNIT | {QuestionKind.ENDED}
DEADLINE = timedelta(days=3)


def ask_admin(uow: WritingUnitOfWork, hub: Hub, connector_id: str, *, cause: str) -> None:
    """One question for the admin per connector and cause."""
    uow.questions.ask(
        question(
            hub,
            kind=QuestionKind.CONNECTOR,
            subject=admin_subject(connector_id, cause),
            agreement_id=None,
            owner=ADMIN,
            values={connector_id: {}},
            shows={},
            cause=cause,
        )
    )


def no_more_admin(uow: WritingUnitOfWork, hub: Hub, connector_id: str, *, cause: str) -> None:
    """The admin need not do anything about this any more."""
    subject = admin_subject(connector_id, cause)
    for asked in uow.questions.list(connector_id=connector_id):
        if asked.subject == subject:
            uow.questions.close(asked.id, hub.now())


def admin_subject(connector_id: str, cause: str) -> str:
    """The subject of a question for the admin."""
    return f"connector:{connector_id}:{cause}"


def ask_matter(
    uow: WritingUnitOfWork,
    hub: Hub,
    agreement: Agreement,
    *,
    kind: QuestionKind,
    owner: str,
    subject: str,
    cause: str,
    values: Mapping[str, SentUnits] | None = None,
    within: timedelta = DEADLINE,
) -> None:
    """One question about this agreement that is not about a unit; ``within``: how long there is to answer."""
    uow.questions.ask(
        question(
            hub,
            kind=kind,
            subject=subject,
            agreement_id=agreement.id,
            owner=owner,
            values=values or {HUB: {}},
            shows={},
            cause=cause,
            within=within,
        )
    )


def tell_ours(
    uow: WritingUnitOfWork, agreement: Agreement, changed: Collection[UnitKey], *, but: str = ""
) -> None:
    """An open question that is about a value shows what the hub holds now; who saw another, looks again.

    ``but``: the question whose answer made the change.
    """
    for standing in uow.questions.list(agreement_id=agreement.id):
        shown = standing.values.get(HUB, {})
        if standing.kind in _ABOUT_VALUES and standing.id != but and shown.keys() & set(changed):
            ours = {key: units_of(agreement).get(key) for key in shown}
            uow.questions.ask(replace(standing, values={**standing.values, HUB: ours}))


def open_about(uow: UnitOfWork, agreement_id: str, subject: str) -> QuestionRecord | None:
    """The open question about this, if there is one."""
    found = uow.questions.list(agreement_id=agreement_id)
    return next((one for one in found if one.subject == subject), None)


def unit_of(question: QuestionRecord) -> UnitKey:
    """The unit a question of kind conflict or proposal is about."""
    return UnitKey.parse(question.subject.split(":", 2)[2])


def about_of(asked: QuestionRecord) -> str:
    """The party and the moment a question about an agreement is about: what its subject says after that."""
    kind, _, _, about = [*asked.subject.split(":", 3), "", "", ""][:4]
    return about if kind == "agreement" and asked.kind not in OF_A_UNIT else ""


def unit_subject(agreement_id: str, key: UnitKey) -> str:
    """The subject of a question about a unit."""
    return f"agreement:{agreement_id}:{key}"


def owner_of(agreement: Agreement, key: UnitKey) -> str:
    """Who is asked: the responsible party of the assignment, else whoever is responsible at all."""
    assignments = [agreement.assignment(key.assignment_id)] if key.assignment_id else []
    ranked = [*assignments, *agreement.assignments]
    found = next((one.responsible for one in ranked if one and one.responsible), None)
    return str(found) if found else RESPONSIBLE


def beside(standing: Mapping[str, SentUnits], said: Iterable[tuple[str, SentUnits]]) -> dict[str, SentUnits]:
    """What a question shows, and what is said beside that; nothing is shown twice, or over something else.

    ``said``: by which system, or under which name, and what.
    """
    values = dict(standing)
    for name, says in said:
        if says not in values.values():
            values[_name(name, values)] = says
    return values


def _name(says: str, taken: Mapping[str, SentUnits]) -> str:
    """Who says it, by name; where they say two things, the second under a numbered one."""
    names = (says, *(f"{says}/{number}" for number in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)


def question(
    hub: Hub,
    *,
    kind: QuestionKind,
    subject: str,
    agreement_id: str | None,
    owner: str,
    values: Mapping[str, SentUnits],
    shows: Mapping[str, SentUnits],
    cause: str,
    within: timedelta = DEADLINE,
) -> QuestionRecord:
    now = hub.now()
    return QuestionRecord(
        id=hub.new_id(),
        kind=kind,
        subject=subject,
        agreement_id=agreement_id,
        owner=owner,
        revision=1,
        opened_at=now,
        deadline=now + within,
        values=values,
        shows=shows,
        cause=cause,
    )
