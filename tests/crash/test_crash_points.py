"""Wherever the process dies, a new one on the same database brings everything to where it would have been."""

from __future__ import annotations

import pytest
from crash.life import ACTS
from crash.loop import crash, crashes, undisturbed

EVERY = 37
"""``make crash`` plays every moment; here every so many-th."""

MAKES = ("a new record is adopted", "a new agreement is created", "consent is given again")
"""The acts in which records are made."""


@pytest.mark.parametrize("act", ACTS)
def test_a_crash_on_the_way_changes_nothing_in_the_end(act: str) -> None:
    wrong = [str(one) for one in crashes(act, every=EVERY) if one.wrong]

    assert wrong == [], f"python tests/crash/run.py --act '{act}'"


@pytest.mark.parametrize("act", MAKES)
def test_what_was_made_when_the_process_died_is_not_made_again(act: str) -> None:
    moments = enumerate(undisturbed(act).passed, start=1)
    outcomes = [crash(act, number) for number, name in moments if name.startswith("after a write")]

    assert outcomes
    assert [str(one) for one in outcomes if one.wrong] == []


def test_a_page_of_which_nothing_was_noted_is_read_again() -> None:
    outcomes = [crash("a new record is adopted", number) for number in range(1, 11)]

    assert [str(one) for one in outcomes if one.wrong] == []


def test_the_process_dies_around_every_commit_and_request() -> None:
    names = {name for act in ACTS for name in undisturbed(act).passed}

    for system in ("app", "platform", "dossier"):
        assert f"before a write to the {system}" in names
        assert f"after a write to the {system}, before its answer" in names
    assert {"before a commit", "after a commit", "before UPDATE remote", "before INSERT remote"} <= names


def test_a_crash_before_the_first_commit_is_a_crash() -> None:
    outcome = crash("a new agreement is created", 1)

    assert (outcome.at, outcome.wrong) == ("before INSERT agreement", [])
