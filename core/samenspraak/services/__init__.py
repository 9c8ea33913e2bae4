"""One function per use case, called by the command line, the API and the console alike.

Each takes what it depends on, opens one unit of work, and gives frozen values; what it changes it audits,
by ids only. ``by`` is who asked: ``admin``, or a party as ``kind:id``.
"""

ADMIN = "admin"
"""Somebody who looks after this hub and did not say who they are."""
