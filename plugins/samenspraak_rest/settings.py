"""What an admin fills in: where the system is, how we sign in, and the description of its interface."""

from __future__ import annotations

from marshmallow import Schema, ValidationError, fields, validate

from samenspraak.connectors import setting
from samenspraak.errors import ConfigurationError
from samenspraak_rest.loading import load


def _is_description(text: str) -> None:
    try:
        load(text)
    except ConfigurationError as error:
        raise ValidationError(list(error.problems)) from None


class RestSettings(Schema):
    """Secrets are stored by reference and resolved before this schema sees them."""

    base_url = setting(
        fields.Url,
        title={"nl": "Adres", "en": "Address"},
        help={
            "nl": "Het adres waar alle paden in de beschrijving onder liggen. Het begint met https://.",
            "en": "The address that all paths in the description are below. It starts with https://.",
        },
        required=True,
        schemes={"http", "https"},
        require_tld=False,
    )
    description = setting(
        fields.String,
        title={"nl": "Beschrijving", "en": "Description"},
        help={
            "nl": "De TOML-beschrijving van het systeem. Geef het bestand als description=@naam.toml.",
            "en": "The system's description in TOML. Give the file as description=@name.toml.",
        },
        required=True,
        validate=_is_description,
    )
    access_key = setting(
        fields.String,
        title={"nl": "Toegangssleutel", "en": "Access key"},
        help={
            "nl": "De sleutel, het wachtwoord of het clientgeheim dat de beheerder van het systeem u geeft.",
            "en": "The key, password or client secret that the system's administrator gives you.",
        },
        load_default=None,
        validate=validate.Length(min=8),
        secret=True,
    )
    user = setting(
        fields.String,
        title={"nl": "Gebruiker", "en": "User"},
        help={
            "nl": "De gebruikersnaam bij basic, of de client-id bij client_credentials.",
            "en": "The user name with basic, or the client id with client_credentials.",
        },
        load_default=None,
        validate=validate.Length(min=1),
    )
