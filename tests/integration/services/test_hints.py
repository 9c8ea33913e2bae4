"""Notices that come at the same time go to the disk together, and each hears what became of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from samenspraak.connectors import Inbound
from samenspraak.errors import PermanentError, TransientError
from samenspraak.protocols.standard_webhooks import Secret, signed
from samenspraak.services.hints import Notices
from samenspraak.store.connectors import Connectors

HERE = "de-linde"
SECRET = Secret(b"het-geheim-van-beide-apps-hier")
KNOWN, UNKNOWN = b'{"record": "r1"}', b'{"record": "nergens"}'


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return {**environment, "NOTIFY": SECRET.text()}


@pytest.fixture
def notices(family: Any) -> Notices:
    """The stockings, ``r1`` in app A, are in both apps; both tell what changes."""
    with family.app.store.write(HERE) as uow:
        for record in uow.connectors.list():
            told = {**record.settings, "notify_secret": "secret://env/NOTIFY"}
            uow.connectors.save(replace(record, settings=told))
        uow.commit()
    return Notices(family.app.hub)


def notice(number: int, body: bytes = KNOWN) -> Inbound:
    return Inbound(headers=signed(f"msg_{number}", datetime.now(UTC), body, [SECRET]), body=body)


@contextmanager
def while_others_write(
    family: Any, notices: Notices, told: Sequence[tuple[str, Inbound]]
) -> Iterator[list[Future[None]]]:
    """All of these have come, and none is stored: somebody else has the turn. At the end they have."""
    with ThreadPoolExecutor(len(told)) as threads:
        with family.app.store.write(HERE):
            taken = [threads.submit(notices.take, HERE, *one) for one in told]
            until = time.monotonic() + 20
            while len(notices._waiting.get(HERE, ())) < len(told) and time.monotonic() < until:
                time.sleep(0.01)
            yield taken
        wait(taken, 20)


def looks(family: Any) -> int:
    with family.app.store.read(HERE) as uow:
        return sum(one.look for one in uow.links.of_connector("app-a"))


def is_to_be_heard(family: Any, connector_id: str) -> bool:
    with family.app.store.read(HERE) as uow:
        return uow.connectors.get(connector_id).poll_due_at is not None


def test_they_go_to_the_disk_at_once_and_only_then_is_any_answered(family: Any, notices: Notices) -> None:
    before, commits = looks(family), list[object]()
    sa.event.listen(family.app.store._readers, "commit", commits.append)
    told = [("app-a", notice(number)) for number in range(8)]

    with while_others_write(family, notices, told) as taken:
        time.sleep(0.1)
        assert not any(one.done() for one in taken)

    assert [one.exception() for one in taken] == [None] * 8
    assert (len(commits), looks(family)) == (1, before + 1)
    for one in told:
        notices.take(HERE, *one)
    assert looks(family) == before + 1


def test_what_cannot_be_stored_of_one_spoils_nothing_for_the_others(
    family: Any, notices: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, good, bad = looks(family), ("app-a", notice(1)), ("app-b", notice(2, UNKNOWN))

    def broken(*_: object, **__: object) -> None:
        raise PermanentError("this one cannot be stored")

    with monkeypatch.context() as patched:
        patched.setattr(Connectors, "note", broken)
        with while_others_write(family, notices, [good, bad]) as (taken, refused):
            pass
    assert (taken.exception(), str(refused.exception())) == (None, "this one cannot be stored")
    assert (looks(family), is_to_be_heard(family, "app-b")) == (before + 1, False)

    notices.take(HERE, *bad)
    assert is_to_be_heard(family, "app-b")


def test_what_does_not_reach_the_disk_is_said_to_each_and_counts_when_it_comes_again(
    family: Any, notices: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, told = looks(family), [("app-a", notice(number)) for number in range(4)]

    def full(*_: object) -> None:
        raise TransientError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr("samenspraak.store.turns.Turn.commit", full)
        with while_others_write(family, notices, told) as taken:
            pass
    assert [str(one.exception()) for one in taken] == ["no space left"] * 4
    assert looks(family) == before

    for one in told:
        notices.take(HERE, *one)
    assert looks(family) == before + 4
