"""A description is read whole, or refused with every line that must be mended, in Dutch and English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from connectors.rest.descriptions import FLAT, changed

from samenspraak.connectors import Absence, Confirm, Create, MayEnd, SystemKind, Token, Write
from samenspraak.connectors.registry import load_settings
from samenspraak.domain.units import UnitKind
from samenspraak.errors import ConfigurationError
from samenspraak_rest.description import Description
from samenspraak_rest.kit import DESCRIPTION, SETTINGS
from samenspraak_rest.loading import load, read
from samenspraak_rest.members import Problem
from samenspraak_rest.plugin import MANIFEST, RestConnector
from samenspraak_rest.units import member_names

PAGE = (Path(__file__).parents[3] / "docs/connectors/rest.md").read_text(encoding="utf-8")

# What is changed in the example, which member is then wrong, and a word that says what is allowed there.
WRONG = {
    "a member nobody knows": ("lag_s = 1.0", "lag = 1.0", "lag", "lag_s"),
    "a word that is none of ours": ('method = "page"', 'method = "pages"', "paging.method", "offset"),
    "an address elsewhere": (
        'list = "v1/bewoners"',
        'list = "https://elders.example/v1"',
        "clients.list",
        "below the address",
    ),
    "a path that climbs": ('list = "v1/mensen"', 'list = "v1/../mensen"', "people.list", "'..'"),
    "a query in a path": ('list = "v1/mensen"', 'list = "v1/mensen?alles=1"', "people.list", "'?'"),
    "a path without its id": ('one = "v1/afspraken/{id}"', 'one = "v1/afspraken"', "records.one", "{id}"),
    "a placeholder of one's own": (
        'one = "v1/afspraken/{id}"',
        'one = "v1/{client}/{id}"',
        "records.one",
        "{id}",
    ),
    "an expression for a place": ('marker = "kenmerk"', 'marker = "items[0]"', "records.marker", "a dot"),
    "a number for a text": ('name = "Buurtplein"', "name = 3", "name", "a text"),
    "a page larger than allowed": ("page = 50", "page = 5000", "rates.page", "1000"),
    "no place for what it says": ('text = { at = "titel", longest = 60 }', "", "units.what.text", "must be"),
    "our word that is none": ('does = "taak"', 'doet = "taak"', "units.what.modality.words.doet", "never"),
    "one word of theirs for two": ('never = "nooit"', 'never = "taak"', "units.what.modality.words", "two"),
    "two units in one place": (
        'review_notes = "gesprek.verslag"',
        'review_notes = "details"',
        "units",
        "taken",
    ),
    "a unit on the marker": ('place = "details.waar"', 'place = "kenmerk"', "units.place", "taken"),
    "a day without a year": (
        'ended_on = { at = "op", format = "%d-%m-%Y" }',
        'ended_on = { at = "op", format = "%d-%m" }',
        "units.status.ended_on.format",
        "%Y",
    ),
    "proof that is none": ('absence = "by_id"', 'absence = "complete_list"', "absence", "page number"),
    "nothing to take it away by": ('[end]\nmethod = "DELETE"\npath = "v1/afspraken/{id}"', "", "end", "away"),
    "what is nested without end": ('name = "Buurtplein"', f"name = {'[' * 5000}", "-", "too deep"),
    "text that is no TOML": ('name = "Buurtplein"', "name = ", "-", "TOML"),
}


def problems(text: str) -> list[Problem]:
    found = read(text)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_by_line_and_member_with_what_is_allowed(name: str) -> None:
    before, after, member, allowed = WRONG[name]
    line = DESCRIPTION[: DESCRIPTION.index(before)].count("\n") + 1

    told = problems(changed((before, after)))

    (one,) = [one for one in told if one.member.startswith(member) and allowed in one.en]
    assert one.line == line or not after or len(after) > 5000
    assert one.nl != one.en


def test_everything_that_is_wrong_is_told_at_once() -> None:
    told = problems(changed(('method = "page"', 'method = "pages"'), ("page = 50", "page = 0")))

    assert [one.member for one in told] == ["paging.method", "rates.page"]
    assert str(told[0]).startswith(
        "line 15, paging.method: allowed here: none, link, cursor, page, offset (regel 15:"
    )


def test_a_description_with_mistakes_is_no_setting_and_the_mended_one_is() -> None:
    mistaken = {**SETTINGS, "description": changed(('method = "page"', 'method = "pages"'))}
    with pytest.raises(ConfigurationError) as refused:
        load_settings(MANIFEST, mistaken, secret=lambda itself: itself)

    assert refused.value.problems[0].startswith("description: line 15, paging.method: ")
    assert load_settings(MANIFEST, SETTINGS, secret=lambda itself: itself)["description"] == DESCRIPTION


def test_what_the_system_can_do_follows_from_its_description() -> None:
    can = RestConnector.described({"description": FLAT}).capabilities

    assert can.kind is SystemKind.APP
    assert (can.absence, can.may_end) == (Absence.COMPLETE_LIST, MayEnd.NOTHING)
    assert (can.create, can.confirm, can.token) == (Create.FINDABLE, Confirm.RESPONSE, Token.ENFORCED)
    assert set(can.units) == {
        UnitKind.WHAT,
        UnitKind.LIFE_DOMAIN,
        UnitKind.STATUS,
        UnitKind.ASSIGNMENT,
    }


def test_a_system_without_a_way_to_create_is_only_read() -> None:
    start, end = DESCRIPTION.index("[find]"), DESCRIPTION.index("# Where every unit")

    found = load(DESCRIPTION[:start] + DESCRIPTION[end:])

    assert {one.write for one in found.capabilities.units.values()} == {Write.NO}
    assert found.capabilities.create is Create.NONE


def test_a_unit_may_be_read_and_never_written() -> None:
    found = load(changed(("[units.backup]\n", "[units.backup]\nwrite = false\n")))

    assert found.capabilities.units[UnitKind.BACKUP].write is Write.NO
    assert found.capabilities.units[UnitKind.WHAT].write is Write.YES


def test_a_system_is_never_asked_more_than_the_connector_allows() -> None:
    found = load(changed(("per_second = 10.0", "per_second = 50"), ("concurrency = 4", "concurrency = 2")))

    rates = found.at_most(MANIFEST.rates)

    assert (rates.per_second, rates.concurrency, rates.page) == (50.0, 2, 50)
    assert isinstance(read(DESCRIPTION), Description)


def test_every_member_of_a_description_is_explained_on_its_page() -> None:
    known = {f"{section}.{name}".strip(".") for section, name in member_names()}

    explained = set(re.findall(r"^\| `([a-z_.]+)` \|", PAGE, re.M))

    assert sorted(known - explained) == []
    assert sorted(explained - known - {"base_url", "description", "access_key", "user"}) == []


def test_the_example_stands_whole_in_the_package_and_is_named_on_the_page() -> None:
    assert "plugins/samenspraak_rest/buurtplein.toml" in PAGE
    assert load(DESCRIPTION).name == "Buurtplein"
