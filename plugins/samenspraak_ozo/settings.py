"""What an admin fills in to connect a family platform."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from samenspraak.connectors import setting

_ADDRESS = {"schemes": {"http", "https"}, "require_tld": False}


class OzoSettings(Schema):
    """Secrets are stored by reference and resolved before this schema sees them."""

    base_url = setting(
        fields.Url,
        title={"nl": "Adres", "en": "Address"},
        help={
            "nl": "Het adres van de FHIR-proxy van het platform, met /fhir aan het eind.",
            "en": "The address of the platform's FHIR proxy, with /fhir at the end.",
        },
        required=True,
        **_ADDRESS,
    )
    nuts_url = setting(
        fields.Url,
        title={"nl": "Nuts-node", "en": "Nuts node"},
        help={
            "nl": "Het interne adres van de Nuts-node van uw organisatie, zonder /internal. "
            "De beheerder van deze hub noemt het ook in internal_origins.",
            "en": "The internal address of your organisation's Nuts node, without /internal. "
            "Whoever runs this hub names it in internal_origins as well.",
        },
        required=True,
        **_ADDRESS,
    )
    nuts_ca_file = setting(
        fields.String,
        title={"nl": "Uitgever van het certificaat van de node", "en": "Issuer of the node's certificate"},
        help={
            "nl": "Het bestand (PEM) met het certificaat van uw eigen uitgever, als de node dat gebruikt.",
            "en": "The file (PEM) with your own authority's certificate, when the node uses that.",
        },
        load_default=None,
    )
    nuts_subject = setting(
        fields.String,
        title={"nl": "Naam in de Nuts-node", "en": "Subject in the Nuts node"},
        help={
            "nl": "De naam van de wallet met de OzoSystemCredential van uw organisatie.",
            "en": "The name of the wallet with your organisation's OzoSystemCredential.",
        },
        required=True,
        validate=validate.Length(min=1),
    )
    authorization_server = setting(
        fields.Url,
        title={"nl": "Autorisatieserver", "en": "Authorisation server"},
        help={
            "nl": "Het adres waar het platform toegang geeft, eindigend op /oauth2/ozo.",
            "en": "The address where the platform grants access, ending in /oauth2/ozo.",
        },
        required=True,
        **_ADDRESS,
    )
    token_type = setting(
        fields.String,
        title={"nl": "Soort toegangsbewijs", "en": "Type of token"},
        help={
            "nl": "DPoP. Kies Bearer alleen als het platform daarom vraagt; dat verdwijnt.",
            "en": "DPoP. Choose Bearer only when the platform asks for it; it is going away.",
        },
        load_default="DPoP",
        validate=validate.OneOf(("DPoP", "Bearer")),
    )
    sender = setting(
        fields.String,
        title={"nl": "Afzender", "en": "Sender"},
        help={
            "nl": "De medewerker namens wie de berichten gaan, als Practitioner/nummer op het platform.",
            "en": "The professional in whose name messages go, as Practitioner/number on the platform.",
        },
        required=True,
        validate=validate.Regexp(r"Practitioner/[A-Za-z0-9\-.]{1,64}\Z"),
    )
    changes_by_time = setting(
        fields.Boolean,
        title={"nl": "Alleen wijzigingen ophalen", "en": "Only fetch what changed"},
        help={
            "nl": "Zet dit aan als de verbindingstest zegt dat het platform op tijd kan zoeken.",
            "en": "Turn this on when the connection test says that the platform can search by time.",
        },
        load_default=False,
    )
    hook_key = setting(
        fields.String,
        title={"nl": "Sleutel voor meldingen", "en": "Key for notifications"},
        help={
            "nl": "Staat in de Subscription als X-Samenspraak-Key. Zonder sleutel weigeren we meldingen.",
            "en": "Is in the Subscription as X-Samenspraak-Key. Without it we accept no notifications.",
        },
        load_default=None,
        validate=validate.Length(min=16),
        secret=True,
    )
    certificate_file = setting(
        fields.String,
        title={"nl": "Certificaat", "en": "Certificate"},
        help={
            "nl": "Het bestand (PEM) met het certificaat van uw organisatie, als het platform daarom vraagt.",
            "en": "The file (PEM) with your organisation's certificate, when the platform asks for it.",
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
