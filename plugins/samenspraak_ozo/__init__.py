"""The connector for a family platform on the public OZO FHIR contract."""
