"""Who a reference stands for, and how a party is referred to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from samenspraak.connectors import Directory
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.errors import RuleError
from samenspraak.protocols import fhir
from samenspraak_fhir import names
from samenspraak_fhir.elements import Element, unusable

# In which role the resource types take part; a matched party keeps the role it has in the hub.
KINDS: Mapping[str, PartyKind] = {
    "Patient": PartyKind.CLIENT,
    "RelatedPerson": PartyKind.RELATIVE,
    "Practitioner": PartyKind.PROFESSIONAL,
    "PractitionerRole": PartyKind.PROFESSIONAL,
    "Organization": PartyKind.GROUP,
    "CareTeam": PartyKind.GROUP,
    "HealthcareService": PartyKind.GROUP,
    "Device": PartyKind.DEVICE,
}
# https://hl7.org/fhir/R4/datatypes.html#Annotation: author[x] refers to these only.
AUTHORS = frozenset({"Practitioner", "Patient", "RelatedPerson", "Organization"})
_KEY = re.compile(r"([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True, kw_only=True)
class Parties:
    """The directory as references. ``base_urls``: references below these are local ones."""

    directory: Directory
    base_urls: Sequence[str] = ()

    def read(self, reference: Mapping[str, Any], field: str) -> PartyRef:
        """The party a reference stands for.

        Raises:
            InvalidRecordError: it names nobody that can be looked up here.
        """
        if not isinstance(reference, Mapping):
            raise unusable(field, "this is no reference")
        if (ours := self._ours(reference)) is not None:
            return ours
        key = fhir.reference_key(reference, *self.base_urls)
        if key is None or key.partition("/")[0] not in KINDS:
            raise unusable(field, "this refers to nobody in this dossier")
        return self.directory.party(key, KINDS[key.partition("/")[0]])

    def _ours(self, reference: Mapping[str, Any]) -> PartyRef | None:
        identifier = fhir.element(reference, "identifier")
        if identifier.get("system") != names.PARTY:
            return None
        try:
            ref = PartyRef.parse(fhir.text(identifier, "value"))
        except RuleError:
            return None
        known = None if ref.is_resolved else self.directory.id_of(ref)
        return ref if known is None else self.directory.party(known, ref.kind)

    def write(self, ref: PartyRef) -> Element:
        """A reference that reads back as this party, with a name for people.

        It is literal where the dossier knows the party, else by our own identifier.
        """
        key = self.directory.id_of(ref)
        reference: Element = {"display": self.name(ref)}
        if key is not None and (match := _KEY.fullmatch(key)):
            reference = {"reference": key, "type": match[1], **reference}
            if self.read(reference, "") == ref:
                return reference
        return {**reference, "identifier": {"system": names.PARTY, "value": str(ref)}}

    def misnames(self, reference: Mapping[str, Any]) -> bool:
        """Whether a reference of ours shows who somebody is whose name may not be shown (any more)."""
        ref = self.read(reference, "")
        if self.directory.name(ref) is not None:
            return False
        tells_id = "reference" in reference and self.directory.id_of(ref) is None
        return tells_id or fhir.text(reference, "display") not in ("", self.directory.words_for(ref))

    def name(self, ref: PartyRef) -> str:
        """How the readers of the dossier may see this party named."""
        return self.directory.words_for(ref)

    def author(self, ref: PartyRef) -> Element:
        """The author of an Annotation: a reference where FHIR allows one, else a name."""
        written = self.write(ref)
        if fhir.text(written, "reference").partition("/")[0] in AUTHORS or "identifier" in written:
            return {"authorReference": written}
        return {"authorString": self.name(ref)}
