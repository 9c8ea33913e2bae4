"""To whom an agreement was told: what is known of each reader of a copy, and what nobody tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from samenspraak.store.receipts import Reader, Receipt


@dataclass(frozen=True, kw_only=True)
class Since:
    """A version, and when something was first so of it."""

    version: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Reached:
    """What is known of one reader (None: whoever of the staff looks there) and the copy they read.

    The newest version that was offered, stood there and was read; None where it never was, and for ``read``
    also where that system does not tell.
    """

    reader: Reader
    offered: Since | None
    delivered: Since | None
    read: Since | None
    retraction_asked_at: datetime | None
    retraction_confirmed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Told:
    """Whether the present value of a unit reached one reader in one system, and when.

    ``told_at``: None: it is there, but not known since when · ``read_at``: None: not known.
    """

    connector_id: str
    reader: Reader
    told_at: datetime | None
    read_at: datetime | None


def reached(receipts: Sequence[Receipt]) -> Iterator[Reached]:
    """Per reader what reached them last; receipts stand in the order of their versions."""
    for reader in _readers(receipts):
        own = [one for one in receipts if one.reader == reader]
        yield Reached(
            reader=reader,
            offered=_last(own, lambda one: one.offered_at),
            delivered=_last(own, lambda one: one.delivered_at),
            read=_last(own, lambda one: one.read_at),
            retraction_asked_at=own[-1].retraction_asked_at,
            retraction_confirmed_at=own[-1].retraction_confirmed_at,
        )


def told(connector_id: str, since: int, receipts: Sequence[Receipt]) -> Iterator[Told]:
    """Whom what dates from version ``since`` reached in one copy: the first receipt that can hold it."""
    for reader in _readers(receipts):
        own = [one for one in receipts if one.reader == reader and one.version >= since]
        yield Told(
            connector_id=connector_id,
            reader=reader,
            told_at=next((one.delivered_at for one in own if one.delivered_at), None),
            read_at=next((one.read_at for one in own if one.read_at), None),
        )


def _last(receipts: Sequence[Receipt], when: Callable[[Receipt], datetime | None]) -> Since | None:
    known = (Since(version=one.version, at=at) for one in reversed(receipts) if (at := when(one)))
    return next(known, None)


def _readers(receipts: Sequence[Receipt]) -> list[Reader]:
    return sorted({one.reader for one in receipts}, key=str)
