"""A spreadsheet on the command line: saved, typed in with a program, and taken in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from samenspraak.domain.parties import CircleMember, Group, GroupKind, PartyKind, PartyRef
from samenspraak.policy.state import ConnectorState
from samenspraak.services import connectors

ORGANISATION = "de-linde"
TEAM = PartyRef(kind=PartyKind.GROUP, id="team")


@pytest.fixture
def location(family: Any) -> Any:
    """The family, and a team without a system in the client's circle."""
    with family.app.store.write(ORGANISATION) as uow:
        uow.parties.add_group(Group(id="team", name="Team De Linde", kind=GroupKind.TEAM))
        uow.parties.add_member(CircleMember(client_id="wit", party=TEAM))
        uow.commit()
    record = connectors.draft(family.app.registry, "blad", "sheet", {}, state=ConnectorState.RUNNING)
    connectors.add(family.app.hub, family.app.connected, ORGANISATION, record)
    return family


def type_in(file: Path, **cells: str) -> None:
    """Somebody types in the first row, and saves."""
    book = load_workbook(file)
    sheet = book.worksheets[0]
    columns = {one.value: one.column for one in sheet[1]}
    for name, text in cells.items():
        sheet.cell(row=2, column=columns[name], value=text)
    book.save(file)


def test_a_sheet_goes_out_and_comes_back_and_the_others_follow(
    line: Any, location: Any, tmp_path: Path
) -> None:
    made = line.json("feed", "add", "blad", "group:team")["feed"]
    location.settle()
    file = tmp_path / "blad.xlsx"
    line("feed", "save", made["id"], str(file))
    type_in(file, Waar="De badkamer", Stand="misschien")

    told = line("feed", "import", "blad", str(file))
    location.settle()

    assert [one.rpartition(".")[2] for one in made["paths"]] == ["html", "xlsx", "csv"]
    assert file.stat().st_mode & 0o077 == 0
    assert told.exit_code == 3
    assert "Overgenomen: 1 wijzigingen in 1 afspraken" in told.stdout
    assert "Blad Afspraken, rij 2, kolom Stand: kies uit: voorstel, loopt" in told.stdout
    (agreement,) = location.agreements()
    assert agreement.place == "De badkamer"
    assert location.systems["app-b"].record_of(agreement.id)["place"] == "De badkamer"


def test_what_is_no_sheet_is_refused_and_says_what_to_do(line: Any, location: Any, tmp_path: Path) -> None:
    file = tmp_path / "blad.xlsx"
    file.write_bytes(b"PK this is none")

    assert "save it as XLSX or CSV" in line.fails("feed", "import", "blad", str(file), code=7)
    assert "No files come back to connector app-a" in line.fails(
        "feed", "import", "app-a", str(file), code=10
    )
