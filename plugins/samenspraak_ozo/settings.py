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
    ca_file = setting(
        fields.String,
        title={
            "nl": "Uitgever van het certificaat van het platform",
            "en": "Issuer of the platform's certificate",
        },
        help={
            "nl": "Het bestand (PEM) van de uitgever, als dat geen openbare is. Test heeft een andere.",
            "en": "The issuer's file (PEM), when it is not a public one. Testing has another.",
        },
        load_default=None,
    )
    sign_in = setting(
        fields.String,
        title={"nl": "Manier van inloggen", "en": "Way to sign in"},
        help={
            "nl": "nuts: via de Nuts-node van uw organisatie. token: met een sleutel die het platform gaf.",
            "en": "nuts: through your organisation's Nuts node. token: with a token the platform gave you.",
        },
        load_default="nuts",
        validate=validate.Length(min=1),
    )
    access_token = setting(
        fields.String,
        title={"nl": "Toegangssleutel", "en": "Access token"},
        help={
            "nl": "De sleutel die het platform u gaf. Alleen bij de manier van inloggen token.",
            "en": "The token that the platform gave you. Only for the way to sign in called token.",
        },
        load_default=None,
        validate=validate.Length(min=16),
        secret=True,
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
        load_default=None,
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
        load_default=None,
        validate=validate.Length(min=1),
    )
    authorization_server = setting(
        fields.Url,
        title={"nl": "Autorisatieserver", "en": "Authorisation server"},
        help={
            "nl": "Het adres waar het platform toegang geeft, eindigend op /oauth2/ozo.",
            "en": "The address where the platform grants access, ending in /oauth2/ozo.",
        },
        load_default=None,
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
    hook_url = setting(
        fields.Url,
        title={"nl": "Adres voor meldingen", "en": "Address for notifications"},
        help={
            "nl": "Het adres van deze hub, met /in/ORGANISATIE/KOPPELING. De hub vraagt dan om meldingen.",
            "en": "The address of this hub, with /in/ORGANISATION/CONNECTOR. The hub then asks for pings.",
        },
        load_default=None,
        **_ADDRESS,
    )
    hooks = setting(
        fields.Boolean,
        title={"nl": "Meldingen aan", "en": "Notifications on"},
        help={
            "nl": "Zet dit uit voordat u de koppeling weghaalt: dan zegt de hub de meldingen op.",
            "en": "Turn this off before you remove the connection: the hub then calls the pings off.",
        },
        load_default=True,
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
