"""Protocols that more than one connector speaks."""
