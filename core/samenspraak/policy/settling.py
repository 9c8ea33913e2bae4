"""When a message waits a moment, so that what follows soon is told in the same one; and what is no news.

Source: design §4, the row on ``append``, and §5.8 (one overview per audience after release). Never held back:
what must go out of sight, an end, what is about today or tomorrow, and whatever a change of consent brings
about.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from samenspraak.policy.capabilities import Capabilities
from samenspraak.policy.priority import BULK, SOON
from samenspraak.policy.state import Do, Plan

_NEWS = timedelta(days=1)


def is_no_news(made_at: datetime, released_at: datetime | None, now: datetime, urgency: int) -> bool:
    """Whether a copy that is made now tells what was agreed before: before its system took part, or long ago.

    Args:
        made_at: when the present version of the agreement was made.
        released_at: when its system was last let take part, if anybody ever let it.
        now: the moment.
        urgency: the priority of its link; in bulk means that it is made because the system was let take part.
    """
    is_of_before = released_at is not None and made_at <= released_at
    return is_of_before or urgency >= BULK or now - made_at > _NEWS


def may_settle(decided: Plan, capabilities: Capabilities, urgency: int) -> bool:
    """Whether this plan is a new message that can wait. ``urgency``: the priority of its link."""
    is_news = decided.do in (Do.CREATE, Do.UPDATE) and decided.mark is not None
    takes_back = bool(decided.clear)
    return capabilities.tells and capabilities.settle_s > 0 and is_news and not takes_back and urgency > SOON
