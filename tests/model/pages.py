"""Pages that the hub itself shows to the family, one for each, on the shelf of the walk's own hub.

No network comes between: what can go wrong is the process that dies, and people who act meanwhile. Whoever
follows a page fetches it at any moment, and reads nothing but what is theirs to do and what they may see.
How a calendar is made of such copies is tried in ``tests/connectors/calendar``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import simplejson
from marshmallow import Schema
from model.town import FAMILY, ORGANISATION, Town

from samenspraak.connectors import (
    Absence,
    Capabilities,
    Carries,
    Confirm,
    Create,
    Manifest,
    Readers,
    SystemKind,
    Token,
    Write,
)
from samenspraak.connectors.published import Occasion, Published, Shown, Visible
from samenspraak.domain.agreements import Agreement
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import UnitKind
from samenspraak.policy.state import ConnectorState
from samenspraak.services import feeds, showing
from samenspraak.store.records import ConnectorRecord

if TYPE_CHECKING:
    from model.oracle import End
    from model.walk import Walk

PAGE = "page"
_UNITS = (UnitKind.WHAT, UnitKind.PLACE, UnitKind.ASSIGNMENT, UnitKind.STATUS, UnitKind.EXCEPTION)


class PageConnector(Published):
    """A page that shows each copy as it is kept."""

    manifest = Manifest(
        name=PAGE,
        title={"nl": PAGE, "en": PAGE},
        summary={"nl": PAGE, "en": PAGE},
        version="1.0",
        capabilities=Capabilities(
            kind=SystemKind.FEED,
            units={kind: Carries(write=Write.VIEW) for kind in _UNITS},
            readers=Readers.EACH,
            addresses=frozenset({PartyKind.RELATIVE}),
            absence=Absence.COMPLETE_LIST,
            create=Create.FINDABLE,
            confirm=Confirm.RESPONSE,
            token=Token.ENFORCED,
            token_ordered=True,
        ),
        settings=Schema,
    )

    forms = ("json",)

    def render(self, copies: Sequence[Visible], at: Occasion) -> Shown:
        said = [{name: simplejson.loads(text) for name, text in one.raw["units"].items()} for one in copies]
        return Shown(body=simplejson.dumps(said).encode(), content_type="application/json")


def connect(town: Town) -> None:
    """Son and daughter each have the address of a page, from the beginning."""
    town.shows(PageConnector(PAGE, {}))
    with town.store.write(ORGANISATION) as uow:
        uow.connectors.add(
            ConnectorRecord(id=PAGE, plugin=PAGE, title=PAGE, settings={}, state=ConnectorState.RUNNING)
        )
        uow.commit()
    for one in FAMILY:
        town.pages[one] = feeds.add(town.hub, ORGANISATION, PAGE, str(one)).path


def looks(walk: Walk) -> None:
    """Everybody looks at their page, whatever the hub is doing: nothing is there that they may not see."""
    for reader in walk.town.pages:
        page = fetched(walk.town, reader)
        if page and not walk.ledger.may_read([reader.id], "title"):
            walk.wrong.append(f"I5: the page of {reader.id} shows {page}")
        if odd := [
            name for copy in page for name, value in copy.items() if not _is_theirs(name, value, reader)
        ]:
            walk.wrong.append(f"I5: the page of {reader.id} shows {odd}")
    if walk.town.pages:
        walk.note("pages are looked at")


def _is_theirs(name: str, value: Any, reader: PartyRef) -> bool:
    """What a page without a consent of its own shows: when, and of nobody else."""
    performs = name.startswith("assignment[") and value["performer"] == str(reader)
    return performs or name == "status" or name.startswith("exception[")


def fetched(town: Town, reader: PartyRef) -> list[dict[str, Any]]:
    token = town.pages[reader].rpartition("/")[2].removesuffix(".json")
    page: list[dict[str, Any]] = simplejson.loads(showing.fetch(town.hub, ORGANISATION, token, "json").body)
    return page


def right(end: End, *, explained: bool) -> Iterator[str]:
    """At rest a page shows every live agreement once, as it is, and none that is over as if it went on.

    What is asked about may differ until it is answered; it is there once all the same.
    """
    if PAGE in end.unheard:
        return
    for reader in end.town.pages:
        allowed = end.ledger.may_read([reader.id], "title")
        live = [one.agreement for one in end.records if one.agreement.status.is_live and allowed]
        should = Counter(_expected(one, reader) for one in live)
        shown = (_shown(copy) for copy in fetched(end.town, reader))
        says = Counter(one for one in shown if one[0] in ("proposed", "active", "paused"))
        if says.total() > should.total():
            yield f"I3: the page of {reader.id} shows {says.total()} for {should.total()}"
        elif says != should and not (explained and end.questions):
            yield f"I1: the page of {reader.id} should say {should - says}, says {says - should}"


def _expected(agreement: Agreement, reader: PartyRef) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    own = {one.id: one.duty.schedule.text for one in agreement.assignments if one.duty.performer == reader}
    off = (one.reason for key, one in agreement.exceptions.items() if key.assignment_id in own)
    return str(agreement.status.state), tuple(sorted(own.values())), tuple(sorted(off))


def _shown(copy: dict[str, Any]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    when = [one["schedule"]["text"] for name, one in copy.items() if name.startswith("assignment[")]
    off = [one["reason"] for name, one in copy.items() if name.startswith("exception[")]
    return copy["status"]["state"], tuple(sorted(when)), tuple(sorted(off))
