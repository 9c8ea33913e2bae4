"""Proposals: what staff read, that there is never a second one, and what their answer comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from samenspraak.connectors import Changes, Directory, End, Marker, ProposalState, Raw, Subject
from samenspraak.domain.agreements import (
    Conditions,
    Duty,
    ExceptionKind,
    OccurrenceException,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import AsNeeded, Period, Recurrence, Schedule, TimesPerPeriod, Timing
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKey, UnitKind
from samenspraak.errors import (
    ConfigurationError,
    ConflictError,
    InvalidRecordError,
    NoTargetError,
    OutcomeUnknownError,
    PermanentError,
)
from samenspraak.sandbox import Fault
from samenspraak_regicare.sandbox import RegiCareSandbox

from .conftest import THURSDAYS, VACANCY, Cooking, Line, line_to, record_cooking

PLACE = ".*InschrijvingPlaatsen"
KARIM = PartyRef(kind=PartyKind.VOLUNTEER, id="p-karim")
BAKING = {WHAT: What(text="Samen bakken")}
DUTY = UnitKey(UnitKind.ASSIGNMENT, "a1")


def remarks(sandbox: RegiCareSandbox) -> list[str]:
    return [one["opmerking"] for one in sandbox.proposals()]


def known(cooking: Cooking) -> Directory:
    return Directory(
        connector_id="regicare-1",
        external={KARIM: str(cooking.volunteer)},
        names={KARIM: "Karim Aydin"},
    )


def subject(cooking: Cooking) -> Subject:
    marker = Marker(agreement_id="ag7", part="a1", copy="c1")
    return Subject(client=str(cooking.client), marker=marker, client_name="Riet")


def new_task(line: Line, cooking: Cooking, *, by: PartyRef = KARIM, what: str = "Samen koken") -> Raw:
    schedule = Schedule(text="op woensdag", timing=None, start=date(2026, 12, 2))
    units = {
        WHAT: What(text=what),
        STATUS: Status(state=State.ACTIVE),
        DUTY: Duty(performer=by, schedule=schedule),
    }
    return line.connector.put(line.connector.new(subject(cooking)), Changes(set=units), known(cooking))


class TestWhatStaffRead:
    def test_a_change_names_the_fields_of_their_screen_and_only_the_difference(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        duty = line.units(cooking.task)[UnitKey(UnitKind.ASSIGNMENT, f"regicare-{cooking.task}")]
        assert isinstance(duty, Duty)
        assert isinstance(duty.schedule.timing, Recurrence)
        later = replace(duty.schedule.timing, times=(time(17),))
        line.propose(cooking.task, set={DUTY: replace(duty, schedule=replace(duty.schedule, timing=later))})
        lines = remarks(sandbox)[0].splitlines()
        assert lines[0] == "Voorstel uit het zorgdossier. Wilt u dit in deze inzet overnemen?"
        assert lines[1:-1] == ["- Tijd: 17:00 - 19:00 (nu: 16:00 - 18:00)"]
        assert lines[-1].startswith(f"Kenmerk: urn:samenspraak:voorstel:{cooking.task}:")

    def test_a_new_task_says_who_for_whom_and_when(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.open_vacancy(what=VACANCY)
        line.connector.create(line.call, subject(cooking), new_task(line, cooking))
        assert remarks(sandbox)[0].splitlines() == [
            "Voorstel uit het zorgdossier voor nieuwe inzet. Wilt u deze vastleggen?",
            f"- Cliënt: Riet (persoon {cooking.client})",
            "- Titel: Samen koken",
            f"- Vrijwilliger: Karim Aydin (persoon {cooking.volunteer})",
            "- Van: 2026-12-02",
            "- Status: Definitief",
            "- Plaatsing: Actief",
            "- Omschrijving: Wanneer: op woensdag",
            "Kenmerk: urn:samenspraak:ag7.c1.a1",
        ]

    def test_a_cancelled_occurrence_names_the_meeting(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        cancelled = OccurrenceException(kind=ExceptionKind.CANCELLED, reason="Naar het ziekenhuis.")
        line.propose(cooking.task, set={UnitKey(UnitKind.EXCEPTION, f"a1:{THURSDAYS[1]}:1"): cancelled})
        assert f"- Bijeenkomst van {THURSDAYS[1]}: Geannuleerd; toelichting: Naar het ziekenhuis." in (
            remarks(sandbox)[0].splitlines()
        )

    def test_a_retraction_holds_ids_and_no_content(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        line.propose(cooking.task, set=BAKING)
        found = line.found(cooking.task)
        emptied = line.put(found, clear=frozenset({WHAT, CONDITIONS}))
        line.connector.end(line.call, found, emptied, End.RETRACTED)
        (remark,) = remarks(sandbox)
        assert remark.startswith("Deze inzet is niet meer beschikbaar. Wilt u hem verwijderen?\nKenmerk: ")
        assert "koken" not in remark.lower()

    def test_what_is_hidden_is_not_written_down_once_more(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        found = line.found(cooking.task)
        wanted = Conditions(text="Geen suiker: diabetes", instruction="Zwaai door het raam, BSN 999.999.990")
        found.raw.update(line.put(found, set={CONDITIONS: wanted}))
        cleared = line.put(found, clear=frozenset({CONDITIONS, WHAT}))
        line.connector.update(line.call, found, cleared)
        assert remarks(sandbox)[0].splitlines()[1:-1] == [
            "- Titel: (leeg)",
            "- Omschrijving, bovenaan: (leeg)",
            "- Omschrijving, onder Uitleg: (leeg)",
        ]

    def test_of_a_description_only_the_parts_that_change_are_proposed(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        conditions = line.units(cooking.task)[CONDITIONS]
        assert isinstance(conditions, Conditions)
        shown = replace(conditions, instruction="De schort hangt achter de deur.")
        waiting = line.propose(cooking.task, set={CONDITIONS: shown})
        assert remarks(sandbox)[0].splitlines()[1:-1] == [
            "- Omschrijving, onder Uitleg: De schort hangt achter de deur."
        ]
        sandbox.approve(inschrijvingID=int(waiting.partition(":")[2]))
        assert line.units(cooking.task)[CONDITIONS] == shown

    def test_a_bsn_never_leaves(self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking) -> None:
        with pytest.raises(InvalidRecordError, match="BSN"):
            line.propose(cooking.task, set={WHAT: What(text="Koken, BSN 999.999.990")})
        assert sandbox.writes() == []
        with pytest.raises(InvalidRecordError, match="BSN"):
            line.propose(cooking.task, set={CONDITIONS: Conditions(text="Nummer 999-99-990 op 10-000-008")})
        line.propose(cooking.task, set={WHAT: What(text="Koken, bel 06 12 34 56 78")})
        assert len(remarks(sandbox)) == 1


class TestOneProposal:
    def test_nothing_to_change_proposes_nothing(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        found = line.found(cooking.task)
        written = line.connector.update(
            line.call, found, line.put(found, set={WHAT: What(text="Samen koken")})
        )
        assert (written.waiting, written.found, sandbox.writes()) == (None, found, [])

    def test_the_same_proposal_again_is_the_one_that_waits(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        assert line.propose(cooking.task, set=BAKING) == line.propose(cooking.task, set=BAKING)
        assert list(sandbox.live().values()) == [1]

    def test_other_terms_replace_the_one_that_waits(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        first = line.propose(cooking.task, set=BAKING)
        line.propose(cooking.task, set={WHAT: What(text="Samen soep maken")})
        assert line.answer(first).state is ProposalState.GONE
        assert ["Samen soep maken" in one for one in remarks(sandbox)] == [True]

    def test_a_proposal_whose_answer_was_lost_is_found_again(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.inject(Fault(kind="lose", path=PLACE, times=1))
        with pytest.raises(OutcomeUnknownError):
            line.propose(cooking.task, set=BAKING)
        waiting = line.propose(cooking.task, set=BAKING)
        assert line.answer(waiting).state is ProposalState.WAITING
        assert list(sandbox.live().values()) == [1]

    def test_an_application_whose_answer_was_lost_is_found_again(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.open_vacancy(what=VACANCY)
        sandbox.inject(Fault(kind="lose", path=PLACE, times=1))
        raw = new_task(line, cooking)
        with pytest.raises(OutcomeUnknownError):
            line.connector.create(line.call, subject(cooking), raw)
        assert line.connector.find(line.call, subject(cooking).marker) == []
        line.connector.create(line.call, subject(cooking), raw)
        assert sandbox.live() == {"ag7.c1.a1": 1}

    def test_what_others_registered_is_left_alone(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.register(
            target="activiteit",
            target_id=cooking.task,
            account=0,
            person=cooking.client,
            remark="Ik doe graag mee.",
        )
        line.propose(cooking.task, set=BAKING)
        line.propose(cooking.task, set={WHAT: What(text="Samen soep maken")})
        assert len(remarks(sandbox)) == 2

    def test_staff_who_answered_a_retraction_are_not_asked_again(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        found = line.found(cooking.task)
        first = line.connector.end(line.call, found, found.raw, End.RETRACTED)
        assert first.waiting is not None
        sandbox.office.refuse(inschrijvingID=int(first.waiting.partition(":")[2]))
        assert line.connector.end(line.call, found, found.raw, End.RETRACTED).waiting == first.waiting
        assert len(sandbox.writes()) == 1


TIMINGS: dict[str, Timing | None] = {
    "twice a week": TimesPerPeriod(times=2, period=Period.WEEK),
    "as needed": AsNeeded(),
    "text only": None,
}


class TestTheirAnswer:
    """The imitated coordinator types over what the remark says, and nothing else."""

    def accepted(self, sandbox: RegiCareSandbox, line: Line, waiting: str) -> str:
        sandbox.approve(inschrijvingID=int(waiting.partition(":")[2]))
        answer = line.answer(waiting)
        assert answer.state is ProposalState.ACCEPTED
        assert answer.external_id is not None
        return answer.external_id

    def test_what_was_taken_over_reads_as_proposed(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        waiting = line.propose(cooking.task, set=BAKING)
        assert line.units(cooking.task)[WHAT] == What(text="Samen koken")
        assert self.accepted(sandbox, line, waiting) == str(cooking.task)
        assert line.units(cooking.task)[WHAT] == BAKING[WHAT]

    @pytest.mark.parametrize("name", TIMINGS)
    def test_a_rhythm_their_fields_cannot_hold_comes_back_too(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking, name: str
    ) -> None:
        own = UnitKey(UnitKind.ASSIGNMENT, f"regicare-{cooking.task}")
        duty = line.units(cooking.task)[own]
        assert isinstance(duty, Duty)
        wanted = replace(duty, schedule=Schedule(text="als het zo uitkomt", timing=TIMINGS[name]))
        self.accepted(sandbox, line, line.propose(cooking.task, set={DUTY: wanted}))
        assert line.units(cooking.task)[own] == wanted

    def test_an_end_is_taken_over(self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking) -> None:
        ended = Status(state=State.ENDED, ended_on=date(2026, 11, 30), reason="Verhuisd naar Zeist")
        found = line.found(cooking.task)
        raw = line.put(found, set={STATUS: ended})
        waiting = line.connector.end(line.call, found, raw, End.ENDED).waiting
        assert waiting is not None
        self.accepted(sandbox, line, waiting)
        assert line.units(cooking.task)[STATUS] == ended

    @pytest.mark.parametrize(
        "exception",
        [
            OccurrenceException(kind=ExceptionKind.CANCELLED, reason="Ziek."),
            OccurrenceException(
                kind=ExceptionKind.MOVED, moved_to=date(2026, 12, 4), moved_time=time(15), reason="Feest."
            ),
            OccurrenceException(
                kind=ExceptionKind.TAKEN_OVER, by=PartyRef(kind=PartyKind.RELATIVE, id="p7"), reason=""
            ),
        ],
        ids=lambda one: str(one.kind),
    )
    def test_one_moment_that_differs_is_taken_over(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking, exception: OccurrenceException
    ) -> None:
        moment = f":{THURSDAYS[1]}:1"
        waiting = line.propose(cooking.task, set={UnitKey(UnitKind.EXCEPTION, f"a1{moment}"): exception})
        self.accepted(sandbox, line, waiting)
        read = {one: value for one, value in line.units(cooking.task).items() if one.kind == "exception"}
        assert read == {UnitKey(UnitKind.EXCEPTION, f"regicare-{cooking.task}{moment}"): exception}

    def test_a_new_task_is_found_by_its_marker(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.open_vacancy(what=VACANCY)
        raw = new_task(line, cooking)
        waiting = line.connector.create(line.call, subject(cooking), raw).waiting
        assert waiting is not None
        made = self.accepted(sandbox, line, waiting)
        (found,) = line.connector.find(line.call, subject(cooking).marker)
        reading = line.connector.get(found.raw, known(cooking))
        assert (found.external_id, reading.marker, reading.part) == (made, subject(cooking).marker, "a1")
        assert reading.units == line.connector.get(raw, known(cooking)).units

    def test_a_create_after_it_was_taken_over_answers_the_task(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.open_vacancy(what=VACANCY)
        raw = new_task(line, cooking)
        waiting = line.connector.create(line.call, subject(cooking), raw).waiting
        assert waiting is not None
        made = self.accepted(sandbox, line, waiting)
        again = line.connector.create(line.call, subject(cooking), raw)
        assert (again.external_id, again.existed, again.waiting) == (made, True, None)

    def test_an_application_taken_over_and_not_yet_recorded_still_waits(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.open_vacancy(what=VACANCY)
        raw = new_task(line, cooking)
        waiting = line.connector.create(line.call, subject(cooking), raw).waiting
        assert waiting is not None
        sandbox.office.approve(inschrijvingID=int(waiting.partition(":")[2]))
        assert line.answer(waiting).state is ProposalState.WAITING
        assert line.connector.create(line.call, subject(cooking), raw).waiting == waiting

    def test_a_refusal_comes_with_its_reason(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        waiting = line.propose(cooking.task, set=BAKING)
        sandbox.office.consider(inschrijvingID=int(waiting.partition(":")[2]))
        assert line.answer(waiting).state is ProposalState.WAITING
        sandbox.office.refuse(inschrijvingID=int(waiting.partition(":")[2]), reason="Past niet.")
        answer = line.answer(waiting)
        assert (answer.state, answer.reason) == (ProposalState.REFUSED, "Past niet.")

    def test_a_proposal_that_was_answered_cannot_be_taken_back(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        waiting = line.propose(cooking.task, set=BAKING)
        self.accepted(sandbox, line, waiting)
        with pytest.raises(ConflictError):
            line.connector.withdraw(line.call, waiting)
        assert line.answer(waiting).state is ProposalState.ACCEPTED

    def test_taking_back_twice_is_taking_back_once(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        waiting = line.propose(cooking.task, set=BAKING)
        line.connector.withdraw(line.call, waiting)
        line.connector.withdraw(line.call, waiting)
        assert sandbox.proposals() == []

    def test_a_status_nobody_explained_asks_for_the_setting(
        self, sandbox: RegiCareSandbox, url: str, cooking: Cooking
    ) -> None:
        waiting = line_to(url).propose(cooking.task, set=BAKING)
        sandbox.office.rename_label(table="inschrijvingstatus", label="Nieuw", to="In behandeling")
        with pytest.raises(ConfigurationError, match="in none of the settings"):
            line_to(url).answer(waiting)
        known_now = line_to(url, waiting=["Nieuw", "In behandeling"])
        assert known_now.answer(waiting).state is ProposalState.WAITING


class TestWhatCannotBeProposed:
    def test_without_a_vacancy_there_is_no_target(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        with pytest.raises(NoTargetError, match="no vacancy"):
            line.connector.create(line.call, subject(cooking), new_task(line, cooking))
        sandbox.office.open_vacancy(what=VACANCY)
        assert line.connector.create(line.call, subject(cooking), new_task(line, cooking)).waiting

    def test_only_what_a_volunteer_does_goes_to_regicare(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.open_vacancy(what=VACANCY)
        daughter = PartyRef(kind=PartyKind.RELATIVE, id="p-dochter")
        with pytest.raises(PermanentError, match="only what a volunteer does"):
            line.connector.create(line.call, subject(cooking), new_task(line, cooking, by=daughter))
        assert sandbox.writes() == []

    def test_a_volunteer_regicare_does_not_know_is_proposed_without_a_number(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.open_vacancy(what=VACANCY)
        stranger = PartyRef(kind=PartyKind.VOLUNTEER, id="p-nieuw")
        line.connector.create(line.call, subject(cooking), new_task(line, cooking, by=stranger))
        assert "- Vrijwilliger: een vrijwilliger" in remarks(sandbox)[0].splitlines()


class TestSeeking:
    def test_a_volunteer_who_is_sought_is_asked_for_without_naming_the_group(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.open_vacancy(what=VACANCY)
        anybody = PartyRef(kind=PartyKind.GROUP, id="g-vrijwilligers")
        raw = new_task(line, cooking, by=anybody)
        waiting = line.connector.create(line.call, subject(cooking), raw).waiting
        (remark,) = remarks(sandbox)
        assert remark.startswith("Voorstel uit het zorgdossier: wie wil dit doen?")
        assert "- Vrijwilliger: gezocht" in remark.splitlines()
        assert waiting is not None
        assert line.answer(waiting).state is ProposalState.WAITING

    def test_who_is_placed_is_the_volunteer_of_the_task_it_became(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.open_vacancy(what=VACANCY)
        raw = new_task(line, cooking, by=PartyRef(kind=PartyKind.GROUP, id="g-vrijwilligers"))
        waiting = line.connector.create(line.call, subject(cooking), raw).waiting
        assert waiting is not None
        vacancy = sandbox.seek(inschrijvingID=int(waiting.partition(":")[2]))
        registered = sandbox.office.respond(volunteer=cooking.volunteer, **vacancy)
        sandbox.place(**registered)
        answer = line.answer(waiting)
        assert answer.state is ProposalState.ACCEPTED
        duty = line.connector.get(line.found(answer.external_id or "").raw, known(cooking)).units[DUTY]
        assert isinstance(duty, Duty)
        assert duty.performer == KARIM


def test_an_untidy_server_takes_and_answers_proposals_too(quirky: RegiCareSandbox, quirky_line: Line) -> None:
    cooking = record_cooking(quirky)
    waiting = quirky_line.propose(cooking.task, set=BAKING)
    assert quirky_line.propose(cooking.task, set=BAKING) == waiting
    quirky.approve(inschrijvingID=int(waiting.partition(":")[2]))
    assert quirky_line.answer(waiting).external_id == str(cooking.task)
    assert quirky_line.units(cooking.task)[WHAT] == BAKING[WHAT]
