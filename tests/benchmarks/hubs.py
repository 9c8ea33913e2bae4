"""A hub around the systems of the benchmarks, in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.servers import CLIENTS_PER, NURSES_PER, client_of, nurse_of
from benchmarks.systems import CONNECTORS

from samenspraak.bootstrap import Application, build
from samenspraak.connectors.registry import Registry
from samenspraak.domain.parties import PartyKind, PartyRef, Person
from samenspraak.policy.state import ConnectorState
from samenspraak.services.installation import make_key
from samenspraak.settings import Settings
from samenspraak.store import WritingUnitOfWork
from samenspraak.store.records import ConnectorRecord, PartyLink

ORGANISATION = "bench"


@contextmanager
def hub_around(systems: Mapping[str, tuple[str, str]], *, size: int) -> Iterator[Application]:
    """A new hub with everybody these many agreements are about.

    Args:
        systems: by connector id the name of the connector and where its system is.
        size: how many agreements there will be.
    """
    with TemporaryDirectory(prefix="samenspraak-bench-") as folder:
        settings = Settings(environment="test", data_dir=Path(folder))
        make_key(settings)
        application = build(settings)
        registry = Registry(connectors={kind.manifest.name: kind for kind in CONNECTORS})
        application.connected._registry = registry
        application = replace(application, registry=registry)
        application.store.add_organisation(ORGANISATION, "Benchmark")
        with application.store.write(ORGANISATION) as uow:
            _connect(uow, systems)
            _introduce(uow, systems, size)
            uow.commit()
        yield application


def _connect(uow: WritingUnitOfWork, systems: Mapping[str, tuple[str, str]]) -> None:
    for connector_id, (plugin, url) in systems.items():
        uow.connectors.add(
            ConnectorRecord(
                id=connector_id,
                plugin=plugin,
                title=connector_id,
                settings={"base_url": url, "open_origins": [url]},
                state=ConnectorState.RUNNING,
            )
        )


def _introduce(uow: WritingUnitOfWork, systems: Mapping[str, tuple[str, str]], size: int) -> None:
    """Clients and nurses, known in every system by the same id."""
    clients = {client_of(number): PartyKind.CLIENT for number in range(0, size, CLIENTS_PER)}
    nurses = {nurse_of(number): PartyKind.PROFESSIONAL for number in range(0, size, CLIENTS_PER * NURSES_PER)}
    for person_id, kind in {**clients, **nurses}.items():
        ref = PartyRef(kind=kind, id=person_id)
        uow.parties.add_person(Person(id=person_id, name=person_id.title()), kind)
        for connector_id in systems:
            uow.parties.link(PartyLink(connector_id=connector_id, external_id=person_id, ref=ref))
