"""A fixed sign-in for trying the app out: an OpenID provider at which everybody is whom they say they are.

It knows one app and a few invented people, asks for no password, and so protects nothing: it is no part of
Samenspraak, and ``try_it.py`` starts it on loopback only. It does check what an app must get right: PKCE, the
address to come back to, a code that counts once, and for whom the token is.
"""

from __future__ import annotations

import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, render_template_string, request
from joserfc import jws
from joserfc.jwk import ECKey
from werkzeug.wrappers import Response as Answer

_LASTS = 3600
_CODE_LASTS = 60
_PAGE = """<!doctype html><html lang="nl"><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Aanmelden om te proberen</title><h1>Wie bent u?</h1>
<p>Dit is om te proberen. Iedereen hier is verzonnen. Er is geen wachtwoord.</p>
<ul>{% for name, url in people %}<li><a href="{{ url }}">{{ name }}</a></li>{% endfor %}</ul></html>"""


@dataclass(kw_only=True)
class SignIn:
    """The provider. ``people``: their names, by what it calls them."""

    issuer: str
    client_id: str
    redirect_uri: str
    audience: str
    people: Mapping[str, str]
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    _codes: dict[str, tuple[str, str, float]] = field(default_factory=dict)

    def token(self, person: str, *, kind: str = "at+jwt", audience: str = "") -> str:
        """An access token for the hub; another ``kind`` for somebody else."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": person,
            "aud": audience or self.audience,
            "client_id": self.client_id,
            "iat": now,
            "exp": now + _LASTS,
            "jti": secrets.token_hex(8),
        }
        head = {"alg": "ES256", "typ": kind, "kid": self.key.thumbprint()}
        return jws.serialize_compact(head, json.dumps(claims), self.key, algorithms=["ES256"])

    def app(self) -> Flask:
        """Its pages."""
        app = Flask("sign_in")
        app.get("/.well-known/openid-configuration")(self._about)
        app.get("/keys")(self._keys)
        app.get("/authorize")(self._authorize)
        app.get("/end")(lambda: redirect(self.redirect_uri))
        app.post("/token")(self._token)
        app.after_request(_for_pages_elsewhere)
        return app

    def _about(self) -> Response:
        return jsonify(
            issuer=self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            end_session_endpoint=f"{self.issuer}/end",
            jwks_uri=f"{self.issuer}/keys",
            response_types_supported=["code"],
            subject_types_supported=["public"],
            id_token_signing_alg_values_supported=["ES256"],
            code_challenge_methods_supported=["S256"],
            token_endpoint_auth_methods_supported=["none"],
        )

    def _keys(self) -> Response:
        public = self.key.as_dict(private=False)
        return jsonify(keys=[{**public, "kid": self.key.thumbprint(), "alg": "ES256", "use": "sig"}])

    def _authorize(self) -> Answer | str | tuple[str, int]:
        asked = request.args
        expected = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "code_challenge_method": "S256",
            "resource": self.audience,
        }
        if any(asked.get(name) != value for name, value in expected.items()) or not asked.get(
            "code_challenge"
        ):
            return "This is not what the app is expected to ask.", 400
        person = asked.get("as", "")
        if person not in self.people:
            people = [(name, f"?{urlencode({**asked, 'as': one})}") for one, name in self.people.items()]
            return render_template_string(_PAGE, people=people)
        code = secrets.token_urlsafe(32)
        self._codes[code] = person, asked["code_challenge"], time.time() + _CODE_LASTS
        return redirect(f"{self.redirect_uri}?{urlencode({'code': code, 'state': asked.get('state', '')})}")

    def _token(self) -> Response | tuple[Response, int]:
        given = request.form
        person, challenge, until = self._codes.pop(given.get("code", ""), ("", "", 0.0))
        shown = (
            urlsafe_b64encode(sha256(given.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        )
        is_same = given.get("client_id") == self.client_id and given.get("redirect_uri") == self.redirect_uri
        if not (person and is_same and secrets.compare_digest(shown, challenge) and time.time() < until):
            return jsonify(error="invalid_grant"), 400
        return jsonify(
            access_token=self.token(person),
            id_token=self.token(person, kind="JWT", audience=self.client_id),
            token_type="Bearer",  # noqa: S106 - what kind it is
            expires_in=_LASTS,
        )


def _for_pages_elsewhere(response: Response) -> Response:
    """The app calls from its own origin."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    return response
