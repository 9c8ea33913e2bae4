"""The dossier (ECD) on FHIR R4 with the Dutch nl-core profiles."""
