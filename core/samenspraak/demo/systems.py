"""The imitated systems as anybody outside reaches them: their own HTTP interface, and their control routes.

What signs in where, and with which credentials, is the documentation of each sandbox.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import quote

from samenspraak.errors import TransientError
from samenspraak.http import HttpClient

Json = Any
"""What ``json.loads`` gives."""

Text = Mapping[str, str]
"""One text in ``nl`` and ``en``."""

HUB = "hub"
DOSSIER, PLATFORM, VOLUNTEERS, APP, OTHER_APP = "dossier", "platform", "volunteers", "app-bloem", "app-thuis"
SHEET = "blad-wilg"

PLACES: Mapping[str, Text] = {
    HUB: {"nl": "Samenspraak", "en": "Samenspraak"},
    DOSSIER: {"nl": "dossier", "en": "dossier"},
    PLATFORM: {"nl": "familieplatform", "en": "family platform"},
    VOLUNTEERS: {"nl": "RegiCare", "en": "RegiCare"},
    APP: {"nl": "app Bloem", "en": "app Bloem"},
    OTHER_APP: {"nl": "app Thuis", "en": "app Thuis"},
    SHEET: {"nl": "blad", "en": "sheet"},
}
"""What people call each of them."""

PACKAGES: Mapping[str, str] = {
    DOSSIER: "samenspraak_fhir",
    PLATFORM: "samenspraak_ozo",
    VOLUNTEERS: "samenspraak_regicare",
    APP: "samenspraak_memory",
    OTHER_APP: "samenspraak_memory",
}
"""Which package imitates which system; two families use two apps of one make."""

APP_KEY = "sleutel-voor-samenspraak"
VOLUNTEERS_KEY, VOLUNTEERS_USER, VOLUNTEERS_PASSWORD = "sandbox-api-key", "samenspraak", "sandbox-wachtwoord"
PLATFORM_SUBJECT = "samenspraak"


@dataclass(kw_only=True)
class System:
    """One imitated system."""

    name: str
    url: str
    http: HttpClient = field(init=False)

    def __post_init__(self) -> None:
        self.http = HttpClient(connector_id=self.name, base_url=self.url, open_origins=frozenset({self.url}))

    # What people do there, and what goes wrong.

    def act(self, act: str, **members: Any) -> Json:
        """Somebody does something in this system."""
        return self._control("POST", "act", {"act": act, **members})

    def fail(self, kind: str, **members: Any) -> None:
        """From now on something goes wrong here."""
        self._control("POST", "faults", {"kind": kind, **members})

    def heal(self) -> None:
        """Nothing goes wrong any more; answers that were held back go out."""
        self._control("DELETE", "faults")

    # What is to be seen.

    def readable(self, person: str) -> str:
        """Everything this person can read here now, as one text."""
        texts: list[str] = self._control("GET", f"readable/{quote(person, safe='/')}")
        return "\n".join(texts)

    def live(self) -> Mapping[str, int]:
        """How many live objects carry which marker of the hub."""
        found: Mapping[str, int] = self._control("GET", "live")
        return found

    def log(self) -> list[dict[str, Any]]:
        """The requests this system saw, oldest first."""
        seen: list[dict[str, Any]] = self._control("GET", "log")
        return seen

    def writes(self) -> int:
        """How many requests changed something here, or tried to."""
        return sum(bool(one["write"]) for one in self.log())

    def held(self) -> int:
        """How many answers are kept back at this moment."""
        return int(self._control("GET", "held"))

    def _control(self, method: str, path: str, members: Json = None) -> Json:
        return self.http.send(method, f"_sandbox/{path}", json=members, safe=True).json()

    # The interface itself.

    def get(self, path: str, **params: str) -> Json:
        """What the system's own interface answers to a GET."""
        return self._send("GET", path, params=params).json()

    def put(self, path: str, members: Json, **headers: str) -> Json:
        """Store something through the system's own interface."""
        return self._send("PUT", path, json=members, headers=headers).json()

    def bundle(self, path: str, **params: str) -> list[dict[str, Any]]:
        """Every resource that a FHIR search finds, page after page."""
        page = self.get(path, **params)
        found = [entry["resource"] for entry in page.get("entry", ())]
        while following := [one["url"] for one in page["link"] if one["relation"] == "next"]:
            page = self.http.follow(following[0], headers=self._credentials("GET", path)).json()
            found += [entry["resource"] for entry in page.get("entry", ())]
        return found

    def _send(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Any:
        signed = {**(headers or {}), **self._credentials(method, path)}
        return self.http.send(method, path, headers=signed, **more)

    def _credentials(self, method: str, path: str) -> Mapping[str, str]:
        return {}


class Dossier(System):
    """A dossier on FHIR."""

    def resources(self, kind: str, **params: str) -> list[dict[str, Any]]:
        """Every resource of this type that the search finds."""
        return self.bundle(f"fhir/{kind}", **params)

    def resource(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"fhir/{key}")
        return found

    def store(self, resource: Mapping[str, Any]) -> None:
        """Put a resource under its own id: new, or in the place of the version it was read from."""
        key = f"{resource['resourceType']}/{resource['id']}"
        version = resource.get("meta", {}).get("versionId")
        headers = {"If-Match": f'W/"{version}"'} if version else {}
        self.put(f"fhir/{key}", dict(resource), **headers)

    def change(self, plan_id: str, field: str, value: Any) -> None:
        """A nurse changes one thing in a care plan."""
        self.act("change", id=f"CarePlan/{plan_id}", field=field, value=value)


class Platform(System):
    """A family platform behind its proxy, with the Nuts node that signs us in."""

    token: Mapping[str, str] | None = None

    def resources(self, kind: str, **params: str) -> list[dict[str, Any]]:
        """Every resource of this type that the search finds."""
        return self.bundle(f"fhir/{kind}", _count="100", **params)

    def _credentials(self, method: str, path: str) -> Mapping[str, str]:
        if self.token is None:
            self.token = self._node(
                f"{PLATFORM_SUBJECT}/request-service-access-token",
                authorization_server=f"{self.url}/oauth2/ozo",
                scope="ozo",
                token_type="DPoP",  # noqa: S106 - the name of a type of token
            )
        text, key = self.token["access_token"], quote(self.token["dpop_kid"], safe="")
        proof = self._node(f"dpop/{key}", htm=method, htu=f"{self.url}/{path}", token=text)
        return {
            "Authorization": f"DPoP {text}",
            "DPoP": proof["dpop"],
            "Accept": "application/fhir+json",
        }

    def _node(self, path: str, **members: str) -> Mapping[str, str]:
        asked = self.http.send("POST", f"internal/auth/v2/{path}", json=members, safe=True)
        found: Mapping[str, str] = asked.json()
        return found


class Volunteers(System):
    """RegiCare, by JSON-RPC."""

    login: str | None = None

    def call(self, method: str, **params: Any) -> Json:
        """What a method answers."""
        if self.login is None and method != "login":
            signed_in = self.call("login", gebruikersnaam=VOLUNTEERS_USER, wachtwoord=VOLUNTEERS_PASSWORD)
            self.login = signed_in["loginKey"]
        named = {"apiKey": VOLUNTEERS_KEY, "loginKey": self.login, **params}
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": named}
        result = self.http.send("POST", "jsonrpc", json=body, safe=True).json()["result"]
        if isinstance(result, dict) and "error" in result:
            raise TransientError(f"{self.name} answered {result['error']}")
        return result


class FamilyApp(System):
    """A family app with records."""

    def records(self) -> list[dict[str, Any]]:
        """Every record that is there, oldest first."""
        found, since, more = [], "0", True
        while more:
            page = self.get("api/changes", since=since, limit="100")
            found += [one["body"] for one in page["changes"] if one["type"] == "record" and "body" in one]
            since, more = str(page["next"]), page["more"]
        return found

    def _credentials(self, method: str, path: str) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {APP_KEY}"}


@dataclass(kw_only=True)
class Sheet(System):
    """No system of anybody: a page and a spreadsheet that the hub shows. ``paths``: where, for each form."""

    paths: Sequence[str]

    def page(self) -> str:
        """The page, as a browser gets it."""
        return unescape(self._file("html").decode())

    def rows(self) -> list[dict[str, str]]:
        """The rows of the spreadsheet by their columns, as a spreadsheet program opens the CSV."""
        return list(csv.DictReader(io.StringIO(self._file("csv").decode("utf-8-sig")), delimiter=";"))

    def _file(self, form: str) -> bytes:
        path = next(one for one in self.paths if one.endswith(f".{form}"))
        content: bytes = self._send("GET", path.removeprefix("/"), expect=()).content
        return content


@dataclass(frozen=True, kw_only=True)
class Systems:
    """All of them, each by what it is."""

    dossier: Dossier
    platform: Platform
    volunteers: Volunteers
    app: FamilyApp
    other_app: FamilyApp

    @classmethod
    def at(cls, urls: Mapping[str, str]) -> Systems:
        """The systems at these addresses."""
        return cls(
            dossier=Dossier(name=DOSSIER, url=urls[DOSSIER]),
            platform=Platform(name=PLATFORM, url=urls[PLATFORM]),
            volunteers=Volunteers(name=VOLUNTEERS, url=urls[VOLUNTEERS]),
            app=FamilyApp(name=APP, url=urls[APP]),
            other_app=FamilyApp(name=OTHER_APP, url=urls[OTHER_APP]),
        )

    @property
    def all(self) -> tuple[System, ...]:
        return (self.dossier, self.platform, self.volunteers, self.app, self.other_app)

    def writes(self) -> int:
        """How many requests changed something anywhere, or tried to."""
        return sum(one.writes() for one in self.all)
