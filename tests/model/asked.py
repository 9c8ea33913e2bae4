"""People answer what they are asked: at once, or some time after they opened the question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.here import another_value
from model.there import end
from model.town import ORGANISATION

from samenspraak.domain.units import STATUS
from samenspraak.errors import RuleError, StaleError
from samenspraak.policy.obstacles import CANNOT_END, CANNOT_TAKE_BACK
from samenspraak.policy.state import QuestionKind
from samenspraak.services import questions
from samenspraak.services.questions import Question
from samenspraak.services.unit_values import as_json
from samenspraak.sync.alike import JOIN, SAME_AGREEMENT, TWO_COPIES
from samenspraak.sync.answering import KEEP_BOTH

if TYPE_CHECKING:
    from model.walk import Walk

_OF_A_UNIT = (QuestionKind.CONFLICT, QuestionKind.PROPOSAL)
_SETTLED = {CANNOT_TAKE_BACK: "done"}
"""Nobody leaves readable what may not be read."""


def open_ones(walk: Walk) -> tuple[Question, ...]:
    return questions.listed(walk.town.hub, ORGANISATION)


def answers(walk: Walk) -> None:
    asked = open_ones(walk)
    if asked:
        answer(walk, walk.chance.choice(asked))


def sees(walk: Walk) -> None:
    """Somebody opens the questions now, and answers one some time later."""
    walk.opened = list(open_ones(walk))


def answers_late(walk: Walk) -> None:
    seen, walk.opened = walk.opened, []
    if seen:
        answer(walk, walk.chance.choice(seen))


def answer(walk: Walk, asked: Question, *, in_accord: bool = False) -> None:
    """Somebody answers at random; ``in_accord``: nobody takes up again what somebody else lets end."""
    agreed = "end" if in_accord and asked.kind is QuestionKind.ENDED else None
    choice = _SETTLED.get(asked.cause) or agreed or walk.chance.choice(asked.answers)
    value, told = None, asked.values.get(_meant(asked, choice), {})
    if choice == "other":
        if asked.unit is None or asked.unit == STATUS:
            return
        value = _other(walk, asked)
        told = {str(asked.unit): value}
    known = _agreements(walk)
    try:
        questions.answer(
            walk.town.hub, ORGANISATION, asked.id, revision=asked.revision, choice=choice, value=value
        )
    except StaleError:
        walk.note("answer refused: stale", asked.kind)
        walk.ledger.forgets(value)
        return
    except RuleError as error:
        walk.note("answer refused: unlawful", f"{asked.kind} {choice} {error.rule}")
        walk.ledger.forgets(value)
        return
    walk.note(f"answer: {asked.kind} {asked.cause}", f"{asked.agreement_id} {asked.unit or ''}: {choice}")
    # A copy too many leaves as an agreement of its own, and that is over.
    walk.ledger.ended |= {("hub", one) for one in _agreements(walk) - known}
    _settles(walk, asked, choice, told)


def _agreements(walk: Walk) -> set[str]:
    with walk.town.store.read(ORGANISATION) as uow:
        return {one.agreement.id for one in uow.agreements.list()}


def _meant(asked: Question, choice: str) -> str:
    others = sorted(asked.values.keys() - {"hub"})
    return {"take": others[0] if others else "", "refuse": "hub"}.get(choice, choice)


def _other(walk: Walk, asked: Question) -> Any:
    """Another value for the unit that is asked about."""
    unit = asked.unit
    if unit is None:
        return None
    new = another_value(walk, asked.agreement_id or "", unit)
    return None if new is None else as_json({unit: new})[str(unit)]


def _settles(walk: Walk, asked: Question, choice: str, told: object) -> None:
    """What the answer means for what people typed: the person saw what the question held."""
    ledger, agreement_id = walk.ledger, asked.agreement_id or ""
    if asked.cause == SAME_AGREEMENT:
        _joined(walk, agreement_id, choice)
        return
    if asked.cause == TWO_COPIES:
        ledger.twice |= {agreement_id} if choice == KEEP_BOTH else set()
        return
    if asked.kind is QuestionKind.ENDED and choice == "restore":
        ledger.restored.add(agreement_id)
        return
    ledger.settles(asked.values, told if asked.kind in _OF_A_UNIT else None)
    if asked.unit == STATUS or choice == "end":
        ledger.ended.add(("hub", agreement_id))
    if any("status" in units for system, units in asked.values.items() if system != "hub"):
        ledger.restored.add(agreement_id)
    if asked.kind is QuestionKind.IDENTITY:
        _removes_double(walk, asked)
    if asked.cause == CANNOT_END and choice == "done":
        _ends_by_hand(walk, asked)


def _joined(walk: Walk, newer: str, choice: str) -> None:
    if choice == JOIN:
        with walk.town.store.read(ORGANISATION) as uow:
            stays = uow.agreements.current(newer).agreement.id
        walk.note("joins", f"{newer} into {stays}")
        walk.ledger.is_also(newer, stays)


def _removes_double(walk: Walk, asked: Question) -> None:
    with walk.town.store.read(ORGANISATION) as uow:
        remote = uow.remotes.get(uow.questions.get(asked.id).subject.split(":")[1])
    if remote.external_id is not None:
        system = walk.town.systems[remote.connector_id]
        walk.ledger.sees_it_go(system.now(remote.external_id))
        system.keep(remote.external_id, None)


def _ends_by_hand(walk: Walk, asked: Question) -> None:
    """Nobody but the people there can end it, and they do."""
    with walk.town.store.read(ORGANISATION) as uow:
        remote = uow.remotes.get(uow.questions.get(asked.id).subject.split(":")[1])
    system = walk.town.systems[remote.connector_id]
    if remote.external_id is not None and system.now(remote.external_id) is not None:
        end(walk, system, remote.external_id)
