"""What an admin fills in to tell an app: where it listens, and the secret both sides sign and verify with."""

from __future__ import annotations

from marshmallow import Schema, ValidationError, fields

from samenspraak.connectors import setting
from samenspraak.errors import ConfigurationError
from samenspraak.protocols.standard_webhooks import Secret


def _is_a_secret(text: str) -> None:
    try:
        Secret.parse(text)
    except ConfigurationError as error:
        raise ValidationError(str(error)) from None


class WebhookSettings(Schema):
    """Secrets are stored by reference and resolved before this schema sees them."""

    base_url = setting(
        fields.Url,
        title={"nl": "Adres voor berichten", "en": "Address for notices"},
        help={
            "nl": "Hier neemt de app berichten aan. Het adres begint met https:// en heeft geen vraagteken.",
            "en": "Here the app takes notices. The address starts with https:// and has no question mark.",
        },
        required=True,
        schemes={"http", "https"},
        require_tld=False,
    )
    secret = setting(
        fields.String,
        title={"nl": "Geheim", "en": "Secret"},
        help={
            "nl": "Hiermee ondertekenen we elk bericht. Het begint met whsec_ en is alleen voor deze app.",
            "en": "We sign every notice with it. It begins with whsec_ and is for this app alone.",
        },
        required=True,
        validate=_is_a_secret,
        secret=True,
    )
    earlier_secret = setting(
        fields.String,
        title={"nl": "Vorig geheim", "en": "Earlier secret"},
        help={
            "nl": "Vul dit in zolang de app overstapt op een nieuw geheim. We ondertekenen dan met beide.",
            "en": "Fill this in while the app changes to a new secret. We then sign with both.",
        },
        load_default=None,
        validate=_is_a_secret,
        secret=True,
    )
