"""A family whose agreement is in two apps, and a third app that is told of it: over real sockets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from samenspraak.domain.agreements import What
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import WHAT, UnitKey, UnitValue, apply
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.services import connectors, matching
from samenspraak.store.receipts import Receipt
from samenspraak.store.records import Cause, EventRecord, LinkRecord
from samenspraak.sync.versions import record_version
from samenspraak.work.inline import work_off
from samenspraak_memory.sandbox import ACCESS_KEY
from samenspraak_webhook.sandbox import HOOK, SECRET, Receiver

ORGANISATION = "de-linde"
APP = "naaste-app"
NEXT_SECRET = "whsec_bmlldXctZ2VoZWltLXZhbi1kZS1hcHAtZW4tb25z"


@pytest.fixture
def environment() -> dict[str, str]:
    return {"APP_KEY": ACCESS_KEY, "HOOK": SECRET, "NEXT_HOOK": NEXT_SECRET}


@dataclass
class Told:
    """The family's hub, and what the app that is told took and knows."""

    family: Any
    app: Receiver
    url: str
    users: dict[str, PartyRef] = field(default_factory=dict)

    @property
    def hub(self) -> Any:
        return self.family.app.hub

    # People.

    def uses(self, who: PartyRef, called: str) -> None:
        """Somebody uses the app, as this user."""
        matching.accept(self.hub, ORGANISATION, APP, called, str(who))
        self.users[called] = who

    def withdraw(self, who: PartyRef) -> None:
        """The client does not want them to see anything any more."""
        with self.family.app.store.read(ORGANISATION) as uow:
            standing = [
                one
                for one in uow.consents.of_client("wit")
                if one.recipient.id == who.id and not (one.rows or one.withdrawn_at)
            ]
        for one in standing:
            self.family.withdraw("wit", one.id)

    # Time, and what happens.

    def change(self, text: str = "", units: dict[UnitKey, UnitValue] | None = None) -> None:
        """Somebody at the hub changes the one agreement."""
        with self.family.app.store.write(ORGANISATION) as uow:
            (record,) = uow.agreements.list()
            after = apply(record.agreement, units or {WHAT: What(text=text)})
            record_version(uow, self.hub, record, after, cause=Cause(actor="test", why="typed"))
            uow.commit()

    def work(self) -> None:
        """Do all that is due at this moment."""
        work_off(self.hub, ORGANISATION)

    def pass_(self, **time: float) -> None:
        self.family.clock.pass_(**time)
        self.work()

    # What came of it.

    def events(self) -> list[EventRecord]:
        with self.family.app.store.read(ORGANISATION) as uow:
            return list(uow.events.after(APP, 0, 1000))

    def kinds(self) -> list[str]:
        return [one.kind for one in self.events()]

    def link(self) -> LinkRecord:
        (link,) = [one for one in self.family.links() if one.connector_id == APP]
        return link

    def reason(self) -> Reason:
        return self.link().reason

    def receipts(self) -> list[Receipt]:
        with self.family.app.store.read(ORGANISATION) as uow:
            return uow.receipts.of_link(self.link().id)

    def state(self) -> ConnectorState:
        with self.family.app.store.read(ORGANISATION) as uow:
            return uow.connectors.get(APP).state

    def asked(self) -> list[tuple[str, str]]:
        return [(str(one.kind), one.cause) for one in self.family.questions()]

    def requests(self) -> int:
        return len(self.app.seen())


@pytest.fixture
def connect(family: Any) -> Callable[..., Told]:
    """Connects an app that is told; ``settings`` beside its address and secret."""

    def connected(connector_id: str = APP, mode: Any = "strict", **settings: Any) -> Told:
        app = Receiver(mode)
        app.clock = lambda: family.clock.now().timestamp()
        url = family.stack.enter_context(app.running())
        given = {"base_url": f"{url}{HOOK}", "secret": "secret://env/HOOK", "open_origins": [url], **settings}
        record = connectors.draft(
            family.app.registry, connector_id, "webhook", given, state=ConnectorState.RUNNING
        )
        connectors.add(family.app.hub, family.app.connected, ORGANISATION, record)
        return Told(family=family, app=app, url=url)

    return connected


@pytest.fixture
def told(family: Any, connect: Callable[..., Told]) -> Told:
    """The son uses the app as user 7, and was told of the stockings."""
    told = connect()
    told.uses(family.people[0], "7")
    told.work()
    return told
