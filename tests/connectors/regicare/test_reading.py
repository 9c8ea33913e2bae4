"""Reading RegiCare: whole lists under one steady sign-in, put together as records."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from samenspraak.connectors import Absent, Found, SetApart, Unseen
from samenspraak.domain.agreements import (
    Conditions,
    Duty,
    ExceptionKind,
    OccurrenceException,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import Identifier, PartyKind, PartyRef
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Weekday
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKey, UnitKind
from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidRecordError,
    PermanentError,
    TransientError,
)
from samenspraak.sandbox import Fault
from samenspraak_regicare.sandbox import APPLIED_ELSEWHERE, PLACED_ELSEWHERE, RegiCareSandbox

from .conftest import DIRECTORY, THURSDAYS, TODAY, Cooking, Line, line_to, record_cooking


def asked(sandbox: RegiCareSandbox, method: str) -> int:
    return sum(seen.path.endswith(f"/{method}") for seen in sandbox.seen())


def key(kind: UnitKind, cooking: Cooking, rest: str = "") -> UnitKey:
    return UnitKey(kind, f"regicare-{cooking.task}{rest}")


class TestARecord:
    def test_a_standing_task_is_an_agreement_of_one_volunteer(self, line: Line, cooking: Cooking) -> None:
        reading = line.connector.get(line.found(cooking.task).raw, DIRECTORY)
        karim = PartyRef.unresolved(PartyKind.VOLUNTEER, "regicare-1", str(cooking.volunteer))
        thursdays = Recurrence(
            frequency=Frequency.WEEKLY, weekdays=(Weekday.THURSDAY,), times=(time(16),), minutes=120
        )
        assert reading.units == {
            WHAT: What(text="Samen koken"),
            CONDITIONS: Conditions(text="Alleen met begeleiding bij het fornuis."),
            STATUS: Status(state=State.ACTIVE),
            key(UnitKind.ASSIGNMENT, cooking): Duty(
                performer=karim, schedule=Schedule(timing=thursdays, start=date(2026, 11, 5))
            ),
        }
        assert (reading.client, reading.marker, reading.selected) == (str(cooking.client), None, True)

    def test_a_cancelled_meeting_is_an_exception_and_the_other_thursdays_stay(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.cancel_meeting(activiteitID=cooking.task, day=THURSDAYS[0], reason="Verhinderd")
        cancelled = OccurrenceException(kind=ExceptionKind.CANCELLED, reason="Verhinderd")
        exceptions = {
            one: value for one, value in line.units(cooking.task).items() if one.kind == "exception"
        }
        assert exceptions == {key(UnitKind.EXCEPTION, cooking, f":{THURSDAYS[0]}:1"): cancelled}
        sandbox.office.restore_meeting(activiteitID=cooking.task, day=THURSDAYS[0])
        assert [one for one in line.units(cooking.task) if one.kind == "exception"] == []

    def test_an_ended_task_is_over_with_day_and_reason(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.end_task(
            activiteitID=cooking.task, last_day="2026-11-26", reason="Vrijwilliger gestopt"
        )
        ended = Status(state=State.ENDED, ended_on=date(2026, 11, 26), reason="Vrijwilliger gestopt")
        assert line.units(cooking.task)[STATUS] == ended

    def test_a_preliminary_task_is_a_proposal(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.change_task(activiteitID=cooking.task, status="Voorlopig")
        assert line.units(cooking.task)[STATUS] == Status(state=State.PROPOSED)

    def test_an_interval_nobody_explained_stays_text(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.rename_label(table="interval", label="Wekelijks", to="Om de drie weken")
        duty = line.units(cooking.task)[key(UnitKind.ASSIGNMENT, cooking)]
        assert isinstance(duty, Duty)
        assert duty.schedule.timing is None
        assert duty.schedule.text == "Om de drie weken, Donderdag, 16:00 - 18:00"

    def test_an_interval_can_be_explained_in_the_settings(
        self, sandbox: RegiCareSandbox, url: str, cooking: Cooking
    ) -> None:
        sandbox.office.rename_label(table="interval", label="Wekelijks", to="Om de drie weken")
        duty = line_to(url, rhythms={"om de drie weken": "elke 3 weken"}).units(cooking.task)[
            key(UnitKind.ASSIGNMENT, cooking)
        ]
        assert isinstance(duty, Duty)
        assert isinstance(duty.schedule.timing, Recurrence)
        assert duty.schedule.timing.interval == 3

    def test_a_status_nobody_explained_sets_the_record_apart_until_the_settings_know_it(
        self, sandbox: RegiCareSandbox, url: str, cooking: Cooking
    ) -> None:
        sandbox.office.cancel_meeting(activiteitID=cooking.task, day=THURSDAYS[0])
        sandbox.office.rename_label(table="bijeenkomststatus", label="Geannuleerd", to="Vervalt")
        with pytest.raises(InvalidRecordError) as caught:
            line_to(url).units(cooking.task)
        assert caught.value.field == "bijeenkomst.status"
        known = line_to(url, cancelled=["Geannuleerd", "Vervalt"]).units(cooking.task)
        assert key(UnitKind.EXCEPTION, cooking, f":{THURSDAYS[0]}:1") in known

    def test_an_untidy_server_says_the_same(self, quirky: RegiCareSandbox, quirky_line: Line) -> None:
        cooking = record_cooking(quirky)
        quirky.office.cancel_meeting(activiteitID=cooking.task, day=THURSDAYS[1])
        strict = RegiCareSandbox(today=lambda: TODAY)
        record_cooking(strict)
        strict.office.cancel_meeting(activiteitID=cooking.task, day=THURSDAYS[1])
        with strict.running() as url:
            assert quirky_line.units(cooking.task) == line_to(url).units(cooking.task)


class TestAListing:
    def test_a_second_look_at_the_same_gives_nothing_and_the_same_cursor(
        self, quirky: RegiCareSandbox, quirky_line: Line
    ) -> None:
        record_cooking(quirky)
        (first,) = quirky_line.pages()
        (second,) = quirky_line.pages(first.cursor)
        assert [one.external_id for one in first.records] == ["105"]
        assert (second.records, second.cursor, second.complete) == ((), first.cursor, False)
        assert quirky.writes() == []

    def test_any_change_lists_everything_again(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        (first,) = line.pages()
        sandbox.office.cancel_meeting(activiteitID=cooking.task, day=THURSDAYS[0])
        (second,) = line.pages(first.cursor)
        assert [one.external_id for one in second.records] == [str(cooking.task)]
        assert second.complete

    def test_only_people_not_told_before_are_looked_up(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        (first,) = line.pages()
        bo = sandbox.office.add_person(role="vrijwilliger", roepnaam="Bo", achternaam="Smit")["persoonID"]
        sandbox.office.change_task(activiteitID=cooking.task, volunteer=bo)
        (second,) = line.pages(first.cursor)
        assert {one.external_id for one in first.parties} == {str(cooking.client), str(cooking.volunteer)}
        assert [one.external_id for one in second.parties] == [str(bo)]
        assert asked(sandbox, "profielPersoonGegevens") == 3

    def test_a_person_comes_with_what_helps_to_match_and_nothing_else(
        self, sandbox: RegiCareSandbox, url: str
    ) -> None:
        numbered = {"clientnummer": "C-104", "iban": "NL91ABNA0417164300", "geboortedatum": "1938-04-02"}
        client = sandbox.office.add_person(role="deelnemer", roepnaam="Riet", achternaam="Houten", **numbered)
        karim = sandbox.office.add_person(
            role="vrijwilliger", roepnaam="Karim", achternaam="Aydin", **numbered
        )
        sandbox.office.record_task(what="Koken", client=client["persoonID"], volunteer=karim["persoonID"])
        known = {"person_number": "clientnummer", "person_number_system": "urn:zorg:clientnummer"}
        parties = {one.kind: one for one in line_to(url, **known).pages()[0].parties}
        assert parties[PartyKind.CLIENT].identifiers == {
            Identifier(system="urn:zorg:clientnummer", value="C-104")
        }
        assert parties[PartyKind.CLIENT].birth_date == date(1938, 4, 2)
        assert parties[PartyKind.VOLUNTEER].birth_date is None
        assert "NL91" not in repr(parties)

    def test_a_task_of_another_type_is_not_listed_and_read_as_outside_the_selection(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.change_task(activiteitID=cooking.task, kind="Cursus")
        (page,) = line.pages()
        assert (page.records, page.complete) == ([], True)
        assert not line.connector.get(line.found(cooking.task).raw, DIRECTORY).selected

    def test_a_type_that_regicare_does_not_have_is_named(self, url: str, cooking: Cooking) -> None:
        with pytest.raises(ConfigurationError, match="Maatjescontact"):
            line_to(url, activity_types=["Maatjescontact"]).pages()

    def test_one_record_with_a_template_date_is_set_apart_and_the_others_go_on(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        people = {"client": cooking.client, "volunteer": cooking.volunteer}
        odd = sandbox.office.record_task(
            what="Wandelen", from_date="3875-04-02", until="3875-04-03", **people
        )
        (page,) = line.pages()
        apart = [one for one in page.records if isinstance(one, SetApart)]
        assert [(one.external_id, one.field) for one in apart] == [
            (str(odd["activiteitID"]), "activiteit.startDatum")
        ]
        assert [one.external_id for one in page.records if isinstance(one, Found)] == [str(cooking.task)]


class TestProof:
    """Nothing is taken for gone, and no cancellation for undone, on a list that may not be whole."""

    def test_a_removed_task_is_absent(self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking) -> None:
        sandbox.office.remove_task(activiteitID=cooking.task)
        assert line.connector.fetch(line.call, str(cooking.task)) == Absent(external_id=str(cooking.task))

    def test_a_task_withheld_from_our_account_is_not_absent(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.office.withhold(activiteitID=cooking.task)
        assert isinstance(line.connector.fetch(line.call, str(cooking.task)), Unseen)

    def test_a_count_that_differs_proves_nothing(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        answers(sandbox, "activiteitOverzichtAantal", 7)
        (page,) = line.pages()
        assert not page.complete
        assert isinstance(line.connector.fetch(line.call, "999"), Unseen)

    def test_a_shorter_list_of_meetings_is_no_list(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        answers(sandbox, "activiteitBijeenkomstOverzichtAantal", 9)
        with pytest.raises(TransientError, match="meetings changed"):
            line.pages()

    def test_the_list_of_visitors_is_not_taken_for_ours(
        self, quirky: RegiCareSandbox, quirky_line: Line
    ) -> None:
        cooking = record_cooking(quirky)
        quirky_line.pages()
        quirky.expire_logins()
        (page,) = quirky_line.pages()
        assert [one.external_id for one in page.records] == [str(cooking.task)]
        quirky.expire_logins()
        assert isinstance(quirky_line.connector.fetch(quirky_line.call, str(cooking.task)), Found)

    def test_a_sign_in_that_keeps_ending_gives_no_list(
        self, quirky: RegiCareSandbox, quirky_line: Line
    ) -> None:
        record_cooking(quirky)
        expiring(quirky, "vacaturebankVacatureGeplaatst")
        with pytest.raises(TransientError, match="sign-in ended"):
            quirky_line.pages()


class TestWhatIsNotOurs:
    """One record of somebody else never stops the reading of all others."""

    def test_a_placement_without_an_activity_is_passed_over(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        ours = sandbox.office.placement_json(sandbox.office.tasks[cooking.task])
        answers(sandbox, "vacaturebankVacatureGeplaatst", [PLACED_ELSEWHERE, ours])
        (page,) = line.pages()
        assert [one.external_id for one in page.records] == [str(cooking.task)]
        assert line.found(cooking.task)

    @pytest.mark.parametrize(
        "odd",
        [
            APPLIED_ELSEWHERE,
            {"inschrijvingID": 7, "opmerking": {"nl": "Ik help graag."}, "status": {"1": "Nieuw"}},
        ],
        ids=["an id that is none", "a remark that is no text"],
    )
    def test_an_application_of_somebody_else_is_not_read(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking, odd: Any
    ) -> None:
        answers(sandbox, "vacaturebankVacatureIngeschreven", [odd])
        (page,) = line.pages()
        assert [type(one) for one in page.records] == [Found]

    def test_an_odd_application_of_ours_does_not_stop_the_others(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        remark = "Kenmerk: urn:samenspraak:ag7.c1.a1"
        ours = {"inschrijvingID": "x1", "opmerking": remark, "geplaatstActiviteitID": cooking.task}
        answers(sandbox, "vacaturebankVacatureIngeschreven", [ours])
        reading = line.connector.get(line.found(cooking.task).raw, DIRECTORY)
        assert reading.marker is not None
        with pytest.raises(InvalidRecordError, match="inschrijvingID"):
            line.answer("vacature:7")

    def test_when_no_placement_names_an_activity_the_setting_is_asked_for(
        self, sandbox: RegiCareSandbox, url: str, cooking: Cooking
    ) -> None:
        placement = {"vrijwilliger": {"2": "Karim"}, "hulpvrager": {"1": "Riet"}, "actID": cooking.task}
        answers(sandbox, "vacaturebankVacatureGeplaatst", [placement])
        with pytest.raises(ConfigurationError, match=r"plaatsing\.activiteitID"):
            line_to(url).pages()
        found = line_to(url, names={"plaatsing.activiteitID": "actID"}).found(cooking.task)
        assert found.raw["plaatsing"]["hulpvrager"] == {"1": "Riet"}


class TestSigningIn:
    def test_an_expired_login_is_renewed_once(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        line.pages()
        sandbox.expire_logins()
        assert line.found(cooking.task)
        assert asked(sandbox, "login") == 2

    def test_a_login_that_ends_halfway_a_look_is_renewed_and_the_look_made_again(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        expiring(sandbox, "activiteitBijeenkomstOverzichtAantal", times=1)
        (page,) = line.pages()
        assert page.complete
        assert asked(sandbox, "login") == 2
        assert asked(sandbox, "activiteitOverzicht") == 2

    def test_a_fresh_key_that_is_refused_too_stops(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        refuses(sandbox, "activiteitFilter", "NIET_INGELOGD")
        with pytest.raises(AuthenticationError):
            line.pages()
        assert asked(sandbox, "login") == 2

    def test_a_wrong_password_asks_a_person(self, url: str, cooking: Cooking) -> None:
        with pytest.raises(AuthenticationError, match="GEBRUIKERSACCOUNT_ONBEKEND"):
            line_to(url, password="vergeten").pages()


class TestRefusals:
    def test_a_code_nobody_knows_is_permanent_and_shown(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        refuses(sandbox, "activiteitFilter", "LICENTIE_VERLOPEN")
        with pytest.raises(PermanentError, match="LICENTIE_VERLOPEN"):
            line.pages()

    def test_a_code_can_be_explained_in_the_settings(
        self, sandbox: RegiCareSandbox, url: str, cooking: Cooking
    ) -> None:
        refuses(sandbox, "activiteitFilter", "ONDERHOUD")
        with pytest.raises(TransientError, match="ONDERHOUD"):
            line_to(url, error_codes={"ONDERHOUD": "transient"}).pages()

    def test_a_server_that_is_down_is_read_again_afterwards(
        self, sandbox: RegiCareSandbox, line: Line, cooking: Cooking
    ) -> None:
        sandbox.inject(Fault(kind="down", path=".*/vacaturebankVacatureGeplaatst"))
        with pytest.raises(TransientError):
            line.pages()
        sandbox.clear_faults()
        assert line.pages()[0].complete


def answers(sandbox: RegiCareSandbox, method: str, value: Any) -> None:
    sandbox.methods[method] = lambda call: value


def refuses(sandbox: RegiCareSandbox, method: str, code: str) -> None:
    answers(sandbox, method, {"error": code})


def expiring(sandbox: RegiCareSandbox, method: str, *, times: int = 99) -> None:
    """All logins end when this is asked: the first so many times."""
    usual, left = sandbox.methods[method], [times]

    def ending(call: Any) -> Any:
        if left[0]:
            left[0] -= 1
            sandbox.expire_logins()
        return usual(call)

    sandbox.methods[method] = ending
