"""What people type: rhythms, labelled parts of a description, members of an answer, settings."""

from __future__ import annotations

from datetime import time
from typing import Any, ClassVar

import pytest

from samenspraak.connectors.registry import load_settings
from samenspraak.connectors.rhythm import parse_rhythm, rhythm
from samenspraak.connectors.sections import FREE, Sections
from samenspraak.domain.schedules import (
    AsNeeded,
    DayPart,
    Frequency,
    PartOfDay,
    Period,
    Recurrence,
    TimesPerPeriod,
    Timing,
    Weekday,
)
from samenspraak.errors import ConfigurationError, InvalidRecordError
from samenspraak_regicare import records
from samenspraak_regicare.plugin import MANIFEST

RHYTHMS: dict[str, Timing] = {
    "zo nodig": AsNeeded(),
    "2 keer per week": TimesPerPeriod(times=2, period=Period.WEEK),
    "ochtend, avond": PartOfDay(parts=(DayPart.MORNING, DayPart.EVENING)),
    "middag op zaterdag, zondag": PartOfDay(
        parts=(DayPart.AFTERNOON,), weekdays=(Weekday.SATURDAY, Weekday.SUNDAY)
    ),
    "elke dag": Recurrence(frequency=Frequency.DAILY),
    "elke 3 maanden": Recurrence(frequency=Frequency.MONTHLY, interval=3),
    "elke 2 weken op dinsdag om 09:00, 18:30 (45 minuten)": Recurrence(
        frequency=Frequency.WEEKLY,
        interval=2,
        weekdays=(Weekday.TUESDAY,),
        times=(time(9), time(18, 30)),
        minutes=45,
    ),
}


class TestRhythm:
    @pytest.mark.parametrize(("words", "timing"), RHYTHMS.items(), ids=RHYTHMS)
    def test_words_and_timing_stand_for_each_other(self, words: str, timing: Timing) -> None:
        assert rhythm(timing) == words
        assert parse_rhythm(words) == timing

    @pytest.mark.parametrize("typed", ["Elke  week op Donderdag", " 2 KEER per week "])
    def test_capitals_and_blanks_do_not_matter(self, typed: str) -> None:
        assert parse_rhythm(typed) is not None

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "als het zo uitkomt",
            "0 keer per week",
            "elke 0 weken",
            "elke week op koningsdag",
            "elke dag om 25:00",
        ],
    )
    def test_what_is_not_of_the_grammar_is_no_rhythm(self, typed: str) -> None:
        assert parse_rhythm(typed) is None


class TestSections:
    """A description as a coordinator types it."""

    sections = Sections(("Uitleg", "Wanneer"))
    typed = "Alleen samen.\n\n uitleg : De schort hangt\nachter de deur.\nWANNEER: op donderdag\n"

    def test_labels_are_found_however_they_are_typed(self) -> None:
        assert self.sections.get(self.typed, FREE) == "Alleen samen."
        assert self.sections.get(self.typed, "Uitleg") == "De schort hangt\nachter de deur."
        assert self.sections.get(self.typed, "Wanneer") == "op donderdag"

    def test_changing_one_part_leaves_the_others_as_they_are_typed(self) -> None:
        changed = self.sections.set(self.typed, "Wanneer", "op vrijdag")
        assert changed == "Alleen samen.\n\n uitleg : De schort hangt\nachter de deur.\nWanneer: op vrijdag"

    def test_saying_what_is_there_already_changes_nothing(self) -> None:
        assert self.sections.set(self.typed, "Uitleg", "De schort hangt\r\nachter de deur.") == self.typed

    def test_a_part_that_was_typed_twice_is_written_once(self) -> None:
        twice = "Wanneer: op maandag\nWanneer: op dinsdag"
        assert self.sections.get(twice, "Wanneer") == "op maandag"
        assert self.sections.set(twice, "Wanneer", "op maandag") == "Wanneer: op maandag"
        assert self.sections.set(twice, "Wanneer", "") == ""

    @pytest.mark.parametrize("label", [FREE, "Uitleg", "Wanneer"])
    @pytest.mark.parametrize("value", ["Uitleg: vraag het", "eerst dit\nWanneer: dan dat", "\\Uitleg: x"])
    def test_a_value_that_looks_like_a_label_reads_back(self, label: str, value: str) -> None:
        written = self.sections.set("Uitleg: anders", label, value)
        assert self.sections.get(written, label) == value


class TestMembers:
    @pytest.mark.parametrize(
        ("read", "given", "expected"),
        [
            (records.number, 104, "104"),
            (records.number, "0104", "104"),
            (records.clock, "16:00:00", "16:00"),
            (records.clock, None, ""),
            (records.day, "2026-11-26 00:00:00", "2026-11-26"),
            (records.day, "0000-00-00", ""),
            (records.lookup, [], {}),
            (records.lookup, {"5": " donderdag ", "2": "Maandag"}, {"2": "Maandag", "5": "donderdag"}),
            (records.text, " regel één\r\nregel twee ", "regel één\nregel twee"),
        ],
    )
    def test_one_thing_has_one_form(self, read: records.Reader, given: Any, expected: Any) -> None:
        assert read(given) == expected

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("datum", "${DATE, T, d, -90}"),
            ("datum", "3875-04-02"),
            ("startTijd", "kwart over vier"),
            ("bijeenkomstID", {"4": "x"}),
            ("status", "Gepland"),
            ("toelichting", ["ziek"]),
        ],
    )
    def test_what_cannot_be_read_names_the_member_and_not_its_content(self, member: str, value: Any) -> None:
        meeting = {"bijeenkomstID": 4, "datum": "2026-11-26", member: value}
        with pytest.raises(InvalidRecordError) as caught:
            records.members(meeting, records.MEETING, {}, where="bijeenkomst")
        assert caught.value.field == f"bijeenkomst.{member}"
        assert str(value) not in str(caught.value)

    def test_a_member_can_have_another_name_there(self) -> None:
        meeting = {"bijeenkomstID": 4, "dagtekening": "2026-11-26"}
        read = records.members(meeting, records.MEETING, {"datum": "dagtekening"}, where="bijeenkomst")
        assert read["datum"] == "2026-11-26"


class TestSettings:
    NEEDED: ClassVar = {
        "base_url": "https://regicare.example",
        "api_key": "a",
        "username": "b",
        "password": "c",
    }

    def load(self, **given: Any) -> Any:
        return load_settings(MANIFEST, {**self.NEEDED, **given}, secret=lambda itself: itself)

    def test_four_settings_are_enough(self) -> None:
        assert self.load()["activity_types"] == ["Individuele inzet"]

    def test_key_and_password_are_secrets(self) -> None:
        assert MANIFEST.secrets() == {"api_key", "password"}

    @pytest.mark.parametrize(
        "given",
        [
            {"rhythms": {"Wekelijks": "iedere week"}},
            {"error_codes": {"ONDERHOUD": "later"}},
            {"names": {"bedrag": "prijs"}},
            {"activity_types": []},
            {"timeout_seconds": 0},
        ],
        ids=lambda given: next(iter(given)),
    )
    def test_a_setting_that_means_nothing_is_refused(self, given: dict[str, Any]) -> None:
        with pytest.raises(ConfigurationError, match=next(iter(given))):
            self.load(**given)
