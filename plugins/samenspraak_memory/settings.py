"""What an admin fills in to connect a family app."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from samenspraak.connectors import setting
from samenspraak.connectors.settings import is_webhook_secret


class FamilyAppSettings(Schema):
    """Secrets are stored by reference and resolved before this schema sees them."""

    base_url = setting(
        fields.Url,
        title={"nl": "Adres", "en": "Address"},
        help={
            "nl": "Het adres van de familie-app, zonder /api. Het begint met https://.",
            "en": "The address of the family app, without /api. It starts with https://.",
        },
        required=True,
        schemes={"http", "https"},
        require_tld=False,
    )
    access_key = setting(
        fields.String,
        title={"nl": "Toegangssleutel", "en": "Access key"},
        help={
            "nl": "De sleutel die de beheerder van de app u geeft.",
            "en": "The key that the app's administrator gives you.",
        },
        required=True,
        validate=validate.Length(min=8),
        secret=True,
    )
    notify_secret = setting(
        fields.String,
        title={"nl": "Sleutel voor meldingen", "en": "Secret for notifications"},
        help={
            "nl": "Hiermee ondertekent de app haar meldingen. Hij begint met whsec_. "
            "Zonder sleutel nemen we geen meldingen aan.",
            "en": "The app signs its notifications with it. It begins with whsec_. "
            "Without it we accept no notifications.",
        },
        load_default=None,
        validate=is_webhook_secret,
        secret=True,
    )
    earlier_notify_secret = setting(
        fields.String,
        title={"nl": "Vorige sleutel voor meldingen", "en": "Earlier secret for notifications"},
        help={
            "nl": "Vul dit in zolang de app overstapt op een nieuwe sleutel. We nemen dan beide aan.",
            "en": "Fill this in while the app changes to a new secret. We then accept both.",
        },
        load_default=None,
        validate=is_webhook_secret,
        secret=True,
    )
    title_length = setting(
        fields.Integer,
        title={"nl": "Lengte van een titel", "en": "Length of a title"},
        help={
            "nl": "Langere titels kort de app in. De volledige tekst blijft in Samenspraak.",
            "en": "The app cuts longer titles. The whole text stays in Samenspraak.",
        },
        load_default=60,
        validate=validate.Range(min=20, max=500),
    )
