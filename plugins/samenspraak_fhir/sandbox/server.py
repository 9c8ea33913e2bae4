"""The FHIR server itself: routes, preconditions, paging."""

from __future__ import annotations

import random
import re
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from flask import Response, request
from werkzeug.exceptions import HTTPException

from samenspraak.sandbox import WRITES, Act, Mode, Sandbox
from samenspraak_fhir.sandbox import bundles, capability, checks, hooks, search, transactions
from samenspraak_fhir.sandbox.authority import ALGORITHMS, Authority, NotGivenError
from samenspraak_fhir.sandbox.dossier import Dossier
from samenspraak_fhir.sandbox.outcomes import RefusedError
from samenspraak_fhir.sandbox.quirks import QUIRKY, STRICT, Quirks
from samenspraak_fhir.sandbox.records import Records, Resource, Version

BASE = "/fhir"
FHIR_JSON = "application/fhir+json"
_JSON_TYPES = frozenset({FHIR_JSON, "application/json"})
_WEAK_ETAG = re.compile(r'W/"([^"]+)"')
_KEPT_PAGES = 200

Criteria = Sequence[tuple[str, str]]


def _now() -> datetime:
    return datetime.now(UTC)


class FhirSandbox(Sandbox):
    """A dossier on FHIR R4, served under ``/fhir``.

    Args:
        mode: ``strict`` or ``quirky``.
        quirks: these instead of the quirks of the mode.
        fhir_version: what ``/metadata`` says; the act ``present`` changes it.
        access_token: only who sends this bearer token is let in, but to ``/metadata``; None lets all in.
        clock: what time it is on the server.
    """

    name: ClassVar[str] = "fhir"

    def __init__(
        self,
        mode: Mode = "strict",
        *,
        quirks: Quirks | None = None,
        fhir_version: str = "4.0.1",
        access_token: str | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        super().__init__(mode)
        self.quirks = quirks or {"strict": STRICT, "quirky": QUIRKY}[mode]
        self.fhir_version = fhir_version
        self._access_token = access_token
        self.records = Records(
            clock,
            uuid_versions=self.quirks.uuid_versions,
            whole_seconds=self.quirks.whole_seconds,
            lag=timedelta(seconds=self.quirks.lag_seconds),
            told=self._tell,
        )
        self.dossier = Dossier(self.records, clock)
        self.authority = Authority(clock=clock)
        self._breaks = 0
        self._pages: OrderedDict[str, Callable[[], Resource]] = OrderedDict()
        self._random = random.Random(1)  # noqa: S311  # an order that is no order, not a secret
        self._add_routes()

    # What a person does and sees here.

    def acts(self) -> Mapping[str, Act]:
        tokens: Mapping[str, Act] = {
            "register_client": self.authority.register,
            "revoke_tokens": self.authority.revoke,
            "break_transactions": self._break_transactions,
        }
        return {**self.dossier.acts(), **tokens, "present": self._present}

    def readable(self, person: str) -> list[str]:
        return self.dossier.readable(person)

    def live(self) -> Mapping[str, int]:
        return self.dossier.live()

    def is_write(self, method: str, path: str) -> bool:
        return method in WRITES and not path.endswith(("/_search", "/token"))

    def _present(self, version: str) -> dict[str, str]:
        """From now on this server says to speak another version of FHIR, for instance 3.0.2."""
        self.fhir_version = version
        return {"fhirVersion": version}

    def _tell(self, version: Version) -> None:
        """Tell who is subscribed; the quirky server tells twice."""
        for one in hooks.concerned(version, self.records.current("Subscription", primary=True)):
            for _ in range(2 if self.quirks.doubled_notices else 1):
                hooks.notify(one, self._channel_failed)

    def _channel_failed(self, subscription: Resource, why: str) -> None:
        with self.lock:
            self.records.write({**subscription, "status": "error", "error": why}, "PUT")

    # Routes.

    def _add_routes(self) -> None:
        for rule, methods, view in (
            ("/metadata", ["GET"], self._metadata),
            ("/.well-known/smart-configuration", ["GET"], self._smart_configuration),
            ("/token", ["POST"], self._token),
            ("/<kind>", ["GET"], self._search_get),
            ("/<kind>/_search", ["POST"], self._search_post),
            ("/<kind>", ["POST"], self._create),
            ("/<kind>/_history", ["GET"], self._type_history),
            ("/<kind>/<key>", ["GET"], self._read),
            ("/<kind>/<key>", ["PUT"], self._update),
            ("/<kind>/<key>", ["DELETE"], self._delete),
            ("/<kind>/<key>/_history", ["GET"], self._instance_history),
            ("/<kind>/<key>/_history/<version_id>", ["GET"], self._vread),
            ("", ["GET"], self._page),
            ("", ["POST"], self._transaction),
        ):
            name = f"{view.__name__}{methods[0]}"
            self.app.add_url_rule(f"{BASE}{rule}", name, self._locked(view), methods=methods)
        self.app.register_error_handler(RefusedError, lambda refused: self._outcome(refused))
        self.app.register_error_handler(HTTPException, self._http_error)

    def _locked(self, view: Callable[..., Response]) -> Callable[..., Response]:
        def locked(**path: str) -> Response:
            if view not in (self._metadata, self._smart_configuration, self._token):
                self._check_sign_in()
            if "kind" in path and path["kind"] not in search.PARAMETERS:
                raise RefusedError(404, "not-supported", "unknown resource type")
            with self.lock:
                return view(**path)

        return locked

    def _check_sign_in(self) -> None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        is_open = self._access_token is None and not self.authority.clients
        if not (is_open or token == self._access_token or self.authority.holds(token)):
            raise RefusedError(401, "login", "sign in first")

    def _smart_configuration(self) -> Response:
        return self._plain(
            {
                "token_endpoint": f"{self._base()}/token",
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
                "grant_types_supported": ["client_credentials"],
                "capabilities": ["client-confidential-asymmetric", "permission-v2"],
            }
        )

    def _token(self) -> Response:
        proof, url = request.headers.get("Authorization", ""), f"{self._base()}/token"
        try:
            return self._plain(self.authority.give(request.form, proof, url))
        except NotGivenError as error:
            response = self._plain({"error": error.code})
            response.status_code = error.status
            return response

    def _metadata(self) -> Response:
        return self._json(capability.statement(self.quirks, self.fhir_version, self._base()))

    def _read(self, kind: str, key: str) -> Response:
        version = self._existing(self.records.visible(f"{kind}/{key}"))
        if request.headers.get("If-None-Match") == version.etag:
            return Response(status=304, headers={"ETag": version.etag})
        return self._representation(version, 200)

    def _vread(self, kind: str, key: str, version_id: str) -> Response:
        found = [one for one in self.records.history(f"{kind}/{key}") if one.version_id == version_id]
        return self._representation(self._existing(found[-1] if found else None), 200)

    def _create(self, kind: str) -> Response:
        return self._representation(*self._made(kind, self._body(), request.headers.get("If-None-Exist")))

    def _made(self, kind: str, body: Any, condition: str | None) -> tuple[Version, int]:
        resource = checks.check(body, kind)
        if condition is not None and not self.quirks.no_conditional_create:
            matches = self._condition(kind, condition)
            if len(matches) > 1:
                raise RefusedError(412, "multiple-matches", "the condition matches more than one resource")
            if matches:
                return matches[0], 200
        wanted = hooks.accepted(resource)
        return self.records.write({name: wanted[name] for name in wanted if name != "id"}, "POST"), 201

    def _update(self, kind: str, key: str) -> Response:
        return self._representation(*self._put(kind, key, self._body(), request.headers.get("If-Match")))

    def _put(self, kind: str, key: str, body: Any, match: str | None) -> tuple[Version, int]:
        resource = checks.check(body, kind)
        checks.check_id(key)
        if resource.get("id") != key:
            raise RefusedError(400, "value", "the id in the resource is not that of the address")
        before = self.records.newest(f"{kind}/{key}")
        self._check_match(before, match)
        status = 200 if before is not None and before.resource is not None else 201
        return self.records.write(hooks.accepted(resource), "PUT"), status

    # Transactions.

    def _transaction(self) -> Response:
        """All entries or none; a server that tears them keeps what came before the one that failed."""
        if self.quirks.no_transactions:
            raise RefusedError(404, "not-supported", "no transactions here")
        bundle = self._body()
        ordered = transactions.entries(bundle)
        before = self.records.kept()
        done: dict[int, tuple[Version, int]] = {}
        places: dict[str, str] = {}
        try:
            for entry in ordered:
                resource = transactions.with_places(entry["resource"], places)
                version, status = self._written(resource, entry["request"])
                done[id(entry)] = version, status
                places[entry.get("fullUrl", "")] = version.key
                if self._breaks > 0:
                    self._breaks -= 1
                    raise RefusedError(500, "exception", "the transaction broke off")
        except RefusedError:
            if not self.quirks.torn_transactions:
                self.records.restore(before)
            raise
        answered = [
            bundles.transacted(*done[id(entry)], self.quirks, self._base()) for entry in bundle["entry"]
        ]
        return self._json({"resourceType": "Bundle", "type": "transaction-response", "entry": answered})

    def _written(self, resource: Resource, asked: Mapping[str, str]) -> tuple[Version, int]:
        kind, _, key = asked["url"].partition("/")
        if kind not in search.PARAMETERS:
            raise RefusedError(404, "not-supported", "unknown resource type")
        if asked["method"] == "POST":
            return self._made(kind, resource, asked.get("ifNoneExist"))
        return self._put(kind, key, resource, asked.get("ifMatch"))

    def _break_transactions(self, times: int = 1) -> dict[str, int]:
        """The next transactions break off after their first entry."""
        self._breaks = times
        return {"times": times}

    def _delete(self, kind: str, key: str) -> Response:
        before = self.records.newest(f"{kind}/{key}")
        if before is None or (before.resource is None and self.quirks.gone_is_404):
            raise RefusedError(404, "not-found", "unknown resource")
        if before.resource is not None:
            self._check_match(before, request.headers.get("If-Match"), demanded=False)
            self.records.delete(before)
        return Response(status=204)

    def _search_get(self, kind: str) -> Response:
        return self._search(kind, list(request.args.items(multi=True)))

    def _search_post(self, kind: str) -> Response:
        return self._search(kind, [*request.args.items(multi=True), *request.form.items(multi=True)])

    def _type_history(self, kind: str) -> Response:
        if self.quirks.no_type_history:
            raise RefusedError(404, "not-supported", "no history of a whole type here")
        since = request.args.get("_since")
        found = [
            one for one in self.records.changes(kind) if since is None or one.at >= search.span(since)[0]
        ]
        return self._history(found)

    def _instance_history(self, kind: str, key: str) -> Response:
        found = self.records.history(f"{kind}/{key}")
        if not found:
            raise RefusedError(404, "not-found", "unknown resource")
        return self._history(found)

    def _page(self) -> Response:
        page = self._pages.get(request.args.get("_page", ""))
        if page is None:
            raise RefusedError(410, "expired", "this page is no longer kept; search again")
        return self._json(page())

    # Preconditions.

    def _condition(self, kind: str, condition: str) -> list[Version]:
        criteria = parse_qsl(condition.partition("?")[2] or condition, keep_blank_values=True)
        if not criteria or search.unknown(kind, criteria):
            raise RefusedError(400, "invalid", "the condition is no search of this type")
        return search.matching(self.records.current(kind, primary=True), criteria)

    def _check_match(self, before: Version | None, header: str | None, *, demanded: bool = True) -> None:
        if self.quirks.no_versions:
            return
        exists = before is not None and before.resource is not None
        match = _WEAK_ETAG.fullmatch(header or "")
        if match is None:
            if self.quirks.if_match_optional or (header is None and not (demanded and exists)):
                return
            raise RefusedError(400, "invalid", 'an update needs If-Match: W/"versionId"')
        if before is None or match[1] != before.version_id:
            status = 409 if self.quirks.if_match_optional else 412
            raise RefusedError(status, "conflict", "the resource has another version by now")

    def _existing(self, version: Version | None) -> Version:
        if version is None or (version.resource is None and self.quirks.gone_is_404):
            raise RefusedError(404, "not-found", "unknown resource")
        if version.resource is None:
            raise RefusedError(410, "deleted", "the resource was deleted")
        if self.dossier.is_closed(version.resource):
            raise RefusedError(403, "forbidden", "this file is not open to you")
        return version

    # Searching and paging.

    def _search(self, kind: str, criteria: Criteria) -> Response:
        links = {"self": self._link(kind, criteria)}
        if unknown := self._unknown(kind, criteria):
            if not self.quirks.unknown_is_empty:
                raise RefusedError(400, "not-supported", f"unknown search parameter: {', '.join(unknown)}")
            known = [(name, value) for name, value in criteria if name not in unknown]
            empty = bundles.searchset(
                [], self.quirks, self._base(), total=0, links={"self": self._link(kind, known)}
            )
            return self._json(empty)
        given = dict(criteria)
        visible = (
            one for one in self.records.current(kind) if not self.dossier.is_closed(one.resource or {})
        )
        found = search.ordered(search.matching(visible, criteria), given.get("_sort", ""))
        size = search.page_size(given.get("_count", str(search.DEFAULT_COUNT)))
        if not self.quirks.offset_paging:
            return self._json(self._cut(bundles.searchset, found, 0, size, links))
        offset = int(given.get("_offset", "0"))
        if offset + size < len(found) and size:
            rest = [(name, value) for name, value in criteria if name != "_offset"]
            links["next"] = self._link(kind, [*rest, ("_offset", str(offset + size))])
        page = found[offset : offset + size]
        return self._json(bundles.searchset(page, self.quirks, self._base(), total=len(found), links=links))

    def _unknown(self, kind: str, criteria: Criteria) -> list[str]:
        unknown = search.unknown(kind, criteria)
        by_time = [name for name, _ in criteria if name == "_lastUpdated"]
        return [*unknown, *(by_time if self.quirks.no_moments else [])]

    def _history(self, found: list[Version]) -> Response:
        found = sorted(found, key=lambda one: one.order, reverse=True)
        if self.quirks.history_unordered:
            self._random.shuffle(found)
        size = search.page_size(request.args.get("_count", str(search.DEFAULT_COUNT)))
        return self._json(self._cut(bundles.history, found, 0, size, {"self": request.url}))

    def _cut(
        self,
        bundle: Callable[..., Resource],
        found: Sequence[Version],
        start: int,
        size: int,
        links: dict[str, str],
    ) -> Resource:
        """One page of a result that is kept as it was found; ``next`` is an opaque address."""
        base = self._base()
        if size and start + size < len(found):
            token = str(uuid.uuid4())
            own = f"{base}?_page={token}"
            self._pages[token] = lambda: self._cut(bundle, found, start + size, size, {"self": own})
            while len(self._pages) > _KEPT_PAGES:
                self._pages.popitem(last=False)
            links = {**links, "next": own}
        return bundle(found[start : start + size], self.quirks, base, total=len(found), links=links)

    # Answers.

    def _base(self) -> str:
        return self.quirks.own_address or f"{request.host_url.rstrip('/')}{BASE}"

    def _link(self, kind: str, criteria: Criteria) -> str:
        return f"{self._base()}/{kind}?{urlencode(criteria)}"

    def _body(self) -> Any:
        if request.mimetype not in _JSON_TYPES:
            raise RefusedError(415, "not-supported", f"send {FHIR_JSON}")
        try:
            return self.app.json.loads(request.get_data())
        except ValueError as error:
            raise RefusedError(400, "structure", "not JSON") from error

    def _representation(self, version: Version, status: int) -> Response:
        assert version.resource is not None  # noqa: S101  # the callers saw that it is not deleted
        response = self._json(bundles.presented(version.resource, self.quirks), status)
        if not self.quirks.no_versions:
            response.headers["ETag"] = version.etag
        response.headers["Last-Modified"] = format_datetime(version.at.replace(microsecond=0), usegmt=True)
        is_bare = self.quirks.bare_answers or request.headers.get("Prefer") == "return=minimal"
        if request.method == "POST" or (request.method == "PUT" and not self.quirks.bare_answers):
            response.headers["Location"] = f"{self._base()}/{version.key}/_history/{version.version_id}"
        if is_bare and request.method != "GET":
            response.set_data(b"")
        return response

    def _json(self, body: Resource, status: int = 200) -> Response:
        indent = 2 if self.quirks.reformats else None
        text = self.app.json.dumps(body, ensure_ascii=False, indent=indent, sort_keys=False)
        return Response(text, status, content_type=FHIR_JSON)

    def _plain(self, document: dict[str, Any]) -> Response:
        """JSON that is no resource."""
        return Response(self.app.json.dumps(document), content_type="application/json")

    def _outcome(self, refused: RefusedError) -> Response:
        if self.quirks.plain_errors:
            response = self._plain({"error": refused.code, "message": refused.text})
            response.status_code = refused.status
            return response
        return self._json(refused.resource(), refused.status)

    def _http_error(self, error: HTTPException) -> Any:
        if not request.path.startswith(BASE):
            return error
        return self._outcome(RefusedError(error.code or 500, "not-supported", error.name))
