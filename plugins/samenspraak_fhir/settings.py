"""What an admin fills in to connect a dossier."""

from __future__ import annotations

from marshmallow import fields, validate

from samenspraak.connectors import setting
from samenspraak.domain.agreements import LifeDomain
from samenspraak_fhir import names
from samenspraak_fhir.signing import ADDRESS, SignInSettings

CODE = r"\S+\|\S+"


class DossierSettings(SignInSettings):
    """Beside where it is and how we sign in: what is read there."""

    categories = setting(
        fields.List,
        title={"nl": "Welke zorgplannen zijn afspraken", "en": "Which care plans are agreements"},
        help={
            "nl": "Categorieën als systeem|code. Andere lezen we niet, behalve de plannen die we zelf maken.",
            "en": "Categories as system|code. We read no other care plans but those that we make.",
        },
        cls_or_instance=fields.String(validate=validate.Regexp(CODE)),
        load_default=lambda: [
            f"{names.SNOMED}|{names.HELP_CODE}",
            f"{names.SNOMED}|{names.NURSING_CODE}",
        ],
        validate=validate.Length(min=1),
    )
    group_systems = setting(
        fields.List,
        title={
            "nl": "Wat zorgplannen tot één afspraak maakt",
            "en": "What ties care plans into one agreement",
        },
        help={
            "nl": "Systemen van identifiers: zorgplannen met dezelfde waarde zijn taken van één afspraak, "
            "ook in een ander dossier.",
            "en": "Systems of identifiers: care plans with the same value are tasks of one agreement, "
            "in another dossier as well.",
        },
        cls_or_instance=fields.String(validate=validate.Length(min=1)),
        load_default=list,
    )
    volunteer_roles = setting(
        fields.List,
        title={"nl": "Rollen van vrijwilligers", "en": "Roles of volunteers"},
        help={
            "nl": "Relatiecodes (systeem|code) voor een vrijwilliger. Een landelijke code is er niet.",
            "en": "Relationship codes (system|code) for a volunteer. There is no national code.",
        },
        cls_or_instance=fields.String(validate=validate.Regexp(CODE)),
        load_default=list,
    )
    life_domains = setting(
        fields.Dict,
        title={"nl": "Wat uw codes betekenen", "en": "What your codes mean"},
        help={
            "nl": "Codes (systeem|code) van een categorie of activiteit, elk met een leefgebied: care, "
            "medication, meals, mobility, social, household, transport of administration. Noem zeker uw "
            "codes voor medicatie en bewegen: daar verandert niets over iemands hoofd heen.",
            "en": "Codes (system|code) of a category or activity, each with a life domain: care, medication, "
            "meals, mobility, social, household, transport or administration. Do name your codes for "
            "medication and mobility: nothing there is changed over somebody's head.",
        },
        keys=fields.String(validate=validate.Regexp(CODE)),
        values=fields.Enum(LifeDomain, by_value=True),
        load_default=lambda: {f"{names.SNOMED}|{names.MEDICATION_CODE}": LifeDomain.MEDICATION},
    )
    approvals = setting(
        fields.Boolean,
        title={"nl": "Instemming als taak", "en": "Assent as a task"},
        help={
            "nl": "Vraagt instemming ook met een Task en legt een akkoord ook vast als Provenance. "
            "Alleen als het dossier transacties kent, en we beide mogen schrijven.",
            "en": "Also asks for assent with a Task, and records an assent as a Provenance. "
            "Only where the dossier knows transactions and lets us write both.",
        },
        load_default=False,
    )
    hook_url = setting(
        fields.Url,
        title={"nl": "Adres voor meldingen", "en": "Address for notices"},
        help={
            "nl": "Het openbare adres van deze hub waar het dossier wijzigingen meldt: "
            "https://…/in/organisatie/koppeling. Leeg: we kijken elke minuut.",
            "en": "This hub's public address where the dossier tells of changes: "
            "https://…/in/organisation/connection. Empty: we look every minute.",
        },
        load_default=None,
        **ADDRESS,
    )
    hook_key = setting(
        fields.String,
        title={"nl": "Sleutel voor meldingen", "en": "Key for notices"},
        help={
            "nl": "Staat in de Subscription als X-Samenspraak-Key. Zonder sleutel weigeren we meldingen.",
            "en": "Is in the Subscription as X-Samenspraak-Key. Without it we accept no notices.",
        },
        load_default=None,
        validate=validate.Length(min=16),
        secret=True,
    )
    overlap_seconds = setting(
        fields.Integer,
        title={"nl": "Overlap bij lezen", "en": "Overlap when reading"},
        help={
            "nl": "Zoveel seconden lezen we telkens opnieuw, omdat klokken en kopieën achter kunnen lopen.",
            "en": "We read this many seconds again each time, because clocks and replicas may be behind.",
        },
        load_default=30,
        validate=validate.Range(min=1, max=86_400),
    )
