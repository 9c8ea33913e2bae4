"""Two family apps around a hub, with what the tests of sync do to them and look at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from samenspraak.connectors import Connector
from samenspraak.domain.agreements import Agreement
from samenspraak.domain.consent import Consent, Recipient, RecipientKind
from samenspraak.domain.units import MatrixRow, UnitKey, Units, UnitValue, apply, units_of
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.sandbox import Fault
from samenspraak.store.records import Cause, QuestionRecord, RemoteRecord
from samenspraak.sync.answering import answer
from samenspraak.sync.audiences import ensure_client
from samenspraak.sync.pull import pull
from samenspraak.sync.versions import record_version
from samenspraak.work.inline import work_off

ORGANISATION = "de-linde"


@dataclass
class Household:
    """The stockings of mevrouw De Wit: in ``a``, where her son wrote them down, and in ``b``."""

    town: Any

    @property
    def a(self) -> Any:
        return self.town.systems["app-a"]

    @property
    def b(self) -> Any:
        return self.town.systems["app-b"]

    @property
    def hub(self) -> Any:
        return self.town.app.hub

    # What it holds.

    @property
    def agreement(self) -> Agreement:
        [agreement] = self.town.agreements()
        found: Agreement = agreement
        return found

    def titled(self, title: str) -> Agreement:
        """The agreement with this title."""
        [found] = [one for one in self.town.agreements() if one.what.text == title]
        agreement: Agreement = found
        return agreement

    @property
    def units(self) -> Units:
        return units_of(self.agreement)

    @property
    def version(self) -> int:
        with self.town.app.store.read(ORGANISATION) as uow:
            return int(uow.agreements.get(self.agreement.id).version)

    @property
    def questions(self) -> list[tuple[str, str]]:
        return [(str(one.kind), one.cause) for one in self.town.questions()]

    @property
    def reasons(self) -> dict[str, Reason]:
        found: dict[str, Reason] = self.town.reasons()
        return found

    def record(self, app: Any) -> dict[str, Any]:
        """The one record of an app."""
        [record] = app.shelf.bodies("record")
        found: dict[str, Any] = record
        return found

    def record_titled(self, app: Any, title: str) -> dict[str, Any]:
        """The record of an app with this title."""
        [record] = [one for one in app.shelf.bodies("record") if one["title"] == title]
        found: dict[str, Any] = record
        return found

    def remote(self, connector_id: str) -> RemoteRecord:
        """What the hub knows of the object there."""
        [link] = [one for one in self.town.links() if one.connector_id == connector_id]
        with self.town.app.store.read(ORGANISATION) as uow:
            found: RemoteRecord = uow.remotes.of_link(link.id)[0]
            return found

    def times(self, app: Any) -> list[str]:
        found: list[str] = self.record(app)["tasks"][0]["when"]["rhythm"]["times"]
        return found

    # What people do.

    def nurse(self, changes: dict[UnitKey, UnitValue | None]) -> None:
        """A nurse changes it at the hub."""
        with self.town.app.store.write(ORGANISATION) as uow:
            [record] = uow.agreements.list()
            after = apply(record.agreement, changes)
            record_version(uow, self.hub, record, after, cause=Cause(actor="nurse", why="recorded"))
            uow.commit()

    def hide(self, row: MatrixRow, connector_id: str = "app-b") -> str:
        """The client no longer wants this category to be seen in that app; gives the objection's id."""
        objection = Consent(
            id=f"no-{row}-{connector_id}",
            client_id="wit",
            recipient=Recipient(kind=RecipientKind.APP, id=connector_id),
            rows=frozenset({row}),
            allows=False,
            given_by="wit",
        )
        with self.town.app.store.write(ORGANISATION) as uow:
            uow.consents.add(objection, "test", self.town.clock.now())
            ensure_client(uow, self.hub, "wit")
            uow.commit()
        return objection.id

    def reveal(self, objection: str) -> None:
        self.town.withdraw("wit", objection)

    def answer(self, question: QuestionRecord, choice: str, by: str = "nurse") -> None:
        with self.town.app.store.write(ORGANISATION) as uow:
            answer(uow, self.hub, question, choice=choice, by=by)
            uow.commit()

    # Systems.

    def another(self, connector_id: str, **options: Any) -> Any:
        """A further app of the family, on the clock of the town, with the stockings in it."""
        clock = self.town.clock
        app = self.town.family_app(connector_id, clock=lambda: clock.now().timestamp(), **options)
        self.town.joins(app, "wit", *self.town.people)
        self.settle()
        return app

    def becomes(self, connector_id: str, kind: type[Connector]) -> None:
        """From now on this connection is made by another connector, as after an upgrade."""
        name = f"{kind.__name__}-{connector_id}".lower()
        manifest = replace(kind.manifest, name=name)
        self.town.app.registry.connectors[name] = type(kind.__name__, (kind,), {"manifest": manifest})
        with self.town.app.store.write(ORGANISATION) as uow:
            uow.connectors.save(replace(uow.connectors.get(connector_id), plugin=name))
            uow.commit()

    def hears(self, connector_id: str) -> None:
        pull(self.hub, ORGANISATION, connector_id)

    def hint(self, connector_id: str) -> None:
        """Something may have changed with the stockings there."""
        [link] = [one for one in self.town.links() if one.connector_id == connector_id]
        with self.town.app.store.write(ORGANISATION) as uow:
            uow.links.look(link.id)
            uow.commit()

    def state(self, connector_id: str) -> ConnectorState:
        with self.town.app.store.read(ORGANISATION) as uow:
            found: ConnectorState = uow.connectors.get(connector_id).state
            return found

    def works(self) -> None:
        work_off(self.hub, ORGANISATION)

    def settle(self, cycles: int = 4) -> None:
        self.town.settle(cycles)

    @contextmanager
    def held(self, app: Any, method: str, path: str, act: Callable[[], object]) -> Iterator[None]:
        """While ``act`` runs elsewhere, one answer of the app is on its way; it arrives afterwards."""
        app.inject(Fault(kind="hold", method=method, path=path, times=1))
        working = threading.Thread(target=act, daemon=True)
        working.start()
        for _ in range(1000):
            if app._held:
                break
            working.join(0.01)
        assert app._held == 1, "no such request came"
        try:
            yield
        finally:
            app.clear_faults()
            working.join(30)
        assert not working.is_alive()


@pytest.fixture
def household(family: Any) -> Household:
    return Household(family)
