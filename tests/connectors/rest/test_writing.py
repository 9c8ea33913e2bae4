"""Records are made, changed and taken away the way the description says, under the version it names."""

from __future__ import annotations

from typing import Any

import pytest
from connectors.rest.descriptions import changed

from samenspraak.connectors import Absent, End, Marker
from samenspraak.errors import ConflictError
from samenspraak_rest.sandbox import Buurtplein

BY_HEADER = ('at = "versie"\nguard', 'header = "ETag"\nguard')
UNGUARDED = ('[version]\nat = "versie"\nguard = "if_match"\nordered = true\ncounts = true\n', "")
WHOLE = ('method = "PATCH"\nbody = "merge"', 'method = "PUT"\nbody = "whole"')
MEMBERS = ('body = "merge"', 'body = "members"')
EMPTIED = ('[end]\nmethod = "DELETE"\npath = "v1/afspraken/{id}"', '[end]\nmethod = "update"')


def plein(**options: Any) -> Buurtplein:
    found = Buurtplein(**options)
    found.add_client("b1", "Mevrouw R. van den Heuvel")
    found.add_person("m1", "Bram van den Heuvel", "familie", ["b1"])
    return found


@pytest.mark.parametrize("way", [None, WHOLE, MEMBERS])
def test_a_change_keeps_what_somebody_else_wrote_in_the_record(run: Any, way: Any) -> None:
    sandbox = plein()
    with run(sandbox) as there:
        connector = there.connector(changed(*([way] if way else [])))
        made = there.make(connector, "ag1").external_id
        sandbox.edit("m1", made, kleur="geel", details={"parkeren": "achter"})

        written = there.retitle(connector, there.look(connector, made), "Samen bakken")

    assert written.found is not None
    said = written.found.raw
    assert (said["titel"], said["kleur"], said["details"]) == ("Samen bakken", "geel", {"parkeren": "achter"})


@pytest.mark.parametrize("versions", ["member", "header"])
def test_a_write_under_an_old_version_is_a_conflict(run: Any, versions: Any) -> None:
    sandbox = plein(versions=versions)
    with run(sandbox) as there:
        connector = there.connector(changed(*([BY_HEADER] if versions == "header" else [])))
        stale = there.look(connector, there.make(connector, "ag1").external_id)
        sandbox.edit("m1", stale.external_id, details={"uitleg": "Eerst de ui"})
        with pytest.raises(ConflictError):
            there.retitle(connector, stale, "Samen bakken")

        fresh = there.look(connector, stale.external_id)
        assert there.retitle(connector, fresh, "Samen bakken").found is not None


def test_a_version_in_a_header_is_also_that_of_a_listed_record(run: Any) -> None:
    with run(plein(versions="header")) as there:
        connector = there.connector(changed(BY_HEADER))
        made = there.make(connector, "ag1")

        (listed,) = [one for page in there.pages(connector) for one in page.records]

        assert listed == there.look(connector, made.external_id)
        assert listed.token == '"1"'


def test_a_system_without_versions_is_written_without_a_guard(run: Any) -> None:
    with run(plein(versions=None)) as there:
        connector = there.connector(changed(UNGUARDED))
        found = there.look(connector, there.make(connector, "ag1").external_id)

        assert found.token is None
        assert there.retitle(connector, found, "Samen bakken").found is not None


def test_a_record_is_found_by_our_reference_alone(run: Any) -> None:
    """Also where the system does not know the parameter, and lists everything."""
    unknown = ('parameter = "kenmerk"', 'parameter = "iets"')
    with run(plein()) as there:
        for connector in (there.connector(), there.connector(changed(unknown))):
            made = {name: there.make(connector, name).external_id for name in ("ag1", "ag2")}
            found = connector.find(there.calls[connector], Marker(agreement_id="ag2"))
            assert made["ag2"] in [one.external_id for one in found]
            assert made["ag1"] not in [one.external_id for one in found]


def test_what_is_taken_away_by_a_value_is_emptied_and_gone(run: Any) -> None:
    sandbox = plein()
    with run(sandbox) as there:
        connector = there.connector(changed(EMPTIED))
        found = there.look(connector, there.make(connector, "ag1", "Samen zingen").external_id)
        emptied = {name: value for name, value in found.raw.items() if name != "taken"} | {"titel": "-"}

        connector.end(there.calls[connector], found, emptied, End.RETRACTED)

        assert isinstance(connector.fetch(there.calls[connector], found.external_id), Absent)
        assert not any("zingen" in text for text in sandbox.readable("m1"))
