"""Joining and separating on the command line: seen first, then done, and readable under every id."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.domain.parties import PartyKind
from samenspraak.errors import NotFoundError, RuleError

TASK = {"who": {"user": "son", "role": "relative"}}


@pytest.fixture
def twice(family: Any) -> Any:
    """The daughter wrote the stockings down once more, in her own words, in the second app."""
    family.systems["app-b"].add_record(
        "daughter", "wit", "Aantrekken steunkousen", tasks=[{"id": "t7", **TASK}], place="Slaapkamer"
    )
    family.settle(1)
    return family


def ids(town: Any) -> tuple[str, str]:
    """The agreement that was there, and the new one."""
    old, new = sorted(town.agreements(), key=lambda one: one.what.text, reverse=True)
    return old.id, new.id


def test_whether_it_is_the_same_is_asked_in_plain_words(line: Any, twice: Any) -> None:
    old, _ = ids(twice)
    [asked] = line.json("question", "list")["questions"]

    assert (asked["kind"], asked["cause"], asked["answers"]) == (
        "identity",
        "same-agreement",
        ["join", "apart"],
    )
    assert asked["about"] == old
    text = line.text("question", "show", asked["id"])
    assert "join (dezelfde afspraak)" in text
    assert "is dit dezelfde afspraak?" in line.text("question", "list")


def test_a_dry_run_tells_what_would_be_written_and_asked_and_does_nothing(line: Any, twice: Any) -> None:
    old, new = ids(twice)
    written = twice.writes()
    found = line.json("agreement", "join", old, new, "--dry-run")["preview"]

    assert (found["outcome"]["taken"], found["outcome"]["asked"]) == (["place"], ["what", "assignment[a1]"])
    assert {act["connector_id"] for act in found["acts"]} == {"app-a", "app-b"}
    assert all("place" in act["newly"] for act in found["acts"] if "place" in act["units"])
    assert (twice.writes(), len(twice.agreements())) == (written, 2)


def test_joined_every_command_follows_the_old_id_and_its_history_stays(line: Any, twice: Any) -> None:
    old, new = ids(twice)
    done = line.json("agreement", "join", old, new, "--yes")["joined"]

    assert (done["id"], done["same"], done["doubled"]) == (old, new, ["app-b"])
    shown = line.json("agreement", "show", new)["agreement"]
    assert (shown["id"], shown["same_as"]) == (old, new)
    assert line.json("agreement", "explain", new)["agreement"]["id"] == old
    history = line.json("agreement", "history", new)["agreement"]
    assert (history["same_as"], history["versions"][0]["change"]["why"]) == (old, "joined")
    assert f"dezelfde afspraak als {old}" in line.text("agreement", "history", new)
    assert len(line.json("agreement", "list")["agreements"]) == 1
    assert "joined into" in line.fails("agreement", "restore", new, "1", "--yes", code=RuleError.exit_code)


def test_separated_it_is_an_agreement_of_its_own(line: Any, family: Any) -> None:
    [agreement] = family.agreements()
    preview = line.text("agreement", "separate", agreement.id, "app-b", "--dry-run")
    assert "Er is niets geschreven." in preview
    done = line.json("agreement", "separate", agreement.id, "app-b", "--yes")["separated"]

    assert "een eigen afspraak" in preview
    assert (done["id"], len(family.agreements())) == (agreement.id, 2)
    assert (
        line.json("agreement", "history", done["own"])["agreement"]["versions"][0]["change"]["why"]
        == "separated"
    )


def test_what_cannot_be_joined_or_separated_says_why(line: Any, twice: Any) -> None:
    old, new = ids(twice)

    assert "one already" in line.fails("agreement", "join", old, old, "--yes", code=RuleError.exit_code)
    line.fails("agreement", "join", old, "nobody", "--yes", code=NotFoundError.exit_code)
    line.fails("agreement", "separate", old, "elsewhere", "--yes", code=NotFoundError.exit_code)
    assert "no other copy" in line.fails(
        "agreement", "separate", new, "app-b", "--yes", code=RuleError.exit_code
    )


def test_two_records_of_one_person_are_joined_and_the_old_id_leads_to_them(line: Any, town: Any) -> None:
    for person_id, name in (("son", "Jan de Wit"), ("jan", "J. de Wit")):
        town.person(person_id, PartyKind.RELATIVE, name)

    assert "dezelfde persoon" in line.text("match", "join", "relative:son", "jan", "--dry-run")
    done = line.json("match", "join", "relative:son", "relative:jan", "--yes")["joined"]
    assert (done["party"], done["same"], done["records"]) == ("relative:son", "relative:jan", [])
    [known] = line.json("match", "list", "--known")["known"]
    assert known["party"] == "relative:son"
    assert "matched with nobody" in line.fails("match", "separate", "ozo", "7", code=NotFoundError.exit_code)
