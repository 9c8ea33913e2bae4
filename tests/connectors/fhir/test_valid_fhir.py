"""What we write is FHIR R4, in the opinion of a validator nobody here wrote."""

from __future__ import annotations

import fhirkit
from hypothesis import given, settings
from hypothesis import strategies as st

from samenspraak.connectors import Changes, Directory, Marker, Subject
from samenspraak.domain.units import UnitKind
from samenspraak.testing import strategies as ours
from samenspraak_fhir import mapping
from samenspraak_fhir.plugin import DossierConnector
from samenspraak_fhir.settings import DossierSettings

CONNECTOR = DossierConnector("dossier-1", DossierSettings().load({"base_url": "https://ecd.example/fhir"}))
KEYS = {
    ref: f"{'RelatedPerson' if number % 2 else 'PractitionerRole'}/{ref.id}"
    for number, ref in enumerate(sorted(ours.PEOPLE))
}
SUBJECT = Subject(client="Patient/1", marker=Marker(agreement_id="ag1", part="a1"))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_plan_we_make_is_valid_base_r4(data: st.DataObject) -> None:
    known = data.draw(st.lists(st.sampled_from(sorted(KEYS)), unique=True))
    directory = Directory(
        connector_id="dossier-1", external={ref: KEYS[ref] for ref in known}, names=dict(ours.PEOPLE)
    )
    units = data.draw(ours.units(kinds=list(mapping.CARRIED), assignments=1))
    told = data.draw(st.lists(ours.statements(), max_size=3, unique_by=lambda one: one.id))

    plan = CONNECTOR.put(CONNECTOR.new(SUBJECT), Changes(set=units, told=told, mark="5f2a#1"), directory)
    emptied = CONNECTOR.put(plan, Changes(clear=frozenset(units), told=()), directory)

    assert [str(issue) for issue in fhirkit.validate(plan)] == []
    assert [str(issue) for issue in fhirkit.validate(emptied)] == []
    assert {key.kind for key in units} >= {UnitKind.WHAT, UnitKind.STATUS}
