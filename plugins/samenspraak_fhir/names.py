"""The names this connector uses in FHIR: ours under one constant, and those of the Dutch profiles.

Sources: Nictiz/Nictiz-R4-zib2020 ``resources/zib`` and ``resources/nl-core`` (zib2020, read November 2026);
https://hl7.org/fhir/R4/careplan.html.
"""

from __future__ import annotations

OURS = "urn:samenspraak:"

# Identifiers.
MARKER = f"{OURS}marker"
GROUP = f"{OURS}group"
PARTY = f"{OURS}party"
APPROVAL = f"{OURS}approval"

# Members that a plan has while we hold it; the dossier never gets them.
APPROVALS = f"{OURS}approvals"
ASKED = f"{OURS}asked"
CLIENT_HERE = f"{OURS}client"

# Codes.
CATEGORY = f"{OURS}category"
AGREEMENT = "agreement"
LIFE_DOMAIN = f"{OURS}life-domain"
DATA = f"{OURS}data"
TIMING_CODE = f"{OURS}timing"

# Extensions.
MODALITY = f"{OURS}modality"
WHAT = f"{OURS}what"
TIMING = f"{OURS}timing"
INSTRUCTED = f"{OURS}instructed"
BACKUP = f"{OURS}backup"
RESPONSIBLE = f"{OURS}responsible"
CONDITIONS = f"{OURS}conditions"
STATUS = f"{OURS}status"
REVIEW = f"{OURS}review"
REVIEW_NOTES = f"{OURS}review-notes"
DECIDES = f"{OURS}decides"
EXCEPTION = f"{OURS}exception"
STATEMENT = f"{OURS}statement"
SAID = f"{OURS}said"
TERMS = f"{OURS}terms"
NOTE = f"{OURS}note"

# The zibs that are agreements, and the profile that fits what we make.
SNOMED = "http://snomed.info/sct"
HELP_CODE = "243114000"
NURSING_CODE = "9632001"
MEDICATION_CODE = "18629005"
"""Administration of drug or medicament (procedure)."""
HELP_PROFILE = "http://nictiz.nl/fhir/StructureDefinition/nl-core-HelpFromOthers"

# Roles of contact persons; there is no code for a volunteer.
CONTACT_ROLES = "urn:oid:2.16.840.1.113883.2.4.3.11.22.472"
REPRESENTATIVES = frozenset({"03", "11", "14", "15", "24"})
VOLUNTEER_ROLE = f"{OURS}role"
