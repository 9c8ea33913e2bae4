"""A plan that says whose it is by citizen number only: which client of this dossier that is.

A reference may be logical (https://hl7.org/fhir/R4/references.html#logical, read November 2026). The client
is then looked up, by POST, so that the number stands in no address and no log of one. What was found goes
along with the plan for as long as we hold it, and never back to the dossier.
"""

from __future__ import annotations

from samenspraak.connectors import Raw
from samenspraak.domain.bsn import is_bsn
from samenspraak.http import HttpClient
from samenspraak.protocols import fhir
from samenspraak_fhir import names


def resolved(http: HttpClient, plan: Raw) -> Raw:
    """The plan, with the client it is about if the dossier knows exactly one by that number."""
    subject = fhir.element(plan, "subject")
    number = fhir.text(fhir.element(subject, "identifier"), "value")
    is_by_number = fhir.text(fhir.element(subject, "identifier"), "system") == fhir.BSN and is_bsn(number)
    if fhir.text(subject, "reference") or not is_by_number:
        return plan
    params = [("identifier", fhir.token(fhir.BSN, number))]
    found = {
        fhir.key_of(one)
        for bundle in fhir.search(http, "Patient", params)
        for one in fhir.resources(bundle)
        if number in fhir.identifiers(one, fhir.BSN)
    }
    if len(found) != 1:
        return plan
    return {**plan, "subject": {**subject, names.CLIENT_HERE: found.pop()}}


def sent(plan: Raw) -> Raw:
    """The plan as the dossier is to have it: without what we found."""
    subject = {name: value for name, value in plan.get("subject", {}).items() if name != names.CLIENT_HERE}
    return {**plan, "subject": subject} if subject != plan.get("subject") else plan
