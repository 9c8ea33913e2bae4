"""Where one word stands against another, the permission does not hold until somebody has asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.consent import Consent, Recipient, RecipientKind
from samenspraak.domain.units import MatrixRow
from samenspraak.policy.contradicting import contradicted

TODAY = date(2026, 11, 23)
JAN = Recipient(kind=RecipientKind.PERSON, id="jan")
YES = Consent(id="yes", client_id="wit", recipient=JAN)
NO = replace(YES, id="no", allows=False)
WHAT, NAMES = frozenset({MatrixRow.WHAT_WHEN_WHO}), frozenset({MatrixRow.NAMES})


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        (YES, NO),
        (replace(YES, rows=WHAT), NO),
        (YES, replace(NO, rows=WHAT)),
        (replace(YES, agreement_id="stockings"), NO),
        (replace(YES, start=date(2027, 1, 1)), NO),
    ],
)
def test_a_permission_that_an_objection_is_about_as_well_falls(yes: Consent, no: Consent) -> None:
    assert contradicted([yes], [no], TODAY) == [yes]
    assert contradicted([no], [yes], TODAY) == [yes]


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        (replace(YES, rows=WHAT), replace(NO, rows=NAMES)),
        (YES, replace(NO, client_id="bos")),
        (YES, replace(NO, recipient=Recipient(kind=RecipientKind.PERSON, id="els"))),
        (replace(YES, agreement_id="stockings"), replace(NO, agreement_id="cooking")),
        (
            replace(YES, life_domains=frozenset({LifeDomain.CARE})),
            replace(NO, life_domains=frozenset({LifeDomain.MEALS})),
        ),
        (YES, replace(NO, until=date(2026, 11, 1))),
        (YES, NO.withdrawn(datetime(2026, 11, 1, tzinfo=UTC))),
        (YES, replace(YES, id="also")),
    ],
)
def test_what_is_about_something_else_or_over_contradicts_nothing(yes: Consent, no: Consent) -> None:
    assert contradicted([yes], [no], TODAY) == []


def test_what_one_side_says_by_itself_is_left_as_it_is() -> None:
    assert contradicted([YES, NO], [], TODAY) == []
