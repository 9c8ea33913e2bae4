"""Questions: one open per matter, and no answer to what is not asked any more."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest

from samenspraak.domain.agreements import Agreement, What
from samenspraak.domain.units import WHAT
from samenspraak.errors import NotFoundError, StaleError
from samenspraak.policy.state import QuestionKind
from samenspraak.store import Store
from samenspraak.store.records import Cause, LinkRecord, QuestionRecord, RemoteRecord


@pytest.fixture
def conflict(now: datetime) -> QuestionRecord:
    return QuestionRecord(
        id="q1",
        kind=QuestionKind.CONFLICT,
        subject="agreement:stockings:what",
        agreement_id="stockings",
        owner="professional:nurse",
        revision=1,
        opened_at=now,
        deadline=now + timedelta(days=3),
        values={"hub": {WHAT: What(text="Aantrekken")}, "ecd": {WHAT: None}},
        shows={"r1": {WHAT: What(text="Uittrekken")}},
        cause="both-changed",
    )


def ask(store: Store, question: QuestionRecord) -> QuestionRecord:
    with store.write("noord") as uow:
        asked = uow.questions.ask(question)
        uow.commit()
    return asked


def answer(store: Store, question: QuestionRecord, now: datetime, choice: str = "ecd") -> QuestionRecord:
    with store.write("noord") as uow:
        answered = uow.questions.answer(question.id, question.revision, choice, "professional:nurse", now)
        uow.commit()
    return answered


def test_open_questions_are_counted_by_kind_and_overdue_once_their_time_is_over(
    store: Store, conflict: QuestionRecord, now: datetime
) -> None:
    ask(store, replace(conflict, id="q2", kind=QuestionKind.REPORT, opened_at=now + timedelta(hours=1)))
    ask(store, conflict)
    ask(store, replace(conflict, id="q3", subject="agreement:stockings:place", deadline=None))
    with store.write("noord") as uow:
        assert list(uow.questions.counts().items()) == [(QuestionKind.CONFLICT, 2), (QuestionKind.REPORT, 1)]
        assert uow.questions.count_overdue(now + timedelta(days=3)) == 0
        assert uow.questions.count_overdue(now + timedelta(days=4)) == 2

        uow.questions.close("q1", now)
        assert uow.questions.counts() == {QuestionKind.CONFLICT: 1, QuestionKind.REPORT: 1}
        assert uow.questions.count_overdue(now + timedelta(days=4)) == 1


def test_every_field_of_a_question_and_its_answer_is_kept(
    store: Store, conflict: QuestionRecord, now: datetime
) -> None:
    assert ask(store, conflict) == conflict
    answered = answer(store, conflict, now)
    with store.write("noord") as uow:
        uow.questions.close("q1", now)
        closed = uow.questions.get("q1")

    assert answered == replace(conflict, answer="ecd", answered_by="professional:nurse", answered_at=now)
    assert closed == replace(answered, closed_at=now)
    assert all(getattr(closed, one.name) is not None for one in fields(closed))


def test_the_same_question_is_asked_once(store: Store, conflict: QuestionRecord, now: datetime) -> None:
    first = ask(store, conflict)
    again = ask(store, replace(conflict, id="q2", opened_at=now + timedelta(hours=1)))

    assert again == first
    with store.read("noord") as uow:
        assert uow.questions.list() == [first]


def test_other_values_make_the_next_revision_of_the_same_question(
    store: Store, conflict: QuestionRecord, now: datetime
) -> None:
    ask(store, conflict)
    values = {**conflict.values, "platform": {WHAT: What(text="Omruilen")}}

    again = ask(store, replace(conflict, id="q2", values=values, opened_at=now + timedelta(hours=1)))

    assert again == replace(conflict, values=values, revision=2)


def test_an_answer_to_an_older_revision_is_refused_and_the_newer_one_can_be_answered(
    store: Store, conflict: QuestionRecord, now: datetime
) -> None:
    seen = ask(store, conflict)
    current = ask(store, replace(conflict, values={}))

    with pytest.raises(StaleError, match="not at revision 1"):
        answer(store, seen, now)

    assert answer(store, current, now).answer == "ecd"


def test_a_question_that_moved_and_shows_something_else_takes_no_answer_to_what_it_showed_before(
    store: Store, conflict: QuestionRecord, now: datetime
) -> None:
    ask(store, conflict)
    with store.write("noord") as uow:
        shown = {**conflict.values, "hub": {WHAT: What(text="Kousen aan")}}
        uow.questions.move(replace(conflict, values=shown))
        uow.commit()

    with pytest.raises(StaleError):
        answer(store, conflict, now)
    assert answer(store, replace(conflict, revision=2), now).answer == "ecd"


def test_a_question_that_is_about_another_agreement_now_takes_no_answer_about_the_one_before(
    store: Store, conflict: QuestionRecord, stockings: Agreement, cause: Cause, now: datetime
) -> None:
    with store.write("noord") as uow:
        uow.agreements.add(replace(stockings, id="cooking"), cause, now)
        uow.commit()
    about = replace(conflict, kind=QuestionKind.ENDED, subject="remote:r1:ended-there")
    ask(store, about)
    moved = ask(store, replace(about, id="q2", agreement_id="cooking"))

    assert moved == replace(about, agreement_id="cooking", revision=2)
    with store.write("noord") as uow:
        uow.questions.move(about)
        uow.commit()
    for seen in (about, moved):
        with pytest.raises(StaleError):
            answer(store, seen, now)
    assert answer(store, replace(about, revision=3), now).agreement_id == "stockings"


def test_a_question_is_answered_once(store: Store, conflict: QuestionRecord, now: datetime) -> None:
    answer(store, ask(store, conflict), now)

    with pytest.raises(StaleError):
        answer(store, conflict, now, "hub")

    with store.read("noord") as uow:
        assert uow.questions.get("q1").answer == "ecd"


def test_an_answered_question_whose_values_changed_is_asked_anew(
    store: Store, conflict: QuestionRecord, now: datetime
) -> None:
    answer(store, ask(store, conflict), now)

    again = ask(store, replace(conflict, values={"hub": {WHAT: None}}))

    assert (again.id, again.revision, again.answer, again.answered_at) == ("q1", 2, None, None)


def test_a_closed_question_takes_no_answer_and_makes_room_for_a_new_one(
    store: Store, conflict: QuestionRecord, now: datetime
) -> None:
    ask(store, conflict)
    with store.write("noord") as uow:
        uow.questions.close("q1", now)
        uow.questions.close("q1", now + timedelta(hours=1))
        uow.commit()

    with pytest.raises(StaleError):
        answer(store, conflict, now)
    assert ask(store, replace(conflict, id="q2")).id == "q2"
    with store.read("noord") as uow:
        assert uow.questions.get("q1").closed_at == now
        assert [one.id for one in uow.questions.list(open_only=False)] == ["q1", "q2"]


def test_questions_are_listed_by_agreement_and_by_connector(store: Store, conflict: QuestionRecord) -> None:
    signing_in = replace(
        conflict,
        id="q2",
        kind=QuestionKind.CONNECTOR,
        subject="connector:platform:authentication",
        agreement_id=None,
        values={},
        shows={},
    )
    for one in (conflict, signing_in):
        ask(store, one)

    with store.read("noord") as uow:
        assert [one.id for one in uow.questions.list(agreement_id="stockings")] == ["q1"]
        assert [one.id for one in uow.questions.list(connector_id="ecd")] == ["q1"]
        assert [one.id for one in uow.questions.list(connector_id="platform")] == ["q2"]


def test_the_questions_of_a_link_are_about_it_its_remotes_or_what_they_show(
    store: Store, conflict: QuestionRecord, link: LinkRecord
) -> None:
    with store.write("noord") as uow:
        uow.remotes.add(RemoteRecord(id="r1", connector_id="ecd", link_id=link.id))
        uow.remotes.add(RemoteRecord(id="r9", connector_id="ecd"))
        for number, subject in enumerate(("remote:r1:double", f"link:{link.id}:ended", "remote:r9:double")):
            uow.questions.ask(replace(conflict, id=f"s{number}", subject=subject, shows={}))
        uow.questions.ask(conflict)
        found = {one.id for one in uow.questions.of_link(link.id)}

    assert found == {"q1", "s0", "s1"}


def test_a_question_that_is_not_there_is_not_found(store: Store, now: datetime) -> None:
    with store.write("noord") as uow:
        with pytest.raises(NotFoundError):
            uow.questions.answer("q9", 1, "hub", "professional:nurse", now)
        with pytest.raises(NotFoundError):
            uow.questions.close("q9", now)
