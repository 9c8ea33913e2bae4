"""Lists are read to their end in every way of paging, and what changed is asked the system's own way."""

from __future__ import annotations

import time
from typing import Any

import pytest
from connectors.rest.descriptions import changed

from samenspraak.connectors import Found, SetApart, Unseen
from samenspraak.domain.parties import PartyKind
from samenspraak.errors import PermanentError, StaleError, TransientError
from samenspraak.sandbox import Fault
from samenspraak_rest.kit import DESCRIPTION
from samenspraak_rest.sandbox import LAG_SECONDS, Buurtplein

BY_PAGE = 'method = "page"\nparameter = "pagina"'
MORE = 'more = "meer"\n'
SMALL = ("page = 50", "page = 2")
PAGINGS = {
    "page": [SMALL],
    "page without a word about more": [SMALL, (MORE, "")],
    "offset": [SMALL, (BY_PAGE, 'method = "offset"\nparameter = "vanaf"')],
    "cursor": [SMALL, (BY_PAGE, 'method = "cursor"\nparameter = "na"\nnext = "verder"'), (MORE, "")],
    "link": [SMALL, (BY_PAGE, 'method = "link"\nnext = "verder"'), (MORE, "")],
    "none": [(BY_PAGE, 'method = "none"'), (MORE, "")],
}
CHANGES = DESCRIPTION[DESCRIPTION.index("[changes]") : DESCRIPTION.index("[clients]")]


def plein(**options: Any) -> Buurtplein:
    """With a client, somebody around that client, and five agreements."""
    found = Buurtplein(**options)
    found.add_client("b1", "Mevrouw R. van den Heuvel", geboren="1938-04-11")
    found.add_person("m1", "Bram van den Heuvel", "buur", ["b1"])
    for number in range(1, 6):
        found.add("m1", "b1", f"Afspraak {number}")
    return found


@pytest.mark.parametrize("name", PAGINGS)
def test_a_list_is_read_to_its_end(run: Any, name: str) -> None:
    paging = name.split()[0]
    with run(plein(paging=paging)) as there:
        connector = there.connector(changed(*PAGINGS[name]))

        assert there.listed(connector) == ["a1", "a2", "a3", "a4", "a5"]


def test_people_come_before_records_with_the_roles_the_description_names(run: Any) -> None:
    with run(plein()) as there:
        pages = there.pages(there.connector())

    told = [(one.external_id, one.kind, one.client) for page in pages for one in page.parties]
    assert told == [("b1", PartyKind.CLIENT, "b1"), ("m1", PartyKind.RELATIVE, "b1")]
    assert not any(page.parties for page in pages if page.cursor)


def test_a_list_by_number_that_shifts_while_it_is_read_misses_nothing(run: Any) -> None:
    sandbox = plein()
    with run(sandbox) as there:
        connector = there.connector(changed(SMALL))
        pages = iter(connector.changes(there.calls[connector], None))
        listed = [one.external_id for _ in range(3) for one in next(pages).records]
        sandbox.remove("a1")  # what stood third now stands second, on a page that was read

        listed += [one.external_id for page in pages for one in page.records]

    assert {"a2", "a3", "a4", "a5"} <= set(listed)


def test_a_list_of_which_each_page_is_the_same_comes_to_an_end(run: Any) -> None:
    sandbox = plein()
    with run(sandbox) as there:
        connector = there.connector(changed(SMALL))
        sandbox.inject(Fault(kind="repeat", path="/v1/afspraken"))
        with pytest.raises(TransientError):
            there.pages(connector)
        sandbox.clear_faults()

        assert len(there.listed(connector)) == 5


def test_a_link_without_a_host_is_one_of_the_same_system(run: Any) -> None:
    sandbox = plein(paging="link", mode="quirky")
    with run(sandbox) as there:
        connector = there.connector(changed(*PAGINGS["link"]))
        time.sleep(2 * LAG_SECONDS)

        assert sorted(there.listed(connector)) == ["a1", "a2", "a3", "a4", "a5"]


def test_a_link_that_leads_elsewhere_is_not_followed(run: Any) -> None:
    sandbox = plein(paging="link")
    with run(sandbox) as there:
        connector = there.connector(changed(*PAGINGS["link"]))
        sandbox.inject(Fault(kind="elsewhere", host="elders.example"))
        with pytest.raises(PermanentError):
            there.pages(connector)
        sandbox.clear_faults()

        assert len(there.listed(connector)) == 5


def test_only_what_changed_since_is_asked_for(run: Any) -> None:
    sandbox = plein()
    with run(sandbox) as there:
        connector = there.connector()
        cursor = there.pages(connector)[-1].cursor
        sandbox.edit("m1", "a3", titel="Anders")
        sandbox.remove("a4")

        assert set(there.listed(connector, cursor)) == {"a3", "a4"}


def test_a_place_of_another_description_makes_everything_read_again(run: Any) -> None:
    with run(plein()) as there:
        cursor = there.pages(there.connector())[-1].cursor
        other = there.connector(changed(SMALL))

        with pytest.raises(StaleError):
            there.pages(other, cursor)
        assert len(there.listed(other)) == 5


def test_without_a_way_to_ask_what_changed_everything_is_listed_each_time(run: Any) -> None:
    sandbox = plein(paging="none")
    whole = changed(*PAGINGS["none"], (CHANGES, ""), ('absence = "by_id"', 'absence = "complete_list"'))
    with run(sandbox) as there:
        connector = there.connector(whole)
        pages = there.pages(connector)
        sandbox.remove("a2")

        later = there.pages(connector, pages[-1].cursor)

    assert (pages[-1].complete, later[-1].complete) == (True, True)
    assert [one.external_id for page in later for one in page.records] == ["a1", "a3", "a4", "a5"]


def test_a_record_that_cannot_be_used_does_not_stop_the_others(run: Any) -> None:
    sandbox = plein()
    sandbox.edit("m1", "a2", toestand={"waarde": "loopt", "op": "ooit"}, weg={"x": 1})
    odd = changed(('at = "weg"', 'at = "weg.sinds"'))
    sandbox.edit("m1", "a3", weg="ja")
    with run(sandbox) as there:
        records = [one for page in there.pages(there.connector(odd)) for one in page.records]

    assert [(one.external_id, one.field) for one in records if isinstance(one, SetApart)] == [
        ("a3", "weg.sinds")
    ]
    assert len([one for one in records if isinstance(one, Found)]) == 4


def test_a_person_who_cannot_be_used_does_not_stop_the_others(run: Any) -> None:
    sandbox = plein()
    sandbox.people["m0"] = {"id": "m0", "naam": "Els", "bewoners": [{"b1": True}]}
    with run(sandbox) as there:
        pages = there.pages(there.connector())

    assert [one.external_id for page in pages for one in page.parties] == ["b1", "m1"]
    assert SetApart(external_id="m0", field="v1/mensen", why="v1/mensen cannot be read") in [
        one for page in pages for one in page.records
    ]


def test_the_connection_test_names_the_place_that_is_not_as_described(run: Any) -> None:
    with run(plein()) as there:
        connector = there.connector(changed(('\nclient = "bewoner"\n', '\nclient = "bewoner_id"\n')))

        *_, last = connector.check(there.calls[connector])

    assert (last.ok, last.detail) == (False, "5 records on the first page; not as described: bewoner_id")
    assert "records" in last.cure["nl"]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_is_kept_from_us_is_not_missing(run: Any, status: int) -> None:
    sandbox = plein()
    with run(sandbox) as there:
        connector = there.connector(changed(('absence = "by_id"', 'absence = "never"')))
        sandbox.inject(Fault(kind="status", method="GET", path="/v1/afspraken/a1", status=status))

        look = connector.fetch(there.calls[connector], "a1")

    assert look == Unseen(external_id="a1", why=f"status {status}", missing=status != 403)
