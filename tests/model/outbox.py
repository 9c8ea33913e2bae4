"""An app that is told from the outbox of the walk's own hub, and that each of the family uses.

The copies and the lens are those of the product; the app is a few lines: it takes each notice once, keeps the
one with the highest number for each agreement and user, and may be out of order, lose its answer, or be told
while the process dies. That what leaves is signed, and how it goes over a socket, is tried elsewhere
(``tests/connectors/webhook``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from model.connectors import permit
from model.town import FAMILY, ORGANISATION, Town

from samenspraak.connectors import Call, Delivery, Notice, NoticeKind
from samenspraak.domain.parties import PartyRef
from samenspraak.errors import OutcomeUnknownError, TransientError
from samenspraak.policy.state import ConnectorState
from samenspraak.services import matching
from samenspraak.store.records import ConnectorRecord
from samenspraak.sync.delivering import try_all_again
from samenspraak_webhook.plugin import MANIFEST, WebhookConnector

if TYPE_CHECKING:
    from model.oracle import End
    from model.walk import Walk

TOLD = "told"
_MANY = 10_000


@dataclass
class App:
    """What the app took: each notice by its id, and per agreement and user the one that counts."""

    walk: Walk
    taken: dict[str, Notice] = field(default_factory=dict)
    known: dict[tuple[str, str], Notice] = field(default_factory=dict)

    def receives(self, call: Call, notice: Notice) -> Delivery:
        walk = self.walk
        if walk.draws(0.15):
            walk.meanwhile("fault: a notice waits", seconds=walk.chance.choice((1, 200)))
        permit(call)()
        walk.maybe_dies("before a notice is sent")
        self._may_come(notice)
        if walk.draws(0.3):
            walk.note("fault: a notice is not taken")
            raise TransientError("out of order", whole_connector=walk.chance.random() < 0.3)
        self._takes(notice)
        walk.maybe_dies("after a notice was taken")
        if walk.draws(0.25):
            walk.note("fault: the answer to a notice is lost")
            raise OutcomeUnknownError("no answer came")
        return Delivery.TAKEN

    def _may_come(self, notice: Notice) -> None:
        """Nothing but a retraction comes about what its user may not read at this very moment."""
        if notice.kind is not NoticeKind.RETRACTED and not _may_read(self.walk.ledger, notice.reader):
            self.walk.wrong.append(f"I5: {notice.kind} of {notice.agreement_id} came to {notice.reader}")

    def _takes(self, notice: Notice) -> None:
        self.walk.note(f"a notice comes: {notice.kind}")
        before = self.taken.setdefault(notice.id, notice)
        if before != notice:
            self.walk.wrong.append(f"I3: two notices have the id {notice.id}")
        about = (notice.agreement_id, notice.reader)
        if about not in self.known or notice.number >= self.known[about].number:
            self.known[about] = notice


class ToldConnector(WebhookConnector):
    """The connector that tells, with another way to the app."""

    manifest = replace(MANIFEST, name=TOLD)

    def deliver(self, call: Call, notice: Notice) -> Delivery:
        came: Delivery = self.settings["app"].receives(call, notice)
        return came


def connect(walk: Walk) -> None:
    """Son and daughter use the app from the beginning."""
    town = walk.town
    walk.app = App(walk)
    town.shows(ToldConnector(TOLD, {"app": walk.app}))
    with town.store.write(ORGANISATION) as uow:
        uow.connectors.add(
            ConnectorRecord(id=TOLD, plugin=TOLD, title=TOLD, settings={}, state=ConnectorState.RUNNING)
        )
        uow.commit()
    for one in FAMILY:
        matching.accept(town.hub, ORGANISATION, TOLD, one.id, str(one))


def is_in_order(walk: Walk) -> None:
    """From now on the app takes everything, and nothing waits for its turn."""
    if walk.app is not None:
        with walk.town.store.write(ORGANISATION) as uow:
            try_all_again(uow, walk.town.hub, TOLD)
            uow.commit()


def told(town: Town) -> int:
    """How often the copies changed of which it is told."""
    with town.store.read(ORGANISATION) as uow:
        return sum(one.row for one in uow.shown.after(TOLD, "", _MANY))


def right(end: End, app: App | None, *, explained: bool) -> Iterator[str]:
    """No number is missing, here or there; at rest each user knows of what goes on and they may see."""
    if app is None or TOLD in end.unheard:
        return
    with end.town.store.read(ORGANISATION) as uow:
        events = uow.events.after(TOLD, 0, _MANY)
        current = {one: uow.agreements.current(one).agreement.id for one, _ in app.known}
    if [one.number for one in events] != list(range(1, len(events) + 1)):
        yield f"I2: the numbers of the outbox have gaps: {[one.number for one in events]}"
    came = {one.number for one in app.taken.values()}
    if missing := {one.number for one in events} - came:
        yield f"I2: these notices never came: {sorted(missing)}"
    if explained and end.questions:
        return
    for reader in FAMILY:
        yield from _knows(end, app, reader, current)


def _knows(end: End, app: App, reader: PartyRef, current: Mapping[str, str]) -> Iterator[str]:
    allowed = _may_read(end.ledger, reader.id)
    live = {one.agreement.id for one in end.records if one.agreement.status.is_live and allowed}
    goes_on = {
        current[agreement]
        for (agreement, who), notice in app.known.items()
        if who == reader.id and notice.kind in (NoticeKind.AVAILABLE, NoticeKind.UPDATED)
    }
    if live != goes_on:
        yield f"I1: {reader.id} should know of {sorted(live)}, knows of {sorted(goes_on)}"


def _may_read(ledger: Any, reader: str) -> bool:
    return bool(ledger.may_read([reader], "title"))
