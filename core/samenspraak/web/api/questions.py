"""Questions that only a person can settle."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields, validate

from samenspraak.errors import RuleError
from samenspraak.policy.access import Principal, Scope
from samenspraak.policy.state import QuestionKind
from samenspraak.services import looking, questions
from samenspraak.services.questions import OTHER
from samenspraak.sync.hub import Hub
from samenspraak.web.api.routes import Answer, Routes, tagged
from samenspraak.web.api.shapes import Members, Page, Paging, page_of, window_of


class QuestionShown(Schema):
    """A question, and what can be answered to it."""

    id = fields.String(required=True)
    kind = fields.Enum(QuestionKind, by_value=True, required=True)
    revision = fields.Integer(required=True, metadata={"description": "What was asked changed so often."})
    agreement_id = fields.String(required=True, allow_none=True)
    unit = fields.String(
        required=True, allow_none=True, metadata={"description": "Null where it is not about a unit."}
    )
    owner = fields.String(required=True, metadata={"description": "Who is to answer."})
    cause = fields.String(required=True)
    about = fields.String(
        required=True, metadata={"description": "The party or the moment, where it is not about a unit."}
    )
    opened_at = fields.AwareDateTime(required=True)
    deadline = fields.AwareDateTime(required=True, allow_none=True)
    values = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(),
        required=True,
        metadata={"description": "Per system what it says, units by name; `hub`: what was agreed last."},
    )
    answers = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "What can be answered; `other` takes a value of its own."},
    )
    is_open = fields.Boolean(required=True)
    answer = fields.String(required=True, allow_none=True)
    answered_by = fields.String(required=True, allow_none=True)


class QuestionsShown(Page):
    """A page of questions, the oldest first."""

    items = fields.List(fields.Nested(QuestionShown(partial=True)), required=True)


class WhichQuestions(Paging):
    """Which questions."""

    agreement_id = fields.String(metadata={"description": "Only about this agreement."})
    connector_id = fields.String(metadata={"description": "Only those in which this system has a say."})
    answered = fields.Boolean(load_default=False, metadata={"description": "Answered ones too."})
    members = Members(QuestionShown)


class Chosen(Schema):
    """An answer."""

    choice = fields.String(
        required=True,
        validate=validate.Length(min=1, max=100),
        metadata={"description": "One of the `answers` of the question."},
    )
    value = fields.Raw(
        allow_none=True,
        metadata={
            "description": "With `other`, and only then: the value of the unit, as `values` has it; null "
            "empties it."
        },
    )


def routes(hub: Hub) -> Routes:
    """The routes of questions."""
    here = Routes("Questions", __name__, description="What only a person can settle.")

    @here.route("/questions")
    @here.asks(Scope.QUESTIONS_READ)
    @here.takes(WhichQuestions, "query")
    @here.gives(HTTPStatus.OK, QuestionsShown)
    def list_(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """The open questions, the oldest first."""
        found = looking.page_questions(
            hub,
            who.organisation,
            who,
            window_of(which),
            agreement_id=which.get("agreement_id"),
            connector_id=which.get("connector_id"),
            open_only=not which["answered"],
        )
        return page_of(found, which)

    @here.route("/questions/<question_id>")
    @here.asks(Scope.QUESTIONS_READ)
    @here.gives(HTTPStatus.OK, QuestionShown)
    def show(who: Principal, question_id: str) -> Answer:
        """One question: who says what, and what can be answered."""
        return _shown(looking.show_question(hub, who.organisation, who, question_id))

    @here.route("/questions/<question_id>/answer", methods=["POST"])
    @here.asks(Scope.QUESTIONS_ANSWER)
    @here.takes(Chosen)
    @here.over_a_version
    @here.gives(HTTPStatus.OK, QuestionShown)
    def answer(who: Principal, chosen: dict[str, Any], revision: int, question_id: str) -> Answer:
        """Answer a question, as it was when you read it; what follows from the answer is done."""
        if ("value" in chosen) != (chosen["choice"] == OTHER):
            raise RuleError("answer-value", "The answer other, and only that, takes a value.")
        found = questions.answer(hub, who.organisation, question_id, revision=revision, by=who.id, **chosen)
        return _shown(found)

    return here


def _shown(one: questions.Question) -> Answer:
    return vars(one), HTTPStatus.OK, tagged(one.revision, vars(one))
