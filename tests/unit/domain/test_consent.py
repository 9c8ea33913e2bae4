from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from samenspraak.domain.consent import Capacity, Consent, Recipient, RecipientKind
from samenspraak.domain.units import MatrixRow

NEIGHBOUR = Recipient(kind=RecipientKind.PERSON, id="neighbour")
FIRST, LAST = date(2027, 1, 1), date(2027, 3, 31)


@pytest.mark.parametrize(
    ("start", "until", "day", "holds"),
    [
        (None, None, FIRST, True),
        (FIRST, LAST, FIRST, True),
        (FIRST, LAST, LAST, True),
        (FIRST, LAST, FIRST - timedelta(days=1), False),
        (FIRST, LAST, LAST + timedelta(days=1), False),
        (None, LAST, date(2000, 1, 1), True),
    ],
)
def test_a_consent_holds_from_its_first_to_its_last_day(
    start: date | None, until: date | None, day: date, holds: bool
) -> None:
    consent = Consent(id="c1", client_id="mother", recipient=NEIGHBOUR, start=start, until=until)

    assert consent.holds_on(day) is holds


def test_a_withdrawn_consent_holds_on_no_day_and_keeps_its_first_withdrawal() -> None:
    noon = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)
    withdrawn = Consent(id="c1", client_id="mother", recipient=NEIGHBOUR).withdrawn(noon)

    assert not withdrawn.holds_on(FIRST)
    assert withdrawn.withdrawn(noon + timedelta(days=1)) == withdrawn


def test_somebody_can_consent_to_showing_their_own_name() -> None:
    own = Consent(
        id="c1",
        client_id="mother",
        recipient=NEIGHBOUR,
        rows=frozenset({MatrixRow.NAMES}),
        given_by="daughter",
        capacity=Capacity.SELF,
    )

    assert own.about_own_name
