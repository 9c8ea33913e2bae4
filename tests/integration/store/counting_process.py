"""Run as a process of its own: adds one to the place of an agreement, so many times, with others at it too.

It reads in one unit of work and writes in another, as work that calls a system in between does; or both in
one. Prints how often it had to look again.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime

from samenspraak.domain.units import UnitKey, UnitKind
from samenspraak.errors import StaleError
from samenspraak.store import Cipher, Store, UnitOfWork, open_engine
from samenspraak.store.records import AgreementRecord, Cause

PLACE = UnitKey(UnitKind.PLACE)
CAUSE = Cause(actor="system", why="counted")
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def counted(uow: UnitOfWork, seen: AgreementRecord) -> None:
    more = replace(seen.agreement, place=str(int(seen.agreement.place or 0) + 1))
    uow.agreements.replace(more, seen.version, CAUSE, NOW, [PLACE])


def in_one(store: Store) -> None:
    with store.write("noord") as uow:
        counted(uow, uow.agreements.get("stockings"))
        uow.commit()


def in_two(store: Store) -> None:
    with store.read("noord") as uow:
        seen = uow.agreements.get("stockings")
    with store.write("noord") as uow:
        counted(uow, seen)
        uow.commit()


def main(url: str, way: str, times: int) -> int:
    store = Store(open_engine(url), Cipher(bytes(range(32))), lambda: NOW)
    act = {"one": in_one, "two": in_two}[way]
    done, again = 0, 0
    while done < times:
        try:
            act(store)
            done += 1
        except StaleError:
            again += 1
    return again


if __name__ == "__main__":
    print(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
