"""Spreadsheets that come back, and printable pages, for locations and homes without a system."""
