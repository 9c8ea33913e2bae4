"""When a message waits a moment, so that what follows soon is told in the same one.

Source: design §4, the row on ``append``. Never held back: what must go out of sight, an end, what is about
today or tomorrow, and whatever a change of consent brings about.
"""

from __future__ import annotations

from samenspraak.policy.capabilities import Capabilities
from samenspraak.policy.priority import SOON
from samenspraak.policy.state import Do, Plan


def may_settle(decided: Plan, capabilities: Capabilities, urgency: int) -> bool:
    """Whether this plan is a new message that can wait. ``urgency``: the priority of its link."""
    is_news = decided.do in (Do.CREATE, Do.UPDATE) and decided.mark is not None
    takes_back = bool(decided.clear)
    return capabilities.tells and capabilities.settle_s > 0 and is_news and not takes_back and urgency > SOON
