"""Where a dossier is and how we sign in there: the settings, and what they make of a request."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from samenspraak.connectors import setting
from samenspraak.errors import ConfigurationError
from samenspraak.http import (
    Auth,
    BearerAuth,
    ClientCredentials,
    HttpClient,
    NoAuth,
    SigningKey,
    Tls,
    client_secret,
)
from samenspraak.protocols import fhir

ADDRESS: Mapping[str, Any] = {"schemes": {"http", "https"}, "require_tld": False}
BACKEND_SCOPE = "system/*.rs system/CarePlan.cu"

# What each way of signing in needs filled in.
WAYS: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "token": ("access_token",),
    "certificate": ("certificate_file",),
    "client_credentials": ("client_id", "client_secret", "token_url"),
    "backend_services": ("client_id", "signing_key"),
}


def readable_key(pem: str) -> None:
    """A validator: the text is a key that can sign.

    Raises:
        ValidationError: it is not.
    """
    try:
        SigningKey.read(pem)
    except ConfigurationError as error:
        raise ValidationError(str(error)) from None


class SignInSettings(Schema):
    """Where the dossier is and how we sign in. Secrets are resolved before this schema sees them."""

    base_url = setting(
        fields.Url,
        title={"nl": "FHIR-adres", "en": "FHIR address"},
        help={
            "nl": "Het R4-adres van het dossier, tot en met het deel vóór /Patient. Het begint met https://.",
            "en": "The R4 address of the dossier, up to the part before /Patient. It starts with https://.",
        },
        required=True,
        **ADDRESS,
    )
    own_addresses = setting(
        fields.List,
        title={"nl": "Hoe het dossier zichzelf noemt", "en": "What the dossier calls itself"},
        help={
            "nl": "Staat het achter een proxy, dan noemt het soms een intern adres. Noem dat hier: "
            "links en verwijzingen daarheen lezen we als het FHIR-adres.",
            "en": "Behind a proxy it may give an internal address. Name that here: "
            "links and references to it are read as the FHIR address.",
        },
        cls_or_instance=fields.Url(**ADDRESS),
        load_default=list,
    )
    sign_in = setting(
        fields.String,
        title={"nl": "Manier van aanmelden", "en": "Way of signing in"},
        help={
            "nl": "none, token, certificate, client_credentials (OAuth2) of backend_services (SMART). "
            "Leeg: token als er een toegangstoken is, anders none.",
            "en": "none, token, certificate, client_credentials (OAuth2) or backend_services (SMART). "
            "Empty: token if there is an access token, else none.",
        },
        load_default=None,
        validate=validate.OneOf(tuple(WAYS)),
    )
    access_token = setting(
        fields.String,
        title={"nl": "Toegangstoken", "en": "Access token"},
        help={
            "nl": "Het token dat de leverancier u geeft. Laat leeg als het dossier er geen vraagt.",
            "en": "The token that the dossier's vendor gives you. Leave empty if the dossier asks for none.",
        },
        load_default=None,
        validate=validate.Length(min=8),
        secret=True,
    )
    client_id = setting(
        fields.String,
        title={"nl": "Naam van deze koppeling bij de leverancier", "en": "What the vendor calls this client"},
        help={
            "nl": "De client_id die u bij de aanmelding van deze koppeling kreeg.",
            "en": "The client_id that you were given when this connection was registered.",
        },
        load_default=None,
        validate=validate.Length(min=1),
    )
    client_secret = setting(
        fields.String,
        title={"nl": "Geheim van deze koppeling", "en": "Secret of this client"},
        help={
            "nl": "Alleen voor client_credentials: het geheim dat bij de client_id hoort.",
            "en": "Only for client_credentials: the secret that goes with the client_id.",
        },
        load_default=None,
        validate=validate.Length(min=8),
        secret=True,
    )
    signing_key = setting(
        fields.String,
        title={"nl": "Sleutel waarmee we ondertekenen", "en": "Key that we sign with"},
        help={
            "nl": "Alleen voor backend_services: een eigen sleutel in PEM, P-384 of RSA. "
            "De openbare helft toont: samenspraak connector keys.",
            "en": "Only for backend_services: a private key in PEM, P-384 or RSA. "
            "Its public half is shown by: samenspraak connector keys.",
        },
        load_default=None,
        validate=readable_key,
        secret=True,
    )
    other_signing_key = setting(
        fields.String,
        title={"nl": "Vorige of volgende sleutel", "en": "Previous or next key"},
        help={
            "nl": "Bij het wisselen van sleutel: deze tonen we ook, maar we ondertekenen er niet mee.",
            "en": "While keys change: this one is shown as well, and nothing is signed with it.",
        },
        load_default=None,
        validate=readable_key,
        secret=True,
    )
    scope = setting(
        fields.String,
        title={"nl": "Rechten die we vragen", "en": "Rights that we ask for"},
        help={
            "nl": "De scopes, met een spatie ertussen. "
            f"Leeg: wat het systeem geeft, en bij backend_services {BACKEND_SCOPE}.",
            "en": "The scopes, with a space between. "
            f"Empty: what the system gives, and with backend_services {BACKEND_SCOPE}.",
        },
        load_default=None,
    )
    token_url = setting(
        fields.Url,
        title={"nl": "Adres voor tokens", "en": "Token address"},
        help={
            "nl": "Waar we een token halen. Bij backend_services kan dit leeg blijven: het dossier zegt het.",
            "en": "Where we get a token. With backend_services it may be empty: then the dossier says it.",
        },
        load_default=None,
        **ADDRESS,
    )
    certificate_file = setting(
        fields.String,
        title={"nl": "Certificaat", "en": "Certificate"},
        help={
            "nl": "Het bestand (PEM) met het certificaat van uw organisatie, als het dossier daarom vraagt.",
            "en": "The file (PEM) with your organisation's certificate, when the dossier asks for it.",
        },
        load_default=None,
    )
    certificate_key_file = setting(
        fields.String,
        title={"nl": "Sleutel van het certificaat", "en": "Key of the certificate"},
        help={
            "nl": "Het bestand (PEM) met de sleutel die bij het certificaat hoort.",
            "en": "The file (PEM) with the key that belongs to the certificate.",
        },
        load_default=None,
    )
    ca_file = setting(
        fields.String,
        title={"nl": "Uitgever van hun certificaat", "en": "Issuer of their certificate"},
        help={
            "nl": "Het bestand (PEM) met hun eigen uitgever, als die niet algemeen vertrouwd is.",
            "en": "The file (PEM) with their own authority, when it is not one everybody trusts.",
        },
        load_default=None,
    )

    @validates_schema
    def _needs_what_its_way_needs(self, data: Mapping[str, Any], **_: object) -> None:
        missing = [name for name in WAYS[way(data)] if not data.get(name)]
        if missing:
            raise ValidationError({name: f"Signing in by {way(data)} needs this." for name in missing})


def way(settings: Mapping[str, Any]) -> str:
    """How we sign in: as chosen, else by the token that is there."""
    return settings.get("sign_in") or ("token" if settings.get("access_token") else "none")


def keys(settings: Mapping[str, Any]) -> list[SigningKey]:
    """The keys that the dossier may check us with: the one that signs first."""
    found = [settings.get(name) for name in ("signing_key", "other_signing_key")]
    return [SigningKey.read(one) for one in found if one]


def client(
    connector_id: str, settings: Mapping[str, Any], clock: Callable[[], float] = time.time
) -> HttpClient:
    """A client for the dossier, that signs in as the settings say."""
    tls = Tls(
        ca_file=_file(settings.get("ca_file")),
        certificate_file=_file(settings.get("certificate_file")),
        key_file=_file(settings.get("certificate_key_file")),
    )

    def opened(url: str, auth: Auth | None = None) -> HttpClient:
        return HttpClient(
            connector_id=connector_id,
            base_url=url,
            auth=auth or NoAuth(),
            open_origins=frozenset(settings.get("open_origins", ())),
            internal_origins=frozenset(settings.get("internal_origins", ())),
            tls=tls,
            own_addresses=settings.get("own_addresses", ()) if url == base_url else (),
        )

    def with_secret() -> Auth:
        ours = client_secret(settings["client_id"], settings["client_secret"])
        return ClientCredentials(opened(settings["token_url"], ours), scope=settings.get("scope"))

    def with_key() -> Auth:
        return fhir.BackendServices(
            opened(base_url),
            opened=opened,
            client_id=settings["client_id"],
            key=keys(settings)[0],
            scope=settings.get("scope") or BACKEND_SCOPE,
            token_url=settings.get("token_url"),
            clock=clock,
        )

    base_url = settings["base_url"].rstrip("/")
    auths: Mapping[str, Callable[[], Auth]] = {
        "none": NoAuth,
        "token": lambda: BearerAuth(settings["access_token"]),
        "certificate": NoAuth,
        "client_credentials": with_secret,
        "backend_services": with_key,
    }
    return opened(base_url, auths[way(settings)]())


def _file(path: str | None) -> Path | None:
    return Path(path) if path else None
