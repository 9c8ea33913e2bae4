"""The systems of the benchmarks, each a process of its own: care plans to read, and records to keep.

Fast and dumb on purpose: what is measured is the hub, on the same two cores. Everything is in memory, every
answer is JSON, and a write answers with what is stored now.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, Any]
PAGE = 200
CLIENTS_PER = 10
"""Every so many plans are of one client; every client has a nurse, and a nurse so many clients."""
NURSES_PER = 20
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Server(Protocol):
    """What answers requests; a future answers when it is done."""

    def answer(
        self, method: str, path: str, query: Mapping[str, str], body: Any, match: str | None
    ) -> Answer | asyncio.Future[Answer]: ...


# What there is to read.


def client_of(number: int) -> str:
    return f"client-{number // CLIENTS_PER}"


def nurse_of(number: int) -> str:
    return f"nurse-{number // (CLIENTS_PER * NURSES_PER)}"


def care_plan(number: int) -> dict[str, Any]:
    """A care plan with one activity, about a kilobyte, as a FHIR server gives it."""
    day = DAYS[number % 7]
    return {
        "resourceType": "CarePlan",
        "id": f"plan-{number}",
        "meta": {"versionId": "1", "lastUpdated": "2026-11-20T09:00:00Z"},
        "status": "active",
        "intent": "plan",
        "title": f"Steunkousen aantrekken, afspraak {number}",
        "category": [{"text": "care"}],
        "subject": {"reference": f"Patient/{client_of(number)}"},
        "period": {"start": "2026-11-01"},
        "activity": [
            {
                "id": "1",
                "detail": {
                    "kind": "Task",
                    "status": "in-progress",
                    "performer": [{"reference": f"Practitioner/{nurse_of(number)}"}],
                    "scheduledTiming": {
                        "code": {"text": "voor het ontbijt"},
                        "repeat": {"frequency": 1, "period": 1, "periodUnit": "wk", "dayOfWeek": [day]},
                    },
                },
            }
        ],
        "note": [{"text": "Eerst de huid bekijken en bij roodheid de wijkverpleging bellen. " * 3}],
    }


class CarePlans:
    """A search that gives its pages of care plans, always the same ones."""

    def __init__(self, size: int) -> None:
        self._plans = {plan["id"]: plan for plan in map(care_plan, range(size))}
        self._pages = [self._page(start, size) for start in range(0, size, PAGE)] or [self._page(0, size)]

    def _page(self, start: int, size: int) -> dict[str, Any]:
        plans = list(self._plans.values())[start : start + PAGE]
        more = start + PAGE < size
        return {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": size,
            "link": [{"relation": "next", "url": f"CarePlan?page={start // PAGE + 1}"}] if more else [],
            "entry": [{"resource": one} for one in plans],
        }

    def answer(
        self, method: str, path: str, query: Mapping[str, str], body: Any, match: str | None
    ) -> Answer:
        if path == "CarePlan":
            return 200, self._pages[int(query.get("page", 0))]
        plan = self._plans.get(path.removeprefix("CarePlan/"))
        return (200, plan) if plan else (404, {})


class Records:
    """Records that are made, changed and listed in the order in which they changed.

    ``landed``: when each version came to stand here, by a clock that all processes of this machine share.
    """

    def __init__(self) -> None:
        self._records: dict[str, dict[str, Any]] = {}
        self._changed: dict[str, int] = {}
        self._number = 0
        self._writes = 0
        self._landed: dict[str, float] = {}
        self._waiting: dict[str, asyncio.Future[Answer]] = {}

    def answer(
        self, method: str, path: str, query: Mapping[str, str], body: Any, match: str | None
    ) -> Answer | asyncio.Future[Answer]:
        if path == "fill":  # before anything is measured
            for record in body:
                self._keep(f"r{len(self._records)}", 1, record)
            self._writes = 0
            return 200, {}
        if path == "writes":
            return 200, {"writes": self._writes, "records": len(self._records)}
        if path == "landed":
            return self._when(query["title"])
        if path != "records":
            return self._one(method, path.removeprefix("records/"), body, match)
        if method == "POST":
            return 201, self._keep(f"r{len(self._records)}", 1, body)
        if "reference" in query:
            found = [one for one in self._records.values() if one.get("reference") == query["reference"]]
            return 200, {"records": found}
        return 200, self._changes(int(query.get("since", 0)))

    def _one(self, method: str, record_id: str, body: Any, match: str | None) -> Answer:
        record = self._records.get(record_id)
        if record is None:
            return 404, {}
        if method == "PUT":
            if match is not None and match != f'"{record["version"]}"':
                return 412, {}
            return 200, self._keep(record_id, record["version"] + 1, body)
        return 200, record

    def _keep(self, record_id: str, version: int, body: Mapping[str, Any]) -> dict[str, Any]:
        self._number += 1
        self._writes += 1
        record = {**body, "id": record_id, "version": version}
        self._records[record_id] = record
        self._changed.pop(record_id, None)
        self._changed[record_id] = self._number  # the last one to change is the last one here
        title = str(record["title"])
        self._landed[title] = time.monotonic()
        if (waiting := self._waiting.pop(title, None)) and not waiting.done():
            waiting.set_result(self._shown(title))
        return record

    def _changes(self, since: int) -> dict[str, Any]:
        numbers = [(number, one) for one, number in self._changed.items() if number > since]
        page = numbers[:PAGE]
        last = page[-1][0] if page else since
        records = [self._records[one] for _, one in page]
        return {"records": records, "next": last, "more": len(numbers) > PAGE, "server": "bench"}

    def _when(self, title: str) -> Answer | asyncio.Future[Answer]:
        """When a record with this title came to stand here; waits until it does."""
        if title in self._landed:
            return self._shown(title)
        return self._waiting.setdefault(title, asyncio.get_running_loop().create_future())

    def _shown(self, title: str) -> Answer:
        return 200, {"at": self._landed[title]}


class _Connection(asyncio.Protocol):
    """Enough of HTTP/1.1 for clients that ask one thing at a time and keep the connection."""

    def __init__(self, server: Server, delay: float) -> None:
        self._server = server
        self._delay = delay
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self._received = rest[length:]
        method, target, _ = first.split(" ")
        parts = urlsplit(target)
        body = json.loads(rest[:length]) if length else None
        answer = self._server.answer(
            method, parts.path.strip("/"), dict(parse_qsl(parts.query)), body, headers.get("if-match")
        )
        if isinstance(answer, asyncio.Future):
            answer.add_done_callback(lambda done: self._send(done.result()))
        elif self._delay and method in ("POST", "PUT"):
            asyncio.get_running_loop().call_later(self._delay, self._send, answer)
        else:
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        status, content = answer
        body = json.dumps(content, separators=(",", ":")).encode()
        head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(head.encode() + body)


async def serve(server: Server, delay: float) -> None:
    """Serve until killed; the first line of output is the port."""
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: _Connection(server, delay), "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kind", choices=("plans", "records"))
    parser.add_argument("--size", type=int, default=0, help="how many care plans there are")
    parser.add_argument("--delay-ms", type=float, default=0.0, help="how long a write waits for its answer")
    asked = parser.parse_args()
    server: Server = CarePlans(asked.size) if asked.kind == "plans" else Records()
    asyncio.run(serve(server, asked.delay_ms / 1000))


if __name__ == "__main__":
    main()
