"""Timelines that once lost something, played over the model systems (simulation H9, H12, H13, H15, H17, H18).

The others are in ``tests/integration/sync/test_traps_timelines.py`` and beside the connectors they are about;
``tests/test_suites.py`` sees to it that none is missing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import pytest
from model import atwork, closing, desk, here, there
from model.network import Network
from model.systems import System
from model.telling import agrees
from model.town import CLIENT, DAUGHTER, NURSE, ORGANISATION, SON
from model.walk import Walk, fresh_file

from samenspraak.connectors import Raw
from samenspraak.domain.agreements import Agreement, Assignment, Conditions, Duty, State, Status, What
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKey, UnitValue, apply
from samenspraak.errors import StaleError
from samenspraak.policy.terms import terms_digest
from samenspraak.services import questions
from samenspraak.services.questions import Question
from samenspraak.store.records import Cause
from samenspraak.sync.adopt import reconcile_remote
from samenspraak.sync.versions import record_new, record_version

T = TypeVar("T")


class Scripted(Network):
    """A network that does what is written; ``before_a_look``: what happens before the next look lands."""

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self.script: list[str] = []
        self.before_a_look: Callable[[], None] | None = None

    def next_fault(self) -> str:
        return self.script.pop(0) if self.script else "none"

    def read(self, system: System, permit: Callable[[], None], effect: Callable[[], T]) -> T:
        waits, self.before_a_look = self.before_a_look, None
        if waits is not None:
            waits()
        return super().read(system, permit, effect)


class Life:
    """One agreement, "lopen", in a few model systems where only happens what the test says."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.network = walk, Scripted(walk)
        walk.network = self.network
        for system in walk.town.systems.values():
            system.wire = self.network
        for one in (SON, DAUGHTER):
            walk.ledger.conditions_too[one.id] = True
            here.allows(walk, one.id, "everything", allowed=True)
        self.agrees("lopen")
        closing.rests(walk)

    def agrees(self, agreement_id: str) -> None:
        duty = Duty(performer=NURSE, schedule=Schedule(text="elke dag"))
        agreement = Agreement(
            id=agreement_id,
            client_id=CLIENT.id,
            what=What(text=agreement_id),
            assignments=(Assignment(id="a1", duty=duty),),
            status=Status(state=State.ACTIVE),
        )
        with self.walk.town.store.write(ORGANISATION) as uow:
            record_new(uow, self.walk.town.hub, agreement, cause=Cause(actor=str(NURSE), why="recorded"))
            uow.commit()

    @property
    def agreement(self) -> Agreement:
        with self.walk.town.store.read(ORGANISATION) as uow:
            return uow.agreements.get("lopen").agreement

    @property
    def version(self) -> int:
        with self.walk.town.store.read(ORGANISATION) as uow:
            return uow.agreements.get("lopen").version

    @property
    def asked(self) -> list[Question]:
        return list(questions.listed(self.walk.town.hub, ORGANISATION))

    def edits(self, key: UnitKey, value: UnitValue) -> None:
        with self.walk.town.store.write(ORGANISATION) as uow:
            record = uow.agreements.get("lopen")
            after = apply(record.agreement, {key: value})
            record_version(
                uow, self.walk.town.hub, record, after, cause=Cause(actor=str(NURSE), why="recorded")
            )
            uow.commit()

    def works(self) -> None:
        """What is due is done; nobody there does anything."""
        for name in self.walk.town.systems:
            atwork.pull(self.walk, name)
        for _ in range(20):
            atwork.works(self.walk)

    def rests(self) -> None:
        closing.rests(self.walk)

    def record(self, name: str) -> Raw:
        """The one live record there."""
        system = self.walk.town.systems[name]
        [record_id] = system.live()
        return system.now(record_id) or {}

    def types(self, name: str, **members: str) -> None:
        raw = self.record(name)
        self.walk.town.systems[name].keep(raw["id"], {**raw, **members})

    def assents(self, name: str, raw: Raw, mark: str) -> None:
        """The daughter agrees to what she read there."""
        at = self.walk.town.clock.now().isoformat()
        agrees(
            self.walk.town.systems[name], raw["id"], {"id": "x1", "by": DAUGHTER.id, "mark": mark, "at": at}
        )

    def answers(self, asked: Question, choice: str) -> None:
        questions.answer(
            self.walk.town.hub, ORGANISATION, asked.id, revision=asked.revision, choice=choice, value=None
        )


def _named(units: Mapping[str, Any]) -> str:
    """What a question shows as the name."""
    return str(units["what"]["text"])


@pytest.fixture
def life(request: pytest.FixtureRequest) -> Iterator[Life]:
    with fresh_file() as file:
        walk = Walk(file, random.Random(1), kinds=request.param)
        yield Life(walk)
        walk.leaves()


def among(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("life", [kinds], indirect=True, ids=["-".join(kinds)])


@pytest.fixture
def contested(life: Life) -> Life:
    """Two people gave it another name at the same time, and one is asked."""
    life.types("app", title="wandelen")
    life.types("dossier", title="fietsen")
    life.rests()
    return life


@among("app", "dossier")
def test_h12_another_value_in_a_held_unit_is_a_new_revision_and_the_old_answer_is_refused(
    contested: Life,
) -> None:
    [before] = contested.asked
    contested.types("app", title="zwemmen")
    contested.rests()

    [asked] = contested.asked
    assert _named(asked.values["app"]) == "zwemmen"
    with pytest.raises(StaleError):
        contested.answers(before, "hub")
    contested.answers(asked, "app")
    contested.rests()
    assert contested.record("dossier")["title"] == contested.agreement.what.text == "zwemmen"


@among("app", "dossier")
def test_h12_an_answer_is_not_written_over_what_the_question_did_not_show(contested: Life) -> None:
    [asked] = contested.asked
    contested.types("app", title="zwemmen")
    contested.answers(asked, "dossier")
    contested.rests()

    [again] = contested.asked
    assert _named(again.values["app"]) == "zwemmen"
    assert contested.record("app")["title"] == "zwemmen"
    assert contested.record("dossier")["title"] == "fietsen"


def _released(life: Life) -> None:
    """The admin has looked, and lets the restored system take part again."""
    assert [one.cause for one in life.asked] == ["restored-peer"]
    life.answers(life.asked[0], "release")
    life.rests()


@among("app")
def test_h9_a_restore_between_a_write_and_finding_out_what_came_of_it_is_noticed(life: Life) -> None:
    """Found by the walk: what the backup said was taken for an edit."""
    life.edits(WHAT, What(text="wandelen"))
    life.rests()
    life.network.script = ["the answer is lost"]
    life.edits(WHAT, What(text="fietsen"))
    life.works()
    life.walk.town.systems["app"].restore(2)
    life.rests()

    assert life.agreement.what.text == "fietsen"
    _released(life)
    assert life.record("app")["title"] == life.agreement.what.text == "fietsen"
    assert life.asked == []


@among("app")
def test_h9_a_restored_system_goes_on_although_it_has_again_what_was_over(life: Life) -> None:
    """Found by the walk: it was stopped anew at each look at what was over on both sides."""
    life.edits(STATUS, Status(state=State.ENDED))
    life.rests()
    app = life.walk.town.systems["app"]
    app.restore(1)
    atwork.pull(life.walk, "app", full=True)
    life.rests()
    _released(life)

    [asked] = life.asked
    assert (asked.kind, asked.cause) == ("ended", "changed-after-end")
    life.answers(asked, "end")
    life.rests()
    assert app.live() == life.asked == []


@among("platform")
def test_h13_our_own_removal_with_a_lost_answer_is_no_lost_access_and_it_is_made_again(life: Life) -> None:
    life.network.script = ["the answer is lost"]
    here.allows(life.walk, DAUGHTER.id, "everything", allowed=False)
    life.rests()
    assert life.walk.town.systems["platform"].live() == []

    here.allows(life.walk, DAUGHTER.id, "everything", allowed=True)
    life.rests()
    assert life.record("platform")["title"] == "lopen"
    assert life.agreement.status.is_live


@among("desk")
def test_h15_a_proposal_that_is_replaced_while_it_waits_is_no_edit_back(life: Life) -> None:
    life.edits(WHAT, What(text="wandelen"))
    life.works()
    life.edits(WHAT, What(text="fietsen"))
    life.works()

    assert life.agreement.what.text == "fietsen"
    assert len(desk.waiting(life.walk.town.systems["desk"])) == 1
    life.rests()
    assert life.record("desk")["title"] == life.agreement.what.text == "fietsen"
    assert life.asked == []


@among("desk")
def test_h15_what_was_refused_is_asked_about_and_not_proposed_again(life: Life) -> None:
    life.edits(WHAT, What(text="wandelen"))
    life.works()
    there.decides(life.walk, accepts=False)
    life.rests()

    assert [one.kind for one in life.asked] == ["refusal"]
    life.answers(life.asked[0], "keep")
    life.rests()
    assert life.agreement.what.text == "wandelen"
    assert desk.waiting(life.walk.town.systems["desk"]) == life.asked == []


@among("notice")
def test_h17_what_is_hidden_or_revealed_is_news_to_an_app_without_a_new_version(life: Life) -> None:
    life.edits(CONDITIONS, Conditions(text="met de rollator"))
    life.rests()
    version, told = life.version, len(life.record("notice")["notices"])
    assert life.record("notice")["shows"]["conditions"] == "met de rollator"

    here.allows(life.walk, DAUGHTER.id, "conditions", allowed=False)
    life.rests()
    assert "conditions" not in life.record("notice")["shows"]
    here.allows(life.walk, DAUGHTER.id, "conditions", allowed=True)
    life.rests()
    assert life.record("notice")["shows"]["conditions"] == "met de rollator"
    assert (life.version, len(life.record("notice")["notices"])) == (version, told + 2)


@among("notice")
def test_h17_an_assent_is_to_what_was_fetched_and_not_to_the_last_notice(life: Life) -> None:
    read, seen = life.record("notice"), life.agreement
    life.edits(WHAT, What(text="wandelen"))
    life.works()
    assert len(life.record("notice")["notices"]) == len(read["notices"]) + 1

    life.assents("notice", read, read["fetched"])
    life.rests()
    with life.walk.town.store.read(ORGANISATION) as uow:
        [said] = uow.statements.of("lopen")
    assert said.terms == terms_digest(seen, DAUGHTER) != terms_digest(life.agreement, DAUGHTER)


@among("app")
def test_h18_an_object_that_two_workers_read_at_once_becomes_one_agreement(life: Life) -> None:
    app = life.walk.town.systems["app"]
    app.add({**life.record("app"), "ref": None, "title": "fietsen"})
    with pytest.MonkeyPatch.context() as patch:  # it cannot be taken over from the page
        patch.setattr(app.kind, "get", lambda *_: {}["nothing"])
        atwork.pull(life.walk, "app")
    with life.walk.town.store.read(ORGANISATION) as uow:
        [remote] = uow.remotes.due(life.walk.town.clock.now(), 10)

    def another_worker_takes_over() -> None:
        life.network.pass_(130)
        reconcile_remote(life.walk.town.hub, ORGANISATION, remote)

    life.network.before_a_look = another_worker_takes_over
    reconcile_remote(life.walk.town.hub, ORGANISATION, remote)
    life.rests()
    with life.walk.town.store.read(ORGANISATION) as uow:
        made = [one.agreement.what.text for one in uow.agreements.list()]
    assert sorted(made) == ["fietsen", "lopen"]
    assert len(app.live()) == 2


@among("thread")
def test_what_was_said_in_a_thread_nobody_here_knew_of_yet_is_heard_before_it_is_taken_back(
    life: Life,
) -> None:
    """Found by the walk: seed 88."""
    life.network.script = ["the answer is lost"]
    life.agrees("fietsen")
    life.works()
    thread = life.walk.town.systems["thread"]
    [made] = [one for one in (thread.now(key) or {} for key in thread.live()) if one["ref"] == "fietsen"]
    life.assents("thread", made, made["messages"][-1]["mark"])
    here.allows(life.walk, SON.id, "everything", allowed=False)
    life.rests()

    with life.walk.town.store.read(ORGANISATION) as uow:
        assert [one.by for one in uow.statements.of("fietsen")] == [DAUGHTER]
    assert (thread.now(made["id"]) or {})["messages"][-1]["says"] == {}
