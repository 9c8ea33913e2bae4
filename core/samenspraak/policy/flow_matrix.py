"""What may flow where, as one table: each cell names a rule that ``policy/visibility.py`` carries out.

Source: the table "What may flow where" of domain.md. A cell is a limit: consent narrows it further and
never widens it. What a cell leaves open is said beside the rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.units import MatrixRow, UnitKind
from samenspraak.policy.capabilities import SystemKind


class Rule(StrEnum):
    """What a cell says. Each is asked for every reader of a copy."""

    YES = "yes"
    NO = "no"
    STAFF_ONLY = "staff_only"
    """Only where staff alone reads, and the connector says that it may receive it."""
    FIRST_NAME = "first_name"
    NETWORK = "network"
    """To named people of the client's own network."""
    VOLUNTEER_PERFORMS = "volunteer_performs"
    """Only agreements that a volunteer performs, as the record of that volunteer."""
    PRACTICAL = "practical"
    """As ``volunteer_performs``, in the life domains of ``PRACTICAL_DOMAINS``."""
    OWN_OR_CONSENTED = "own_or_consented"
    """What the reader is party to, or what a recorded consent covers (being allowed without one is not
    enough)."""
    NAMED_IN_CONSENT = "named_in_consent"
    """Only with a consent that names this category."""
    NEUTRAL_TITLE = "neutral_title"
    """When it is, without a word about what, unless a consent is addressed to this very system."""
    OWN_RECORD = "own_record"
    """Nobody but the reader."""
    OWN_CONSENT = "own_consent"
    """Those who consented themselves that their name is shown."""


_KINDS = (
    SystemKind.DOSSIER,
    SystemKind.PLATFORM,
    SystemKind.VOLUNTEERS,
    SystemKind.APP,
    SystemKind.FEED,
)


def _row(*rules: Rule) -> Mapping[SystemKind, Rule]:
    return dict(zip(_KINDS, rules, strict=True))


MATRIX: Mapping[MatrixRow, Mapping[SystemKind, Rule]] = {
    MatrixRow.BSN: _row(Rule.STAFF_ONLY, Rule.NO, Rule.NO, Rule.NO, Rule.NO),
    MatrixRow.CLIENT: _row(Rule.YES, Rule.YES, Rule.FIRST_NAME, Rule.FIRST_NAME, Rule.NO),
    MatrixRow.WHAT_WHEN_WHO: _row(
        Rule.YES, Rule.NETWORK, Rule.VOLUNTEER_PERFORMS, Rule.OWN_OR_CONSENTED, Rule.NEUTRAL_TITLE
    ),
    MatrixRow.CONDITIONS: _row(Rule.YES, Rule.NETWORK, Rule.PRACTICAL, Rule.OWN_OR_CONSENTED, Rule.NO),
    MatrixRow.REVIEW_OUTCOME: _row(
        Rule.YES, Rule.NETWORK, Rule.VOLUNTEER_PERFORMS, Rule.OWN_OR_CONSENTED, Rule.NO
    ),
    MatrixRow.REVIEW_NOTES: _row(Rule.YES, Rule.NO, Rule.NO, Rule.NAMED_IN_CONSENT, Rule.NO),
    MatrixRow.NAMES: _row(Rule.YES, Rule.NETWORK, Rule.OWN_RECORD, Rule.OWN_CONSENT, Rule.NO),
}

PRACTICAL_DOMAINS = frozenset(
    {
        LifeDomain.MEALS,
        LifeDomain.SOCIAL,
        LifeDomain.HOUSEHOLD,
        LifeDomain.TRANSPORT,
        LifeDomain.ADMINISTRATION,
    }
)
"""Where conditions are about the visit. In care, medication and mobility, or when an agreement does not say
its life domain, they may be about the body and stay out of a volunteer application."""

NEUTRAL_KINDS = frozenset({UnitKind.ASSIGNMENT, UnitKind.STATUS, UnitKind.EXCEPTION})
"""Under a neutral title: when it is, and nothing that tells what it is."""
