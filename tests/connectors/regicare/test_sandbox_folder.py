"""The imitated folder keeps files as a file server does, and staff write theirs as people do.

RFC 9110 9.3.1, 9.3.4 (GET and PUT of a file), RFC 7617 (name and password), RFC 4180 (the form of CSV). No
export of RegiCare is public: the columns are those that docs/connectors/regicare.md asks staff for.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from samenspraak_regicare.sandbox import FOLDER, PASSWORD, USERNAME, RegiCareSandbox

from .conftest import Cooking, record_cooking


class Share:
    """A file server's client that shares no code with the connector."""

    def __init__(self, url: str) -> None:
        self.url = url

    def send(self, method: str, name: str, **options: Any) -> requests.Response:
        options.setdefault("auth", (USERNAME, PASSWORD))
        return requests.request(method, f"{self.url}{FOLDER}/{name}", timeout=5, **options)

    def rows(self, name: str, *, delimiter: str = ";") -> list[dict[str, str]]:
        text = self.send("GET", name).content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))

    def propose(self, *rows: tuple[int, str, str]) -> requests.Response:
        out = io.StringIO()
        csv.writer(out, delimiter=";").writerows([("voorstel", "inzet", "opmerking", "stand"), *rows])
        return self.send("PUT", "voorstellen.csv", data=out.getvalue().encode())


@pytest.fixture
def share(url: str) -> Share:
    return Share(url)


@pytest.fixture
def quirky_share(quirky: RegiCareSandbox) -> Iterator[Share]:
    with quirky.running() as url:
        yield Share(url)


class TestTheFolder:
    @pytest.mark.parametrize("given", [None, (USERNAME, "anders")])
    def test_nobody_gets_a_file_without_the_right_name_and_password(self, share: Share, given: Any) -> None:
        answer = requests.get(f"{share.url}{FOLDER}/inzet.csv", auth=given, timeout=5)
        assert (answer.status_code, "WWW-Authenticate" in answer.headers) == (401, True)

    def test_a_file_that_nobody_made_is_not_there(self, share: Share) -> None:
        assert [share.send("GET", one).status_code for one in ("voorstellen.csv", "x.csv")] == [404, 404]

    def test_a_file_that_was_put_is_given_back_byte_for_byte(self, share: Share) -> None:
        content = codecs.BOM_UTF8 + b"voorstel;inzet;opmerking;stand\r\n"
        assert share.send("PUT", "voorstellen.csv", data=content).status_code == 201
        assert share.send("PUT", "voorstellen.csv", data=content).status_code == 200
        assert share.send("GET", "voorstellen.csv").content == content

    def test_what_staff_write_is_not_ours_to_write(self, share: Share) -> None:
        assert share.send("PUT", "inzet.csv", data=b"leeg").status_code == 403


class TestExports:
    def test_a_task_is_one_row_with_who_does_it_for_whom(self, share: Share, cooking: Cooking) -> None:
        (row,) = share.rows("inzet.csv")
        assert (row["activiteitID"], row["omschrijving"]) == (str(cooking.task), "Samen koken")
        assert (row["vrijwilligerID"], row["vrijwilliger"]) == (str(cooking.volunteer), "Karim Aydin")
        assert (row["dag"], row["startTijd"], row["startDatum"]) == ("Donderdag", "16:00", "2026-11-05")

    def test_files_stay_as_they_are_while_nobody_exports(
        self, sandbox: RegiCareSandbox, share: Share, cooking: Cooking
    ) -> None:
        sandbox.folder.hold()
        sandbox.office.change_task(activiteitID=cooking.task, what="Bakken")
        assert share.rows("inzet.csv")[0]["omschrijving"] == "Samen koken"
        sandbox.folder.export()
        assert share.rows("inzet.csv")[0]["omschrijving"] == "Bakken"

    def test_an_untidy_export_has_tabs_dutch_days_and_columns_of_no_concern(
        self, quirky: RegiCareSandbox, quirky_share: Share
    ) -> None:
        record_cooking(quirky)
        (row,) = quirky_share.rows("inzet.csv", delimiter="\t")
        assert (row["STARTDATUM"], row["Volgnummer van export"]) == ("5-11-2026", "1")
        first, second = (
            [one["DATUM"] for one in quirky_share.rows("bijeenkomsten.csv", delimiter="\t")] for _ in range(2)
        )
        assert first != second
        assert sorted(first) == sorted(second)


class TestProposals:
    def test_a_row_comes_on_the_desk_and_its_answer_is_a_row(
        self, sandbox: RegiCareSandbox, share: Share, cooking: Cooking
    ) -> None:
        share.propose((1, str(cooking.task), "- Titel: Bakken"))
        (waiting,) = sandbox.proposals()
        assert (waiting["inschrijvingID"], waiting["activiteitID"]) == (1, cooking.task)
        assert share.rows("antwoorden.csv") == []
        sandbox.approve(inschrijvingID=1)
        assert share.rows("antwoorden.csv") == [
            {"voorstel": "1", "antwoord": "Ingeschreven", "reden": "", "inzet": str(cooking.task)}
        ]
        assert share.rows("inzet.csv")[0]["omschrijving"] == "Bakken"

    def test_a_row_that_is_gone_is_taken_back_while_nobody_answered(
        self, sandbox: RegiCareSandbox, share: Share, cooking: Cooking
    ) -> None:
        task = str(cooking.task)
        share.propose((1, task, "- Titel: Bakken"), (2, task, "- Titel: Soep"))
        sandbox.office.refuse(inschrijvingID=2, reason="Past niet.")
        share.propose()
        assert sandbox.proposals() == []
        assert [one["reden"] for one in share.rows("antwoorden.csv")] == ["Past niet."]

    def test_the_answer_to_a_new_task_names_what_it_became(
        self, sandbox: RegiCareSandbox, share: Share, cooking: Cooking
    ) -> None:
        people = f"- Cliënt: Riet (persoon {cooking.client})\n- Vrijwilliger: K (persoon {cooking.volunteer})"
        share.propose((1, "", f"{people}\n- Titel: Wandelen"))
        made = sandbox.approve(inschrijvingID=1)
        assert share.rows("antwoorden.csv")[0]["inzet"] == str(made["activiteitID"])

    def test_putting_a_file_is_a_write_and_fetching_one_is_none(
        self, sandbox: RegiCareSandbox, share: Share
    ) -> None:
        share.rows("inzet.csv")
        share.propose()
        assert [seen.path for seen in sandbox.writes()] == [f"{FOLDER}/voorstellen.csv"]
