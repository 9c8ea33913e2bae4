"""The proxy over HTTP, stage by stage as technical-aaa-proxy.md ("Request flow") lists them."""

from __future__ import annotations

import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Response, jsonify, request

from samenspraak.sandbox import WRITES, Act, Mode, Sandbox
from samenspraak_ozo.sandbox import profiles, proxy
from samenspraak_ozo.sandbox.nuts import Credential, Nuts, NutsNode, refused
from samenspraak_ozo.sandbox.people import People
from samenspraak_ozo.sandbox.platform import Platform
from samenspraak_ozo.sandbox.proxy import Caller, RefusedError, Role
from samenspraak_ozo.sandbox.quirks import BY_MODE
from samenspraak_ozo.sandbox.store import TYPES, Params, Resource, UnknownParameterError, reference

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_FHIR_JSON = "application/fhir+json"
_PAGE = 20
_OWN_PARAMETERS = frozenset({"_count", "_format", "_sort", "_getpages", "_getpagesoffset", "_pretty"})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class RejectedError(Exception):
    """The store behind the proxy refuses; its body is an OperationOutcome (inferred from HAPI)."""

    def __init__(self, status: int, *diagnostics: str) -> None:
        super().__init__(*diagnostics)
        self.status = status
        self.diagnostics = diagnostics


class OzoSandbox(Sandbox):
    """The platform, its proxy and the integrator's Nuts node.

    Args:
        mode: how it reads what is open.
        clock: seconds since the epoch.
        node: ``beside``, on the port of the platform, so that one address is enough to try things;
            ``apart``, as in reality: run :attr:`node` too.
    """

    name: ClassVar[str] = "ozo"
    apart: ClassVar[tuple[str, ...]] = ("/_sandbox/", "/internal/")

    def __init__(
        self,
        mode: Mode = "strict",
        clock: Callable[[], float] = time.time,
        node: Literal["beside", "apart"] = "beside",
    ) -> None:
        super().__init__(mode)
        self._clock = clock
        self.quirks = BY_MODE[mode]
        self.nuts = Nuts(clock)
        self.node = NutsNode(self.nuts, mode)
        self.platform = Platform(clock)
        self.store = self.platform.store
        self.people = People(self.platform, self.quirks, self._now)
        self.hook_origins: frozenset[str] = frozenset()
        self._pages: dict[str, list[Resource]] = {}
        self._requests: Counter[tuple[str, int]] = Counter()
        self.traces: deque[tuple[str, str]] = deque(maxlen=1000)
        self._add_routes(node)

    def _now(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds")

    # What a sandbox says about itself.

    def acts(self) -> Mapping[str, Act]:
        people = self.people
        return {
            "admit": people.admit,
            "join": people.join,
            "leave": people.leave,
            "form_team": people.form_team,
            "add_team": people.add_team,
            "close_network": people.close_network,
            "rename": people.rename,
            "expunge": people.expunge,
            "let_read": people.let_read,
            "open_thread": people.open_thread,
            "reply": people.reply,
            "read": people.read,
            "inbox": people.inbox,
            "restrict": people.restrict,
            "wallet": self.wallet,
            "expire_tokens": self.nuts.expire,
            "give_token": self.nuts.give,
            "traces": lambda: list(self.traces),
            "allow_hooks": self.allow_hooks,
        }

    def readable(self, person: str) -> list[str]:
        return self.people.readable(person)

    def live(self) -> Mapping[str, int]:
        return self.people.markers()

    def is_write(self, method: str, path: str) -> bool:
        return method in WRITES and path.startswith("/fhir")

    def wallet(self, subject: str, person: str) -> None:
        """Give a subject of the Nuts node the credential of this person."""
        ref = min(self.people.refs(person))
        self.nuts.wallets[subject] = Credential(role=Role(ref.split("/")[0]), person=ref)

    def allow_hooks(self, origin: str) -> None:
        """Let subscriptions point at this loopback origin over plain http, which the real proxy refuses."""
        if urlsplit(origin).hostname not in _LOOPBACK:
            raise RefusedError(400, "only a loopback origin")
        self.hook_origins |= {origin}

    # Routes.

    def _add_routes(self, node: str) -> None:
        app = self.app
        app.register_error_handler(RefusedError, refused)
        app.register_error_handler(RejectedError, self._rejected)
        app.register_error_handler(UnknownParameterError, self._unknown_parameter)
        if node == "beside":
            self.nuts.serve(app)
        app.add_url_rule("/fhir/metadata", "metadata", self._metadata)
        app.add_url_rule("/fhir", "root", self._serve, methods=_METHODS)
        app.add_url_rule("/fhir/<path:path>", "fhir", self._serve, methods=_METHODS)

    def _metadata(self) -> Response:
        with self.lock:
            caller = self._caller() if "Authorization" in request.headers else None
        name = "Server" if caller is None else "System" if caller.role is Role.SYSTEM else "Client"
        listed = {} if caller is None else proxy.INTERACTIONS[caller.role is Role.SYSTEM]
        return _json(
            {
                "resourceType": "CapabilityStatement",
                "url": f"http://ozoverbindzorg.nl/fhir/CapabilityStatement/OZO-{name}",
                "status": "active",
                "date": "2026-03-27",
                "kind": "instance",
                "fhirVersion": "4.0.1",
                "format": ["json", "xml"],
                "rest": [
                    {
                        "mode": "server",
                        "resource": [
                            {"type": kind, "interaction": _declared(codes)} for kind, codes in listed.items()
                        ],
                    }
                ],
            }
        )

    def _serve(self, path: str = "") -> Response:
        if "no-store" in request.headers.get("Cache-Control", "") and not self.quirks.warns_no_store:
            raise RefusedError(400, "Cache-Control: no-store is not supported")
        with self.lock:
            self.traces.append(proxy.trace_of(request.headers.get("traceparent", "")))
            caller = self._caller()
            kind, *rest = path.split("/")
            if any(part.startswith("$") for part in (kind, *rest)):
                raise RefusedError(400, "FHIR operations are not supported")
            proxy.check_method(request.method, kind, caller)
            proxy.check_format(request.headers.get("Accept", ""), request.args.get("_format"))
            if kind not in TYPES:
                raise RejectedError(404, f"Unknown resource type '{kind}'")
            return self._dispatch(caller, kind, rest)

    def _dispatch(self, caller: Caller, kind: str, rest: list[str]) -> Response:
        match request.method, rest:
            case "POST", []:
                return self._create(caller, kind)
            case "PUT", [one]:
                return self._update(caller, kind, one)
            case (("GET" | "HEAD"), []):
                return self._search(caller, kind)
            case (("GET" | "HEAD"), [one]):
                return self._answer(self._within(caller, self.store.get(f"{kind}/{one}")))
            case (("GET" | "HEAD"), [one, "_history"]):
                return self._history(caller, f"{kind}/{one}")
            case (("GET" | "HEAD"), [one, "_history", version]):
                versions = {v["meta"]["versionId"]: v for v in self.store.history(f"{kind}/{one}")}
                return self._answer(self._within(caller, versions.get(version)))
        raise RejectedError(404, "Unknown path")

    # Who is asking.

    def _caller(self) -> Caller:
        text, credential = self.nuts.caller(
            request.headers.get("Authorization", ""),
            request.headers.get("DPoP", ""),
            request.method,
            request.base_url,
        )
        self._throttle(text)
        if credential.role is Role.SYSTEM:
            return Caller(role=Role.SYSTEM)
        person = self.store.get(credential.person)
        numbers = [one["value"] for one in (person or {}).get("identifier", [])]
        refs = frozenset(
            ref
            for value in (credential.person, *numbers)
            for ref in self.people.refs(value)
            if ref.startswith(f"{credential.role}/")
        )
        return Caller(role=credential.role, refs=refs, teams=proxy.teams_of(self.store, refs))

    def _throttle(self, token: str) -> None:
        second = (token, int(self._clock()))
        self._requests[second] += 1
        if self.quirks.per_second and self._requests[second] > self.quirks.per_second:
            raise RefusedError(429, "Too many requests")

    # Reading.

    def _within(self, caller: Caller, resource: Resource | None) -> Resource:
        if resource is None:
            raise RejectedError(404, "Resource is not known")
        proxy.check_response(caller, resource, self.store)
        return resource

    def _search(self, caller: Caller, kind: str) -> Response:
        asked = list(request.args.items(multi=True))
        proxy.check_query(asked)
        size = min(int(request.args.get("_count", _PAGE)), proxy.MAX_COUNT)
        if token := request.args.get("_getpages"):
            if token not in self._pages:
                raise RejectedError(410, "Search ID does not exist and may have expired")
            return self._page(caller, token, self._pages[token], int(request.args["_getpagesoffset"]), size)
        found = self._found(caller, kind, asked)
        token = str(uuid.uuid4())
        if "no-store" not in request.headers.get("Cache-Control", ""):
            self._pages[token] = found
        return self._page(caller, token, found, 0, size)

    def _found(self, caller: Caller, kind: str, asked: Params) -> list[Resource]:
        if not self.quirks.last_updated and any(name == "_lastUpdated" for name, _ in asked):
            raise RefusedError(400, "Search parameters not supported: [_lastUpdated]")
        scoped = proxy.scope(caller, kind)
        replaced = {name for name, _ in scoped}
        params = [one for one in asked if one[0] not in _OWN_PARAMETERS | replaced]
        found = [one for one in self.store.search(kind, [*params, *scoped]) if not proxy.is_restricted(one)]
        return _sorted(found, request.args.get("_sort"), newest_first=self.quirks.newest_first)

    def _page(self, caller: Caller, token: str, found: list[Resource], start: int, size: int) -> Response:
        for resource in found[start : start + size]:
            proxy.check_response(caller, resource, self.store)
        links = [{"relation": "self", "url": request.url}]
        if start + size < len(found) and token in self._pages:
            query = urlencode({"_getpages": token, "_getpagesoffset": start + size, "_count": size})
            links.append({"relation": "next", "url": f"{request.base_url}?{query}"})
        bundle = {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(found),
            "link": links,
            "entry": [
                {
                    "fullUrl": f"{request.host_url}fhir/{reference(one)}",
                    "resource": one,
                    "search": {"mode": "match"},
                }
                for one in found[start : start + size]
            ],
        }
        answer = _json(bundle)
        if "no-store" in request.headers.get("Cache-Control", ""):
            answer.headers["Warning"] = '199 - "no-store prevents paging"'
        return answer

    def _history(self, caller: Caller, ref: str) -> Response:
        versions = self.store.history(ref)
        self._within(caller, versions[0] if versions else None)
        entries = [
            {
                "fullUrl": f"{request.host_url}fhir/{ref}",
                "resource": one,
                "request": {"method": "POST" if one["meta"]["versionId"] == "1" else "PUT", "url": ref},
            }
            for one in versions
        ]
        return _json({"resourceType": "Bundle", "type": "history", "total": len(entries), "entry": entries})

    # Writing.

    def _create(self, caller: Caller, kind: str) -> Response:
        body = self._body(caller, kind)
        if self.quirks.if_none_exist and (query := request.headers.get("If-None-Exist")):
            found = self.store.search(kind, parse_qsl(query))
            if len(found) > 1:
                raise RejectedError(412, "If-None-Exist matches more than one resource")
            if found:
                return self._answer(found[0])
        return self._answer(self.platform.create(body), status=201, written=True)

    def _update(self, caller: Caller, kind: str, one: str) -> Response:
        ref = f"{kind}/{one}"
        current = self._within(caller, self.store.get(ref))
        wanted = request.headers.get("If-Match")
        if self.quirks.if_match and wanted and wanted != f'W/"{current["meta"]["versionId"]}"':
            raise RejectedError(412, f"Trying to update {ref} but this is not the current version")
        body = self._body(caller, kind)
        if body.get("id") != one:
            raise RejectedError(400, "The id in the body must be the id in the address")
        return self._answer(self.platform.update(body), written=True)

    def _body(self, caller: Caller, kind: str) -> Resource:
        body = request.get_json(force=True, silent=True)
        if not isinstance(body, dict) or body.get("resourceType") != kind:
            raise RejectedError(400, f"The body must be a {kind}")
        body = proxy.inject(body)
        proxy.check_author(caller, body, self.store)
        if kind == "Subscription":
            proxy.check_subscription(body, self.hook_origins)
            body = proxy.rewrite_criteria(caller, body)
        if found := list(profiles.faults(body)):
            raise RejectedError(422, *found)
        if found := list(profiles.dangling(body, self.store)):
            raise RejectedError(400, *found)
        return body

    # Answers.

    def _answer(self, resource: Resource, *, status: int = 200, written: bool = False) -> Response:
        bare = written and self.quirks.bare_answers
        answer = Response(status=status, content_type=_FHIR_JSON) if bare else _json(resource, status=status)
        version = resource["meta"]["versionId"]
        answer.headers["ETag"] = f'W/"{version}"'
        if written:
            answer.headers["Location"] = f"{request.host_url}fhir/{reference(resource)}/_history/{version}"
        return answer

    def _rejected(self, error: RejectedError) -> Response:
        issues = [
            {"severity": "error", "code": "processing", "diagnostics": text} for text in error.diagnostics
        ]
        return _json({"resourceType": "OperationOutcome", "issue": issues}, status=error.status)

    def _unknown_parameter(self, error: UnknownParameterError) -> Response:
        return self._rejected(RejectedError(400, f"Unknown search parameter '{error}'"))


def _json(members: Any, *, status: int = 200) -> Response:
    answer = jsonify(members)
    answer.status_code = status
    answer.content_type = _FHIR_JSON
    return answer


def _declared(codes: frozenset[str]) -> list[dict[str, str]]:
    named = {"read": ("read", "search-type"), "create": ("create",), "update": ("update",)}
    return [{"code": one} for code in ("read", "create", "update") if code in codes for one in named[code]]


def _sorted(found: list[Resource], sort: str | None, *, newest_first: bool) -> list[Resource]:
    by_id = sorted(found, key=lambda one: int(one["id"]), reverse=newest_first)
    for name in reversed(sort.split(",") if sort else []):
        key = name.removeprefix("-")
        if key not in ("_lastUpdated", "sent", "_id"):
            raise UnknownParameterError(f"_sort={key}")
        by_id.sort(key=_sort_key(key), reverse=name.startswith("-"))
    return by_id


def _sort_key(name: str) -> Callable[[Resource], Any]:
    if name == "_id":
        return lambda one: int(one["id"])
    if name == "sent":
        return lambda one: str(one.get("sent", ""))
    return lambda one: str(one["meta"]["lastUpdated"])
