"""The lens laws for a description in which everything lies flat, with numbers as ids and shared words."""

from __future__ import annotations

from datetime import date

import pytest
from connectors.rest.descriptions import FLAT

from samenspraak.connectors import Changes, Directory, Marker, Subject
from samenspraak.domain.agreements import Duty, LifeDomain, Modality, State, Status, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import LIFE_DOMAIN, STATUS, WHAT, UnitKey, UnitKind, UnitValue
from samenspraak.errors import InvalidRecordError
from samenspraak.testing import LensLaws
from samenspraak_rest.plugin import RestConnector

SETTINGS = {"base_url": "https://takenlijst.example/api", "description": FLAT, "access_key": "sleutel-123"}
WIM = PartyRef(kind=PartyKind.RELATIVE, id="p-wim")
DIRECTORY = Directory(connector_id="taken-1", external={WIM: "7"}, names={WIM: "Wim"})
SUBJECT = Subject(client="12", marker=Marker(agreement_id="ag1"))


@pytest.fixture
def connector() -> RestConnector:
    return RestConnector("taken-1", SETTINGS)


class TestFlat(LensLaws):
    strangers = False

    def connector(self) -> RestConnector:
        """With texts for ids, which the laws give."""
        by_text = FLAT.replace('ids = "number"', "")
        return RestConnector("taken-1", {**SETTINGS, "description": by_text})

    def possible(self, key: UnitKey, value: UnitValue) -> bool:
        """What the description has no place for is refused, and stays out of the laws."""
        if isinstance(value, Duty):
            return value.performer.kind is PartyKind.RELATIVE and value.schedule.timing is None
        return not isinstance(value, What) or value.code is None


def test_several_of_our_words_may_share_one_of_theirs_and_read_back_as_the_first(
    connector: RestConnector,
) -> None:
    said = {LIFE_DOMAIN: LifeDomain.MOBILITY, STATUS: Status(state=State.MISTAKE, ended_on=date(2026, 3, 5))}

    raw = connector.put(connector.new(SUBJECT), Changes(set=said), DIRECTORY)

    assert (raw["category"], raw["status"]) == ("care", "closed")
    units = connector.get(raw, DIRECTORY).units
    assert units == {key: connector.normal(key, value) for key, value in said.items()}
    assert units[STATUS] == Status(state=State.ENDED, ended_on=date(2026, 3, 5))


def test_an_id_is_written_the_way_the_system_writes_it(connector: RestConnector) -> None:
    duty = {UnitKey(UnitKind.ASSIGNMENT, "a1"): Duty(performer=WIM)}

    raw = connector.put(connector.new(SUBJECT), Changes(set=duty), DIRECTORY)

    assert raw == {"client_id": 12, "external_ref": "ag1", "people": [{"ref": "a1", "user_id": 7}]}
    assert connector.get(raw, DIRECTORY).client == "12"


def test_what_has_no_place_there_is_not_shown_by_half(connector: RestConnector) -> None:
    somebody = PartyRef(kind=PartyKind.VOLUNTEER, id="p-bram")
    attempts = {
        UnitKey(UnitKind.PLACE): "Woonkeuken",
        UnitKey(UnitKind.ASSIGNMENT, "a1"): Duty(performer=somebody),
    }

    for key, value in attempts.items():
        with pytest.raises(InvalidRecordError):
            connector.put(connector.new(SUBJECT), Changes(set={key: value}), DIRECTORY)

    kept = connector.put(connector.new(SUBJECT), Changes(set={WHAT: What(text="Koken")}), DIRECTORY)
    assert kept["title"] == "Koken"


def test_never_is_told_apart_from_may(connector: RestConnector) -> None:
    never = What(text="Alleen douchen", modality=Modality.NEVER)

    raw = connector.put(connector.new(SUBJECT), Changes(set={WHAT: never}), DIRECTORY)

    assert raw["type"] == 3
    assert connector.get(raw, DIRECTORY).units[WHAT] == never


def test_the_hub_keeps_the_described_places_and_nothing_beside_them(connector: RestConnector) -> None:
    raw = {"id": 5, "client_id": 12, "title": "Koken", "diagnosis": "…", "status": "open", "changed_by": 3}

    assert connector.own(raw) == {"id": 5, "client_id": 12, "title": "Koken", "status": "open"}
