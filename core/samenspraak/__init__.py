"""Samenspraak: one agreement, equal in every system that holds it."""
