"""RegiCare by files in a folder: the same mapping, what files cannot tell, and files nobody can trust."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
import responses

from samenspraak.connectors import Absence, Call, End, Found, ProposalState, SetApart, Unseen
from samenspraak.connectors.registry import load_settings
from samenspraak.domain.agreements import ExceptionKind, OccurrenceException, State, Status, What
from samenspraak.domain.units import STATUS, WHAT, UnitKey, UnitKind
from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    TransientError,
)
from samenspraak.protocols.tables import BEGINS_A_FORMULA
from samenspraak_regicare.plugin import RegiCareConnector
from samenspraak_regicare.sandbox import FOLDER, PASSWORD, USERNAME, RegiCareSandbox

from .conftest import DIRECTORY, NOW, THURSDAYS, Cooking, Line, line_to, record_cooking
from .test_proposing import BAKING, new_task, subject

FILES = {"transport": "csv", "username": USERNAME, "password": PASSWORD, "timeout_seconds": 20.0}


def files_at(url: str, **settings: Any) -> Line:
    given = {**FILES, "base_url": url, **settings}
    loaded = load_settings(RegiCareConnector.manifest, given, secret=lambda itself: itself)
    origin = url.removesuffix(FOLDER)
    connector = RegiCareConnector("regicare-1", {**loaded, "open_origins": frozenset({origin})})
    return Line(connector=connector, call=Call(http=connector.http(), now=NOW))


@pytest.fixture
def files(url: str) -> Iterator[Line]:
    line = files_at(f"{url}{FOLDER}")
    yield line
    line.call.http.close()


def proposed(sandbox: RegiCareSandbox) -> list[dict[str, str]]:
    content = sandbox.folder.fetched("voorstellen.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content), delimiter=";"))


class TestTheSameMapping:
    def test_a_task_reads_as_through_the_interface(self, url: str, files: Line, cooking: Cooking) -> None:
        through = line_to(url)
        assert files.units(cooking.task) == through.units(cooking.task)
        reading = files.connector.get(files.found(cooking.task).raw, DIRECTORY)
        assert (reading.client, reading.selected) == (str(cooking.client), True)

    def test_an_untidy_export_says_the_same(self, quirky: RegiCareSandbox) -> None:
        cooking = record_cooking(quirky)
        with quirky.running() as url:
            assert files_at(f"{url}{FOLDER}").units(cooking.task) == line_to(url).units(cooking.task)

    def test_a_cancelled_meeting_is_an_exception(
        self, sandbox: RegiCareSandbox, files: Line, cooking: Cooking
    ) -> None:
        sandbox.office.cancel_meeting(activiteitID=cooking.task, day=THURSDAYS[0], reason="Ziek")
        key = UnitKey(UnitKind.EXCEPTION, f"regicare-{cooking.task}:{THURSDAYS[0]}:1")
        off = OccurrenceException(kind=ExceptionKind.CANCELLED, reason="Ziek")
        assert files.units(cooking.task)[key] == off

    def test_people_come_with_what_the_export_tells_of_them(self, files: Line, cooking: Cooking) -> None:
        (page,) = files.pages()
        client = next(one for one in page.parties if one.external_id == str(cooking.client))
        assert (client.first_name, str(client.birth_date)) == ("Riet", "1938-04-02")

    def test_a_second_look_at_the_same_files_gives_nothing(self, files: Line, cooking: Cooking) -> None:
        (first,) = files.pages()
        (again,) = files.pages(first.cursor)
        assert (again.records, again.cursor) == ((), first.cursor)


class TestWhatFilesCannotTell:
    def test_they_prove_no_absence_and_it_is_said(self, files: Line) -> None:
        capabilities = files.connector.manifest.capabilities
        assert capabilities.absence is Absence.NEVER
        assert RegiCareConnector.manifest.capabilities.absence is Absence.COMPLETE_LIST

    def test_a_task_that_an_export_leaves_out_is_not_seen_rather_than_gone(
        self, sandbox: RegiCareSandbox, files: Line, cooking: Cooking
    ) -> None:
        sandbox.office.remove_task(activiteitID=cooking.task)
        look = files.connector.fetch(files.call, str(cooking.task))
        assert isinstance(look, Unseen)
        assert "inzet.csv does not list task" in look.why
        assert [page.complete for page in files.pages()] == [False]

    def test_without_a_list_of_meetings_nothing_that_differs_once_is_carried(
        self, sandbox: RegiCareSandbox, url: str, cooking: Cooking
    ) -> None:
        line = files_at(f"{url}{FOLDER}", files={"bijeenkomsten": ""})
        assert UnitKind.EXCEPTION not in line.connector.manifest.capabilities.units
        sandbox.office.cancel_meeting(activiteitID=cooking.task, day=THURSDAYS[0])
        assert {key.kind for key in line.units(cooking.task)} & {UnitKind.EXCEPTION} == set()

    def test_what_was_taken_over_waits_until_an_export_shows_it(
        self, sandbox: RegiCareSandbox, files: Line, cooking: Cooking
    ) -> None:
        waiting = files.propose(cooking.task, set=BAKING)
        sandbox.folder.hold()
        sandbox.approve(inschrijvingID=int(waiting.partition(":")[2]))
        sandbox.folder.export("antwoorden.csv")
        assert files.answer(waiting).state is ProposalState.WAITING
        sandbox.folder.export()
        assert files.answer(waiting).state is ProposalState.ACCEPTED
        assert files.units(cooking.task)[WHAT] == BAKING[WHAT]

    def test_a_column_of_no_concern_is_not_taken_for_what_was_taken_over(
        self, quirky: RegiCareSandbox
    ) -> None:
        cooking = record_cooking(quirky)
        with quirky.running() as url:
            files = files_at(f"{url}{FOLDER}")
            waiting = files.propose(cooking.task, set=BAKING)
            quirky.office.approve(inschrijvingID=int(waiting.partition(":")[2]))  # and typed nothing
            assert files.answer(waiting).state is ProposalState.WAITING
            quirky.office.change_task(activiteitID=cooking.task, what="Samen bakken")
            assert files.answer(waiting).state is ProposalState.ACCEPTED

    def test_days_that_enter_the_export_are_not_taken_for_what_was_taken_over(
        self, sandbox: RegiCareSandbox, files: Line, cooking: Cooking
    ) -> None:
        waiting = files.propose(cooking.task, set=BAKING)
        sandbox.office.approve(inschrijvingID=int(waiting.partition(":")[2]))  # and typed nothing
        del sandbox.office.meetings[next(iter(sandbox.office.meetings))]
        assert files.answer(waiting).state is ProposalState.WAITING

    def test_a_cancelled_moment_that_was_taken_over_shows_in_the_next_export(
        self, sandbox: RegiCareSandbox, files: Line, cooking: Cooking
    ) -> None:
        key = UnitKey(UnitKind.EXCEPTION, f"regicare-{cooking.task}:{THURSDAYS[0]}:1")
        off = OccurrenceException(kind=ExceptionKind.CANCELLED, reason="Ziekenhuis")
        waiting = files.propose(cooking.task, set={key: off})
        sandbox.approve(inschrijvingID=int(waiting.partition(":")[2]))
        assert files.answer(waiting).state is ProposalState.ACCEPTED
        assert files.units(cooking.task)[key] == off

    def test_a_citizen_number_in_an_export_goes_no_further(self, quirky: RegiCareSandbox) -> None:
        record_cooking(quirky)
        with quirky.running() as url:
            line = files_at(f"{url}{FOLDER}")
            assert b"999990019" in quirky.folder.fetched("inzet.csv")
            assert "999990019" not in repr([(page.records, page.parties) for page in line.pages()])

    def test_a_new_task_waits_until_an_export_lists_it_and_is_then_found_by_its_marker(
        self, sandbox: RegiCareSandbox, files: Line, cooking: Cooking
    ) -> None:
        waiting = files.connector.create(files.call, subject(cooking), new_task(files, cooking)).waiting
        assert waiting is not None
        sandbox.folder.hold()
        sandbox.approve(inschrijvingID=int(waiting.partition(":")[2]))
        sandbox.folder.export("antwoorden.csv")
        assert files.answer(waiting).state is ProposalState.WAITING
        sandbox.folder.export()
        (found,) = files.connector.find(files.call, subject(cooking).marker)
        assert files.answer(waiting).external_id == found.external_id


class TestProposals:
    def test_a_proposal_is_a_row_that_no_spreadsheet_runs(
        self, sandbox: RegiCareSandbox, files: Line, cooking: Cooking
    ) -> None:
        files.propose(cooking.task, set={WHAT: What(text='=HYPERLINK("https://elders.example")')})
        (row,) = proposed(sandbox)
        assert (row["voorstel"], row["inzet"]) == ("1", str(cooking.task))
        assert '- Titel: =HYPERLINK("https://elders.example")' in row["opmerking"].splitlines()
        assert not any(cell[:1] in BEGINS_A_FORMULA for cell in row.values() if cell)

    def test_of_what_was_answered_no_more_than_its_mark_stays_in_the_file(
        self, sandbox: RegiCareSandbox, files: Line, cooking: Cooking
    ) -> None:
        first = files.propose(cooking.task, set=BAKING)
        sandbox.office.refuse(inschrijvingID=int(first.partition(":")[2]), reason="Past niet.")
        answer = files.answer(first)
        assert (answer.state, answer.reason) == (ProposalState.REFUSED, "Past niet.")
        second = files.propose(cooking.task, set={WHAT: What(text="Soep maken")})
        assert (first, second) == ("activiteit:1", "activiteit:2")
        assert proposed(sandbox)[0]["opmerking"].startswith("Kenmerk: urn:samenspraak:voorstel:")
        assert files.answer(first).state is ProposalState.REFUSED

    def test_a_proposal_is_taken_back_once_and_not_after_it_was_answered(
        self, sandbox: RegiCareSandbox, files: Line, cooking: Cooking
    ) -> None:
        waiting = files.propose(cooking.task, set=BAKING)
        files.connector.withdraw(files.call, waiting)
        files.connector.withdraw(files.call, waiting)
        assert (sandbox.proposals(), files.answer(waiting).state) == ([], ProposalState.GONE)
        again = files.propose(cooking.task, set=BAKING)
        sandbox.approve(inschrijvingID=int(again.partition(":")[2]))
        with pytest.raises(ConflictError):
            files.connector.withdraw(files.call, again)

    def test_staff_who_answered_a_retraction_are_not_asked_again(
        self, sandbox: RegiCareSandbox, files: Line, cooking: Cooking
    ) -> None:
        found = files.found(cooking.task)
        first = files.connector.end(files.call, found, found.raw, End.RETRACTED).waiting or ""
        sandbox.office.refuse(inschrijvingID=int(first.partition(":")[2]))
        files.propose(cooking.task, set=BAKING)  # the list is written anew, without what was answered
        assert files.connector.end(files.call, found, found.raw, End.RETRACTED).waiting == first

    def test_a_task_that_is_not_in_the_export_takes_no_proposal(
        self, sandbox: RegiCareSandbox, files: Line, cooking: Cooking
    ) -> None:
        found = files.found(cooking.task)
        sandbox.office.remove_task(activiteitID=cooking.task)
        with pytest.raises(ConflictError, match="look again"):
            files.connector.update(files.call, found, files.put(found, set=BAKING))
        assert sandbox.writes() == []


AWAY = "https://93.184.216.34/map"  # an address, so that no name has to be looked up
HEADER = (
    "activiteitID;omschrijving;startDatum;vrijwilligerID;vrijwilliger;hulpvragerID;hulpvrager;activiteittype"
)
TASK = "7;Samen koken;5-11-2026;3;Karim Aydin;2;Riet Houten;Individuele inzet"


@contextlib.contextmanager
def shared(
    tasks: str | bytes, *, status: int = 200, media: str = "text/csv", **settings: Any
) -> Iterator[Line]:
    """A folder with this list of tasks, and no list of meetings."""
    line = files_at(AWAY, files={"bijeenkomsten": ""}, **settings)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        file = {"body": tasks, "content_type": media, "auto_calculate_content_length": True}
        wire.get(f"{AWAY}/inzet.csv", status=status, **file)
        for name in ("voorstellen", "antwoorden"):
            wire.get(f"{AWAY}/{name}.csv", status=404)
        yield line


class TestFilesThatCannotBeTrusted:
    def test_columns_have_the_names_of_the_export(self) -> None:
        theirs = HEADER.replace("omschrijving", "Titel van de inzet").replace("activiteitID", "Nr.")
        columns = {"omschrijving": "titel van de  Inzet", "activiteitID": "Nr."}
        with shared(f"{theirs}\n{TASK}\n", columns=columns) as line:
            assert line.units("7")[WHAT] == What(text="Samen koken")

    def test_a_column_that_is_not_there_is_asked_for_with_those_that_are(self) -> None:
        header = HEADER.replace("hulpvragerID", "client")
        with shared(f"{header}\n{TASK}\n") as line, pytest.raises(ConfigurationError) as refused:
            line.pages()
        assert "inzet.csv has no column 'hulpvragerID'; it has: activiteitID, omschrijving" in str(
            refused.value
        )
        assert "Riet" not in str(refused.value)

    def test_one_unreadable_cell_sets_that_record_apart_and_the_others_go_on(self) -> None:
        odd = TASK.replace("5-11-2026", "${DATE}").replace("7;", "8;", 1)
        with shared(f"{HEADER}\n{odd}\n{TASK}\n") as line:
            (page,) = line.pages()
        assert [type(one) for one in page.records] == [Found, SetApart]
        assert page.records[1].field == "activiteit.startDatum"  # type: ignore[union-attr]  # it is set apart

    def test_two_rows_of_one_task_are_no_task(self) -> None:
        with shared(f"{HEADER}\n{TASK}\n{TASK}\n") as line:
            (page,) = line.pages()
        assert [type(one) for one in page.records] == [SetApart]

    @pytest.mark.parametrize(
        ("tasks", "said"),
        [
            (f"{HEADER}\n{TASK}", "breaks off"),
            (f'{HEADER}\n7;"Samen', "row 2"),
            (f"{HEADER}\n{TASK};te;veel\n", "row 2"),
            (b"PK\x03\x04\x00\x00", "no text"),
            ("", "no header"),
        ],
        ids=["half a file", "an open quotation mark", "a shifted row", "a workbook", "nothing"],
    )
    def test_a_file_that_is_not_sure_is_looked_at_again_and_nothing_is_taken_from_it(
        self, tasks: str | bytes, said: str
    ) -> None:
        with shared(tasks) as line, pytest.raises(TransientError, match=said) as failed:
            line.pages()
        assert failed.value.whole_connector
        assert "Karim" not in str(failed.value)
        with shared(f"{HEADER}\n{TASK}\n") as line:
            assert line.pages()[0].records

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            ({"status": 404}, TransientError),
            ({"status": 401}, AuthenticationError),
            ({"media": "text/html"}, TransientError),
        ],
        ids=["no file", "no access", "a sign-in page"],
    )
    def test_a_folder_that_does_not_give_the_file_says_what_to_do(
        self, answer: dict[str, Any], error: type[Exception]
    ) -> None:
        with shared(f"{HEADER}\n{TASK}\n", **answer) as line, pytest.raises(error):
            line.pages()


class TestSettings:
    def test_the_interface_needs_its_secrets_and_a_folder_may_do_without(self) -> None:
        with pytest.raises(ConfigurationError) as refused:
            load_settings(RegiCareConnector.manifest, {"base_url": AWAY}, secret=lambda itself: itself)
        assert {one.partition(":")[0] for one in refused.value.problems} == {
            "api_key",
            "password",
            "username",
        }
        loaded = load_settings(
            RegiCareConnector.manifest, {"base_url": AWAY, "transport": "csv"}, secret=lambda itself: itself
        )
        assert loaded["files"]["inzet"] == "inzet.csv"

    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            ({"files": {"inzet": "../elders.csv"}}, "without a folder"),
            ({"files": {"inzet": ""}}, "without a folder"),
            ({"files": {"lijst": "a.csv"}}, "unknown file: lijst"),
            ({"columns": {"bsn": "BSN"}}, "unknown column: bsn"),
        ],
    )
    def test_a_wrong_name_is_refused_before_it_is_saved(self, settings: dict[str, Any], said: str) -> None:
        with pytest.raises(ConfigurationError) as refused:
            files_at(AWAY, **settings)
        assert said in str(refused.value)


def test_an_end_is_proposed_and_shows_in_the_next_export(
    sandbox: RegiCareSandbox, files: Line, cooking: Cooking
) -> None:
    found = files.found(cooking.task)
    over = Status(state=State.ENDED, reason="Verhuisd")
    raw = files.put(found, set={STATUS: over})
    waiting = files.connector.end(files.call, found, raw, End.ENDED).waiting or ""
    sandbox.approve(inschrijvingID=int(waiting.partition(":")[2]))
    assert files.answer(waiting).state is ProposalState.ACCEPTED
    status = files.units(cooking.task)[STATUS]
    assert isinstance(status, Status)
    assert (status.state, status.reason) == (State.ENDED, "Verhuisd")
