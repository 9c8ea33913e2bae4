"""Whatever a server sends in whatever place: the plan is read, or set apart by its field. Never a crash."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from samenspraak.connectors import Changes, Directory, Marker, Raw, Subject
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import UnitKey, UnitKind
from samenspraak.errors import InvalidRecordError
from samenspraak.testing import strategies as ours
from samenspraak_fhir import mapping
from samenspraak_fhir.people import party
from samenspraak_fhir.plugin import DossierConnector
from samenspraak_fhir.settings import DossierSettings

CONNECTOR = DossierConnector("dossier-1", DossierSettings().load({"base_url": "https://ecd.example/fhir"}))
DIRECTORY = Directory(connector_id="dossier-1")
DAMAGE: list[Any] = [None, "", "stuk", "[x:y]", 7, -1, True, [], ["stuk"], [7], {}, {"stuk": 7}, [{}], [[]]]
SAID = {
    "extension": [
        {
            "url": "urn:samenspraak:said",
            "extension": [
                {"url": "kind", "valueCode": "done"},
                {"url": "day", "valueDate": date(2026, 11, 22).isoformat()},
                {"url": "nth", "valuePositiveInt": 1},
            ],
        }
    ],
    "authorReference": {"reference": "Practitioner/1"},
    "time": "2026-11-22T08:00:00Z",
    "text": "Gedaan.",
}


def full_plan(data: st.DataObject) -> Raw:
    """A plan in which every unit stands, and something was said."""
    exception = UnitKey(UnitKind.EXCEPTION, "a1:2026-11-26:1")
    keyed = {UnitKind.ASSIGNMENT, UnitKind.INSTRUCTED, UnitKind.BACKUP, UnitKind.RESPONSIBLE}
    keys = [UnitKey(kind, "a1" if kind in keyed else "") for kind in mapping.PLACES] + [exception]
    units = {key: data.draw(ours.values(key.kind)) for key in keys}
    told = Statement(
        id="hub:1",
        kind=StatementKind.COMMENT,
        by=ours.BIRD,
        at=datetime(2026, 11, 22, tzinfo=UTC),
        through="hub",
        text="Fijn",
    )
    subject = Subject(client="Patient/1", marker=Marker(agreement_id="ag1", part="a1"))
    plan = CONNECTOR.put(CONNECTOR.new(subject), Changes(set=units, told=(told,), mark="5f2a#1"), DIRECTORY)
    plan["activity"][0]["progress"].append(SAID)
    return {**plan, "id": "17", "meta": {"versionId": "1", "lastUpdated": "2026-11-22T08:00:00Z"}}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def damaged(value: Any, data: st.DataObject) -> Any:
    result = copy.deepcopy(value)
    *above, last = data.draw(st.sampled_from(list(places(value))))
    holder = result
    for key in above:
        holder = holder[key]
    holder[last] = data.draw(st.sampled_from(DAMAGE))
    return result


def without_names(value: Any) -> Any:
    """Everything but how somebody is called, and the text that is made of it all."""
    if isinstance(value, dict):
        return {name: without_names(one) for name, one in value.items() if name not in ("display", "text")}
    return [without_names(one) for one in value] if isinstance(value, list) else value


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_damaged_plan_is_read_or_set_apart_by_its_field(data: st.DataObject) -> None:
    plan = damaged(full_plan(data), data)
    with contextlib.suppress(InvalidRecordError):
        CONNECTOR.own(plan)
        units = CONNECTOR.get(plan, DIRECTORY).units
        once = CONNECTOR.put(plan, Changes(set=units), DIRECTORY)
        # A damaged name is one that may not be shown: it is written anew, and that is all.
        assert once == plan or (CONNECTOR.get(once, DIRECTORY).units, without_names(once)) == (
            units,
            without_names(plan),
        )
        assert CONNECTOR.put(once, Changes(set=units), DIRECTORY) == once


PERSON = {
    "resourceType": "RelatedPerson",
    "id": "1",
    "identifier": [{"system": "https://voorbeeld.example", "value": "7"}],
    "patient": {"reference": "Patient/1"},
    "relationship": [{"coding": [{"system": "urn:oid:2.16.840.1.113883.2.4.3.11.22.472", "code": "24"}]}],
    "name": [{"use": "usual", "given": ["Mies"]}, {"use": "official", "family": "Berg", "given": ["Maria"]}],
    "birthDate": "1970-01-01",
}


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_damaged_person_is_a_party_or_set_apart(data: st.DataObject) -> None:
    person = damaged(PERSON, data)
    if person["resourceType"] != "RelatedPerson" or not isinstance(person["id"], str):
        return

    found = party(person, (), lambda key: "")

    assert found.external_id.startswith("RelatedPerson/")
