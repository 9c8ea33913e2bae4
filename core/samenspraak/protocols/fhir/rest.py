"""FHIR R4 over the guarded client: reading, searching, paging, and writing under a version.

Source: https://hl7.org/fhir/R4/http.html (read November 2026). What some servers do otherwise, and is
survived: a ``next`` that leads in circles, 409 where 412 is meant (the client maps both).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from samenspraak.errors import ConfigurationError, ConflictError, InvalidRecordError, TransientError
from samenspraak.http import Answer, HttpClient, UnusableJsonError, parse_json
from samenspraak.protocols.fhir.bundles import Params, link
from samenspraak.protocols.fhir.words import BSN, ID, Resource, elements, if_match, key_of, text

FHIR_JSON = "application/fhir+json"
MAX_PAGES = 10_000

_ACCEPT = {"Accept": FHIR_JSON, "Cache-Control": "no-cache"}  # HAPI may answer a search from an earlier one
WRITE = {**_ACCEPT, "Content-Type": FHIR_JSON, "Prefer": "return=representation"}
_PLACE = re.compile(r"[A-Z]\w+(\.\w+|\[\d+\]){0,20}")
_NOT_THERE = (403, 404, 410)
_NOT_ACCEPTED = (400, 422)
_NO_HISTORY = (*_NOT_THERE, *_NOT_ACCEPTED, 405, 501)


def capability(http: HttpClient) -> Resource:
    """The CapabilityStatement of a server that speaks R4.

    Raises:
        ConfigurationError: it speaks another version of FHIR, or is no FHIR server.
    """
    statement = resource(http.send("GET", "metadata", headers=_ACCEPT), "CapabilityStatement")
    version = str(statement.get("fhirVersion", ""))
    if version != "4.0" and not version.startswith("4.0."):
        said = version if re.fullmatch(r"[\w.\-]{1,20}", version) else "no readable version"
        raise ConfigurationError(
            f"{http.connector_id}: this server speaks FHIR {said}; this connector needs R4 (4.0.1). "
            "In STU3 the same elements mean something else, so nothing was read. Ask for the R4 address."
        )
    return statement


def offers(statement: Mapping[str, Any], resource_type: str, interaction: str) -> bool:
    """Whether the server declares an interaction (``read``, ``history-type``) for a type."""
    return any(
        one.get("code") == interaction
        for rest in elements(statement, "rest")
        for resource in elements(rest, "resource")
        if resource.get("type") == resource_type
        for one in elements(resource, "interaction")
    )


def declares(statement: Mapping[str, Any], resource_type: str, member: str, value: bool | str = True) -> bool:
    """Whether the server declares this of a type: ``conditionalCreate``, or a ``versioning``."""
    return any(
        resource.get("type") == resource_type and resource.get(member) == value
        for rest in elements(statement, "rest")
        for resource in elements(rest, "resource")
    )


def offers_system(statement: Mapping[str, Any], interaction: str) -> bool:
    """Whether the server declares an interaction (``transaction``) for all of it."""
    return any(
        one.get("code") == interaction
        for rest in elements(statement, "rest")
        for one in elements(rest, "interaction")
    )


def read(http: HttpClient, key: str) -> Answer:
    """The answer to reading ``Type/id``; its status may also be 403, 404 or 410."""
    return http.send("GET", _path(key), headers=_ACCEPT, allow=_NOT_THERE)


def search(http: HttpClient, resource_type: str, params: Params) -> Iterator[Resource]:
    """The pages of a search, each as a Bundle; ``next`` is followed as it was given.

    Raises:
        ConfigurationError: the server does not search by these.
        TransientError: paging goes in circles or does not end.
    """
    yield from pages(http, first_page(http, resource_type, params), "searchset")


def first_page(http: HttpClient, resource_type: str, params: Params) -> Answer:
    """The answer to a search, for :func:`pages`.

    Raises:
        ConfigurationError: the server does not search by these.
    """
    answer = asked(http, resource_type, params)
    if answer is None:
        raise unsearchable(http, resource_type, params)
    return answer


def asked(http: HttpClient, resource_type: str, params: Params) -> Answer | None:
    """The answer to a search; None when the server says that it does not search by these.

    A citizen number goes in the body of a POST (https://hl7.org/fhir/R4/search.html#Introduction), since an
    address is written down on its way by whoever passes it on.
    """
    if any(BSN in value for _, value in params):
        form, path = dict(params), f"{resource_type}/_search"
        answer = http.send("POST", path, form=form, headers=_ACCEPT, allow=_NOT_ACCEPTED, safe=True)
    else:
        answer = http.send("GET", resource_type, params=params, headers=_ACCEPT, allow=_NOT_ACCEPTED)
    return None if answer.status in _NOT_ACCEPTED else answer


def unsearchable(http: HttpClient, resource_type: str, params: Params) -> ConfigurationError:
    """The error for a search that the server does not know, whether it says so or ignores a part of it."""
    names = ", ".join(sorted({name for name, _ in params}))
    return ConfigurationError(
        f"{http.connector_id}: this server does not search {resource_type} by {names}; "
        "what it would answer instead could look like no changes"
    )


def history_pages(
    http: HttpClient, path: str, params: Params = ()
) -> tuple[datetime | None, Iterator[Resource]] | None:
    """What time it is there, and the pages of the history of a type or of ``Type/id``.

    None when the server keeps or shows none of it. The order of their entries proves nothing.
    """
    answer = http.send("GET", f"{_path(path)}/_history", params=params, headers=_ACCEPT, allow=_NO_HISTORY)
    return None if answer.status in _NO_HISTORY else (answer.date, pages(http, answer, "history"))


def history_of(http: HttpClient, key: str) -> list[Mapping[str, Any]]:
    """The entries of the history of ``Type/id``; none when the server keeps or shows none of it."""
    _, found = history_pages(http, key) or (None, iter(()))
    return [one for bundle in found for one in elements(bundle, "entry")]


def create(http: HttpClient, resource: Resource, *, unless: str) -> Answer:
    """Create, unless a search (``identifier=system|value``) finds one: 201 made it, 200 met it.

    Raises:
        InvalidRecordError: the server does not accept the resource; names the place when it says so.
        ConflictError: more than one is there.
    """
    headers = {**WRITE, "If-None-Exist": unless}
    path = text(resource, "resourceType")
    return accepted(http.send("POST", path, json=resource, headers=headers, allow=_NOT_ACCEPTED))


def update(http: HttpClient, resource: Resource, version_id: str | None) -> Answer:
    """Replace a resource; under its version when one is known.

    Raises:
        InvalidRecordError: the server does not accept the resource; names the place when it says so.
        ConflictError: it has another version by now (409, 412), or cannot be seen now (403, 404, 410).
    """
    headers = WRITE if version_id is None else {**WRITE, "If-Match": if_match(version_id)}
    path, allow = _path(key_of(resource)), (*_NOT_ACCEPTED, *_NOT_THERE)
    answer = http.send("PUT", path, json=resource, headers=headers, allow=allow)
    if answer.status in _NOT_THERE:
        raise ConflictError(f"{http.connector_id} answered {answer.status} to an update; look again")
    return accepted(answer)


def returned(answer: Answer) -> Resource | None:
    """The resource in the answer to a write; None when the server sends none, or only an outcome."""
    if not answer.content:
        return None
    found = answer.json()
    is_resource = isinstance(found, dict) and found.get("resourceType") != "OperationOutcome"
    return found if is_resource and text(found, "id") else None


def located(answer: Answer) -> tuple[str, str | None] | None:
    """``Type/id`` and version from the ``Location`` of the answer to a create."""
    return place_of(answer.headers.get("Location", ""))


def place_of(location: str) -> tuple[str, str | None] | None:
    """``Type/id`` and version in the address of what was made."""
    match = re.search(rf"([A-Z][A-Za-z]+/{ID})(?:/_history/({ID}))?$", location)
    return (match[1], match[2]) if match else None


def accepted(answer: Answer) -> Answer:
    """The answer to a write, if the server took it.

    Raises:
        InvalidRecordError: it did not; names the place when it says so.
    """
    if answer.status not in _NOT_ACCEPTED:
        return answer
    said = issues(_outcome(answer)) or _code(_outcome(answer))
    place = next((one.rpartition(" at ")[2] for one in said if " at " in one), "request")
    raise InvalidRecordError(
        f"{answer.connector_id} answered {answer.status}: the content was not accepted"
        f" ({'; '.join(said) or 'no reason given'})",
        field=place,
    )


def _outcome(answer: Answer) -> Any:
    try:
        return parse_json(answer.content)
    except UnusableJsonError:
        return None


def _code(said: Any) -> list[str]:
    """The code in an error that is plain JSON (``error``, ``code``); its free texts may name people."""
    found = [text(said, name) for name in ("error", "code")] if isinstance(said, dict) else []
    return [one for one in found if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.\-]{0,40}", one)][:1]


def issues(outcome: Any) -> list[str]:
    """What an OperationOutcome says, as ``severity code at place``; its own texts may name people."""
    if not isinstance(outcome, dict) or outcome.get("resourceType") != "OperationOutcome":
        return []
    return [_issue(one) for one in elements(outcome, "issue")]


def _issue(issue: Mapping[str, Any]) -> str:
    words = [_word(text(issue, name)) for name in ("severity", "code")]
    named = issue.get("expression")
    places = [str(one) for one in named if _PLACE.fullmatch(str(one))] if isinstance(named, list) else []
    return " ".join([*words, *(["at", ", ".join(places)] if places else [])])


def _word(said: str) -> str:
    return said if re.fullmatch(r"[a-z\-]{1,30}", said) else "unknown"


def pages(http: HttpClient, answer: Answer, kind: str) -> Iterator[Resource]:
    """The bundle in an answer, and those that each next one leads to.

    Raises:
        InvalidRecordError: it is no bundle of this kind.
        TransientError: paging goes in circles or does not end.
    """
    followed: set[str] = set()
    while True:
        bundle = resource(answer, "Bundle")
        if bundle.get("type") != kind:
            raise InvalidRecordError(f"{http.connector_id}: expected a {kind} bundle", field="Bundle.type")
        yield bundle
        following = link(bundle, "next")
        if following is None:
            return
        if following in followed or len(followed) >= MAX_PAGES:
            raise TransientError(f"{http.connector_id}: paging does not end; nothing was concluded from it")
        followed.add(following)
        answer = http.follow(following, headers=_ACCEPT, allow=(410,))
        if answer.status == 410:
            raise TransientError(f"{http.connector_id}: the server no longer keeps this search; ask again")


def resource(answer: Answer, resource_type: str) -> Resource:
    """The resource in an answer.

    Raises:
        InvalidRecordError: the answer is something else.
    """
    found = answer.json()
    if not isinstance(found, dict) or found.get("resourceType") != resource_type:
        raise InvalidRecordError(f"{answer.connector_id}: expected a {resource_type}", field="resourceType")
    return found


def _path(key: str) -> str:
    return quote(key)
