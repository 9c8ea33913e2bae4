"""A connection test, as every connector runs it: its own steps, in order, until one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ParamSpec

from samenspraak.connectors.calls import Checked, Step
from samenspraak.errors import SamenspraakError

CLOCKS_MAY_DIFFER = timedelta(minutes=5)

Outcome = tuple[str, bool] | tuple[str, bool, Sequence[Mapping[str, str]]]
"""What a step found, whether it will do, and what it shows, line by line in nl and en."""

Given = ParamSpec("Given")


def in_steps(
    attempts: Mapping[Step, Callable[Given, Outcome]],
    cures: Mapping[Step, Mapping[str, str]],
    *given: Given.args,
    **named: Given.kwargs,
) -> Iterator[Checked]:
    """The outcome of each step; the first that fails is the last.

    Args:
        attempts: the steps in order; each is called with what is ``given``, and may raise.
        cures: per step what to do when it fails, in nl and en.
        given: what each attempt takes.
        named: the same, by name.
    """
    for step, attempt in attempts.items():
        try:
            detail, is_well, *shown = attempt(*given, **named)
        except SamenspraakError as error:
            detail, is_well, shown = str(error), False, []
        yield Checked(
            step=step,
            ok=is_well,
            detail=detail,
            cure={} if is_well else cures[step],
            shows=tuple(line for lines in shown for line in lines),
        )
        if not is_well:
            return


def clocks(ours: datetime, theirs: datetime | None) -> Outcome:
    """Whether two clocks tell about the same time; a server that does not say is not blamed for it."""
    if theirs is None:
        return "the server does not say what time it is", True
    apart = abs(ours - theirs)
    return f"{apart.total_seconds():.0f} s apart", apart <= CLOCKS_MAY_DIFFER
