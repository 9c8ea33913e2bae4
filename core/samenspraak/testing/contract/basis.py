"""What the author of a connector gives, and how each check gets a fresh world to look at."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

import pytest
from flask import Response, request

from samenspraak.connectors import Absent, Call, Connector, Raw, Shelf
from samenspraak.connectors.looks import Page
from samenspraak.connectors.registry import load_settings
from samenspraak.domain.units import Units
from samenspraak.errors import TransientError
from samenspraak.sandbox import Mode, Sandbox
from samenspraak.testing.contract.applying import ONLY_FOR
from samenspraak.testing.world import Answered, Scene, World

A_PAGE = 2
"""Records a page in these checks, so that a handful of them makes several pages."""


class Basis:
    """A connector of this kind before a sandbox with people in it."""

    kind: ClassVar[type[Connector]]
    mode: ClassVar[Mode] = "strict"
    """How the sandbox behaves."""

    # What a subclass gives.

    def sandbox(self) -> Sandbox:
        """A sandbox that behaves as :attr:`mode` says."""
        raise NotImplementedError

    def settings(self, url: str) -> Mapping[str, Any]:
        """The settings for a sandbox at this address, with the secrets themselves."""
        raise NotImplementedError

    def scene(self, sandbox: Sandbox) -> Scene:
        raise NotImplementedError

    def shelf(self, sandbox: Any) -> Shelf | None:
        """Where copies are kept that the hub itself shows; only for those."""
        return None

    def refused(self, url: str) -> Mapping[str, Any]:
        """Settings that the system does not let in."""
        secrets = self.kind.manifest.secrets()
        wrong = {name: "een-sleutel-die-niet-past" for name in self.settings(url) if name in secrets}
        return {**self.settings(url), **wrong}

    @contextlib.contextmanager
    def opened(self) -> Iterator[World]:
        """A fresh world for one check."""
        sandbox, answers = self.sandbox(), list[Answered]()

        @sandbox.app.after_request
        def noted(response: Response) -> Response:
            answers.append(
                Answered(
                    status=response.status_code,
                    headers=dict(response.headers),
                    body=response.get_data(as_text=True),
                    write=sandbox.is_write(request.method, sandbox.target()),
                    said=request.get_data(as_text=True),
                )
            )
            return response

        with sandbox.running() as url:
            connector = self.connected(url)
            with contextlib.closing(connector.http()) as http:
                yield World(
                    url=url,
                    sandbox=sandbox,
                    connector=connector,
                    scene=self.scene(sandbox),
                    call=Call(http=http, now=datetime.now(UTC), shelf=self.shelf(sandbox)),
                    answers=answers,
                )

    @pytest.fixture
    def world(self) -> Iterator[World]:
        with self.opened() as world:
            yield world

    @pytest.fixture(autouse=True)
    def _only_where_it_applies(self, request: pytest.FixtureRequest) -> None:
        name = request.node.originalname
        if name in ONLY_FOR and not ONLY_FOR[name](self.kind.manifest):
            pytest.skip("the manifest does not claim what this check is about")

    def connected(
        self, url: str, settings: Mapping[str, Any] | None = None, *, open_origins: Collection[str] = ()
    ) -> Connector:
        """The connector with small pages; ``open_origins``: what else on this machine it may speak to."""
        rates = replace(self.kind.manifest.rates, page=A_PAGE)
        manifest = replace(self.kind.manifest, rates=rates)
        small = cast(type[Connector], type(self.kind.__name__, (self.kind,), {"manifest": manifest}))
        given = self.settings(url) if settings is None else settings
        loaded = load_settings(self.kind.manifest, given, secret=lambda itself: itself)
        return small("there-1", {**loaded, "open_origins": frozenset({url, *open_origins})})

    def secrets(self, url: str) -> set[str]:
        """The secrets in the settings for a sandbox at this address."""
        given = self.settings(url)
        return {str(given[name]) for name in self.kind.manifest.secrets() & given.keys()}

    def says(self, world: World, raw: Raw, units: Units) -> None:
        """The record reads back what was put, as far as this system reads."""
        reading = world.connector.get(raw, world.directory)
        readable = {key: value for key, value in units.items() if world.manifest.capabilities.reads(key)}

        assert {key: reading.units.get(key) for key in readable} == {
            key: world.connector.normal(key, value) for key, value in readable.items()
        }
        assert reading.marker == world.subject("ag1").marker


def at_most(call: Call, requests: int) -> Call:
    """A call that fails the check once it sends more than this."""
    left = iter(range(requests))

    def permit() -> None:
        if next(left, None) is None:
            pytest.fail(f"it goes on after {requests} requests")

    return replace(call, http=call.http.permitted_by(permit))


def is_a(kind: type) -> Callable[[object], bool]:
    return lambda one: isinstance(one, kind)


def told(pages: list[Page]) -> set[str]:
    return {party.external_id for page in pages for party in page.parties}


def listed(pages: list[Page]) -> set[str]:
    return {record.external_id for page in pages for record in page.records}


def tells_absence_of(external_id: str) -> Callable[[list[Page]], bool]:
    """Whether pages say that this record is gone: by name, or by leaving it out of a list that is whole."""

    def tells(pages: list[Page]) -> bool:
        said = {one.external_id: one for page in pages for one in page.records}
        left_out = external_id not in said and any(page.complete for page in pages)
        return left_out or isinstance(said.get(external_id), Absent)

    return tells


def unless_too_busy(pages: Callable[[], list[Page]]) -> list[Page]:
    """The pages, or none from a system that had enough of us a moment ago."""
    try:
        return pages()
    except TransientError:
        return []
