"""Nedap Ons: agreements in the care plan, as proposals in its draft."""
