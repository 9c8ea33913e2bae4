"""RegiCare (AdSysCo), the volunteer administration, connected to Samenspraak."""
